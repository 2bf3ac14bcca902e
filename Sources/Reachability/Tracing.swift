import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

/// One concrete way of a packet through the canonical network: all that the simulator must be told
/// to go the same way.
struct Trace {
  /// Where it was sent.
  var origin: Origin
  /// The packet as it was sent, and what became of it, in order.
  var headers: [Header]
  /// The sessions that devices on the way must remember.
  var sessions: [Session] = []
  /// The outcomes of conditions that it met, for the packet as it then was.
  var outcomes: [Outcome] = []
  /// What devices noted of it, as rules see that: an unmodelled action may have written it.
  var registers: [HeaderField: Set<UInt128>] = [:]

  /// One outcome.
  struct Outcome: Hashable {
    var literal: Literal
    var header: Header
  }
}

/// A step of a trace, found backwards from the delivery.
private struct TraceStep {
  var location: Int
  /// The packets that go on to what is traced.
  var space: HeaderSpace
  /// The step after this one.
  var next: Int?
  /// How sessions take the packet from here to there, where they do.
  var recollection: Recollection?
}

/// Where a trace may begin.
private struct TraceStart {
  var origin: Origin
  var start: ReachKey.Start
  /// Whether whoever sends this has another address.
  var isForged = false
}

/// Sets of a trace that are asked for again and again.
private struct TraceSets {
  /// What can be at each location, where that is known.
  var reach: Reach?
  /// What was looked up in the sessions of a device, where that is known.
  var lookedUp: (device: Int, box: HeaderBox)?
  var flat: [Int: HeaderSpace] = [:]
  var visited: [Int: HeaderSpace] = [:]
}

extension Engine {
  /// A way by which a suspect gets where it was delivered; `nil` where none is found.
  ///
  /// What was sent is known but for the fields that no trail follows, so only packets that agree
  /// with it are followed once more; then the way is found backwards, and walked forwards with one
  /// packet.
  mutating func trace(_ suspect: Suspect) throws(LimitReached) -> Trace? {
    var starts: [TraceStart] = []
    for (origin, start) in try labelledStarts(of: suspect.origin) {
      let space = try store.restrict(start.space, to: suspect.sentBox)
      if space.isEmpty { continue }
      starts.append(
        TraceStart(origin: origin, start: .init(location: start.location, space: space)))
    }
    let reach = try fixpoint(
      ReachKey(sources: starts.map(\.start), watched: []), mode: .following)
    var sets = TraceSets(reach: reach)
    let end: Int
    switch suspect.delivery {
    case .segment(let segment): end = canonical.deliveredOnSegment[segment]
    case .device(let device): end = canonical.deliveredToDevice[device]
    }
    let delivered = try store.restrict(
      try flat(end, of: reach, &sets), to: suspect.deliveredBox(canonical))
    if delivered.isEmpty { return nil }
    return try way(from: starts, to: [TraceStep(location: end, space: delivered)], &sets)
  }

  /// A way by which a packet opens a session, under these outcomes; `nil` where none is found.
  ///
  /// Nobody followed packets to where sessions are opened, so it is found without knowing what comes
  /// where, within a bound.
  mutating func trace(
    opening session: Session, where literals: [Literal]
  ) throws(LimitReached) -> Trace? {
    var opened = sessionBox(session.translated)
    opened.constrain(.connectionStatus, to: Ranges(UInt128(session.status)))
    opened.constrain(
      .destinationTranslation, to: codes(of: session.destinationTranslation, session.device))
    opened.constrain(.sourceTranslation, to: codes(of: session.sourceTranslation, session.device))
    for literal in literals {
      opened.constrain(Literal(CanonicalNetwork.literal(literal.condition), literal.value))
    }
    let space = try store.intersection(try store.space(of: opened), valid)
    let starts = try startsOfAll()
    // One that needs no session itself, if there is one.
    for part in [try store.restrict(space, .sessionUse, to: Ranges(0)), space] {
      var ends: [TraceStep] = []
      for (index, location) in canonical.locations.enumerated() {
        guard case .remember(let device, _) = location, device == session.device else { continue }
        ends.append(TraceStep(location: index, space: part))
      }
      var sets = TraceSets(lookedUp: (session.device, sessionBox(session.original)))
      if let found = try way(from: starts, to: ends, &sets) { return found }
    }
    return nil
  }

