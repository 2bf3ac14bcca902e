import Networks
import Packets

/// What rules write.
extension DeviceLowering {
  /// Performs effects in order on the way to a location.
  mutating func perform(
    _ effects: [Effect], then next: Int, in lowering: inout Lowering
  ) -> Int {
    var target = next
    for effect in effects.reversed() {
      switch effect {
      case .set(let field, let value):
        target = set(field, value, next: target, in: &lowering)
      case .translateDestination(let translation):
        target = choose(.destinationTranslation, translation, next: target, in: &lowering)
      case .translateSource(let translation):
        target = choose(.sourceTranslation, translation, next: target, in: &lowering)
      case .untrack: target = exempt(next: target, in: &lowering)
      case .forward(let way):
        target = force(way, next: target, in: &lowering)
      }
    }
    return target
  }

  /// Chooses a translation for a packet that has none of a session's and of which the end was not
  /// translated before.
  private func choose(
    _ register: HeaderField, _ translation: Int, next: Int, in lowering: inout Lowering
  ) -> Int {
    let chosen = lowering.add(
      .rewrite([.set(register, Ranges(UInt128(translation + 1)))], next: next))
    let end: TranslationEnd = register == .sourceTranslation ? .source : .destination
    return lowering.match([(settled(end), next)], otherwise: chosen)
  }

  /// Marks a packet as exempt from tracking, whatever its state is.
  private func exempt(next: Int, in lowering: inout Lowering) -> Int {
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for flags in RegisterCode.stateFlags where flags & RegisterCode.exempt == 0 {
      for state in ConnectionState.allCases.map({ UInt128($0.rawValue) }) + [RegisterCode.cutOff] {
        let code = flags + state
        let noted = lowering.add(
          .rewrite(
            [.set(.connectionState, Ranges(code + RegisterCode.exempt))], next: next))
        entries.append(([HeaderBox().constrained(.connectionState, to: Ranges(code))], noted))
      }
    }
    return lowering.match(entries, otherwise: next)
  }

  /// Notes a forced way beside the VRF that the packet is in.
  private func force(_ way: NextHop, next: Int, in lowering: inout Lowering) -> Int {
    let number = forcedWays.firstIndex(of: way) ?? 0
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for vrf in device.vrfs.indices {
      let note = lowering.add(
        .rewrite([.set(.vrf, Ranges(registers.forcedCode(number, vrf: vrf)))], next: next))
      let codes = registers.codes(.vrf, Ranges(UInt128(vrf)))
      entries.append(([HeaderBox().constrained(.vrf, to: codes)], note))
    }
    return lowering.match(entries, otherwise: next)
  }

  /// Writes a constant to a field of the packets that have it.
  private func set(
    _ field: HeaderField, _ value: UInt128, next: Int, in lowering: inout Lowering
  ) -> Int {
    let kept = value & field.greatest
    switch field {
    case .family: return next
    case .protocol, .fragment:
      return setKind(field, kept, next: next, in: &lowering)
    case ...HeaderField.etherType:
      let write = lowering.add(.rewrite([.set(field, Ranges(kept))], next: next))
      return lowering.match([(MatchBoxes.having(field), write)], otherwise: next)
    case .connectionState:
      let state = ConnectionState(rawValue: UInt8(truncatingIfNeeded: value)) ?? .untracked
      return write(field, Ranges(UInt128(state.rawValue)), next: next, in: &lowering)
    default: return write(field, Ranges(kept), next: next, in: &lowering)
    }
  }

