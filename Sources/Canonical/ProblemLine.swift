import Packets

/// Why a text is no problem in the form of `Documentation/NetworkFormat.md`.
public struct ProblemError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line, from 1.
  public let line: Int
  /// What is wrong with it, one sentence without a final full stop.
  public let message: String

  /// The error as a sentence without its full stop.
  public var description: String { "line \(line): \(message)" }
}

/// One line of a problem's text, read word by word.
struct ProblemLine {
  /// The number of the line, from 1.
  let number: Int
  private var words: ArraySlice<ArraySlice<UInt8>>

  /// The words of a line before its remark.
  init(_ bytes: ArraySlice<UInt8>, number: Int) throws(ProblemError) {
    self.number = number
    let words = bytes.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    let remark = words.dropFirst().dropLast().firstIndex { $0.elementsEqual([UInt8(ascii: "@")]) }
    self.words = words[..<(remark ?? words.count)]
    if self.words.contains(where: \.isEmpty) { throw error("two spaces, or one at an end") }
  }

  /// Whether all words were read.
  var isAtEnd: Bool { words.isEmpty }

  /// An error on this line.
  func error(_ message: String) -> ProblemError { ProblemError(line: number, message: message) }

  /// The next word.
  mutating func word() throws(ProblemError) -> String {
    String(decoding: try bytes(), as: UTF8.self)
  }

  private mutating func bytes() throws(ProblemError) -> ArraySlice<UInt8> {
    guard let word = words.popFirst() else { throw error("a word is missing") }
    return word
  }

  /// Whether the next word is this one, which is then read.
  mutating func accepts(_ word: String) -> Bool {
    guard let next = words.first, next.elementsEqual(word.utf8) else { return false }
    words.removeFirst()
    return true
  }

  /// Refuses words that are left.
  func end() throws(ProblemError) {
    if !isAtEnd { throw error("too many words") }
  }

  /// A name, which is percent-encoded.
  mutating func name() throws(ProblemError) -> String {
    let word = try bytes()
    let percent = UInt8(ascii: "%")
    if word.elementsEqual([percent]) { return "" }
    var decoded: [UInt8] = []
    var index = word.startIndex
    while index < word.endIndex {
      if word[index] != percent {
        decoded.append(word[index])
        index += 1
        continue
      }
      let digits = String(decoding: word[(index + 1)...].prefix(2), as: UTF8.self)
      guard digits.utf8.count == 2, let byte = UInt8(digits, radix: 16) else {
        throw error("% stands before two hexadecimal digits")
      }
      decoded.append(byte)
      index += 3
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// A number of at most so many.
  mutating func number(below count: Int = .max) throws(ProblemError) -> Int {
    let value = try Self.number(try bytes(), self)
    guard value < UInt128(count) else { throw error("\(value) is too large") }
    return Int(value)
  }

  /// Reads a number, which has to be this one.
  mutating func expect(_ next: Int) throws(ProblemError) {
    if try number() != next { throw error("\(next) comes next") }
  }

  /// All numbers up to the end of the line.
  mutating func numbers() throws(ProblemError) -> [Int] {
    var result: [Int] = []
    while !isAtEnd { result.append(try number()) }
    return result
  }

  /// Numbers below a bound with commas between.
  mutating func list(below count: Int) throws(ProblemError) -> [Int] {
    var result: [Int] = []
    for part in try bytes().split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let value = try Self.number(part, self)
      guard value < UInt128(count) else { throw error("\(value) is too large") }
      result.append(Int(value))
    }
    return result
  }

  /// What a translation does.
  mutating func change() throws(ProblemError) -> Problem.Change {
    let word = try word()
    switch word {
    case "same": return .same
    case "replaced": return .replaced
    case "other": return .other
    default:
      guard word.hasPrefix("moved:") else { throw error("'\(word)' is no change") }
      return .moved(try Self.number(word.utf8.dropFirst(6), self))
    }
  }

  /// Fields with commas between.
  mutating func fields() throws(ProblemError) -> [HeaderField] {
    var result: [HeaderField] = []
    for part in try word().split(separator: ",", omittingEmptySubsequences: false) {
      guard let field = HeaderField(canonicalName: String(part)) else {
        throw error("no field is named '\(part)'")
      }
      result.append(field)
    }
    return result
  }

  /// One field.
  mutating func field() throws(ProblemError) -> HeaderField {
    let fields = try fields()
    if fields.count != 1 { throw error("one field is wanted") }
    return fields[0]
  }

  /// The box that the rest of the line is.
  mutating func box() throws(ProblemError) -> HeaderBox {
    var box = HeaderBox()
    if accepts("*") { return box }
    var last: HeaderField?
    repeat {
      let word = try bytes()
      if word.first == UInt8(ascii: "+") || word.first == UInt8(ascii: "-") {
        let condition = Int(clamping: try Self.number(word.dropFirst(), self))
        let literal = Literal(2 * min(condition, 1 << 32), word.first == UInt8(ascii: "+"))
        if let known = box.literals.last, known >= literal || known.condition == literal.condition {
          throw error("conditions are not in order")
        }
        box.constrain(literal)
        continue
      }
      guard let sign = word.firstIndex(of: UInt8(ascii: "=")),
        let field = HeaderField(canonicalName: String(decoding: word[..<sign], as: UTF8.self)),
        last.map({ $0 < field }) ?? true, box.literals.isEmpty
      else { throw error("a field in its order, = and values are wanted") }
      last = field
      box.constrain(field, to: try values(word[(sign + 1)...], of: field))
    } while !isAtEnd
    return box
  }

  /// Values of a field.
  mutating func values(of field: HeaderField) throws(ProblemError) -> Ranges {
    try values(try bytes(), of: field)
  }

  /// One value of a field.
  mutating func value(of field: HeaderField) throws(ProblemError) -> UInt128 {
    try value(try bytes(), of: field)
  }

  private func values(
    _ text: ArraySlice<UInt8>, of field: HeaderField
  ) throws(ProblemError) -> Ranges {
    if text.elementsEqual("none".utf8) { return .none }
    var result: [ClosedRange<UInt128>] = []
    for part in text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
      let ends = part.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
      let low = try value(ends[0], of: field)
      if ends.count == 1 {
        result.append(low...low)
        continue
      }
      let high = try value(ends[1], of: field)
      guard ends.count == 2, low < high else { throw error("a range does not ascend") }
      result.append(low...high)
    }
    let ranges = Ranges(result)
    guard ranges.ranges == result else { throw error("ranges are not in order, or touch") }
    return ranges
  }

