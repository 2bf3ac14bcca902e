import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Simulation
import Testing

@testable import Reachability

@Suite struct `Movement of random packets` {
  @Test func `law: every packet is delivered where the simulator delivers it`() throws {
    try check(networks: rounds(12), liking: NetworkMaker.Liking())
  }

  @Test func `law: and exactly so where nothing is unknown`() throws {
    var liking = NetworkMaker.Liking()
    liking.hasUnknowns = false
    try check(networks: rounds(12), liking: liking)
  }

  private func check(networks: Int, liking: NetworkMaker.Liking) throws {
    var tally = Tally()
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number)
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      tally.networks += 1
      guard var engine = try? Engine(for: network) else {
        tally.skipped += 1
        continue
      }
      let simulator = Simulator(network: engine.network)
      for _ in 0..<12 {
        let probe = Probe(in: network, &maker.random)
        do {
          try engine.compare(probe, simulator, &tally)
        } catch let found as Disagreement {
          report(found, Case(network: network, probe: probe), seed: seed)
          return
        }
      }
    }
    print("seed \(firstSeed): \(tally.words)")
  }

  private func report(_ found: Disagreement, _ failing: Case, seed: UInt64) {
    let small = shrunk(failing) { Self.disagreement(on: $0) != nil }
    let words = Self.disagreement(on: small)?.description ?? found.description
    Issue.record(
      """
      seed \(seed): \(words)
      \(small.probe.header) from \(small.probe.origin)
      \(small.network.words)
      """)
  }

  private static func disagreement(on item: Case) -> Disagreement? {
    do {
      var engine = try Engine(for: item.network)
      var tally = Tally()
      try engine.compare(item.probe, Simulator(network: engine.network), &tally)
      return nil
    } catch {
      return error as? Disagreement
    }
  }
}

extension Engine {
  /// Compares what becomes of one packet; the engine is given nothing but that packet.
  mutating func compare(
    _ probe: Probe, _ unvalued: Simulator, _ tally: inout Tally
  ) throws {
    tally.packets += 1
    let key = ReachKey(sources: try starts(probe.header, from: probe.origin), watched: [])
    let reach = try reach(key)
    reachCache = [:]
    var simulator = unvalued.valued(by: probe.valuation)
    simulator.candidates = Candidates(for: network, [probe.header])
    let conditions = simulator.network.conditions
    for outcome in simulator.deliveries(probe.header, from: probe.origin).outcomes {
      tally.deliveries += 1
      let isThere = try has(outcome, of: probe.header, use: .none, in: reach) {
        probe.valuation.outcome($0, $1, in: conditions)
      }
      if !isThere { throw Disagreement("the engine lacks \(outcome)") }
    }
    for (delivery, flow) in try deliveries(in: reach) {
      try replayMembers(of: flow, at: delivery, probe, simulator, &tally)
    }
  }

  /// Sends the packet again under the outcomes that members of a set have, to see them arrive.
  private mutating func replayMembers(
    of flow: Flow, at delivery: CanonicalNetwork.Delivery, _ probe: Probe, _ simulator: Simulator,
    _ tally: inout Tally
  ) throws {
    var random = SplitMix(probe.valuation.seed)
    for _ in 0..<3 {
      guard let point = try store.member(of: flow.space, preferring: Self.wishes(&random)) else {
        throw Disagreement("the engine has an empty flow")
      }
      guard let valuation = valuation(of: point, delivered: point.header, probe.valuation) else {
        tally.skipped += 1
        continue
      }
      var replaying = simulator.valued(by: valuation)
      replaying.candidates = Candidates(for: network, [probe.header, point.header])
      let found = replaying.deliveries(probe.header, from: probe.origin)
      guard found.isComplete else {
        tally.skipped += 1
        continue
      }
      tally.members += 1
      if !found.outcomes.contains(delivery.outcome(point.header)) {
        // What is written between may have to be an address that neither packet has.
        replaying.candidates = Candidates(for: network, [probe.header, point.header])
          .including(network.devices.flatMap(\.interfaces).flatMap(\.addresses).map(\.subnet))
        let wider = replaying.deliveries(probe.header, from: probe.origin)
        let isThere = wider.outcomes.contains(delivery.outcome(point.header))
        if isThere { continue }
        if network.mayLoseTrack || !wider.isComplete {
          tally.skipped += 1
        } else {
          throw Disagreement("only the engine has \(point.header) at \(delivery)")
        }
      }
    }
  }

  /// The outcomes under which a member is one; `nil` where it rests on outcomes that are forgotten.
  func valuation(
    of point: HeaderPoint, delivered: Header, _ rest: RandomValuation
  ) -> RandomValuation? {
    var result = rest
    for literal in point.literals {
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal.condition) else {
        if literal.value { return nil }
        continue
      }
      if isStale {
        if literal.value { return nil }
      } else {
        let key = rest.key(condition, delivered, in: canonical.conditions)
        result.fixed[key] = literal.value
      }
    }
    return result
  }

  /// Boxes that make members differ.
  static func wishes(_ random: inout SplitMix) -> [HeaderBox] {
    var result: [HeaderBox] = []
    for field: HeaderField in [
      .family, .sourceIPv4, .destinationIPv4, .sourcePort, .destinationPort, .protocol, .tcpFlags,
      .fragment, .sourceIPv6, .destinationIPv6,
    ] where random.chance(60) {
      let low = UInt128(random.next()) & field.greatest
      result.append(HeaderBox().constrained(field, to: Ranges(low...field.greatest)))
    }
    return result
  }
}

extension Network {
  /// Whether the simulator may fail to try the one value that matters: where a missing device or an
  /// unmodelled action writes it and something rewrites it again.
  var mayLoseTrack: Bool {
    let writes = devices.contains { device in
      !device.translations.isEmpty
        || device.acls.contains { $0.rules.contains { !$0.effects.isEmpty } }
    }
    let invents =
      conditions.conditions.contains { $0.name.hasPrefix("unmodelled:") }
      || devices.contains { device in
        device.acls.contains { list in
          list.rules.contains { rule in
            if case .opaque(_, let writes) = rule.action { return !writes.isEmpty }
            return false
          }
        }
      }
    return writes && invents
  }
}
