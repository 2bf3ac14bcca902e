import Canonical
import HeaderSpaces
import Networks
import Packets

/// What a device may remember: the sessions that any sender could have opened through it.
struct SessionMemory: Sendable {
  /// Sessions that chose the same translations.
  struct Class: Sendable {
    /// The chosen destination translation as `HeaderField.destinationTranslation` holds it.
    var destinationTranslation: UInt128
    /// The chosen source translation.
    var sourceTranslation: UInt128
    /// What undoes the source translation on the destination of a reply, and the destination
    /// translation on its source.
    var undo: (destination: UInt128, source: UInt128)
    /// What `connectionStatus` was when the session was remembered.
    var status: UInt128
    /// Packets of the direction in which the session was opened, as they come to the device.
    var forward: HeaderSpace
    /// Packets of the reply direction, with what they were before in the session ghosts.
    var reply: HeaderSpace
    /// ICMP errors in the forward direction.
    var forwardErrors: HeaderSpace
    /// ICMP errors in the reply direction, with what they concern in the session ghosts.
    var replyErrors: HeaderSpace
  }

  /// The classes.
  var classes: [Class] = []
  /// What was remembered, by trail: what the classes are made from.
  var remembered: [Flow] = []
}

extension Engine {
  /// The fields by which a session knows its packets, besides the ghosts and the translations.
  private static let sessionFields: Set<HeaderField> = [
    .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol, .sourcePort,
    .destinationPort, .icmpType, .fragment,
  ]

  /// Adds packets that the device passed as new; the answer is whether they are news.
  mutating func remember(_ flow: Flow, device: Int) throws(LimitReached) -> Bool {
    let ghosts = Set(Trail.ghosts(in: .sent))
    let kept = Self.sessionFields.union(ghosts).union([
      .destinationTranslation, .sourceTranslation, .connectionStatus,
    ])
    let forgotten = HeaderField.allCases.filter { !kept.contains($0) }
    var tuples = try store.project(flow.space, away: forgotten)
    let literals = store.conditions(in: flow.space)
    if !literals.isEmpty {
      // A session that exists under conditions only: those were found for its first packet. What
      // depends on the packet must be settled before packets are thrown together.
      let sure = try store.universally(flow.space, over: literals.filter { !isGlobal($0) })
      var always = try store.project(sure, away: forgotten)
      always = try store.universally(always, over: literals)
      let sometimes = try store.existentially(tuples, over: literals)
      let depending = try store.subtracting(always, from: sometimes)
      let marked = try store.restrict(
        depending, to: Literal(canonical.sessionLiteral(device: device), true))
      tuples = try store.union(always, marked)
    }
    var memory = memories[device]
    var isNew = true
    if let index = memory.remembered.firstIndex(where: { $0.trail == flow.trail }) {
      let both = try store.union(memory.remembered[index].space, tuples)
      isNew = both != memory.remembered[index].space
      memory.remembered[index].space = both
    } else {
      memory.remembered.append(Flow(trail: flow.trail, space: tuples))
    }
    memories[device] = memory
    return isNew
  }

  /// Whether a literal stands for a condition that has one outcome for the whole network.
  func isGlobal(_ literal: Int) -> Bool {
    guard let (condition, isStale) = canonical.condition(ofLiteral: literal) else { return false }
    return !isStale && canonical.conditions[condition].scope == .global
  }

  /// Makes the classes of a memory from what was remembered.
  mutating func settleMemory(of device: Int) throws(LimitReached) {
    var classes: [SessionMemory.Class] = []
    for flow in memories[device].remembered {
      for destination in try codes(.destinationTranslation, in: flow.space) {
        let part = try store.restrict(
          flow.space, .destinationTranslation, to: Ranges(destination))
        for source in try codes(.sourceTranslation, in: part) {
          let chosen = try store.restrict(part, .sourceTranslation, to: Ranges(source))
          for status in try codes(.connectionStatus, in: chosen) {
            var tuples = try store.restrict(chosen, .connectionStatus, to: Ranges(status))
            tuples = try store.project(
              tuples, away: [.destinationTranslation, .sourceTranslation, .connectionStatus])
            classes.append(
              try makeClass(
                Flow(trail: flow.trail, space: tuples), (destination, source, status), device))
          }
        }
      }
    }
    memories[device].classes = classes
  }

