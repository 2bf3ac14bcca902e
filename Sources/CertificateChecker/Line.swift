/// Why a line, a network or a certificate is not accepted.
struct Rejection: Error, Equatable {
  /// The line of the input, from 1.
  let line: Int
  let reason: String
  /// Whether nothing is wrong but one of this program's own bounds was met.
  var isIncomplete = false

  /// There is more of something than a bound allows.
  static func bound(_ line: Int, _ what: String) -> Rejection {
    Rejection(line: line, reason: "line \(line): too \(what)", isIncomplete: true)
  }
}

/// How much of the input this program is ready to deal with; what is beyond is `INCOMPLETE`.
enum Bounds {
  /// Bytes of a line: the hints for a box at a long list are one line.
  static let lineLength = 1 << 26
  /// Numbers of anything that is counted.
  static let count = 1 << 30
  /// What a box says of fields and conditions, which are looked up one by one.
  static let constraints = 1 << 10
  /// The boxes that one box becomes by writes.
  static let images = 1 << 14
  /// The parts of a split box that wait for their proofs, and the boxes of packets that sessions take.
  static let boxes = 1 << 20
}

/// One line of the input, read word by word from the left.
///
/// **Invariant**: what was read is correct so far, and `position` is at most `end`.
struct Line {
  /// The number of the line, from 1.
  let number: Int
  private let bytes: [UInt8]
  private var position = 0
  /// Where the remark begins, or the line ends.
  private let end: Int

  /// The line of these bytes, without its line feed.
  init(number: Int, bytes: [UInt8]) {
    (self.number, self.bytes) = (number, bytes)
    // A space is 32, and @ is 64.
    let remark = bytes.indices.dropLast(2).first {
      bytes[$0 + 1] == 64 && bytes[$0] == 32 && bytes[$0 + 2] == 32
    }
    end = remark ?? bytes.count
  }

  /// Whether all of it was read.
  var isAtEnd: Bool { position >= end }

  /// Refuses the line where something is not so.
  func require(_ isSo: Bool, _ what: String, as kind: String = "format") throws(Rejection) {
    if !isSo { throw Rejection(line: number, reason: "\(kind): \(what)") }
  }

  /// Whether this character comes next.
  func isNext(_ c: Unicode.Scalar) -> Bool { position < end && bytes[position] == UInt8(ascii: c) }

  /// Reads this character if it comes next.
  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard isNext(character) else { return false }
    position += 1
    return true
  }

  /// Reads the end of a word, and the single space after it where another follows.
  mutating func endWord() throws(Rejection) {
    if isAtEnd { return }
    try require(accept(" ") && !isAtEnd && !isNext(" "), "a word does not end here")
  }

  /// Reads a word, in which no control character may be.
  mutating func word() throws(Rejection) -> String {
    let start = position
    while position < end, bytes[position] > UInt8(ascii: " "), bytes[position] != 0x7F {
      position += 1
    }
    try require(position > start, "a word is missing")
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    try endWord()
    return text
  }

  /// Reads the part of a word before punctuation.
  mutating func name() -> String {
    let start = position
    while position < end, bytes[position] >= UInt8(ascii: "0"), !isNext(":"), !isNext("=") {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  /// Reads a decimal number without leading zeros.
  mutating func digits(through maximum: UInt128) throws(Rejection) -> UInt128 {
    let start = position
    var value: UInt128 = 0
    while position < end, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
      let (tenfold, overflows) = value.multipliedReportingOverflow(by: 10)
      value = tenfold &+ UInt128(digit)
      try require(!overflows && value >= tenfold && value <= maximum, "a number is too large")
      position += 1
    }
    let isShort = position == start + 1
    try require(isShort || position > start && bytes[start] != UInt8(ascii: "0"), "a number")
    return value
  }

  /// Reads a number that is less than a count, as a part of a word.
  mutating func index(below count: Int = Bounds.count) throws(Rejection) -> Int {
    let value = Int(try digits(through: UInt128(Bounds.count)))
    try require(value < count, "a number of nothing, or too large")
    return value
  }

  /// Reads a word that is a number less than a count.
  mutating func number(below count: Int = Bounds.count) throws(Rejection) -> Int {
    let value = try index(below: count)
    try endWord()
    return value
  }

  /// Reads words to the end of the line, each a number less than a count.
  mutating func numbers(below count: Int = Bounds.count) throws(Rejection) -> [Int] {
    var numbers: [Int] = []
    while !isAtEnd { numbers.append(try number(below: count)) }
    return numbers
  }

  /// Reads numbers less than a count with commas between, as a part of a word.
  mutating func list(below count: Int) throws(Rejection) -> [Int] {
    var numbers: [Int] = []
    repeat { numbers.append(try index(below: count)) } while accept(",")
    return numbers
  }

  /// Reads a word of 64 hexadecimal digits.
  mutating func digest() throws(Rejection) -> String {
    let text = try word()
    try require(text.utf8.count == 64 && text.allSatisfy(\.isHexDigit), "a digest")
    return text
  }
}
