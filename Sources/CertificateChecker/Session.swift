/// The sessions of one family in one pair of a class.
struct Session {
  /// Packets that sessions take in one way, with what they become.
  typealias Taking = (box: Box, isError: Bool)

  /// What sessions set in a packet, or make any.
  static let fields = Field.trailGhosts + Field.sessionGhosts + registers
  private static let registers: [Field] = [
    .connectionState, .connectionDirection, .destinationTranslation, .sourceTranslation,
    .connectionStatus,
  ]

  private let pair: Box
  private let kind: Proof.SessionClass
  private let family: Int
  /// What registers say of the translations of the destination and the source, but for the direction.
  private let codes: [UInt128]
  /// By what the tracked fields were moved.
  private let distances: [UInt128]

  /// The sessions of a family in a pair, or nil where the class is not readable.
  init?(_ pair: Box, of kind: Proof.SessionClass, family: Int, by device: Problem.Device) {
    var distances = [UInt128](repeating: 0, count: Field.tracked.count)
    func code(_ code: Int, _ end: [Int]) -> UInt128? {
      let number = device.parts[code] ?? code
      guard let effects = code == 0 ? [nil, nil] : device.translations[number] else { return nil }
      var digits: UInt128 = 0
      for (place, effect) in zip(end, effects) {
        let (isMoved, isKept) = (kind.trail[place] == .moved, kind.trail[place] == .kept)
        let isReadable = isMoved ? effect ?? 0 > 0 : !isKept || effect == nil
        if !isReadable || kind.trail[place] == .lost { return nil }
        distances[place] = isMoved ? effect ?? 0 : 0
        digits = digits << 2 | (isMoved ? 1 : isKept ? 2 : 0)
      }
      return code == 0 ? 0 : digits << 18 | UInt128(number)
    }
    let destination = code(kind.codes[0], [2 + family, 5])
    guard let destination, let source = code(kind.codes[1], [family, 4]) else { return nil }
    (self.pair, self.kind, self.family, codes) = (pair, kind, family, [destination, source])
    self.distances = distances
  }

  /// The bound, a device's registers, and the ghosts of `kept` fields, for packets of the sessions.
  private func way(_ use: UInt128, _ values: [UInt128], ghosts: Int, of sessions: Box) -> Box {
    var box = Box()
    box[.family] = Ranges(UInt128(family))
    box[.sessionUse] = Ranges(use, Field.sessionUse.maximum)
    let values = values + [UInt128(kind.codes[2])]
    for (field, value) in zip(Session.registers, values) { box[field] = Ranges(value) }
    for place in 0..<ghosts where kind.trail[place] == .kept {
      box[Field.sessionGhosts[place]] = sessions[Field.tracked[place]]
    }
    return box
  }

  /// The packets that the sessions take at a device, in the order of the page.
  func takings(by device: Problem.Sessions, _ answers: [Problem.Answer]) -> [Taking] {
    let (known, related): (UInt128, UInt128) = device.bypassesFilters ? (18, 19) : (2, 3)
    let again = codes.map { $0 == 0 ? 0 : 1 << 22 | $0 }
    let undo = codes.map { $0 == 0 ? 0 : 1 << 23 | $0 }
    var lookedUp = pair
    for (place, field) in Field.tracked.enumerated() {
      let before = kind.trail[place] == .kept ? Field.trailGhosts[place] : field
      lookedUp[field] = pair[before].moved(by: 0 &- distances[place], in: field)
    }
    var box = way(1, [known, 0, again[0], again[1]], ghosts: 6, of: pair)
    for field in Field.session.dropFirst() { box[field] = lookedUp[field] }
    var takings: [Taking] = [(box, false)]

    box = way(3, [known, 1, undo[1], undo[0]], ghosts: 6, of: lookedUp)
    let answered = [2, 3, 0, 1, 5, 4].map { Field.tracked[$0] }
    for (field, other) in zip(Field.tracked, answered) { box[field] = pair[other] }
    func reply(_ isICMP: Bool, _ fragment: Ranges, _ type: Ranges) {
      let icmp = Ranges(family == 0 ? 1 : 58)
      box[.protocol] = pair[.protocol].intersection(isICMP ? icmp : icmp.complement(through: 255))
      box[.fragment] = pair[.fragment].intersection(fragment)
      box[.icmpType] = type
      takings.append((box, false))
    }
    reply(false, Ranges(0, 1), pair[.icmpType])
    reply(true, Ranges(1), pair[.icmpType])
    for (of, request, type) in answers where of == family && pair[.icmpType].contains(request) {
      reply(true, Ranges(0), Ranges(type))
    }

    let (source, destination) = (Field.tracked[family], Field.tracked[2 + family])
    box = way(2, [related, 0, again[0], 0], ghosts: 4, of: pair)
    box[destination] = lookedUp.isEmpty ? Ranges(ascending: []) : lookedUp[destination]
    takings.append((box, true))
    box = way(2, [related, 1, undo[1], 0], ghosts: 4, of: lookedUp)
    box[destination] = pair[source]
    takings.append((box, true))
    return takings.filter { !$0.box.isEmpty && (device.admitsErrors || !$0.isError) }
  }
}
