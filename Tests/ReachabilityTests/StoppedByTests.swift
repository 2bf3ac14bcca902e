import Networks
import Packets
import Policies
import Testing

@testable import Reachability

extension Sketch {
  /// What stops what would break a requirement: rules as `device list 'rule'`, then remarks.
  fileprivate func stops(
    _ obligation: Obligation<Selection>, count: Requirement.Count = .all
  ) -> [String] {
    guard case .holds(let proof) = answer(obligation, count: count).verdict else {
      Issue.record("it does not hold")
      return []
    }
    return proof.blocking.map { "\($0.device) \($0.list) '\($0.rule)'" } + proof.remarks
  }
}

private let asked = isolate("segment:a", "segment:b")

@Suite struct `What stops packets` {
  @Test func `the end of a list that another goes to is that of the other`() {
    let sketch = office(rule(.permit, fromBToA)) { device in
      let inner = device.list("inner", [rule(.permit, fromBToA)])
      let middle = device.list("middle", [rule(.goto(inner), tcp(22)), rule(.permit, fromBToA)])
      device.acls[0].rules.append(rule(.goto(middle), tcp(0...65535)))
      device.acls[0].rules.append(rule(.deny))
    }
    #expect(sketch.stops(asked) == ["r forward ''", "r forward 'default'"])
  }

  @Test func `the end behind a last jump is that of the list that jumps`() {
    let sketch = office(rule(.permit, fromBToA)) { device in
      let inner = device.list("inner", [rule(.permit, fromBToA)])
      device.acls[0].rules.append(rule(.jump(inner)))
    }
    #expect(sketch.stops(asked) == ["r forward 'default'"])
  }

  @Test func `a jump that rules follow ends nothing`() {
    let sketch = office(rule(.permit, fromBToA)) { device in
      let inner = device.list("inner", [rule(.permit, fromBToA)])
      device.acls[0].rules += [rule(.jump(inner)), rule(.deny)]
      device.acls[0].rules[2].name = "rest"
    }
    #expect(sketch.stops(asked) == ["r forward 'rest'"])
  }

  @Test func `a filter before a destination is translated`() {
    let sketch = publishing(rule(.deny, tcp(443)), rule(.deny, tcp(80)))
    // Of port 80 nothing would be handed on.
    #expect(sketch.stops(asked) == ["edge direct '1'", "edge outside '1'"])
    let other = publishing(rule(.deny, .all([to("203.0.113.9"), tcp(443)])), rule(.deny, tcp(443)))
    #expect(other.stops(asked) == ["edge direct '1'", "edge outside '2'"])
  }

  @Test func `a filter before two translations one after another`() {
    var sketch = publishing(rule(.deny, tcp(443)))
    sketch.network.segments[0].name = "between"
    let far = sketch.segment("a", "198.51.100.0/24")
    _ = sketch.device(
      "far", (far, ["198.51.100.1/24"]), (0, ["203.0.113.3/24"])
    ) { device in
      device.publishes(
        .all([to("198.51.100.1"), tcp(8443)]), as: .pool(addresses("203.0.113.1")), port: 443)
      let other = Match.all([to("198.51.100.1"), tcp(8444)])
      let list = device.list("far", [rule(.deny, tcp(8443)), rule(.deny, other)], end: .permit)
      device.pipeline.arrival.insert(.filter(list, role: .plain), at: 0)
    }
    #expect(sketch.stops(asked) == ["far far '1'", "edge outside '1'"])
  }
}

/// A segment `a` from which `edge` publishes port 443 of its own address as 10.0.1.5 on `b`, which
/// has no other way in; `edge` filters with these rules before it translates.
private func publishing(_ rules: ACL.Rule...) -> Sketch {
  var sketch = Sketch()
  let a = sketch.segment("a", "203.0.113.0/24")
  let b = sketch.segment("b", "10.0.1.0/24")
  _ = sketch.device("edge", (a, ["203.0.113.1/24"]), (b, ["10.0.1.1/24"])) { device in
    device.publishes(
      .all([to("203.0.113.1"), tcp(443)]), as: .pool(addresses("10.0.1.5")))
    let direct = device.list("direct", [rule(.deny, to("10.0.1.0/24"))], end: .permit)
    let outside = device.list("outside", rules, end: .permit)
    device.pipeline.arrival.insert(.filter(outside, role: .plain), at: 0)
    device.pipeline.arrival.insert(.filter(direct, role: .plain), at: 0)
  }
  return sketch
}

@Suite struct `What is said where no filter stops anything` {
  @Test func `nothing is routed there`() {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    sketch.network.devices[0].vrfs[0].routes = []
    #expect(sketch.stops(asked) == ["nothing from segment:a is routed to segment:b"])
  }

  @Test func `all that gets there passes the filter that it must pass`() throws {
    let sketch = office(rule(.permit))
    let through = Obligation.through(
      from: members("segment:a"), to: members("segment:b"), via: members("device:r"))
    let passed = "all that gets from segment:a to segment:b passes the filter of device:r"
    #expect(sketch.stops(through) == [passed])
    #expect(try sketch.cut(through) == ["no filter is needed", passed])
  }

  @Test func `what gets there is allowed`() throws {
    let sketch = office(rule(.permit))
    let allowed = allowOnly("segment:a", "segment:b", conduit(nil, nil))
    let harmless = "nothing that gets from segment:a to segment:b breaks it"
    #expect(sketch.stops(allowed) == [harmless])
    #expect(try sketch.cut(allowed) == ["no filter is needed", harmless])
  }
}
