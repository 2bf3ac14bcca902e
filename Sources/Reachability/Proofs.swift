import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

extension Engine {
  /// The rules that stop what one zone sends on its way to another: it has an address there, or a
  /// device would give it one.
  mutating func proof(from: ZoneExtent, to: ZoneExtent) throws(LimitReached) -> Proof {
    let reaches = try reaches(of: from)
    let wanted = try addressed(to: to)
    var found: Set<CanonicalNetwork.RuleReference> = []
    var opaque: Set<CanonicalNetwork.RuleReference> = []
    for (location, table, outcome) in denials {
      if hasOpaqueRules(table, outcome: outcome) {
        for reach in reaches {
          for flow in try flows(of: reach, at: location) {
            let stopping = try rules(in: table, outcome: outcome, stopping: flow.space)
            opaque.formUnion(stopping.filter(network.isOpaque))
          }
        }
      }
      var denied: [Flow] = []
      for reach in reaches { denied += try flows(of: reach, at: location, within: wanted) }
      for flow in denied {
        found.formUnion(try rules(in: table, outcome: outcome, stopping: flow.space))
      }
    }
    var proof = Proof()
    for reference in opaque.sorted() { proof.taken.append(network.taken(reference)) }
    found.subtract(opaque)
    for reference in found.sorted() { proof.blocking.append(network.blockingRule(reference)) }
    proof.blocking.sort { $0.place < $1.place }
    return proof
  }

  /// Whether a table has rules with actions that are not modelled, and that may have this outcome.
  private func hasOpaqueRules(_ table: Int, outcome: Int) -> Bool {
    canonical.tables[table].entries.contains { entry in
      entry.outcome == outcome && (entry.rule.map(network.isOpaque) ?? false)
    }
  }

  /// The rules by which a table gives an outcome to some of the packets.
  private mutating func rules(
    in table: Int, outcome: Int, stopping space: HeaderSpace
  ) throws(LimitReached) -> [CanonicalNetwork.RuleReference] {
    let stopped = try part(of: space, by: table, outcome: outcome)
    return try parts(of: stopped, in: table, outcome: outcome).map(\.rule)
  }

  /// The rules of a table that give packets an outcome, in first-match order, each with those to which
  /// it does; the packets are such as have that outcome.
  mutating func parts(
    of space: HeaderSpace, in table: Int, outcome: Int
  ) throws(LimitReached) -> [(rule: CanonicalNetwork.RuleReference, space: HeaderSpace)] {
    var result: [(rule: CanonicalNetwork.RuleReference, space: HeaderSpace)] = []
    var remaining = space
    let matches = try entries(of: table)
    for (number, entry) in canonical.tables[table].entries.enumerated()
    where entry.outcome == outcome && !remaining.isEmpty {
      // Packets with this outcome meet no earlier rule with another one.
      let taken = try store.intersection(remaining, matches[number])
      if taken.isEmpty { continue }
      if let rule = entry.rule { result.append((rule, taken)) }
      remaining = try store.subtracting(matches[number], from: remaining)
    }
    if !remaining.isEmpty, outcome == canonical.tables[table].otherwise,
      let end = canonical.tables[table].endOfList
    {
      result.append((end, remaining))
    }
    return result
  }

  private mutating func entries(of table: Int) throws(LimitReached) -> [HeaderSpace] {
    if let known = entryCache[table] { return known }
    var made: [HeaderSpace] = []
    for entry in canonical.tables[table].entries { made.append(try store.space(of: entry.boxes)) }
    entryCache[table] = made
    return made
  }

  /// The outcomes of the global conditions under which a witness's packet breaks the requirement
  /// whatever the other outcomes are.
  mutating func outcomes(
    covered witness: Witness, by sure: [Breach]
  ) throws(LimitReached) -> HeaderSpace {
    guard let delivered = witness.walk.outcome.delivered else { return .empty }
    var box = HeaderBox()
    for field in HeaderField.allCases where field <= .etherType {
      box.constrain(field, to: Ranges(delivered.stored(field)))
    }
    var all = HeaderSpace.empty
    for breach in sure {
      all = try store.union(all, try store.restrict(breach.flow.space, to: box))
    }
    all = try store.project(all, away: HeaderField.allCases)
    let local = store.conditions(in: all).filter { literal in
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal) else { return true }
      return isStale || canonical.conditions[condition].scope != .global
    }
    return try store.existentially(all, over: local)
  }
}

extension Network {
  /// Whether a rule does what is not modelled.
  fileprivate func isOpaque(_ reference: CanonicalNetwork.RuleReference) -> Bool {
    let list = devices[reference.device].acls[reference.acl]
    guard list.rules.indices.contains(reference.rule) else { return false }
    if case .opaque = list.rules[reference.rule].action { return true }
    return false
  }

  /// That a rule which does what is not modelled is taken to let everything through.
  fileprivate func taken(_ reference: CanonicalNetwork.RuleReference) -> Premise {
    let device = devices[reference.device]
    let list = device.acls[reference.acl]
    let rule = list.rules[reference.rule]
    return Premise(
      "\(device.name): \(list.name) '\(rule.name)' is not modelled, and treated as permitting",
      at: rule.place)
  }

  /// A rule that stops packets, or the list's end.
  fileprivate func blockingRule(_ reference: CanonicalNetwork.RuleReference) -> BlockingRule {
    let device = devices[reference.device]
    let list = device.acls[reference.acl]
    let rule = list.rules.indices.contains(reference.rule) ? list.rules[reference.rule] : nil
    var result = BlockingRule(
      device: device.name, list: list.name, rule: rule?.name ?? "default",
      place: rule?.place ?? list.place)
    switch rule?.action {
    case .deny, .reject:
      result.denial = Denial(
        device: reference.device, .rule(list: reference.acl, rule: reference.rule))
    case .return, nil:
      // A list that was jumped to returns there; otherwise its own end denies.
      if device.runLists.contains(reference.acl) {
        result.denial = Denial(device: reference.device, .end(list: reference.acl))
      }
    case .permit, .jump, .goto, .next, .opaque: break
    }
    return result
  }

  /// A decision as reports name it.
  func blockingRule(_ denial: Denial) -> BlockingRule {
    let device = devices[denial.device]
    var result: BlockingRule
    switch denial.cause {
    case .rule(let list, let rule):
      let rule = device.acls[list].rules[rule]
      result = BlockingRule(
        device: device.name, list: device.acls[list].name, rule: rule.name, place: rule.place)
    case .end(let list):
      let list = device.acls[list]
      result = BlockingRule(
        device: device.name, list: list.name, rule: "default", place: list.place)
    case .reversePath(let interface):
      let interface = device.interfaces[interface]
      result = BlockingRule(
        device: device.name, list: interface.name, rule: "reverse path check",
        place: interface.place)
    }
    result.denial = denial
    return result
  }
}
