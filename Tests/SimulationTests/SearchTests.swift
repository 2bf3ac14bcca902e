import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Searching for walks` {
  @Test func `a walk tells every step with its rule and place`() throws {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "10.0.1.0/24")
    _ = plan.device("fw", (lan, ["10.0.0.1/24"]), (far, ["10.0.1.1/24"])) {
      let hide = $0.translation("hide", .interface)
      let helper = $0.list("helper", [rule(.return)])
      let list = $0.list(
        "forward", [rule(.deny, port(80...80)), rule(.jump(helper)), rule(.permit, logs: true)])
      let nat = $0.list("nat", [rule(.permit, .any, .translateSource(hide))])
      $0.sessions = SessionBehaviour(opens: .any, bypassesFilters: false)
      $0.pipeline = Pipeline(
        arrival: [.recall, .route(.destination)],
        departure: [
          .filter(list, role: .forwardFilter), .natFilter(nat, end: .source), .translateSource,
          .remember,
        ])
    }
    let simulator = plan.simulator()
    let walk = try #require(
      simulator.firstWalk(tcp("10.0.0.5", "10.0.1.9"), from: .segment(lan)) {
        if case .delivered(far, _) = $0 { true } else { false }
      })
    let sent = "tcp 10.0.0.5:40000 -> 10.0.1.9:443 [syn]"
    let hidden = "tcp 10.0.1.1:40000 -> 10.0.1.9:443 [syn]"
    #expect(
      walk.hops.map(\.description) == [
        "lan: sent: sends (test:1) | \(sent)",
        "fw: in eth0 | \(sent)",
        "fw: session lookup: is new | \(sent)",
        "fw: route: by eth1 (test:5) | \(sent)",
        "fw: filter forward: 3 permits (forward:3) | \(sent)",
        "fw: NAT nat: 1 permits (nat:1) | \(sent)",
        "fw: source NAT: hide writes 10.0.1.1 port 40000 (hide:1) | \(hidden)",
        "fw: session setup: opens a session | \(hidden)",
        "fw: out eth1 | \(hidden)",
        "far: delivered: is delivered (test:2) | \(hidden)",
      ])
    let filter = try #require(walk.hops.first { $0.role == .forwardFilter })
    #expect(filter.matched.map(\.name) == ["2", "1", "3"])
    #expect(filter.matched.map(\.effect) == ["jumps to helper", "returns", "permits"])
    #expect(filter.matched.map(\.rule) == [1, 0, 2])
    #expect(filter.isLogged == true)
    #expect((filter.ingressName, filter.egressName) == ("eth0", "eth1"))
  }

  @Test func `a lost packet's last hop says which rule lost it`() throws {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "10.0.1.0/24")
    _ = plan.device("fw", (lan, ["10.0.0.1/24"]), (far, ["10.0.1.1/24"])) {
      let list = $0.list("forward", [rule(.deny, port(80...80))])
      $0.pipeline.departure = [.filter(list, role: .forwardFilter)]
    }
    let simulator = plan.simulator()
    for (port, loss, line) in [(UInt16(80), Loss.denied, 1), (443, .listEnd, 0)] {
      let walk = try #require(
        simulator.firstWalk(tcp("10.0.0.5", "10.0.1.9", port), from: .segment(lan)) {
          $0 == .lost(loss)
        })
      let last = try #require(walk.hops.last)
      #expect(!last.passed)
      #expect(last.place == Place(file: "forward", line: line))
      #expect(last.deciding?.rule == (line == 1 ? 0 : nil))
      #expect(walk.passedForwardFilters == [])
    }
  }

  @Test func `the first walk is a shortest one`() throws {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let c = plan.segment("c", "10.0.2.0/24")
    _ = plan.device("long", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) {
      $0.route("10.0.2.0/24", .gateway("10.0.1.2", interface: nil))
    }
    _ = plan.device("second", (b, ["10.0.1.2/24"]), (c, ["10.0.2.2/24"]))
    let short = plan.device("short", (a, ["10.0.0.2/24"]), (c, ["10.0.2.1/24"]))
    let walk = try #require(
      plan.simulator().firstWalk(tcp("10.0.0.5", "10.0.2.9"), from: .segment(a)) {
        if case .delivered(c, _) = $0 { true } else { false }
      })
    let devices = walk.hops.filter { $0.kind == .arrival }.map(\.location)
    #expect(devices == [.device(short)])
  }

  @Test func `a limit is told`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    _ = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]))
    let simulator = plan.simulator()
    let packet = tcp("10.0.0.5", "10.0.1.9")
    let all = simulator.walks(packet, from: .segment(a))
    #expect(all.walks.map(\.outcome.delivered) == [packet, packet])
    #expect(all.isComplete)
    let one = simulator.walks(packet, from: .segment(a), limit: 1)
    #expect(one.walks == [all.walks[0]])
    #expect(!one.isComplete)
  }

  @Test func `a packet that changes on each round ends all the same`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    _ = plan.device("r1", (a, ["10.0.0.1/24"])) {
      let up = $0.translation("up", port: .shift(from: 1...60000, to: 2))
      let list = $0.list("nat", [rule(.permit, .any, .translateSource(up))])
      $0.route("0.0.0.0/0", .gateway("10.0.0.2", interface: nil))
      $0.pipeline.departure = [.filter(list, role: .plain), .translateSource]
    }
    _ = plan.device("r2", (a, ["10.0.0.2/24"])) {
      $0.route("0.0.0.0/0", .gateway("10.0.0.1", interface: nil))
    }
    let simulator = plan.simulator()
    let packet = tcp("10.0.0.5", "192.0.2.1")
    #expect(simulator.losses(packet, from: .segment(a)) == [.hopLimit])
    #expect(!simulator.deliveries(packet, from: .segment(a)).isComplete)
  }

  @Test func `a ring of diamonds does not make the search explode`() {
    // Each stage offers two ways to the next: 2^60 walks, but few places to be.
    var plan = Plan()
    let stages = 60
    for index in 0...stages { _ = plan.segment("s\(index)", Self.subnet(index)) }
    for index in 0..<stages {
      for side in [1, 2] {
        _ = plan.device(
          "r\(index)-\(side)", (index, ["10.\(index).0.\(side)/24"]),
          (index + 1, ["10.\(index + 1).0.\(side + 2)/24"])
        ) { device in
          guard index + 1 < stages else { return }
          let hops = [UInt128(1), 2].compactMap {
            IPAddress(.ipv4, Self.subnet(index + 1).address.value + $0)
          }
          device.route(
            Self.subnet(stages), .gateway(hops[0], interface: nil),
            .gateway(hops[1], interface: nil))
        }
      }
    }
    let simulator = plan.simulator()
    let packet = tcp("10.0.0.5", "10.60.0.9")
    let found = simulator.deliveries(packet, from: .segment(0))
    #expect(found.isComplete)
    #expect(
      found.outcomes.contains(.delivered(segment: stages, packet)))
    #expect(simulator.walks(packet, from: .segment(0), limit: 50).walks.count == 50)
  }

  @Test func `a thousand devices with long lists are walked`() throws {
    var plan = Plan()
    let core = plan.segment("core", "10.255.0.0/16")
    let count = 1000
    for index in 0..<count {
      let site = plan.segment("site-\(index)", Self.site(index))
      let base = Self.site(index).address.value
      _ = plan.device("fw-\(index)", (site, []), (core, [])) { device in
        let inside = IPAddress(.ipv4, base + 1) ?? "0.0.0.0"
        device.interfaces[0].addresses = [.init(inside, length: 24)]
        device.interfaces[1].addresses = [.init(Self.core(index), length: 16)]
        for other in 0..<count where other != index && other % 50 == 0 {
          device.route(Self.site(other), .gateway(Self.core(other), interface: nil))
        }
        let rules = (1...300).map { rule(.deny, port(UInt128($0)...UInt128($0))) }
        let list = device.list("f", rules + [rule(.permit)])
        device.pipeline.departure = [.filter(list, role: .forwardFilter)]
      }
    }
    let simulator = plan.simulator()
    let packet = tcp("10.0.0.5", "10.3.132.9")
    #expect(Self.site(900).contains("10.3.132.9"))
    let walk = try #require(
      simulator.firstWalk(packet, from: .segment(1)) { outcome in
        outcome.delivered == packet && outcome != .delivered(segment: 1, packet)
      })
    #expect(walk.passedForwardFilters == [0, 900])
    #expect(
      simulator.firstWalk(tcp("10.0.0.5", "10.3.132.9", 300), from: .segment(1)) { outcome in
        outcome == .delivered(segment: 901, packet)
      } == nil)
  }

  private static func subnet(_ index: Int) -> Prefix {
    let address = IPAddress(ipv4: 0x0A00_0000 | UInt32(index) << 16)
    return Prefix(address, length: 24) ?? Prefix(host: address)
  }

  private static func site(_ index: Int) -> Prefix {
    let address = IPAddress(ipv4: 0x0A00_0000 | UInt32(index) << 8)
    return Prefix(address, length: 24) ?? Prefix(host: address)
  }

  private static func core(_ index: Int) -> IPAddress {
    IPAddress(ipv4: 0x0AFF_0000 | UInt32(index + 1))
  }
}
