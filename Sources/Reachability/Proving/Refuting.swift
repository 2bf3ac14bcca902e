public import Canonical
public import Certificates
import HeaderSpaces
public import Networks
import Packets

/// A step of a run, found backwards from where it ends.
private struct BackwardStep {
  var location: Int
  /// The packets that go on to what is looked for.
  var space: HeaderSpace
  /// The step after this one.
  var next: Int?
  /// How sessions take the packet from here to there, where they do.
  var taking: Taking?
}

/// How a session takes a packet.
private struct Taking {
  var owner: Int
  /// The class of sessions of the owner.
  var index: Int
  var family: Family
  var way: SessionWay
  var noted: SessionNotes
}

/// Finds runs that break a claim: backwards from what is forbidden to where packets start, and
/// forwards again with one packet.
struct RunSearch {
  /// How packets move.
  enum Movement {
    /// As in any run.
    case free
    /// As a packet that asks does in a `must` claim, with some choices settled by location.
    case asking(plan: [Int: Int])
    /// As an answer does, which sessions of a device take where they can.
    case answering
  }

  /// A session that the packet opened which is answered.
  struct Opened {
    var owner: Int
    var index: Int
    var session: HeaderBox
  }

  var movement = Movement.free
  /// The sessions of the packet that is answered.
  var opened: [Opened] = []
  /// The packets that opened sessions, in the order in which they have to start.
  var openers: [[Refutation.Step]] = []
  /// What the global conditions are.
  var global: [Literal] = []

  /// How deep sessions may need sessions, and how many packets there may be.
  static let greatestDepth = 6
  static let greatestRuns = 64
}

extension Prover {
  /// A run that breaks a claim.
  ///
  /// - Throws: `NoProof` where none is found, `LimitReached`.
  mutating func refutation(of claim: Int) throws -> Refutation {
    let tags: [Int]
    let forbidden: [Claims.Packets]
    switch claims.claims[claim].kind {
    case .never(let named, let packets): (tags, forbidden) = (named, packets)
    case .must: throw NoProof(reason: "it says what must arrive, not what must not")
    case .apart: throw NoProof(reason: "somebody is on both sides, which no packet shows")
    }
    var starts: [(location: Int, space: HeaderSpace)] = []
    for tag in tags {
      for source in claims.tags[tag].sources {
        starts.append(try start(source, origin: UInt128(tag + 1)))
      }
    }
    let origins = Ranges(values: tags.map { UInt128($0 + 1) })
    var goals: [(location: Int, space: HeaderSpace)] = []
    for part in forbidden {
      let space = try engine.store.space(of: part.boxes)
      goals.append((part.location, try engine.store.restrict(space, .origin, to: origins)))
    }
    var search = RunSearch()
    guard let run = try run(from: starts, to: goals, depth: 0, &search) else {
      throw NoProof(reason: "no single run was found that breaks it")
    }
    return Refutation(claim: claim, kind: .breaks(search.openers + [run]))
  }

  mutating func start(
    _ packets: Claims.Packets, origin: UInt128
  ) throws -> (location: Int, space: HeaderSpace) {
    let boxes = packets.boxes.map { Self.forgettingTrail($0).with(.origin, Ranges(origin)) }
    return (packets.location, try engine.store.space(of: boxes))
  }

  /// One packet's way from one of some starts to one of some goals; `nil` where none is found.
  mutating func run(
    from starts: [(location: Int, space: HeaderSpace)],
    to goals: [(location: Int, space: HeaderSpace)], depth: Int, _ search: inout RunSearch
  ) throws -> [Refutation.Step]? {
    guard depth < RunSearch.greatestDepth, search.openers.count < RunSearch.greatestRuns else {
      return nil
    }
    var visited: [Int: HeaderSpace] = [:]
    var steps: [BackwardStep] = []
    for goal in goals {
      let space = try possible(goal.space, at: goal.location)
      if !space.isEmpty { steps.append(BackwardStep(location: goal.location, space: space)) }
    }
    var index = 0
    while index < steps.count {
      for start in starts where start.location == steps[index].location {
        var met = try engine.store.intersection(start.space, steps[index].space)
        for literal in search.global { met = try engine.store.restrict(met, to: literal) }
        if met.isEmpty { continue }
        let before = search
        if let run = try walk(steps, from: index, starting: met, depth: depth, &search) {
          return run
        }
        search = before
      }
      for edge in graph.predecessors[steps[index].location] {
        for (space, taking) in try preimages(of: steps[index].space, over: edge, search.movement) {
          var news = try possible(space, at: edge.location)
          let known = visited[edge.location] ?? .empty
          news = try engine.store.subtracting(known, from: news)
          if news.isEmpty { continue }
          visited[edge.location] = try engine.store.union(known, news)
          steps.append(
            BackwardStep(location: edge.location, space: news, next: index, taking: taking))
        }
      }
      index += 1
    }
    return nil
  }

