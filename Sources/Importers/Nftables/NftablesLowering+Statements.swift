import Documents
import Networks
import Packets

extension NftablesLowering {
  /// Reads one statement of a rule.
  mutating func lower(_ statement: DocumentValue, _ draft: inout Draft) {
    guard let entry = statement.object?.first, statement.object?.count == 1 else {
      opaque(
        "statement", "malformed", writes: Self.writableFields, "the statement has no single name",
        &draft)
      return
    }
    note(statement, .modelled)
    let value = entry.value
    switch entry.key {
    case "match":
      settle(&draft)
      draft.matches.append(draft.negations[statement.id] ?? comparison(value, draft.site()))
    case "reject": reject(value, &draft)
    case "accept", "drop", "return", "continue", "jump", "goto":
      if let action = verdict(entry, &draft) { finish(action, &draft) }
    case "vmap": verdicts(of: value, &draft)
    case "log": draft.logs = true
    case "mangle": mangle(value, &draft)
    case "dnat", "redirect": translate(entry, .destination, &draft)
    case "snat", "masquerade": translate(entry, .source, &draft)
    case "notrack": untrack(&draft)
    case "xt": extensionStatement(value, &draft)
    default:
      if NftablesIrrelevant.statements.contains(entry.key) {
        note(statement, .irrelevant)
        askWhatIsRead(in: value, &draft)
      } else {
        if value["map"] != nil { askWhatIsRead(in: value, &draft) }
        other(entry, &draft)
      }
    }
  }

  /// `reject`: the message that it answers with implies the family or protocol, which the listing
  /// then leaves out.
  private mutating func reject(_ value: DocumentValue, _ draft: inout Draft) {
    settle(&draft)
    switch value["type"]?.string {
    case "icmp": draft.matches.append(Self.isFamily(.ipv4))
    case "icmpv6": draft.matches.append(Self.isFamily(.ipv6))
    case "tcp reset":
      draft.matches.append(Self.isProtocol(IPProtocol.tcp))
      hiddenFamily(&draft)
    default: break
    }
    finish(.reject, &draft)
  }

  /// What the listing of a table of both families leaves out before `reject with tcp reset`: `meta
  /// nfproto`, whichever it names (seen in nft 1.0.6).
  private mutating func hiddenFamily(_ draft: inout Draft) {
    let asked = draft.matches.flatMap(\.conjuncts)
    let families = [Self.isFamily(.ipv4), Self.isFamily(.ipv6)]
    guard family == .inet, !families.contains(where: asked.contains) else { return }
    noteOpaque(draft.statement, "the family of 'reject with tcp reset'")
    let why = "the listing does not say whether the rule asks for one family"
    let hidden = condition("nfproto", "asked", at: draft.statement, scope: .global, why)
    let isIPv4 = condition("nfproto", "ipv4", at: draft.statement, scope: .global, why)
    draft.matches.append(
      .some([
        .not(.condition(hidden)), .all([.condition(isIPv4), families[0]]),
        .all([.not(.condition(isIPv4)), families[1]]),
      ]))
  }

  /// Reads a statement that the model has not.
  private mutating func other(_ entry: DocumentValue.Entry, _ draft: inout Draft) {
    let value = entry.value
    switch entry.key {
    case "limit", "quota", "ct count", "meter":
      let name = value.string.map { " \($0)" } ?? ""
      require(entry.key, entry.key + name, "it depends on the traffic before", &draft)
    case "set", "map":
      // A set that is full, or a limit in the element, ends the rule.
      let name = value[entry.key]?.string ?? ""
      require(
        "set", "update of \(name)", "the set may be full or the element over its limit", &draft)
    case "queue":
      opaque(
        "queue", "queue", writes: Self.writableFields, "a program of the host decides", &draft)
    case "tproxy":
      opaque(
        "tproxy", "tproxy",
        writes: [.destinationIPv4, .destinationIPv6, .destinationPort],
        "the packet may be delivered to a program of the host", &draft)
    case "synproxy":
      noteOpaque(draft.statement, "'synproxy'")
      lead(past: nil, under: "the proxy opens the connection itself", &draft)
    case "flow":
      require(
        "flow", "flow add", "the table may not take the connection, which ends the rule", &draft)
    case "fwd", "dup": divert(entry, &draft)
    case "not listed":
      let program = value.string ?? ""
      opaque(
        "rules", program, writes: Self.writableFields,
        "the rules of \(program) are not in the file, which may have them behind the others",
        &draft)
    case "ct helper", "ct expectation":
      noteOpaque(draft.statement, "'\(entry.key) \(value.string ?? "")'")
    default:
      opaque(
        "statement", entry.key, writes: Self.writableFields, "the statement is not modelled",
        &draft)
    }
  }

