import Places
import Yams

/// A YAML document that is being turned into a tree.
struct YAMLReading {
  /// What stands for an asterisk in the text that Yams is given.
  static let asterisk: Unicode.Scalar = "\u{E000}"

  let marks: YAMLMarks
  let lines: LineTable
  let limits: DocumentLimits
  private(set) var builder = DocumentTreeBuilder()
  /// The numbers of the values that have a name so far.
  private var anchors: [String: Int] = [:]

  init(marks: YAMLMarks, lines: LineTable, limits: DocumentLimits) {
    self.marks = marks
    self.lines = lines
    self.limits = limits
  }

  /// A text with its asterisks back.
  static func restored(_ text: String) -> String {
    var scalars = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { scalars.append(scalar == asterisk ? "*" : scalar) }
    return String(scalars)
  }

  /// Adds a value and what is inside it.
  mutating func add(
    _ node: Node, key: DocumentTreeBuilder.Key?, depth: Int
  ) throws(InputError) {
    let offset = node.mark.map(marks.offset) ?? 0
    guard depth <= limits.depth else { throw error(limits.tooDeep, at: offset) }
    guard builder.nodes.count < limits.values else { throw error(limits.tooMany, at: offset) }
    let index = builder.nodes.count
    switch node {
    case .scalar(let scalar):
      if isAlias(scalar) { return try follow(scalar, key: key, depth: depth, at: offset) }
      try add(scalar, key: key, at: offset)
    case .sequence(let sequence):
      try check(sequence.tag, is: .seq, at: offset)
      _ = builder.add(.array, key: key, at: offset)
      for item in sequence { try add(item, key: nil, depth: depth + 1) }
      builder.end(index)
    case .mapping(let mapping):
      try check(mapping.tag, is: .map, at: offset)
      try add(mapping, key: key, depth: depth, at: offset)
    case .alias:
      throw error("the alias is not understood", at: offset)
    }
    // Only now, since a value cannot hold an alias of itself.
    if let anchor = node.anchor { anchors[anchor.rawValue] = index }
  }

  private mutating func add(
    _ mapping: Node.Mapping, key: DocumentTreeBuilder.Key?, depth: Int, at offset: Int
  ) throws(InputError) {
    let index = builder.add(.object, key: key, at: offset)
    for (keyNode, value) in mapping {
      let keyOffset = keyNode.mark.map(marks.offset) ?? offset
      guard case .scalar(let scalar) = keyNode, !isAlias(scalar), scalar.anchor == nil else {
        throw error("a key must be a string, without an anchor or an alias", at: keyOffset)
      }
      try check(scalar.tag, is: .str, at: keyOffset)
      let name = Self.restored(scalar.string)
      try add(value, key: builder.key(name, at: keyOffset), depth: depth + 1)
    }
    builder.end(index)
    if let second = builder.replaceRepeatedKeys(of: index) {
      let name = builder.names.names[Int(second.key)]
      throw error("the key \(quoted(name)) occurs twice", at: Int(second.keyOffset))
    }
  }

  /// Adds what an alias names.
  private mutating func follow(
    _ alias: Node.Scalar, key: DocumentTreeBuilder.Key?, depth: Int, at offset: Int
  ) throws(InputError) {
    let name = String(alias.string.unicodeScalars.dropFirst())
    guard alias.anchor == nil, alias.tag.rawValue.isEmpty, let index = anchors[name] else {
      throw error(
        "\(quoted("*" + Self.restored(name))) names nothing before it", at: offset,
        hint: "put a text that starts with an asterisk in quotes")
    }
    guard builder.nodes.count + builder.count(in: index) <= limits.values else {
      throw error(limits.tooMany, at: offset)
    }
    guard depth + builder.height(of: index) - 1 <= limits.depth else {
      throw error(limits.tooDeep, at: offset)
    }
    builder.copy(index, key: key)
  }

  /// Whether a scalar was an alias before its asterisk was replaced.
  private func isAlias(_ scalar: Node.Scalar) -> Bool {
    scalar.style == .plain && scalar.string.unicodeScalars.first == Self.asterisk
  }

  private func check(
    _ tag: Tag, is expected: Tag.Name, at offset: Int
  ) throws(InputError) {
    let name = tag.rawValue
    guard name.isEmpty || name == "!" || name == expected.rawValue else {
      throw error("the tag \(quoted(name)) is not accepted here", at: offset)
    }
  }

