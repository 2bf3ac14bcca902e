import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

extension Engine {
  /// The rules that stop what one zone sends on its way to another.
  mutating func proof(from: ZoneExtent, to: ZoneExtent) throws(LimitReached) -> Proof {
    let reaches = try reaches(of: from)
    let wanted = try store.space(of: destinationBoxes(to))
    var found: Set<CanonicalNetwork.RuleReference> = []
    for (location, table, outcome) in denials {
      var denied: [Flow] = []
      for reach in reaches { denied += try flows(of: reach, at: location) }
      for flow in denied {
        let meant = try store.intersection(flow.space, wanted)
        for part in try split(meant, by: table) where part.target == outcome {
          let stopping = try parts(of: part.space, in: table, outcome: outcome)
          found.formUnion(stopping.map(\.rule))
        }
      }
    }
    var proof = Proof()
    for reference in found.sorted() { proof.blocking.append(blockingRule(reference)) }
    proof.blocking.sort { $0.place < $1.place }
    if proof.blocking.isEmpty {
      proof.remarks.append("nothing from \(from.name) is routed to \(to.name)")
    }
    return proof
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

  private func blockingRule(_ reference: CanonicalNetwork.RuleReference) -> BlockingRule {
    let device = network.devices[reference.device]
    let list = device.acls[reference.acl]
    let rule = list.rules.indices.contains(reference.rule) ? list.rules[reference.rule] : nil
    return BlockingRule(
      device: device.name, list: list.name, rule: rule?.name ?? "default",
      place: rule?.place ?? list.place)
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
