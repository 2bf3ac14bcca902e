extension PANOS {
  /// The filter of a dynamic address group: tags joined by `and`, `or` and parentheses.
  indirect enum TagFilter: Hashable {
    case tag(String)
    case and(TagFilter, TagFilter)
    case or(TagFilter, TagFilter)

    /// The most tokens of a filter, since the reader recurses.
    private static let limit = 1000

    /// Reads a filter; `nil` where it is not understood.
    init?(parsing text: String) {
      var tokens = Self.tokens(text)[...]
      guard !tokens.isEmpty, tokens.count <= Self.limit, let filter = Self.alternatives(&tokens),
        tokens.isEmpty
      else { return nil }
      self = filter
    }

    /// Whether an object with these tags is in the group.
    func matches(_ tags: Set<String>) -> Bool {
      switch self {
      case .tag(let tag): tags.contains(tag)
      case .and(let a, let b): a.matches(tags) && b.matches(tags)
      case .or(let a, let b): a.matches(tags) || b.matches(tags)
      }
    }

    private enum Token: Hashable {
      case tag(String)
      case and
      case or
      case open
      case close
    }

    private static func tokens(_ text: String) -> [Token] {
      var tokens: [Token] = []
      var rest = text[...]
      while let first = rest.first {
        if first.isWhitespace {
          rest.removeFirst()
        } else if first == "(" || first == ")" {
          tokens.append(first == "(" ? .open : .close)
          rest.removeFirst()
        } else if first == "'" || first == "\"" {
          rest.removeFirst()
          let end = rest.firstIndex(of: first) ?? rest.endIndex
          tokens.append(.tag(String(rest[..<end])))
          rest = end == rest.endIndex ? rest[end...] : rest[rest.index(after: end)...]
        } else {
          let end = rest.firstIndex { $0.isWhitespace || $0 == "(" || $0 == ")" } ?? rest.endIndex
          let word = String(rest[..<end])
          switch word.lowercased() {
          case "and": tokens.append(.and)
          case "or": tokens.append(.or)
          default: tokens.append(.tag(word))
          }
          rest = rest[end...]
        }
      }
      return tokens
    }

    private static func alternatives(_ tokens: inout ArraySlice<Token>) -> Self? {
      guard var left = both(&tokens) else { return nil }
      while tokens.first == .or {
        tokens.removeFirst()
        guard let right = both(&tokens) else { return nil }
        left = .or(left, right)
      }
      return left
    }

    private static func both(_ tokens: inout ArraySlice<Token>) -> Self? {
      guard var left = operand(&tokens) else { return nil }
      while tokens.first == .and {
        tokens.removeFirst()
        guard let right = operand(&tokens) else { return nil }
        left = .and(left, right)
      }
      return left
    }

    private static func operand(_ tokens: inout ArraySlice<Token>) -> Self? {
      switch tokens.popFirst() {
      case .tag(let tag): return .tag(tag)
      case .open:
        guard let inner = alternatives(&tokens), tokens.popFirst() == .close else { return nil }
        return inner
      case .and, .or, .close, nil: return nil
      }
    }
  }
}
