import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `nftables: the order of evaluation` {
  private typealias Reading = `nftables: reading a listing`

  private static func chain(
    _ name: String, _ type: String, _ hook: String, _ priority: Int, _ statements: String = "",
    family: String = "ip", policy: String = "accept"
  ) -> String {
    let place = "\"family\": \"\(family)\", \"table\": \"t\""
    let rules = statements.split(separator: "\n").map {
      ", {\"rule\": {\(place), \"chain\": \"\(name)\", \"expr\": [\($0)]}}"
    }
    return """
      {"chain": {\(place), "name": "\(name)", "type": "\(type)", "hook": "\(hook)", \
      "prio": \(priority), "policy": "\(policy)"}}\(rules.joined())
      """
  }

  private static func plan(_ chains: String...) throws -> NftablesPlan {
    try Reading.read("{\"nftables\": [\(chains.joined(separator: ",\n"))]}")
  }

  private static func names(_ stages: [Stage], _ device: Device) -> [String] {
    stages.map { stage in
      switch stage {
      case .filter(let list, .forwardFilter): "forward filter \(device.acls[list].name)"
      case .filter(let list, .plain): device.acls[list].name
      case .natFilter(let list, _): "nat \(device.acls[list].name)"
      default: "\(stage)"
      }
    }
  }

  private let seesState =
    "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": \"new\"}}, "
    + "{\"accept\": null}"

  @Test func `a device without rules only routes`() throws {
    let plan = try Self.plan()
    #expect(plan.device.pipeline == Pipeline())
    #expect(plan.device.sessions == nil)
  }

  @Test func `stages follow hooks and priorities`() throws {
    let plan = try Self.plan(
      Self.chain("late", "filter", "forward", 10), Self.chain("early", "filter", "forward", -10),
      Self.chain("raw", "filter", "prerouting", -300),
      Self.chain("mangle", "filter", "prerouting", -150, seesState),
      Self.chain("dst", "nat", "prerouting", -100, "{\"dnat\": {\"addr\": \"10.1.0.5\"}}"),
      Self.chain("src", "nat", "postrouting", 100, "{\"masquerade\": null}"),
      Self.chain("own", "filter", "output", 0), Self.chain("in", "filter", "input", 0))
    let pipeline = plan.device.pipeline
    let device = plan.device
    #expect(
      Self.names(pipeline.arrival, device) == [
        "reassembly", "ip t raw", "recall", "after the session look-up", "ip t mangle",
        "nat ip t dst", "translateDestination", "route(Networks.RouteKey.destination)",
      ])
    let out = [
      "nat ip t src", "translateSource", "errors about translated sessions", "remember",
      "fragments before", "fragment", "fragments after",
    ]
    #expect(
      Self.names(pipeline.departure, device) == [
        "forward filter ip t early", "forward filter ip t late",
      ] + out)
    #expect(
      Self.names(pipeline.input, device) == [
        "ip t in", "translateSource", "errors about translated sessions", "remember",
      ])
    #expect(
      Self.names(pipeline.output, device) == [
        "route(Networks.RouteKey.destination)", "reassembly", "recall",
        "after the session look-up", "translateDestination", "ip t own",
        "route(Networks.RouteKey.destination)",
      ] + out)
  }

  @Test func `both families tracked are put together as one`() throws {
    let plan = try Self.plan(
      Self.chain("f", "filter", "forward", 0, seesState, family: "inet"))
    #expect(plan.device.pipeline.arrival.first == .reassemble)
    #expect(plan.device.pipeline.departure.last == .fragment)
  }

  @Test func `packets of its own pass output and postrouting`() throws {
    let drop = "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"udp\", "
    let plan = try Self.plan(
      Self.chain(
        "o", "filter", "output", 0,
        drop + "\"field\": \"dport\"}}, \"right\": 1}}, {\"drop\": null}"),
      Self.chain(
        "p", "filter", "postrouting", 0,
        drop + "\"field\": \"dport\"}}, \"right\": 2}}, {\"drop\": null}"),
      Self.chain("f", "filter", "forward", 0, policy: "drop"))
    func arrives(_ port: UInt16) -> Bool {
      let packet = Header(
        family: .ipv4, source: 0x0A02_0001, destination: 0x0A02_0005, protocol: 17, sourcePort: 9,
        destinationPort: port)
      return plan.simulators.contains { simulator in
        simulator.walks(packet, from: .device(0)).walks.contains { $0.outcome.delivered != nil }
      }
    }
    #expect(!arrives(1))
    #expect(!arrives(2))
    #expect(arrives(3))
  }

  @Test func `a redirect of its own packets leads to itself`() throws {
    let plan = try Self.plan(
      Self.chain("o", "nat", "output", -100, "{\"redirect\": {\"port\": 53}}"))
    let targets = plan.device.translations.map(\.address)
    #expect(targets == [.pool(AddressSet(IPAddress(ipv4: 0x7F00_0001)))])
  }

  @Test func `a source port is kept or another of its class`() throws {
    let plan = try Self.plan(
      Self.chain("p", "nat", "postrouting", 100, "{\"masquerade\": null}"))
    #expect(
      plan.device.translations.map(\.port) == [
        .any(0...511), .any(512...1023), .any(1024...65535), nil,
      ])
  }

  @Test(arguments: [TCPFlags.syn, TCPFlags.ack])
  func `an expected connection may open a session`(flags: UInt8) throws {
    let plan = try Self.plan(
      Self.chain(
        "p", "filter", "prerouting", 0, "{\"ct helper\": \"ftp\"}", family: "inet"),
      Self.chain(
        "f", "filter", "forward", 0,
        seesState.replacing("new", with: "related"), family: "inet", policy: "drop"))
    let conditions = plan.context.conditions.conditions.map(\.name)
    let helper = try #require(conditions.firstIndex { $0.hasPrefix("gw/helper:") })
    let packet = Header(
      family: .ipv4, source: 0x0A01_0005, destination: 0x0A02_0005, protocol: 6, sourcePort: 9,
      destinationPort: 20, tcpFlags: flags)
    for simulator in plan.simulators {
      let arrives = simulator.walks(packet, from: .segment(0)).walks.contains { walk in
        walk.outcome.delivered != nil && !walk.sessions.isEmpty
      }
      #expect(arrives == simulator.valuation(helper, packet))
    }
  }

  @Test func `a flowtable may take established packets past the chains`() throws {
    let plan = try Self.plan(
      "{\"flowtable\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"ft\"}}",
      Self.chain(
        "f", "filter", "forward", 0,
        "{\"flow\": {\"op\": \"add\", \"flowtable\": \"@ft\"}}\n" + seesState, family: "inet",
        policy: "drop"))
    let conditions = plan.context.conditions.conditions.map(\.name)
    #expect(conditions.contains { $0.hasPrefix("gw/flowtable:") })
    #expect(plan.context.coverage[0].opaque.map(\.name) == ["'flow add'"])
  }

  /// Found by the kernel: the chain that was added last runs first, and what it translates does not
  /// meet the other one, which drops everything.
  @Test func `a chain that translates hides one of its priority that only drops`() throws {
    let translates = "{\"dnat\": {\"addr\": \"10.1.0.5\"}}"
    for (first, second) in [("{\"drop\": null}", translates), (translates, "{\"drop\": null}")] {
      let plan = try Self.plan(
        Self.chain("a", "nat", "prerouting", -100, first),
        Self.chain("b", "nat", "prerouting", -100, second))
      let orders = plan.context.conditions.conditions.filter { $0.name.hasPrefix("gw/order:") }
      #expect(orders.count == 2)
    }
    let apart = try Self.plan(
      Self.chain("a", "nat", "prerouting", -100, translates),
      Self.chain("b", "nat", "prerouting", -99, "{\"drop\": null}"))
    #expect(!apart.context.conditions.conditions.contains { $0.name.hasPrefix("gw/order:") })
  }

  @Test func `three chains of one priority get enough rounds for every order`() throws {
    let writes =
      "{\"mangle\": {\"key\": {\"meta\": {\"key\": \"mark\"}}, \"value\": {\"|\": "
      + "[{\"meta\": {\"key\": \"mark\"}}, 1]}}}\n"
      + "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"mark\"}}, \"right\": 1}}, "
      + "{\"drop\": null}"
    let plan = try Self.plan(
      Self.chain("a", "filter", "forward", 0, writes),
      Self.chain("b", "filter", "forward", 0, writes),
      Self.chain("c", "filter", "forward", 0, writes))
    #expect(plan.device.pipeline.departure.count == 9)
    let orders = plan.context.conditions.conditions.filter { $0.name.hasPrefix("gw/order:") }
    #expect(orders.count == 6)
    #expect(orders.allSatisfy { $0.scope == .global })
  }
}
