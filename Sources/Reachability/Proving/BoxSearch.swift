import Canonical
import Certificates
import HeaderSpaces
import Networks
import Packets

/// The boxes of a certificate while they are found.
struct BoxSearch {
  let unsafe: Unsafe
  /// By node.
  var boxes: [[HeaderBox]]
  /// The pairs, by device and class.
  var pairs: [[[HeaderBox]]]
  /// The boxes whose steps have not been looked at.
  var waiting: [(node: Int, box: Int)] = []
  /// For each box whether anything needs it, while that is found out; empty otherwise.
  var needed: [[Bool]] = []
  /// How many boxes there are.
  var count = 0

  /// The most boxes of a certificate.
  static let greatestCount = 400_000
  /// The most boxes of one place.
  static let greatestCountAtPlace = 20_000
}

extension Prover {
  /// The hints for what senders and sources send.
  mutating func starts(for indices: [Int], _ search: inout BoxSearch) throws
    -> [Certificate.Hint]
  {
    var hints: [Certificate.Hint] = []
    var starts = claims.senders.map { (packets: $0, origin: UInt128(0)) }
    var tags: Set<Int> = []
    for index in indices {
      if case .never(let own, _) = claims.claims[index].kind { tags.formUnion(own) }
    }
    for tag in tags.sorted() {
      starts += claims.tags[tag].sources.map { ($0, UInt128(tag + 1)) }
    }
    for start in starts {
      for box in start.packets.boxes {
        hints += try go(
          box.with(.origin, Ranges(start.origin)), to: start.packets.location, .untouched, &search)
      }
    }
    return hints
  }

  /// The hints for the steps of a box at a node.
  mutating func steps(
    of box: HeaderBox, at node: Int, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    let (location, trail) = (graph.nodes[node].location, graph.nodes[node].trail)
    switch engine.canonical.locations[location] {
    case .choose(let targets): return try go([box], to: targets, trail, &search)
    case .spread(let main, let copies): return try go([box], to: [main] + copies, trail, &search)
    case .match(let table, let targets):
      return try match(box, table, targets, trail, &search)
    case .rewrite(let writes, let next):
      let after = writes.reduce(trail) { $0.after($1) }
      return try go(images(of: box, trail, under: writes), to: [next], after, &search)
    case .recall(let device, let fresh, let remembered):
      let bare = box.without(Trail.ghosts(in: .sent))
      var hints = try go([bare], to: [fresh], .untouched, &search)
      hints += try recall(bare, device, remembered, &search)
      return hints
    case .remember(let device, let next):
      var hints: [Certificate.Hint] = []
      if search.unsafe.isMemoryListed[device] {
        hints = try remember(box, device, trail, &search)
      }
      return try hints + go([box], to: [next], trail, &search)
    case .watch(let device, let next):
      let origins = watchers[device] ?? .none
      let others = origins.complement(upTo: HeaderField.origin.greatest)
      let parts = [
        box.constrained(.origin, to: others),
        box.constrained(.origin, to: origins).with(.monitor, Ranges(1)),
      ]
      return try go(parts, to: [next], trail, &search)
    case .leave(let next): return try go([Self.leaving(box)], to: [next], .untouched, &search)
    case .deliver, .drop: return []
    }
  }

  /// The hints for boxes that go to each of some locations, and lie in a box there.
  private mutating func go(
    _ boxes: [HeaderBox], to locations: [Int], _ trail: ProofTrail, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    var hints: [Certificate.Hint] = []
    for location in locations {
      for box in boxes { hints += try go(box, to: location, trail, &search) }
    }
    return hints
  }

  private mutating func go(
    _ box: HeaderBox, to location: Int, _ trail: ProofTrail, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    if box.isEmpty || !search.unsafe.isListed[location] { return [] }
    let node = try node(location, trail)
    guard let number = try place(box, at: node, &search) else {
      throw NoProof(reason: "a packet that is not safe would come to location \(location)")
    }
    return [.inside(number)]
  }

  private func node(_ location: Int, _ trail: ProofTrail) throws -> Int {
    guard let node = graph.numbers[ProofGraph.Node(location: location, trail: trail)] else {
      throw NoProof(reason: "location \(location) has no trail \(trail.canonicalText)")
    }
    return node
  }

  /// The box of a node inside of which a box lies, a new one where there is none; `nil` where the box
  /// holds something unsafe.
  private mutating func place(
    _ box: HeaderBox, at node: Int, _ search: inout BoxSearch
  ) throws -> Int? {
    if let known = search.boxes[node].firstIndex(where: { box.lies(in: $0) }) {
      if !search.needed.isEmpty, !search.needed[node][known] {
        search.needed[node][known] = true
        search.waiting.append((node, known))
      }
      return known
    }
    guard let wide = try widen(box, outside: search.unsafe.packets[node]) else { return nil }
    search.boxes[node].append(wide)
    if !search.needed.isEmpty { search.needed[node].append(true) }
    search.count += 1
    if search.count > BoxSearch.greatestCount
      || search.boxes[node].count > BoxSearch.greatestCountAtPlace
    {
      throw NoProof(reason: "the certificate would have too many boxes")
    }
    search.waiting.append((node, search.boxes[node].count - 1))
    return search.boxes[node].count - 1
  }

