import Canonical
import HeaderSpaces
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
    var room = Room(engine.store)
    while let (location, space) = search.next() {
      let known = unsafe.packets[location]
      var news = try engine.store.subtracting(known, from: space)
      if news.isEmpty { continue }
      var both = try engine.store.union(known, news)
      // What is unsafe may be more than what leads to something forbidden, so long as nothing comes
      // there: simple sets make simple boxes, and others grow at every list.
      if let coming = coming[location] {
        both = try engine.store.simplified(both, apartFrom: coming)
        news = try engine.store.subtracting(known, from: both)
      }
      unsafe.packets[location] = both
      for edge in graph.predecessors[location] {
        try spread(news, over: edge, &unsafe, &search)
      }
      if room.isShort(engine.store) {
        compact(&unsafe, &search)
        room = Room(engine.store)
      }
    }
    coming = [HeaderSpace?](repeating: nil, count: coming.count)
    compact(&unsafe, &search)
    return unsafe
  }

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
              breaking = try engine.store.simplified(breaking, apartFrom: known.sessions)
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
