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
    let ghosts = Set(Trail.ghosts(in: .session))
    let kept = Self.sessionFields.union(ghosts).union([
      .destinationTranslation, .sourceTranslation, .connectionStatus,
    ])
    var tuples = try store.project(
      flow.space, away: HeaderField.allCases.filter { !kept.contains($0) })
    let literals = store.conditions(in: tuples)
    if !literals.isEmpty {
      // A session that exists under conditions only: those were found for its first packet.
      let always = try store.universally(tuples, over: literals)
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
                Flow(trail: flow.trail, space: tuples), (destination, source, status)))
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
    _ flow: Flow, _ codes: (destination: UInt128, source: UInt128, status: UInt128)
  ) throws(LimitReached) -> SessionMemory.Class {
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
      status: codes.status, forward: try store.intersection(forward, valid),
      reply: try store.intersection(reply, valid),
      forwardErrors: try errors(towards: forward), replyErrors: try errors(towards: reply))
  }

  /// The packets as they were when they came to the device.
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
    let undo = CanonicalNetwork.undoneTranslation
    let acceptsRelated = network.devices[device].sessions?.acceptsRelated == true
    for memory in memories[device].classes {
      let destination = memory.destinationTranslation
      let source = memory.sourceTranslation
      let undoSource = source == 0 ? 0 : undo + source
      let undoDestination = destination == 0 ? 0 : undo + destination
      let status = memory.status
      let established = ConnectionState.established
      try append(
        memory.forward, flow, to: &result, state: established, direction: 0, status: status,
        (destination, source), use: .continuation)
      try append(
        memory.reply, flow, to: &result, state: established, direction: 1, status: status,
        (undoSource, undoDestination), use: .reply)
      guard acceptsRelated else { continue }
      try append(
        memory.forwardErrors, flow, to: &result, state: .related, direction: 0, status: status,
        (destination, 0), use: .related)
      try append(
        memory.replyErrors, flow, to: &result, state: .related, direction: 1, status: status,
        (undoSource, 0), use: .related)
    }
    return result
  }

  private mutating func append(
    _ known: HeaderSpace, _ flow: Flow, to result: inout [Flow], state: ConnectionState,
    direction: UInt128, status: UInt128,
    _ translations: (destination: UInt128, source: UInt128), use: SessionUse
  ) throws(LimitReached) {
    var space = try store.intersection(flow.space, known)
    if space.isEmpty { return }
    for (field, value) in [
      (HeaderField.connectionState, UInt128(state.rawValue)), (.connectionDirection, direction),
      (.connectionStatus, status), (.destinationTranslation, translations.destination),
      (.sourceTranslation, translations.source),
    ] {
      space = try store.assign(field, Ranges(value), in: space)
    }
    let code = UInt128(use.rawValue)
    let less = try store.restrict(space, .sessionUse, to: Ranges(0...code))
    let raised = try store.assign(.sessionUse, Ranges(code), in: less)
    let rest = try store.subtracting(less, from: space)
    result.append(Flow(trail: flow.trail, space: try store.union(raised, rest)))
  }
}