  /// The values that a register has in a set.
  private mutating func codes(
    _ register: HeaderField, in space: HeaderSpace
  ) throws(LimitReached) -> [UInt128] {
    let values = try store.values(of: register, in: space)
    var result: [UInt128] = []
    for range in values.ranges {
      var value = range.lowerBound
      while value <= range.upperBound, result.count <= network.devices.count + 65536 {
        result.append(value)
        value += 1
      }
    }
    return result
  }

  private mutating func makeClass(
    _ remembered: Flow, _ codes: (destination: UInt128, source: UInt128, status: UInt128),
    _ device: Int
  ) throws(LimitReached) -> SessionMemory.Class {
    var flow = remembered
    for field in Trail.tracked where flow.trail[field] == .kept {
      guard let sent = Trail.ghost(of: field, in: .sent),
        let session = Trail.ghost(of: field, in: .session)
      else { continue }
      flow.space = try store.rename(sent, to: session, in: flow.space)
    }
    let forward = try original(of: flow)
    var reply = flow.space
    for (a, b) in [
      (HeaderField.sourceIPv4, HeaderField.destinationIPv4), (.sourceIPv6, .destinationIPv6),
      (.sourcePort, .destinationPort),
    ] {
      reply = try store.swap(a, b, in: reply)
    }
    reply = try answeredTypes(of: reply)
    return SessionMemory.Class(
      destinationTranslation: codes.destination, sourceTranslation: codes.source,
      undo: (
        destination: undoing(
          codes.source, [.sourceIPv4, .sourceIPv6], .sourcePort, flow.trail, device),
        source: undoing(
          codes.destination, [.destinationIPv4, .destinationIPv6], .destinationPort, flow.trail,
          device)
      ),
      status: codes.status, forward: try store.intersection(forward, valid),
      reply: try store.intersection(reply, valid),
      forwardErrors: try errors(towards: forward), replyErrors: try errors(towards: reply))
  }

  /// The code that undoes a translation, by what it did to an end's address and port.
  private mutating func undoing(
    _ translation: UInt128, _ addresses: [HeaderField], _ port: HeaderField, _ trail: Trail,
    _ device: Int
  ) -> UInt128 {
    if translation == 0 { return 0 }
    let number = Int(translation) - 1
    let translations = network.devices[device].translations
    let chosen = translations.indices.contains(number) ? translations[number] : nil
    var address = RegisterCode.Change.none
    for field in addresses {
      switch trail[field] {
      case .same: break
      case .kept: address = .replaced
      case .moved(let distance):
        address = .moved
        guard case .prefix(let from, let to) = chosen?.address,
          to.range.lowerBound &- from.range.lowerBound == distance
        else {
          limit = "an address is translated twice at \(network.devices[device].name)"
          continue
        }
      }
    }
    var change = RegisterCode.Change.none
    switch trail[port] {
    case .same: break
    case .kept: change = .replaced
    case .moved(let distance):
      change = .moved
      guard case .shift(let from, let to) = chosen?.port,
        UInt128(to) &- UInt128(from.lowerBound) == distance
      else {
        limit = "a port is translated twice at \(network.devices[device].name)"
        break
      }
    }
    if address == .none, change == .none { return 0 }
    return RegisterCode.undoing(translation, address: address, port: change)
  }

  /// The packets as they were when they were looked up.
  private mutating func original(of flow: Flow) throws(LimitReached) -> HeaderSpace {
    var space = flow.space
    for field in Trail.tracked {
      guard let ghost = Trail.ghost(of: field, in: .session) else { continue }
      switch flow.trail[field] {
      case .same: break
      case .moved(let distance): space = try moved(field, by: 0 &- distance, in: space)
      case .kept:
        space = try store.project(space, away: [field])
        space = try store.rename(ghost, to: field, in: space)
      }
    }
    return space
  }

