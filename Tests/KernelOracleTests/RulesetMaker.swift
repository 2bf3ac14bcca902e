import Randomness
import Packets

/// Makes rulesets at random that say something about a topology.
struct RulesetMaker {
  /// What rulesets may have in them.
  struct Liking: Sendable {
    var hasTracking = true
    var hasTranslation = true
    var hasMaps = true
    var hasWrites = true
  }

  var random: SplitMix
  let liking: Liking
  let topology: Topology
  let gateway: Int
  /// The family of the table in the making.
  var family = "inet"
  /// Whether rules of this ruleset ask for sessions.
  var isTracking = false
  /// The hook of the chain in the making.
  var hook = ""
  /// The family and the transport protocol that the rule in the making is about: the kernel's tools
  /// refuse rules that are about two.
  var about = Family.ipv4
  var transport = "tcp"
  static let ports = [22, 53, 80, 443, 502, 1000, 20000]

  init(_ topology: Topology, gateway: Int, _ liking: Liking, _ random: SplitMix) {
    self.topology = topology
    self.gateway = gateway
    self.liking = liking
    self.random = random
  }

  mutating func make() -> Ruleset {
    isTracking = liking.hasTracking && random.chance(60)
    var result = Ruleset()
    for number in 0..<random.few(1, 3) {
      family = random.pick(["inet", "inet", "ip", "ip", "ip6"])
      result.tables.append(table("t\(number)"))
    }
    return result
  }

  private mutating func table(_ name: String) -> Ruleset.Table {
    var table = Ruleset.Table(family: family, name: name)
    if liking.hasMaps { table.sets = sets(of: name) }
    // Regular chains lead only to later ones.
    hook = "regular"
    let regular = (0..<random.below(4)).map { "r\($0)" }
    for (index, name) in regular.enumerated() {
      let later = Array(regular[(index + 1)...])
      let rules = (0..<random.below(4)).map { _ in rule(mayLeadTo: later) }
      table.chains.append(Ruleset.Chain(name: name, rules: rules))
    }
    for number in 0..<random.few(1, 3) {
      if liking.hasTranslation, isTracking, random.chance(25) {
        table.chains.append(translationChain("n\(number)"))
      } else {
        table.chains.append(filterChain("b\(number)", regular))
      }
    }
    return table
  }

  private mutating func filterChain(_ name: String, _ regular: [String]) -> Ruleset.Chain {
    hook = random.pick([
      "forward", "forward", "forward", "forward", "prerouting", "postrouting", "input", "output",
    ])
    let priority = random.pick([0, 0, 0, -10, 10, -150, -300, 50, 100, -100, -199, -201, -401])
    let policy = random.chance(30) ? "drop" : "accept"
    var chain = Ruleset.Chain(
      name: name,
      hook: [
        .init(key: "type", value: "filter"), .init(key: "hook", value: .text(hook)),
        .init(key: "prio", value: .number(priority)), .init(key: "policy", value: .text(policy)),
      ])
    for _ in 0..<random.few(1, 6) {
      // Regular chains may ask for what only chains of the hook forward know.
      chain.rules.append(rule(mayLeadTo: hook == "forward" ? regular : []))
    }
    return chain
  }

  // MARK: Rules

  mutating func rule(mayLeadTo chains: [String]) -> Ruleset.Rule {
    chooseSubject()
    var statements: [JSON] = []
    for _ in 0..<random.pick([0, 1, 1, 1, 2, 2, 3]) { statements.append(match()) }
    if random.chance(15) {
      statements.insert(sideEffect(), at: random.below(statements.count + 1))
    }
    if liking.hasMaps, random.chance(12) {
      statements.append(verdictMap(chains))
      return Ruleset.Rule(statements: statements)
    }
    if let verdict = verdict(chains, mayReject: true) { statements.append(verdict) }
    if statements.isEmpty { statements = [["counter": nil]] }
    return Ruleset.Rule(statements: statements)
  }

  /// Chooses what a rule is about.
  mutating func chooseSubject() {
    switch family {
    case "ip": about = .ipv4
    case "ip6": about = .ipv6
    default: about = random.pick([.ipv4, .ipv4, .ipv6])
    }
    transport = random.pick(["tcp", "tcp", "udp", "udp", "icmp"])
  }

  mutating func verdict(_ chains: [String], mayReject: Bool) -> JSON? {
    switch random.below(100) {
    case 0..<25 where !chains.isEmpty:
      return random.chance(65)
        ? ["jump": ["target": .text(random.pick(chains))]]
        : ["goto": ["target": .text(random.pick(chains))]]
    case ..<58: return ["accept": nil]
    case ..<82: return ["drop": nil]
    case ..<90 where mayReject && ["forward", "input", "output", "regular"].contains(hook):
      return reject()
    case ..<96: return ["return": nil]
    default: return mayReject ? nil : ["continue": nil]
    }
  }

