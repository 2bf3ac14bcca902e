/// A certificate as it is written: what bounds the packets and the sessions, and hints.
struct Proof {
  /// A box of packets that may be somewhere.
  typealias Entry = (box: Box, line: Int, hints: Line?)

  /// Sessions of one device with the same codes (of the destination, of the source, the status).
  struct SessionClass: Hashable {
    let codes: [Int]
    let trail: Trail
  }

  let firstLine: Int
  /// The digest of the network that the certificate was made for.
  private(set) var digest = ""
  private(set) var claims: [Int] = []
  /// What bounds the sessions of devices, and the line that begins it.
  private(set) var memories: [Int: (line: Int, classes: [(kind: SessionClass, pairs: [Box])])] = [:]
  /// The lines of the locations that are listed.
  private(set) var listed: [Int: Int] = [:]
  /// The packets at one location with one trail, in the order in which they are written.
  private(set) var groups: [(location: Int, trail: Trail, entries: [Entry])] = []
  private(set) var groupAt: [Int: [Trail: Int]] = [:]
  /// The hints for what starts.
  private(set) var starts: Line?
  /// The first word of the last line.
  private(set) var last = ""
  private var device = 0
  private var location = 0
  private var known: Set<SessionClass> = []

  /// The certificate that begins in a line.
  init(firstLine: Int) { self.firstLine = firstLine }

  /// What lines may follow; others follow anything after the claims.
  private static let order = [
    "network": [""], "claims": ["network"], "class": ["memory", "class", "pair"],
    "pair": ["class", "pair"], "trail": ["at", "trail", "box", "hints"],
    "box": ["trail", "box", "hints"], "hints": ["box"],
  ]

  /// Reads a line after its first word.
  mutating func read(_ keyword: String, _ line: inout Line, for problem: Problem) throws(Rejection)
  {
    try line.require(Self.order[keyword]?.contains(last) ?? !claims.isEmpty, "out of place")
    last = keyword
    switch keyword {
    case "network": digest = try line.digest()
    case "claims":
      claims = try line.numbers(below: problem.claims.count)
      try line.require(Set(claims).count == max(1, claims.count), "claims, each once")
    case "memory":
      device = try line.number(below: problem.devices.count)
      let before = memories.updateValue((line.number, []), forKey: device)
      try line.require(before == nil, "a device occurs twice")
      known = []
    case "class":
      let codes = [1 << 24, 1 << 24, 4]
      var values: [Int] = []
      for count in codes { values.append(try line.number(below: count)) }
      let kind = SessionClass(codes: values, trail: try line.trail())
      try line.require(known.insert(kind).inserted, "a class occurs twice")
      memories[device]?.classes.append((kind, []))
    case "pair":
      let box = try line.box(conditions: 0)
      let place = (memories[device]?.classes.count ?? 0) - 1
      let ghosts = memories[device]?.classes[place].kind.trail.ghosts ?? []
      let isOfSession = box.constraints.allSatisfy { (Field.session + ghosts).contains($0.field) }
      try line.require(isOfSession, "a pair speaks of fields of sessions only")
      memories[device]?.classes[place].pairs.append(box)
    case "at":
      location = try line.number(below: problem.locations.count)
      let before = listed.updateValue(line.number, forKey: location)
      try line.require(before == nil, "a location occurs twice")
    case "trail":
      let trail = try line.trail()
      let before = groupAt[location, default: [:]].updateValue(groups.count, forKey: trail)
      try line.require(before == nil, "a trail occurs twice")
      groups.append((location, trail, []))
    case "box":
      let box = try line.box(conditions: problem.conditions.count)
      groups[groups.count - 1].entries.append((box, line.number, nil))
    case "hints":
      groups[groups.count - 1].entries[groups[groups.count - 1].entries.count - 1].hints = line
      return
    case "starts":
      try line.require(starts == nil, "starts occurs twice")
      starts = line
      return
    default: try line.require(keyword == "end", "an unknown line")
    }
    try line.require(line.isAtEnd, "too much in the line")
  }
}

/// The tokens of one line of hints, in their order.
struct Hints {
  /// What a token says of one set, with its count of numbers.
  enum Kind: Int {
    /// It lies inside a box of the target.
    case inside = 1
    /// It lies inside a box of an earlier entry.
    case hidden
    /// It is split in two by a constraint of a box.
    case split
  }

  private var line: Line
  private var token = (kind: Kind.inside, numbers: [0])
  private var repetitions = 0

  /// The tokens of a line; none where there is no such line, of which another is named.
  init(_ line: Line?, or number: Int) { self.line = line ?? Line(number: number, bytes: []) }

  /// Refuses tokens that nothing needs.
  func finish() throws(Rejection) {
    if repetitions > 0 || !line.isAtEnd {
      throw Rejection(line: line.number, reason: "hints: too many")
    }
  }

  /// The next token.
  mutating func next() throws(Rejection) -> (kind: Kind, numbers: [Int]) {
    if repetitions == 0 {
      if line.isAtEnd { throw Rejection(line: line.number, reason: "hints: too few") }
      token.kind = line.accept("h") ? .hidden : line.accept("s") ? .split : .inside
      token.numbers = [try line.index()]
      while token.numbers.count < token.kind.rawValue {
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
