import Canonical
import Certificates
import HeaderSpaces
import Networks
import Packets
import Simulation

/// Runs in which packets or their answers are lost, which have to arrive for a claim.
///
/// - Throws: `NoProof` where none are found, `LimitReached`.
func lossRefutation(
  of claim: Int, _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims,
  _ limits: VerificationLimits
) throws -> Refutation {
  guard case .must(let goals) = claims.claims[claim].kind else {
    throw NoProof(reason: "it does not say what must arrive")
  }
  for (number, goal) in goals.enumerated() {
    var trips: [[Refutation.LostRun]] = []
    for trip in goal {
      let starts = trip.asks.map(\.location) + trip.answers.map(\.packets.location)
      let graph = ProofGraph(canonical, devices: network.devices.count, from: starts)
      let engine = try Engine(network, canonical, setLimit: limits.setEdges)
      var prover = Prover(claims, graph, engine)
      guard let runs = try prover.losses(of: trip) else { break }
      trips.append(runs)
    }
    if trips.count == goal.count {
      return Refutation(claim: claim, kind: .fails(goal: number, trips: trips))
    }
  }
  throw NoProof(reason: "no single packets were found that are lost with every application")
}

extension Prover {
  /// Runs by which a trip fails with every application; `nil` where none are found.
  fileprivate mutating func losses(of trip: Claims.Trip) throws -> [Refutation.LostRun]? {
    var left = Ranges(1...HeaderField.application.greatest)
    var runs: [Refutation.LostRun] = []
    // What does not arrive is found sooner than what is not answered.
    while !left.isEmpty, runs.count < RunSearch.greatestRuns,
      let (run, applications) = try lostAsking(trip, among: left)
    {
      runs.append(run)
      left = left.subtracting(applications)
    }
    if left.isEmpty { return runs }
    guard case .followed(let failing, _) = try engine.outcome(of: trip),
      try engine.working(failing).isEmpty
    else { return nil }
    while !left.isEmpty {
      guard runs.count < RunSearch.greatestRuns,
        let (run, applications) = try lostAnswer(trip, failing, among: left)
      else { return nil }
      runs.append(run)
      left = left.subtracting(applications)
    }
    return runs
  }

  /// A run in which a packet with one of some applications does not arrive, and with which it does not.
  private mutating func lostAsking(
    _ trip: Claims.Trip, among applications: Ranges
  ) throws -> (Refutation.LostRun, applications: Ranges)? {
    let asks = try asks(of: trip, applications)
    try expect(asks)
    var search = RunSearch()
    search.movement = .asking(plan: [:])
    let losses = try losses(among: trip.arrives)
    return try run(from: asks, to: losses, depth: 0, &search).map {
      told(Refutation.LostRun(asking: $0), of: trip)
    }
  }

  /// A run in which an answer with one of some applications is lost, and with which it is.
  private mutating func lostAnswer(
    _ trip: Claims.Trip, _ failing: [TripFailure], among applications: Ranges
  ) throws -> (Refutation.LostRun, applications: Ranges)? {
    let asks = try asks(of: trip, applications)
    try expect(asks)
    let known = coming
    for failure in failing {
      guard let plan = failure.plan else { continue }
      if let found = try lostAnswer(to: failure.flow, plan, asks, coming: known, trip) {
        return told(found, of: trip)
      }
    }
    return nil
  }

  /// The packets that ask with some applications.
  private mutating func asks(
    of trip: Claims.Trip, _ applications: Ranges
  ) throws -> [(location: Int, space: HeaderSpace)] {
    let use = Ranges(HeaderField.sessionUse.greatest)
    return try trip.asks.map { packets in
      let (location, space) = try start(packets, origin: 0)
      let some = try engine.store.restrict(space, .application, to: applications)
      return (location, try engine.store.restrict(some, .sessionUse, to: use))
    }
  }

  /// Finds out what comes where of packets that start, with the sessions that there are.
  private mutating func expect(_ starts: [(location: Int, space: HeaderSpace)]) throws {
    let sources = starts.filter { !$0.space.isEmpty }.map {
      ReachKey.Start(location: $0.location, space: $0.space)
    }
    try learnComing(from: sources)
  }

  /// Where packets are lost that have to arrive at some places.
  private mutating func losses(
    among wanted: [Claims.Packets]
  ) throws -> [(location: Int, space: HeaderSpace)] {
    var arriving: [Int: HeaderSpace] = [:]
    for packets in wanted {
      let space = try engine.store.space(of: packets.boxes)
      arriving[packets.location] = try engine.store.union(
        arriving[packets.location] ?? .empty, space)
    }
    var result: [(location: Int, space: HeaderSpace)] = []
    for (index, location) in engine.canonical.locations.enumerated()
    where !graph.predecessors[index].isEmpty {
      switch location {
      case .drop: result.append((index, .everything))
      case .deliver:
        result.append((index, try engine.store.complement(arriving[index] ?? .empty)))
      default: break
      }
    }
    return result
  }

