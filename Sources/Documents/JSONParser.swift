import Places

/// A reader of one JSON text, which has been found to be UTF-8.
struct JSONParser {
  private let bytes: [UInt8]
  private let lines: LineTable
  private let repeatedKeys: JSONDocument.RepeatedKeys
  private let limits: DocumentLimits
  private var position: Int
  private(set) var builder = DocumentTreeBuilder()
  /// The arrays and objects around the position, outermost first.
  private var open: [Int] = []

  init(
    _ bytes: [UInt8], lines: LineTable, repeatedKeys: JSONDocument.RepeatedKeys,
    limits: DocumentLimits
  ) {
    self.bytes = bytes
    self.lines = lines
    self.repeatedKeys = repeatedKeys
    self.limits = limits
    position = LineTable.markLength(bytes)
  }

  /// Reads the whole text.
  mutating func parseDocument() throws(InputError) {
    try parseValue(key: nil)
    while let container = open.last {
      try parseNext(in: container)
    }
    skipSpace()
    if position < bytes.count { throw error("there is more after the end of the document") }
  }

  /// Reads up to and with the next value of the innermost array or object, or its end.
  private mutating func parseNext(in container: Int) throws(InputError) {
    let isObject = builder.nodes[container].kind == .object
    let closing = UInt8(ascii: isObject ? "}" : "]")
    let isFirst = builder.nodes.count == container + 1
    skipSpace()
    if peek == closing {
      position += 1
      return try close(container)
    }
    if !isFirst {
      guard peek == UInt8(ascii: ",") else {
        throw error("expected , or \(isObject ? "}" : "]")", opened: container)
      }
      let comma = position
      position += 1
      skipSpace()
      if peek == closing { throw error("a comma has to be followed by a value", at: comma) }
    }
    try parseValue(key: isObject ? parseKey(in: container) : nil)
  }

  private mutating func close(_ container: Int) throws(InputError) {
    open.removeLast()
    builder.end(container)
    guard builder.nodes[container].kind == .object,
      let second = builder.replaceRepeatedKeys(of: container), repeatedKeys == .refuse
    else { return }
    let name = builder.names.names[Int(second.key)]
    throw error("the key \"\(name)\" occurs twice in one object", at: Int(second.keyOffset))
  }

  /// Reads a key and the colon after it.
  private mutating func parseKey(in object: Int) throws(InputError) -> DocumentTreeBuilder.Key {
    let start = position
    guard peek == UInt8(ascii: "\"") else {
      throw error("expected a key in double quotes", opened: object)
    }
    let textStart = builder.text.count
    try parseString()
    let name = String(decoding: builder.text[textStart...], as: UTF8.self)
    builder.text.removeLast(builder.text.count - textStart)
    let key = builder.key(name, at: start)
    skipSpace()
    guard peek == UInt8(ascii: ":") else { throw error("expected : after the key") }
    position += 1
    return key
  }

  /// Reads a scalar, or the start of an array or object.
  private mutating func parseValue(key: DocumentTreeBuilder.Key?) throws(InputError) {
    skipSpace()
    guard builder.nodes.count < limits.values else { throw error(limits.tooMany) }
    let start = position
    let textStart = builder.text.count
    switch peek {
    case UInt8(ascii: "{"): try open(.object, key: key)
    case UInt8(ascii: "["): try open(.array, key: key)
    case UInt8(ascii: "\""):
      try parseString()
      _ = builder.add(.string, key: key, at: start, textFrom: textStart)
    case let byte where isDigit(byte) || byte == UInt8(ascii: "-"):
      try parseNumber()
      builder.text.append(contentsOf: bytes[start..<position])
      _ = builder.add(.number, key: key, at: start, textFrom: textStart)
    case UInt8(ascii: "t"): try parseWord("true", as: .boolean, key: key)
    case UInt8(ascii: "f"): try parseWord("false", as: .boolean, key: key)
    case UInt8(ascii: "n"): try parseWord("null", as: .null, key: key)
    case nil where builder.nodes.isEmpty: throw error("the document is empty")
    default: throw error("expected a value")
    }
  }

  private mutating func open(
    _ kind: DocumentValue.Kind, key: DocumentTreeBuilder.Key?
  ) throws(InputError) {
    guard open.count < limits.depth else { throw error(limits.tooDeep) }
    open.append(builder.add(kind, key: key, at: position))
    position += 1
  }

  private mutating func parseWord(
    _ word: StaticString, as kind: DocumentValue.Kind, key: DocumentTreeBuilder.Key?
  ) throws(InputError) {
    let start = position
    let letters = word.description.utf8
    guard bytes[position...].starts(with: letters) else { throw error("expected a value") }
    position += letters.count
    let textStart = builder.text.count
    builder.text.append(contentsOf: letters)
    _ = builder.add(kind, key: key, at: start, textFrom: textStart)
  }
}

