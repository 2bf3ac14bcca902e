import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

/// A member of a breach put in terms of what was sent, ready to be replayed.
struct Suspect {
  /// The packet as it was sent, but for what no trail follows: there it is as it was delivered.
  var sent: Header
  /// The packet as it was delivered.
  var delivered: Header
  /// The member, in whose tracked fields is what was sent.
  var point: HeaderPoint
  /// Where it was delivered.
  var delivery: CanonicalNetwork.Delivery
  /// Who sent it.
  var origin: ZoneExtent

  /// What it owes to sessions.
  var use: SessionUse {
    SessionUse(rawValue: UInt8(truncatingIfNeeded: point[.sessionUse])) ?? .none
  }

  /// The box of the packets that may have been sent.
  var sentBox: HeaderBox {
    var box = HeaderBox()
    for field in Trail.tracked { box.constrain(field, to: Ranges(point[field])) }
    return box
  }

  /// The box of the packet as it was delivered, with the outcomes that it needs.
  func deliveredBox(_ canonical: CanonicalNetwork) -> HeaderBox {
    var box = HeaderBox().constrained(.sessionUse, to: Ranges(point[.sessionUse]))
    for field in HeaderField.allCases where field <= .etherType {
      box.constrain(field, to: Ranges(delivered.stored(field)))
    }
    let forgotten = point.literals.compactMap { literal -> Int? in
      guard literal.value, let found = canonical.condition(ofLiteral: literal.condition),
        found.isStale
      else { return nil }
      return found.index
    }
    for literal in point.literals {
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal.condition), !isStale,
        !forgotten.contains(condition)
      else { continue }
      box.constrain(literal)
    }
    return box
  }
}

extension Engine {
  /// What a person would send: tried in this order, each if it leaves a packet.
  static let plainPackets = plainKinds + plainPorts

  /// The kinds of packets that a person would send.
  private static let plainKinds: [HeaderBox] = {
    let any = HeaderBox()
    return [
      any.constrained(.sessionUse, to: Ranges(0)),
      any.constrained(.fragment, to: Ranges(0)),
      any.constrained(.family, to: Ranges(0...1)),
      any.constrained(.protocol, to: Ranges(UInt128(IPProtocol.tcp))),
      any.constrained(.tcpFlags, to: Ranges(UInt128(TCPFlags.syn))),
      any.constrained(.protocol, to: Ranges(values: [6, 17])),
    ]
  }()

  /// The ports that a person would send from and to, as the packet has them where it is.
  private static let plainPorts: [HeaderBox] = {
    let any = HeaderBox()
    return [
      any.constrained(.sourcePort, to: Ranges(49152...65535)),
      any.constrained(.destinationPort, to: Ranges(1...65535)),
      any.constrained(.sourcePort, to: Ranges(1024...65535)),
      any.constrained(.application, to: Ranges(0)),
    ]
  }()

  /// Boxes that prefer declared hosts to undeclared ones, and destinations of the zone.
  private func preferences(for breach: Breach, to: ZoneExtent?) -> [HeaderBox] {
    let sentPorts = HeaderBox().constrained(.sentSourcePort, to: Ranges(49152...65535))
    var result = Self.plainKinds + [breach.flow.trail.localised(sentPorts)] + Self.plainPorts
    let sources = breach.origin.parts.reduce(AddressSet.none) { $0.union($1.declared) }
    result += sources.sentSourceBoxes.map(breach.flow.trail.localised)
    let homes = breach.origin.parts.reduce(AddressSet.none) { $0.union($1.addresses) }
    result += homes.sentSourceBoxes.map(breach.flow.trail.localised)
    switch breach.delivery {
    case .segment(let segment):
      if let part = to?[segment] {
        result += part.declared.destinationBoxes + part.addresses.destinationBoxes
      }
    case .device(let device):
      result += network.devices[device].ownAddresses.destinationBoxes
    }
    result += Self.exampleAddresses.destinationBoxes
    result += Self.exampleAddresses.sentSourceBoxes.map(breach.flow.trail.localised)
    for (family, field) in [(UInt128(0), HeaderField.sourceIPv6), (1, .sourceIPv4)] {
      result.append(
        HeaderBox().constrained(.family, to: Ranges(family)).constrained(field, to: Ranges(0)))
    }
    result += Self.familiarPorts
    return result
  }

  /// Addresses that stand for anybody on the internet (RFC 5737, RFC 3849).
  private static let exampleAddresses = AddressSet(
    ipv4: Ranges(values: [0xC633_6401, 0xCB00_7101, 0xC000_0201]),
    ipv6: Ranges(0x2001_0DB8_FFFF << 80 + 1))

  /// How far a suspect is from a plain opening packet that needs nothing: the least are shown first.
  func oddity(of suspect: Suspect) -> Int {
    let sent = suspect.sent
    let isOpening = sent.protocol == IPProtocol.tcp && sent.tcpFlags == TCPFlags.syn
    return Int(suspect.use.rawValue) * 8 + (sent.isLaterFragment ? 4 : 0)
      + (sent.family == .nonIP ? 2 : 0) + (isOpening ? 0 : 1)
  }

  /// Ports that a reader knows, the most telling first.
  private static let familiarPorts: [HeaderBox] = [3389, 22, 445, 443, 80, 502, 53].map {
    HeaderBox().constrained(.destinationPort, to: Ranges($0))
  }

