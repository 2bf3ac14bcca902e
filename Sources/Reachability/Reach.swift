import Canonical
import HeaderSpaces
import Packets

/// The packets that can be at each location, for one set of sources.
struct Reach: Sendable {
  /// By location.
  var flows: [[Flow]]
  /// Whose packets they are, where those of others are among them.
  var selection: SourceSelection?
}

/// What a reach depends on.
struct ReachKey: Hashable, Sendable {
  /// The locations at which packets start, with the sets of them.
  var sources: [Start]
  /// The devices whose forward filter is watched, ascending: what has passed one is not followed.
  var watched: [Int]

  /// Packets that start at a location.
  struct Start: Hashable, Sendable {
    var location: Int
    var space: HeaderSpace
  }
}

/// How a fixpoint treats sessions and ghosts.
enum ReachMode: Hashable, Sendable {
  /// Learns what devices remember; the trail begins anew where sessions are looked up.
  case learning
  /// Uses what was learnt; the trail begins where the packet was sent.
  case following
  /// Learns what devices remember while it follows packets from where they were sent.
  case both
  /// Uses what was learnt; the trail begins anew where sessions are looked up.
  case proving
}

extension Engine {
  /// The packets that can be at each location, to a fixpoint.
  ///
  /// - Complexity: Every packet passes every location at most once for each trail; the work is one
  ///   image for each batch of packets that are new at a location.
  mutating func reach(_ key: ReachKey) throws(LimitReached) -> Reach {
    if let known = reachCache[key] { return known }
    let made: Reach
    if let part = try sharedReach(for: key) {
      made = part
    } else {
      made = try fixpoint(key, mode: .following)
    }
    reachCache[key] = made
    return made
  }

  /// Learns the session memories from packets that any of these sources sends.
  mutating func learnSessions(from sources: [ReachKey.Start]) throws(LimitReached) {
    guard canonical.hasSessions.contains(true) else { return }
    _ = try fixpoint(ReachKey(sources: sources, watched: []), mode: .learning)
  }

  /// What can be at each location, to a fixpoint; beyond so many edges in the store it ends, and
  /// `limit` is set.
  mutating func fixpoint(
    _ key: ReachKey, mode: ReachMode, edges: Int = .max, watchers: [Int: Ranges] = [:]
  ) throws(LimitReached) -> Reach {
    var search = try search(from: key.sources)
    let pass = Pass(mode: mode, watched: Set(key.watched), watchers: watchers)
    try exhaust(&search, pass, edges: edges)
    while limit == nil, !search.changedMemories.isEmpty {
      try recallAgain(pass, &search)
      try exhaust(&search, pass, edges: edges)
    }
    return Reach(flows: try search.packets(&store))
  }

  /// A search in which packets wait where they start.
  mutating func search(from starts: [ReachKey.Start]) throws(LimitReached) -> Search {
    var search = Search(plan)
    for start in starts {
      try search.push(Flow(trail: .untouched, space: start.space), to: start.location, &store)
    }
    return search
  }

  /// Moves packets until none waits.
  mutating func exhaust(
    _ search: inout Search, _ pass: Pass, edges: Int
  ) throws(LimitReached) {
    while limit == nil, let (location, news) = try search.next(&store) {
      for flow in news { try move(flow, from: location, pass, &search) }
      if search.reached[location].count > Self.greatestTrails {
        limit = "more than \(Self.greatestTrails) ways of translation at one place"
      } else if store.edgeCount > edges {
        limit = "more than \(edges) edges"
      }
    }
  }

  /// Lets sessions that were learnt since take packets that came before.
  mutating func recallAgain(
    _ pass: Pass, _ search: inout Search
  ) throws(LimitReached) {
    var devices = search.changedMemories
    search.changedMemories = []
    for device in devices.sorted() { try settleMemory(of: device) }
    for device in devices.sorted() { devices.formUnion(sessionPartners[device]) }
    for (index, location) in canonical.locations.enumerated() {
      guard case .recall(let device, _, let remembered) = location, devices.contains(device)
      else { continue }
      for flow in search.reached[index] {
        for looked in try lookedUp(flow, pass.mode) {
          for recalled in try recalled(looked, device: device) {
            try search.push(recalled, to: remembered, &store)
          }
        }
      }
    }
  }

  /// The most trails at one location: a loop through a prefix translation adds its distance again
  /// each time round.
  static let greatestTrails = 256

  /// How a fixpoint moves packets.
  struct Pass: Sendable {
    var mode: ReachMode
    var watched: Set<Int> = []
    /// For each device the origins of the packets that are watched there.
    var watchers: [Int: Ranges] = [:]
  }