extension JSONParser {
  /// Reads a number (RFC 8259 section 6).
  private mutating func parseNumber() throws(InputError) {
    if peek == UInt8(ascii: "-") { position += 1 }
    if peek == UInt8(ascii: "0") {
      position += 1
      if isDigit(peek) { throw error("a number cannot start with 0") }
    } else {
      try parseDigits()
    }
    if peek == UInt8(ascii: ".") {
      position += 1
      try parseDigits()
    }
    if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
      position += 1
      if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { position += 1 }
      try parseDigits()
    }
  }

  private mutating func parseDigits() throws(InputError) {
    guard isDigit(peek) else { throw error("expected a digit") }
    while isDigit(peek) { position += 1 }
  }

  /// Reads a string (RFC 8259 section 7) and adds its text to the tree's.
  private mutating func parseString() throws(InputError) {
    let quote = position
    position += 1
    while true {
      let start = position
      while position < bytes.count, bytes[position] >= 0x20, bytes[position] != UInt8(ascii: "\""),
        bytes[position] != UInt8(ascii: "\\")
      { position += 1 }
      builder.text.append(contentsOf: bytes[start..<position])
      switch peek {
      case UInt8(ascii: "\""):
        position += 1
        return
      case UInt8(ascii: "\\"): try parseEscape()
      case nil: throw error("the string is not closed", at: quote)
      default: throw error("a control character in a string has to be escaped")
      }
    }
  }

  private mutating func parseEscape() throws(InputError) {
    let start = position
    position += 1
    let letter = peek
    position += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"):
      builder.text.append(bytes[position - 1])
    case UInt8(ascii: "b"): builder.text.append(0x08)
    case UInt8(ascii: "f"): builder.text.append(0x0C)
    case UInt8(ascii: "n"): builder.text.append(0x0A)
    case UInt8(ascii: "r"): builder.text.append(0x0D)
    case UInt8(ascii: "t"): builder.text.append(0x09)
    case UInt8(ascii: "u"):
      let scalar = try parseScalar(from: start)
      builder.text.append(contentsOf: String(scalar).utf8)
    default: throw error("the escape is not known", at: start)
    }
  }

  /// Reads the digits of one escaped scalar, which are a surrogate pair for one beyond U+FFFF.
  private mutating func parseScalar(from start: Int) throws(InputError) -> Unicode.Scalar {
    let first = try parseHexadecimal(from: start)
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, bytes[position...].starts(with: "\\u".utf8) {
      position += 2
      let second = try parseHexadecimal(from: start)
      if 0xDC00...0xDFFF ~= second,
        let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
      {
        return scalar
      }
    }
    throw error("the escape is half of a surrogate pair, which stands for no text", at: start)
  }

  private mutating func parseHexadecimal(from start: Int) throws(InputError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw error("expected four hexadecimal digits after \\u", at: start)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private func isDigit(_ byte: UInt8?) -> Bool {
    byte.map { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ?? false
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position].isXMLSpace { position += 1 }
  }

  private func error(
    _ message: String, at offset: Int? = nil, opened container: Int? = nil
  ) -> InputError {
    var message = message
    if offset == nil, position >= bytes.count, !bytes.isEmpty, !builder.nodes.isEmpty {
      message = "the document ends too early: \(message)"
    }
    if let container {
      let place = lines.place(at: builder.nodes[container].offset)
      message += " for what starts at \(place.line):\(place.column)"
    }
    return InputError(at: lines.place(at: offset ?? position), message)
  }
}
