public import Networks
public import Packets

/// The reference simulator: walks one packet at a time through the network as it is described.
///
/// It follows `Documentation/Semantics.md` to the letter and knows nothing of sets of packets, of
/// the canonical network, or of the engine. Its agreement with them is what tests them.
///
/// Sessions are those that earlier packets opened, given in `sessions`; a walk does not see the
/// sessions that its own packet opens (`remembering(_:)` adds them for later packets).
public struct Simulator: Sendable {
  /// The outcome of a condition for a packet as it is when the condition is evaluated.
  ///
  /// The condition is an index into the conditions of the simulator's `network`. It is not asked for
  /// those that the input settled.
  public typealias Valuation = @Sendable (_ condition: Int, _ header: Header) -> Bool

  /// How many devices one packet may come to, as many as its hop limit allows (RFC 791, RFC 8200).
  public static let greatestHopCount = 255
  /// How many steps one search may take: about a gigabyte of them.
  public static let greatestStepCount = 1_000_000
  /// How many jumps a list may make for one packet: lists that jump twice each could make them
  /// without end.
  public static let greatestJumpCount = 10_000
  /// How many combinations of values are tried for what one unmodelled action writes.
  public static let greatestCombinationCount = 4096

  /// The network, its conditions followed by those of unmodelled neighbours that it did not name.
  public let network: Network
  /// The outcomes of the conditions.
  public var valuation: Valuation
  /// The values that are tried for choices among very many.
  public var candidates: Candidates
  /// The sessions that devices remember.
  public private(set) var sessions: [Session]

  /// Whether devices of a redundancy group share their sessions: what must arrive does not count on
  /// it.
  public var sharesSessions: Bool

  /// For each device those that share their sessions with it.
  private let sessionPartners: [[Int]]
  let neighbourhood: Neighbourhood
  /// The routes, by device and VRF.
  let tables: [[RoutingTable]]
  /// The addresses at which a device is reached, by device and VRF.
  let ownAddresses: [[AddressSet]]
  /// The sessions by device.
  private(set) var sessionsByDevice: [Int: [Session]]

  /// Prepares a network for walking.
  public init(
    network: Network, valuation: @escaping Valuation = { _, _ in false },
    sessions: [Session] = [], candidates: Candidates = Candidates()
  ) {
    self.valuation = valuation
    self.candidates = candidates
    self.sessions = []
    sharesSessions = true
    sessionPartners = network.devices.indices.map { network.sessionPartners(of: $0) }
    neighbourhood = Neighbourhood(of: network)
    self.network = network.naming(neighbourhood.unmodelledNextHops)
    tables = network.devices.map { device in
      device.vrfs.indices.map { RoutingTable(of: device, vrf: $0) }
    }
    ownAddresses = network.devices.map { device in
      device.vrfs.indices.map { device.ownAddresses(vrf: $0) }
    }
    sessionsByDevice = [:]
    remember(sessions)
  }

  /// The sessions that a device knows: its own and those of devices that share theirs with it.
  func sessions(at device: Int) -> [Session] {
    let own = sessionsByDevice[device] ?? []
    if !sharesSessions { return own }
    return own + sessionPartners[device].flatMap { sessionsByDevice[$0] ?? [] }
  }

  /// Adds sessions, each once.
  public mutating func remember(_ opened: [Session]) {
    for session in opened where !(sessionsByDevice[session.device] ?? []).contains(session) {
      sessions.append(session)
      sessionsByDevice[session.device, default: []].append(session)
    }
  }

  /// The simulator after the walk, with the sessions that it opened.
  public func remembering(_ walk: Walk) -> Self {
    var result = self
    result.remember(walk.sessions)
    return result
  }

  /// The outcome of a condition for a packet, noted in `asked`.
  func outcome(of condition: Int, for header: Header, _ asked: inout [Literal]) -> Bool {
    let outcome = network.conditions[condition].assumed ?? valuation(condition, header)
    asked.append(Literal(condition, outcome))
    return outcome
  }

  /// Whether a condition that need not be there lets a route exist.
  func exists(under condition: Int?, for header: Header, _ asked: inout [Literal]) -> Bool {
    condition.map { outcome(of: $0, for: header, &asked) } ?? true
  }
}

extension Network {
  /// The network with a condition for each of these next hops.
  fileprivate func naming(_ nextHops: [Neighbourhood.UnmodelledNextHop]) -> Self {
    var result = self
    for nextHop in nextHops {
      let segment = segments[nextHop.segment]
      let condition = Condition(
        name: Self.unmodelledNeighbour(nextHop.gateway, on: segment.name), scope: .global,
        place: segment.place,
        why: "\(nextHop.gateway) is named as a gateway, and no modelled interface owns it")
      _ = result.conditions.index(of: condition)
    }
    return result
  }
}
