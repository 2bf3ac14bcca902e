import Randomness
import Packets

extension RulesetMaker {
  /// Named sets and maps of a table, which its rules may use.
  mutating func sets(of table: String) -> [JSON] {
    var result: [JSON] = []
    func named(_ name: String, _ type: JSON, _ flags: [JSON], _ elements: [JSON]) -> JSON {
      var parts: [JSON.Pair] = [
        .init(key: "family", value: .text(family)), .init(key: "table", value: .text(table)),
        .init(key: "name", value: .text(name)), .init(key: "type", value: type),
      ]
      if !flags.isEmpty { parts.append(.init(key: "flags", value: .list(flags))) }
      if !elements.isEmpty { parts.append(.init(key: "elem", value: .list(elements))) }
      return ["set": .object(parts)]
    }
    for (name, about) in [("a4", Family.ipv4), ("a6", .ipv6)] where !subnets(about).isEmpty {
      var elements: [JSON] = []
      // Elements of one subnet each, so that none overlap.
      for prefix in subnets(about) where random.chance(60) {
        let low = random.below(14)
        let high = low + 1 + random.below(15 - low)
        guard let from = IPAddress(about, prefix.address.value + UInt128(low)),
          let to = IPAddress(about, prefix.address.value + UInt128(high))
        else { continue }
        elements.append(random.chance(50) ? "\(from)" : ["range": ["\(from)", "\(to)"]])
      }
      result.append(
        named(name, about == .ipv4 ? "ipv4_addr" : "ipv6_addr", ["interval"], elements))
    }
    let low = random.pick(Self.ports)
    result.append(
      named(
        "p", "inet_service", ["interval"],
        [7, ["range": [.number(low), .number(low + 1 + random.below(500))]]]))
    let type = random.chance(50) ? "ipv4_addr" : "ipv6_addr"
    let about: Family = type == "ipv4_addr" ? .ipv4 : .ipv6
    var pairs: [JSON] = []
    for port in [22, 80] {
      if let address = address(about) { pairs.append(["concat": ["\(address)", .number(port)]]) }
    }
    if let low = address(about), random.chance(50) {
      let high = IPAddress(about, low.value | 15) ?? low
      if low != high {
        pairs.append([
          "concat": [["range": ["\(low)", "\(high)"]], ["range": [443, 502]]]
        ])
      }
    }
    result.append(named("c", [.text(type), "inet_service"], ["interval"], pairs))
    return result
  }

  /// A comparison with a named set, or with pairs.
  mutating func setMatch() -> JSON {
    let name = about == .ipv4 ? "ip" : "ip6"
    let port = transport == "icmp" ? "th" : transport
    switch random.below(3) {
    case 0 where !subnets(about).isEmpty:
      let field = Self.payload(name, random.chance(50) ? "saddr" : "daddr")
      return compare(field, about == .ipv4 ? "@a4" : "@a6")
    case 1:
      guard let first = address(about), let second = address(about) else { fallthrough }
      let left: JSON = [
        "concat": [
          Self.payload(name, "saddr"), Self.payload(port, "dport"),
        ]
      ]
      var elements: [JSON] = [["concat": ["\(first)", .number(random.pick([22, 80]))]]]
      if first != second {
        elements.append(["concat": ["\(second)", .number(random.pick([53, 443]))]])
      }
      return compare(left, ["set": .list(elements)])
    default:
      return compare(Self.payload(port, "dport"), "@p")
    }
  }

  /// A verdict for each of several keys.
  mutating func verdictMap(_ chains: [String]) -> JSON {
    func outcome() -> JSON { verdict(chains, mayReject: false) ?? ["continue": nil] }
    let port = transport == "icmp" ? "th" : transport
    var key: JSON
    var elements: [JSON]
    switch random.below(3) {
    case 0:
      key = Self.payload(port, "dport")
      elements = [
        [22, outcome()], [["range": [80, 90]], outcome()], [["range": [443, 502]], outcome()],
      ]
    case 1:
      key = Self.meta("l4proto")
      elements = [["tcp", outcome()], ["udp", outcome()], ["icmp", outcome()]]
    default:
      guard let first = address(about), let second = address(about), first != second else {
        return outcome()
      }
      key = Self.payload(about == .ipv4 ? "ip" : "ip6", random.chance(50) ? "saddr" : "daddr")
      elements = [["\(first)", outcome()], ["\(second)", outcome()]]
      if random.chance(40) { elements.append(["*", outcome()]) }
    }
    return ["vmap": ["key": key, "data": ["set": .list(elements)]]]
  }

  // MARK: Translation

  /// A chain that translates.
  mutating func translationChain(_ name: String) -> Ruleset.Chain {
    let isSource = random.chance(45)
    hook = isSource ? "postrouting" : "prerouting"
    let priority =
      isSource ? random.pick([100, 100, 90, 110]) : random.pick([-100, -100, -110, -90])
    var chain = Ruleset.Chain(
      name: name,
      hook: [
        .init(key: "type", value: "nat"), .init(key: "hook", value: .text(hook)),
        .init(key: "prio", value: .number(priority)), .init(key: "policy", value: "accept"),
      ])
    for _ in 0..<random.few(1, 3) {
      chooseSubject()
      let hasPort = transport != "icmp" && random.chance(35)
      var statements = (0..<random.pick([0, 1, 1, 2])).map { _ in match() }
      if hasPort {
        statements.append(compare(Self.payload(transport, "dport"), portValue()))
      }
      if random.chance(10) {
        statements.append(random.pick([["accept": nil], ["drop": nil], ["return": nil]]))
      } else {
        statements.append(translation(isSource: isSource, hasPort: hasPort))
      }
      chain.rules.append(Ruleset.Rule(statements: statements))
    }
    return chain
  }

  private mutating func translation(isSource: Bool, hasPort: Bool) -> JSON {
    var parts: [JSON.Pair] = []
    if hasPort {
      let low = random.pick(Self.ports)
      parts.append(
        .init(
          key: "port",
          value: random.chance(70)
            ? .number(low) : ["range": [.number(low), .number(low + 1 + random.below(4))]]))
    }
    if random.chance(35) {
      return [isSource ? "masquerade" : "redirect": parts.isEmpty ? nil : .object(parts)]
    }
    guard let first = address(about) else { return ["accept": nil] }
    var target: JSON = "\(first)"
    if random.chance(25), let last = IPAddress(about, first.value | 3), first != last {
      target = ["range": ["\(first)", "\(last)"]]
    }
    if liking.hasMaps, random.chance(25), let second = address(about),
      let third = address(about), second != third
    {
      let key = Self.payload(about == .ipv4 ? "ip" : "ip6", isSource ? "saddr" : "daddr")
      let data: JSON = ["set": [["\(second)", "\(first)"], ["\(third)", "\(second)"]]]
      target = ["map": ["key": key, "data": data]]
    }
    if family == "inet" {
      parts.insert(.init(key: "family", value: about == .ipv4 ? "ip" : "ip6"), at: 0)
    }
    parts.append(.init(key: "addr", value: target))
    return [isSource ? "snat" : "dnat": .object(parts)]
  }
}