  // MARK: Lists

  private mutating func match(
    _ box: HeaderBox, _ table: Int, _ targets: [Int], _ trail: ProofTrail,
    _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    let entries = engine.canonical.tables[table].entries
    var hints: [Certificate.Hint] = []
    for (index, entry) in entries.enumerated() {
      let target = targets[entry.outcome]
      guard search.unsafe.isListed[target] else { continue }
      for part in entry.boxes {
        let there = box.intersection(part)
        if there.isEmpty { continue }
        hints += try prove(there, target, trail, table, before: index, &search)
      }
    }
    let target = targets[engine.canonical.tables[table].otherwise]
    if search.unsafe.isListed[target], !box.isEmpty {
      hints += try prove(box, target, trail, table, before: entries.count, &search)
    }
    return hints
  }

  /// The hints for packets of a list of which some may be in earlier entries.
  private mutating func prove(
    _ box: HeaderBox, _ target: Int, _ trail: ProofTrail, _ table: Int, before index: Int,
    _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    let node = try node(target, trail)
    var hints: [Certificate.Hint] = []
    var parts = [box]
    while let part = parts.popLast() {
      if part.isEmpty { continue }
      if let known = try place(part, at: node, &search) {
        hints.append(.inside(known))
        continue
      }
      let (entry, number) = try hiding(part, node, table, before: index, search)
      let hider = engine.canonical.tables[table].entries[entry].boxes[number]
      if part.lies(in: hider) {
        hints.append(.hidden(entry: entry, box: number))
        continue
      }
      let (constraint, inside, outside) = Self.split(part, by: hider)
      hints.append(.split(entry: entry, box: number, constraint: constraint))
      parts.append(outside)
      parts.append(inside)
      if hints.count > 100_000 { throw NoProof(reason: "a list would have to be split too often") }
    }
    return hints
  }

  /// An earlier entry with some of the packets that would not be safe.
  private mutating func hiding(
    _ box: HeaderBox, _ node: Int, _ table: Int, before index: Int, _ search: BoxSearch
  ) throws -> (entry: Int, box: Int) {
    let wrong = try engine.store.restrict(search.unsafe.packets[node], to: box)
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

  // MARK: Sessions

  private mutating func remember(
    _ box: HeaderBox, _ device: Int, _ trail: ProofTrail, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    var hints: [Certificate.Hint] = []
    let opening = box.constrained(.origin, to: Ranges(0))
    if opening.isEmpty { return [] }
    for (index, known) in classes[device].enumerated() where known.trail == trail {
      let own = opening.intersection(Self.codes(of: known))
      if own.isEmpty { continue }
      let session = Self.session(own, trail)
      for family in [Family.ipv4, .ipv6] {
        let pair = session.constrained(.family, to: Ranges(UInt128(family.rawValue)))
        if pair.isEmpty { continue }
        hints.append(.inside(try place(pair, device, index, &search)))
      }
    }
    return hints
  }

  private mutating func place(
    _ pair: HeaderBox, _ device: Int, _ index: Int, _ search: inout BoxSearch
  ) throws -> Int {
    if let known = search.pairs[device][index].firstIndex(where: { pair.lies(in: $0) }) {
      return known
    }
    guard let wide = try widen(pair, outside: search.unsafe.sessions[device][index]) else {
      throw NoProof(reason: "a session that is not safe would be opened")
    }
    let known = classes[device][index]
    let kept = Set(Engine.sessionFields + Self.ghosts(known.trail, in: .sent))
    let bare = wide.without(HeaderField.allCases.filter { !kept.contains($0) })
      .with(.family, pair[.family])
    search.pairs[device][index].append(bare)
    // What comes there may have to be taken by this one, too.
    for (number, node) in graph.nodes.enumerated() {
      guard case .recall(let other, _, _) = engine.canonical.locations[node.location],
        owners(of: other).contains(device)
      else { continue }
      search.waiting += search.boxes[number].indices.map { (number, $0) }
    }
    return search.pairs[device][index].count - 1
  }

  private mutating func recall(
    _ box: HeaderBox, _ device: Int, _ target: Int, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    if !search.unsafe.isListed[target] { return [] }
    let bare = box.without(Trail.ghosts(in: .session))
    var hints: [Certificate.Hint] = []
    for owner in owners(of: device) {
      for (index, known) in classes[owner].enumerated() {
        var number = 0
        while number < search.pairs[owner][index].count {
          let pair = search.pairs[owner][index][number]
          number += 1
          for family in [Family.ipv4, .ipv6] {
            guard let changes = known.changes[family] else { continue }
            for way in sessionWays(of: device) {
              let registers = registers(way, known, changes, at: device)
              for packets in packets(takenBy: pair, known, way, family) {
                var taken = bare.intersection(packets).constrained(
                  .sessionUse, to: Ranges(registers.use...HeaderField.sessionUse.greatest))
                for (field, values) in registers.values { taken = taken.with(field, values) }
                hints += try go(taken, to: target, .untouched, &search)
              }
            }
          }
        }
      }
    }
    return hints
  }
}
