import Networks
import Packets

extension DeviceLowering {
  /// Performs the translation of one end that was chosen, does again what a session's was, or, for
  /// replies, undoes the one that the session's other end had.
  func lowerTranslations(
    _ end: TranslationEnd, at point: Point, next: Int, in lowering: inout Lowering
  ) -> Int {
    if device.translations.isEmpty { return next }
    let register = Self.register(of: end)
    let noted = noteStatus(of: end, next: next, in: &lowering)
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    if device.sessions != nil {
      let done = isSeenAgain(end, after: point) ? settle(end, next: next, in: &lowering) : next
      let again = change(on: end, .again, next: done, in: &lowering)
      let codes = HeaderBox().constrained(register, to: RegisterCode.repeating())
      entries.append(([codes], again))
      if end == .source {
        let codes = HeaderBox().constrained(register, to: RegisterCode.undoing())
        entries.append(([codes], undo(on: end, next: next, in: &lowering)))
      }
    }
    entries.append((settled(end), next))
    func add(_ code: UInt128, _ target: Int) {
      entries.append(([HeaderBox().constrained(register, to: Ranges(code))], target))
    }
    let outer = lowering.origin
    for number in chosenTranslations(of: end) {
      let translation = device.translations[number]
      lowering.origin = .translation(device: index, index: number)
      let performed = perform(translation, on: end, next: noted, in: &lowering)
      add(
        UInt128(number + 1),
        unlessUnchanged(translation, on: end, performed: performed, next: next, in: &lowering))
    }
    if end == .destination {
      for (number, part) in poolParts.enumerated() {
        var translation = device.translations[part.translation]
        var pool = AddressSet.none
        pool[part.family] = part.addresses
        lowering.origin = .translation(device: index, index: part.translation)
        translation.address = .pool(pool)
        let performed = perform(translation, on: end, next: noted, in: &lowering)
        add(
          registers.code(ofPart: number),
          unlessUnchanged(
            translation, on: end, isPart: true, performed: performed, next: next, in: &lowering))
      }
    }
    lowering.origin = outer
    return lowering.match(entries, otherwise: next)
  }

  /// The packets of which a chosen translation of an end is not performed, nor another one chosen:
  /// the end was translated, or they are of a session, which has its own.
  func settled(_ end: TranslationEnd) -> [HeaderBox] {
    let performed = HeaderBox().constrained(
      .connectionStatus, to: Ranges(values: end == .source ? [1, 3] : [2, 3]))
    if device.sessions == nil { return [performed] }
    let codes = RegisterCode.codes(of: .established).union(RegisterCode.codes(of: .related))
    return [HeaderBox().constrained(.connectionState, to: codes), performed]
  }

  /// Notes that what a session's packets have on an end was done, so that it is not done again.
  private func settle(_ end: TranslationEnd, next: Int, in lowering: inout Lowering) -> Int {
    let register = Self.register(of: end)
    let changes: [RegisterCode.Change] = [.none, .moved, .replaced]
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for address in changes {
      for port in changes where address != .none || port != .none {
        let codes = RegisterCode.repeating(address: address, port: port)
        let to = RegisterCode.repeating(0, address: .none, port: .none)
        for range in codes.ranges {
          let noted = lowering.add(.rewrite([.shift(register, range, to: to)], next: next))
          entries.append(([HeaderBox().constrained(register, to: Ranges(range))], noted))
        }
      }
    }
    return lowering.match(entries, otherwise: next)
  }

  /// Whether a stage that performs a translation of an end, or asks what it will make of it, may
  /// come after a point.
  private func isSeenAgain(_ end: TranslationEnd, after point: Point) -> Bool {
    let later: [Line] =
      switch point.line {
      case .arrival: [.departure, .input]
      case .departure, .output: [.input]
      case .input: []
      }
    let rest = stages(of: point.line).dropFirst(point.stage + 1) + later.flatMap(stages(of:))
    return rest.contains { stage in
      end == .source
        ? stage == .translateSource
        : stage == .translateDestination || stage == .route(.translatedDestination)
    }
  }

  /// The translations that some rule may choose for an end, in their order.
  private func chosenTranslations(of end: TranslationEnd) -> [Int] {
    if mayWrite(Self.register(of: end)) { return Array(device.translations.indices) }
    var result: Set<Int> = []
    for effect in device.acls.lazy.flatMap(\.rules).flatMap(\.effects) {
      switch effect {
      case .translateSource(let number) where end == .source: result.insert(number)
      case .translateDestination(let number) where end == .destination: result.insert(number)
      default: break
      }
    }
    return result.sorted()
  }

