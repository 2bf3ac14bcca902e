import Canonical
import HeaderSpaces
import Networks
import Packets

/// Sessions of one device that chose the same translations, while a proof is made.
struct SessionClass {
  /// What the registers held of the chosen translations.
  var codes: (destination: UInt128, source: UInt128)
  /// What `connectionStatus` was.
  var status: UInt128
  /// What became of the packets since they were looked up.
  var trail: ProofTrail
  /// The distances of the fields that the translations moved.
  var distances: [HeaderField: UInt128] = [:]
  /// The sessions, as they were when they were remembered.
  var sessions = HeaderSpace.empty
  /// For each family of which there are sessions, the translations that their packets get.
  var changes: [Family: Changes] = [:]

  /// One value for each register of the class, and for each track.
  var box: HeaderBox {
    trail.box.constrained(.destinationTranslation, to: Ranges(codes.destination))
      .constrained(.sourceTranslation, to: Ranges(codes.source))
      .constrained(.connectionStatus, to: Ranges(status))
  }

  /// What later packets and replies of a session have in their registers.
  struct Changes {
    var again: (destination: UInt128, source: UInt128)
    var undo: (destination: UInt128, source: UInt128)
  }
}

/// A way in which a session takes a packet, in the order of a certificate.
enum SessionWay: CaseIterable {
  case continuation
  case reply
  case error
  case openerError

  /// Whether the packet goes in the direction that opened the session.
  var isForward: Bool { self == .continuation || self == .error }
  /// Whether the packet is an ICMP error.
  var isError: Bool { self == .error || self == .openerError }
}

/// What a device notes of a packet that a session takes, and the least `sessionUse`.
typealias SessionNotes = (values: [(field: HeaderField, values: Ranges)], use: UInt128)

extension Prover {
  /// The classes of what a device remembers.
  mutating func sessionClasses(of device: Int) throws -> [SessionClass] {
    var result: [SessionClass] = []
    for known in engine.memories[device].classes {
      let trail = ProofTrail(known.trail)
      let sessions = try withSentGhosts(known)
      let changes = SessionClass.Changes(again: known.again, undo: known.undo)
      if let index = result.firstIndex(where: {
        $0.codes == known.codes && $0.status == known.status && $0.trail == trail
      }) {
        result[index].changes[known.family] = changes
        result[index].sessions = try engine.store.union(result[index].sessions, sessions)
        result[index].distances.merge(distances(of: known)) { first, _ in first }
      } else {
        result.append(
          SessionClass(
            codes: known.codes, status: known.status, trail: trail,
            distances: distances(of: known), sessions: sessions, changes: [known.family: changes]))
      }
    }
    return result
  }

  /// The sessions of a class with their ghosts in the bank of the trail.
  private mutating func withSentGhosts(_ known: SessionMemory.Class) throws -> HeaderSpace {
    var result = known.pairs
    for field in Trail.tracked where known.trail[field] == .kept {
      guard let sent = Trail.ghost(of: field, in: .sent),
        let session = Trail.ghost(of: field, in: .session)
      else { continue }
      result = try engine.store.rename(session, to: sent, in: result)
    }
    return result
  }

  /// The distances of the fields of a class's family, and of its ports.
  private func distances(of known: SessionMemory.Class) -> [HeaderField: UInt128] {
    var result: [HeaderField: UInt128] = [:]
    for field in Trail.tracked {
      if case .moved(let distance) = known.trail[field] { result[field] = distance }
    }
    return result
  }

  /// The devices whose sessions one looks packets up in.
  func owners(of device: Int) -> [Int] { [device] + engine.sessionPartners[device] }

  /// The ways in which sessions take packets at a device.
  func sessionWays(of device: Int) -> [SessionWay] {
    guard let sessions = engine.network.devices[device].sessions else { return [] }
    return SessionWay.allCases.filter { sessions.acceptsRelated || !$0.isError }
  }

  /// What a device notes of a packet that a session takes, and the least `sessionUse`.
  func registers(
    _ way: SessionWay, _ known: SessionClass, _ changes: SessionClass.Changes, at device: Int
  ) -> SessionNotes {
    let bypasses = engine.network.devices[device].sessions?.bypassesFilters ?? false
    let state: ConnectionState = way.isError ? .related : .established
    let flags = bypasses ? RegisterCode.forwarded : 0
    let translations: (destination: UInt128, source: UInt128)
    let use: SessionUse
    switch way {
    case .continuation: (translations, use) = (changes.again, .continuation)
    case .reply: (translations, use) = (changes.undo, .reply)
    case .error: (translations, use) = ((changes.again.destination, 0), .related)
    case .openerError: (translations, use) = ((changes.undo.destination, 0), .related)
    }
    return (
      [
        (.connectionState, Ranges(UInt128(state.rawValue) + flags)),
        (.connectionDirection, Ranges(way.isForward ? 0 : 1)),
        (.connectionStatus, Ranges(known.status)),
        (.destinationTranslation, Ranges(translations.destination)),
        (.sourceTranslation, Ranges(translations.source)),
      ], UInt128(use.rawValue)
    )
  }

