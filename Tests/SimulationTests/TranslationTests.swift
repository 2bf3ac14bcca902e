import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Translations` {
  private static let lan = 0
  private static let web: IPAddress = "203.0.113.9"

  /// A stateless NAT router from `lan` to `far`; the translation applies to every packet.
  private func simulator(
    _ end: TranslationEnd, _ address: Translation.Address? = nil, port: Translation.Port? = nil,
    candidates: Candidates = Candidates(), key: RouteKey = .destination
  ) -> Simulator {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24", "2001:db8::/64")
    let far = plan.segment("far", "203.0.113.0/24", "2001:db8:1::/64")
    _ = plan.device(
      "r", (lan, ["10.0.0.1/24", "10.0.0.2/24", "2001:db8::1/64"]), (far, ["203.0.113.1/24"])
    ) {
      $0.route("2001:db8:1::/64", .interface(1))
      let translation = $0.translation("t", address, port: port)
      let effect: Effect =
        end == .source ? .translateSource(translation) : .translateDestination(translation)
      let list = $0.list("nat", [rule(.permit, .any, effect)])
      $0.pipeline = Pipeline(
        arrival: [.filter(list, role: .plain)]
          + (key == .destination
            ? [.translateDestination, .route(key)] : [.route(key), .translateDestination]),
        departure: [.translateSource])
    }
    return plan.simulator(candidates: candidates)
  }

  private func changed(_ simulator: Simulator, _ packet: Header) -> [String] {
    simulator.ends(packet, from: Self.lan).filter { $0 != "on lan" }
  }

  private let packet = tcp("10.0.0.5", web)

  @Test func `a pool of one address is a static translation`() {
    let simulator = simulator(.source, .pool(AddressSet("198.51.100.7")))
    #expect(changed(simulator, packet) == ["on far as \(tcp("198.51.100.7", Self.web))"])
  }

  @Test func `an end is translated only once`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "203.0.113.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"]), (far, ["203.0.113.1/24"])) { device in
      let lists = ["203.0.113.7", "203.0.113.8"].map { (address: IPAddress) in
        let translation = device.translation("t", .pool(AddressSet(address)))
        return device.list(
          "nat",
          [rule(.permit, .any, .translateDestination(translation), .translateSource(translation))])
      }
      let choices = lists.flatMap {
        [Stage.filter($0, role: .plain), .translateDestination, .translateSource]
      }
      device.pipeline = Pipeline(arrival: choices + [.route(.destination)], departure: [])
    }
    #expect(
      changed(plan.simulator(), packet) == [
        "on far as \(tcp("203.0.113.7", "203.0.113.7"))"
      ])
  }

  @Test func `a later stage does not draw from the pool again`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "203.0.113.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"]), (far, ["203.0.113.1/24"])) { device in
      let pool = Translation.Address.pool(AddressSet(["203.0.113.6/31"]))
      let translation = device.translation("t", pool)
      let choose = device.list(
        "nat",
        [rule(.permit, .any, .translateDestination(translation), .translateSource(translation))])
      let stages = [Stage.translateDestination, .translateSource]
      device.pipeline = Pipeline(
        arrival: [.filter(choose, role: .plain)] + stages + [.filter(1, role: .plain)] + stages
          + [.route(.translatedDestination)],
        departure: stages)
      let first = AddressSet("203.0.113.6")
      _ = device.list("first", [rule(.permit, .all([first.asSource, first.asDestination]))])
    }
    #expect(
      changed(plan.simulator(), packet) == ["on far as \(tcp("203.0.113.6", "203.0.113.6"))"])
  }

  @Test func `routes settle the address of a pool, and what is written since the port`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "203.0.113.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"]), (far, ["203.0.113.1/24"])) { device in
      let pool = Translation.Address.pool(AddressSet(["203.0.113.7/32", "10.0.0.7/32"]))
      let translation = device.translation("t", pool, port: .shift(from: 443...443, to: 1024))
      let choose = device.list("nat", [rule(.permit, .any, .translateDestination(translation))])
      let write = device.list("write", [rule(.permit, .any, .set(.destinationPort, 5000))])
      device.pipeline = Pipeline(
        arrival: [.filter(choose, role: .plain), .route(.translatedDestination)],
        departure: [.filter(write, role: .plain), .translateDestination])
    }
    #expect(
      changed(plan.simulator(), packet) == [
        "on far as \(tcp("10.0.0.5", "203.0.113.7", 5000))",
        "on lan as \(tcp("10.0.0.5", "10.0.0.7", 5000))",
      ])
  }

  @Test func `a pool offers its bounds and the candidates in it`() {
    let pool = Translation.Address.pool(AddressSet(["198.51.100.0/30", "198.51.100.64/32"]))
    let wanted: IPAddress = "198.51.100.2"
    let outside: IPAddress = "198.51.100.9"
    let simulator = simulator(
      .source, pool,
      candidates: Candidates(values: [.sourceIPv4: [wanted.value, outside.value]]))
    let expected = ["198.51.100.0", "198.51.100.2", "198.51.100.3", "198.51.100.64"]
      .map { (address: IPAddress) in "on far as \(tcp(address, Self.web))" }
    #expect(changed(simulator, packet) == expected)
  }

  @Test func `a pool keeps an address that it holds`() {
    let simulator = simulator(.source, .pool(AddressSet(["10.0.0.0/29"])))
    #expect(changed(simulator, packet).contains("on far"))
  }

  @Test func `a pool without addresses of the family loses the packet`() {
    let simulator = simulator(.source, .pool(AddressSet("198.51.100.7")))
    let sent = tcp("2001:db8::5", "2001:db8:1::9")
    #expect(changed(simulator, sent) == [])
    #expect(simulator.losses(sent, from: .segment(Self.lan)) == [.noTranslation])
  }

  @Test(
    arguments: [
      ("10.0.0.0", "198.51.100.0"), ("10.0.0.5", "198.51.100.5"), ("10.0.0.127", "198.51.100.127"),
      ("10.0.0.128", "10.0.0.128"),
    ] as [(IPAddress, IPAddress)])
  func `a prefix map keeps the host bits`(source: IPAddress, translated: IPAddress) {
    let simulator = simulator(.source, .prefix(from: "10.0.0.0/25", to: "198.51.100.0/25"))
    let sent = tcp(source, Self.web)
    let expected = source == translated ? "on far" : "on far as \(tcp(translated, Self.web))"
    #expect(changed(simulator, sent) == [expected])
  }

  @Test func `a prefix map of one family leaves the other alone`() {
    let simulator = simulator(.source, .prefix(from: "2001:db8::/64", to: "2001:db8:2::/64"))
    #expect(changed(simulator, packet) == ["on far"])
    #expect(
      changed(simulator, tcp("2001:db8::5", "2001:db8:1::9"))
        == ["on far as \(tcp("2001:db8:2::5", "2001:db8:1::9"))"])
  }

  @Test func `a masquerade takes the first address of the way out`() {
    let simulator = simulator(.source, .interface)
    #expect(changed(simulator, packet) == ["on far as \(tcp("203.0.113.1", Self.web))"])
    // The way out has no IPv6 address.
    let sent = tcp("2001:db8::5", "2001:db8:1::9")
    #expect(simulator.losses(sent, from: .segment(Self.lan)) == [.noTranslation])
  }

  @Test(arguments: [RouteKey.destination, .translatedDestination])
  func `a redirect ends at the first address of the way in`(key: RouteKey) {
    let simulator = simulator(.destination, .interface, port: .any(8080...8080), key: key)
    #expect(changed(simulator, packet) == ["to r as \(tcp("10.0.0.5", "10.0.0.1", 8080))"])
  }

  @Test(arguments: [RouteKey.destination, .translatedDestination])
  func `a destination is routed as it will be`(key: RouteKey) {
    let pool = AddressSet(["203.0.113.50/32", "10.0.0.77/32", "192.0.2.1/32"])
    let simulator = simulator(.destination, .pool(pool), key: key)
    let sent = tcp("10.0.0.5", "198.51.100.1")
    #expect(
      simulator.ends(sent, from: Self.lan) == [
        "on far as \(tcp("10.0.0.5", "203.0.113.50"))", "on lan",
        "on lan as \(tcp("10.0.0.5", "10.0.0.77"))",
      ])
    #expect(simulator.losses(sent, from: .segment(Self.lan)) == [.noRoute])
  }

  @Test func `ports of a range offer its bounds, the candidates and the packet's own`() {
    let simulator = simulator(
      .source, port: .any(1024...50000),
      candidates: Candidates(values: [.sourcePort: [1023, 5000]]))
    let expected = [1024, 5000, 50000].map { (port: UInt16) in
      "on far as \(tcp("10.0.0.5", Self.web, from: port))"
    }
    #expect(changed(simulator, packet).sorted() == (["on far"] + expected).sorted())
    #expect(
      !changed(simulator, tcp("10.0.0.5", Self.web, from: 1023)).contains("on far"))
  }

  @Test(arguments: [(7999, 7999), (8000, 80), (8010, 90), (8011, 8011)])
  func `a port shift keeps the distance`(sent: UInt16, translated: UInt16) {
    let simulator = simulator(.destination, port: .shift(from: 8000...8010, to: 80))
    let ends = changed(simulator, tcp("10.0.0.5", Self.web, sent))
    let expected =
      sent == translated ? "on far" : "on far as \(tcp("10.0.0.5", Self.web, translated))"
    #expect(ends == [expected])
  }

  @Test func `packets without ports have their addresses translated`() {
    let simulator = simulator(
      .source, .pool(AddressSet("198.51.100.7")), port: .any(1024...1024))
    let ping = icmp("10.0.0.5", Self.web, type: 8)
    #expect(
      changed(simulator, ping) == ["on far as \(icmp("198.51.100.7", Self.web, type: 8))"])
    let later = fragment(of: packet)
    let expected = fragment(of: tcp("198.51.100.7", Self.web))
    #expect(changed(simulator, later) == ["on far as \(expected)"])
  }

  @Test func `NAT lists take new packets only, and each end once`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "203.0.113.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"]), (far, ["203.0.113.1/24"])) {
      let first = $0.translation("first", .pool(AddressSet("198.51.100.1")))
      let second = $0.translation("second", .pool(AddressSet("198.51.100.2")))
      let lists = [
        $0.list("1", [rule(.permit, port(443...443), .translateSource(first))], end: .permit),
        $0.list("2", [rule(.permit, .any, .translateSource(second))], end: .permit),
      ]
      $0.sessions = SessionBehaviour(
        opens: .not(port(25...25)), untracked: port(26...26), bypassesFilters: false)
      $0.pipeline = Pipeline(
        arrival: [.recall, .route(.destination)],
        departure: lists.map { .natFilter($0, end: .source) } + [.translateSource])
    }
    let simulator = plan.simulator()
    let cases: [(UInt16, IPAddress)] = [
      (443, "198.51.100.1"), (80, "198.51.100.2"), (25, "10.0.0.5"), (26, "10.0.0.5"),
    ]
    for (port, source) in cases {
      let walk = simulator.firstWalk(tcp("10.0.0.5", Self.web, port), from: .segment(lan)) {
        if case .delivered(far, _) = $0 { true } else { false }
      }
      #expect(walk?.outcome.delivered == tcp(source, Self.web, port))
    }
  }
}
