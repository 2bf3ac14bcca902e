import Canonical
import HeaderSpaces
import Networks
import Packets
import Simulation

/// What became of a trip.
enum TripOutcome {
  /// The packets that do not arrive, or are not answered, none where the trip succeeds; and the most
  /// steps that any way took, there and back.
  case followed(failing: [Flow], steps: Int)
  /// There are more ways of choosing than are told apart.
  case tooManyPlans
  /// No packet begins it.
  case nobodyAsks
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
    var failing: [Flow] = []
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
  mutating func working(_ failing: [Flow]) throws(LimitReached) -> Ranges {
    var labels = Ranges.none
    for flow in failing {
      labels = labels.union(try store.values(of: .application, in: flow.space))
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
  ) throws(LimitReached) -> (failing: [Flow], steps: Int)? {
    let known = memories
    sharesSessions = false
    defer {
      memories = known
      sharesSessions = true
    }
    memories = known.map { _ in SessionMemory() }
    let arrives = try spaces(of: trip.arrives)
    var failing = try passage(of: [start], to: arrives, learning: false, answers: false).failing
    var plans: [[Int: Int]] = [[:]]
    var (count, steps) = (0, 0)
    while let plan = plans.popLast() {
      count += 1
      if count > Engine.greatestPlanCount { return nil }
      memories = known.map { _ in SessionMemory() }
      let learnt = try passage(
        of: [start], to: arrives, learning: true, answers: false, plan: plan)
      if let (location, options) = learnt.openChoice {
        for option in (0..<options).reversed() {
          plans.append(plan.merging([location: option]) { $1 })
        }
        continue
      }
      let back = try answering(learnt, on: trip)
      failing += try asked(back.failing)
      steps = max(steps, learnt.steps + back.steps)
    }
    return (failing.filter { !$0.space.isEmpty }, steps)
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

  /// Answers in terms of the packets that they answer, with the ends exchanged.
  private mutating func asked(_ answers: [Flow]) throws(LimitReached) -> [Flow] {
    var result: [Flow] = []
    for var flow in answers {
      flow.space = try swapped(flow.space)
      flow.trail = .untouched
      result.append(flow)
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
