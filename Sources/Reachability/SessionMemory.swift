import Canonical
import HeaderSpaces
import Networks
import Packets

/// What a device may remember: the sessions that any sender could have opened through it.
struct SessionMemory: Sendable {
  /// Sessions that chose the same translations.
  struct Class: Sendable {
    /// The family of its packets.
    var family: Family
    /// What the registers held of the chosen translations.
    var codes: (destination: UInt128, source: UInt128)
    /// The chosen destination translation, counted from 1; 0 for none.
    var destinationTranslation: UInt128
    /// The chosen source translation.
    var sourceTranslation: UInt128
    /// The translations of later packets of the session.
    var again: (destination: UInt128, source: UInt128)
    /// What undoes the source translation on the destination of a reply, and the destination
    /// translation on its source.
    var undo: (destination: UInt128, source: UInt128)
    /// What `connectionStatus` was when the session was remembered.
    var status: UInt128
    /// Packets of the direction in which the session was opened, as they come to the device.
    var forward: HeaderSpace
    /// Packets of the reply direction, with what they were before in the session ghosts.
    var reply: HeaderSpace
    /// Packets as they were when they were remembered, with what they were when they were looked up
    /// in the session ghosts, as far as `trail` says that it is there.
    var pairs: HeaderSpace
    /// What became of the packets in between.
    var trail: Trail
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
  static let sessionFields: [HeaderField] = [
    .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol, .sourcePort,
    .destinationPort, .icmpType, .fragment,
  ]

