import Canonical
import HeaderSpaces
import Networks
import Packets

/// Makes certificates for claims about one network.
///
/// It works apart from the answers: with its own store, from the claims alone. Three steps: what can
/// come to the sessions of each device (`fixpoint`), exactly; backwards from what is forbidden, what
/// must not be anywhere (`Unsafe`); forwards again in boxes, each as wide as the unsafe sets leave room
/// (`BoxSearch`). So boxes are few, and whatever becomes of one is inside another.
struct Prover: ~Copyable {
  var engine: Engine
  let claims: Claims
  let graph: ProofGraph
  /// For each device the classes of its sessions.
  var classes: [[SessionClass]]
  /// For each location what comes there, as far as it is noted, without the ghosts of the trail; with
  /// the tracks where they matter.
  var coming: [HeaderSpace?]
  /// For each device the tags, as origins, that are watched there.
  let watchers: [Int: Ranges]
  /// The literals of conditions that are evaluated on each wire field.
  let literalsOfField: [HeaderField: [Int]]

  /// A prover that knows what sessions there can be, and what comes where that some claims ask about.
  ///
  /// - Throws: `NoProof` or `LimitReached`.
  static func learned(
    _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims, for indices: [Int],
    _ limits: VerificationLimits
  ) throws -> Prover {
    let starts = claims.senders + claims.tags.flatMap(\.sources)
    let graph = ProofGraph(
      canonical, devices: network.devices.count, from: starts.map(\.location))
    var prover = Prover(
      claims, graph, try Engine(network, canonical, setLimit: limits.setEdges))
    try prover.learn(for: indices)
    return prover
  }

  init(_ claims: Claims, _ graph: ProofGraph, _ engine: consuming Engine) {
    var watchers: [Int: Ranges] = [:]
    for (index, tag) in claims.tags.enumerated() {
      for device in tag.watched {
        watchers[device] = (watchers[device] ?? .none).union(Ranges(UInt128(index + 1)))
      }
    }
    self.watchers = watchers
    var literals: [HeaderField: [Int]] = [:]
    for (index, condition) in engine.canonical.conditions.conditions.enumerated() {
      guard case .evaluation(let fields) = condition.scope else { continue }
      for field in fields {
        literals[field, default: []].append(CanonicalNetwork.literal(index))
      }
    }
    literalsOfField = literals
    classes = [[SessionClass]](repeating: [], count: engine.network.devices.count)
    coming = [HeaderSpace?](repeating: nil, count: engine.canonical.locations.count)
    self.claims = claims
    self.graph = graph
    self.engine = engine
  }

  /// Learns what sessions there can be, and what comes where that some claims ask about.
  private mutating func learn(for indices: [Int]) throws {
    var senders: [ReachKey.Start] = []
    for sender in claims.senders {
      senders.append(
        ReachKey.Start(
          location: sender.location, space: try engine.store.space(of: sender.boxes)))
    }
    try engine.learnSessions(from: senders)
    for device in engine.memories.indices {
      // A proof treats outcomes as if each packet had its own.
      for index in engine.memories[device].remembered.indices {
        let space = engine.memories[device].remembered[index].space
        engine.memories[device].remembered[index].space = try engine.store.existentially(
          space, over: engine.store.conditions(in: space))
      }
      try engine.settleMemory(of: device)
      classes[device] = try sessionClasses(of: device)
    }
    var starts = senders
    let tags = indices.flatMap { index -> [Int] in
      if case .never(let tags, _) = claims.claims[index].kind { return tags }
      return []
    }
    for index in Set(tags).sorted() {
      for source in claims.tags[index].sources {
        let space = try engine.store.space(of: source.boxes)
        starts.append(
          ReachKey.Start(
            location: source.location,
            space: try engine.store.assign(.origin, Ranges(UInt128(index + 1)), in: space)))
      }
    }
    try learnComing(from: starts)
  }

  /// Learns what comes where of packets that start.
  mutating func learnComing(from starts: [ReachKey.Start]) throws {
    coming = [HeaderSpace?](repeating: nil, count: engine.canonical.locations.count)
    let reach = try engine.fixpoint(
      ReachKey(sources: starts, watched: []), mode: .proving, watchers: watchers)
    for location in engine.canonical.locations.indices
    where engine.plan.isJoint[location] && !engine.plan.isEnd(location, .proving) {
      coming[location] = try withoutHistory(reach.flows[location], at: location)
    }
    if let limit = engine.limit { throw NoProof(reason: limit) }
  }

  /// Packets of which nothing is known of before, nor of outcomes that were found for what they were.
  private mutating func withoutHistory(_ flows: [Flow], at location: Int) throws -> HeaderSpace {
    var result = HeaderSpace.empty
    for flow in flows {
      let literals = engine.store.conditions(in: flow.space).filter {
        engine.canonical.condition(ofLiteral: $0)?.isStale ?? true
      }
      var plain = try engine.store.existentially(flow.space, over: literals)
      plain = try engine.store.project(plain, away: Trail.ghosts(in: .sent))
      if graph.isTracked[location] {
        plain = try engine.store.restrict(plain, to: ProofTrail(flow.trail).box)
      }
      result = try engine.store.union(result, plain)
    }
    return result
  }

  /// What is forgotten when sessions are looked up: the ghosts and the tracks of the trail.
  static let trail = Trail.ghosts(in: .sent) + ProofTrail.fields
  static let registers = HeaderField.allCases.filter { $0 >= .mark && $0 <= .sourceTranslation }
  static let wire = HeaderField.allCases.filter { $0 <= .etherType }
}
