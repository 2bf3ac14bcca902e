import Canonical
import Certificates
import HeaderSpaces
import Packets

extension Prover {
  /// Adds the hints for a box at a list.
  mutating func match(
    _ box: HeaderBox, _ table: Int, _ targets: [Int], _ walk: inout BoxWalk,
    _ search: inout BoxSearch
  ) throws {
    let entries = engine.canonical.tables[table].entries
    for (index, entry) in entries.enumerated() {
      let target = targets[entry.outcome]
      guard search.unsafe.isRelevant[target] else { continue }
      for part in entry.boxes {
        let there = box.intersection(part)
        if there.isEmpty { continue }
        try prove(there, target, table, before: index, &walk, &search)
      }
    }
    let target = targets[engine.canonical.tables[table].otherwise]
    if search.unsafe.isRelevant[target], !box.isEmpty {
      try prove(box, target, table, before: entries.count, &walk, &search)
    }
  }

  /// Adds the hints for packets of a list of which some may be in earlier entries.
  private mutating func prove(
    _ box: HeaderBox, _ target: Int, _ table: Int, before index: Int, _ walk: inout BoxWalk,
    _ search: inout BoxSearch
  ) throws {
    let isPassed = isPassed(target, search)
    let unsafe = search.unsafe.packets[target]
    var parts = [box]
    while let part = parts.popLast() {
      if part.isEmpty { continue }
      if isPassed {
        if try unsafe.isEmpty || isDisjoint(part, from: unsafe) {
          walk.hints.append(.passes)
          walk.queue.append((target, part))
          continue
        }
      } else if let known = try place(part, at: target, &search) {
        walk.hints.append(.inside(known))
        continue
      }
      let (entry, number) = try hiding(part, target, table, before: index, search)
      let hider = engine.canonical.tables[table].entries[entry].boxes[number]
      if part.lies(in: hider) {
        walk.hints.append(.hidden(entry: entry, box: number))
        continue
      }
      let (constraint, inside, outside) = Self.split(part, by: hider)
      walk.hints.append(.split(entry: entry, box: number, constraint: constraint))
      parts.append(outside)
      parts.append(inside)
      if walk.hints.count > 100_000 {
        throw NoProof(reason: "a list would have to be split too often")
      }
    }
  }

  /// An earlier entry with some of the packets that would not be safe.
  private mutating func hiding(
    _ box: HeaderBox, _ location: Int, _ table: Int, before index: Int, _ search: BoxSearch
  ) throws -> (entry: Int, box: Int) {
    let wrong = try engine.store.restrict(search.unsafe.packets[location], to: box)
    guard let member = try engine.store.member(of: wrong) else {
      throw NoProof(reason: "a set has no member")
    }
    for (number, entry) in engine.canonical.tables[table].entries.prefix(index).enumerated() {
      let found = entry.boxes.firstIndex {
        $0.contains(value: { member[$0] }, outcome: { member.outcome($0) })
      }
      if let found { return (number, found) }
    }
    throw NoProof(reason: "a packet that is not safe would pass table \(table)")
  }

  /// A box in two parts, by the first constraint of another that it does not meet.
  private static func split(
    _ box: HeaderBox, by other: HeaderBox
  ) -> (constraint: Int, inside: HeaderBox, outside: HeaderBox) {
    for (index, constraint) in other.constraints.enumerated()
    where !box[constraint.field].isSubset(of: constraint.values) {
      let outside = constraint.values.complement(upTo: constraint.field.greatest)
      return (
        index, box.constrained(constraint.field, to: constraint.values),
        box.constrained(constraint.field, to: outside)
      )
    }
    for (index, literal) in other.literals.enumerated() where !box.literals.contains(literal) {
      var (inside, outside) = (box, box)
      inside.constrain(literal)
      outside.constrain(Literal(literal.condition, !literal.value))
      return (other.constraints.count + index, inside, outside)
    }
    return (0, box, box.constrained(.family, to: .none))
  }
}