  /// The packets with each ICMP request type exchanged for the type that answers it.
  mutating func answeredTypes(of space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    var requests: [HeaderSpace] = []
    var answers: [HeaderSpace] = []
    for (family, icmp) in [
      (Family.ipv4, IPProtocol.icmp), (Family.ipv6, IPProtocol.icmpv6),
    ] {
      var box = HeaderBox()
      box.constrain(.family, to: Ranges(UInt128(family.rawValue)))
      box.constrain(.protocol, to: Ranges(UInt128(icmp)))
      box.constrain(.fragment, to: Ranges(0))
      for (request, answer) in (SessionBehaviour.icmpReplyTypes[family] ?? [:]).sorted(
        by: { $0.key < $1.key })
      {
        let asked = try store.restrict(
          space, to: box.constrained(.icmpType, to: Ranges(UInt128(request))))
        requests.append(asked)
        answers.append(try store.assign(.icmpType, Ranges(UInt128(answer)), in: asked))
      }
    }
    let asked = try store.union(requests)
    let rest = try store.subtracting(asked, from: space)
    let answered = try store.union(answers)
    return try store.union(rest, answered)
  }

  /// ICMP errors to the destinations that packets of a session have, whoever sends them.
  private mutating func errors(towards space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    let kept: Set<HeaderField> = [
      .family, .destinationIPv4, .destinationIPv6, .sessionSourceIPv4, .sessionSourceIPv6,
      .sessionDestinationIPv4, .sessionDestinationIPv6,
    ]
    let ends = try store.project(
      space, away: HeaderField.allCases.filter { !kept.contains($0) })
    let icmp = try store.space(of: canonical.icmpErrors)
    let errors = try store.intersection(ends, icmp)
    return try store.intersection(errors, valid)
  }

  /// What the memory makes of packets that come to a device.
  mutating func recalled(_ flow: Flow, device: Int) throws(LimitReached) -> [Flow] {
    var result: [Flow] = []
    let acceptsRelated = network.devices[device].sessions?.acceptsRelated == true
    for memory in memories[device].classes {
      let again = [memory.destinationTranslation, memory.sourceTranslation].map {
        $0 == 0 ? 0 : $0 + RegisterCode.again
      }
      let status = memory.status
      let established = ConnectionState.established
      try append(
        device, memory.forward, flow, to: &result, state: established, direction: 0, status: status,
        (again[0], again[1]), use: .continuation)
      try append(
        device, memory.reply, flow, to: &result, state: established, direction: 1, status: status,
        memory.undo, use: .reply)
      guard acceptsRelated else { continue }
      try append(
        device, memory.forwardErrors, flow, to: &result, state: .related, direction: 0,
        status: status,
        (again[0], 0), use: .related)
      try append(
        device, memory.replyErrors, flow, to: &result, state: .related, direction: 1,
        status: status,
        (memory.undo.destination, 0), use: .related)
    }
    return result
  }

  private mutating func append(
    _ device: Int, _ known: HeaderSpace, _ flow: Flow, to result: inout [Flow],
    state: ConnectionState,
    direction: UInt128, status: UInt128,
    _ translations: (destination: UInt128, source: UInt128), use: SessionUse
  ) throws(LimitReached) {
    var space = try store.intersection(flow.space, known)
    if space.isEmpty { return }
    let bypasses = network.devices[device].sessions?.bypassesFilters == true
    let code = UInt128(state.rawValue) + (bypasses ? RegisterCode.forwarded : 0)
    for (field, value) in [
      (HeaderField.connectionState, code), (.connectionDirection, direction),
      (.connectionStatus, status), (.destinationTranslation, translations.destination),
      (.sourceTranslation, translations.source),
    ] {
      space = try store.assign(field, Ranges(value), in: space)
    }
    let greatest = UInt128(use.rawValue)
    let less = try store.restrict(space, .sessionUse, to: Ranges(0...greatest))
    let raised = try store.assign(.sessionUse, Ranges(greatest), in: less)
    let rest = try store.subtracting(less, from: space)
    result.append(Flow(trail: flow.trail, space: try store.union(raised, rest)))
  }
}