  private func value(
    _ text: ArraySlice<UInt8>, of field: HeaderField
  ) throws(ProblemError) -> UInt128 {
    let value: UInt128
    switch (field.bits, field) {
    case (32, let field) where field != .mark:
      value = try join(text, by: ".", count: 4, radix: 10, bits: 8)
    case (128, _): value = try join(text, by: ":", count: 8, radix: 16, bits: 16)
    default: value = try Self.number(text, self)
    }
    guard value <= field.greatest else { throw error("a value is too large for its field") }
    return value
  }

  /// The value of an address's parts.
  private func join(
    _ text: ArraySlice<UInt8>, by separator: Character, count: Int, radix: Int, bits: UInt128
  ) throws(ProblemError) -> UInt128 {
    let parts = String(decoding: text, as: UTF8.self)
      .split(separator: separator, omittingEmptySubsequences: false)
    var result: UInt128 = 0
    for part in parts {
      guard let value = UInt16(part, radix: radix), UInt128(value) >> bits == 0,
        String(value, radix: radix) == part
      else { throw error("'\(part)' is no part of an address") }
      result = result << bits | UInt128(value)
    }
    if parts.count != count { throw error("an address has \(count) parts") }
    return result
  }

  private static func number(
    _ digits: some Collection<UInt8>, _ line: Self
  ) throws(ProblemError) -> UInt128 {
    var value: UInt128 = 0
    for digit in digits {
      let (tenfold, overflow) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = tenfold.addingReportingOverflow(UInt128(digit &- UInt8(ascii: "0")))
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9"), !overflow, !carry else {
        throw line.error("'\(String(decoding: digits, as: UTF8.self))' is no number")
      }
      value = sum
    }
    if digits.isEmpty || digits.count > 1 && digits.first == UInt8(ascii: "0") {
      throw line.error("'\(String(decoding: digits, as: UTF8.self))' is no number")
    }
    return value
  }
}
