import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `nftables: reading a listing` {
  static func read(_ text: String) throws(InputError) -> NftablesPlan {
    try NftablesPlan(Array(text.utf8))
  }

  /// A listing of one rule in a chain for forwarded packets.
  static func rule(
    _ statements: String, family: String = "inet", more: String = "",
    base: String = "\"type\": \"filter\", \"hook\": \"forward\", \"prio\": 0"
  ) throws(InputError) -> NftablesPlan {
    let place = "\"family\": \"\(family)\", \"table\": \"t\""
    return try read(
      """
      {"nftables": [
      {"metainfo": {"version": "1.0.6"}},
      {"table": {"family": "\(family)", "name": "t"}},
      {"chain": {\(place), "name": "c", \(base)}},
      \(more)
      {"rule": {\(place), "chain": "c", "handle": 7, "expr": [
      \(statements)
      ]}}]}
      """)
  }

  @Test(arguments: [
    ("[]", "1:1: error: this is no nftables ruleset"),
    ("[{\"match\": {}}]", "1:1: error: this is no nftables ruleset"),
    ("{\"rules\": []}", "1:1: error: this is no nftables ruleset"),
    ("{\"nftables\": 7}", "1:14: error: 'nftables' is no array"),
    ("{\"nftables\": [\n{\"add\": {}}]}", "2:2: error: 'add' is a command"),
    ("{\"nftables\": [\n{\"flush\": {\"ruleset\": null}}]}", "2:2: error: 'flush' is a command"),
    ("{\"nftables\": [", "1:15: error"),
    ("table inet t {}", "1:1: error"),
  ])
  func `what is no listing is refused with its place`(_ text: String, _ expected: String) {
    let error = #expect(throws: InputError.self) { try Self.read(text) }
    #expect(error?.description.hasPrefix("ruleset.json:" + expected) == true, "\(error as Any)")
  }

  @Test func `a listing is recognised by its first key`() {
    let importer = Importer.nftables
    #expect(importer.recognises(Array("\n{\"nftables\": [".utf8)))
    #expect(!importer.recognises(Array("# nftables\ntable ip t".utf8)))
    #expect(!importer.recognises(Array("{\"network\": \"x\"}".utf8)))
    #expect(!importer.recognises([]))
  }

  @Test func `every object and statement is counted in one state`() throws {
    let plan = try Self.rule(
      """
      {"counter": {"packets": 0, "bytes": 0}},
      {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 22}},
      {"limit": {"rate": 1, "per": "second"}},
      {"accept": null}
      """)
    let coverage = try #require(plan.context.coverage.first)
    // The table, the chain, the rule, the match and the verdict.
    #expect(coverage.modelled == 5)
    // The versions and the counter.
    #expect(coverage.irrelevant == 2)
    #expect(coverage.opaque.map(\.name) == ["'limit'"])
    #expect(coverage.opaque.map(\.place.line) == [9])
    #expect(coverage.file == "ruleset.json")
  }

  @Test func `conditions have the device, their kind and their place`() throws {
    let plan = try Self.rule("{\"limit\": {\"rate\": 1}},\n{\"accept\": null}", family: "ip")
    let names = plan.context.conditions.conditions.map(\.name)
    #expect(names == ["gw/limit:limit@7:1"])
    #expect(plan.context.conditions.conditions.map(\.place.line) == [7])
    #expect(plan.context.notices.filter { $0.kind == .opaque }.map(\.place.line) == [7])
  }

  @Test func `what a listing cannot say is one remark`() throws {
    let remarks = try Self.rule("{\"accept\": null}").context.notices.filter { $0.kind == .remark }
    #expect(remarks.count == 1)
    #expect(remarks[0].message.contains("iptables-legacy"))
  }

  @Test func `an interface that the description lacks is a finding`() throws {
    let plan = try Self.rule(
      """
      {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "wan0"}},
      {"accept": null}
      """)
    let findings = plan.context.notices.filter { $0.kind == .finding }
    #expect(findings.map(\.message) == ["gw has no interface 'wan0'; no packet is taken to use it"])
    #expect(findings.map(\.place.line) == [7])
  }

  @Test(arguments: [
    "{\"nonsense\": 1}", "{\"match\": {\"op\": \"==\"}}", "{\"match\": 3}", "{}", "7",
    "{\"vmap\": {\"key\": 1}}", "{\"jump\": {\"target\": \"nowhere\"}}", "{\"mangle\": null}",
    "{\"goto\": {\"target\": \"c\"}}", "{\"dnat\": {\"addr\": \"no address\"}}",
    "{\"queue\": null}",
    "{\"match\": {\"op\": \"~\", \"left\": {\"meta\": {\"key\": \"mark\"}}, \"right\": 1}}",
    "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"l4proto\"}}, \"right\": \"x\"}}",
    "{\"match\": {\"op\": \"==\", \"left\": {\"meta\": {\"key\": \"iifname\"}}, "
      + "\"right\": {\"set\": [{\"range\": [\"\", \"\"]}]}}}",
    "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\", \"field\": "
      + "\"saddr\", \"tunnel\": \"vxlan\"}}, \"right\": \"10.0.0.1\"}}",
    "{\"xt\": {\"type\": \"match\", \"name\": \"conntrack\"}}",
    "{\"xt\": {\"type\": \"target\", \"name\": \"MARK\"}}",
  ])
  func `what is not understood is opaque and neither passes nor blocks all`(
    _ statement: String
  ) throws {
    let plan = try Self.rule(
      "\(statement),\n{\"accept\": null}",
      base: "\"type\": \"filter\", \"hook\": \"forward\", \"prio\": 0, \"policy\": \"drop\"")
    let coverage = try #require(plan.context.coverage.first)
    #expect(coverage.opaque.contains { $0.place.line == 7 }, "\(coverage)")
    let packet = Header(
      family: .ipv4, source: 0x0A01_0005, destination: 0x0A02_0005, protocol: 6,
      sourcePort: 9, destinationPort: 22, tcpFlags: TCPFlags.syn)
    let passes = plan.simulators.map { simulator in
      simulator.walks(packet, from: .segment(0)).walks.contains {
        if case .delivered(let segment, _) = $0.outcome { segment != 0 } else { false }
      }
    }
    #expect(Set(passes) == [true, false])
  }

  @Test func `an object that is not understood may do anything`() throws {
    let plan = try Self.rule("{\"accept\": null}", more: "{\"novelty\": {\"hook\": \"forward\"}},")
    #expect(plan.context.conditions.conditions.map(\.name) == ["gw/object:novelty@5:1"])
    guard case .filter(let list, _) = plan.device.pipeline.arrival.first,
      case .opaque(let condition, let writes) = plan.device.acls[list].rules[0].action
    else {
      Issue.record("no stage stands for the object")
      return
    }
    #expect(condition == 0)
    #expect(writes.contains(.destinationIPv4))
  }

  @Test func `chains that call each other in a circle are opaque`() throws {
    let place = "\"family\": \"inet\", \"table\": \"t\""
    let plan = try Self.rule(
      "{\"jump\": {\"target\": \"d\"}}",
      more: """
        {"chain": {\(place), "name": "d"}},
        {"rule": {\(place), "chain": "d", "expr": [{"jump": {"target": "d"}}]}},
        """)
    #expect(plan.context.coverage[0].opaque.map(\.name) == ["'jump d'"])
  }

  @Test func `a set that changes is its listing unless a condition says otherwise`() throws {
    let place = "\"family\": \"inet\", \"table\": \"t\""
    let plan = try Self.rule(
      """
      {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}},
      "right": "@s"}}, {"accept": null}
      """,
      more: """
        {"set": {\(place), "name": "s", "type": "ipv4_addr", "flags": ["timeout"],
        "elem": ["10.1.0.5"]}},
        """)
    let condition = try #require(plan.context.conditions.conditions.first)
    #expect(condition.name == "gw/set:inet/t/s (ip saddr)")
    #expect(condition.scope == .evaluation(of: [.sourceIPv4]))
    #expect(plan.context.coverage[0].opaque.count == 1)
  }

  @Test func `bridge and ARP chains may only take away`() throws {
    let plan = try Self.rule(
      "{\"drop\": null}", family: "bridge",
      base: "\"type\": \"filter\", \"hook\": \"forward\", \"prio\": -200")
    #expect(plan.context.conditions.conditions.map(\.name) == ["gw/bridge:c@4:11"])
    let lists = plan.device.acls.filter { $0.name == "bridge t c" }
    #expect(lists.map { $0.rules.map(\.action) } == [[.deny]])
    #expect(plan.context.coverage[0].opaque.count == 3)
  }

  @Test func `a chain of a dormant table does not run`() throws {
    let plan = try Self.read(
      """
      {"nftables": [{"table": {"family": "ip", "name": "t", "flags": "dormant"}},
      {"chain": {"family": "ip", "table": "t", "name": "c", "type": "filter", "hook": "forward",
      "prio": 0, "policy": "drop"}}]}
      """)
    #expect(plan.device.pipeline.departure.isEmpty)
    #expect(plan.context.conditions.conditions.isEmpty)
  }
}