  /// The places where anybody's packets start, with what the simulator calls them.
  private mutating func startsOfAll() throws(LimitReached) -> [TraceStart] {
    var starts: [TraceStart] = []
    for start in try everySender() {
      guard let segment = canonical.sent.firstIndex(of: start.location) else { continue }
      let own = try store.space(of: network.addresses(on: segment).sourceBoxes)
      let honest = try store.intersection(start.space, own)
      starts.append(
        TraceStart(
          origin: .segment(segment), start: .init(location: start.location, space: honest)))
      let forged = try store.subtracting(own, from: start.space)
      starts.append(
        TraceStart(
          origin: .segment(segment), start: .init(location: start.location, space: forged),
          isForged: true))
    }
    return starts
  }

  /// What a session knows of a packet.
  private func sessionBox(_ header: Header) -> HeaderBox {
    Self.sessionFields.reduce(HeaderBox()) {
      $0.constrained($1, to: Ranges(header.stored($1)))
    }
  }

  /// The codes by which a device's registers name a translation, counted from 1; 0 for none.
  private func codes(of translation: Int, _ device: Int) -> Ranges {
    if translation == 0 { return Ranges(0) }
    let own = network.devices[device].translations.count
    let parts = canonical.poolParts[device].indices.filter {
      canonical.poolParts[device][$0].translation + 1 == translation
    }
    return Ranges(values: ([translation] + parts.map { own + $0 + 1 }).map { UInt128($0) })
  }

  /// A way from one of some starts to one of some ends, found backwards and walked forwards; one by
  /// which nobody forges his address, where there is one nearly as near.
  private mutating func way(
    from starts: [TraceStart], to ends: [TraceStep], _ sets: inout TraceSets
  ) throws(LimitReached) -> Trace? {
    var steps = ends
    var index = 0
    var forged: Trace?
    var bound = sets.reach == nil ? Self.greatestStepCount : .max
    while index < steps.count, index < bound {
      for start in starts where start.start.location == steps[index].location {
        if start.isForged, forged != nil { continue }
        let met = try store.intersection(start.start.space, steps[index].space)
        if met.isEmpty { continue }
        guard let trace = try walk(steps, from: index, starting: met, start.origin) else {
          continue
        }
        if !start.isForged { return trace }
        forged = trace
        bound = min(bound, index + Self.furtherStepCount)
      }
      try retreat(from: index, &steps, &sets)
      index += 1
    }
    return forged
  }

  /// The most steps that are looked at to find one way where it is not known what comes where, and for
  /// a better one once one is found.
  private static let greatestStepCount = 10_000
  private static let furtherStepCount = 300

  /// The places where the packets of a zone start, with what the simulator calls them.
  private mutating func labelledStarts(
    of extent: ZoneExtent
  ) throws(LimitReached) -> [(Origin, ReachKey.Start)] {
    var result: [(Origin, ReachKey.Start)] = []
    for part in extent.parts { result.append((.segment(part.segment), try start(of: part))) }
    for device in extent.devices {
      for start in try starts(ofDevice: device) { result.append((.device(device), start)) }
    }
    return result
  }

  /// What is at a location, without what was sent and without outcomes that are forgotten.
  private mutating func flat(
    _ location: Int, of reach: Reach, _ sets: inout TraceSets
  ) throws(LimitReached) -> HeaderSpace {
    if let known = sets.flat[location] { return known }
    var all = HeaderSpace.empty
    for flow in reach.flows[location] {
      let space = try store.project(flow.space, away: Trail.ghosts(in: .sent))
      all = try store.union(all, try forgettingLoose(space))
    }
    sets.flat[location] = all
    return all
  }

  /// A set without the literals that say nothing about one evaluation of a condition.
  mutating func forgettingLoose(_ space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    let loose = store.conditions(in: space).filter {
      canonical.condition(ofLiteral: $0)?.isStale ?? true
    }
    return try store.existentially(space, over: loose)
  }

  /// Adds the steps that lead to one.
  private mutating func retreat(
    from index: Int, _ steps: inout [TraceStep], _ sets: inout TraceSets
  ) throws(LimitReached) {
    let step = steps[index]
    for before in predecessors(of: step.location) {
      // Between joints there is one way only: what comes from a joint is known there.
      let reach = plan.isNoted[before] ? sets.reach : nil
      if let reach, reach.flows[before].isEmpty { continue }
      for (space, recollection) in try preimages(of: step.space, at: step.location, from: before) {
        var news = try forgettingLoose(space)
        if let reach { news = try store.intersection(news, try flat(before, of: reach, &sets)) }
        if let lookedUp = sets.lookedUp, recollection == nil,
          case .recall(let device, _, _) = canonical.locations[before], device == lookedUp.device
        {
          news = try store.restrict(news, to: lookedUp.box)
        }
        let known = sets.visited[before] ?? .empty
        news = try store.subtracting(known, from: news)
        if news.isEmpty { continue }
        sets.visited[before] = try store.union(known, news)
        steps.append(
          TraceStep(location: before, space: news, next: index, recollection: recollection))
      }
    }
  }