  /// The action of a verdict; `nil` where it had to be made opaque.
  private mutating func verdict(
    _ entry: DocumentValue.Entry, _ draft: inout Draft
  ) -> ACL.Action? {
    switch entry.key {
    case "accept": return .permit
    case "drop": return .deny
    case "return": return .return
    case "continue": return .next
    case "jump", "goto":
      let name = entry.value["target"]?.string ?? ""
      guard let target = chain(named: name, for: draft) else {
        opaque(
          "chain", "\(entry.key) \(name)", writes: Self.writableFields,
          "the chain is not listed, or calls itself", &draft)
        return nil
      }
      return entry.key == "jump" ? .jump(target) : .goto(target)
    default:
      opaque(
        "verdict", entry.key, writes: Self.writableFields, "the verdict is not modelled", &draft)
      return nil
    }
  }

  /// The copy of a chain that a verdict of the draft calls.
  private mutating func chain(named name: String, for draft: Draft) -> Int? {
    let full = NftablesRuleset.Name(family: family, table: table, name: name)
    return ruleset.chainIndex[full].flatMap { list(of: $0, draft.context, from: draft.statement) }
  }

  /// A verdict map: the verdict of the element that holds the key, the catch-all's where none does,
  /// and the next statement where there is no catch-all.
  private mutating func verdicts(of value: DocumentValue, _ draft: inout Draft) {
    settle(&draft)
    guard let key = value["key"], let data = value["data"], let map = pairs(of: data) else {
      opaque(
        "vmap", "vmap", writes: Self.writableFields, "the verdict map cannot be read", &draft)
      return
    }
    let operands = operands(of: key, draft.context)
    var last: DocumentValue?
    var tried: [Match] = []
    let isStable = !facts.rewrites && !operands.contains { $0.subject.title == "meta mark" }
    if map.changes { noteOpaque(draft.statement, "a map that changes while the device runs") }
    for (key, verdict) in map.pairs {
      if key.string == "*" {
        last = verdict
        continue
      }
      let site = draft.site((tried.count + 1) * 2)
      let match = membership(operands, of: key, isNegated: false, site)
      tried.append(match)
      addVerdict(verdict, match, isStable: isStable, &draft)
    }
    if map.changes {
      let why = "the content of the map changes while the device runs"
      let index = condition("map", "change", at: draft.statement, remembers: true, why)
      add(.opaque(condition: index, writes: []), &draft)
    }
    if let last {
      let match = Match.all(presence(operands, draft.site()) + [.not(.some(tried))])
      addVerdict(last, match, isStable: true, &draft)
    }
  }

  /// Adds the line of one element.
  ///
  /// What is called and comes back goes on behind the whole map; where the key may be another by
  /// then, no further element must see it.
  private mutating func addVerdict(
    _ value: DocumentValue, _ match: Match, isStable: Bool, _ draft: inout Draft
  ) {
    let before = draft.matches
    draft.matches.append(match)
    if let entry = value.object?.first {
      if let action = verdict(entry, &draft) {
        if case .jump = action, !isStable {
          let rest = draft.rest ?? restList(&draft)
          let name = "\(device.acls[draft.list].name), \(draft.rule.name)"
          let own = newList(name, at: value.place)
          device.acls[own].rules = [action, .goto(rest)].map {
            ACL.Rule(name: draft.rule.name, place: value.place, match: .any, action: $0)
          }
          add(.goto(own), &draft)
        } else {
          add(action, &draft)
        }
      }
    } else {
      opaque(
        "verdict", "malformed", writes: Self.writableFields, "the verdict cannot be read", &draft)
    }
    draft.matches = before
  }

  /// The elements of a map, and whether they change while the device runs; `nil` where they cannot
  /// be read.
  func pairs(
    of data: DocumentValue
  ) -> (pairs: [(DocumentValue, DocumentValue)], changes: Bool)? {
    var elements = data["set"]?.array ?? []
    var changes = false
    if let name = data.string, name.hasPrefix("@") {
      guard let index = namedSet(String(name.dropFirst())) else { return nil }
      let map = ruleset.sets[index]
      elements = map.elements
      changes = map.changes || map.hasStatements || facts.updatedSets.contains(map.name)
    } else if data["set"]?.kind != .array {
      return nil
    }
    var pairs: [(DocumentValue, DocumentValue)] = []
    for element in elements {
      guard let pair = element.array, pair.count == 2 else { return nil }
      pairs.append((pair[0]["elem"]?["val"] ?? pair[0], pair[1]))
    }
    return (pairs, changes)
  }

  /// `notrack`: before the look-up it exempts the packet; afterwards it only makes an invalid packet
  /// an untracked one.
  private mutating func untrack(_ draft: inout Draft) {
    switch draft.context.tracking {
    case .none: break
    case .before: draft.effects.append(.untrack)
    case .after:
      settle(&draft)
      if draft.matches.contains(where: { $0.mayRead(.connectionState) }) { split(&draft) }
      draft.effects.append(.set(.connectionState, UInt128(ConnectionState.untracked.rawValue)))
      let invalid = UInt128(ConnectionState.invalid.rawValue)
      add(.next, also: .field(.connectionState, Ranges(invalid)), &draft)
      draft.effects = []
    }
  }
}
