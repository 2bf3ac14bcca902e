/// The sessions of one family in one pair of a class, as a device meets their packets.
struct Session {
  /// Packets that sessions take in one way, with what they become.
  typealias Taking = (box: Box, isError: Bool)

  private let pair: Box
  private let trail: Trail
  private let status: UInt128
  private let family: Int
  /// What the registers say of translations, but for the direction; 0 for none.
  private let destination: UInt128
  private let source: UInt128

  /// The sessions of a family in a pair, or nil where the class is not readable.
  init?(_ pair: Box, of kind: Proof.SessionClass, family: Int, by device: Problem.Device) {
    func code(_ code: Int, _ end: [Int]) -> UInt128? {
      if code == 0 { return 0 }
      let number = device.parts[code] ?? code
      guard var effects = device.translations[number]?[...] else { return nil }
      var word = UInt128(0)
      for place in end {
        let (change, effect) = (kind.trail[place], effects.removeFirst())
        if change != 0, change != effect { return nil }
        word = word << 2 | (change == 0 ? 0 : change == nil ? 2 : 1)
      }
      return word << 18 | UInt128(number)
    }
    guard let destination = code(kind.codes[0], [2 + family, 5]),
      let source = code(kind.codes[1], [family, 4])
    else { return nil }
    (self.pair, self.family, self.destination, self.source) = (pair, family, destination, source)
    (trail, status) = (kind.trail, UInt128(kind.codes[2]))
  }

  /// A device's registers for a packet of a session, a bound, and ghosts of `kept` fields.
  private func way(
    _ use: UInt128, _ registers: [UInt128], ghosts: Int, of values: Box
  ) -> Box {
    let fields: [Field] = [
      .connectionState, .connectionDirection, .destinationTranslation, .sourceTranslation,
    ]
    var box = Box()
    for (field, value) in zip(fields, registers) { box[field] = Ranges(value) }
    box[.family] = Ranges(UInt128(family))
    box[.connectionStatus] = Ranges(status)
    box[.sessionUse] = Ranges(use, Field.sessionUse.maximum)
    for place in 0..<ghosts where trail[place] == nil {
      box[Field.sessionGhosts[place]] = values[Field.tracked[place]]
    }
    return box
  }

  /// The packets that the sessions take at a device, in the order of the page.
  func takings(
    at device: Problem.Device, answers: [(family: Int, request: UInt128, reply: UInt128)]
  )
    -> [Taking]
  {
    func again(_ code: UInt128) -> UInt128 { code == 0 ? 0 : 1 << 22 | code }
    func undo(_ code: UInt128) -> UInt128 { code == 0 ? 0 : 1 << 23 | code }
    let (known, related): (UInt128, UInt128) = device.bypassesFilters ? (18, 19) : (2, 3)
    var lookedUp = pair
    for (place, field) in Field.tracked.enumerated() {
      lookedUp[field] =
        trail[place].map { pair[field].moved(by: 0 &- $0, through: field.maximum) }
        ?? pair[Field.trailGhosts[place]]
    }

    var box = way(1, [known, 0, again(destination), again(source)], ghosts: 6, of: pair)
    for field in Field.session.dropFirst() { box[field] = lookedUp[field] }
    var takings: [Taking] = [(box, false)]

    box = way(3, [known, 1, undo(source), undo(destination)], ghosts: 6, of: lookedUp)
    for (field, other) in zip(Field.tracked, [2, 3, 0, 1, 5, 4]) {
      box[field] = pair[Field.tracked[other]]
    }
    let icmp = Ranges(family == 0 ? 1 : 58)
    func reply(_ protocols: Ranges, _ fragment: Ranges, _ type: Ranges) {
      box[.protocol] = pair[.protocol].intersection(protocols)
      box[.fragment] = pair[.fragment].intersection(fragment)
      box[.icmpType] = type
      takings.append((box, false))
    }
    reply(icmp.complement(through: 255), Ranges(0, 1), pair[.icmpType])
    reply(icmp, Ranges(1), pair[.icmpType])
    for answer in answers where answer.family == family && pair[.icmpType].contains(answer.request)
    {
      reply(icmp, Ranges(0), Ranges(answer.reply))
    }

    if device.admitsErrors {
      let (source, destination) = (Field.tracked[family], Field.tracked[2 + family])
      box = way(2, [related, 0, again(self.destination), 0], ghosts: 4, of: pair)
      box[destination] = lookedUp[destination]
      if !lookedUp.isEmpty { takings.append((box, true)) }
      box = way(2, [related, 1, undo(self.source), 0], ghosts: 4, of: lookedUp)
      box[destination] = pair[source]
      takings.append((box, true))
    }
    return takings.filter { !$0.box.isEmpty }
  }
}
