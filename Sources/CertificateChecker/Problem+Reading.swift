extension Problem {
  /// The declarations to which further lines belong.
  private static let groups = [
    "entry": "table", "or": "table", "otherwise": "table", "source": "tag", "watched": "tag",
    "forbid": "claim", "left": "claim", "right": "claim",
  ]

  /// Reads a line after its first word.
  mutating func read(_ keyword: String, _ rest: Line) throws(Rejection) {
    line = rest
    let owner = Problem.groups[keyword]
    try line.require(owner == nil ? group != "table" : owner == group, "out of place")
    if owner == nil { group = ["table", "tag", "claim"].contains(keyword) ? keyword : "" }
    if let number = next[keyword] {
      try line.require(try line.number() == number, "a number out of order")
      next[keyword] = number + 1
    }
    try owner == nil ? readDeclaration(keyword) : readFurther(keyword)
    try line.require(line.isAtEnd, "too much in the line")
  }

  private mutating func readDeclaration(_ keyword: String) throws(Rejection) {
    switch keyword {
    case "input": inputs.append("\(try line.digest()) \(try line.word())")
    case "valid":
      valid.append(try box())
      let isOfWire = valid.last?.constraints.allSatisfy { $0.index < Field.mark.rawValue }
      try line.require(isOfWire == true, "valid speaks of wire fields only")
    case "related": related.append(try box())
    case "answer":
      let (family, request) = (try line.number(below: 2), try line.number(below: 256))
      answers.append((family, UInt128(request), UInt128(try line.number(below: 256))))
    case "condition":
      let isGlobal = try word(of: ["global", "of"]) == "global"
      conditions.append(isGlobal ? [] : try line.fields().filter(Field.wire.contains))
    case "device": devices.append(Device())
    case "sessions": try readSessions()
    case "translation", "part": try readTranslation(keyword)
    case "table": tables.append(([], 0))
    case "location": locations.append(try location())
    case "sender": senders.append(try place())
    case "tag":
      try line.require(sources.count <= 0xFFFF, "too many tags")
      sources.append([])
    case "claim":
      let isNever = try word(of: ["never", "apart"]) == "never"
      let name = try line.word()
      claims.append(Claim(name: name, tags: isNever ? try line.list(below: sources.count) : []))
      try line.require(claims.last?.tags.contains(0) == false, "0 is no tag")
    default: try line.require(keyword == "segment", "an unknown line")
    }
  }

  /// Reads a line that belongs to the last table, tag or claim.
  private mutating func readFurther(_ keyword: String) throws(Rejection) {
    let (table, tag, claim) = (tables.count - 1, sources.count - 1, claims.count - 1)
    let isNever = claims.last?.tags.isEmpty == false
    try line.require(group != "claim" || (keyword == "forbid") == isNever, "not in such a claim")
    switch keyword {
    case "entry": tables[table].entries.append((try line.number(), [try box()]))
    case "or":
      let entry = tables[table].entries.count - 1
      try line.require(entry >= 0, "a box of no entry")
      tables[table].entries[entry].boxes.append(try box())
    case "otherwise": (tables[table].otherwise, group) = (try line.number(), "")
    case "source": sources[tag].append(try place())
    case "watched": devices[try device()].watchers.append(tag)
    case "forbid": claims[claim].forbidden.append(try place())
    default: claims[claim].sides[keyword, default: []].insert(try line.word())
    }
  }

  private mutating func device() throws(Rejection) -> Int { try line.number(below: devices.count) }

  private mutating func box() throws(Rejection) -> Box { try Box(&line, of: conditions.count) }

  private mutating func place() throws(Rejection) -> Place {
    (try line.number(below: locations.count), try box(), line.number)
  }

  private mutating func word(of words: [String]) throws(Rejection) -> String {
    let word = try line.word()
    try line.require(words.contains(word), "an unknown word")
    return word
  }

  private mutating func readSessions() throws(Rejection) {
    let device = try device()
    try line.require(devices[device].sessions.owners.isEmpty, "a second line of sessions")
    devices[device].sessions.owners = [device]
    while !line.isAtEnd {
      let word = line.name()
      switch word {
      case "related": devices[device].sessions.admitsErrors = true
      case "bypass": devices[device].sessions.bypassesFilters = true
      default:
        try line.require(word == "with" && line.accept("="), "an unknown word of sessions")
        devices[device].sessions.owners += try line.list(below: devices.count)
      }
      try line.endWord()
    }
  }

  private mutating func readTranslation(_ keyword: String) throws(Rejection) {
    let (device, number) = (try device(), try line.number(below: 1 << 24))
    var isNew = number > 0 && (keyword == "part" || number < 1 << 18)
    if keyword == "part" {
      let translation = try line.number()
      try line.require(devices[device].translations[translation] != nil, "no such translation")
      isNew = devices[device].parts.updateValue(translation, forKey: number) == nil && isNew
    } else {
      let effects = [try line.effect(), try line.effect()]
      isNew = devices[device].translations.updateValue(effects, forKey: number) == nil && isNew
    }
    try line.require(isNew, "a code that cannot be, or that occurs twice")
  }

  private mutating func location() throws(Rejection) -> Location {
    let kind = LocationKind(rawValue: try line.word())
    try line.require(kind != nil, "an unknown kind of location")
    var location = Location(kind: kind ?? .drop, line: line.number)
    switch location.kind {
    case .choose, .spread: location.successors = try line.numbers()
    case .match:
      location.subject = try line.number(below: tables.count)
      location.successors = try line.numbers()
      let outcomes = tables[location.subject].entries.map(\.outcome)
      let last = max(tables[location.subject].otherwise, outcomes.max() ?? 0)
      try line.require(last < location.successors.count, "an outcome leads nowhere")
    case .rewrite:
      location.successors = [try line.number()]
      repeat { location.writes.append(try line.write()) } while !line.isAtEnd
    case .recall, .remember:
      location.subject = try device()
      let keepsSessions = !devices[location.subject].sessions.owners.isEmpty
      try line.require(keepsSessions, "the device keeps no sessions")
      location.successors = [try line.number()]
      if kind == .recall { location.successors.append(try line.number()) }
    case .watch, .leave:
      if kind == .watch { location.subject = try device() }
      location.successors = [try line.number()]
    case .deliver: _ = try line.number(below: next[try word(of: ["segment", "device"])] ?? 0)
    case .drop: _ = try line.word()
    }
    return location
  }
}

