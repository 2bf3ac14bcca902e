import Canonical
import Packets

/// A way in which a session takes a packet.
enum SessionWay: CaseIterable {
  case continuation
  case reply
  case error
  case openerError

  /// Whether the packet goes in the direction that opened the session.
  var isForward: Bool { self == .continuation || self == .error }
  /// Whether the packet is an ICMP error.
  var isError: Bool { self == .error || self == .openerError }
  /// The least `sessionUse` of the packet.
  var use: UInt128 {
    switch self {
    case .continuation: 1
    case .reply: 3
    case .error, .openerError: 2
    }
  }
}

/// The three registers that tell classes of sessions apart.
struct ClassCodes: Hashable {
  var destination: UInt128
  var source: UInt128
  /// A term, since nothing hangs on it.
  var status: String
}

/// A device at which a packet is looked up in the sessions of one, itself or another.
struct LookUp {
  var device: Int
  var owner: Int
}

extension TransitionSystem {
  /// The ways in which sessions take packets at a device.
  func sessionWays(of device: Int) -> [SessionWay] {
    let admitsRelated = sessions[device]?.admitsRelated ?? false
    return SessionWay.allCases.filter { admitsRelated || !$0.isError }
  }

  /// What became of one end of a session's packets, and of later packets.
  struct EndChange {
    /// What the register has of later packets, and of replies; 0 for no translation.
    var again: UInt128 = 0
    var undo: UInt128 = 0
    /// By how much fields moved.
    var distances: [HeaderField: UInt128] = [:]
  }

  /// What a translation's code says of an end of a class's sessions; `nil` where such sessions
  /// cannot be read.
  func change(
    _ code: UInt128, ofSource isSource: Bool, _ trail: Trail, _ family: Family, owner: Int
  ) -> EndChange? {
    let number = parts[owner][code] ?? code
    var translation: Problem.Translation?
    if number > 0 {
      guard number <= UInt128(translations[owner].count) else { return nil }
      translation = translations[owner][Int(number) - 1]
    }
    let address: HeaderField =
      switch (family, isSource) {
      case (.ipv4, true): .sourceIPv4
      case (.ipv4, false): .destinationIPv4
      case (_, true): .sourceIPv6
      case (_, false): .destinationIPv6
      }
    var result = EndChange()
    var flags: UInt128 = 0
    for (field, change, unit) in [
      (address, translation?.address, UInt128(1) << 20),
      (isSource ? .sourcePort : .destinationPort, translation?.port, 1 << 18),
    ] {
      switch (trail[field], change) {
      case (.same, _): break
      case (.kept, _) where number == 0: break
      case (.moved, .moved(let distance)):
        result.distances[field] = distance
        flags += unit
      case (.kept, .replaced): flags += 2 * unit
      case (.moved, _), (.kept, _), (.lost, _): return nil
      }
    }
    if number > 0 {
      result.again = 1 << 22 + flags + number
      result.undo = 1 << 23 + flags + number
    }
    return result
  }

  /// Whether sessions of a class can be read, of a family.
  func isReadable(_ codes: ClassCodes, _ trail: Trail, _ family: Family, owner: Int) -> Bool {
    change(codes.destination, ofSource: false, trail, family, owner: owner) != nil
      && change(codes.source, ofSource: true, trail, family, owner: owner) != nil
  }