  /// Moves packets that are new at a location on, to the next joints.
  private mutating func move(
    _ flow: Flow, from location: Int, _ pass: Pass, _ search: inout Search
  ) throws(LimitReached) {
    var moving = [(flow: flow, location: location)]
    while let (flow, location) = moving.popLast() {
      for (next, target) in try images(of: flow, at: location, pass, &search)
      where !next.space.isEmpty && !plan.isEnd(target, pass.mode) {
        if plan.isJoint[target] {
          try search.push(next, to: target, &store)
        } else {
          if plan.isNoted[target] { try search.note(next, at: target, &store) }
          moving.append((next, target))
        }
      }
    }
  }

  /// What becomes of packets at a location, and where it is next.
  private mutating func images(
    of flow: Flow, at location: Int, _ pass: Pass, _ search: inout Search
  ) throws(LimitReached) -> [(flow: Flow, location: Int)] {
    switch canonical.locations[location] {
    case .choose(let options): return options.map { (flow, $0) }
    case .spread(let main, let copies): return ([main] + copies).map { (flow, $0) }
    case .match(let table, let targets):
      return try splitPassing(flow.space, by: table).map {
        (flow.with($0.space), targets[$0.target])
      }
    case .rewrite(let writes, let next): return [(try write(writes, flow), next)]
    case .recall(let device, let fresh, let remembered):
      var result: [(flow: Flow, location: Int)] = []
      for looked in try lookedUp(flow, pass.mode) {
        result.append((looked, fresh))
        result += try recalled(looked, device: device).map { ($0, remembered) }
      }
      return result
    case .remember(let device, let next):
      if pass.mode == .learning || pass.mode == .both, flow.standing != .translatedBefore,
        try remember(flow, device: device)
      {
        search.changedMemories.insert(device)
      }
      return [(flow, next)]
    case .watch(let device, let next):
      if pass.watched.contains(device) { return [] }
      guard let origins = pass.watchers[device] else { return [(flow, next)] }
      return [(flow.with(try watched(flow.space, origins: origins)), next)]
    case .leave(let next):
      return flow.standing == .copies ? [] : [(try leave(flow, pass.mode), next)]
    case .deliver, .drop: return []
    }
  }

  /// Packets as a device looks them up, with copies where they are to open sessions themselves.
  private mutating func lookedUp(
    _ flow: Flow, _ mode: ReachMode
  ) throws(LimitReached) -> [Flow] {
    switch mode {
    case .following: return [flow]
    case .learning, .proving: return [try untracked(flow)]
    case .both:
      if flow.standing == .copies { return [try untracked(flow)] }
      var looked = flow
      looked.standing = flow.trail == .untouched ? .packets : .translatedBefore
      if looked.standing == .packets { return [looked] }
      var copies = try untracked(flow)
      copies.standing = .copies
      return [looked, copies]
    }
  }

  /// Packets of which nothing is known but what they are now.
  private mutating func untracked(_ flow: Flow) throws(LimitReached) -> Flow {
    if flow.trail == .untouched { return flow }
    let space = try store.project(flow.space, away: Trail.ghosts(in: .sent))
    return Flow(trail: .untouched, space: space, standing: flow.standing)
  }

  /// The packets as they leave a device: its notes about them vanish.
  mutating func leave(_ flow: Flow, _ mode: ReachMode) throws(LimitReached) -> Flow {
    var result = flow
    result.space = try store.overwrite(Self.leaving, in: flow.space)
    result.standing = .packets
    return mode == .learning || mode == .proving ? try untracked(result) : result
  }

  /// The packets after those of some origins were marked as watched.
  private mutating func watched(
    _ space: HeaderSpace, origins: Ranges
  ) throws(LimitReached) -> HeaderSpace {
    let those = try store.restrict(space, .origin, to: origins)
    let others = try store.subtracting(those, from: space)
    return try store.union(others, try store.assign(.monitor, Ranges(1), in: those))
  }

  /// The fields that exist only while a packet is inside a device.
  static let deviceFields: [HeaderField] =
    HeaderField.allCases.filter { $0 >= .mark && $0 <= .sourceTranslation }
    + Trail.ghosts(in: .session)

  /// What becomes of the device fields when a packet leaves.
  private static let leaving: [(field: HeaderField, values: Ranges)] =
    deviceFields.map { ($0, $0 <= .sourceTranslation ? Ranges(0) : $0.allValues) }
}
