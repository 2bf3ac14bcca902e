import Canonical
import HeaderSpaces
import HeapModule
import Networks
import Packets

/// What must not be anywhere, lest a claim break: backwards from what is forbidden.
///
/// Nothing that the network really does is in it: what comes to sessions, and with which they would
/// break a claim, makes the session unsafe; only what does not come there is unsafe itself.
struct Unsafe {
  /// The packets by location.
  var packets: [HeaderSpace]
  /// The sessions by device and class, as they are remembered.
  var sessions: [[HeaderSpace]]
  /// The locations from which a forbidden packet's location can be reached: all others are open.
  var isRelevant: [Bool]
  /// The locations that a certificate lists.
  var isListed: [Bool]
  /// The devices of which a certificate lists the memory.
  var isMemoryListed: [Bool]
}

extension Prover {
  /// What is unsafe for some claims.
  mutating func unsafe(for indices: [Int]) throws -> Unsafe {
    var forbidden: [Int: HeaderSpace] = [:]
    for index in indices {
      guard case .never(let tags, let packets) = claims.claims[index].kind else { continue }
      let origins = Ranges(values: tags.map { UInt128($0 + 1) })
      for part in packets {
        let space = try engine.store.restrict(
          try engine.store.space(of: part.boxes), .origin, to: origins)
        let known = forbidden[part.location] ?? .empty
        forbidden[part.location] = try engine.store.union(known, space)
      }
    }
    let relevant = relevant(from: forbidden.keys.sorted())
    var unsafe = Unsafe(
      packets: [HeaderSpace](repeating: .empty, count: graph.isStop.count),
      sessions: classes.map { [HeaderSpace](repeating: .empty, count: $0.count) },
      isRelevant: relevant.locations,
      isListed: relevant.locations.indices.map { location in
        relevant.locations[location] && (graph.isStop[location] || forbidden[location] != nil)
      }, isMemoryListed: relevant.memories)
    var search = UnsafeSearch(count: graph.isStop.count)
    for (location, space) in forbidden.sorted(by: { $0.key < $1.key }) {
      try search.add(space, at: location, rank: rank(location), &engine.store)
    }
    for device in classes.indices where unsafe.isMemoryListed[device] {
      let space = try unreadable(device)
      for location in graph.remembers[device] {
        try search.add(space, at: location, rank: rank(location), &engine.store)
      }
    }
    while let (location, space) = search.next() {
      let known = unsafe.packets[location]
      var news = try engine.store.subtracting(known, from: space)
      if news.isEmpty { continue }
      if let coming = coming[location] { news = try simplified(news, apartFrom: coming) }
      unsafe.packets[location] = try engine.store.union(known, news)
      for edge in graph.predecessors[location] {
        try spread(news, over: edge, &unsafe, &search)
      }
    }
    return unsafe
  }

  /// A set that holds another and nothing of a third, which looks at as few fields as it can.
  ///
  /// What is unsafe may be more than what leads to something forbidden, so long as nothing comes
  /// there: simple sets make simple boxes, and keep sets small that grow at every list otherwise.
  /// Packets that open sessions and packets that are asked about are told from what comes apart.
  private mutating func simplified(
    _ space: HeaderSpace, apartFrom coming: HeaderSpace
  ) throws -> HeaderSpace {
    var result = HeaderSpace.empty
    for origins in [Ranges(0), Ranges(1...HeaderField.origin.greatest)] {
      let asked = try engine.store.restrict(space, .origin, to: origins)
      for range in try engine.store.values(of: .connectionState, in: asked).ranges {
        for state in try states(range, asked) {
          var box = HeaderBox().constrained(.origin, to: origins)
          box.constrain(.connectionState, to: state)
          let part = try engine.store.restrict(asked, to: box)
          if part.isEmpty { continue }
          let others = try engine.store.restrict(coming, to: box)
          let wide = try narrowed(part, apartFrom: others)
          result = try engine.store.union(result, try engine.store.restrict(wide, to: box))
        }
      }
    }
    return result
  }

  /// The values of a range one by one, or together where the set does not tell them apart.
  private mutating func states(
    _ range: ClosedRange<UInt128>, _ space: HeaderSpace
  ) throws -> [Ranges] {
    if range.lowerBound == range.upperBound { return [Ranges(range)] }
    let open = try engine.store.project(space, away: [.connectionState])
    let box = HeaderBox().constrained(.connectionState, to: Ranges(range))
    if try engine.store.restrict(open, to: box) == engine.store.restrict(space, to: box) {
      return [Ranges(range)]
    }
    return range.map { Ranges($0) }
  }