  private mutating func reject() -> JSON {
    if hook == "regular" { return ["drop": nil] }
    switch (family, random.below(3)) {
    case ("inet", 0): return ["reject": ["type": "icmpx", "expr": "admin-prohibited"]]
    case ("inet", 1) where about == .ipv4:
      return ["reject": ["type": "icmp", "expr": "host-prohibited"]]
    case ("ip6", 0): return ["reject": ["type": "icmpv6", "expr": "no-route"]]
    case (_, 2) where transport == "tcp": return ["reject": ["type": "tcp reset"]]
    default: return ["reject": nil]
    }
  }

  private mutating func sideEffect() -> JSON {
    var choices: [JSON] = [
      ["counter": nil],
      ["mangle": ["key": ["meta": ["key": "mark"]], "value": .number(random.below(4))]],
      ["mangle": ["key": ["meta": ["key": "mark"]], "value": .number(random.below(4))]],
      [
        "mangle": [
          "key": ["meta": ["key": "mark"]], "value": ["|": [["meta": ["key": "mark"]], 2]],
        ]
      ],
    ]
    let mark: JSON = ["meta": ["key": "mark"]]
    choices.append([
      "mangle": ["key": mark, "value": ["&": [mark, .number(random.below(4))]]]
    ])
    if transport != "icmp", liking.hasMaps {
      let ports: JSON = ["set": [[22, 1], [80, 2], [["range": [443, 502]], 3]]]
      choices.append([
        "mangle": [
          "key": mark, "value": ["map": ["key": Self.payload(transport, "dport"), "data": ports]],
        ]
      ])
    }
    if isTracking, hook != "regular" {
      let remembered: JSON = ["ct": ["key": "mark"]]
      choices.append(["mangle": ["key": remembered, "value": .number(random.below(3))]])
      choices.append(["mangle": ["key": mark, "value": remembered]])
    }
    if isTracking, hook == "prerouting" { choices.append(["notrack": nil]) }
    if hook != "regular", let written = write() { choices.append(written) }
    return random.pick(choices)
  }

  /// A statement that writes into the packet's header.
  private mutating func write() -> JSON? {
    if !liking.hasWrites { return nil }
    let name = about == .ipv4 ? "ip" : "ip6"
    if transport != "icmp", random.chance(50) {
      let field = Self.payload(transport, random.chance(70) ? "dport" : "sport")
      return ["mangle": ["key": field, "value": .number(random.pick(Self.ports))]]
    }
    guard let address = address(about) else { return nil }
    // A destination that is written behind the route is asked for on the wrong line, and a source that
    // is written before it is the one that is checked.
    let field = Self.payload(name, hook == "prerouting" ? "daddr" : "saddr")
    return ["mangle": ["key": field, "value": "\(address)"]]
  }

  // MARK: Values

  /// The subnets of hosts, of one family, as their addresses are written.
  func subnets(_ family: Family) -> [Prefix] {
    topology.segments[..<topology.hostSegments].flatMap(\.self).filter { $0.family == family }
  }

  mutating func address(_ family: Family) -> IPAddress? {
    let known = subnets(family)
    if known.isEmpty { return nil }
    let prefix = random.pick(known)
    return IPAddress(family, prefix.address.value + UInt128(random.below(16)))
  }

  private func text(_ prefix: Prefix) -> JSON {
    ["prefix": ["addr": "\(prefix.address)", "len": .number(prefix.length)]]
  }

  /// One or more addresses as the right side of a comparison.
  mutating func addresses(_ family: Family) -> JSON {
    guard let first = address(family), let second = address(family) else { return "0.0.0.0" }
    switch random.below(6) {
    case 0, 1: return "\(first)"
    case 2: return text(random.pick(subnets(family)))
    case 3:
      let length = family.addressBits - 1 - random.below(3)
      let mask = UInt128(1) << UInt128(family.addressBits - length) - 1
      guard let low = IPAddress(family, first.value & ~mask),
        let prefix = Prefix(low, length: length)
      else { return "\(first)" }
      return text(prefix)
    case 4:
      let both = first == second ? [first] : [first, second]
      return ["set": .list(both.map { "\($0)" })]
    default:
      let low = min(first.value, second.value)
      let high = max(first.value, second.value)
      guard low < high, let from = IPAddress(family, low), let to = IPAddress(family, high) else {
        return "\(first)"
      }
      return ["range": ["\(from)", "\(to)"]]
    }
  }

  mutating func portValue() -> JSON {
    let port = random.pick(Self.ports)
    switch random.below(5) {
    case 0, 1: return .number(port)
    case 2: return ["set": .list([port, port + 1 + random.below(500)].map { .number($0) })]
    default: return ["range": [.number(port), .number(port + 1 + random.below(1000))]]
    }
  }

  /// A comparison with a value that may be a set or a range.
  mutating func compare(_ left: JSON, _ right: JSON) -> JSON {
    ["match": ["op": random.chance(25) ? "!=" : "==", "left": left, "right": right]]
  }
}