  /// The packet after a session of a class took it in a way; `nil` where the class cannot be read.
  ///
  /// The session is as it was remembered, with its ghosts.
  func taken(
    _ before: Moving, by session: PacketTerms, _ codes: ClassCodes, _ trail: Trail,
    _ way: SessionWay, _ family: Family, _ lookUp: LookUp, _ variables: inout Variables
  ) -> Moving? {
    guard
      let destination = change(
        codes.destination, ofSource: false, trail, family, owner: lookUp.owner),
      let source = change(codes.source, ofSource: true, trail, family, owner: lookUp.owner)
    else { return nil }
    var after = before
    let familyTerm = Term.value(UInt128(family.rawValue), bits: 2)
    after.guards += [
      Term.equal(before.packet[.family], familyTerm), Term.equal(session[.family], familyTerm),
      Term.isIn(before.packet[.sessionUse], Ranges(way.use...3), of: .sessionUse),
    ]
    let distances = source.distances.merging(destination.distances) { first, _ in first }
    let lookedUp = Self.lookedUp(session, trail, distances)
    if way.isForward { after.guards += lookedUp.guards }
    after.guards += fits(before.packet, session, lookedUp.session, way, family)
    after.forgetTrail(&variables)
    for tracked in Trail.tracked {
      let isAddress = tracked.field != .sourcePort && tracked.field != .destinationPort
      let isNamed = trail[tracked.field] == .kept && (isAddress || !way.isError)
      let named = way.isForward ? session[tracked.field] : lookedUp.session[tracked.field]
      after.packet[tracked.sessionGhost] = isNamed ? named : variables.any(tracked.sessionGhost)
      after.open.remove(tracked.sessionGhost)
    }
    let bypass: UInt128 = sessions[lookUp.device]?.bypassesFilters ?? false ? 16 : 0
    let (first, second): (UInt128, UInt128) =
      switch way {
      case .continuation: (destination.again, source.again)
      case .reply: (source.undo, destination.undo)
      case .error: (destination.again, 0)
      case .openerError: (source.undo, 0)
      }
    after.packet[.connectionState] = Term.value((way.isError ? 3 : 2) + bypass, bits: 5)
    after.packet[.connectionDirection] = Term.value(way.isForward ? 0 : 1, bits: 1)
    after.packet[.connectionStatus] = codes.status
    after.packet[.destinationTranslation] = Term.value(first, bits: 24)
    after.packet[.sourceTranslation] = Term.value(second, bits: 24)
    return after
  }

  /// The session as looked up, and when there is one.
  private static func lookedUp(
    _ session: PacketTerms, _ trail: Trail, _ distances: [HeaderField: UInt128]
  ) -> (session: PacketTerms, guards: [String]) {
    var result = session
    var guards: [String] = []
    for tracked in Trail.tracked {
      switch trail[tracked.field] {
      case .same, .lost: break
      case .moved:
        let distance = distances[tracked.field] ?? 0
        let old = Term.moved(session[tracked.field], by: 0 &- distance, in: tracked.field)
        result[tracked.field] = old.term
        guards.append(old.isValue)
      case .kept: result[tracked.field] = session[tracked.trailGhost]
      }
    }
    return (result, guards)
  }

  /// The fields by which a session knows its packets.
  static let sessionFields: [HeaderField] = [
    .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol, .sourcePort,
    .destinationPort, .icmpType, .fragment,
  ]

  /// That a packet is one of those that a session takes in a way.
  private func fits(
    _ packet: PacketTerms, _ session: PacketTerms, _ lookedUp: PacketTerms, _ way: SessionWay,
    _ family: Family
  ) -> [String] {
    switch way {
    case .continuation:
      return Self.sessionFields.map { Term.equal(packet[$0], lookedUp[$0]) }
    case .reply:
      let pairs: [(HeaderField, HeaderField)] = [
        (.sourceIPv4, .destinationIPv4), (.sourceIPv6, .destinationIPv6),
        (.destinationIPv4, .sourceIPv4), (.destinationIPv6, .sourceIPv6),
        (.sourcePort, .destinationPort), (.destinationPort, .sourcePort),
        (.protocol, .protocol), (.fragment, .fragment),
      ]
      return pairs.map { Term.equal(packet[$0.0], session[$0.1]) } + [
        answers(packet, session, family)
      ]
    case .error:
      return [packet.isIn(related)]
        + [HeaderField.destinationIPv4, .destinationIPv6].map {
          Term.equal(packet[$0], lookedUp[$0])
        }
    case .openerError:
      return [
        packet.isIn(related), Term.equal(packet[.destinationIPv4], session[.sourceIPv4]),
        Term.equal(packet[.destinationIPv6], session[.sourceIPv6]),
      ]
    }
  }

  /// That the ICMP type of a packet answers that of a session, or is the same in what is no message.
  private func answers(_ packet: PacketTerms, _ session: PacketTerms, _ family: Family) -> String {
    let icmp: UInt128 = family == .ipv4 ? 1 : 58
    let isMessage = Term.and([
      Term.equal(packet[.protocol], Term.value(icmp, bits: 8)),
      Term.equal(packet[.fragment], "#b0"),
    ])
    let answered = answers.filter { $0.family == family }.map { type in
      Term.and([
        Term.equal(session[.icmpType], Term.value(UInt128(type.request), bits: 8)),
        Term.equal(packet[.icmpType], Term.value(UInt128(type.reply), bits: 8)),
      ])
    }
    return Term.choice(
      isMessage, Term.or(answered), Term.equal(packet[.icmpType], session[.icmpType]))
  }
}