  private mutating func narrowed(
    _ space: HeaderSpace, apartFrom others: HeaderSpace
  ) throws -> HeaderSpace {
    let literals = engine.store.conditions(in: space)
    var plain = try engine.store.existentially(space, over: literals)
    if try !engine.store.isDisjoint(plain, others) { plain = space }
    for unseen in Self.views {
      let wide = try engine.store.project(plain, away: unseen)
      if try engine.store.isDisjoint(wide, others) { return wide }
    }
    return plain
  }

  /// Views of packets, the simplest first, each as the fields that it does not see.
  private static let views: [[HeaderField]] = {
    let ends: Set<HeaderField> = [
      .family, .destinationIPv4, .destinationIPv6, .origin, .sessionUse,
    ]
    let both = ends.union([.sourceIPv4, .sourceIPv6])
    let service = both.union([.protocol, .destinationPort])
    let chosen = Set([.destinationTranslation, .sourceTranslation] + ProofTrail.fields)
    let way: Set<HeaderField> = [.ingress, .egress, .vrf]
    let plain = [ends, both, service]
    let views =
      plain + plain.map { $0.union(chosen) } + plain.map { $0.union(way) }
      + plain.map { $0.union(chosen).union(way) }
    return views.map { fields in HeaderField.allCases.filter { !fields.contains($0) } }
  }()

  /// Later locations come first.
  private func rank(_ location: Int) -> Int { -engine.plan.ranks[location] }

  /// The locations and the memories that lead to some locations.
  private func relevant(from locations: [Int]) -> (locations: [Bool], memories: [Bool]) {
    let canonical = engine.canonical
    var isRelevant = [Bool](repeating: false, count: canonical.locations.count)
    var memories = [Bool](repeating: false, count: classes.count)
    var predecessors = [[Int]](repeating: [], count: canonical.locations.count)
    for (index, location) in canonical.locations.enumerated() {
      for next in location.successors { predecessors[next].append(index) }
    }
    var waiting = locations
    while let location = waiting.popLast() {
      if isRelevant[location] { continue }
      isRelevant[location] = true
      waiting += predecessors[location]
      for index in predecessors[location] {
        guard case .recall(let device, _, location) = canonical.locations[index] else { continue }
        for owner in owners(of: device) where !memories[owner] {
          memories[owner] = true
          waiting += graph.remembers[owner]
        }
      }
    }
    return (isRelevant, memories)
  }

  /// Packets that would open sessions of classes that no session is of.
  private mutating func unreadable(_ device: Int) throws -> HeaderSpace {
    var readable = HeaderSpace.empty
    for known in classes[device] {
      var box = known.box
      box.constrain(.family, to: Ranges(values: known.changes.keys.map { UInt128($0.rawValue) }))
      readable = try engine.store.union(readable, try engine.store.space(of: box))
    }
    let others = try engine.store.complement(readable)
    let opening = HeaderBox().constrained(.origin, to: Ranges(0))
      .constrained(.family, to: Ranges(0...1))
    return try engine.store.restrict(others, to: opening)
  }

  /// Adds what becomes one of the unsafe packets at a node, over one of the ways there.
  private mutating func spread(
    _ space: HeaderSpace, over edge: ProofGraph.Edge, _ unsafe: inout Unsafe,
    _ search: inout UnsafeSearch
  ) throws {
    let before: HeaderSpace
    if case .recall(let device, _, _) = engine.canonical.locations[edge.location], edge.way == 1 {
      before = try beforeSession(space, device, at: edge.location, &unsafe, &search)
    } else {
      before = try self.before(space, over: edge)
    }
    try search.add(before, at: edge.location, rank: rank(edge.location), &engine.store)
  }

  /// The packets that become some over one of the ways there, but for what sessions take.
  mutating func before(
    _ space: HeaderSpace, over edge: ProofGraph.Edge
  ) throws -> HeaderSpace {
    switch engine.canonical.locations[edge.location] {
    case .choose, .spread, .remember: return space
    case .match(let table, _):
      return try engine.split(space, by: table).first { $0.target == edge.way }?.space ?? .empty
    case .rewrite(let writes, _): return try beforeWrites(writes, space)
    case .watch(let device, _): return try beforeWatch(watchers[device] ?? .none, space)
    case .leave:
      let box = Self.registers.reduce(HeaderBox()) { $0.constrained($1, to: Ranges(0)) }
      let left = try beforeForgetting(try engine.store.restrict(space, to: box))
      return try engine.store.project(left, away: Self.registers + Trail.ghosts(in: .session))
    case .recall: return try beforeForgetting(space)
    case .deliver, .drop: return .empty
    }
  }

