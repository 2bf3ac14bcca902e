/// A field of a packet, in the order of the page.
package enum Field: Int, CaseIterable {
  case family, sourceIPv4, sourceIPv6, destinationIPv4, destinationIPv6, `protocol`, nextHeader
  case sourcePort, destinationPort, icmpType, icmpCode, tcpFlags, fragment, application, etherType
  case mark, connectionState, connectionDirection, connectionStatus, ingress, egress, nextHop, vrf
  case destinationTranslation, sourceTranslation, monitor, sessionUse, origin, trackSourceIPv4
  case trackSourceIPv6, trackDestinationIPv4, trackDestinationIPv6, trackSourcePort
  case trackDestinationPort, sentSourceIPv4, sentSourceIPv6, sentDestinationIPv4
  case sentDestinationIPv6, sentSourcePort, sentDestinationPort, sessionSourceIPv4
  case sessionSourceIPv6, sessionDestinationIPv4, sessionDestinationIPv6, sessionSourcePort
  case sessionDestinationPort

  /// The number of fields.
  package static let count = allCases.count
  /// The fields as they are written.
  static let named = Dictionary(uniqueKeysWithValues: allCases.map { ("\($0)", $0) })
  /// All values of the fields, and of a condition.
  package static let values: [Ranges] = allCases.map { Ranges(0, $0.maximum) } + [Ranges(0, 1)]

  /// The fields with a track and with ghosts.
  package static let tracked = [1, 2, 3, 4, 7, 8].map { allCases[$0] }
  /// The same, but of the other end.
  package static let exchanged = [2, 3, 0, 1, 5, 4].map { tracked[$0] }
  /// The tracks, in the order of `tracked`.
  package static let tracks = Array(
    allCases[trackSourceIPv4.rawValue...trackDestinationPort.rawValue])
  /// The trail ghosts, in the order of `tracked`.
  package static let trailGhosts = Array(
    allCases[sentSourceIPv4.rawValue...sentDestinationPort.rawValue])
  /// The session ghosts, in the order of `tracked`.
  package static let sessionGhosts = Array(allCases[sessionSourceIPv4.rawValue...])
  /// The fields that a packet has between devices.
  package static let wire = Array(allCases[...etherType.rawValue])
  /// The fields that exist inside a device.
  package static let registers = Array(allCases[mark.rawValue...sourceTranslation.rawValue])
  /// The fields of a session.
  package static let session = [.family, .protocol, .icmpType, .fragment] + tracked
  /// The fields that sessions set, the status last.
  static let setBySessions = [16, 17, 23, 24, 18].map { allCases[$0] }
  /// The fields of a session that an answer has as those of a session, in the order of `session`.
  package static let answered = session.prefix(4) + exchanged
  /// The fields of a class of sessions.
  package static let kind =
    [.connectionStatus, .destinationTranslation, .sourceTranslation] + tracks

  private static let sizes = [
    2, 32, 128, 32, 128, 8, 8, 16, 16, 8, 8, 8, 1, 16, 16, 32, 5, 1, 2, 16, 16, 16, 16, 24, 24,
    1, 2, 16, 2, 2, 2, 2, 2, 2, 32, 128, 32, 128, 16, 16, 32, 128, 32, 128, 16, 16,
  ]

  /// The fields of the sessions of a class: those of packets, and the ghosts of `kept` fields.
  package static func session(of kind: Box) -> [Field] {
    session + tracked.indices.filter { kind[tracks[$0]].least == 2 }.map { trailGhosts[$0] }
  }

  /// The number of bits.
  var size: Int { Field.sizes[rawValue] }

  /// The largest value.
  package var maximum: UInt128 { self == .family ? 2 : .max >> UInt128(128 - size) }
}

extension Line {
  /// Reads the name of a field.
  mutating func field() throws(Rejection) -> Field {
    let field = Field.named[name()]
    try require(field != nil, "an unknown field")
    return field ?? .family
  }

  /// Reads a word that is a list of fields with commas between, each once.
  mutating func fields() throws(Rejection) -> [Field] {
    var fields: [Field] = []
    repeat { fields.append(try field()) } while accept(",")
    try require(Set(fields).count == fields.count, "a field twice")
    try endWord()
    return fields
  }

  /// Reads a value of a field.
  mutating func value(of field: Field) throws(Rejection) -> UInt128 {
    if field.size < 32 || field == .mark { return try digits(through: field.maximum) }
    let isIPv4 = field.size == 32
    var value: UInt128 = 0
    for index in 0..<(isIPv4 ? 4 : 8) {
      try require(index == 0 || accept(isIPv4 ? "." : ":"), "an address")
      let part = try isIPv4 ? digits(through: 255) : digits(through: 0xFFFF, radix: 16)
      value = value << (isIPv4 ? 8 : 16) | part
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
    let distance = word == "moved" && accept(":") ? try digits(through: .max) : 0
    let isKnown = ["same", "replaced", "other"].contains(word)
    try require(isKnown || distance > 0, "an unknown effect")
    try endWord()
    return word == "replaced" ? nil : distance
  }
}