  /// The register in which the translation of an end is noted.
  private static func register(of end: TranslationEnd) -> HeaderField {
    end == .source ? .sourceTranslation : .destinationTranslation
  }

  /// Sets the bit of `connectionStatus` that says that an end was changed.
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
  private func undo(on end: TranslationEnd, next: Int, in lowering: inout Lowering) -> Int {
    let register = Self.register(of: end)
    let clear = lowering.add(.rewrite([.set(register, Ranges(0))], next: next))
    let codes = HeaderBox().constrained(register, to: RegisterCode.undoing())
    let undone = change(on: end, .back, next: clear, in: &lowering)
    return lowering.match([([codes], undone)], otherwise: next)
  }

  /// Whether what was done to a session's first packet is done again or taken back.
  private enum Direction {
    case again
    case back
  }

  /// Does again or takes back what the register says that a translation did to an address and a
  /// port: it moved them by a distance, or put another value in place of one that the session
  /// remembers.
  private func change(
    on end: TranslationEnd, _ direction: Direction, next: Int, in lowering: inout Lowering
  ) -> Int {
    let register = Self.register(of: end)
    func coded(
      _ number: Int?, address: RegisterCode.Change? = nil, port: RegisterCode.Change? = nil
    ) -> HeaderBox {
      let code = number.map { UInt128($0 + 1) }
      let codes =
        direction == .again
        ? RegisterCode.repeating(code, address: address, port: port)
        : RegisterCode.undoing(code, address: address, port: port)
      return HeaderBox().constrained(register, to: codes)
    }
    // A reply's source is what the session's destination was, and the other way round.
    let other: TranslationEnd = end == .source ? .destination : .source
    let remembered = direction == .again ? end : other
    var addresses: [(boxes: [HeaderBox], target: Int)] = []
    for (family, field) in Self.addressFields(end) {
      let box = coded(nil, address: .replaced)
        .constrained(.family, to: Ranges(UInt128(family.rawValue)))
      let ghost = Self.sessionGhost(of: remembered, family)
      addresses.append(([box], lowering.add(.rewrite([.take(field, from: ghost)], next: next))))
    }
    for (number, translation) in device.translations.enumerated() {
      guard case .prefix(let from, let to) = translation.address else { continue }
      let moved =
        direction == .again
        ? shift(from, to, on: end, next: next, in: &lowering)
        : shift(to, from, on: end, next: next, in: &lowering)
      addresses.append(([coded(number, address: .moved)], moved))
    }
    let changed = lowering.match(addresses, otherwise: next)
    let port: HeaderField = end == .source ? .sourcePort : .destinationPort
    let sessionPort: HeaderField =
      remembered == .source ? .sessionSourcePort : .sessionDestinationPort
    let take = lowering.add(.rewrite([.take(port, from: sessionPort)], next: changed))
    let replaced = coded(nil, port: .replaced)
    var ports: [(boxes: [HeaderBox], target: Int)] = [
      (MatchBoxes.having(port).map { $0.intersection(replaced) }, take)
    ]
    for (number, translation) in device.translations.enumerated() {
      guard case .shift(let from, let to) = translation.port else { continue }
      let old = UInt128(from.lowerBound)...UInt128(from.upperBound)
      let new = Self.shifted(from, to)
      let range = direction == .again ? old : new
      let start = direction == .again ? new.lowerBound : old.lowerBound
      let box = coded(number, port: .moved).constrained(port, to: Ranges(range))
      let moved = lowering.add(.rewrite([.shift(port, range, to: start)], next: changed))
      ports.append((MatchBoxes.having(port).map { $0.intersection(box) }, moved))
    }
    return lowering.match(ports, otherwise: changed)
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

  static func addressFields(_ end: TranslationEnd) -> [(Family, HeaderField)] {
    end == .source
      ? [(.ipv4, .sourceIPv4), (.ipv6, .sourceIPv6)]
      : [(.ipv4, .destinationIPv4), (.ipv6, .destinationIPv6)]
  }

  /// The ghost in which a session remembers an address.
  static func sessionGhost(of end: TranslationEnd, _ family: Family) -> HeaderField {
    switch (end, family) {
    case (.source, .ipv4): .sessionSourceIPv4
    case (.source, _): .sessionSourceIPv6
    case (.destination, .ipv4): .sessionDestinationIPv4
    case (.destination, _): .sessionDestinationIPv6
    }
  }
}
