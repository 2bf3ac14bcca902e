/// Writes JSON (RFC 8259) in the order in which it is told, two spaces a level.
///
/// A value that is `compact` and all that it holds stand on one line.
struct JSONWriter {
  private(set) var text = ""
  private var depth = 0
  /// Whether the innermost value that is open has a member yet.
  private var hasMember = false
  /// How many of the open values are compact.
  private var compactDepth = 0

  /// An object.
  mutating func object(compact: Bool = false, _ body: (inout Self) -> Void) {
    enclose("{", "}", compact: compact, body)
  }

  /// An array with a value for each element.
  mutating func array<Element>(
    _ elements: some Sequence<Element>, compact: Bool = false,
    _ each: (inout Self, Element) -> Void
  ) {
    enclose("[", "]", compact: compact) { writer in
      for element in elements {
        writer.separate()
        each(&writer, element)
      }
    }
  }

  /// A string.
  mutating func string(_ value: String) {
    text += "\""
    defer { text += "\"" }
    let isPlain = value.utf8.allSatisfy {
      (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain {
      text += value
      return
    }
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      default:
        if scalar.isSteering { escape(scalar) } else { text.unicodeScalars.append(scalar) }
      }
    }
  }

  /// A member of an object whose value the body writes.
  mutating func member(_ key: String, _ body: (inout Self) -> Void) {
    separate()
    string(key)
    text += ": "
    body(&self)
  }

  /// A member with a string.
  mutating func member(_ key: String, _ value: String) { member(key) { $0.string(value) } }

  /// A member with a string, unless it is `nil`.
  mutating func member(_ key: String, ifAny value: String?) {
    if let value { member(key, value) }
  }

  /// A member with a number.
  mutating func member(_ key: String, _ value: Int) { member(key) { $0.text += "\(value)" } }

  /// A member with a truth value.
  mutating func member(_ key: String, _ value: Bool) {
    member(key) { $0.text += value ? "true" : "false" }
  }

  /// A member with an array of strings on one line.
  mutating func member(_ key: String, _ values: [String]) {
    member(key) { $0.array(values, compact: true) { $0.string($1) } }
  }

  /// A member with an array.
  mutating func member<Element>(
    _ key: String, _ elements: some Sequence<Element>, each: (inout Self, Element) -> Void
  ) {
    member(key) { $0.array(elements, each) }
  }

  private mutating func enclose(
    _ opening: String, _ closing: String, compact: Bool, _ body: (inout Self) -> Void
  ) {
    text += opening
    let outer = hasMember
    hasMember = false
    depth += 1
    if compact { compactDepth += 1 }
    body(&self)
    depth -= 1
    if hasMember { end(with: compactDepth > 0 && opening == "{" ? " " : "") }
    if compact { compactDepth -= 1 }
    hasMember = outer
    text += closing
  }

  private mutating func separate() {
    if hasMember { text += "," }
    let isFirstOfArray = !hasMember && text.utf8.last == UInt8(ascii: "[")
    hasMember = true
    end(with: isFirstOfArray ? "" : " ")
  }

  /// A new line, or in a compact value these spaces.
  private mutating func end(with spaces: String) {
    text += compactDepth > 0 ? spaces : "\n" + String(repeating: "  ", count: depth)
  }

  private mutating func escape(_ scalar: Unicode.Scalar) {
    for unit in String(scalar).utf16 {
      let digits = String(unit, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
}