  /// A run in which the answer to a packet is lost, of those that were found to fail; `nil` where none
  /// is found.
  private mutating func lostAnswer(
    to asked: Flow, _ plan: [Int: Int], _ asks: [(location: Int, space: HeaderSpace)],
    coming known: [HeaderSpace?], _ trip: Claims.Trip
  ) throws -> Refutation.LostRun? {
    let literals = engine.store.conditions(in: asked.space)
    var arrived = try engine.store.existentially(asked.space, over: literals)
    arrived = try engine.store.project(arrived, away: Self.unlikeAnswers)
    for packets in trip.arrives {
      let wanted = try engine.store.intersection(
        arrived, try engine.store.space(of: packets.boxes))
      if wanted.isEmpty { continue }
      // What comes where of an answer may have been found out in between.
      coming = known
      var search = RunSearch()
      search.movement = .asking(plan: plan)
      guard let asking = try run(from: asks, to: [(packets.location, wanted)], depth: 0, &search),
        let last = asking.last
      else { continue }
      search.movement = .answering
      search.opened = try sessions(of: asking)
      let answers = try answers(to: last, of: trip)
      try expect(answers)
      let lost = try losses(among: trip.returns)
      if let answering = try run(from: answers, to: lost, depth: 0, &search) {
        return Refutation.LostRun(asking: asking, answering: answering)
      }
    }
    return nil
  }

  /// The fields in which a packet and its answer are not alike.
  private static let unlikeAnswers: [HeaderField] = {
    let alike: Set<HeaderField> = [
      .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol,
      .sourcePort, .destinationPort, .application,
    ]
    return HeaderField.allCases.filter { !alike.contains($0) }
  }()

  /// The sessions that a packet opens on its way, which are then all that there are.
  private mutating func sessions(
    of run: [Refutation.Step]
  ) throws -> [RunSearch.Opened] {
    guard let first = run.first else { return [] }
    engine.memories = engine.memories.map { _ in SessionMemory() }
    let start = ReachKey.Start(
      location: first.location, space: try engine.store.space(of: [first.packet.withoutOutcomes]))
    try engine.learnSessions(from: [start])
    var result: [RunSearch.Opened] = []
    for device in engine.memories.indices {
      classes[device] = try sessionClasses(of: device)
      for index in classes[device].indices {
        let known = classes[device][index]
        var sessions: [HeaderBox] = []
        for step in run {
          guard case .remember(device, _) = engine.canonical.locations[step.location],
            step.packet.withoutOutcomes.lies(in: known.box)
          else { continue }
          sessions.append(Self.session(step.packet, of: known))
        }
        result += sessions.map {
          RunSearch.Opened(owner: device, index: index, session: $0)
        }
        classes[device][index].sessions = try engine.store.space(of: sessions)
      }
    }
    return result
  }

  /// The answers to a packet where it arrived.
  private mutating func answers(
    to step: Refutation.Step, of trip: Claims.Trip
  ) throws -> [(location: Int, space: HeaderSpace)] {
    let packet = try engine.store.space(of: [step.packet.withoutOutcomes])
    var space = try engine.replies(to: packet)
    let fields: [(HeaderField, Ranges)] = [
      (.application, step.packet[.application]),
      (.sessionUse, Ranges(HeaderField.sessionUse.greatest)),
    ]
    for (field, values) in fields { space = try engine.store.restrict(space, field, to: values) }
    var result: [(location: Int, space: HeaderSpace)] = []
    for answer in trip.answers where answer.arrived == step.location {
      let boxes = answer.packets.boxes.map { Self.forgettingTrail($0) }
      result.append(
        (
          answer.packets.location,
          try engine.store.intersection(space, try engine.store.space(of: boxes))
        ))
    }
    return result
  }

  /// A run with all the applications for which it is the same, and these.
  private func told(
    _ run: Refutation.LostRun, of trip: Claims.Trip
  ) -> (Refutation.LostRun, applications: Ranges) {
    var applications = Ranges(1...HeaderField.application.greatest)
    for step in run.asking + run.answering {
      guard case .match(let table, _) = engine.canonical.locations[step.location] else { continue }
      applications = applications.intersection(
        self.applications(like: step.packet, in: engine.canonical.tables[table]))
    }
    if let first = run.asking.first {
      for packets in trip.asks where packets.location == first.location {
        for box in packets.boxes where first.packet.lies(in: box.without(.application)) {
          applications = applications.intersection(box[.application])
        }
      }
    }
    func telling(_ steps: [Refutation.Step]) -> [Refutation.Step] {
      steps.map { step in
        Refutation.Step(
          location: step.location, packet: step.packet.with(.application, applications))
      }
    }
    return (
      Refutation.LostRun(asking: telling(run.asking), answering: telling(run.answering)),
      applications
    )
  }

  /// The applications with which a packet has the same outcome of a table.
  private func applications(like packet: HeaderBox, in table: CanonicalNetwork.Table) -> Ranges {
    var result = HeaderField.application.allValues
    for entry in table.entries {
      for box in entry.boxes where packet.lies(in: box.without(.application).renumbered) {
        let values = box[.application]
        if packet[.application].isSubset(of: values) { return result.intersection(values) }
        result = result.subtracting(values)
      }
    }
    return result
  }
}

extension HeaderBox {
  /// The box without outcomes of conditions.
  fileprivate var withoutOutcomes: Self { literals.reduce(self) { $0.without($1) } }
}
