import Packets

/// Terms of SMT-LIB 2 over bit-vectors and truth values, as text.
enum Term {
  /// A value of a field.
  static func value(_ value: UInt128, bits: Int) -> String {
    let radix = bits % 4 == 0 ? 16 : 2
    let digits = String(value, radix: radix)
    let count = bits % 4 == 0 ? bits / 4 : bits
    return (radix == 16 ? "#x" : "#b")
      + String(repeating: "0", count: max(0, count - digits.count)) + digits
  }

  /// All of these.
  static func and(_ terms: [String]) -> String {
    let needed = terms.filter { $0 != "true" }
    if needed.contains("false") { return "false" }
    if needed.count < 2 { return needed.first ?? "true" }
    return "(and \(needed.joined(separator: " ")))"
  }

  /// Any of these.
  static func or(_ terms: [String]) -> String {
    let needed = terms.filter { $0 != "false" }
    if needed.contains("true") { return "true" }
    if needed.count < 2 { return needed.first ?? "false" }
    return "(or \(needed.joined(separator: " ")))"
  }

  /// Not this.
  static func not(_ term: String) -> String {
    switch term {
    case "true": "false"
    case "false": "true"
    default: "(not \(term))"
    }
  }

  /// The one or the other.
  static func choice(_ condition: String, _ yes: String, _ no: String) -> String {
    if yes == no || condition == "true" { return yes }
    return condition == "false" ? no : "(ite \(condition) \(yes) \(no))"
  }

  /// What a function with a name says of terms.
  static func call(_ name: String, _ terms: [String]) -> String {
    terms.isEmpty ? name : "(\(name) \(terms.joined(separator: " ")))"
  }

  /// The two are equal; two values of the same width are only if they are written so.
  static func equal(_ a: String, _ b: String) -> String {
    if a == b { return "true" }
    return a.hasPrefix("#") && b.hasPrefix("#") ? "false" : "(= \(a) \(b))"
  }

  /// A term of a field has one of these values.
  static func isIn(_ term: String, _ values: Ranges, of field: HeaderField) -> String {
    if values == field.allValues, field != .family { return "true" }
    return or(values.ranges.map { isIn(term, $0, bits: field.bits) })
  }

  /// A term has a value of the range: a comparison of leading bits where the range is a prefix.
  static func isIn(_ term: String, _ range: ClosedRange<UInt128>, bits: Int) -> String {
    let low = range.lowerBound
    let high = range.upperBound
    if low == high { return "(= \(term) \(value(low, bits: bits)))" }
    let differing = low ^ high
    let width = 128 - differing.leadingZeroBitCount
    if low & differing == 0, high & differing == differing,
      differing.trailingZeroBitCount == 0, differing.nonzeroBitCount == width
    {
      if width >= bits { return "true" }
      let leading = value(low >> UInt128(width), bits: bits - width)
      return "(= ((_ extract \(bits - 1) \(width)) \(term)) \(leading))"
    }
    let greatest: UInt128 = bits == 128 ? .max : (1 << UInt128(bits)) - 1
    return and([
      low == 0 ? "true" : "(bvuge \(term) \(value(low, bits: bits)))",
      high == greatest ? "true" : "(bvule \(term) \(value(high, bits: bits)))",
    ])
  }

  /// A term of a field moved by a distance modulo 2^128, and that what comes out is a value of the
  /// field.
  static func moved(
    _ term: String, by distance: UInt128, in field: HeaderField
  ) -> (term: String, isValue: String) {
    let greatest = field.greatest
    if distance == 0 { return (term, "true") }
    let by = value(distance & greatest, bits: field.bits)
    let result = "(bvadd \(term) \(by))"
    if field.bits == 128 { return (result, "true") }
    let backwards = 0 &- distance
    if distance <= greatest {
      return (result, isIn(term, 0...greatest - distance, bits: field.bits))
    }
    if backwards <= greatest {
      return (result, isIn(term, backwards...greatest, bits: field.bits))
    }
    return (result, "false")
  }
}