  /// Those of some packets that may be at a location, as far as that is noted.
  private mutating func possible(_ space: HeaderSpace, at location: Int) throws -> HeaderSpace {
    guard let coming = coming[location] else { return space }
    return try engine.store.intersection(space, coming)
  }

  /// The packets that become some, over one of the ways there, and what session takes them.
  private mutating func preimages(
    of space: HeaderSpace, over edge: ProofGraph.Edge, _ movement: RunSearch.Movement
  ) throws -> [(HeaderSpace, Taking?)] {
    var owners: [Int] = []
    switch (engine.canonical.locations[edge.location], movement) {
    case (.recall(let device, _, _), .free): owners = self.owners(of: device)
    case (.recall(let device, _, _), .answering):
      if edge.way == 0 {
        return [(try notTaken(try before(space, over: edge), at: device), nil)]
      }
      owners = [device]
    case (.recall, .asking), (.spread, .asking), (.spread, .answering):
      return edge.way == 0 ? [(try before(space, over: edge), nil)] : []
    case (.choose, .asking(let plan)):
      if let way = plan[edge.location], way != edge.way { return [] }
    default: break
    }
    guard case .recall(let device, _, _) = engine.canonical.locations[edge.location],
      edge.way == 1
    else { return [(try before(space, over: edge), nil)] }
    let after = try beforeForgetting(space)
    var result: [(HeaderSpace, Taking?)] = []
    for owner in owners {
      for (index, known) in classes[owner].enumerated() {
        for family in known.changes.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
          guard let changes = known.changes[family] else { continue }
          for way in sessionWays(of: device) {
            let noted = registers(way, known, changes, at: device)
            let fits = try before(after, noting: noted)
            if fits.isEmpty { continue }
            let taken = try taken(by: known.sessions, known, way, family)
            let there = try engine.store.intersection(fits, taken)
            let taking = Taking(
              owner: owner, index: index, family: family, way: way, noted: noted)
            result.append(
              (try engine.store.project(there, away: Trail.ghosts(in: .session)), taking))
          }
        }
      }
    }
    return result
  }
}

extension Prover {
  /// The packets of which no session of the device itself takes any.
  private mutating func notTaken(_ space: HeaderSpace, at device: Int) throws -> HeaderSpace {
    var result = space
    for known in classes[device] {
      for family in known.changes.keys {
        for way in sessionWays(of: device) {
          let taken = try taken(by: known.sessions, known, way, family)
          result = try engine.store.subtracting(
            try engine.store.project(taken, away: Trail.ghosts(in: .session)), from: result)
        }
      }
    }
    return result
  }

  /// Walks the steps forwards with one packet, and finds the packets that open its sessions.
  private mutating func walk(
    _ steps: [BackwardStep], from first: Int, starting met: HeaderSpace, depth: Int,
    _ search: inout RunSearch
  ) throws -> [Refutation.Step]? {
    guard var packet = try member(of: met, &search) else { return nil }
    var run = [Refutation.Step(location: steps[first].location, packet: packet)]
    var index = first
    while let next = steps[index].next {
      let after: HeaderSpace
      if let taking = steps[index].taking {
        guard
          let taken = try taken(
            packet, taking, into: steps[next].space, depth: depth, &search)
        else { return nil }
        after = taken
      } else {
        let images = images(of: packet, at: steps[index].location)
        after = try engine.store.intersection(
          try engine.store.space(of: images), steps[next].space)
      }
      guard let moved = try member(of: after, &search) else { return nil }
      packet = moved
      index = next
      run.append(Refutation.Step(location: steps[index].location, packet: packet))
    }
    for index in run.indices { run[index].packet = run[index].packet.renumbered }
    return run
  }

  /// One packet of a set with all its outcomes, which no other packet's contradict.
  private mutating func member(
    of space: HeaderSpace, _ search: inout RunSearch
  ) throws -> HeaderBox? {
    var fitting = space
    for literal in search.global { fitting = try engine.store.restrict(fitting, to: literal) }
    guard let point = try engine.store.member(of: fitting, preferring: Engine.plainPackets) else {
      return nil
    }
    var box = HeaderBox()
    for field in HeaderField.allCases where field != .listed {
      box.constrain(field, to: Ranges(point[field]))
    }
    for (index, condition) in engine.canonical.conditions.conditions.enumerated() {
      let literal = Literal(
        CanonicalNetwork.literal(index), point.outcome(CanonicalNetwork.literal(index)))
      box.constrain(literal)
      if condition.scope == .global, !search.global.contains(literal) {
        search.global.append(literal)
      }
    }
    return box
  }

