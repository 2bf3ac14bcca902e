import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

/// A member of a breach put in terms of what was sent, ready to be replayed.
struct Suspect {
  /// What it may have been when it was sent, the likeliest first.
  ///
  /// More than one where a device cut it up on the way: a fragment does not tell what the whole
  /// packet was.
  var possibilities: [Header]
  var delivered: Header
  var delivery: CanonicalNetwork.Delivery
  var literals: [Literal]
  var use: SessionUse
  var origin: ZoneExtent

  /// The likeliest packet as sent.
  var sent: Header { possibilities[0] }
}

extension Engine {
  /// What a person would send: tried in this order, each if it leaves a packet.
  private static let plainPackets: [HeaderBox] = {
    let any = HeaderBox()
    return [
      any.constrained(.sessionUse, to: Ranges(0)),
      any.constrained(.fragment, to: Ranges(0)),
      any.constrained(.family, to: Ranges(0...1)),
      any.constrained(.protocol, to: Ranges(UInt128(IPProtocol.tcp))),
      any.constrained(.tcpFlags, to: Ranges(UInt128(TCPFlags.syn))),
      any.constrained(.protocol, to: Ranges(values: [6, 17])),
      any.constrained(.sourcePort, to: Ranges(49152...65535)),
      any.constrained(.sourcePort, to: Ranges(1024...65535)),
      any.constrained(.application, to: Ranges(0)),
    ]
  }()