  /// The ghosts that sessions of a class have, of either bank.
  static func ghosts(_ trail: ProofTrail, in bank: Trail.Bank) -> [HeaderField] {
    trail.kept.compactMap { Trail.ghost(of: $0, in: bank) }
  }

  /// What of a session an ICMP error about it tells.
  private static let ends: Set<HeaderField> = [
    .family, .destinationIPv4, .destinationIPv6, .sessionSourceIPv4, .sessionSourceIPv6,
    .sessionDestinationIPv4, .sessionDestinationIPv6,
  ]
  /// The fields that it does not tell.
  static let others = HeaderField.allCases.filter { !ends.contains($0) }

  /// The packets that sessions take in a way, with the session ghosts that they get; sessions have
  /// their ghosts in the bank of the trail.
  mutating func taken(
    by sessions: HeaderSpace, _ known: SessionClass, _ way: SessionWay, _ family: Family
  ) throws -> HeaderSpace {
    var space = try engine.store.restrict(sessions, .family, to: Ranges(UInt128(family.rawValue)))
    for field in known.trail.kept {
      guard let sent = Trail.ghost(of: field, in: .sent),
        let session = Trail.ghost(of: field, in: .session)
      else { continue }
      space = try engine.store.rename(sent, to: session, in: space)
    }
    if way.isForward {
      for field in Trail.tracked {
        guard let ghost = Trail.ghost(of: field, in: .session) else { continue }
        switch known.trail[field] {
        case .same, .lost: break
        case .moved:
          space = try engine.moved(field, by: 0 &- (known.distances[field] ?? 0), in: space)
        case .kept: space = try engine.store.swap(field, ghost, in: space)
        }
      }
    } else {
      space = try engine.swapped(space)
      if way == .reply { space = try engine.answeredTypes(of: space) }
    }
    guard way.isError else { return space }
    let ends = try engine.store.project(space, away: Self.others)
    return try engine.store.intersection(
      ends, try engine.store.space(of: engine.canonical.icmpErrors))
  }

  /// The sessions that take some of these packets, which have the session ghosts that they give.
  mutating func sessions(
    taking packets: HeaderSpace, _ known: SessionClass, _ way: SessionWay, _ family: Family
  ) throws -> HeaderSpace {
    var space = try engine.store.restrict(packets, .family, to: Ranges(UInt128(family.rawValue)))
    if way.isError {
      space = try engine.store.intersection(
        space, try engine.store.space(of: engine.canonical.icmpErrors))
      space = try engine.store.project(space, away: Self.others)
    } else {
      let own = Engine.sessionFields + Self.ghosts(known.trail, in: .session)
      space = try engine.store.project(
        space, away: HeaderField.allCases.filter { !own.contains($0) })
    }
    space = try engine.store.existentially(space, over: engine.store.conditions(in: space))
    if way.isForward {
      for field in Trail.tracked {
        guard let ghost = Trail.ghost(of: field, in: .session) else { continue }
        switch known.trail[field] {
        case .same, .lost: break
        case .moved:
          space = try engine.moved(field, by: known.distances[field] ?? 0, in: space)
        case .kept: space = try engine.store.swap(field, ghost, in: space)
        }
      }
    } else {
      if way == .reply { space = try asked(by: space, family) }
      space = try engine.swapped(space)
    }
    for field in known.trail.kept {
      guard let sent = Trail.ghost(of: field, in: .sent),
        let session = Trail.ghost(of: field, in: .session)
      else { continue }
      space = try engine.store.rename(session, to: sent, in: space)
    }
    return space
  }

  /// The requests that these packets answer; what is no ICMP answers what is like it.
  private mutating func asked(by space: HeaderSpace, _ family: Family) throws -> HeaderSpace {
    let icmp = family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6
    let message = HeaderBox()
      .constrained(.protocol, to: Ranges(UInt128(icmp))).constrained(.fragment, to: Ranges(0))
    let messages = try engine.store.space(of: message)
    var result = try engine.store.subtracting(messages, from: space)
    for (request, answer) in (SessionBehaviour.icmpReplyTypes[family] ?? [:]).sorted(
      by: { $0.key < $1.key })
    {
      let answers = try engine.store.restrict(
        space, to: message.constrained(.icmpType, to: Ranges(UInt128(answer))))
      let requests = try engine.store.assign(.icmpType, Ranges(UInt128(request)), in: answers)
      result = try engine.store.union(result, requests)
    }
    return result
  }
}
