import Canonical
import HeaderSpaces
import Networks
import Packets
import Simulation

/// One way in which a device's memory takes packets: which they are, and what it notes of them.
struct Recollection {
  /// How a packet and a session belong together.
  enum Kind: Hashable {
    /// It goes on in the direction that opened the session.
    case continuation
    /// It answers.
    case reply
    /// It is an error to where the session's packets went.
    case forwardError
    /// It is an error to where they came from.
    case replyError
  }

  /// The device whose memory it is: the one that looks up, or another that shares its sessions.
  var device: Int
  /// The class of sessions, an index into the device's memory.
  var memory: Int
  var kind: Kind
  /// The packets, with what the session's first packet was in the session ghosts.
  var known: HeaderSpace
  /// What the device notes in its registers.
  var registers: [(field: HeaderField, value: UInt128)]

  /// What the packet owes to sessions.
  var use: SessionUse {
    switch kind {
    case .continuation: .continuation
    case .reply: .reply
    case .forwardError, .replyError: .related
    }
  }
}

extension Engine {
  /// The ways in which a device's memory takes packets.
  func recollections(of device: Int) -> [Recollection] {
    let partners = sharesSessions ? sessionPartners[device] : []
    return ([device] + partners).flatMap { recollections(of: device, from: $0) }
  }

  /// The ways in which a device takes packets by what another remembers, or itself.
  private func recollections(of device: Int, from owner: Int) -> [Recollection] {
    guard let sessions = network.devices[device].sessions else { return [] }
    let flags = sessions.bypassesFilters ? RegisterCode.forwarded : 0
    var result: [Recollection] = []
    for (index, memory) in memories[owner].classes.enumerated() {
      func add(
        _ kind: Recollection.Kind, _ known: HeaderSpace, _ state: ConnectionState,
        _ direction: UInt128, _ translations: (destination: UInt128, source: UInt128)
      ) {
        if known.isEmpty { return }
        result.append(
          Recollection(
            device: owner, memory: index, kind: kind, known: known,
            registers: [
              (.connectionState, UInt128(state.rawValue) + flags),
              (.connectionDirection, direction), (.connectionStatus, memory.status),
              (.destinationTranslation, translations.destination),
              (.sourceTranslation, translations.source),
            ]))
      }
      add(.continuation, memory.forward, .established, 0, memory.again)
      add(.reply, memory.reply, .established, 1, memory.undo)
      guard sessions.acceptsRelated else { continue }
      add(.forwardError, memory.forwardErrors, .related, 0, (memory.again.destination, 0))
      add(.replyError, memory.replyErrors, .related, 1, (memory.undo.destination, 0))
    }
    return result
  }

  /// What the memory makes of packets that come to a device.
  mutating func recalled(_ flow: Flow, device: Int) throws(LimitReached) -> [Flow] {
    var result: [Flow] = []
    for recollection in recollections(of: device) {
      if let taken = try recalled(flow, by: recollection) { result.append(taken) }
    }
    return result
  }

  /// What one way of the memory makes of packets; `nil` where it takes none of them.
  mutating func recalled(
    _ flow: Flow, by recollection: Recollection
  ) throws(LimitReached) -> Flow? {
    let space = try store.intersection(flow.space, recollection.known)
    if space.isEmpty { return nil }
    let needed = UInt128(recollection.use.rawValue)...HeaderField.sessionUse.greatest
    let taken = try store.restrict(space, .sessionUse, to: Ranges(needed))
    let registers = recollection.registers.map { ($0.field, Ranges($0.value)) }
    return flow.with(try store.overwrite(registers, in: taken))
  }

  /// A session that takes a packet past a device, as the simulator knows it.
  ///
  /// `before` is the packet when it was looked up, and `after` the same with the ghosts that the
  /// memory gave it.
  mutating func session(
    of recollection: Recollection, _ before: Header, _ after: HeaderPoint
  ) throws(LimitReached) -> Session? {
    let memory = memories[recollection.device].classes[recollection.memory]
    let first = recollection.kind == .reply ? Header.plainReply(before) : before
    var box = HeaderBox().constrained(.family, to: Ranges(UInt128(before.family.rawValue)))
    for field in Self.sessionFields where Trail.ghost(of: field, in: .session) == nil {
      if recollection.use == .related { continue }
      box.constrain(field, to: Ranges(first.stored(field)))
    }
    for field in Trail.tracked {
      guard let ghost = Trail.ghost(of: field, in: .session) else { continue }
      let isSource = field == .sourceIPv4 || field == .sourceIPv6
      let isDestination = field == .destinationIPv4 || field == .destinationIPv6
      let isForward = recollection.kind == .continuation || recollection.kind == .forwardError
      var value = first.stored(field)
      switch recollection.kind {
      case .continuation, .reply: break
      case .forwardError: if !isDestination { continue }
      case .replyError:
        if !isSource { continue }
        value = before.stored(field == .sourceIPv4 ? .destinationIPv4 : .destinationIPv6)
      }
      switch memory.trail[field] {
      case .same: box.constrain(field, to: Ranges(value))
      case .moved(let distance):
        box.constrain(field, to: Ranges(isForward ? value &+ distance : value))
      case .kept:
        box.constrain(field, to: Ranges(isForward ? after[ghost] : value))
        box.constrain(ghost, to: Ranges(isForward ? value : after[ghost]))
      }
    }
    guard let point = try store.member(of: try store.restrict(memory.pairs, to: box)) else {
      return nil
    }
    return session(point, memory, recollection.device)
  }

  private func session(
    _ point: HeaderPoint, _ memory: SessionMemory.Class, _ device: Int
  ) -> Session {
    var first = point
    for field in Trail.tracked {
      guard let ghost = Trail.ghost(of: field, in: .session) else { continue }
      switch memory.trail[field] {
      case .same: break
      case .moved(let distance): first[field] = first[field] &- distance
      case .kept: first[field] = first[ghost]
      }
    }
    return Session(
      device: device, original: first.header, translated: point.header,
      destinationTranslation: Int(memory.destinationTranslation),
      sourceTranslation: Int(memory.sourceTranslation),
      status: UInt8(truncatingIfNeeded: memory.status))
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
