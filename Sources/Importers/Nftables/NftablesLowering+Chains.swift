import Documents
import Networks
import Packets

extension NftablesLowering {
  /// The most calls inside one another; the kernel allows 16.
  private static let greatestDepth = 32
  /// The most rules in all copies of all chains.
  ///
  /// A ruleset of this size has calls that multiply.
  private static let greatestRuleCount = 2_000_000

  /// The list of a chain in a context: one copy of it, made on the first call.
  ///
  /// - Parameters:
  ///   - chain: The chain's index.
  ///   - context: Where it runs.
  ///   - call: The statement that calls it; `nil` for a base chain.
  /// - Returns: `nil` where the chain is being copied already, since it then calls itself.
  mutating func list(
    of chain: Int, _ context: NftablesContext, from call: DocumentValue?
  ) -> Int? {
    if calls.contains(chain) || calls.count > Self.greatestDepth { return nil }
    if ruleCount > Self.greatestRuleCount { return nil }
    let remembers = facts.remembers.contains(chain)
    let path = remembers ? "\(copy)/\(call?.id ?? 0)" : ""
    let instance = Instance(chain: chain, context: context, path: path)
    if let list = instances[instance] { return list }
    let source = ruleset.chains[chain]
    let list = newList(source.title, at: source.value.place)
    instances[instance] = list
    let outer = (family, table, copy)
    (family, table) = (source.name.family, source.name.table)
    if remembers { copy = copyName(of: chain, call, path) }
    calls.append(chain)
    var current = list
    for rule in source.rules { current = lower(rule, into: current, context) }
    calls.removeLast()
    (family, table, copy) = outer
    return list
  }

  /// What tells the conditions of one copy of a chain from those of the others, where they remember
  /// earlier packets: the first copy needs nothing.
  private func copyName(of chain: Int, _ call: DocumentValue?, _ path: String) -> String {
    let others = instances.keys.filter { $0.chain == chain }.count
    return others > 1 ? "#\(others)" : ""
  }

  /// The list of a base chain: its own rules behind what exempts packets from it.
  mutating func baseList(of chain: Int, _ context: NftablesContext) -> Int {
    let source = ruleset.chains[chain]
    let place = source.value.place
    let end: ACL.End = source.base?.dropsByPolicy == true ? .deny : .permit
    guard let inner = list(of: chain, context, from: nil) else {
      // Only beyond the greatest count of rules.
      noteOpaque(source.value, "a chain beyond the greatest count of rules")
      let list = newList(source.title, at: place, end: end)
      let index = condition(
        "chain", source.name.name, at: source.value, "the calls between chains are too many")
      device.acls[list].rules = [
        ACL.Rule(
          name: source.title, place: place, match: .any,
          action: .opaque(condition: index, writes: Self.writableFields))
      ]
      return list
    }
    var exempt: [(String, Match)] = []
    if let mark = bypassMark {
      exempt.append(("led past", .field(.mark, Ranges(mark))))
    }
    switch source.name.family {
    case .ip: exempt.append(("not IPv4", .not(Self.isFamily(.ipv4))))
    case .ip6: exempt.append(("not IPv6", .not(Self.isFamily(.ipv6))))
    case .inet: exempt.append(("not IP", Self.isFamily(.nonIP)))
    case .netdev, .bridge, .arp: break
    }
    if ruleset.activity(of: source.name) == .unknown {
      let index = condition(
        named: "dormant:\(source.name.family.rawValue)/\(source.name.table)", at: source.value,
        scope: .global, "the flags of the table do not say for sure that it is active")
      exempt.append(("the table is dormant", .condition(index)))
    }
    device.acls[inner].end = end
    guard !exempt.isEmpty else { return inner }
    let list = newList(source.title, at: place, end: end)
    device.acls[list].rules =
      exempt.map { ACL.Rule(name: $0.0, place: place, match: $0.1, action: .permit) }
      + [ACL.Rule(name: source.title, place: place, match: .any, action: .goto(inner))]
    return list
  }

  /// A list that runs another one only where a literal holds, and lets all else pass.
  mutating func guarded(_ list: Int, by match: Match) -> Int {
    let acl = device.acls[list]
    device.acls.append(
      ACL(
        name: "\(acl.name), where it runs", place: acl.place,
        rules: [
          ACL.Rule(name: "it does not run", place: acl.place, match: .not(match), action: .permit),
          ACL.Rule(name: acl.name, place: acl.place, match: .any, action: .goto(list)),
        ], end: acl.end))
    return device.acls.count - 1
  }
}
