/// Where the functions of a Swift file begin and end, found by counting brackets.
///
/// A heuristic that the layout of the formatter makes good: comments and the text of strings are
/// blanked out first, and a function is a `func`, `init`, `deinit` or `subscript` with a body.
struct SwiftOutline {
  /// A function with a body.
  struct Function: Equatable {
    /// The name, or the keyword where there is none.
    var name: String
    /// The line of its keyword, from 1.
    var line: Int
    /// The number of lines to its last bracket, both included.
    var length: Int
  }

  /// The functions in the order in which they end.
  private(set) var functions: [Function] = []

  private var depth = 0
  private var parentheses = 0
  private var open: [(function: Function, depth: Int)] = []
  private var pending: Function?

  /// Reads the outline of a file.
  init(_ text: String) {
    var line = 1
    var word: [UInt8] = []
    var before = UInt8(ascii: "\n")
    var beforeWord = before
    for byte in Self.blanked(Array(text.utf8)) + [UInt8(ascii: "\n")] {
      if Self.isPartOfWord(byte) {
        if word.isEmpty { beforeWord = before }
        word.append(byte)
      } else {
        if !word.isEmpty { see(word: word, after: beforeWord, line: line) }
        word.removeAll(keepingCapacity: true)
        see(byte, line: line)
        if byte == UInt8(ascii: "\n") { line += 1 }
      }
      before = byte
    }
  }

  private static func isPartOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }

  private static let lineComment = Array("//".utf8)
  private static let blockComment = Array("/*".utf8)
  private static let keywords = ["func", "init", "deinit", "subscript"].map { Array($0.utf8) }

  private mutating func see(word: [UInt8], after: UInt8, line: Int) {
    if pending?.name == "func" {
      pending?.name = String(decoding: word, as: UTF8.self)
    } else if after != UInt8(ascii: "."), Self.keywords.contains(word) {
      pending = Function(name: String(decoding: word, as: UTF8.self), line: line, length: 0)
      parentheses = 0
    }
  }

  private mutating func see(_ byte: UInt8, line: Int) {
    switch byte {
    case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
    case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
    case UInt8(ascii: "{"):
      depth += 1
      guard let function = pending, parentheses <= 0 else { return }
      open.append((function, depth))
      pending = nil
    case UInt8(ascii: "}"):
      if var last = open.last, last.depth == depth {
        last.function.length = line - last.function.line + 1
        functions.append(last.function)
        open.removeLast()
      }
      depth -= 1
      if parentheses <= 0 { pending = nil }
    default: break
    }
  }

  /// The text without comments and the insides of strings, but with all its lines.
  static func blanked(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var at = 0
    while at < text.count {
      if starts(text, at, lineComment) {
        while at < text.count, text[at] != UInt8(ascii: "\n") { at += 1 }
      } else if starts(text, at, blockComment) {
        let end = end(of: Array("*/".utf8), in: text, from: at + 2, hasEscapes: false)
        result += text[at..<end].filter { $0 == UInt8(ascii: "\n") }
        at = end
      } else if let (opening, closing, hasEscapes) = delimiters(text, at) {
        let end = end(of: closing, in: text, from: at + opening, hasEscapes: hasEscapes)
        let quote = UInt8(ascii: "\"")
        result += [quote] + text[at..<end].filter { $0 == UInt8(ascii: "\n") } + [quote]
        at = end
      } else {
        result.append(text[at])
        at += 1
      }
    }
    return result
  }

  private static func starts(_ text: [UInt8], _ at: Int, _ prefix: [UInt8]) -> Bool {
    text[at] == prefix[0] && text[at...].starts(with: prefix)
  }

  /// The delimiters of a string literal that begins here: the length of its opening, its closing,
  /// and whether it has escapes.
  private static func delimiters(_ text: [UInt8], _ at: Int) -> (Int, [UInt8], Bool)? {
    guard text[at] == UInt8(ascii: "\"") || text[at] == UInt8(ascii: "#") else { return nil }
    let hashes = text[at...].prefix { $0 == UInt8(ascii: "#") }
    let quotes = text[hashes.endIndex...].prefix(3).prefix { $0 == UInt8(ascii: "\"") }
    if quotes.isEmpty { return nil }
    let count = quotes.count == 3 ? 3 : 1
    return (hashes.count + count, Array(quotes.prefix(count) + hashes), hashes.isEmpty)
  }

  /// Where the closing delimiter ends; the end of the text where it is missing.
  private static func end(
    of closing: [UInt8], in text: [UInt8], from start: Int, hasEscapes: Bool
  ) -> Int {
    var at = start
    while at < text.count, !starts(text, at, closing) {
      at += hasEscapes && text[at] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(at + closing.count, text.count)
  }
}
