import HeaderSpaces
import HeapModule

/// The state of a fixpoint: what has been reached, and what has not yet moved on.
struct Search: Sendable {
  /// What has moved on, by location.
  private(set) var reached: [[Flow]]
  /// The devices that learnt since they were last settled.
  var changedMemories: Set<Int> = []
  private let plan: SearchPlan
  private var waiting: [[Flow]]
  /// The ranks of the locations where something waits.
  private var queue = Heap<Int>()

  init(_ plan: SearchPlan) {
    self.plan = plan
    reached = [[Flow]](repeating: [], count: plan.ranks.count)
    waiting = reached
  }

  /// Lets packets wait at a location.
  mutating func push(
    _ flow: Flow, to location: Int, _ store: inout HeaderSpaceStore
  ) throws(LimitReached) {
    if waiting[location].isEmpty { queue.insert(plan.ranks[location]) }
    try Self.add(flow, to: &waiting[location], &store)
  }

  /// The first location at which something waits, with those that were not there before.
  mutating func next(
    _ store: inout HeaderSpaceStore
  ) throws(LimitReached) -> (location: Int, news: [Flow])? {
    guard let rank = queue.popMin() else { return nil }
    let location = plan.locations[rank]
    var flows: [Flow] = []
    swap(&flows, &waiting[location])
    var news: [Flow] = []
    for var flow in flows {
      if let known = reached[location].first(where: flow.isLike) {
        flow.space = try store.subtracting(known.space, from: flow.space)
      }
      if flow.space.isEmpty { continue }
      try note(flow, at: location, &store)
      news.append(flow)
    }
    return (location, news)
  }

  /// Adds packets to what has moved on from a location.
  mutating func note(
    _ flow: Flow, at location: Int, _ store: inout HeaderSpaceStore
  ) throws(LimitReached) {
    try Self.add(flow, to: &reached[location], &store)
  }

  /// The packets that were at each location, by trail, without the copies that open sessions.
  func packets(_ store: inout HeaderSpaceStore) throws(LimitReached) -> [[Flow]] {
    var result: [[Flow]] = []
    for flows in reached {
      var packets: [Flow] = []
      for var flow in flows where flow.standing != .copies {
        flow.standing = .packets
        try Self.add(flow, to: &packets, &store)
      }
      packets.sort { $0.trail < $1.trail }
      result.append(packets)
    }
    return result
  }

  /// Adds packets to those with the same history.
  static func add(
    _ flow: Flow, to flows: inout [Flow], _ store: inout HeaderSpaceStore
  ) throws(LimitReached) {
    if let index = flows.firstIndex(where: flow.isLike) {
      flows[index].space = try store.union(flows[index].space, flow.space)
    } else {
      flows.append(flow)
    }
  }
}
