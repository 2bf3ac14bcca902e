/// The tokens of one line of hints, in their order.
struct Hints {
  /// It lies inside a box of the target, or of an earlier entry, or is split by a constraint of a box.
  enum Kind { case inside, hidden, split }

  private var line: Line
  private var token = (kind: Kind.inside, numbers: [0])
  private var repetitions = 0

  /// The tokens of a line; none where there is no such line, of which another is named.
  init(_ line: Line?, or number: Int) { self.line = line ?? Line(number: number, bytes: []) }

  /// Refuses tokens that nothing needs.
  func finish() throws(Rejection) {
    try line.require(repetitions == 0 && line.isAtEnd, "too many", as: "hints")
  }

  /// The next token.
  mutating func next() throws(Rejection) -> (kind: Kind, numbers: [Int]) {
    if repetitions == 0 {
      try line.require(!line.isAtEnd, "too few", as: "hints")
      token.kind = line.accept("h") ? .hidden : line.accept("s") ? .split : .inside
      token.numbers = [try line.index()]
      while token.numbers.count < (token.kind == .inside ? 1 : token.kind == .hidden ? 2 : 3) {
        try line.require(line.accept("."), "a token")
        token.numbers.append(try line.index())
      }
      repetitions = line.accept("*") ? try line.index() : 1
      try line.require(repetitions > 0, "a token that is there 0 times")
      try line.endWord()
    }
    repetitions -= 1
    return token
  }
}
