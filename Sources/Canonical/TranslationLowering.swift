import Networks
import Packets

extension DeviceLowering {
  /// Performs the translation of one end that was chosen or, for replies, undoes the one that the
  /// session's other end had.
  func lowerTranslations(
    _ end: TranslationEnd, next: Int, in lowering: inout Lowering
  ) -> Int {
    let register: HeaderField = end == .source ? .sourceTranslation : .destinationTranslation
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    func add(_ codes: [UInt128], _ target: Int) {
      entries.append(([HeaderBox().constrained(register, to: Ranges(values: codes))], target))
    }
    for (number, translation) in device.translations.enumerated() {
      let code = UInt128(number + 1)
      let again = code + RegisterCode.again
      let noted = noteStatus(of: end, next: next, in: &lowering)
      let perform = self.perform(translation, on: end, next: noted, in: &lowering)
      guard translation.address == .interface else {
        add([code, again], perform)
        continue
      }
      // The session remembers the address of the interface that its first packet had.
      add([code], perform)
      var remembered = translation
      remembered.address = .pool(primaryAddresses)
      add([again], self.perform(remembered, on: end, next: noted, in: &lowering))
    }
    if end == .destination {
      for (number, part) in poolParts.enumerated() {
        let code = registers.code(ofPart: number)
        var translation = device.translations[part.translation]
        var pool = AddressSet.none
        pool[part.family] = part.addresses
        translation.address = .pool(pool)
        let noted = noteStatus(of: end, next: next, in: &lowering)
        let perform = self.perform(translation, on: end, next: noted, in: &lowering)
        add([code, code + RegisterCode.again], perform)
      }
    } else if device.sessions != nil, !device.translations.isEmpty {
      return lowering.match(
        entries, otherwise: undo(on: .source, next: next, in: &lowering))
    }
    return lowering.match(entries, otherwise: next)
  }

  /// The first address of each family of each interface.
  private var primaryAddresses: AddressSet {
    device.interfaces.reduce(.none) { result, interface in
      [Family.ipv4, .ipv6].reduce(result) { result, family in
        let first = interface.addresses.first { $0.address.family == family }
        return first.map { result.union(AddressSet($0.address)) } ?? result
      }
    }
  }

  /// Sets the bit of `connectionStatus` that says that an end is translated.
  private func noteStatus(
    of end: TranslationEnd, next: Int, in lowering: inout Lowering
  ) -> Int {
    let bit: UInt128 = end == .source ? 1 : 2
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for value in UInt128(0)...3 where value & bit == 0 {
      let box = HeaderBox().constrained(.connectionStatus, to: Ranges(value))
      let noted = lowering.add(
        .rewrite([.set(.connectionStatus, Ranges(value | bit))], next: next))
      entries.append(([box], noted))
    }
    return lowering.match(entries, otherwise: next)
  }

  /// Looks a packet up in the sessions, gives it its state, and undoes on a reply's destination what
  /// was done to the session's source.
  func lowerRecall(next: Int, in lowering: inout Lowering) throws(LoweringLimit) -> Int {
    guard let sessions = device.sessions else { return next }
    let remembered =
      device.translations.isEmpty ? next : undo(on: .destination, next: next, in: &lowering)
    func state(_ state: ConnectionState, _ flags: UInt128 = 0) -> Int {
      let code = UInt128(state.rawValue) + flags
      return lowering.add(.rewrite([.set(.connectionState, Ranges(code))], next: next))
    }
    let new = state(.new)
    let invalid = state(.invalid)
    let untracked = state(.untracked, RegisterCode.exempt)
    let opens = try matches.boxes(of: sessions.opens)
    let fresh = lowering.match([(opens, new)], otherwise: invalid)
    let recall = lowering.add(
      .recall(device: index, fresh: fresh, remembered: remembered))
    let flags = RegisterCode.stateFlags.filter { $0 & RegisterCode.exempt != 0 }
    let exempt = HeaderBox().constrained(
      .connectionState, to: Ranges(flags.map { $0...$0 + 7 }))
    let never = try matches.boxes(of: sessions.untracked)
    return lowering.match([([exempt] + never, untracked)], otherwise: recall)
  }

  /// Rewrites an end as a translation says.
  private func perform(
    _ translation: Translation, on end: TranslationEnd, next: Int, in lowering: inout Lowering
  ) -> Int {
    let afterPort = translatePort(translation.port, on: end, next: next, in: &lowering)
    guard let address = translation.address else { return afterPort }
    let fields = Self.addressFields(end)
    switch address {
    case .pool(let pool):
      var entries: [(boxes: [HeaderBox], target: Int)] = []
      for (family, field) in fields {
        let box = HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
        let target =
          pool[family].isEmpty
          ? lowering.drop(.untranslatable)
          : lowering.add(.rewrite([.set(field, pool[family])], next: afterPort))
        entries.append(([box], target))
      }
      return lowering.match(entries, otherwise: afterPort)
    case .prefix(let from, let to):
      return shift(from, to, on: end, next: afterPort, in: &lowering)
    case .interface:
      let register: HeaderField = end == .source ? .egress : .ingress
      var entries: [(boxes: [HeaderBox], target: Int)] = []
      for (i, interface) in device.interfaces.enumerated() {
        for (family, field) in fields {
          let box = HeaderBox().constrained(register, to: Ranges(UInt128(i + 1)))
            .constrained(.family, to: Ranges(UInt128(family.rawValue)))
          let primary = interface.addresses.first { $0.address.family == family }
          let target = primary.map {
            lowering.add(
              .rewrite([.set(field, Ranges($0.address.value))], next: afterPort))
          }
          entries.append(([box], target ?? lowering.drop(.untranslatable)))
        }
      }
      let frames = HeaderBox().constrained(
        .family, to: Ranges(UInt128(Family.nonIP.rawValue)))
      entries.append(([frames], afterPort))
      return lowering.match(entries, otherwise: lowering.drop(.untranslatable))
    }
  }