  /// Boxes that prefer declared hosts to undeclared ones, and destinations of the zone.
  private func preferences(for breach: Breach, to: ZoneExtent?) -> [HeaderBox] {
    var result = Self.plainPackets
    let sources = breach.origin.parts.reduce(AddressSet.none) { $0.union($1.declared) }
    result += sentSourceBoxes(sources).map(breach.flow.trail.localised)
    let homes = breach.origin.parts.reduce(AddressSet.none) { $0.union($1.addresses) }
    result += sentSourceBoxes(homes).map(breach.flow.trail.localised)
    if case .segment(let segment) = breach.delivery, let part = to?[segment] {
      result += destinationBoxes(part.declared) + destinationBoxes(part.addresses)
    }
    for (family, field) in [(UInt128(0), HeaderField.sourceIPv6), (1, .sourceIPv4)] {
      result.append(
        HeaderBox().constrained(.family, to: Ranges(family)).constrained(field, to: Ranges(0)))
    }
    result += Self.familiarPorts
    return result
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
      possibilities: Self.possibilities(of: point), delivered: delivered, delivery: breach.delivery,
      literals: point.literals,
      use: SessionUse(rawValue: UInt8(truncatingIfNeeded: point[.sessionUse])) ?? .none,
      origin: breach.origin)
  }

  /// What a member may have been when it was sent: itself or, for a later fragment, whole.
  private static func possibilities(of point: HeaderPoint) -> [Header] {
    var result = [point.header]
    guard result[0].isLaterFragment else { return result }
    var whole = point
    whole[.fragment] = 0
    let plain = whole.header
    if plain.has(.tcpFlags) {
      for flags in [TCPFlags.syn, TCPFlags.syn | TCPFlags.ack, TCPFlags.ack, TCPFlags.rst, 0] {
        whole[.tcpFlags] = UInt128(flags)
        result.append(whole.header)
      }
    } else if plain.has(.icmpType) {
      for type in UInt128(0)...255 {
        whole[.icmpType] = type
        result.append(whole.header)
      }
    } else {
      result.append(plain)
    }
    return result
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
    for literal in suspect.literals {
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
  mutating func replay(
    _ suspect: Suspect, in simulator: Simulator
  ) throws(LimitReached) -> Witness? {
    var simulator = simulator
    let settled = outcomes(of: suspect)
    simulator.valuation = { condition, _ in settled[condition] ?? false }
    simulator.candidates = Candidates(for: suspect.possibilities + [suspect.delivered])
    if suspect.use != .none { try rememberSessions(for: suspect, in: &simulator) }
    let goal: Outcome =
      switch suspect.delivery {
      case .segment(let segment): .delivered(segment: segment, suspect.delivered)
      case .device(let device): .deliveredToDevice(device, suspect.delivered)
      }
    for origin in origins(of: suspect) {
      for sent in suspect.possibilities {
        guard let walk = simulator.firstWalk(sent, from: origin, reaching: { $0 == goal })
        else { continue }
        return Witness(
          header: sent, origin: origin, walk: walk,
          deliveryClass: simulator.deliveryClass(of: walk, from: origin),
          literals: settled.sorted { $0.key < $1.key }.map { Literal($0.key, $0.value) },
          needsSessions: walk.sessionUse != .none)
      }
    }
    return nil
  }

  /// Lets the simulator's devices remember a session that lets the suspect through, where one of
  /// the learnt memories has one.
  ///
  /// Each device on the way gets the session that it would need, read off the memory for the packet
  /// as sent and as delivered.
  private mutating func rememberSessions(
    for suspect: Suspect, in simulator: inout Simulator
  ) throws(LimitReached) {
    var packets: [(header: Header, space: HeaderSpace)] = []
    for header in suspect.possibilities + [suspect.delivered] {
      packets.append((header, try store.space(of: Self.sessionBox(of: header))))
    }
    for device in network.devices.indices {
      for memory in memories[device].classes {
        for (header, space) in packets {
          if let session = try session(of: memory, on: device, passing: header, space) {
            simulator.remember([session])
          }
        }
      }
    }
  }

  private mutating func session(
    of memory: SessionMemory.Class, on device: Int, passing header: Header, _ space: HeaderSpace
  ) throws(LimitReached) -> Session? {
    let plain = Header.plainReply
    if let point = try store.member(of: try store.intersection(memory.reply, space)) {
      var original = plain(header)
      if memory.sourceTranslation != 0 { restore(&original, .source, from: point) }
      if memory.destinationTranslation != 0 { restore(&original, .destination, from: point) }
      return Session(
        device: device, original: original, translated: plain(header),
        destinationTranslation: Int(memory.destinationTranslation),
        sourceTranslation: Int(memory.sourceTranslation))
    }
    guard memory.sourceTranslation == 0, memory.destinationTranslation == 0,
      try !store.isDisjoint(memory.forward, space)
    else { return nil }
    return Session(device: device, original: header)
  }

  /// What a session knows of a packet.
  private static func sessionBox(of header: Header) -> HeaderBox {
    var box = HeaderBox()
    for field in HeaderField.allCases where field <= .etherType {
      let ignored: [HeaderField] = [.nextHeader, .icmpCode, .tcpFlags, .application]
      if ignored.contains(field) { continue }
      box.constrain(field, to: Ranges(header.stored(field)))
    }
    return box
  }

  /// Puts back what a session's packets had before the end was translated.
  private func restore(
    _ header: inout Header, _ end: TranslationEnd, from point: HeaderPoint
  ) {
    let fields: [HeaderField] =
      end == .source
      ? [.sourceIPv4, .sourceIPv6, .sourcePort]
      : [.destinationIPv4, .destinationIPv6, .destinationPort]
    for field in fields {
      guard let ghost = Trail.ghost(of: field, in: .session), header.has(field) else { continue }
      if point[ghost] != 0 { header.set(field, to: point[ghost]) }
    }
  }
}

extension Header {
  /// The packet that this one could be the reply to, as its session's opening packet.
  static func plainReply(_ header: Header) -> Header {
    var result = header
    result.source = header.destination
    result.destination = header.source
    result.sourcePort = header.destinationPort
    result.destinationPort = header.sourcePort
    if header.has(.tcpFlags) { result.tcpFlags = TCPFlags.syn }
    for (request, reply) in SessionBehaviour.icmpReplyTypes[header.family] ?? [:]
    where header.has(.icmpType) && header.icmpType == reply {
      result.icmpType = request
    }
    return result
  }
}
