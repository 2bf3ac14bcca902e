import Canonical
import HeaderSpaces
import Networks
import Packets

/// One of the two parts of what two engines follow.
enum Half: Int, Sendable {
  case first
  case second

  /// This half of a list.
  func part<Element>(of whole: [Element]) -> [Element] {
    let middle = (whole.count + 1) / 2
    return Array(self == .first ? whole[..<middle] : whole[middle...])
  }
}

/// What an engine learnt of sessions, for another.
struct Learning: Sendable {
  /// The devices that learnt, with the trails of what they remember.
  var remembered: [(device: Int, trail: Trail)] = []
  /// What they remember, in the same order.
  var spaces = PackedSpaces()
  /// The bound that was met, if any.
  var limit: String?
}

/// The packets that an engine found at each location, for another.
struct Findings: Sendable {
  var flows: [(location: Int, trail: Trail)] = []
  /// The packets, in the same order.
  var spaces = PackedSpaces()
}

/// A fixpoint that waits for what another engine learnt.
struct HalfwaySearch: Sendable {
  var search: Search
  var pass: Engine.Pass
  var edges: Int
}

/// What becomes of a packet hangs on what else is sent by way of sessions only. So each of two
/// engines follows its half of the packets until nothing new comes; then they tell each other which
/// sessions they learnt, and go on until neither learns any. Both end with the same sets, which are
/// those that one engine finds alone.
extension Engine {
  /// Follows a group of shared sources; `false` where it is too large, so that each question has to
  /// follow its own.
  mutating func follow(
    group: Int, mode: ReachMode, with worker: Worker?
  ) throws(LimitReached) -> Bool {
    let limit = try rounds(with: worker) { engine, half throws(LimitReached) in
      let starts = try engine.sources(of: engine.shared[group])
      try engine.begin(half?.part(of: starts) ?? starts, mode, edges: engine.store.limit / 2)
    }
    guard limit == nil else {
      _ = try together(with: worker) { engine, _ in
        engine.shared[group].starts = []
        engine.halfway = nil
        engine.limit = nil
      }
      return false
    }
    let found = try together(with: worker) { engine, half throws(LimitReached) in
      try engine.findings(for: group, toTell: half != nil)
    }
    _ = try together(with: worker) { engine, half throws(LimitReached) in
      if let half { try engine.takeOver(found[1 - half.rawValue], for: group) }
    }
    return limit == nil
  }

  /// Learns the sessions that these packets open, and follows them no further.
  mutating func learnSessions(
    from starts: [ReachKey.Start], with worker: Worker?
  ) throws(LimitReached) {
    let limit = try rounds(with: worker) { engine, half throws(LimitReached) in
      try engine.begin(half?.part(of: starts) ?? starts, .learning, edges: .max)
    }
    _ = try together(with: worker) { engine, _ in
      engine.halfway = nil
      engine.limit = limit
    }
  }

  /// Does the same on both engines; what comes of it, this engine's first.
  mutating func together<Result: Sendable>(
    with worker: Worker?,
    _ step: @escaping @Sendable (inout Engine, Half?) throws(LimitReached) -> Result
  ) throws(LimitReached) -> [Result] {
    guard let worker else { return [try step(&self, nil)] }
    let theirs = worker.start { verifier in
      Swift.Result { () throws(LimitReached) in try step(&verifier.engine, .second) }
    }
    let own = Swift.Result { () throws(LimitReached) in try step(&self, .first) }
    let other = theirs.wait()
    return [try own.get(), try other.get()]
  }

  /// Makes a fixpoint, of which each engine begins its part; the answer is the bound that was met.
  private mutating func rounds(
    with worker: Worker?,
    beginning begin: @escaping @Sendable (inout Engine, Half?) throws(LimitReached) -> Void
  ) throws(LimitReached) -> String? {
    var said = try together(with: worker) { engine, half throws(LimitReached) in
      try begin(&engine, half)
      return try engine.goOn(hearing: Learning())
    }
    while said.allSatisfy({ $0.limit == nil }), said.contains(where: { !$0.remembered.isEmpty }) {
      let heard = said
      said = try together(with: worker) { engine, half throws(LimitReached) in
        try engine.goOn(hearing: half.map { heard[1 - $0.rawValue] } ?? Learning())
      }
    }
    return said.lazy.compactMap(\.limit).first
  }

  private mutating func begin(
    _ starts: [ReachKey.Start], _ mode: ReachMode, edges: Int
  ) throws(LimitReached) {
    halfway = HalfwaySearch(
      search: try search(from: starts), pass: Pass(mode: mode), edges: edges)
  }

  /// Follows packets as far as what is known of sessions lets them.
  private mutating func goOn(hearing learning: Learning) throws(LimitReached) -> Learning {
    guard var own = halfway else { return Learning() }
    halfway = nil
    let spaces = try store.unpack(learning.spaces)
    for (heard, space) in zip(learning.remembered, spaces)
    where try remember(Flow(trail: heard.trail, space: space), by: heard.device) {
      own.search.changedMemories.insert(heard.device)
    }
    if !own.search.changedMemories.isEmpty { try recallAgain(own.pass, &own.search) }
    try exhaust(&own.search, own.pass, edges: own.edges)
    var result = Learning(limit: limit)
    var sets: [HeaderSpace] = []
    for device in own.search.changedMemories.sorted() {
      for flow in memories[device].remembered {
        result.remembered.append((device, flow.trail))
        sets.append(flow.space)
      }
    }
    result.spaces = store.pack(sets)
    halfway = own
    return result
  }

  /// Ends a fixpoint: what this engine found.
  private mutating func findings(
    for group: Int, toTell: Bool
  ) throws(LimitReached) -> Findings {
    guard let own = halfway else { return Findings() }
    halfway = nil
    let flows = try own.search.packets(&store)
    shared[group].flows = flows
    var result = Findings()
    if !toTell { return result }
    for (location, flows) in flows.enumerated() {
      for flow in flows { result.flows.append((location, flow.trail)) }
    }
    result.spaces = store.pack(flows.joined().map(\.space))
    return result
  }

  /// Adds what the other engine found.
  private mutating func takeOver(
    _ findings: Findings, for group: Int
  ) throws(LimitReached) {
    var flows = shared[group].flows ?? []
    shared[group].flows = nil
    for ((location, trail), space) in zip(findings.flows, try store.unpack(findings.spaces)) {
      try Search.add(Flow(trail: trail, space: space), to: &flows[location], &store)
    }
    for location in flows.indices { flows[location].sort { $0.trail < $1.trail } }
    shared[group].flows = flows
  }
}
