/// Markdown (CommonMark with tables), in which nothing that an input holds can be markup.
///
/// **Invariant**: every piece of text is escaped where it is put in; markup is written by this type
/// alone.
struct MarkdownPage {
  /// A piece of text.
  struct Span: ExpressibleByStringInterpolation {
    /// The piece as it stands in the page, escaped.
    fileprivate var source: String

    init(stringLiteral text: String) { source = Self.escaped(text) }

    init(_ text: String) { source = Self.escaped(text) }

    private init(source: String) { self.source = source }

    /// A name, an address, a place: something that is quoted.
    static func code(_ text: String) -> Self {
      let text = text.visible
      let isPlain = !text.isEmpty && !text.contains { "`|\\".contains($0) }
      return Self(source: isPlain ? "`\(text)`" : "<code>" + Self.escaped(text) + "</code>")
    }

    static func strong(_ text: String) -> Self { Self(source: "**" + Self.escaped(text) + "**") }

    /// Backslashes do not stop links that renderers find by themselves, entities do.
    private static func escaped(_ text: String) -> String {
      var result = ""
      for character in text.visible.unicodeScalars {
        if special.contains(character) {
          result += "&#\(character.value);"
        } else {
          result.unicodeScalars.append(character)
        }
      }
      return result.replacing("www.", with: "www&#46;").replacing("://", with: "&#58;//")
    }

    private static let special = Set("\\`*_[]<>|~&$@".unicodeScalars)
  }

  private(set) var text = ""

  mutating func heading(_ level: Int, _ spans: Span...) {
    gap()
    text += String(repeating: "#", count: level) + " " + joined(spans) + "\n\n"
  }

  mutating func paragraph(_ spans: Span...) {
    gap()
    text += line(spans) + "\n\n"
  }

  mutating func item(_ spans: Span..., level: Int = 0) { item(spans, level: level) }

  mutating func item(_ spans: [Span], level: Int = 0) {
    text += String(repeating: "  ", count: level) + "- " + line(spans) + "\n"
  }

  /// An empty line, where the last one is not.
  private mutating func gap() { if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" } }

  /// A table.
  mutating func table(_ heads: [Span], _ rows: [[Span]]) {
    gap()
    for row in [heads, heads.map { _ in Span(rule: ()) }] + rows {
      text += "| " + row.map(\.source).joined(separator: " | ") + " |\n"
    }
    text += "\n"
  }

  private func joined(_ spans: [Span]) -> String { spans.map(\.source).joined() }

  /// The text of a line whose first character begins no list, heading or rule.
  private func line(_ spans: [Span]) -> String {
    let text = joined(spans)
    guard let first = text.unicodeScalars.first, Self.beginnings.contains(first)
    else { return text }
    return "&#\(first.value);"
      + text.unicodeScalars.dropFirst().reduce(into: "") {
        $0.unicodeScalars.append($1)
      }
  }

  private static let beginnings = Set("#+-=:0123456789".unicodeScalars)
}

extension MarkdownPage.Span {
  /// The line under a table's head.
  fileprivate init(rule: Void) { source = "---" }
}
