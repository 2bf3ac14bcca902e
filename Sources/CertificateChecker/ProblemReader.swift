/// Reads a canonical network line by line.
struct ProblemReader {
  private(set) var problem = Problem()
  /// The keyword of the declaration whose further lines may follow, or nothing.
  private var group = ""
  /// The numbers that come next.
  private var next = [
    "condition": 0, "segment": 0, "device": 0, "table": 0, "location": 0, "tag": 1, "claim": 0,
  ]

  /// The declarations to which further lines belong.
  private static let groups = [
    "entry": "table", "or": "table", "otherwise": "table", "source": "tag", "watched": "tag",
    "forbid": "claim", "left": "claim", "right": "claim",
  ]

  /// Refuses a network that is not complete.
  func finish(at line: Int) throws(Rejection) -> Problem {
    if group == "table" { throw Rejection(line: line, reason: "format: a table has no end") }
    try problem.checkReferences()
    return problem
  }

  /// Reads a line after its first word.
  mutating func read(_ keyword: String, _ line: inout Line) throws(Rejection) {
    let group = Self.groups[keyword]
    try line.require(group == nil ? self.group != "table" : group == self.group, "out of place")
    if let number = next[keyword] {
      try line.require(try line.number() == number, "\(number) comes next")
      next[keyword] = number + 1
    }
    if group == nil {
      self.group = ["table", "tag", "claim"].contains(keyword) ? keyword : ""
      try readDeclaration(keyword, &line)
    } else {
      try readFurther(keyword, &line)
    }
    try line.require(line.isAtEnd, "too much in the line")
  }

  private mutating func readDeclaration(
    _ keyword: String, _ line: inout Line
  ) throws(Rejection) {
    switch keyword {
    case "input": problem.inputs.append("\(try line.digest()) \(try line.word())")
    case "valid":
      let box = try box(&line)
      let isOfWire = box.literals.isEmpty && box.constraints.allSatisfy { $0.field.isWire }
      try line.require(isOfWire, "valid speaks of wire fields only")
      problem.valid.append(box)
    case "related": problem.related.append(try box(&line))
    case "answer":
      let family = try line.number(below: 2)
      let request = UInt128(try line.number(below: 256))
      problem.answers.append((family, request, UInt128(try line.number(below: 256))))
    case "condition":
      let kind = try line.word()
      try line.require(kind == "global" || kind == "of", "a condition is global or of fields")
      problem.conditions.append(kind == "of" ? try line.fields().filter(\.isWire) : [])
    case "segment": break
    case "device": problem.devices.append(Problem.Device())
    case "sessions": try readSessions(&line)
    case "translation", "part": try readTranslation(keyword, &line)
    case "table": problem.tables.append(([], 0))
    case "location": problem.locations.append(try location(&line))
    case "sender": problem.senders.append(try place(&line))
    case "tag":
      try line.require(problem.sources.count <= Int(Field.origin.maximum), "too many tags")
      problem.sources.append([])
    case "claim":
      let kind = try line.word()
      try line.require(kind == "never" || kind == "apart", "an unknown kind of claim")
      let name = try line.word()
      let tags = kind == "never" ? try line.list(below: problem.sources.count) : []
      try line.require(!tags.contains(0), "0 is no tag")
      problem.claims.append(Problem.Claim(name: name, tags: tags))
    default: try line.require(false, "an unknown line")
    }
  }

  /// Reads a line that belongs to the last table, tag or claim.
  private mutating func readFurther(_ keyword: String, _ line: inout Line) throws(Rejection) {
    let (table, claim) = (problem.tables.count - 1, problem.claims.count - 1)
    if group == "claim" {
      let isNever = !problem.claims[claim].tags.isEmpty
      try line.require((keyword == "forbid") == isNever, "not in this kind of claim")
    }
    switch keyword {
    case "entry": problem.tables[table].entries.append((try line.number(), [try box(&line)]))
    case "or":
      let entry = problem.tables[table].entries.count - 1
      try line.require(entry >= 0, "a box of no entry")
      problem.tables[table].entries[entry].boxes.append(try box(&line))
    case "otherwise":
      problem.tables[table].otherwise = try line.number()
      group = ""
    case "source": problem.sources[problem.sources.count - 1].append(try place(&line))
    case "watched":
      problem.devices[try device(&line)].watchers.append(problem.sources.count - 1)
    case "forbid": problem.claims[claim].forbidden.append(try place(&line))
    case "left": problem.claims[claim].left.insert(try line.word())
    default: problem.claims[claim].right.insert(try line.word())
    }
  }

