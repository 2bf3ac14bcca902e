extension Problem {
  /// The declarations to which further lines belong; a claim is called by its kind.
  private static let owners = [
    "entry": "table", "or": "table", "otherwise": "table", "source": "tag", "watched": "tag",
    "forbid": "never", "left": "apart", "right": "apart", "goal": "must", "trip": "must",
    "asks": "must", "arrives": "must", "answers": "must", "returns": "must",
  ]

  /// Reads a line after its first word.
  package mutating func read(_ keyword: String, _ rest: Line) throws(Rejection) {
    line = rest
    let owner = Problem.owners[keyword]
    try line.require(owner == nil ? last != "table" : owner == last, "out of place")
    if owner == nil { last = keyword }
    if let number = next[keyword] {
      try line.readNumber(number)
      next[keyword] = number + 1
    }
    let (table, tag, claim) = (tables.count - 1, sources.count - 1, claims.count - 1)
    switch keyword {
    case "input": inputs.append("\(try line.digest()) \(try line.word(isName: true))")
    case "valid", "related":
      let (box, isValid) = (try box(), keyword == "valid")
      try line.require(box.isOnly(of: isValid ? Field.wire : Field.allCases), "not of these")
      if isValid { valid.append(box) } else { related.append(box) }
    case "answer":
      let (family, request) = (try line.number(below: 2), try line.number(below: 256))
      answers.append((family, UInt128(request), UInt128(try line.number(below: 256))))
    case "condition":
      let (word, isGlobal) = (try line.word(), line.isAtEnd)
      try line.require(word == (isGlobal ? "global" : "of"), "an unknown word")
      conditions.append(isGlobal ? [] : try line.fields())
    case "device": devices.append(([], false, false, [:], [:], []))
    case "sessions": try readSessions()
    case "translation", "part": try readTranslation(isPart: keyword == "part")
    case "table": tables.append(([], 0, 0))
    case "entry": tables[table].entries.append((try line.number(), [try box()]))
    case "or":
      let entry = tables[table].entries.count - 1
      try line.require(entry >= 0, "a box of no entry")
      tables[table].entries[entry].boxes.append(try box())
    case "otherwise":
      (tables[table].otherwise, last) = (try line.number(), "")
      let (entries, otherwise, _) = tables[table]
      tables[table].greatest = entries.reduce(otherwise) { max($0, $1.outcome) }
    case "location": locations.append(try location())
    case "sender": sources[0].append(try place(tag: 0))
    case "tag":
      try line.require(try line.number(below: 1 << 16) == tag + 1, "a number out of order")
      sources.append([])
    case "source": sources[tag].append(try place(tag: tag))
    case "watched": devices[try line.number(below: devices.count)].watchers.append(tag)
    case "claim":
      let name: String
      (last, name) = (try line.word(), try line.word(isName: true))
      let tags = last == "never" ? try line.numbers(below: sources.count, by: ",") : []
      let isKind = ["never", "apart", "must"].contains(last)
      try line.require(isKind && !tags.contains(0), "no such claim")
      claims.append((last, name, tags, [], [:], []))
    case "forbid": claims[claim].forbidden.append(try place())
    case "left", "right":
      claims[claim].sides[keyword, default: []].insert(try line.word(isName: true))
    case "goal", "trip", "asks", "arrives", "answers", "returns":
      try readGoal(keyword, claim, claims[claim].goals.count - 1)
    default: try line.require(keyword == "segment", "an unknown line")
    }
    try line.require(line.isAtEnd, "too much in the line")
  }

  /// Refuses a network that is not complete, or leads packets to a location that it does not have.
  package func finish() throws(Rejection) {
    let furthest = last == "table" ? .max : locations.lazy.flatMap(\.successors).max() ?? -1
    try line.require(furthest < locations.count, "a location leads nowhere, or an open table")
    let hasTrips = claims.allSatisfy { $0.goals.allSatisfy { !$0.isEmpty } }
    try line.require(hasTrips, "a goal without a trip")
  }

  private mutating func box() throws(Rejection) -> Box { try Box(&line, of: conditions.count) }

  /// Reads where packets are, with what those have that start with a tag.
  private mutating func place(tag: Int? = nil) throws(Rejection) -> Place {
    var place = (location: try line.number(below: locations.count), box: try box())
    if let tag, !place.box.isEmpty { place.box.set([.origin], to: Ranges(UInt128(tag))) }
    if tag != nil, !place.box.isEmpty { place.box.set(Field.tracks, to: .zero) }
    return place
  }

  /// Reads a further line of a `must` claim, which is about its last trip or the last goal.
  private mutating func readGoal(_ keyword: String, _ claim: Int, _ goal: Int) throws(Rejection) {
    if keyword == "goal" { return claims[claim].goals.append([]) }
    try line.require(goal >= 0, "of no goal")
    if keyword == "trip" { return claims[claim].goals[goal].append([]) }
    let trip = claims[claim].goals[goal].count - 1
    try line.require(trip >= 0, "of no trip")
    let arrived = keyword == "answers" ? try line.number(below: locations.count) : 0
    let place = try place()
    let isAtEnd = locations[place.location].kind == .deliver
    try line.require(isAtEnd || keyword == "asks" || keyword == "answers", "nothing arrives there")
    let isAny = place.box[.application] == Field.values[Field.application.rawValue]
    try line.require(isAny || keyword != "asks", "what asks may have any application")
    claims[claim].goals[goal][trip].append((keyword, arrived, place))
  }

  private mutating func readSessions() throws(Rejection) {
    let device = try line.number(below: devices.count)
    try line.require(devices[device].owners.isEmpty, "a second line of sessions")
    devices[device].owners = [device]
    while !line.isAtEnd {
      switch line.name() {
      case "related": devices[device].admitsErrors = true
      case "bypass": devices[device].bypassesFilters = true
      case "with" where line.accept("="):
        devices[device].owners += try line.numbers(below: devices.count, by: ",")
      default: try line.require(false, "an unknown word of sessions")
      }
      try line.endWord()
    }
  }

  private mutating func readTranslation(isPart: Bool) throws(Rejection) {
    let (device, number) = (try line.number(below: devices.count), try line.number(below: 1 << 24))
    var isNew = number > 0 && (isPart || number < 1 << 18)
    if isPart {
      let translation = try line.number()
      isNew = isNew && devices[device].translations[translation] != nil
      isNew = devices[device].parts.updateValue(translation, forKey: number) == nil && isNew
    } else {
      let effects = [try line.effect(), try line.effect()]
      isNew = devices[device].translations.updateValue(effects, forKey: number) == nil && isNew
    }
    try line.require(isNew, "a code that cannot be, or that occurs twice")
  }

  private mutating func location() throws(Rejection) -> Location {
    let kind = LocationKind(rawValue: try line.word())
    var location: Location = (kind ?? .drop, 0, [], [])
    var isFine = kind != nil
    switch location.kind {
    case .choose, .spread, .leave: location.successors = try line.numbers(below: Bounds.count)
    case .match, .recall, .remember, .watch:
      let count = kind == .match ? tables.count : devices.count
      location.subject = try line.number(below: count)
      location.successors = try line.numbers(below: Bounds.count)
    case .rewrite:
      location.successors = [try line.number()]
      repeat { location.writes.append(try line.write()) } while !line.isAtEnd
    case .deliver:
      let (what, number) = (try line.word(), try line.number())
      isFine = ["segment", "device"].contains(what) && number < next[what] ?? 0
    case .drop: _ = try line.word()
    }
    let count =
      [.recall: 2, .remember: 1, .watch: 1, .leave: 1][location.kind] ?? location.successors.count
    isFine = isFine && location.successors.count == count
    if kind == .match { isFine = tables[location.subject].greatest < count }
    if kind == .recall || kind == .remember {
      isFine = isFine && !devices[location.subject].owners.isEmpty
    }
    try line.require(isFine, "no such location, or it leads nowhere, or keeps no sessions")
    return location
  }
}

extension Line {
  /// Reads a write, and the semicolon after it where another follows.
  fileprivate mutating func write() throws(Rejection) -> Problem.Write {
    let kind = Problem.WriteKind(rawValue: try word())
    let fields = kind == .anything ? Field.wire : try fields()
    let isOne = kind == .anything || kind == .scramble || fields.count == 1
    try require(kind != nil && isOne, "an unknown write, or one of many fields")
    try require(fields.allSatisfy((Field.wire + Field.registers).contains), "not written")
    var write: Problem.Write = (kind ?? .anything, fields, .family, Ranges(ascending: []), 0)
    if kind == .take {
      write.ghost = try self.fields()[0]
      let isFit = Field.sessionGhosts.contains(write.ghost) && write.ghost.size == fields[0].size
      try require(isFit, "a session ghost of the same size")
    }
    if kind == .set || kind == .shift { write.ranges = try ranges(of: fields[0]) }
    if kind == .shift {
      try require(write.ranges.spans.count == 1, "one range moves")
      write.to = try value(of: fields[0])
      try endWord()
    }
    if !isAtEnd { try require(try word() == ";" && !isAtEnd, "; separates writes") }
    return write
  }
}
