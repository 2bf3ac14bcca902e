import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation
import Testing

@testable import Reachability

/// Packets that open sessions, and the packets that make use of them.
struct Conversation: Sendable {
  var network: Network
  var openers: [Probe]
  var probe: Probe
}

@Suite struct `Sessions of random networks` {
  @Test func `law: what a session lets through is among what the engine lets through`() throws {
    var liking = NetworkMaker.Liking()
    liking.devices = 3
    liking.alwaysHasSessions = true
    var tally = Tally()
    for number in 0..<rounds(10) {
      let seed = firstSeed &+ UInt64(number)
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      tally.networks += 1
      guard var engine = try? Engine(for: network), engine.knowsSessions() else {
        tally.skipped += 1
        print("seed \(seed) meets a limit")
        continue
      }
      let simulator = Simulator(network: engine.network)
      for talk in engine.conversations(in: simulator, &maker.random) {
        do {
          try engine.compare(talk, simulator, &tally)
        } catch let found as Disagreement {
          report(found, talk, seed: seed)
          return
        } catch is LimitReached {
          tally.skipped += 1
          break
        }
      }
    }
    print("seed \(firstSeed): \(tally.words)")
  }

  private func report(_ found: Disagreement, _ failing: Conversation, seed: UInt64) {
    let start = Case(network: failing.network, probe: failing.probe, openers: failing.openers)
    let small = shrunk(start, within: 600) { Self.disagreement(on: $0) != nil }
    let words = Self.disagreement(on: small)?.description ?? found.description
    let openers = small.openers.map { "\($0.header) from \($0.origin)" }
    Issue.record(
      """
      seed \(seed): \(words)
      opened by \(openers)
      \(small.probe.header) from \(small.probe.origin)
      \(small.network.words)
      """)
  }

  private static func disagreement(on item: Case) -> Disagreement? {
    do {
      var engine = try Engine(for: item.network)
      guard engine.knowsSessions() else { return nil }
      let talk = Conversation(network: item.network, openers: item.openers, probe: item.probe)
      for opener in item.openers {
        guard engine.mayOpen(opener) else { return nil }
      }
      var tally = Tally()
      try engine.compare(talk, Simulator(network: engine.network), &tally)
      return nil
    } catch {
      return error as? Disagreement
    }
  }
}

extension Engine {
  /// Learns the sessions that any host may open; `false` where a limit is met.
  mutating func knowsSessions() -> Bool {
    do {
      try learnSessions(from: try everySender())
      return limit == nil
    } catch {
      return false
    }
  }

  /// Whether a packet is one that some host may send before others.
  func mayOpen(_ probe: Probe) -> Bool {
    guard case .segment(let segment) = probe.origin else { return false }
    return traffic.sources(on: segment)[probe.header.family].contains(probe.header.source)
  }

  /// Packets that open a session, each with packets that could be of it.
  func conversations(
    in simulator: Simulator, _ random: inout SplitMix
  ) -> [Conversation] {
    var result: [Conversation] = []
    for _ in 0..<40 where result.count < 12 {
      let opener = Probe(in: network, &random)
      guard mayOpen(opener) else { continue }
      let walks = simulator.opening(opener, in: network)
      guard !walks.isEmpty else { continue }
      let walk = random.pick(walks)
      for probe in Self.followers(of: walk, opener, network, &random) {
        result.append(Conversation(network: network, openers: [opener], probe: probe))
      }
    }
    return result
  }

  private static func followers(
    of walk: Walk, _ opener: Probe, _ network: Network, _ random: inout SplitMix
  ) -> [Probe] {
    let session = random.pick(walk.sessions)
    let someSegment = Origin.segment(random.below(network.segments.count))
    var answer = reply(to: session.translated)
    if random.chance(20) { answer.set(.application, to: 1) }
    if random.chance(20) { answer.set(.tcpFlags, to: 16) }
    let place: Origin =
      switch walk.outcome {
      case .delivered(let segment, _): .segment(segment)
      case .deliveredToDevice(let device, _): .device(device)
      case .lost: someSegment
      }
    let destination = random.chance(50) ? session.translated.source : session.original.destination
    let error = Header(
      family: opener.header.family, source: random.pick([session.original.source, 9]),
      destination: destination, protocol: opener.header.family == .ipv4 ? 1 : 58,
      icmpType: opener.header.family == .ipv4 ? 3 : 1)
    return [
      Probe(
        header: answer, origin: random.chance(70) ? place : someSegment,
        valuation: opener.valuation),
      Probe(header: opener.header, origin: opener.origin, valuation: opener.valuation),
      Probe(header: error, origin: someSegment, valuation: opener.valuation),
    ]
  }

  /// Compares what becomes of a packet while the sessions of others are open.
  mutating func compare(
    _ talk: Conversation, _ unvalued: Simulator, _ tally: inout Tally
  ) throws {
    tally.packets += 1
    let probe = talk.probe
    var simulator = unvalued.valued(by: probe.valuation)
    simulator.candidates = Candidates(for: network, [probe.header])
    for opener in talk.openers {
      for walk in simulator.opening(opener, in: network) { simulator.remember(walk.sessions) }
    }
    let reach = try reach(
      ReachKey(sources: try starts(probe.header, from: probe.origin), watched: []))
    reachCache = [:]
    let conditions = simulator.network.conditions
    let walks = simulator.walks(probe.header, from: probe.origin, limit: 200).walks
    for walk in walks where walk.outcome.delivered != nil {
      tally.deliveries += 1
      if walk.sessionUse != .none { tally.members += 1 }
      let isThere = try has(walk.outcome, of: probe.header, use: walk.sessionUse, in: reach) {
        probe.valuation.outcome($0, $1, in: conditions)
      }
      if !isThere {
        let hops = walk.hops.map(\.description).joined(separator: "\n  ")
        throw Disagreement("the engine lacks \(walk.outcome), \(walk.sessionUse)\n  \(hops)")
      }
    }
  }
}

extension Simulator {
  /// The ways of a packet that open sessions, by those that are delivered first.
  func opening(_ probe: Probe, in network: Network) -> [Walk] {
    var simulator = valued(by: probe.valuation)
    simulator.candidates = Candidates(for: network, [probe.header])
    let walks = simulator.walks(probe.header, from: probe.origin, limit: 40).walks
    return walks.filter { !$0.sessions.isEmpty }
  }
}
