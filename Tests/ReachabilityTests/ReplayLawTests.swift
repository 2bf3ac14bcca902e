import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies
import Simulation
import Testing

@testable import Reachability

@Suite struct `Replays of random deliveries` {
  @Test func `law: the simulator goes the way of every member of a delivered set`() throws {
    try check(networks: rounds(10), liking: NetworkMaker.Liking())
  }

  @Test func `law: also where sessions let it through`() throws {
    var liking = NetworkMaker.Liking()
    liking.alwaysHasSessions = true
    liking.devices = 3
    try check(networks: rounds(10), liking: liking)
  }

  private func check(networks: Int, liking: NetworkMaker.Liking) throws {
    var tally = Tally()
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number)
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      tally.networks += 1
      guard var engine = try? Engine(for: network), engine.knowsSessions() else {
        tally.skipped += 1
        continue
      }
      let simulator = Simulator(network: engine.network)
      for _ in 0..<3 {
        // The origin and the lot are all that a probe says here.
        let probe = Probe(
          header: Header(family: .ipv4),
          origin: .segment(maker.random.below(network.segments.count)),
          valuation: RandomValuation(maker.random.next()))
        do {
          try engine.replayMembers(of: probe, simulator, &tally)
        } catch let found as Disagreement {
          report(found, Case(network: network, probe: probe), seed: seed)
          return
        } catch is LimitReached {
          tally.skipped += 1
          break
        }
      }
    }
    print("seed \(firstSeed): \(tally.words), \(tally.opened) of \(tally.needing) opened")
  }

  private func report(_ found: Disagreement, _ failing: Case, seed: UInt64) {
    let small = shrunk(failing, within: 400) { Self.disagreement(on: $0) != nil }
    let words = Self.disagreement(on: small)?.description ?? found.description
    Issue.record("seed \(seed): \(words)\n\(small.network.words)")
  }

  private static func disagreement(on item: Case) -> Disagreement? {
    do {
      var engine = try Engine(for: item.network)
      guard engine.knowsSessions() else { return nil }
      var tally = Tally()
      try engine.replayMembers(of: item.probe, Simulator(network: engine.network), &tally)
      return nil
    } catch {
      return error as? Disagreement
    }
  }
}

extension Engine {
  /// A zone of everybody on a segment.
  func everybody(on segment: Int) -> ZoneExtent {
    let part = ZoneExtent.Part(
      segment: segment, addresses: network.addresses(on: segment), declared: .none)
    return ZoneExtent(name: "s\(segment)", place: Place(file: "policy"), parts: [part])
  }

  /// Replays members, drawn by the lot of a probe, of what senders at its origin can deliver
  /// anywhere.
  fileprivate mutating func replayMembers(
    of probe: Probe, _ simulator: Simulator, _ tally: inout Tally
  ) throws {
    guard case .segment(let segment) = probe.origin else { return }
    var random = SplitMix(probe.valuation.seed)
    let zone = everybody(on: segment)
    let reach = try reach(ReachKey(sources: try hostStarts(of: zone), watched: []))
    reachCache = [:]
    for (delivery, flow) in try deliveries(in: reach) where random.chance(70) {
      var space = flow.space
      for wish in Self.wishes(&random)
        + [HeaderBox().constrained(.sessionUse, to: Ranges(UInt128(random.below(4))))]
      {
        let less = try store.restrict(space, to: wish)
        if !less.isEmpty { space = less }
      }
      let breach = Breach(
        delivery: delivery, flow: Flow(trail: flow.trail, space: space), origin: zone)
      guard let suspect = try suspect(in: breach, to: nil) else {
        throw Disagreement("a set without a member")
      }
      tally.members += 1
      if let witness = try replay(suspect, in: simulator) {
        try expectRules(of: witness, beside: suspect, of: breach)
        try expectOpenings(of: witness, &tally)
      } else {
        let literals = suspect.point.literals.map { literal in
          "\(canonical.condition(ofLiteral: literal.condition).map { "\($0)" } ?? "session")"
            + " \(literal.value)"
        }
        throw Disagreement(
          """
          no replay of \(suspect.sent) from s\(segment) as \(suspect.delivered) at \(delivery)
          use \(suspect.use) literals \(literals) trail \(flow.trail)
          \(try trace(suspect).map { "\($0)" } ?? "no trace")
          """)
      }
    }
  }

  /// Where the packets that open what a witness needs are found, they do.
  private func expectOpenings(of witness: Witness, _ tally: inout Tally) throws {
    if !witness.needsSessions { return }
    tally.needing += 1
    if witness.openings.isEmpty { return }
    tally.opened += 1
    if network.isOpened(witness) ?? true { return }
    let packets = witness.openings.map { "\($0.header) from \($0.origin)" }
    throw Disagreement("\(witness.header) does not go its way after \(packets)")
  }

  /// The rules that a replayed packet passes are among those that are listed with it.
  private mutating func expectRules(
    of witness: Witness, beside suspect: Suspect, of breach: Breach
  ) throws {
    var box = suspect.deliveredBox(canonical)
    for (field, ghost) in [
      (HeaderField.sourceIPv4, HeaderField.sentSourceIPv4), (.sourceIPv6, .sentSourceIPv6),
    ] {
      box = box.without(field).constrained(ghost, to: Ranges(witness.header.stored(field)))
    }
    let listed = try rules(on: [box], of: [breach])[0]
    for hop in witness.walk.hops {
      guard case .device(let device) = hop.location else { continue }
      for matched in hop.matched {
        guard let number = matched.rule else { continue }
        let rule = network.devices[device].acls[matched.list].rules[number]
        if case .next = rule.action, rule.effects.isEmpty { continue }
        let reference = CanonicalNetwork.RuleReference(
          device: device, acl: matched.list, rule: number)
        if listed.contains(reference) { continue }
        let hops = witness.walk.hops.map(\.description).joined(separator: "\n  ")
        throw Disagreement(
          "\(reference) is not listed with \(suspect.sent), but \(listed)\n  \(hops)")
      }
    }
  }
}