  private func device(_ line: inout Line) throws(Rejection) -> Int {
    try line.number(below: problem.devices.count)
  }

  private func box(_ line: inout Line) throws(Rejection) -> Box {
    try line.box(conditions: problem.conditions.count)
  }

  private func place(_ line: inout Line) throws(Rejection) -> Problem.Place {
    (try line.number(), try box(&line), line.number)
  }

  private mutating func readSessions(_ line: inout Line) throws(Rejection) {
    let device = try device(&line)
    try line.require(problem.devices[device].owners.isEmpty, "a second line of sessions")
    problem.devices[device].owners = [device]
    while !line.isAtEnd {
      let word = String(decoding: line.name(), as: UTF8.self)
      if word == "related" { problem.devices[device].admitsErrors = true }
      if word == "bypass" { problem.devices[device].bypassesFilters = true }
      if word == "with", line.accept("=") {
        problem.devices[device].owners += try line.list(below: problem.devices.count)
      } else {
        try line.require(word == "related" || word == "bypass", "an unknown word of sessions")
        try line.endWord()
      }
    }
  }

  private mutating func readTranslation(
    _ keyword: String, _ line: inout Line
  ) throws(Rejection) {
    let device = try device(&line)
    let number = try line.number(below: keyword == "part" ? 1 << 24 : 1 << 18)
    if keyword == "part" {
      let translation = try line.number(below: 1 << 18)
      let isThere = problem.devices[device].translations[translation] != nil
      try line.require(isThere && problem.devices[device].parts[number] == nil, "a code")
      problem.devices[device].parts[number] = translation
    } else {
      let address = try line.change(["replaced", "same", "other"])
      try line.endWord()
      let effects = [address, try line.change(["replaced", "same", "other"])]
      try line.require(problem.devices[device].translations[number] == nil, "it occurs twice")
      problem.devices[device].translations[number] = effects
    }
    try line.require(number > 0, "0 is no translation")
  }

  private func location(_ line: inout Line) throws(Rejection) -> Problem.Location {
    guard let kind = Problem.Location.Kind(rawValue: try line.word()) else {
      throw Rejection(line: line.number, reason: "format: an unknown kind of location")
    }
    var location = Problem.Location(kind: kind, line: line.number)
    switch kind {
    case .choose, .spread, .leave: break
    case .match: location.subject = try line.number(below: problem.tables.count)
    case .recall, .remember, .watch:
      location.subject = try device(&line)
      let keepsSessions = !problem.devices[location.subject].owners.isEmpty
      try line.require(kind == .watch || keepsSessions, "the device keeps no sessions")
    case .rewrite:
      location.successors = [try line.number()]
      repeat { location.writes.append(try line.write()) } while !line.isAtEnd
      return location
    case .deliver:
      let place = try line.word()
      try line.require(place == "segment" || place == "device", "deliver to what")
      _ = try line.number(below: next[place] ?? 0)
      return location
    case .drop:
      _ = try line.word()
      return location
    }
    location.successors = try line.numbers()
    let isOpen = kind == .choose || kind == .spread || kind == .match
    let isRight = location.successors.count == (kind == .recall ? 2 : 1)
    try line.require(isOpen || isRight, "a location leads to one, or to two where it recalls")
    return location
  }
}

extension Line {
  /// Reads a write, and the semicolon after it where another follows.
  fileprivate mutating func write() throws(Rejection) -> Problem.Write {
    let kind = Problem.Write.Kind(rawValue: try word())
    let fields = kind == .anything ? Field.wire : try fields()
    guard let kind, fields.count == 1 || kind == .scramble || kind == .anything,
      fields.allSatisfy({ $0.isWire || Field.registers.contains($0) })
    else { throw Rejection(line: number, reason: "format: a write of wire fields and registers") }
    var write = Problem.Write(kind: kind, fields: fields)
    if kind == .take {
      write.ghost = try self.fields()[0]
      let isFit = Field.sessionGhosts.contains(write.ghost)
      try require(isFit && write.ghost.maximum == fields[0].maximum, "a ghost of the same size")
    } else if kind == .set || kind == .shift {
      write.ranges = try ranges(of: fields[0])
    }
    if kind == .shift {
      write.target = try value(of: fields[0])
      try endWord()
      try require(write.ranges.spans.count == 1, "one range moves")
    }
    if !isAtEnd { try require(try word() == ";" && !isAtEnd, "; separates writes") }
    return write
  }
}
