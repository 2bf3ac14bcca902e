import Networks
import Packets
import Policies
import Reachability
import Simulation
import Testing

@Suite struct `Verdicts on one filter` {
  @Test func `what is denied is isolated`() {
    #expect(office(rule(.deny)).verdict(isolate("segment:a", "segment:b")) == "holds")
  }

  @Test func `what is permitted is not`() {
    let sketch = office(rule(.permit))
    #expect(sketch.verdict(isolate("segment:a", "segment:b")) == "violated connection")
  }

  @Test func `the last port of a range is in it and the next is not`() {
    let sketch = office(rule(.permit, tcp(0...1023)))
    let asked = [(UInt128(1023), "violated half-open"), (1024, "holds")]
    for (port, verdict) in asked {
      #expect(sketch.verdict(isolate("segment:a", "segment:b", "tcp/\(port)")) == verdict)
    }
  }

  @Test func `the last address of a prefix is in it and the next is not`() {
    let sketch = office(rule(.permit, to("10.0.1.64/27")))
    let asked = [
      ("10.0.1.63", "holds"), ("10.0.1.64", "violated half-open"),
      ("10.0.1.95", "violated half-open"), ("10.0.1.96", "holds"),
    ]
    for (address, verdict) in asked {
      #expect(sketch.verdict(isolate("segment:a", address)) == verdict, "\(address)")
    }
  }

  @Test func `a witness has what an unmodelled action noted of it`() {
    for field in [HeaderField.mark, .vrf, .connectionState, .connectionStatus, .egress] {
      var sketch = Sketch()
      let a = sketch.segment("a", "10.0.0.0/24")
      let b = sketch.segment("b", "10.0.1.0/24")
      let unknown = sketch.condition("unknown", assumed: true)
      _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
        device.vrfs += [VRF(name: "1"), VRF(name: "2"), VRF(name: "3")]
        let first = device.list("first", [rule(.opaque(condition: unknown, writes: [field]))])
        device.pipeline.departure.append(.filter(first, role: .plain))
        device.filters(rule(.permit, .field(field, Ranges(2))))
      }
      let verdict = sketch.verdict(isolate("segment:a", "segment:b"))
      #expect(verdict.hasPrefix("violated"), "\(field): \(verdict)")
    }
  }

  @Test func `a packet is what it was where an unmodelled action has nothing to write`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let unknown = sketch.condition("unknown", scope: Condition.ofPacket)
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
      let opaque = ACL.Action.opaque(condition: unknown, writes: [.tcpFlags])
      let first = device.list("first", [rule(opaque)])
      device.pipeline.arrival.insert(.filter(first, role: .plain), at: 0)
      device.filters(rule(.deny, .condition(unknown)), end: .permit)
    }
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "udp")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "tcp")) == "undecided unknown")
  }

  @Test func `a frame is not noted as translated, since it has no address`() {
    for (status, verdict) in [(UInt128(0), "violated connection"), (2, "holds")] {
      var sketch = Sketch()
      let a = sketch.segment("a", "10.0.0.0/24")
      let b = sketch.segment("b", "10.0.0.0/24")
      _ = sketch.device("wire", (a, []), (b, [])) { device in
        let server = device.translation("server", .pool(addresses("10.0.0.9")))
        let nat = device.list("dnat", [rule(.permit, .any, .translateDestination(server))])
        let frames = Match.all([
          .field(.family, Ranges(UInt128(Family.nonIP.rawValue))),
          .field(.connectionStatus, Ranges(status)),
        ])
        let list = device.list("wire", [rule(.permit, frames)])
        device.sessions = SessionBehaviour(opens: .any, untracked: .never, bypassesFilters: false)
        device.pipeline = Pipeline(arrival: [
          .recall, .natFilter(nat, end: .destination), .translateDestination,
          .filter(list, role: .forwardFilter), .bridge([1, nil]),
        ])
      }
      #expect(sketch.verdict(isolate("segment:a", "segment:b")) == verdict)
      let walks = Simulator(network: sketch.network).walks(
        Header(family: .nonIP, etherType: 0x88B8), from: .segment(a)
      ).walks
      let arrives = walks.contains { walk in
        if case .delivered(let end, _) = walk.outcome { end == b } else { false }
      }
      #expect(arrives == (verdict != "holds"))
    }
  }
}
