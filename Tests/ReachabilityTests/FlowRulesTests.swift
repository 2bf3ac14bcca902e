import Networks
import Packets
import Places
import Policies
import Reachability
import Testing

@Suite struct `Rules beside a listed flow` {
  @Test func `every rule that lets a part of it through`() {
    let sketch = office(
      rule(.permit, from("10.0.0.0/25")), rule(.deny, .all([from("10.0.0.0/24"), tcp(22)])),
      rule(.permit, from("10.0.0.128/25")), rule(.permit, from("10.0.9.0/24")))
    #expect(sketch.rules(isolate("segment:a", "segment:b", "tcp/80")) == ["1 3"])
    #expect(sketch.rules(isolate("segment:a", "segment:b", "tcp/22")) == ["1"])
  }

  @Test func `no rule that an earlier one leaves nothing of it`() {
    let sketch = office(
      rule(.permit, tcp(1...1023)), rule(.permit, tcp(80)), rule(.permit, tcp(1023...1024)))
    #expect(sketch.rules(isolate("segment:a", "segment:b", "tcp/0-2000")) == ["1 3"])
  }

  @Test func `those of each of two ways`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    for (name, own) in [("r", "1"), ("s", "2")] {
      _ = sketch.device(name, (a, ["10.0.0.\(own)/24"]), (b, ["10.0.1.\(own)/24"])) { device in
        device.filters(
          ACL.Rule(
            name: name, place: Place(file: name), match: fromAToB, action: .permit))
      }
    }
    #expect(sketch.rules(isolate("segment:a", "segment:b", "udp/53")) == ["r s"])
  }

  @Test func `those of flows that were sent from its sources, whatever they came out as`() {
    let sketch = hidden(
      rule(.permit, .all([from("10.0.0.2"), tcp(80)])),
      rule(.permit, .all([from("10.0.0.3"), tcp(81)])))
    #expect(
      sketch.rules(isolate("segment:a", "segment:b")) == ["1 nat", "2 nat"])
  }

  @Test func `those of flows that come out with its destination`() {
    let sketch = office(
      rule(.permit, tcp(8080)), rule(.permit, tcp(8081)), rule(.permit, tcp(8082))
    ) { device in
      for (sent, port) in [(UInt128(80), UInt16(8080)), (81, 8080), (82, 8081)] {
        let server = device.translation("\(sent)", port: .any(port...port))
        device.acls.append(
          ACL(
            name: "dnat \(sent)", place: device.place,
            rules: [
              ACL.Rule(
                name: "to \(sent)", place: device.place, match: tcp(sent),
                effects: [.translateDestination(server)], action: .permit)
            ], end: .permit))
        device.pipeline.arrival.insert(
          .natFilter(device.acls.count - 1, end: .destination),
          at: device.pipeline.arrival.count - 1)
      }
      device.pipeline.arrival.insert(
        .translateDestination, at: device.pipeline.arrival.count - 1)
      device.remembers()
    }
    #expect(sketch.rules(isolate("segment:a", "segment:b", "tcp/8080")) == ["to 80 to 81 1"])
  }

  @Test func `those past which it was cut off are counted`() {
    var sketch = office()
    let rules = (0..<150).map { rule(.permit, .field(.sourcePort, Ranges(UInt128($0 * 2)))) }
    let list = sketch.network.devices[0].list("many", rules)
    sketch.network.devices[0].pipeline.departure = [.filter(list, role: .forwardFilter)]
    let flows = sketch.flows(isolate("segment:a", "segment:b", "tcp/80"))
    #expect(flows.entries.map(\.rules.count) == [100])
    #expect(flows.entries.map(\.hasMoreRules) == [true])
  }

  /// A router that hides `a` behind its own address.
  private func hidden(_ rules: ACL.Rule...) -> Sketch {
    office { device in
      _ = device.list("forward", rules)
      let own = device.translation("own", .interface)
      device.acls.append(
        ACL(
          name: "snat", place: device.place,
          rules: [
            ACL.Rule(
              name: "nat", place: device.place, match: .any, effects: [.translateSource(own)],
              action: .permit)
          ], end: .permit))
      device.pipeline.departure = [
        .filter(1, role: .forwardFilter), .natFilter(2, end: .source), .translateSource,
      ]
      device.remembers()
    }
  }
}

extension Sketch {
  /// The flows that break a requirement.
  fileprivate func flows(_ obligation: Obligation<Selection>) -> FlowList {
    switch answer(obligation, count: .all).verdict {
    case .holds: FlowList()
    case .violated(let violation): violation.flows
    case .undecided(let doubt): doubt.flows
    }
  }

  /// For each flow that breaks a requirement without need of a session, the names of the rules with
  /// it, but for the ends of lists.
  fileprivate func rules(_ obligation: Obligation<Selection>) -> [String] {
    flows(obligation).entries.filter { $0.box[.sessionUse].contains(0) }.map { entry in
      entry.rules.map(\.rule).filter { !$0.hasPrefix("end of") }.joined(separator: " ")
    }
  }
}
