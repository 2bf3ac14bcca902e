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
    for (number, translation) in device.translations.enumerated() {
      let chosen = HeaderBox().constrained(register, to: Ranges(UInt128(number + 1)))
      let noted = noteStatus(of: end, next: next, in: &lowering)
      let perform = self.perform(translation, on: end, next: noted, in: &lowering)
      entries.append(([chosen], perform))
      guard end == .source else { continue }
      let undo = HeaderBox().constrained(
        register, to: Ranges(Register.undo + UInt128(number + 1)))
      let undone = self.undo(translation, on: .source, next: next, in: &lowering)
      if undone != next { entries.append(([undo], undone)) }
    }
    return lowering.match(entries, otherwise: next)
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
    var undo: [(boxes: [HeaderBox], target: Int)] = []
    for (number, translation) in device.translations.enumerated() {
      let box = HeaderBox().constrained(
        .destinationTranslation, to: Ranges(Register.undo + UInt128(number + 1)))
      let clear = lowering.add(
        .rewrite([.set(.destinationTranslation, Ranges(0))], next: next))
      undo.append(
        ([box], self.undo(translation, on: .destination, next: clear, in: &lowering)))
    }
    let remembered = lowering.match(undo, otherwise: next)
    func state(_ state: ConnectionState) -> Int {
      lowering.add(
        .rewrite([.set(.connectionState, Ranges(UInt128(state.rawValue)))], next: next))
    }
    let new = state(.new)
    let invalid = state(.invalid)
    let untracked = state(.untracked)
    let opens = try matches.boxes(of: sessions.opens)
    let fresh = lowering.match([(opens, new)], otherwise: invalid)
    let recall = lowering.add(
      .recall(device: index, fresh: fresh, remembered: remembered))
    let exempt = HeaderBox().constrained(.connectionState, to: Ranges(Register.exempt))
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
      return lowering.match(entries, otherwise: lowering.drop(.untranslatable))
    }
  }

  /// Undoes on an end of a reply what a translation did to the other end of the session's packets.
  private func undo(
    _ translation: Translation, on end: TranslationEnd, next: Int, in lowering: inout Lowering
  ) -> Int {
    var target = next
    let port: HeaderField = end == .source ? .sourcePort : .destinationPort
    let sessionPort: HeaderField =
      end == .source ? .sessionDestinationPort : .sessionSourcePort
    switch translation.port {
    case nil: break
    case .any?:
      let take = lowering.add(.rewrite([.take(port, from: sessionPort)], next: target))
      target = lowering.match([(MatchBoxes.having(port), take)], otherwise: target)
    case .shift(let from, let to)?:
      let moved = Self.shifted(from, to)
      let back = lowering.add(
        .rewrite([.shift(port, moved, to: UInt128(from.lowerBound))], next: target))
      let boxes = MatchBoxes.having(port).map { $0.constrained(port, to: Ranges(moved)) }
      target = lowering.match([(boxes, back)], otherwise: target)
    }
    switch translation.address {
    case nil: return target
    case .prefix(let from, let to)?: return shift(to, from, on: end, next: target, in: &lowering)
    case .pool?, .interface?:
      var entries: [(boxes: [HeaderBox], target: Int)] = []
      for (family, field) in Self.addressFields(end) {
        let box = HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
        let ghost = Self.sessionGhost(of: end, family)
        entries.append(
          ([box], lowering.add(.rewrite([.take(field, from: ghost)], next: target))))
      }
      return lowering.match(entries, otherwise: target)
    }
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
