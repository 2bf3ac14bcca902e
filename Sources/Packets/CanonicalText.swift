/// The bytes of a canonical network or a certificate while they are written.
///
/// `Documentation/NetworkFormat.md` has the lines. Bytes rather than a `String`: such a text has
/// hundreds of thousands of numbers, and appending a byte is what they cost.
public struct CanonicalText: Sendable {
  /// The text, UTF-8.
  public var bytes: [UInt8] = []

  /// An empty text.
  public init() {}

  /// Adds a text as it is.
  public mutating func add(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// Adds a number in decimal.
  public mutating func add(_ number: Int) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    add(UInt128(number.magnitude))
  }

  /// Adds a number in decimal.
  public mutating func add(_ number: UInt128) {
    if number < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: number))
      return
    }
    let start = bytes.count
    if number <= UInt128(UInt64.max) {
      var rest = UInt64(truncatingIfNeeded: number)
      while rest > 0 {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      }
    } else {
      var rest = number
      while rest > 0 {
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
        rest /= 10
      }
    }
    bytes[start...].reverse()
  }

  /// Ends a line.
  public mutating func endLine() { bytes.append(UInt8(ascii: "\n")) }

  /// Adds a space.
  public mutating func space() { bytes.append(UInt8(ascii: " ")) }

  /// Adds a box in its canonical form, words separated by spaces; values that have a number by `$` and
  /// that number.
  public mutating func add(
    _ box: HeaderBox, numbers: (HeaderBox.Constraint) -> Int? = { _ in nil }
  ) {
    if box.isEmpty {
      add("family=none")
      return
    }
    var isFirst = true
    func separate(_ text: inout Self) {
      if !isFirst { text.space() }
      isFirst = false
    }
    for constraint in box.constraints {
      separate(&self)
      add(constraint.field.canonicalName)
      bytes.append(UInt8(ascii: "="))
      if let number = numbers(constraint) {
        bytes.append(UInt8(ascii: "$"))
        add(number)
      } else {
        add(constraint.values, of: constraint.field)
      }
    }
    for literal in box.literals {
      separate(&self)
      bytes.append(literal.value ? UInt8(ascii: "+") : UInt8(ascii: "-"))
      add(literal.condition)
    }
    if isFirst { bytes.append(UInt8(ascii: "*")) }
  }

  /// Adds values of a field in their canonical form.
  public mutating func add(_ values: Ranges, of field: HeaderField) {
    add(values) { text, value in text.add(value, of: field) }
  }

  /// Adds plain numbers in the form in which the values of a field are written.
  public mutating func add(numbers: Ranges) { add(numbers) { text, value in text.add(value) } }

  private mutating func add(_ values: Ranges, by writing: (inout Self, UInt128) -> Void) {
    if values.isEmpty { add("none") }
    for (index, range) in values.ranges.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      writing(&self, range.lowerBound)
      if range.upperBound == range.lowerBound { continue }
      bytes.append(UInt8(ascii: "-"))
      writing(&self, range.upperBound)
    }
  }

  /// Adds a value of a field: addresses as such, everything else in decimal.
  public mutating func add(_ value: UInt128, of field: HeaderField) {
    switch field {
    case .sourceIPv4, .destinationIPv4, .sentSourceIPv4, .sentDestinationIPv4, .sessionSourceIPv4,
      .sessionDestinationIPv4:
      for shift in [24, 16, 8, 0] as [UInt128] {
        add(value >> shift & 0xFF)
        if shift > 0 { bytes.append(UInt8(ascii: ".")) }
      }
    case .sourceIPv6, .destinationIPv6, .sentSourceIPv6, .sentDestinationIPv6, .sessionSourceIPv6,
      .sessionDestinationIPv6:
      for group in 0..<8 {
        if group > 0 { bytes.append(UInt8(ascii: ":")) }
        add(String(UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * group)), radix: 16))
      }
    default: add(value)
    }
  }
}

extension HeaderField {
  /// The field's name in canonical networks and certificates.
  public var canonicalName: String { Self.canonicalNames[Int(rawValue)] }

  /// The field of a canonical name.
  public init?(canonicalName: String) {
    guard let index = Self.canonicalNames.firstIndex(of: canonicalName),
      let field = Self(rawValue: UInt8(index))
    else { return nil }
    self = field
  }

  private static let canonicalNames = allCases.map { "\($0)" }
}