  private func error(_ message: String, at offset: Int, hint: String? = nil) -> InputError {
    InputError(at: lines.place(at: offset), message, hint: hint)
  }
}

extension YAMLReading {
  /// Adds a scalar.
  private mutating func add(
    _ scalar: Node.Scalar, key: DocumentTreeBuilder.Key?, at offset: Int
  ) throws(InputError) {
    let text = Self.restored(scalar.string)
    let tag = scalar.tag.rawValue
    var resolved = YAMLScalar(kind: .string, text: text)
    if tag != Tag.Name.str.rawValue, tag != "!" {
      let plain = YAMLScalar(plain: text)
      guard let plain else {
        throw error("\(quoted(text)) is a number that JSON cannot write", at: offset)
      }
      guard tag.isEmpty || plain.tags.contains(where: { $0.rawValue == tag }) else {
        throw error("the tag \(quoted(tag)) is not accepted here", at: offset)
      }
      resolved = plain
    }
    let start = builder.text.count
    builder.text.append(contentsOf: resolved.text.utf8)
    _ = builder.add(resolved.kind, key: key, at: offset, textFrom: start)
  }
}

/// What a plain scalar is in the core schema of YAML 1.2 (section 10.3.2), written as in JSON.
struct YAMLScalar: Equatable {
  let kind: DocumentValue.Kind
  let text: String

  init(kind: DocumentValue.Kind, text: String) {
    self.kind = kind
    self.text = text
  }

  /// Resolves a scalar; nil for a number that JSON cannot write.
  init?(plain text: String) {
    switch text {
    case "", "~", "null", "Null", "NULL": self.init(kind: .null, text: "null")
    case "true", "True", "TRUE": self.init(kind: .boolean, text: "true")
    case "false", "False", "FALSE": self.init(kind: .boolean, text: "false")
    default:
      if ["inf", "Inf", "INF", "nan", "NaN", "NAN"].contains(where: { text.hasSuffix("." + $0) }),
        text.utf8.count <= 5, ["", "-", "+"].contains(text.dropLast(4))
      {
        return nil
      }
      if let (digits, radix) = Self.prefixed(text) {
        guard let value = UInt64(digits, radix: radix) else { return nil }
        self.init(kind: .number, text: String(value))
      } else if let number = Self.decimal(text) {
        self.init(kind: .number, text: number)
      } else {
        self.init(kind: .string, text: text)
      }
    }
  }

  /// The tags that may be written before such a scalar.
  var tags: [Tag.Name] {
    switch kind {
    case .null: [.null]
    case .boolean: [.bool]
    case .number: text.contains { ".eE".contains($0) } ? [.float] : [.int, .float]
    case .string, .array, .object: []
    }
  }

  private static func prefixed(_ text: String) -> (Substring, Int)? {
    let digits = text.dropFirst(2)
    guard !digits.isEmpty else { return nil }
    if text.hasPrefix("0o"), digits.utf8.allSatisfy({ 0x30...0x37 ~= $0 }) { return (digits, 8) }
    if text.hasPrefix("0x"), digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) {
      return (digits, 16)
    }
    return nil
  }

  /// A decimal number as JSON writes it.
  private static func decimal(_ text: String) -> String? {
    var rest = text[...]
    func isDigit(_ character: Character) -> Bool { "0"..."9" ~= character }
    func takeDigits() -> String {
      let digits = rest.prefix(while: isDigit)
      rest = rest.dropFirst(digits.count)
      return String(digits)
    }
    func take(_ characters: String) -> String? {
      rest.first.flatMap { characters.contains($0) ? String(rest.removeFirst()) : nil }
    }
    let sign = take("+-") == "-" ? "-" : ""
    let whole = takeDigits()
    let hasPoint = take(".") != nil
    let fraction = hasPoint ? takeDigits() : ""
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    var exponent = ""
    if take("eE") != nil {
      exponent = "e" + (take("+-") ?? "")
      let digits = takeDigits()
      if digits.isEmpty { return nil }
      exponent += digits
    }
    guard rest.isEmpty else { return nil }
    let leading = whole.drop { $0 == "0" }
    return sign + (leading.isEmpty ? "0" : leading)
      + (hasPoint ? "." + (fraction.isEmpty ? "0" : fraction) : "") + exponent
  }
}
