import Canonical
import HeaderSpaces
import Networks
import Packets

/// A set of packets at a location, with the trail that tells what they were when they were sent.
struct Flow: Hashable, Sendable {
  var trail: Trail
  var space: HeaderSpace
  /// What they are to the device that they are in.
  var standing = Standing.packets

  /// What packets are to a device while sessions are learnt together with where packets go.
  enum Standing: Hashable, Sendable {
    /// Packets that come to sessions as they were sent, or that have not come to any.
    case packets
    /// Packets that were translated before they came to the device's sessions: what they were there
    /// does not follow from their trail, so that copies of them open the sessions.
    case translatedBefore
    /// Copies of which the trail begins where the sessions were looked up; they end with the device.
    case copies
  }

  /// Whether packets of both have the same history.
  func isLike(_ other: Self) -> Bool { trail == other.trail && standing == other.standing }

  /// The same with another set.
  func with(_ space: HeaderSpace) -> Self {
    Self(trail: trail, space: space, standing: standing)
  }
}

/// The sets of packets over one canonical network, and the images of its locations.
///
/// One engine belongs to one thread: its store is passed `inout`.
struct Engine: ~Copyable {
  let network: Network
  let canonical: CanonicalNetwork
  /// What zones send and receive.
  let traffic: ZoneTraffic
  var store: HeaderSpaceStore
  /// What exists at all.
  private(set) var valid: HeaderSpace
  /// The first-match tables, made into diagrams when they are first met.
  var cases: [HeaderCases?]
  /// The same without the outcomes by which packets are lost.
  var passing: [HeaderCases?]
  /// In which order fixpoints go through the locations.
  let plan: SearchPlan
  /// Whether any condition is evaluated for each packet, so that rewrites may make outcomes stale.
  let hasPacketConditions: Bool
  /// The session memories of the devices, learnt from every sender in the network.
  var memories: [SessionMemory]
  /// For each device those that share their sessions with it.
  let sessionPartners: [[Int]]
  /// Whether they do: what must arrive does not count on it.
  var sharesSessions = true
  /// The bound that was met, if any: from then on nothing that is found is complete.
  var limit: String?
  /// What parts of zones receive, by segment.
  var receivedCache: [Int: [(addresses: AddressSet, space: HeaderSpace)]] = [:]
  /// What has each outcome of a table, made when a walk backwards first asks for it.
  var outcomeCache: [Int: [HeaderSpace?]] = [:]
  /// The tables' entries as sets, made when a proof first asks for them.
  var entryCache: [Int: [HeaderSpace]] = [:]
  /// The locations that deny, with the outcomes by which they do.
  let denials: [(location: Int, table: Int, outcome: Int)]
  /// What many questions ask about, followed together.
  var shared: [SharedSources] = []
  /// What each selection of shared sources holds, by trail.
  var selections: [[Trail: HeaderSpace]] = []
  /// The locations that lead to each location, made when a trace first asks for them.
  var predecessorCache: [[Int]]?
  /// What rules make of destinations, found out when a proof first asks for it.
  var destinationChanges: [DestinationChange]?
  /// What is followed together with another engine, as long as it is.
  var halfway: HalfwaySearch?
  /// Reachable sets by source, so that requirements of one source share them.
  var reachCache: [ReachKey: Reach] = [:]

  init(
    _ network: Network, _ canonical: CanonicalNetwork, setLimit: Int, notingLosses: Bool = false
  ) throws(LimitReached) {
    self.network = network
    self.canonical = canonical
    traffic = ZoneTraffic(network, canonical)
    store = HeaderSpaceStore(limit: setLimit, conditions: canonical.literalsByPlace)
    valid = try store.valid()
    cases = [HeaderCases?](repeating: nil, count: canonical.tables.count)
    passing = cases
    plan = SearchPlan(canonical, notingLosses: notingLosses)
    sessionPartners = network.devices.indices.map { network.sessionPartners(of: $0) }
    hasPacketConditions = canonical.conditions.conditions.contains {
      if case .evaluation = $0.scope { return $0.assumed == nil }
      return false
    }
    denials = canonical.locations.enumerated().flatMap { index, location in
      guard case .match(let table, let targets) = location else { return [] as [(Int, Int, Int)] }
      return targets.enumerated().compactMap { outcome, target in
        canonical.locations[target] == .drop(.denied) ? (index, table, outcome) : nil
      }
    }
    memories = [SessionMemory](repeating: SessionMemory(), count: network.devices.count)
  }