  /// What becomes of one packet on its way to a location, but for what sessions take.
  private func images(of packet: HeaderBox, at location: Int) -> [HeaderBox] {
    switch engine.canonical.locations[location] {
    case .rewrite(let writes, _): return images(of: packet, under: writes)
    case .recall: return [Self.forgettingTrail(packet)]
    case .leave: return [Self.leaving(packet)]
    case .watch(let device, _):
      let isWatched = !packet.constrained(.origin, to: watchers[device] ?? .none).isEmpty
      return [isWatched ? packet.with(.monitor, Ranges(1)) : packet]
    case .choose, .spread, .match, .remember, .deliver, .drop: return [packet]
    }
  }

  /// What a session makes of one packet, of which the opener is found; `nil` where none is.
  private mutating func taken(
    _ packet: HeaderBox, _ taking: Taking, into space: HeaderSpace, depth: Int,
    _ search: inout RunSearch
  ) throws -> HeaderSpace? {
    let known = classes[taking.owner][taking.index]
    let bare = Self.forgettingTrail(packet).without(Trail.ghosts(in: .session))
    if case .answering = search.movement {
      let boxes = search.opened.filter { $0.owner == taking.owner && $0.index == taking.index }
        .flatMap {
          taken(bare, by: $0.session, known, taking.way, taking.family, taking.noted)
        }
      return try engine.store.intersection(try engine.store.space(of: boxes), space)
    }
    // The packet as it is before and after, with any ghosts that a session could give it.
    var wanted = try before(try beforeForgetting(space), noting: taking.noted)
    wanted = try engine.store.restrict(
      wanted, to: bare.without(Self.trail + taking.noted.values.map(\.field)))
    var sessions = try sessions(taking: wanted, known, taking.way, taking.family)
    sessions = try engine.store.intersection(sessions, known.sessions)
    let opening = known.box.constrained(.origin, to: Ranges(0))
    sessions = try engine.store.restrict(sessions, to: opening)
    var starts: [(location: Int, space: HeaderSpace)] = []
    for sender in claims.senders { starts.append(try start(sender, origin: 0)) }
    let goals = graph.remembers[taking.owner].map { (location: $0, space: sessions) }
    guard let opener = try run(from: starts, to: goals, depth: depth + 1, &search),
      let last = opener.last?.packet
    else { return nil }
    // The packet opens its session when it goes on.
    var opened = opener
    if let end = opener.last, case .remember(_, let next) = engine.canonical.locations[end.location]
    {
      opened.append(Refutation.Step(location: next, packet: end.packet))
    }
    search.openers.append(opened)
    let boxes = taken(
      bare, by: Self.session(last, of: known), known, taking.way, taking.family, taking.noted)
    return try engine.store.intersection(try engine.store.space(of: boxes), space)
  }
}

/// What came of an attempt to refute claims.
public struct Refutations: Sendable {
  /// The runs that break claims.
  public var refutations: [Refutation] = []
  /// The claims of which none was found, with the reason.
  public var failures: [(claim: Int, reason: String)] = []
}

/// Finds for each of some claims, which a verification found to be false, a run that breaks it.
///
/// `broken` are indices into `claims.claims`.
/// - Complexity: Two passes over the network, and a search backwards for each packet.
public func refute(
  _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims, broken: [Int],
  limits: VerificationLimits = VerificationLimits()
) -> Refutations {
  var result = Refutations()
  var others: [Int] = []
  for claim in broken {
    guard case .must = claims.claims[claim].kind else {
      others.append(claim)
      continue
    }
    do {
      result.refutations.append(
        try lossRefutation(of: claim, network, canonical, claims, limits))
    } catch {
      result.failures.append((claim, reason(error)))
    }
  }
  if others.isEmpty { return result }
  do {
    var prover = try Prover.learned(network, canonical, claims, for: others, limits)
    for claim in others {
      do {
        result.refutations.append(try prover.refutation(of: claim))
      } catch {
        result.failures.append((claim, reason(error)))
      }
    }
  } catch {
    result.failures += others.map { ($0, reason(error)) }
  }
  result.refutations.sort { $0.claim < $1.claim }
  return result
}