  /// Adds packets that the device passed as new; the answer is whether they are news.
  mutating func remember(_ flow: Flow, device: Int) throws(LimitReached) -> Bool {
    let ghosts = Set(Trail.ghosts(in: .sent))
    let kept = Set(Self.sessionFields).union(ghosts).union([
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
    return try remember(Flow(trail: flow.trail, space: tuples), by: device)
  }

  /// Adds what sessions know of packets to what a device remembers; the answer is whether it is news.
  mutating func remember(_ tuples: Flow, by device: Int) throws(LimitReached) -> Bool {
    guard
      let index = memories[device].remembered.firstIndex(where: { $0.trail == tuples.trail })
    else {
      memories[device].remembered.append(tuples)
      return true
    }
    let known = memories[device].remembered[index].space
    let both = try store.union(known, tuples.space)
    memories[device].remembered[index].space = both
    return both != known
  }

  /// Whether a literal stands for a condition that has one outcome for the whole network.
  func isGlobal(_ literal: Int) -> Bool {
    guard let (condition, isStale) = canonical.condition(ofLiteral: literal) else { return false }
    return !isStale && canonical.conditions[condition].scope == .global
  }

  /// Makes the classes of a memory from what was remembered.
  mutating func settleMemory(of device: Int) throws(LimitReached) {
    var classes: [SessionMemory.Class] = []
    memories[device].remembered.sort { $0.trail < $1.trail }
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
            for family in [Family.ipv4, .ipv6] {
              let own = try store.restrict(
                tuples, .family, to: Ranges(UInt128(family.rawValue)))
              let made = try makeClass(
                Flow(trail: flow.trail, space: own), family, (destination, source, status), device)
              if let made { classes.append(made) }
            }
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
    _ remembered: Flow, _ family: Family,
    _ codes: (destination: UInt128, source: UInt128, status: UInt128),
    _ device: Int
  ) throws(LimitReached) -> SessionMemory.Class? {
    var flow = remembered
    var ghosts: [(HeaderField, HeaderField)] = []
    for field in Trail.tracked where flow.trail[field] == .kept {
      guard let sent = Trail.ghost(of: field, in: .sent),
        let session = Trail.ghost(of: field, in: .session)
      else { continue }
      ghosts.append((sent, session))
    }
    flow.space = try store.swap(ghosts, in: flow.space)
    let forward = try store.intersection(try original(of: flow), valid)
    if forward.isEmpty { return nil }
    let back = try swapped(flow.space)
    let reply = try store.intersection(try answeredTypes(of: back), valid)
    // What was written is in the ghosts, so a part of a pool is as good as the whole.
    let source = number(of: codes.source, device)
    let destination = number(of: codes.destination, device)
    let sourceChange = change(
      source, family == .ipv4 ? .sourceIPv4 : .sourceIPv6, .sourcePort, flow.trail, device)
    let destinationChange = change(
      destination, family == .ipv4 ? .destinationIPv4 : .destinationIPv6, .destinationPort,
      flow.trail, device)
    return SessionMemory.Class(
      family: family, codes: (codes.destination, codes.source),
      destinationTranslation: destination, sourceTranslation: source,
      again: (
        destination: destination == 0 ? 0 : destinationChange.repeating(destination),
        source: source == 0 ? 0 : sourceChange.repeating(source)
      ),
      undo: (
        destination: source == 0 ? 0 : sourceChange.undoing(source),
        source: destination == 0 ? 0 : destinationChange.undoing(destination)
      ),
      status: codes.status, forward: forward,
      reply: reply, pairs: flow.space, trail: flow.trail,
      forwardErrors: try errors(towards: forward), replyErrors: try errors(towards: back))
  }

  /// The translation, counted from 1, that a register's code stands for; 0 for none.
  private func number(of code: UInt128, _ device: Int) -> UInt128 {
    UInt128(canonical.translation(ofCode: code, device: device, in: network))
  }

  /// What a translation did to an end, of packets with one trail.
  ///
  /// What something else than the translation wrote cannot be told from what it wrote; then a limit
  /// is met.
  private mutating func change(
    _ translation: UInt128, _ address: HeaderField, _ port: HeaderField, _ trail: Trail,
    _ device: Int
  ) -> EndChange {
    var result = EndChange()
    if translation == 0 { return result }
    let chosen = network.devices[device].translations[Int(translation) - 1]
    var isKnown = true
    switch (trail[address], chosen.address) {
    case (.same, _): break
    case (.kept, .pool?), (.kept, .interface?): result.address = .replaced
    case (.moved(let distance), .prefix(let from, let to)?):
      result.address = .moved
      if to.range.lowerBound &- from.range.lowerBound != distance { isKnown = false }
    case (.kept, _), (.moved, _): isKnown = false
    }
    switch (trail[port], chosen.port) {
    case (.same, _): break
    case (.kept, .any?): result.port = .replaced
    case (.moved(let distance), .shift(let from, let to)?):
      result.port = .moved
      if UInt128(to) &- UInt128(from.lowerBound) != distance { isKnown = false }
    case (.kept, _), (.moved, _): isKnown = false
    }
    if !isKnown {
      limit =
        "\(network.devices[device].name) translates packets of one session more than once"
    }
    return result
  }

  /// The packets as they were when they were looked up, with what became of them in the session
  /// ghosts.
  private mutating func original(of flow: Flow) throws(LimitReached) -> HeaderSpace {
    var space = flow.space
    var kept: [(HeaderField, HeaderField)] = []
    for field in Trail.tracked {
      guard let ghost = Trail.ghost(of: field, in: .session) else { continue }
      switch flow.trail[field] {
      case .same: break
      case .moved(let distance): space = try moved(field, by: 0 &- distance, in: space)
      case .kept: kept.append((field, ghost))
      }
    }
    return try store.swap(kept, in: space)
  }

  /// The packets with each ICMP request type exchanged for the type that answers it, and without
  /// those that nothing answers.
  mutating func answeredTypes(of space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    var messages: [HeaderSpace] = []
    var answers: [HeaderSpace] = []
    for (family, icmp) in [
      (Family.ipv4, IPProtocol.icmp), (Family.ipv6, IPProtocol.icmpv6),
    ] {
      var box = HeaderBox()
      box.constrain(.family, to: Ranges(UInt128(family.rawValue)))
      box.constrain(.protocol, to: Ranges(UInt128(icmp)))
      box.constrain(.fragment, to: Ranges(0))
      messages.append(try store.space(of: box))
      for (request, answer) in (SessionBehaviour.icmpReplyTypes[family] ?? [:]).sorted(
        by: { $0.key < $1.key })
      {
        let asked = try store.restrict(
          space, to: box.constrained(.icmpType, to: Ranges(UInt128(request))))
        answers.append(try store.assign(.icmpType, Ranges(UInt128(answer)), in: asked))
      }
    }
    let rest = try store.subtracting(try store.union(messages), from: space)
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
}

/// What a translation did to the address and the port of an end.
private struct EndChange {
  var address = RegisterCode.Change.none
  var port = RegisterCode.Change.none

  func repeating(_ translation: UInt128) -> UInt128 {
    RegisterCode.repeating(translation, address: address, port: port)
  }

  func undoing(_ translation: UInt128) -> UInt128 {
    RegisterCode.undoing(translation, address: address, port: port)
  }
}