  private init(
    copying engine: borrowing Engine, store: consuming HeaderSpaceStore
  ) {
    network = engine.network
    canonical = engine.canonical
    traffic = engine.traffic
    self.store = store
    valid = engine.valid
    cases = engine.cases
    passing = engine.passing
    plan = engine.plan
    hasPacketConditions = engine.hasPacketConditions
    memories = engine.memories
    sessionPartners = engine.sessionPartners
    sharesSessions = engine.sharesSessions
    limit = engine.limit
    receivedCache = engine.receivedCache
    outcomeCache = engine.outcomeCache
    entryCache = engine.entryCache
    denials = engine.denials
    shared = engine.shared
    selections = engine.selections
    predecessorCache = engine.predecessorCache
    reachCache = engine.reachCache
  }

  /// Forgets every set but these, and gives these anew, in the same order; what was learnt and
  /// followed is forgotten, too.
  mutating func compact(keeping spaces: [HeaderSpace]) -> [HeaderSpace] {
    cases = [HeaderCases?](repeating: nil, count: canonical.tables.count)
    passing = cases
    memories = [SessionMemory](repeating: SessionMemory(), count: network.devices.count)
    (receivedCache, outcomeCache, entryCache, reachCache) = ([:], [:], [:], [:])
    (shared, selections, halfway) = ([], [], nil)
    let kept = store.compact(keeping: [valid] + spaces)
    valid = kept[0]
    return Array(kept.dropFirst())
  }

  /// An engine for another worker, that knows what this one knows.
  func copy() -> Engine { Engine(copying: self, store: store.copy()) }

  /// The parts of a set to which first-match order gives each outcome of a table, ascending by
  /// outcome; empty ones are left out.
  mutating func split(
    _ space: HeaderSpace, by table: Int
  ) throws(LimitReached) -> [(target: Int, space: HeaderSpace)] {
    try store.split(space, by: try cases(of: table))
  }

  /// The same without the outcomes by which packets are lost wherever the table is asked.
  mutating func splitPassing(
    _ space: HeaderSpace, by table: Int
  ) throws(LimitReached) -> [(target: Int, space: HeaderSpace)] {
    let lost = plan.lostOutcomes[table]
    if lost.isEmpty { return try split(space, by: table) }
    if let known = passing[table] { return try store.split(space, by: known) }
    let made = try makeCases(of: table, ignoring: lost)
    passing[table] = made
    return try store.split(space, by: made)
  }

  /// The part of a set to which first-match order gives one outcome of a table.
  mutating func part(
    of space: HeaderSpace, by table: Int, outcome: Int
  ) throws(LimitReached) -> HeaderSpace {
    if outcomeCache[table] == nil {
      outcomeCache[table] = [HeaderSpace?](
        repeating: nil, count: canonical.tables[table].outcomes)
    }
    if let known = outcomeCache[table]?[outcome] { return try store.intersection(space, known) }
    let made = try store.space(of: outcome, in: try cases(of: table))
    outcomeCache[table]?[outcome] = made
    return try store.intersection(space, made)
  }

  private mutating func cases(of table: Int) throws(LimitReached) -> HeaderCases {
    if let known = cases[table] { return known }
    let made = try makeCases(of: table, ignoring: [])
    cases[table] = made
    return made
  }

  private mutating func makeCases(
    of table: Int, ignoring ignored: Set<Int>
  ) throws(LimitReached) -> HeaderCases {
    let source = canonical.tables[table]
    let rules = source.entries.map { MatchRule($0.boxes, target: $0.outcome) }
    return try store.cases(
      by: rules, targets: source.outcomes, default: source.otherwise, ignoring: ignored)
  }

  /// The image of a flow under writes.
  mutating func write(
    _ writes: [CanonicalNetwork.Write], _ flow: Flow
  ) throws(LimitReached) -> Flow {
    var flow = flow
    var constants: [(field: HeaderField, values: Ranges)] = []
    for write in writes {
      if case .set(let field, let values) = write,
        !constants.contains(where: { $0.field == field })
      {
        constants.append((field, values))
        continue
      }
      try set(constants, in: &flow)
      constants = []
      switch write {
      case .set(let field, let values): constants = [(field, values)]
      case .take(let field, let source):
        try forgetOutcomes(dependingOn: [field], in: &flow)
        try overwrite([field], in: &flow)
        flow.space = try store.rename(source, to: field, in: flow.space)
      case .shift(let field, let range, let target):
        try forgetOutcomes(dependingOn: [field], in: &flow)
        try shift(field, range, to: target, in: &flow)
      case .anything:
        try scramble(HeaderField.allCases.filter { $0 <= .etherType }, in: &flow)
      case .scramble(let fields):
        try scramble(fields, in: &flow)
      }
      if flow.space.isEmpty { return flow }
    }
    try set(constants, in: &flow)
    return flow
  }