  /// A member of a breach, read back to what was sent; `nil` where the breach is empty.
  mutating func suspect(
    in breach: Breach, to: ZoneExtent?
  ) throws(LimitReached) -> Suspect? {
    let preferences = preferences(for: breach, to: to)
    guard var point = try store.member(of: breach.flow.space, preferring: preferences) else {
      return nil
    }
    if point[.family] == 1, point[.nextHeader] != point[.protocol] {
      // A packet without extension headers, if there is one.
      var plain = point
      plain[.nextHeader] = plain[.protocol]
      if store.contains(breach.flow.space, plain) { point = plain }
    }
    let delivered = point.header
    for field in Trail.tracked {
      guard let ghost = Trail.ghost(of: field, in: .sent) else { continue }
      switch breach.flow.trail[field] {
      case .same: break
      case .moved(let distance): point[field] = point[field] &- distance
      case .kept: point[field] = point[ghost]
      }
    }
    return Suspect(
      sent: point.header, delivered: delivered, point: point, delivery: breach.delivery,
      origin: breach.origin)
  }

  /// The places from which a suspect could have been sent.
  func origins(of suspect: Suspect) -> [Origin] {
    var result: [Origin] = []
    for part in suspect.origin.parts {
      var sources = part.addresses
      if network.spoofing != .none {
        sources = sources.union(network.spoofableAddresses(on: part.segment))
      }
      let isFrame = suspect.sent.family == .nonIP
      if isFrame || sources[suspect.sent.family].contains(suspect.sent.source) {
        result.append(.segment(part.segment))
      }
    }
    return result + suspect.origin.devices.map { Origin.device($0) }
  }

  /// The outcomes of the conditions under which a suspect goes its way.
  func outcomes(of suspect: Suspect) -> [Int: Bool] {
    var outcomes: [Int: Bool] = [:]
    for literal in suspect.point.literals {
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal.condition) else {
        continue
      }
      if !isStale {
        outcomes[condition] = literal.value
      } else if literal.value, outcomes[condition] == nil {
        outcomes[condition] = true
      }
    }
    return outcomes
  }

  /// A suspect's way, replayed by the simulator; `nil` where it does not get there.
  ///
  /// What needs no sessions is tried as it is; what does not get there so is traced.
  mutating func replay(
    _ suspect: Suspect, in simulator: Simulator
  ) throws(LimitReached) -> Witness? {
    var simulator = simulator
    let settled = outcomes(of: suspect)
    simulator.valuation = { condition, _ in settled[condition] ?? false }
    simulator.candidates = candidates(for: [suspect.sent, suspect.delivered])
    if suspect.use == .none {
      for origin in origins(of: suspect) {
        let literals = settled.sorted { $0.key < $1.key }.map { Literal($0.key, $0.value) }
        if let witness = witness(of: suspect, suspect.sent, from: origin, simulator, literals) {
          return witness
        }
      }
    }
    guard let trace = try trace(suspect), let sent = trace.headers.first else { return nil }
    simulator.valuation = valuation(of: trace)
    simulator.candidates = candidates(for: trace.headers)
    for (field, values) in trace.registers {
      simulator.candidates.values[field, default: []] += values.sorted()
    }
    simulator.remember(trace.sessions)
    let literals = Set(trace.outcomes.map(\.literal)).sorted()
    var witness = witness(of: suspect, sent, from: trace.origin, simulator, literals)
    if witness?.needsSessions ?? false {
      var search = OpeningSearch(simulator, globalOnes(of: literals))
      for session in trace.sessions {
        guard try open(session, depth: 0, &search) else { return witness }
      }
      guard var opened = witness else { return nil }
      opened.openings = search.openings
      // Packets are found one by one; shown is only what comes about one after another.
      if isOpened(opened) { witness = opened }
    }
    return witness
  }

  /// Values for the simulator to try: those of packets, and of each part of a pool that routes tell
  /// apart, since a later choice can take another part.
  func candidates(for headers: [Header]) -> Candidates {
    var result = Candidates(for: headers)
    for part in canonical.poolParts.joined() {
      let field: HeaderField =
        part.family == .ipv4 ? .destinationIPv4 : .destinationIPv6
      if let least = part.addresses.least { result.values[field, default: []].append(least) }
    }
    return result
  }

  private func witness(
    of suspect: Suspect, _ sent: Header, from origin: Origin, _ simulator: Simulator,
    _ literals: [Literal]
  ) -> Witness? {
    let goal: Outcome =
      switch suspect.delivery {
      case .segment(let segment): .delivered(segment: segment, suspect.delivered)
      case .device(let device): .deliveredToDevice(device, suspect.delivered)
      }
    guard let walk = simulator.firstWalk(sent, from: origin, reaching: { $0 == goal }) else {
      return nil
    }
    return Witness(
      header: sent, origin: origin, walk: walk,
      deliveryClass: simulator.deliveryClass(of: walk, from: origin), literals: literals,
      needsSessions: walk.sessionUse != .none)
  }

  /// The outcomes that a trace met: those of the packet as it was then, and else of the condition.
  func valuation(of trace: Trace) -> Simulator.Valuation {
    var byPacket: [Evaluation: Bool] = [:]
    var byCondition: [Int: Bool] = [:]
    for outcome in trace.outcomes {
      let condition = outcome.literal.condition
      let asked = Evaluation(of: condition, outcome.header, in: canonical.conditions)
      byPacket[asked] = byPacket[asked] ?? outcome.literal.value
      byCondition[condition] = byCondition[condition] ?? outcome.literal.value
    }
    let conditions = canonical.conditions
    return { [byPacket, byCondition] condition, header in
      let asked = Evaluation(of: condition, header, in: conditions)
      return byPacket[asked] ?? byCondition[condition] ?? false
    }
  }
}

/// One evaluation of a condition: the values of the fields that it depends on.
private struct Evaluation: Hashable {
  var condition: Int
  var values: [UInt128] = []

  init(of condition: Int, _ header: Header, in conditions: ConditionTable) {
    self.condition = condition
    guard case .evaluation(let fields) = conditions[condition].scope else { return }
    values = fields.map(header.stored)
  }
}