  /// The locations that lead to one.
  mutating func predecessors(of location: Int) -> [Int] {
    if let known = predecessorCache { return known[location] }
    var result = [[Int]](repeating: [], count: canonical.locations.count)
    for (index, location) in canonical.locations.enumerated() {
      for next in Set(location.successors).sorted() { result[next].append(index) }
    }
    predecessorCache = result
    return result[location]
  }

  /// The packets that a location sends into a set at another, and how.
  mutating func preimages(
    of space: HeaderSpace, at target: Int, from location: Int
  ) throws(LimitReached) -> [(HeaderSpace, Recollection?)] {
    switch canonical.locations[location] {
    case .choose, .spread, .remember: return [(space, nil)]
    case .watch: return [(try store.project(space, away: [.monitor]), nil)]
    case .match(let table, let targets):
      var result: [(HeaderSpace, Recollection?)] = []
      for outcome in targets.indices where targets[outcome] == target {
        let part = try part(of: space, by: table, outcome: outcome)
        if !part.isEmpty { result.append((part, nil)) }
      }
      return result
    case .rewrite(let writes, _): return [(try preimage(of: space, under: writes), nil)]
    case .leave: return [(try store.project(space, away: Self.deviceFields), nil)]
    case .recall(let device, let fresh, let remembered):
      var result: [(HeaderSpace, Recollection?)] = fresh == target ? [(space, nil)] : []
      guard remembered == target else { return result }
      for recollection in recollections(of: device) {
        result.append((try preimage(of: space, under: recollection), recollection))
      }
      return result
    case .deliver, .drop: return []
    }
  }

  private mutating func preimage(
    of space: HeaderSpace, under writes: [CanonicalNetwork.Write]
  ) throws(LimitReached) -> HeaderSpace {
    if let sets = Self.onlySets(writes) {
      var written = HeaderBox()
      for (field, values) in sets { written.constrain(field, to: values) }
      let before = try store.project(
        try store.restrict(space, to: written), away: sets.map(\.field))
      return try forgettingOutcomes(of: sets.map(\.field), in: before)
    }
    var result = space
    for write in writes.reversed() {
      let written: [HeaderField]
      switch write {
      case .set(let field, let values):
        written = [field]
        result = try store.restrict(result, field, to: values)
        result = try store.project(result, away: [field])
      case .take(let field, let source):
        written = [field]
        result = try store.project(result, away: [source])
        result = try store.rename(field, to: source, in: result)
      case .shift(let field, let range, let target):
        written = [field]
        let last = min(field.greatest - target, range.upperBound - range.lowerBound)
        result = try store.shift(
          field, target...target + last, to: range.lowerBound, in: result)
      case .anything:
        written = HeaderField.allCases.filter { $0 <= .etherType }
        result = try store.project(result, away: written)
      case .scramble(let fields):
        written = fields
        result = try store.project(result, away: fields)
      }
      result = try forgettingOutcomes(of: written, in: result)
    }
    return result
  }

  /// The writes as constants for different fields, where they are no more than that.
  private static func onlySets(
    _ writes: [CanonicalNetwork.Write]
  ) -> [(field: HeaderField, values: Ranges)]? {
    var result: [(field: HeaderField, values: Ranges)] = []
    for write in writes {
      guard case .set(let field, let values) = write,
        !result.contains(where: { $0.field == field })
      else { return nil }
      result.append((field, values))
    }
    return result
  }

  /// A set before some fields were written: what was asked before is another evaluation than what
  /// was asked after it.
  private mutating func forgettingOutcomes(
    of written: [HeaderField], in space: HeaderSpace
  ) throws(LimitReached) -> HeaderSpace {
    guard hasPacketConditions else { return space }
    let asked = store.conditions(in: space).filter { literal in
      guard let (condition, _) = canonical.condition(ofLiteral: literal),
        case .evaluation(let roles) = canonical.conditions[condition].scope
      else { return false }
      return roles.contains(where: written.contains)
    }
    return try store.existentially(space, over: asked)
  }