  /// Sets different fields to constants, all at once where no outcome is forgotten by it.
  private mutating func set(
    _ constants: [(field: HeaderField, values: Ranges)], in flow: inout Flow
  ) throws(LimitReached) {
    let fields = constants.map(\.field)
    if !literals(dependingOn: fields, in: flow.space).isEmpty {
      for constant in constants {
        try forgetOutcomes(dependingOn: [constant.field], in: &flow)
        try keep([constant.field], in: &flow)
        flow.space = try store.overwrite([constant], in: flow.space)
      }
      return
    }
    try keep(fields, in: &flow)
    flow.space = try store.overwrite(constants, in: flow.space)
  }

  /// Keeps the values of fields that are about to be overwritten in their ghosts, where the trail
  /// asks for it.
  private mutating func keep(
    _ fields: [HeaderField], in flow: inout Flow
  ) throws(LimitReached) {
    var moves: [(HeaderField, HeaderField)] = []
    var distances: [(ghost: HeaderField, distance: UInt128)] = []
    for field in fields {
      guard let ghost = Trail.ghost(of: field, in: .sent) else { continue }
      switch flow.trail[field] {
      case .kept: continue
      case .same: break
      case .moved(let distance): distances.append((ghost, distance))
      }
      moves.append((field, ghost))
      flow.trail[field] = .kept
    }
    flow.space = try store.swap(moves, in: flow.space)
    for (ghost, distance) in distances {
      flow.space = try moved(ghost, by: 0 &- distance, in: flow.space)
    }
  }

  /// Forgets fields' values, keeping the old ones in their ghosts where the trail asks for it.
  private mutating func overwrite(
    _ fields: [HeaderField], in flow: inout Flow
  ) throws(LimitReached) {
    try keep(fields, in: &flow)
    flow.space = try store.project(flow.space, away: fields)
  }

  /// A set whose field is moved by a distance, modulo 2^128; what would leave the field is dropped.
  mutating func moved(
    _ field: HeaderField, by distance: UInt128, in space: HeaderSpace
  ) throws(LimitReached) -> HeaderSpace {
    if distance == 0 { return space }
    var result = HeaderSpace.empty
    if distance <= field.greatest {
      result = try store.shift(field, 0...field.greatest - distance, to: distance, in: space)
    }
    let back = 0 &- distance
    if back <= field.greatest {
      let lowered = try store.shift(field, back...field.greatest, to: 0, in: space)
      result = try store.union(result, lowered)
    }
    return result
  }

  private mutating func shift(
    _ field: HeaderField, _ range: ClosedRange<UInt128>, to target: UInt128, in flow: inout Flow
  ) throws(LimitReached) {
    // What would pass the field's end is not in the field: such a translation loses it.
    let room = field.greatest - target
    let last =
      range.upperBound - range.lowerBound > room ? range.lowerBound + room : range.upperBound
    flow.space = try store.shift(field, range.lowerBound...last, to: target, in: flow.space)
    let distance = target &- range.lowerBound
    switch flow.trail[field] {
    case .kept: break
    case .same: flow.trail[field] = distance == 0 ? .same : .moved(distance)
    case .moved(let earlier):
      flow.trail[field] = earlier &+ distance == 0 ? .same : .moved(earlier &+ distance)
    }
  }

  private mutating func scramble(
    _ fields: [HeaderField], in flow: inout Flow
  ) throws(LimitReached) {
    try forgetOutcomes(dependingOn: fields, in: &flow)
    try overwrite(fields, in: &flow)
    flow.space = try store.intersection(flow.space, valid)
  }

  /// Makes the outcomes stale that were found for values that are about to be overwritten: packets
  /// that needed one carry a mark that some outcome let them through, from which nothing follows
  /// for other packets.
  mutating func forgetOutcomes(
    dependingOn fields: [HeaderField], in flow: inout Flow
  ) throws(LimitReached) {
    for (literal, condition) in literals(dependingOn: fields, in: flow.space) {
      let always = try store.universally(flow.space, over: [literal])
      let sometimes = try store.existentially(flow.space, over: [literal])
      let depending = try store.subtracting(always, from: sometimes)
      let marked = try store.restrict(
        depending, to: Literal(CanonicalNetwork.staleLiteral(condition), true))
      flow.space = try store.union(always, marked)
    }
  }

  /// The literals of a set that stand for evaluations which depend on one of the fields.
  private func literals(
    dependingOn fields: [HeaderField], in space: HeaderSpace
  ) -> [(literal: Int, condition: Int)] {
    guard hasPacketConditions, fields.contains(where: { $0 <= .etherType }) else { return [] }
    return store.conditions(in: space).compactMap { literal in
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal), !isStale,
        case .evaluation(let roles) = canonical.conditions[condition].scope,
        roles.contains(where: fields.contains)
      else { return nil }
      return (literal, condition)
    }
  }
}
