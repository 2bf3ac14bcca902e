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
    guard let sessions = network.devices[device].sessions else { return [] }
    let flags = sessions.bypassesFilters ? RegisterCode.forwarded : 0
    var result: [Recollection] = []
    for (index, memory) in memories[device].classes.enumerated() {
      func add(
        _ kind: Recollection.Kind, _ known: HeaderSpace, _ state: ConnectionState,
        _ direction: UInt128, _ translations: (destination: UInt128, source: UInt128)
      ) {
        if known.isEmpty { return }
        result.append(
          Recollection(
            device: device, memory: index, kind: kind, known: known,
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
    let registers = recollection.registers.map { ($0.field, Ranges($0.value)) }
    let greatest = UInt128(recollection.use.rawValue)
    let less = try store.restrict(space, .sessionUse, to: Ranges(0...greatest))
    let raised = try store.overwrite(registers + [(.sessionUse, Ranges(greatest))], in: less)
    let more = try store.subtracting(less, from: space)
    let rest = try store.overwrite(registers, in: more)
    return flow.with(try store.union(raised, rest))
  }
}
