import Canonical
import HeaderSpaces
import Networks
import Packets
import Simulation

/// The search for the packets that open what a witness needs.
struct OpeningSearch {
  /// The packets so far, in the order in which they are sent.
  private(set) var openings: [Witness.Opening] = []
  /// What is known of the global conditions.
  private(set) var global: [Literal]
  /// What replays the packets.
  let simulator: Simulator

  /// How deep sessions may need sessions, and how many packets there may be.
  static let greatestDepth = 6
  static let greatestCount = 32

  init(_ simulator: Simulator, _ global: [Literal]) {
    self.simulator = simulator
    self.global = global
  }

  /// Whether there may be one more packet.
  func mayGo(to depth: Int) -> Bool {
    depth < Self.greatestDepth && openings.count < Self.greatestCount
  }

  /// Whether a packet opens a session already.
  func opens(_ session: Session) -> Bool {
    openings.contains { $0.walk.sessions.contains { $0.isAsGood(as: session) } }
  }

  mutating func add(_ opening: Witness.Opening, global literals: [Literal]) {
    openings.append(opening)
    global = Set(global + literals).sorted()
  }
}

extension Engine {
  /// Finds a packet that opens a session, after those that open what it needs itself; the answer is
  /// whether one was found.
  mutating func open(
    _ session: Session, depth: Int, _ search: inout OpeningSearch
  ) throws(LimitReached) -> Bool {
    if search.opens(session) { return true }
    guard search.mayGo(to: depth),
      let trace = try trace(opening: session, where: search.global),
      let sent = trace.headers.first
    else { return false }
    for needed in trace.sessions {
      guard try open(needed, depth: depth + 1, &search) else { return false }
    }
    var simulator = search.simulator
    simulator.valuation = valuation(of: trace)
    simulator.candidates = candidates(for: trace.headers)
    for (field, values) in trace.registers {
      simulator.candidates.values[field, default: []] += values.sorted()
    }
    simulator.remember(trace.sessions)
    let walk = simulator.firstWalk(sent, from: trace.origin) { $0.isAsGood(as: session) }
    guard let walk else { return false }
    let literals = Set(trace.outcomes.map(\.literal)).sorted()
    search.add(
      Witness.Opening(header: sent, origin: trace.origin, walk: walk, literals: literals),
      global: globalOnes(of: literals))
    return true
  }

  /// Whether the packets that open what a witness needs do so, one after another in a network without
  /// sessions, as far as outcomes are the same for all packets.
  func isOpened(_ witness: Witness) -> Bool {
    let literals = witness.literals + witness.openings.flatMap(\.literals)
    if globalOnes(of: literals).count < literals.count { return true }
    var simulator = Simulator(network: network)
    simulator.valuation = { condition, _ in literals.contains(Literal(condition, true)) }
    let walks = witness.openings.map(\.walk) + [witness.walk]
    simulator.candidates = candidates(
      for: [witness.header] + witness.openings.map(\.header)
        + walks.flatMap { $0.hops.map(\.state.header) })
    for opening in witness.openings {
      let walk = simulator.firstWalk(opening.header, from: opening.origin) { session in
        opening.walk.sessions.contains(session)
      }
      guard let walk else { return false }
      simulator = simulator.remembering(walk)
    }
    let outcome = witness.walk.outcome
    return simulator.firstWalk(witness.header, from: witness.origin) { $0 == outcome } != nil
  }

  /// The outcomes of conditions that have one for the whole network.
  func globalOnes(of literals: [Literal]) -> [Literal] {
    let conditions = canonical.conditions
    return literals.filter { conditions[$0.condition].scope == .global }
  }
}

extension Session {
  /// Whether it takes the packets that another one takes, and does the same with them.
  fileprivate func isAsGood(as other: Self) -> Bool {
    let fields = Engine.sessionFields
    return device == other.device && status == other.status
      && destinationTranslation == other.destinationTranslation
      && sourceTranslation == other.sourceTranslation
      && fields.allSatisfy { original.stored($0) == other.original.stored($0) }
      && fields.allSatisfy { translated.stored($0) == other.translated.stored($0) }
  }
}
