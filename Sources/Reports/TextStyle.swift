/// How a text is shown.
public struct TextStyle: Hashable, Sendable {
  /// Whether words are coloured, with ANSI escape sequences.
  public var isColoured: Bool

  /// Creates a style; plain unless it is said to be coloured.
  public init(isColoured: Bool = false) { self.isColoured = isColoured }
}

/// Lines of text, in which nothing that an input holds can steer the terminal.
///
/// **Invariant**: `text` holds no escape sequence but those that this type writes.
struct TextPage {
  /// A piece of a line.
  struct Span: ExpressibleByStringInterpolation {
    /// How a piece is shown.
    enum Look: String {
      case plain = ""
      case strong = "1"
      case dim = "2"
      case good = "1;32"
      case bad = "1;31"
      case doubtful = "1;33"
    }

    var text: String
    var look: Look

    init(_ text: String, _ look: Look = .plain) {
      self.text = text
      self.look = look
    }

    init(stringLiteral text: String) { self.init(text) }

    static func dim(_ text: String) -> Self { Self(text, .dim) }
    static func strong(_ text: String) -> Self { Self(text, .strong) }
    static func bad(_ text: String) -> Self { Self(text, .bad) }
  }

  private(set) var text = ""
  private let style: TextStyle

  init(style: TextStyle) { self.style = style }

  /// An empty line, but never two in a row or one at the top.
  mutating func gap() {
    if !text.isEmpty, !text.hasSuffix("\n\n") { text += "\n" }
  }

  /// A line of pieces, indented.
  mutating func line(_ spans: Span..., indent: Int = 0) { line(spans, indent: indent) }

  /// A line of pieces, indented.
  mutating func line(_ spans: [Span], indent: Int = 0) {
    text += String(repeating: " ", count: indent)
    for span in spans { append(span) }
    text += "\n"
  }

  /// A line that a label introduces, all of whose texts start in the same column.
  mutating func line(label: String, width: Int, _ spans: [Span], indent: Int = 0) {
    line([.dim(label.padded(to: width))] + spans, indent: indent)
  }

  private mutating func append(_ span: Span) {
    guard style.isColoured, span.look != .plain, !span.text.isEmpty else {
      text += span.text.visible
      return
    }
    text += "\u{1b}[\(span.look.rawValue)m\(span.text.visible)\u{1b}[0m"
  }
}

extension String {
  /// The text with spaces behind it, to this many characters at least.
  func padded(to width: Int) -> String {
    let missing = width - visible.count
    return missing > 0 ? self + String(repeating: " ", count: missing) : self
  }

  /// The text with spaces before it, to this many characters at least.
  func leftPadded(to width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}
