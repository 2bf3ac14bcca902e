import Documents
import Networks
import Packets
import Places

extension NftablesLowering {
  /// One rule that is being read from left to right.
  struct Draft {
    let rule: NftablesRuleset.Rule
    let context: NftablesContext
    /// The list that lines are added to.
    var list: Int
    /// The list that the rule started in.
    let first: Int
    /// Where the rules after this one are, if this one had to be split.
    var rest: Int?
    /// What negations of neighbouring fields ask, by their statements.
    var negations: [Int: Match] = [:]
    /// What has been asked so far.
    var matches: [Match] = []
    /// What has been done since the last line.
    var effects: [Effect] = []
    /// Whether a log stands since the last line.
    var logs = false
    /// The statement that is being read.
    var statement: DocumentValue
    /// Whether a verdict ended the rule.
    var isDone = false
    /// Whether the rule does anything to packets.
    var decides = true

    func site(_ ordinal: Int = 0) -> Site {
      Site(value: statement, context: context, ordinal: ordinal)
    }
  }

  /// Adds the lines of one rule to a list.
  ///
  /// - Returns: The list for the rules that follow, which is another one where the rule was split.
  mutating func lower(
    _ rule: NftablesRuleset.Rule, into list: Int, _ context: NftablesContext
  ) -> Int {
    var draft = Draft(
      rule: rule, context: context, list: list, first: list, statement: rule.value)
    note(rule.value, .modelled)
    draft.decides = rule.statements.contains { statement in
      statement.object?.first.map { !Self.undeciding.contains($0.key) } ?? true
    }
    guard draft.decides || rule.statements.contains(where: { $0["log"] != nil }) else {
      for statement in rule.statements { note(statement, .irrelevant) }
      return list
    }
    draft.negations = negations(of: rule, context)
    for statement in rule.statements where !draft.isDone {
      draft.statement = statement
      lower(statement, &draft)
    }
    if !draft.isDone, !draft.effects.isEmpty || draft.logs { add(.next, &draft) }
    guard let rest = draft.rest else { return list }
    leave(list, to: rest, rule)
    if draft.list != list { leave(draft.list, to: rest, rule) }
    return rest
  }

  /// Statements that neither decide on a packet nor change it.
  private static let undeciding: Set<String> = NftablesIrrelevant.statements.union([
    "match", "log", "limit", "quota", "ct count", "meter", "set", "map",
  ])

  mutating func leave(_ list: Int, to rest: Int, _ rule: NftablesRuleset.Rule) {
    device.acls[list].rules.append(
      ACL.Rule(name: rule.name, place: rule.value.place, match: .any, action: .goto(rest)))
  }

  /// Adds a line with all that has been asked and done so far.
  mutating func add(_ action: ACL.Action, also match: Match? = nil, _ draft: inout Draft) {
    ruleCount += 1
    let matches = draft.matches + (match.map { [$0] } ?? [])
    device.acls[draft.list].rules.append(
      ACL.Rule(
        name: draft.rule.name, place: draft.rule.value.place,
        match: .conjunction(Self.distinct(matches.flatMap(\.conjuncts))),
        effects: draft.effects, action: action, logs: draft.logs))
  }

  /// The parts without those that stand there already, as an implied family often does.
  private static func distinct(_ parts: [Match]) -> [Match] {
    parts.indices.filter { !parts[..<$0].contains(parts[$0]) }.map { parts[$0] }
  }

  /// Adds a line for what has been done, before something that may end the rule.
  ///
  /// Side effects come before the matches to their right and stay where these fail. Where what was
  /// done could change what was asked, the rest of the rule goes to a list of its own.
  mutating func settle(_ draft: inout Draft) {
    guard !draft.effects.isEmpty else { return }
    let written = draft.effects.compactMap { effect in
      if case .set(let field, _) = effect { return field }
      return nil
    }
    if written.contains(where: { field in draft.matches.contains { $0.mayRead(field) } }) {
      split(&draft)
    } else {
      add(.next, &draft)
      draft.effects = []
    }
  }

  /// Puts the rest of the rule into a list of its own, where nothing has been asked yet.
  mutating func split(_ draft: inout Draft) {
    let name = device.acls[draft.list].name
    let place = draft.rule.value.place
    let rest = draft.rest ?? restList(&draft)
    let own = newList("\(name), \(draft.rule.name)", at: place)
    add(.goto(own), &draft)
    if draft.list != draft.first {
      // A part of the rule that was split before: where its matches fail, the rule is over.
      leave(draft.list, to: rest, draft.rule)
    }
    draft.list = own
    draft.matches = []
    draft.effects = []
    draft.logs = false
  }

  /// The list for the rules after this one.
  mutating func restList(_ draft: inout Draft) -> Int {
    let name = "\(device.acls[draft.first].name), after \(draft.rule.name)"
    let rest = newList(name, at: draft.rule.value.place)
    draft.rest = rest
    return rest
  }

  /// A new empty list.
  ///
  /// Only the list that a stage runs has a policy of its own.
  mutating func newList(_ name: String, at place: Place, end: ACL.End = .permit) -> Int {
    device.acls.append(ACL(name: name, place: place, end: end))
    return device.acls.count - 1
  }

  /// Ends the rule with an action.
  mutating func finish(_ action: ACL.Action, _ draft: inout Draft) {
    add(action, &draft)
    draft.isDone = true
  }

  /// Adds an action that is not modelled; the rest of the rule is a possibility too.
  mutating func opaque(
    _ kind: String, _ detail: String, writes: [HeaderField], _ why: String, _ draft: inout Draft
  ) {
    noteOpaque(draft.statement, "'\(detail)'")
    settle(&draft)
    let isLast = draft.statement.id == draft.rule.statements.last?.id
    if !isLast, !writes.isEmpty, kind != "verdict", kind != "chain" { split(&draft) }
    let index = condition(kind, detail, at: draft.statement, remembers: true, why)
    add(.opaque(condition: index, writes: writes), &draft)
  }

  /// Adds a match that depends on more than the packet.
  mutating func require(_ kind: String, _ detail: String, _ why: String, _ draft: inout Draft) {
    guard draft.decides else { return note(draft.statement, .irrelevant) }
    noteOpaque(draft.statement, "'\(detail)'")
    settle(&draft)
    draft.matches.append(
      .condition(condition(kind, detail, at: draft.statement, remembers: true, why)))
  }

  /// The fields that something unknown could write.
  static let writableFields: [HeaderField] =
    HeaderField.allCases.filter {
      $0 < .etherType && ![.family, .application, .fragment].contains($0)
    } + [.mark]
}

extension Match {
  /// The parts that all have to match.
  var conjuncts: [Match] {
    if case .all(let parts) = self { return parts.flatMap(\.conjuncts) }
    return [self]
  }

  /// Whether the match may depend on a field; a condition may on every field of the packet.
  func mayRead(_ field: HeaderField) -> Bool {
    switch self {
    case .any, .never: false
    case .field(let read, _): read == field
    case .condition: field <= .etherType
    case .not(let inner): inner.mayRead(field)
    case .all(let parts), .some(let parts): parts.contains { $0.mayRead(field) }
    }
  }
}
