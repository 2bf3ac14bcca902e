/// Why a line, a network, a certificate or a refutation is not accepted.
package struct Rejection: Error {
  /// The line of the input, from 1.
  let line: Int
  let reason: String
  /// Whether nothing is wrong, but a bound of this program was met.
  package var isBound: Bool { reason.hasPrefix("bounds") }
  /// What is answered.
  package var text: String { "\(isBound ? "INCOMPLETE" : "REJECTED") line \(line): \(reason)" }
}

/// How much of the input this program is ready to deal with; what is beyond is `INCOMPLETE`.
package enum Bounds {
  /// Bytes of a line: the hints for a box at a long list are one line.
  package static let lineLength = 1 << 26
  /// Numbers of anything that is counted.
  static let count = 1 << 30
  /// What a box says of fields and conditions.
  static let constraints = 1 << 10
  /// The work that all of it takes, in the weight of the boxes that are looked at.
  package static let work = 1 << 26
  /// The work that every byte that was read allows for besides.
  static let workOfByte = 1 << 8
  /// The work that a byte of an answer counts for.
  package static let answer = 1 << 6
  /// The weight of the boxes that one line makes, which may all be there at once.
  static let room = 1 << 22
}

/// The account of what checking costs.
package struct Account {
  /// The line that is checked.
  private(set) var line = Line(number: 0, bytes: [])
  /// What is left of either.
  private var work: Int
  private var room = 0

  /// An account with so much work on it.
  package init(work: Int) { self.work = work }

  /// Turns to a line; of what was made before nothing is left, unless what was there goes on.
  package mutating func begin(_ line: Line, goesOn: Bool = false) {
    (self.line, room) = (line, goesOn ? room : Bounds.room)
  }

  /// Allows for the work that a line of so many bytes may cause.
  package mutating func allow(_ bytes: Int) { work += (bytes + 1) * Bounds.workOfByte }

  /// Pays for work before it is done, and for the room of what it makes.
  package mutating func spend(_ weight: Int, isKept: Bool = false) throws(Rejection) {
    try line.require(weight <= work, "too much work", as: "bounds")
    try line.require(weight <= room || !isKept, "too many boxes at once", as: "bounds")
    (work, room) = (work - weight, room - (isKept ? weight : 0))
  }

  /// Pays for what a box has of each of some others.
  package mutating func spend(_ box: Box, _ others: [Box], isKept: Bool = false) throws(Rejection) {
    let weight = box.weight
    for other in others { try spend(weight + other.weight, isKept: isKept) }
  }

  /// Whether a set is inside the box of this number, if there is one.
  mutating func isInside(_ set: Box, _ boxes: [Box], _ number: Int = 0) throws(Rejection) -> Bool {
    if number >= boxes.count { return false }
    try spend(set, [boxes[number]])
    return set.isInside(boxes[number])
  }
}

/// One line of the input, read word by word from the left.
///
/// **Invariant**: what was read is correct so far, and `position` is at most `end`.
package struct Line {
  /// The number of the line, from 1.
  let number: Int
  private let bytes: [UInt8]
  private var position = 0
  /// Where the remark begins, or the line ends.
  private let end: Int

  /// The line of these bytes, without its line feed.
  package init(number: Int, bytes: [UInt8]) {
    (self.number, self.bytes) = (number, bytes)
    // A space is 32, and @ is 64.
    let isRemark = { bytes[$0 + 1] == 64 && bytes[$0] == 32 && bytes[$0 + 2] == 32 }
    end = bytes.indices.dropLast(2).first(where: isRemark) ?? bytes.count
  }

  /// Whether all of it was read.
  var isAtEnd: Bool { position >= end }

  /// Refuses the line where something is not so.
  package func require(_ isSo: Bool, _ what: String, as kind: String = "format") throws(Rejection) {
    if !isSo { throw Rejection(line: number, reason: "\(kind): \(what)") }
  }

  /// Whether the line begins so.
  package func begins(with text: String) -> Bool { bytes.starts(with: text.utf8) }

  /// The line without its remark.
  package var text: String { String(decoding: bytes[..<end], as: UTF8.self) }

  /// Whether this character comes next.
  func isNext(_ c: Unicode.Scalar) -> Bool { position < end && bytes[position] == UInt8(ascii: c) }

  /// Reads this character if it comes next.
  mutating func accept(_ character: Unicode.Scalar) -> Bool {
    let isNext = isNext(character)
    position += isNext ? 1 : 0
    return isNext
  }

  /// Reads the end of a word, and the single space after it where another follows.
  mutating func endWord() throws(Rejection) {
    try require(isAtEnd || accept(" ") && !isAtEnd && !isNext(" "), "a word does not end here")
  }

  /// Reads characters as long as they are such, or nothing where that is no text.
  private mutating func text(while isSuch: (UInt8) -> Bool) -> String {
    let text = bytes[position..<end].prefix(while: isSuch)
    position = text.endIndex
    return String(validating: text, as: UTF8.self) ?? ""
  }

  /// Reads a word, of ASCII unless it is the name of something, in which everything is seen.
  package mutating func word(isName: Bool = false) throws(Rejection) -> String {
    let word = text { $0 != 32 }
    let isFine = word.unicodeScalars.allSatisfy { $0.isSeen && (isName || $0.isASCII) }
    try require(isFine && !word.isEmpty, "no word, or characters that may not be in it")
    try endWord()
    return word
  }

  /// Reads the part of a word before punctuation: a colon is 58, = is 61, the rest is below 0, 48.
  mutating func name() -> String { text { $0 >= 48 && $0 != 58 && $0 != 61 } }

  /// Reads a number without leading zeros.
  mutating func digits(through maximum: UInt128, radix: UInt8 = 10) throws(Rejection) -> UInt128 {
    let start = position
    var value: UInt128 = 0
    while position < end {
      // A digit is 48 or more, and from 10 on a letter, 97 or more; what is less becomes large.
      let isLetter = bytes[position] >= 97
      let digit = bytes[position] &- (isLetter ? 87 : 48)
      if digit >= (isLetter ? radix : 10) { break }
      let (product, overflows) = value.multipliedReportingOverflow(by: UInt128(radix))
      value = product &+ UInt128(digit)
      try require(!overflows && value >= product && value <= maximum, "a number is too large")
      position += 1
    }
    let isZero = position == start + 1 && value == 0
    try require(isZero || position > start && bytes[start] != 48, "a number")
    return value
  }

  /// Reads a number less than a count, as a part of a word.
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

  /// Reads a word that is this number.
  mutating func readNumber(_ number: Int) throws(Rejection) {
    try require(try self.number() == number, "a number out of order")
  }

  /// Reads numbers less than a count with a character between two; with spaces, there may be none.
  mutating func numbers(below count: Int, by c: Unicode.Scalar = " ") throws(Rejection) -> [Int] {
    var numbers: [Int] = []
    if isAtEnd, c == " " { return numbers }
    repeat { numbers.append(try index(below: count)) } while accept(c)
    return numbers
  }

  /// Reads a word of 64 hexadecimal digits.
  mutating func digest() throws(Rejection) -> String {
    let text = try word()
    try require(text.utf8.count == 64 && text.allSatisfy(\.isHexDigit), "a digest")
    return text
  }
}

extension Unicode.Scalar {
  /// Whether it is neither a separator nor a control or format character.
  fileprivate var isSeen: Bool {
    switch properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format: false
    default: true
    }
  }
}
