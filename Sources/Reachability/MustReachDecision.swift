import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

extension Verifier {
  /// Decides whether a connection is possible from every declared address of one zone to every one
  /// of another, whatever is chosen on the way.
  mutating func decideMustReach(
    _ from: ZoneExtent, _ to: ZoneExtent, services: ServiceSet
  ) throws(LimitReached) -> Decision {
    var decisions: [Decision] = []
    for goal in engine.traffic.goals(from: from, to: to, services: services) {
      // The trip that is shown to fail is the last one.
      var decision = Decision(.holds(Proof()))
      for trip in goal {
        decision = try decide(trip, from)
        if decision.holds { break }
      }
      decisions.append(decision)
    }
    return decisions.first { $0.verdict.name == "violated" } ?? decisions.first { !$0.holds }
      ?? Decision(.holds(Proof()))
  }

  /// Decides whether one trip succeeds.
  private mutating func decide(_ trip: Claims.Trip, _ from: ZoneExtent) throws(LimitReached)
    -> Decision
  {
    switch try engine.outcome(of: trip) {
    case .nobodyAsks: return Decision(.undecided(Doubt(limit: ZoneTraffic.nobodyAsks)))
    case .tooManyPlans:
      let limit = "more than \(Engine.greatestPlanCount) ways of choosing"
      return Decision(.undecided(Doubt(limit: limit)))
    case .followed(let failing, _):
      if try !engine.working(failing).isEmpty { return Decision(.holds(Proof())) }
      return try decision(
        on: failing.map { Breach(delivery: .segment(0), flow: $0.flow, origin: from) }, trip)
    }
  }

  /// The verdict on packets that fail, whatever their application is.
  private mutating func decision(
    on failing: [Breach], _ trip: Claims.Trip
  ) throws(LimitReached) -> Decision {
    switch try engine.judge(failing).kind {
    case .never: return Decision(.holds(Proof()))
    case .always(let sure):
      var violation = Violation(
        witnesses: [], flows: try engine.list(failing, withRules: false))
      if let witness = try lostWitness(in: sure, trip) { violation.witnesses = [witness] }
      return Decision(.violated(violation))
    case .sometimes(let literals):
      var doubt = Doubt(conditions: engine.conditions(of: literals))
      doubt.flows = try engine.list(failing, withRules: false)
      doubt.witness = try lostWitness(in: failing, trip)
      return Decision(.undecided(doubt))
    }
  }

  /// A packet that does not arrive, or is not answered, with the way that it takes to its loss.
  private mutating func lostWitness(
    in breaches: [Breach], _ trip: Claims.Trip
  ) throws(LimitReached) -> Witness? {
    for breach in breaches {
      guard var suspect = try engine.suspect(in: breach, to: nil) else { continue }
      // What is lost may be the reply; shown is the packet that asks for it.
      let isReply = suspect.sent.has(.tcpFlags) && suspect.sent.tcpFlags != TCPFlags.syn
      if isReply { suspect.sent.tcpFlags = TCPFlags.syn }
      var simulator = simulator
      simulator.sharesSessions = false
      let outcomes = engine.outcomes(of: suspect)
      simulator.valuation = { condition, _ in outcomes[condition] ?? false }
      for origin in obedientOrigins(of: suspect) {
        // A host that sends to its own segment what is for others' loses it there at once.
        let walks = simulator.walks(suspect.sent, from: origin, limit: 64).walks
          .filter { arrives($0.outcome, by: trip) == isReply }
        guard let walk = walks.max(by: { $0.hops.count < $1.hops.count }) else { continue }
        return Witness(
          header: suspect.sent, origin: origin, walk: walk,
          deliveryClass: nil,
          literals: outcomes.sorted { $0.key < $1.key }.map { Literal($0.key, $0.value) },
          needsSessions: false)
      }
    }
    return nil
  }

  /// Whether what became of a packet is that it arrived where a trip has it.
  private func arrives(_ outcome: Outcome, by trip: Claims.Trip) -> Bool {
    let delivery: CanonicalNetwork.Delivery
    switch outcome {
    case .delivered(let segment, _): delivery = .segment(segment)
    case .deliveredToDevice(let device, _): delivery = .device(device)
    case .lost: return false
    }
    guard let header = outcome.delivered else { return false }
    let location = engine.traffic.location(of: delivery)
    return trip.arrives.contains { packets in
      packets.location == location && packets.boxes.contains { $0.contains(value: header.stored) }
    }
  }

  private func obedientOrigins(of suspect: Suspect) -> [Origin] {
    var result: [Origin] = []
    for (number, group) in network.endpoints.enumerated() {
      for (index, attachment) in group.attachments.enumerated()
      where attachment.addresses[suspect.sent.family].contains(suspect.sent.source)
        && suspect.origin[attachment.segment] != nil
      {
        result.append(.obedientEndpoint(group: number, attachment: index))
      }
    }
    return result + engine.origins(of: suspect)
  }
}
