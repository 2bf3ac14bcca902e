import Canonical
import HeaderSpaces
import Networks
import Packets
import Simulation

/// Packets with which a trip fails.
struct TripFailure {
  /// The packets: those that do not arrive, or, in terms of how they arrived, those of which the answer
  /// does not.
  var flow: Flow
  /// For an answer, what was chosen on the way there, by location.
  var plan: [Int: Int]?
}

/// What became of a trip.
enum TripOutcome {
  /// The packets that do not arrive, or are not answered, none where the trip succeeds; and the most
  /// steps that any way took, there and back.
  case followed(failing: [TripFailure], steps: Int)
  /// There are more ways of choosing than are told apart.
  case tooManyPlans
  /// No packet begins it.
  case nobodyAsks
}

/// What answers hang on.
private struct Answered: Hashable {
  var locations: [Int]
  var flows: [Flow]
  var remembered: [[Flow]]
}

extension Engine {
  /// Follows a trip, whatever is chosen on its way.
  mutating func outcome(of trip: Claims.Trip) throws(LimitReached) -> TripOutcome {
    var starts: [ReachKey.Start] = []
    for packets in trip.asks {
      let space = try store.space(of: packets.boxes)
      if !space.isEmpty {
        starts.append(ReachKey.Start(location: packets.location, space: space))
      }
    }
    if starts.isEmpty { return .nobodyAsks }
    var failing: [TripFailure] = []
    var steps = 0
    for start in starts {
      // Which gateway a host uses is a choice, too: each is a start of its own.
      guard let found = try failures(of: start, on: trip) else { return .tooManyPlans }
      failing += found.failing
      steps = max(steps, found.steps)
    }
    return .followed(failing: failing, steps: steps)
  }

  /// The applications with which nothing fails, if there are any to choose from.
  ///
  /// The sender chooses the application, and a service does not name it: what must arrive does so
  /// where it does under some label.
  mutating func working(_ failing: [TripFailure]) throws(LimitReached) -> Ranges {
    var labels = Ranges.none
    for failure in failing {
      labels = labels.union(try store.values(of: .application, in: failure.flow.space))
    }
    return labels.complement(upTo: HeaderField.application.greatest).subtracting(Ranges(0))
  }

  /// The packets that fail on their way, and those whose answers fail on theirs; `nil` where there are
  /// too many ways of choosing.
  ///
  /// What devices remember, and so whether an answer passes, hangs on the way that the packet took;
  /// so the ways of choosing are gone through one by one.
  private mutating func failures(
    of start: ReachKey.Start, on trip: Claims.Trip
  ) throws(LimitReached) -> (failing: [TripFailure], steps: Int)? {
    let known = memories
    sharesSessions = false
    defer {
      memories = known
      sharesSessions = true
    }
    memories = known.map { _ in SessionMemory() }
    let arrives = try spaces(of: trip.arrives)
    let there = try passage(of: [start], to: arrives, learning: false, answers: false)
    var failing = there.failing.map { TripFailure(flow: $0) }
    var (count, steps) = (0, 0)
    var answers: [Answered: Passage] = [:]
    memories = known.map { _ in SessionMemory() }
    let begun = try passage(of: [start], to: arrives, learning: true, answers: false, plan: [:])
    var waiting: [(plan: [Int: Int], passage: Passage, memories: [SessionMemory])] = [
      ([:], begun, memories)
    ]
    while let (plan, learnt, learning) = waiting.popLast() {
      if let (location, options) = learnt.openChoice {
        for option in (0..<options).reversed() {
          memories = learning
          var settled = plan
          settled[location] = option
          var further = learnt
          try go(on: &further, to: arrives, learning: true, answers: false, plan: settled)
          waiting.append((settled, further, memories))
        }
        continue
      }
      count += 1
      if count > Engine.greatestPlanCount { return nil }
      if learnt.arrived.isEmpty {
        steps = max(steps, learnt.steps)
        continue
      }
      memories = learning
      // Choices that matter to nothing that arrived lead to the same answers.
      let asked = Answered(
        locations: learnt.arrived.map(\.location), flows: learnt.arrived.map(\.flow),
        remembered: memories.map(\.remembered))
      var back = Passage()
      if let known = answers[asked] { back = known } else { back = try answering(learnt, on: trip) }
      answers[asked] = back
      failing += try self.asked(back.failing).map { TripFailure(flow: $0, plan: plan) }
      steps = max(steps, learnt.steps + back.steps)
    }
    return (failing.filter { !$0.flow.space.isEmpty }, steps)
  }

  /// What becomes of the answers to packets that arrived.
  private mutating func answering(
    _ learnt: Passage, on trip: Claims.Trip
  ) throws(LimitReached) -> Passage {
    for device in network.devices.indices { try settleMemory(of: device) }
    var answers: [ReachKey.Start] = []
    for (location, flow) in learnt.arrived {
      // What is evaluated for each packet is evaluated anew for another one.
      var arrived = flow
      try forgetOutcomes(dependingOn: HeaderField.allCases, in: &arrived)
      let space = try replies(to: arrived.space)
      for answer in trip.answers where answer.arrived == location {
        let own = try store.intersection(space, try store.space(of: answer.packets.boxes))
        answers.append(ReachKey.Start(location: answer.packets.location, space: own))
      }
    }
    return try passage(
      of: answers, to: try spaces(of: trip.returns), learning: false, answers: true)
  }

  /// Answers in terms of the packets that they answer: as they were sent, with the ends exchanged.
  private mutating func asked(_ answers: [Flow]) throws(LimitReached) -> [Flow] {
    var result: [Flow] = []
    for flow in answers {
      var space = flow.space
      for field in Trail.tracked {
        guard let ghost = Trail.ghost(of: field, in: .sent) else { continue }
        switch flow.trail[field] {
        case .same: break
        case .moved(let distance): space = try moved(field, by: 0 &- distance, in: space)
        case .kept:
          space = try store.rename(ghost, to: field, in: try store.project(space, away: [field]))
        }
      }
      result.append(Flow(trail: .untouched, space: try swapped(space)))
    }
    return result
  }

  /// Packets by location.
  private mutating func spaces(
    of packets: [Claims.Packets]
  ) throws(LimitReached) -> [Int: HeaderSpace] {
    var result: [Int: HeaderSpace] = [:]
    for some in packets {
      let space = try store.space(of: some.boxes)
      result[some.location] = try store.union(result[some.location] ?? .empty, space)
    }
    return result
  }
}
