import Documents

/// What a chain, with all that it calls, may read and write beyond its verdict.
///
/// It decides whether the order of two chains of the same priority matters, and where the sessions
/// are looked up.
struct NftablesFootprint: Hashable {
  /// Something that one chain can write and another read.
  enum Thing: Hashable, CaseIterable {
    case mark, header, tracking, connection, sets
  }

  var reads: Set<Thing> = []
  var writes: Set<Thing> = []
  /// Whether it has statements that remember earlier packets.
  var remembers = false
  /// Whether it does anything at all.
  var isEmpty = true
  /// The chains that it calls.
  private var calls: Set<String> = []

  /// Whether the order of two chains can matter.
  func conflicts(with other: Self) -> Bool {
    !writes.isDisjoint(with: other.reads.union(other.writes))
      || !other.writes.isDisjoint(with: reads)
  }

  /// The footprints of all chains.
  static func all(of ruleset: NftablesRuleset) -> [Self] {
    var footprints = ruleset.chains.map { chain in
      var footprint = Self()
      for rule in chain.rules {
        for statement in rule.statements { footprint.read(statement, ruleset, chain.name) }
      }
      return footprint
    }
    // What is called counts for the caller; each round goes one call further.
    var hasChanged = true
    while hasChanged {
      hasChanged = false
      for index in footprints.indices {
        let before = footprints[index]
        let name = ruleset.chains[index].name
        for target in before.calls.sorted() {
          let full = NftablesRuleset.Name(family: name.family, table: name.table, name: target)
          guard let callee = ruleset.chainIndex[full] else { continue }
          footprints[index].reads.formUnion(footprints[callee].reads)
          footprints[index].writes.formUnion(footprints[callee].writes)
          if footprints[callee].remembers { footprints[index].remembers = true }
        }
        if footprints[index] != before { hasChanged = true }
      }
    }
    return footprints
  }

  private mutating func read(
    _ statement: DocumentValue, _ ruleset: NftablesRuleset, _ chain: NftablesRuleset.Name
  ) {
    guard let entry = statement.object?.first else { return }
    if NftablesIrrelevant.statements.contains(entry.key) { return }
    isEmpty = false
    readExpressions(entry.value)
    switch entry.key {
    case "jump", "goto": calls.insert(entry.value["target"]?.string ?? "")
    case "vmap": callTargets(of: entry.value["data"], ruleset, chain)
    case "limit", "quota", "ct count": remembers = true
    case "set", "map", "meter":
      remembers = true
      writes.insert(.sets)
    case "mangle": mangle(entry.value)
    case "notrack": writes.formUnion([.tracking, .connection])
    case "dnat", "snat", "masquerade", "redirect": writes.insert(.header)
    case "xt":
      remembers = true
      reads.formUnion([.header, .connection, .mark])
      let name = entry.value["name"]?.string ?? ""
      if entry.value["type"]?.string != "match", !NftablesIrrelevant.extensions.contains(name),
        name != "REJECT"
      {
        writes.formUnion([.header, .mark, .connection, .tracking])
      }
    case "match", "accept", "drop", "return", "continue", "reject", "log": break
    default:
      remembers = true
      reads.formUnion(Thing.allCases)
      writes.formUnion([.header, .mark, .connection, .tracking])
    }
  }

  private mutating func mangle(_ value: DocumentValue) {
    switch value["key"]?.object?.first?.key {
    case "meta": writes.insert(.mark)
    case "ct": writes.insert(.connection)
    case "tcp option": break
    default: writes.insert(.header)
    }
  }

  private mutating func readExpressions(_ value: DocumentValue) {
    NftablesFacts.visit(value) { key, inner in
      switch key {
      case "payload", "exthdr", "fib", "tcp option", "ip option": reads.insert(.header)
      case "meta": reads.insert(inner["key"]?.string == "mark" ? .mark : .header)
      case "ct": reads.insert(.connection)
      case "numgen", "jhash", "symhash", "socket", "osf", "ipsec", "rt": remembers = true
      default: break
      }
      if let name = inner.string, name.hasPrefix("@") { reads.insert(.sets) }
    }
  }

  private mutating func callTargets(
    of data: DocumentValue?, _ ruleset: NftablesRuleset, _ chain: NftablesRuleset.Name
  ) {
    guard let data else { return }
    if let name = data.string, name.hasPrefix("@") {
      let full = NftablesRuleset.Name(
        family: chain.family, table: chain.table, name: String(name.dropFirst()))
      if let index = ruleset.setIndex[full] {
        for element in ruleset.sets[index].elements { callTargets(in: element) }
      }
    }
    callTargets(in: data)
  }

  private mutating func callTargets(in value: DocumentValue) {
    var found: [String] = []
    NftablesFacts.visit(value) { key, inner in
      if key == "target", let name = inner.string { found.append(name) }
    }
    calls.formUnion(found)
  }
}
