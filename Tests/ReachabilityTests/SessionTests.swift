import Networks
import Packets
import Policies
import Simulation
import Testing

@testable import Reachability

/// Later packets of sessions pass the filters here, so that only what their session remembers keeps
/// them from going elsewhere.
@Suite struct `Later packets of a session` {
  @Test func `they go to the address that the first packet was given`() {
    let sketch = published(.pool(addresses("10.0.1.10-10.0.1.11")), only: to("10.0.1.10"))
    #expect(sketch.verdict(isolate("segment:a", "10.0.1.11")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "10.0.1.10")) == "violated connection")
  }

  @Test func `they are routed by that address where routes see it first`() {
    let sketch = published(
      .pool(addresses("10.0.1.10 10.0.2.10")), only: to("10.0.1.10"), key: .translatedDestination)
    #expect(sketch.verdict(isolate("segment:a", "segment:c")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "10.0.1.10")) == "violated connection")
  }

  @Test func `they go to the port that the first packet was given`() {
    let sketch = published(port: .any(5000...5001), only: tcp(5000))
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "tcp/5001")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "tcp/5000")) == "violated connection")
  }

  @Test func `they have the source that the first packet was given`() {
    for (permitted, verdict) in [("10.0.9.1", "violated connection"), ("10.0.9.2", "holds")] {
      let sketch = hidden(
        by: [.translateSource], filtered: from("10.0.9.1"), beyond: permitted)
      #expect(sketch.verdict(isolate("segment:a", "segment:b")) == verdict, "\(permitted)")
    }
  }

  @Test func `they keep that source where another stage could translate it`() {
    for (permitted, verdict) in [("10.0.9.1", "violated connection"), ("10.0.9.2", "holds")] {
      let sketch = hidden(
        by: [.translateSource, .translateSource], filtered: from("10.0.9.1"), beyond: permitted)
      #expect(sketch.verdict(isolate("segment:a", "segment:b")) == verdict, "\(permitted)")
    }
  }

  @Test func `they keep that destination where another stage could translate it`() {
    let sketch = published(
      .pool(addresses("10.0.1.10-10.0.1.11")), only: to("10.0.1.10"),
      again: [.translateDestination])
    #expect(sketch.verdict(isolate("segment:a", "10.0.1.11")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "10.0.1.10")) == "violated connection")
  }

  @Test func `a pool is drawn from once, also for the first packet`() {
    for (permitted, verdict) in [("10.0.9.1", "violated half-open"), ("10.0.9.2", "holds")] {
      let sketch = hidden(
        by: [.translateSource, .filter(1, role: .plain), .translateSource], filtered: .any,
        beyond: permitted)
      #expect(sketch.verdict(isolate("segment:a", "segment:b")) == verdict, "\(permitted)")
    }
  }

  @Test
  func `they pass a device that shares its sessions, and what must arrive does not count on it`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let c = sketch.segment("c", "10.0.2.0/24")
    let x = sketch.segment("x", "10.0.9.0/24")
    let first = sketch.device("first", (a, ["10.0.0.2/24"]), (b, ["10.0.1.2/24"])) { device in
      device.route("10.0.9.0/24", .gateway(address("10.0.1.9"), interface: nil))
      device.filters(rule(.permit, from("10.0.0.0/24")))
      device.remembers(bypassing: true)
    }
    let second = sketch.device("second", (a, ["10.0.0.3/24"]), (c, ["10.0.2.3/24"])) { device in
      device.route("10.0.9.0/24", .gateway(address("10.0.2.9"), interface: nil))
      device.filters(rule(.deny))
      device.remembers(bypassing: true)
    }
    let ports = [(b, ["10.0.1.9/24"]), (c, ["10.0.2.9/24"]), (x, ["10.0.9.1/24"])]
    _ = sketch.device("far", ports[0], ports[1], ports[2]) { device in
      device.route("10.0.0.0/24", .gateway(address("10.0.2.3"), interface: nil))
    }
    sketch.hosts("asking", (a, "10.0.0.7", "10.0.0.2"))
    sketch.hosts("asked", (x, "10.0.9.7", "10.0.9.1"))
    let back = Obligation.oneWay(from: members("segment:a"), to: members("segment:x"))
    let there = mustReach("10.0.0.7", "10.0.9.7", "tcp/22")
    #expect(sketch.verdict(back) == "holds")
    #expect(sketch.verdict(there) == "violated lost")
    sketch.network.redundancyGroups = [[first, second]]
    #expect(sketch.verdict(back) == "violated reply")
    #expect(sketch.verdict(there) == "violated lost")
  }

  @Test func `what is cut off a packet opens no session`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let between = sketch.segment("between", "10.0.8.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let fragments = Match.field(.fragment, Ranges(1))
    _ = sketch.device("r1", (a, ["10.0.0.1/24"]), (between, ["10.0.8.1/24"])) { device in
      device.route("10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil))
      device.filters(rule(.deny, fragments), rule(.permit, from("10.0.0.0/24")))
      device.pipeline.departure.append(.fragment)
      device.remembers(bypassing: true)
      device.sessions?.acceptsRelated = false
    }
    _ = sketch.device("r2", (between, ["10.0.8.2/24"]), (b, ["10.0.1.1/24"])) { device in
      device.route("10.0.0.0/24", .gateway(address("10.0.8.1"), interface: nil))
      let list = device.list("in", [rule(.permit, fragments)])
      device.pipeline.arrival.insert(.ingressFilter([nil, list]), at: 0)
    }
    #expect(sketch.verdict(isolate("segment:b", "segment:a"), replies: .forbid) == "holds")
  }

  @Test func `an error may be about a packet that nothing answers`() throws {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
      device.filters(rule(.permit, .all([from("10.0.0.0/24"), to("10.0.1.0/24")])))
      device.remembers(bypassing: true, opens: .field(.icmpType, Ranges(5)))
    }
    let opener = icmp("10.0.0.2", "10.0.1.2", type: 5)
    let error = icmp("10.0.1.3", "10.0.0.2", type: 3)
    try sketch.agrees(on: error, from: b, after: opener, from: a)
  }

  /// A firewall that gives `a` the source 10.0.9.1 or 10.0.9.2.
  ///
  /// It opens sessions for what a match then holds, and forwards to a router that lets one source
  /// through to `b`. Its list 1 permits 10.0.9.1.
  private func hidden(
    by stages: [Stage], filtered match: Match, beyond permitted: String
  ) -> Sketch {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let between = sketch.segment("between", "10.0.8.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    _ = sketch.device("r1", (a, ["10.0.0.1/24"]), (between, ["10.0.8.1/24"])) { device in
      let hide = device.translation("hide", .pool(addresses("10.0.9.1-10.0.9.2")))
      let nat = device.list("snat", [rule(.permit, .any, .translateSource(hide))])
      _ = device.list("first", [rule(.permit, from("10.0.9.1"))])
      device.route("10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil))
      device.pipeline.departure = [.natFilter(nat, end: .source)] + stages
      device.filters(rule(.permit, match))
      device.remembers(bypassing: true)
    }
    _ = sketch.device("r2", (between, ["10.0.8.2/24"]), (b, ["10.0.1.1/24"])) { device in
      device.route("10.0.9.0/24", .gateway(address("10.0.8.1"), interface: nil))
      let list = device.list("in", [rule(.permit, from(permitted))])
      device.pipeline.arrival.insert(.ingressFilter([list, nil]), at: 0)
    }
    return sketch
  }

  /// A firewall that translates what `a` sends to 10.0.0.100 or, without addresses, to port 80, and
  /// opens sessions to `b` and `c` for what a match then holds.
  private func published(
    _ address: Translation.Address? = nil, port: Translation.Port? = nil, only match: Match,
    key: RouteKey = .destination, again stages: [Stage] = []
  ) -> Sketch {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let c = sketch.segment("c", "10.0.2.0/24")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]), (c, ["10.0.2.1/24"])) {
      let server = $0.translation("server", address, port: port)
      let chosen = address == nil ? tcp(80) : to("10.0.0.100")
      let nat = $0.list(
        "dnat", [rule(.permit, chosen, .translateDestination(server))], end: .permit)
      let choose = Stage.natFilter(nat, end: .destination)
      $0.pipeline.arrival =
        key == .destination
        ? [choose, .translateDestination] + stages + [.route(key)] : [choose, .route(key)]
      if key != .destination { $0.pipeline.departure = [.translateDestination] }
      $0.filters(rule(.permit, match))
      $0.remembers(bypassing: true)
      $0.sessions?.acceptsRelated = false
    }
    return sketch
  }
}

private func icmp(_ source: String, _ destination: String, type: UInt8) -> Header {
  Header(
    family: .ipv4, source: address(source).value, destination: address(destination).value,
    protocol: IPProtocol.icmp, icmpType: type)
}

extension Sketch {
  /// The engine has whatever a session that was opened before lets through, and that is something.
  fileprivate func agrees(
    on header: Header, from segment: Int, after opener: Header, from other: Int
  ) throws {
    let valuation = RandomValuation(1)
    let talk = Conversation(
      network: network,
      openers: [Probe(header: opener, origin: .segment(other), valuation: valuation)],
      probe: Probe(header: header, origin: .segment(segment), valuation: valuation))
    var engine = try Engine(for: network)
    let knows = engine.knowsSessions()
    #expect(knows)
    var tally = Tally()
    try engine.compare(talk, Simulator(network: engine.network), &tally)
    #expect(tally.members > 0)
  }
}