extension Line {
  /// Reads a write, and the semicolon after it where another follows.
  fileprivate mutating func write() throws(Rejection) -> Problem.Write {
    let kind = Problem.WriteKind(rawValue: try word())
    try require(kind != nil, "an unknown write")
    let fields = kind == .anything ? Field.wire : try fields()
    var write: Problem.Write = (kind ?? .anything, fields, .family, Ranges(ascending: []), 0)
    let isOne = kind == .anything || kind == .scramble || fields.count == 1
    try require(isOne && Set(fields).count == fields.count, "one field, or several once")
    try require(fields.allSatisfy((Field.wire + Field.registers).contains), "it is not written")
    if kind == .take {
      write.ghost = try self.fields()[0]
      let isFit = Field.sessionGhosts.contains(write.ghost) && write.ghost.size == fields[0].size
      try require(isFit, "a session ghost of the same size")
    }
    if kind == .set || kind == .shift { write.ranges = try ranges(of: fields[0]) }
    if kind == .shift {
      let (target, low) = (try value(of: fields[0]), write.ranges.spans.first?.lowerBound ?? 0)
      try endWord()
      try require(write.ranges.spans.count == 1, "one range moves")
      // The last value that moves to one of the field's; where the sum is too large, all do.
      let last = low.addingReportingOverflow(fields[0].maximum - target)
      write.ranges = write.ranges.intersection(
        Ranges(low, last.overflow ? .max : last.partialValue))
      write.by = target &- low
    }
    if !isAtEnd { try require(try word() == ";" && !isAtEnd, "; separates writes") }
    return write
  }
}
