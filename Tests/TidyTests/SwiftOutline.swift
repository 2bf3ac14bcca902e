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
    var word = ""
    var before: Character = "\n"
    var beforeWord: Character = "\n"
    for character in Self.blanked(text) + "\n" {
      if character.isLetter || character.isNumber || character == "_" {
        if word.isEmpty { beforeWord = before }
        word.append(character)
      } else {
        if !word.isEmpty { see(word: word, after: beforeWord, line: line) }
        word = ""
        see(character, line: line)
        if character == "\n" { line += 1 }
      }
      before = character
    }
  }

  private mutating func see(word: String, after: Character, line: Int) {
    if let function = pending, function.name == "func" {
      pending?.name = word
    } else if after != ".", ["func", "init", "deinit", "subscript"].contains(word) {
      pending = Function(name: word, line: line, length: 0)
      parentheses = 0
    }
  }

  private mutating func see(_ character: Character, line: Int) {
    switch character {
    case "(", "[": parentheses += 1
    case ")", "]": parentheses -= 1
    case "{":
      depth += 1
      guard let function = pending, parentheses <= 0 else { return }
      open.append((function, depth))
      pending = nil
    case "}":
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

  /// The text with comments and the insides of strings replaced by spaces; lines stay where they are.
  static func blanked(_ text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let first = rest.first {
      if rest.hasPrefix("//") {
        let end = rest.firstIndex(of: "\n") ?? rest.endIndex
        rest = rest[end...]
      } else if rest.hasPrefix("/*") {
        let end = Self.end(of: "*/", in: rest.dropFirst(2), escape: nil)
        result += rest[..<end].filter { $0 == "\n" }
        rest = rest[end...]
      } else if let (opening, closing, escape) = delimiters(at: rest) {
        let end = Self.end(of: closing, in: rest.dropFirst(opening.count), escape: escape)
        result += "\"" + rest[..<end].filter { $0 == "\n" } + "\""
        rest = rest[end...]
      } else {
        result.append(first)
        rest.removeFirst()
      }
    }
    return result
  }

  /// The delimiters of a string literal that begins here: its opening, closing and escape.
  private static func delimiters(at rest: Substring) -> (String, String, Character?)? {
    let hashes = rest.prefix { $0 == "#" }
    let quoted = rest.dropFirst(hashes.count)
    let quotes = quoted.hasPrefix("\"\"\"") ? "\"\"\"" : "\""
    guard quoted.hasPrefix(quotes) else { return nil }
    return (hashes + quotes, quotes + hashes, hashes.isEmpty ? "\\" : nil)
  }

  /// Where the closing delimiter ends; the end of the text where it is missing.
  private static func end(of closing: String, in text: Substring, escape: Character?)
    -> Substring.Index
  {
    var rest = text
    while !rest.isEmpty, !rest.hasPrefix(closing) {
      rest = rest.dropFirst(rest.first == escape ? 2 : 1)
    }
    return rest.dropFirst(closing.count).startIndex
  }
}