  /// Writes any of these values to a register, and leaves alone what rules do not see of it.
  private func write(
    _ field: HeaderField, _ values: Ranges, next: Int, in lowering: inout Lowering
  ) -> Int {
    switch field {
    case .connectionState:
      var entries: [(boxes: [HeaderBox], target: Int)] = []
      for flags in RegisterCode.stateFlags {
        let states = Ranges(flags...flags + 7)
        let moved = Ranges(
          values.ranges.map { $0.lowerBound + flags...$0.upperBound + flags })
        let target = lowering.add(.rewrite([.set(field, moved)], next: next))
        entries.append(([HeaderBox().constrained(field, to: states)], target))
      }
      return lowering.match(entries, otherwise: next)
    case .vrf:
      var entries: [(boxes: [HeaderBox], target: Int)] = []
      let vrfs = device.vrfs.indices.filter { values.contains(UInt128($0)) }
      for way in forcedWays.indices {
        let old = device.vrfs.indices.map { registers.forcedCode(way, vrf: $0) }
        let new = vrfs.map { registers.forcedCode(way, vrf: $0) }
        let target =
          new.isEmpty
          ? lowering.drop(.unrouted)
          : lowering.add(.rewrite([.set(field, Ranges(values: new))], next: next))
        entries.append(([HeaderBox().constrained(field, to: Ranges(values: old))], target))
      }
      let plain = lowering.add(
        .rewrite([.set(field, Ranges(values: vrfs.map { UInt128($0) }))], next: next))
      return lowering.match(entries, otherwise: vrfs.isEmpty ? lowering.drop(.unrouted) : plain)
    case .mark, .connectionDirection, .connectionStatus, .ingress, .egress,
      .destinationTranslation, .sourceTranslation:
      return lowering.add(.rewrite([.set(field, values)], next: next))
    default: return next
    }
  }

  /// Writes the protocol or the fragment bit, which decide which other fields a packet has: those
  /// that it has no longer become 0, and those that it has from now on are 0.
  private func setKind(
    _ field: HeaderField, _ value: UInt128, next: Int, in lowering: inout Lowering
  ) -> Int {
    let plain = lowering.add(.rewrite([.set(field, Ranges(value))], next: next))
    let ip = HeaderBox().constrained(.family, to: Ranges(0...1))
    if field == .fragment, value == 0 { return lowering.match([([ip], plain)], otherwise: next) }
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    if field == .protocol {
      entries.append(([ip.constrained(.fragment, to: Ranges(1))], plain))
    }
    for family in [Family.ipv4, .ipv6] {
      let box = HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
      let lacking = Self.lackingFields(
        protocol: field == .protocol ? value : nil, in: family)
      let writes: [CanonicalNetwork.Write] =
        [.set(field, Ranges(value))] + lacking.map { .set($0, Ranges(0)) }
      entries.append(([box], lowering.add(.rewrite(writes, next: next))))
    }
    return lowering.match(entries, otherwise: next)
  }

  /// The fields that a packet with a protocol lacks, or a later fragment for `nil`, among those that
  /// another packet of the family has.
  private static func lackingFields(protocol number: UInt128?, in family: Family) -> [HeaderField] {
    let icmp = UInt128(family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6)
    var result: [HeaderField] = []
    if !(number.map(IPProtocol.withPorts.contains) ?? false) {
      result += [.sourcePort, .destinationPort]
    }
    if number != icmp { result += [.icmpType, .icmpCode] }
    if number != UInt128(IPProtocol.tcp) { result.append(.tcpFlags) }
    return result
  }

  /// All that an unmodelled action may write, on the way to a location.
  ///
  /// Where it may write the family, the protocol or the fragment bit, any packet may come of it.
  func scramble(
    _ fields: [HeaderField], next: Int, in lowering: inout Lowering
  ) -> Int {
    var target = next
    for field in Set(fields).sorted() where field > .etherType {
      let values: Ranges =
        switch field {
        case .connectionState: Ranges(0...4)
        case .ingress, .egress: Ranges(0...UInt128(device.interfaces.count))
        case .destinationTranslation, .sourceTranslation:
          Ranges(0...UInt128(device.translations.count))
        default: field.allValues
        }
      target = write(field, values, next: target, in: &lowering)
    }
    let wire = fields.filter { $0 <= .etherType }
    if wire.isEmpty { return target }
    if wire.contains(where: { [.family, .protocol, .fragment].contains($0) }) {
      return lowering.add(.rewrite([.anything], next: target))
    }
    // A packet that has none of them is what it was, and so are outcomes that were found for it.
    let scrambled = lowering.add(.rewrite([.scramble(wire)], next: target))
    return lowering.match([(wire.flatMap(MatchBoxes.having), scrambled)], otherwise: target)
  }
}