  /// The packets of which some have become these when their trail was forgotten.
  mutating func beforeForgetting(_ space: HeaderSpace) throws -> HeaderSpace {
    let box = ProofTrail(.untouched).box
    return try engine.store.project(try engine.store.restrict(space, to: box), away: Self.trail)
  }

  /// The packets of which a device notes what it does when a session takes them, as they were before.
  mutating func before(
    _ space: HeaderSpace, noting noted: SessionNotes
  ) throws -> HeaderSpace {
    var result = space
    for (field, values) in noted.values {
      result = try engine.store.restrict(result, field, to: values)
      if result.isEmpty { return result }
    }
    result = try engine.store.project(result, away: noted.values.map(\.field))
    return try engine.store.restrict(
      result, .sessionUse, to: Ranges(noted.use...HeaderField.sessionUse.greatest))
  }

  private mutating func beforeWatch(
    _ origins: Ranges, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    var marked = try engine.store.restrict(space, .monitor, to: Ranges(1))
    marked = try engine.store.project(marked, away: [.monitor])
    marked = try engine.store.restrict(marked, .origin, to: origins)
    let others = try engine.store.restrict(
      space, .origin, to: origins.complement(upTo: HeaderField.origin.greatest))
    return try engine.store.union(marked, others)
  }

  /// What sessions make unsafe: sessions that take what comes there are unsafe, and what the others
  /// would take is.
  private mutating func beforeSession(
    _ space: HeaderSpace, _ device: Int, at location: Int, _ unsafe: inout Unsafe,
    _ search: inout UnsafeSearch
  ) throws -> HeaderSpace {
    var result = HeaderSpace.empty
    let after = try beforeForgetting(space)
    let coming = try engine.store.project(
      self.coming[location] ?? .empty, away: Trail.ghosts(in: .session))
    for owner in owners(of: device) {
      for (index, known) in classes[owner].enumerated() {
        for family in known.changes.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
          guard let changes = known.changes[family] else { continue }
          for way in sessionWays(of: device) {
            let packets = try before(
              after, noting: registers(way, known, changes, at: device))
            if packets.isEmpty { continue }
            var breaking = try sessions(
              taking: try engine.store.intersection(packets, coming), known, way, family)
            if !breaking.isEmpty {
              breaking = try narrowed(breaking, apartFrom: known.sessions)
            }
            try add(breaking, to: index, of: owner, &unsafe, &search)
            let safe = try engine.store.complement(unsafe.sessions[owner][index])
            let taken = try taken(by: safe, known, way, family)
            let there = try engine.store.project(
              try engine.store.intersection(packets, taken), away: Trail.ghosts(in: .session))
            result = try engine.store.union(result, there)
          }
        }
      }
    }
    return result
  }

  /// Makes sessions unsafe, and the packets that would open them.
  private mutating func add(
    _ sessions: HeaderSpace, to index: Int, of device: Int, _ unsafe: inout Unsafe,
    _ search: inout UnsafeSearch
  ) throws {
    let known = unsafe.sessions[device][index]
    let news = try engine.store.subtracting(known, from: sessions)
    if news.isEmpty { return }
    unsafe.sessions[device][index] = try engine.store.union(known, news)
    let box = classes[device][index].box.constrained(.origin, to: Ranges(0))
    let opening = try engine.store.restrict(news, to: box)
    for location in graph.remembers[device] {
      try search.add(opening, at: location, rank: rank(location), &engine.store)
    }
  }
}

/// What waits to be looked at, the last locations first.
private struct UnsafeSearch {
  private var waiting: [HeaderSpace]
  private var queue = Heap<Entry>()

  private struct Entry: Comparable {
    var rank: Int
    var location: Int

    static func < (a: Self, b: Self) -> Bool { (a.rank, a.location) < (b.rank, b.location) }
  }

  init(count: Int) { waiting = [HeaderSpace](repeating: .empty, count: count) }

  mutating func add(
    _ space: HeaderSpace, at location: Int, rank: Int, _ store: inout HeaderSpaceStore
  ) throws {
    if space.isEmpty { return }
    if waiting[location].isEmpty { queue.insert(Entry(rank: rank, location: location)) }
    waiting[location] = try store.union(waiting[location], space)
  }

  mutating func next() -> (location: Int, space: HeaderSpace)? {
    guard let entry = queue.popMin() else { return nil }
    let space = waiting[entry.location]
    waiting[entry.location] = .empty
    return (entry.location, space)
  }
}
