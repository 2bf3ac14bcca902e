import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

/// What became of packets of which every one must arrive, whatever is chosen on the way.
struct Passage {
  /// The packets that are lost, go elsewhere, or never end.
  var failing: [Flow] = []
  /// The location at which a plan left a choice open, and how many options it has.
  var openChoice: (location: Int, options: Int)?
  /// The packets that arrive, by the location where they do.
  var arrived: [(location: Int, flow: Flow)] = []
  /// The most steps that any of them took.
  var steps = 0
  /// The packets that are under way, by location.
  fileprivate var frontier: [Int: [Flow]] = [:]
  /// What was under way before each step: where that comes again, it goes round in circles.
  fileprivate var known: Set<[Int: [Flow]]> = []
}

extension Engine {
  /// The most steps of a passage; what is still under way then goes round in circles.
  private static let greatestStepCount = 20_000

  /// The most ways of choosing that are told apart for one requirement.
  static let greatestPlanCount = 512

  /// Follows packets along every choice and outcome, until all have ended.
  ///
  /// A `plan` settles choices by their location; the first location that it leaves open ends the
  /// passage and is named in it. Without a plan every choice is followed at once.
  ///
  /// With `learning` the sessions that they open are learnt, and otherwise what was sent is tracked.
  /// With `answers` they are replies: a device that remembers their session takes them as such.
  mutating func passage(
    of starts: [ReachKey.Start], to goal: [Int: HeaderSpace], learning: Bool, answers: Bool,
    plan: [Int: Int]? = nil
  ) throws(LimitReached) -> Passage {
    var passage = Passage()
    for start in starts where !start.space.isEmpty {
      passage.frontier[start.location, default: []].append(
        Flow(trail: .untouched, space: start.space))
    }
    try go(on: &passage, to: goal, learning: learning, answers: answers, plan: plan)
    return passage
  }

  /// Follows packets further that came to a choice which the plan now settles.
  mutating func go(
    on passage: inout Passage, to goal: [Int: HeaderSpace], learning: Bool, answers: Bool,
    plan: [Int: Int]? = nil
  ) throws(LimitReached) {
    passage.openChoice = nil
    while !passage.frontier.isEmpty, passage.steps < Self.greatestStepCount {
      if let plan, let open = openChoice(in: passage.frontier, plan) {
        passage.openChoice = open
        return
      }
      guard passage.known.insert(passage.frontier).inserted else { break }
      var next: [Int: [Flow]] = [:]
      for location in passage.frontier.keys.sorted() {
        for flow in passage.frontier[location] ?? [] {
          if let plan, let way = plan[location] {
            let choice = canonical.locations[location].successors[way]
            try add(flow, to: &next[choice, default: []])
            continue
          }
          for (target, moved) in try pass(
            flow, location, goal, learning: learning, answers: answers, &passage)
          where !moved.space.isEmpty {
            try add(moved, to: &next[target, default: []])
          }
        }
      }
      passage.frontier = next
      passage.steps += 1
    }
    for location in passage.frontier.keys.sorted() {
      passage.failing += passage.frontier[location] ?? []
    }
  }

  /// The first location at which packets are under way and a plan leaves a choice open.
  private func openChoice(
    in frontier: [Int: [Flow]], _ plan: [Int: Int]
  ) -> (location: Int, options: Int)? {
    for location in frontier.keys.sorted() {
      guard plan[location] == nil, case .choose(let options) = canonical.locations[location],
        options.count > 1
      else { continue }
      return (location, options.count)
    }
    return nil
  }

  private mutating func add(_ flow: Flow, to flows: inout [Flow]) throws(LimitReached) {
    if let index = flows.firstIndex(where: { $0.trail == flow.trail }) {
      flows[index].space = try store.union(flows[index].space, flow.space)
    } else {
      flows.append(flow)
    }
  }

  /// One step of a passage: where the packets go from a location.
  private mutating func pass(
    _ flow: Flow, _ location: Int, _ goal: [Int: HeaderSpace], learning: Bool, answers: Bool,
    _ passage: inout Passage
  ) throws(LimitReached) -> [(Int, Flow)] {
    switch canonical.locations[location] {
    case .choose(let options): return options.map { ($0, flow) }
    case .spread(let main, _): return [(main, flow)]
    case .match(let table, let targets):
      return try split(flow.space, by: table).map {
        (targets[$0.target], Flow(trail: flow.trail, space: $0.space))
      }
    case .rewrite(let writes, let next):
      return [(next, try write(writes, flow))]
    case .recall(let device, let fresh, let remembered):
      guard answers else { return [(fresh, flow)] }
      var rest = flow
      var result: [(Int, Flow)] = []
      for known in try recalled(flow, device: device) { result.append((remembered, known)) }
      for memory in memories[device].classes {
        for known in [memory.reply, memory.forward] {
          // What the session's first packet was does not matter here.
          let taken = try store.project(known, away: Trail.ghosts(in: .session))
          rest.space = try store.subtracting(taken, from: rest.space)
        }
      }
      result.append((fresh, rest))
      return result
    case .remember(let device, let next):
      if learning { _ = try remember(flow, device: device) }
      return [(next, flow)]
    case .watch(_, let next): return [(next, flow)]
    case .leave(let next):
      return [(next, try leave(flow, learning ? .learning : .following))]
    case .deliver:
      try deliver(flow, location, goal, &passage)
      return []
    case .drop:
      passage.failing.append(flow)
      return []
    }
  }

  private mutating func deliver(
    _ flow: Flow, _ location: Int, _ goal: [Int: HeaderSpace], _ passage: inout Passage
  ) throws(LimitReached) {
    let wanted = goal[location] ?? .empty
    let arrived = try store.intersection(flow.space, wanted)
    let elsewhere = try store.subtracting(wanted, from: flow.space)
    if !arrived.isEmpty {
      passage.arrived.append((location, Flow(trail: flow.trail, space: arrived)))
    }
    if !elsewhere.isEmpty {
      passage.failing.append(Flow(trail: flow.trail, space: elsewhere))
    }
  }
}
