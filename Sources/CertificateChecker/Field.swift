/// A field of a packet, in the order of the page.
enum Field: Int, CaseIterable {
  case family, sourceIPv4, sourceIPv6, destinationIPv4, destinationIPv6, `protocol`, nextHeader
  case sourcePort, destinationPort, icmpType, icmpCode, tcpFlags, fragment, application, etherType
  case mark, connectionState, connectionDirection, connectionStatus, ingress, egress, nextHop, vrf
  case destinationTranslation, sourceTranslation, monitor, sessionUse, origin
  case sentSourceIPv4, sentSourceIPv6, sentDestinationIPv4, sentDestinationIPv6
  case sentSourcePort, sentDestinationPort
  case sessionSourceIPv4, sessionSourceIPv6, sessionDestinationIPv4, sessionDestinationIPv6
  case sessionSourcePort, sessionDestinationPort

  /// The number of fields.
  static let count = allCases.count
  /// The fields as they are written.
  static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
  /// All values of the fields, and of a condition.
  static let values: [Ranges] = allCases.map { Ranges(0, $0.maximum) } + [Ranges(0, 1)]

  /// The fields with a trail and with ghosts.
  static let tracked = [1, 2, 3, 4, 7, 8].map { allCases[$0] }
  /// The trail ghosts, in the order of `tracked`.
  static let trailGhosts = Array(allCases[sentSourceIPv4.rawValue...sentDestinationPort.rawValue])
  /// The session ghosts, in the order of `tracked`.
  static let sessionGhosts = Array(allCases[sessionSourceIPv4.rawValue...])
  /// The fields that a packet has between devices.
  static let wire = Array(allCases[...etherType.rawValue])
  /// The fields that exist inside a device.
  static let registers = Array(allCases[mark.rawValue...sourceTranslation.rawValue])
  /// The fields of a session.
  static let session = [.family, .protocol, .icmpType, .fragment] + tracked

  private static let sizes = [
    2, 32, 128, 32, 128, 8, 8, 16, 16, 8, 8, 8, 1, 16, 16, 32, 5, 1, 2, 16, 16, 16, 16, 24, 24,
    1, 2, 16, 32, 128, 32, 128, 16, 16, 32, 128, 32, 128, 16, 16,
  ]

  /// The number of bits.
  var size: Int { Field.sizes[rawValue] }

  /// The largest value.
  var maximum: UInt128 { self == .family ? 2 : .max >> UInt128(128 - size) }
}

/// What was done to a tracked field since the device looked the packet up in its sessions.
enum Change: String { case same, moved, kept, lost }

/// The changes of the tracked fields, in their order.
typealias Trail = [Change]

extension Trail {
  /// The empty trail, in which all is the same.
  static let empty = Trail(repeating: .same, count: Field.tracked.count)

  /// The trail ghosts that sessions of this trail have.
  var ghosts: [Field] { zip(self, Field.trailGhosts).filter { $0.0 == .kept }.map(\.1) }

  /// The trail after a write.
  func after(_ write: Problem.Write) -> Trail {
    zip(Field.tracked, self).map { field, change in
      if !write.fields.contains(field) || write.kind == .shift && write.by == 0 { return change }
      if write.kind != .shift { return change == .same || change == .kept ? .kept : .lost }
      return change == .same ? .moved : change == .moved ? .lost : change
    }
  }
}

extension Line {
  /// Reads the name of a field that comes after another in the order of the page.
  mutating func field(after previous: Int = -1) throws(Rejection) -> Field {
    let field = Field.named[name()]
    try require((field?.rawValue ?? -1) > previous, "a field is unknown or out of order")
    return field ?? .family
  }

  /// Reads a word that is a list of fields with commas between.
  mutating func fields() throws(Rejection) -> [Field] {
    var fields: [Field] = []
    repeat { fields.append(try field()) } while accept(",")
    try endWord()
    return fields
  }

  /// Reads a value of a field.
  mutating func value(of field: Field) throws(Rejection) -> UInt128 {
    if field.size < 32 || field == .mark { return try digits(through: field.maximum) }
    var value: UInt128 = 0
    let isIPv4 = field.size == 32
    for index in 0..<(isIPv4 ? 4 : 8) {
      let text = index == 0 || accept(isIPv4 ? "." : ":") ? name() : ""
      let group = UInt16(text, radix: isIPv4 ? 10 : 16) ?? 0
      let isFine = String(group, radix: isIPv4 ? 10 : 16) == text && (group < 256 || !isIPv4)
      try require(isFine, "an address")
      value = value << (isIPv4 ? 8 : 16) | UInt128(group)
    }
    return value
  }

  /// Reads a word that is a set of values of a field.
  mutating func ranges(of field: Field) throws(Rejection) -> Ranges {
    var spans: [Span] = []
    if isNext("n") {
      try require(try word() == "none", "a set of values")
      return Ranges(ascending: [])
    }
    repeat {
      let low = try value(of: field)
      let isRange = accept("-")
      let high = isRange ? try value(of: field) : low
      let isApart = spans.last.map { low > $0.upperBound && low - $0.upperBound > 1 } ?? true
      try require(isApart && (!isRange || high > low), "ranges ascend and lie apart")
      spans.append(low...high)
    } while accept(",")
    try endWord()
    return Ranges(ascending: spans)
  }

  /// Reads a word that says what a translation does: `replaced` is nil, `moved:D` is *D*, the others are 0.
  mutating func effect() throws(Rejection) -> UInt128? {
    let word = name()
    let isMoved = word == "moved" && accept(":") && !isNext("0")
    let distance = isMoved ? try digits(through: .max) : 0
    try require(isMoved || ["same", "replaced", "other"].contains(word), "an unknown effect")
    try endWord()
    return word == "replaced" ? nil : distance
  }

  /// Reads a word that is a trail.
  mutating func trail() throws(Rejection) -> Trail {
    var trail = Trail.empty
    var last = -1
    if !accept("-") {
      repeat {
        last = try field(after: last).rawValue
        let place = Field.tracked.firstIndex { $0.rawValue == last }
        let change = accept(":") ? Change(rawValue: name()) ?? .same : .same
        try require(place != nil && change != .same, "a trail")
        trail[place ?? 0] = change
      } while accept(",")
    }
    try endWord()
    return trail
  }
}
