import Networks
import Packets
import Policies
import Reachability
import Testing

private func through(_ via: String) -> Obligation<Selection> {
  .through(from: members("segment:a"), to: members("segment:b"), via: members(via))
}

/// Two segments with a firewall `fw` between them, and another way beside it.
private func twoWays(_ rules: ACL.Rule..., role: Stage.Role = .forwardFilter) -> Sketch {
  var sketch = Sketch()
  let a = sketch.segment("a", "10.0.0.0/24")
  let b = sketch.segment("b", "10.0.1.0/24")
  _ = sketch.device("fw", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
    let list = device.list("forward", [rule(.permit)])
    device.pipeline.departure = [.filter(list, role: role)]
  }
  _ = sketch.device("beside", (a, ["10.0.0.2/24"]), (b, ["10.0.1.2/24"])) { device in
    let list = device.list("forward", rules)
    device.pipeline.departure = [.filter(list, role: .forwardFilter)]
  }
  return sketch
}

@Suite struct `What must pass an enforcement point` {
  @Test func `a way beside it, shut and open by one port`() {
    #expect(twoWays(rule(.deny)).verdict(through("device:fw")) == "holds")
    let open = twoWays(rule(.permit, .all([fromAToB, udp(502)])))
    #expect(open.verdict(through("device:fw")) == "violated connection")
    guard case .violated(let violation) = open.answer(through("device:fw")).verdict else {
      Issue.record("not violated")
      return
    }
    #expect(violation.flows.entries.map { $0.box[.destinationPort] } == [Ranges(502)])
  }

  @Test func `the way back does not count`() {
    let sketch = twoWays(rule(.permit, fromBToA))
    #expect(sketch.verdict(through("device:fw")) == "holds")
  }

  @Test func `any one of several`() {
    let sketch = twoWays(rule(.permit))
    #expect(sketch.verdict(through("device:fw")) == "violated connection")
    #expect(sketch.verdict(through("device:beside")) == "violated connection")
    #expect(sketch.verdict(through("device:fw device:beside")) == "holds")
  }

  @Test func `a device without a forward filter enforces nothing`() {
    let sketch = twoWays(rule(.deny), role: .plain)
    #expect(sketch.verdict(through("device:fw")) == "violated connection")
  }

  @Test func `a packet that nobody forwards passes nothing`() {
    var sketch = twoWays(rule(.deny))
    sketch.link(.segment(0), .segment(1))
    #expect(sketch.verdict(through("device:fw")) == "violated connection")
  }

  @Test func `before it or after it, other devices may be passed`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let between = sketch.segment("between", "10.0.8.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (between, ["10.0.8.1/24"])) { device in
      device.route("10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil))
    }
    _ = sketch.device("fw", (between, ["10.0.8.2/24"]), (b, ["10.0.1.1/24"])) { device in
      device.route("10.0.0.0/24", .gateway(address("10.0.8.1"), interface: nil))
      device.filters(rule(.permit))
    }
    #expect(sketch.verdict(isolate("segment:a", "segment:b")) == "violated connection")
    #expect(sketch.verdict(through("device:fw")) == "holds")
    #expect(sketch.verdict(through("device:r")) == "violated connection")
  }

  @Test func `past a host that is named goes no packet`() {
    var sketch = twoWays(rule(.deny))
    sketch.hosts("jump", (0, "10.0.0.9", nil))
    #expect(sketch.verdict(through("endpoint:jump")) == "violated connection")
  }

  @Test func `a relay beside a host that is named leaves it undecided`() {
    for (relays, verdict) in [
      ([0], "holds"),
      ([0, 1], "undecided: it may lead through the relay other, which is not followed"),
    ] {
      var sketch = office(rule(.deny))
      sketch.hosts("jump", (0, "10.0.0.9", nil))
      sketch.hosts("other", (0, "10.0.0.10", nil))
      for relay in relays { sketch.relays(relay, "tcp/3389", "tcp/3389") }
      let asked = Obligation.through(
        from: members("10.0.0.16/28"), to: members("segment:b"), via: members("endpoint:jump"))
      #expect(sketch.verdict(asked) == verdict)
    }
  }
}
