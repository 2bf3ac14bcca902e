import Canonical
import HeaderSpaces
import Packets

/// The packets that can be at each location, for one set of sources.
struct Reach: Sendable {
  /// By location.
  var flows: [[Flow]]

  /// The flows at a location.
  subscript(location: Int) -> [Flow] { flows[location] }
}

/// What a reach depends on.
struct ReachKey: Hashable, Sendable {
  /// The locations at which packets start, with the sets of them.
  var sources: [Start]
  /// The devices whose forward filter is watched, ascending.
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
}

extension Engine {
  /// The packets that can be at each location, to a fixpoint.
  ///
  /// - Complexity: Every packet passes every location at most once for each trail; the work is one
  ///   image for each batch of packets that are new at a location.
  mutating func reach(_ key: ReachKey) throws(LimitReached) -> Reach {
    if let known = reachCache[key] { return known }
    let made = try fixpoint(key, mode: .following)
    reachCache[key] = made
    return made
  }

  /// Learns the session memories from packets that any of these sources sends.
  mutating func learnSessions(from sources: [ReachKey.Start]) throws(LimitReached) {
    guard canonical.hasSessions.contains(true) else { return }
    _ = try fixpoint(ReachKey(sources: sources, watched: []), mode: .learning)
  }

  private mutating func fixpoint(
    _ key: ReachKey, mode: ReachMode
  ) throws(LimitReached) -> Reach {
    var search = Search(locations: canonical.locations.count)
    let watched = Set(key.watched)
    for start in key.sources {
      try search.push(Flow(trail: .untouched, space: start.space), to: start.location, &store)
    }
    while limit == nil {
      while limit == nil, let location = search.next() {
        for flow in search.takePending(location) {
          try step(flow, at: location, mode, watched, &search)
        }
        if search.reached[location].count > Self.greatestTrails {
          limit = "more than \(Self.greatestTrails) ways of translation at one place"
        }
      }
      // Newly learnt sessions let packets through that were there before.
      guard mode == .learning, !search.changedMemories.isEmpty else { break }
      let devices = search.changedMemories.sorted()
      search.changedMemories = []
      for device in devices { try settleMemory(of: device) }
      for (index, location) in canonical.locations.enumerated() {
        guard case .recall(let device, _, let remembered) = location,
          devices.contains(device)
        else { continue }
        for flow in search.reached[index] {
          try pushRecalled(untracked(flow), device: device, to: remembered, &search)
        }
      }
    }
    return Reach(flows: search.reached)
  }

  /// The most trails at one location: a loop through a prefix translation adds its distance again
  /// each time round.
  static let greatestTrails = 256

  /// Moves packets that are new at a location on to the next ones.
  private mutating func step(
    _ flow: Flow, at location: Int, _ mode: ReachMode, _ watched: Set<Int>,
    _ search: inout Search
  ) throws(LimitReached) {
    switch canonical.locations[location] {
    case .choose(let options):
      for option in options { try search.push(flow, to: option, &store) }
    case .spread(let main, let copies):
      for option in [main] + copies { try search.push(flow, to: option, &store) }
    case .match(let table, let targets):
      let parts = try partition(of: table)
      for (outcome, target) in targets.enumerated() {
        let space = try store.intersection(flow.space, parts[outcome])
        try search.push(Flow(trail: flow.trail, space: space), to: target, &store)
      }
    case .rewrite(let writes, let next):
      try search.push(try write(writes, flow), to: next, &store)
    case .recall(let device, let fresh, let remembered):
      let looked = mode == .learning ? try untracked(flow) : flow
      try search.push(looked, to: fresh, &store)
      try pushRecalled(looked, device: device, to: remembered, &search)
    case .remember(let device, let next):
      if mode == .learning, try remember(flow, device: device) {
        search.changedMemories.insert(device)
      }
      try search.push(flow, to: next, &store)
    case .watch(let device, let next):
      var passed = flow
      if watched.contains(device) {
        passed.space = try store.assign(.monitor, Ranges(1), in: flow.space)
      }
      try search.push(passed, to: next, &store)
    case .leave(let next):
      try search.push(try leave(flow, mode), to: next, &store)
    case .deliver, .drop: break
    }
  }

  private mutating func pushRecalled(
    _ flow: Flow, device: Int, to target: Int, _ search: inout Search
  ) throws(LimitReached) {
    for recalled in try recalled(flow, device: device) {
      try search.push(recalled, to: target, &store)
    }
  }

  /// Packets of which nothing is known but what they are now.
  private mutating func untracked(_ flow: Flow) throws(LimitReached) -> Flow {
    if flow.trail == .untouched { return flow }
    let space = try store.project(flow.space, away: Trail.ghosts(in: .sent))
    return Flow(trail: .untouched, space: space)
  }

  /// The packets as they leave a device: its notes about them vanish.
  mutating func leave(_ flow: Flow, _ mode: ReachMode) throws(LimitReached) -> Flow {
    var result = flow
    result.space = try store.restrict(
      try store.project(flow.space, away: Self.deviceFields), to: Self.outside)
    return mode == .learning ? try untracked(result) : result
  }

  /// The fields that exist only while a packet is inside a device.
  static let deviceFields: [HeaderField] =
    HeaderField.allCases.filter { $0 >= .mark && $0 <= .sourceTranslation }
    + Trail.ghosts(in: .session)

  /// Every device field 0: a packet between devices.
  static let outside: HeaderBox = {
    var box = HeaderBox()
    for field in HeaderField.allCases where field >= .mark && field <= .sourceTranslation {
      box.constrain(field, to: Ranges(0))
    }
    return box
  }()
}

/// The state of a fixpoint: what has been reached, and what has not yet moved on.
private struct Search {
  var reached: [[Flow]]
  var changedMemories: Set<Int> = []
  private var pending: [[Flow]]
  private var queue: [Int] = []
  private var head = 0
  private var isQueued: [Bool]

  init(locations: Int) {
    reached = [[Flow]](repeating: [], count: locations)
    pending = reached
    isQueued = [Bool](repeating: false, count: locations)
  }

  /// Adds packets at a location; those that were there before are left out.
  mutating func push(
    _ flow: Flow, to location: Int, _ store: inout HeaderSpaceStore
  ) throws(LimitReached) {
    if flow.space.isEmpty { return }
    var news = flow
    if let index = reached[location].firstIndex(where: { $0.trail == flow.trail }) {
      let known = reached[location][index].space
      news.space = try store.subtracting(known, from: flow.space)
      if news.space.isEmpty { return }
      reached[location][index].space = try store.union(known, news.space)
    } else {
      reached[location].append(flow)
    }
    if let index = pending[location].firstIndex(where: { $0.trail == flow.trail }) {
      pending[location][index].space = try store.union(pending[location][index].space, news.space)
    } else {
      pending[location].append(news)
    }
    if !isQueued[location] {
      isQueued[location] = true
      queue.append(location)
    }
  }

  mutating func next() -> Int? {
    guard head < queue.count else {
      queue.removeAll(keepingCapacity: true)
      head = 0
      return nil
    }
    let location = queue[head]
    head += 1
    isQueued[location] = false
    return location
  }

  mutating func takePending(_ location: Int) -> [Flow] {
    let flows = pending[location]
    pending[location] = []
    return flows
  }
}