  private mutating func preimage(
    of space: HeaderSpace, under recollection: Recollection
  ) throws(LimitReached) -> HeaderSpace {
    var noted = HeaderBox()
    for (field, value) in recollection.registers { noted.constrain(field, to: Ranges(value)) }
    var result = try store.restrict(space, to: noted)
    if result.isEmpty { return result }
    result = try store.project(result, away: recollection.registers.map(\.field))
    let needed = UInt128(recollection.use.rawValue)...HeaderField.sessionUse.greatest
    result = try store.restrict(result, .sessionUse, to: Ranges(needed))
    result = try store.intersection(result, recollection.known)
    return try store.project(result, away: Trail.ghosts(in: .session))
  }
}

extension Engine {
  /// Walks the steps forwards with one packet.
  private mutating func walk(
    _ steps: [TraceStep], from first: Int, starting met: HeaderSpace, _ origin: Origin
  ) throws(LimitReached) -> Trace? {
    guard let start = try store.member(of: met, preferring: Self.plainPackets) else { return nil }
    var trace = Trace(origin: origin, headers: [start.header])
    var point = start
    var index = first
    var isOfSession = false
    note(point, in: &trace)
    while let next = steps[index].next {
      if !canonical.locations[steps[index].location].changesPackets {
        // Its space is what the next one's is, or a part of it.
        index = next
        continue
      }
      let flow = Flow(trail: .untouched, space: try single(point, withGhosts: isOfSession))
      let image = try advance(flow, steps[index])
      let space = try store.intersection(image, steps[next].space)
      guard let moved = try store.member(of: space) else { return nil }
      if case .leave = canonical.locations[steps[index].location] { isOfSession = false }
      if let recollection = steps[index].recollection {
        isOfSession = true
        if let session = try session(of: recollection, point.header, moved) {
          trace.sessions.append(session)
        }
      }
      point = moved
      if trace.headers.last != point.header { trace.headers.append(point.header) }
      note(point, in: &trace)
      noteRegisters(point, at: steps[index].location, in: &trace)
      index = next
    }
    return trace
  }

  private func note(_ point: HeaderPoint, in trace: inout Trace) {
    for literal in point.literals {
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal.condition), !isStale
      else { continue }
      trace.outcomes.append(
        Trace.Outcome(literal: Literal(condition, literal.value), header: point.header))
    }
  }

  /// Notes the values of registers that a location writes.
  private func noteRegisters(_ point: HeaderPoint, at location: Int, in trace: inout Trace) {
    guard case .rewrite(let writes, _) = canonical.locations[location] else { return }
    for case .set(let field, _) in writes where field > .etherType {
      switch field {
      case .connectionState: trace.registers[field, default: []].insert(point[field] & 7)
      case .vrf:
        let most = network.devices.map(\.vrfs.count).max() ?? 0
        trace.registers[field] = Set((0..<most).map { UInt128($0) })
      default: trace.registers[field, default: []].insert(point[field])
      }
    }
  }

  /// The set of one packet with the outcomes that were decided for it.
  private mutating func single(
    _ point: HeaderPoint, withGhosts isOfSession: Bool
  ) throws(LimitReached) -> HeaderSpace {
    var box = HeaderBox()
    var ghosts = Set(Trail.ghosts(in: .sent))
    if !isOfSession { ghosts.formUnion(Trail.ghosts(in: .session)) }
    for field in HeaderField.allCases where !ghosts.contains(field) {
      box.constrain(field, to: Ranges(point[field]))
    }
    for literal in point.literals { box.constrain(literal) }
    return try store.space(of: box)
  }

  /// What becomes of a packet on its way to the next step.
  private mutating func advance(
    _ flow: Flow, _ step: TraceStep
  ) throws(LimitReached) -> HeaderSpace {
    var result = flow.space
    switch canonical.locations[step.location] {
    case .choose, .spread, .match, .remember, .watch, .deliver, .drop: break
    case .rewrite(let writes, _): result = try write(writes, flow).space
    case .leave: result = try leave(flow, .following).space
    case .recall:
      if let recollection = step.recollection {
        result = try recalled(flow, by: recollection)?.space ?? .empty
      }
    }
    return try store.project(result, away: Trail.ghosts(in: .sent))
  }
}

extension CanonicalNetwork.Location {
  /// Whether packets that go on from here may differ from those that came.
  fileprivate var changesPackets: Bool {
    switch self {
    case .choose, .spread, .match, .remember: false
    case .rewrite, .recall, .watch, .leave, .deliver, .drop: true
    }
  }
}