  /// Undoes on an end of a reply what a translation did to the other end of the session's packets.
  ///
  /// The register says which translation it was and what it did to the address and to the port.
  private func undo(on end: TranslationEnd, next: Int, in lowering: inout Lowering) -> Int {
    let register: HeaderField = end == .source ? .sourceTranslation : .destinationTranslation
    let clear = lowering.add(.rewrite([.set(register, Ranges(0))], next: next))
    func coded(_ codes: Ranges) -> HeaderBox { HeaderBox().constrained(register, to: codes) }
    var addresses: [(boxes: [HeaderBox], target: Int)] = []
    for (family, field) in Self.addressFields(end) {
      let box = coded(RegisterCode.undoing(address: .replaced))
        .constrained(.family, to: Ranges(UInt128(family.rawValue)))
      let take = lowering.add(
        .rewrite([.take(field, from: Self.sessionGhost(of: end, family))], next: clear))
      addresses.append(([box], take))
    }
    for (number, translation) in device.translations.enumerated() {
      guard case .prefix(let from, let to) = translation.address else { continue }
      let codes = RegisterCode.undoing(UInt128(number + 1), address: .moved)
      let back = shift(to, from, on: end, next: clear, in: &lowering)
      addresses.append(([coded(codes)], back))
    }
    let restored = lowering.match(addresses, otherwise: clear)
    let port: HeaderField = end == .source ? .sourcePort : .destinationPort
    let sessionPort: HeaderField =
      end == .source ? .sessionDestinationPort : .sessionSourcePort
    let take = lowering.add(.rewrite([.take(port, from: sessionPort)], next: restored))
    let replaced = coded(RegisterCode.undoing(port: .replaced))
    var ports: [(boxes: [HeaderBox], target: Int)] = [
      (MatchBoxes.having(port).map { $0.intersection(replaced) }, take)
    ]
    for (number, translation) in device.translations.enumerated() {
      guard case .shift(let from, let to) = translation.port else { continue }
      let moved = Self.shifted(from, to)
      let box = coded(RegisterCode.undoing(UInt128(number + 1), port: .moved))
        .constrained(port, to: Ranges(moved))
      let back = lowering.add(
        .rewrite([.shift(port, moved, to: UInt128(from.lowerBound))], next: restored))
      ports.append((MatchBoxes.having(port).map { $0.intersection(box) }, back))
    }
    let undone = lowering.match(ports, otherwise: restored)
    return lowering.match([([coded(RegisterCode.undoing())], undone)], otherwise: next)
  }

  private func shift(
    _ from: Prefix, _ to: Prefix, on end: TranslationEnd, next: Int, in lowering: inout Lowering
  ) -> Int {
    for (family, field) in Self.addressFields(end) where family == from.family {
      let moved = lowering.add(
        .rewrite([.shift(field, from.range, to: to.range.lowerBound)], next: next))
      let box = HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
        .constrained(field, to: Ranges(from.range))
      return lowering.match([([box], moved)], otherwise: next)
    }
    return next
  }

  private func translatePort(
    _ port: Translation.Port?, on end: TranslationEnd, next: Int, in lowering: inout Lowering
  ) -> Int {
    let field: HeaderField = end == .source ? .sourcePort : .destinationPort
    switch port {
    case nil: return next
    case .any(let range)?:
      let values = Ranges(UInt128(range.lowerBound)...UInt128(range.upperBound))
      let set = lowering.add(.rewrite([.set(field, values)], next: next))
      return lowering.match([(MatchBoxes.having(field), set)], otherwise: next)
    case .shift(let from, let to)?:
      let range = UInt128(from.lowerBound)...UInt128(from.upperBound)
      let moved = lowering.add(
        .rewrite([.shift(field, range, to: UInt128(to))], next: next))
      let boxes = MatchBoxes.having(field).map { $0.constrained(field, to: Ranges(range)) }
      return lowering.match([(boxes, moved)], otherwise: next)
    }
  }

  /// Where a port shift moves its range; what would pass 65535 is cut off.
  private static func shifted(_ from: ClosedRange<UInt16>, _ to: UInt16) -> ClosedRange<UInt128> {
    let start = UInt128(to)
    return start...min(65535, start + UInt128(from.upperBound - from.lowerBound))
  }

  private static func addressFields(_ end: TranslationEnd) -> [(Family, HeaderField)] {
    end == .source
      ? [(.ipv4, .sourceIPv4), (.ipv6, .sourceIPv6)]
      : [(.ipv4, .destinationIPv4), (.ipv6, .destinationIPv6)]
  }

  /// The ghost from which an end of a reply is restored: the other end of the session's first
  /// packet.
  private static func sessionGhost(of end: TranslationEnd, _ family: Family) -> HeaderField {
    switch (end, family) {
    case (.source, .ipv4): .sessionDestinationIPv4
    case (.source, _): .sessionDestinationIPv6
    case (.destination, .ipv4): .sessionSourceIPv4
    case (.destination, _): .sessionSourceIPv6
    }
  }
}
