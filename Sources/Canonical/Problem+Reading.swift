import Networks
import Packets

extension Problem {
  /// Reads a problem's text.
  ///
  /// - Throws: The first error: a line that is not as `Documentation/NetworkFormat.md` has it, or that
  ///   names what is not there.
  public init(parsing text: [UInt8]) throws(ProblemError) {
    var reader = ProblemReader()
    var start = 0
    var number = 0
    while start < text.count {
      number += 1
      guard let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        throw ProblemError(line: number, message: "the last line has no end")
      }
      try reader.read(text[start..<end], number: number)
      start = end + 1
    }
    self = try reader.finish(at: number + 1)
  }
}

/// Reads the lines of a problem.
struct ProblemReader {
  /// What a remark line says after the name of a requirement that has no claim.
  static let noClaim = " has no claim: "

  private var problem = Problem()
  private var hasBegun = false
  /// Whether the entries of a table are being read.
  private var isInTable = false
  private var claims = ClaimsReader()
  /// Locations that lines name, each with the first line that does.
  private var named: [(location: Int, line: Int)] = []

  mutating func read(_ bytes: ArraySlice<UInt8>, number: Int) throws(ProblemError) {
    if !hasBegun {
      hasBegun = true
      if bytes.elementsEqual("firebreak-network 1".utf8) { return }
      throw ProblemError(line: number, message: "the first line is not 'firebreak-network 1'")
    }
    if bytes.first == UInt8(ascii: "#") { return try readRemark(bytes, number: number) }
    var line = try ProblemLine(bytes, number: number)
    let keyword = try line.word()
    if isInTable != ["entry", "or", "otherwise"].contains(keyword) {
      throw line.error("'\(keyword)' does not belong here")
    }
    try read(keyword, &line)
    try line.end()
  }

  /// The problem, if all that is named is there.
  mutating func finish(at end: Int) throws(ProblemError) -> Problem {
    problem.claims = claims.finish()
    if !hasBegun || isInTable { throw ProblemError(line: end, message: "the text ends too early") }
    for (location, line) in named + claims.named where location >= problem.locations.count {
      throw ProblemError(line: line, message: "there is no location \(location)")
    }
    return problem
  }

  private mutating func readRemark(
    _ bytes: ArraySlice<UInt8>, number: Int
  ) throws(ProblemError) {
    let text = String(decoding: bytes, as: UTF8.self)
    let words = text.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
    guard words.count == 6, words[2...4].joined(separator: " ") == "has no claim:" else { return }
    var line = try ProblemLine(ArraySlice(words[1].utf8), number: number)
    claims.note(Claims.Unclaimed(name: try line.name(), reason: String(words[5])))
  }

  private mutating func read(_ keyword: String, _ line: inout ProblemLine) throws(ProblemError) {
    switch keyword {
    case "input":
      let digest = try line.word()
      problem.inputs.append(Problem.Input(digest: digest, path: try line.name()))
    case "valid": problem.valid.append(try line.box())
    case "related": problem.related.append(try line.box())
    case "answer":
      guard let family = Family(rawValue: UInt8(try line.number(below: 2))) else { return }
      let request = UInt8(try line.number(below: 256))
      let reply = UInt8(try line.number(below: 256))
      problem.answers.append(.init(family: family, request: request, reply: reply))
    case "condition":
      try line.expect(problem.conditions.count)
      if line.accepts("of") {
        problem.conditions.append(.evaluation(of: try line.fields()))
      } else if line.accepts("global") {
        problem.conditions.append(.global)
      } else {
        throw line.error("a condition is global, or of fields")
      }
    case "segment":
      try line.expect(problem.segments)
      problem.segments += 1
    case "device":
      try line.expect(problem.devices.count)
      problem.devices.append(Problem.Device())
    case "sessions": try readSessions(&line)
    case "translation": try readTranslation(&line)
    case "part":
      let device = try device(&line)
      let code = try line.number()
      let count = problem.devices[device].translations.count
      problem.devices[device].parts.append(
        .init(code: code, translation: try line.number(below: count + 1)))
    case "table", "entry", "or", "otherwise": try readTable(keyword, &line)
    case "location":
      try line.expect(problem.locations.count)
      let location = try readLocation(&line)
      problem.locations.append(location)
      named += location.successors.map { ($0, line.number) }
    default: try claims.read(keyword, &line, devices: problem.devices.count)
    }
  }

  private func device(_ line: inout ProblemLine) throws(ProblemError) -> Int {
    try line.number(below: problem.devices.count)
  }

  private mutating func readSessions(_ line: inout ProblemLine) throws(ProblemError) {
    let device = try device(&line)
    var sessions = Problem.Sessions()
    sessions.admitsRelated = line.accepts("related")
    sessions.bypassesFilters = line.accepts("bypass")
    if !line.isAtEnd {
      let word = try line.word()
      guard word.hasPrefix("with=") else { throw line.error("'\(word)' is unknown") }
      var partners = try ProblemLine(ArraySlice(word.utf8.dropFirst(5)), number: line.number)
      sessions.partners = try partners.list(below: problem.devices.count)
    }
    problem.devices[device].sessions = sessions
  }

  private mutating func readTranslation(_ line: inout ProblemLine) throws(ProblemError) {
    let device = try device(&line)
    try line.expect(problem.devices[device].translations.count + 1)
    let address = try line.change()
    problem.devices[device].translations.append(
      Problem.Translation(address: address, port: try line.change()))
  }

  private mutating func readTable(
    _ keyword: String, _ line: inout ProblemLine
  ) throws(ProblemError) {
    if keyword == "table" {
      try line.expect(problem.tables.count)
      problem.tables.append(.init(entries: [], otherwise: 0, outcomes: 0, endOfList: nil))
      isInTable = true
      return
    }
    let last = problem.tables.count - 1
    if keyword == "or" {
      let entry = problem.tables[last].entries.count - 1
      if entry < 0 { throw line.error("no entry has this box") }
      problem.tables[last].entries[entry].boxes.append(try line.box())
      return
    }
    let outcome = try line.number()
    problem.tables[last].outcomes = max(problem.tables[last].outcomes, outcome + 1)
    if keyword == "entry" {
      let box = try line.box()
      problem.tables[last].entries.append(.init(box.isEmpty ? [] : [box], outcome: outcome))
    } else {
      problem.tables[last].otherwise = outcome
      isInTable = false
    }
  }

  // MARK: Locations

  private func readLocation(
    _ line: inout ProblemLine
  ) throws(ProblemError) -> CanonicalNetwork.Location {
    let kind = try line.word()
    switch kind {
    case "choose": return .choose(try line.numbers())
    case "spread":
      let main = try line.number()
      return .spread(main: main, copies: try line.numbers())
    case "match":
      let table = try line.number(below: problem.tables.count)
      let targets = try line.numbers()
      if targets.count < problem.tables[table].outcomes {
        throw line.error("the table has more outcomes than that")
      }
      return .match(table: table, targets: targets)
    case "rewrite": return try readRewrite(&line)
    case "recall":
      let device = try device(&line)
      let fresh = try line.number()
      return .recall(device: device, fresh: fresh, remembered: try line.number())
    case "remember":
      let device = try device(&line)
      return .remember(device: device, next: try line.number())
    case "watch":
      let device = try device(&line)
      return .watch(device: device, next: try line.number())
    case "leave": return .leave(next: try line.number())
    case "deliver":
      if line.accepts("segment") {
        return .deliver(.segment(try line.number(below: problem.segments)))
      }
      guard line.accepts("device") else { throw line.error("to a segment, or a device") }
      return .deliver(.device(try device(&line)))
    case "drop":
      guard let loss = CanonicalNetwork.Loss(rawValue: try line.word()) else {
        throw line.error("an unknown reason")
      }
      return .drop(loss)
    default: throw line.error("'\(kind)' is no kind of location")
    }
  }

  private func readRewrite(
    _ line: inout ProblemLine
  ) throws(ProblemError) -> CanonicalNetwork.Location {
    let next = try line.number()
    var writes: [CanonicalNetwork.Write] = []
    while !line.isAtEnd {
      if !writes.isEmpty, !line.accepts(";") { throw line.error("; separates writes") }
      let kind = try line.word()
      switch kind {
      case "anything": writes.append(.anything)
      case "scramble": writes.append(.scramble(try line.fields()))
      case "set":
        let field = try line.field()
        writes.append(.set(field, try line.values(of: field)))
      case "take":
        let field = try line.field()
        writes.append(.take(field, from: try line.field()))
      case "shift":
        let field = try line.field()
        let values = try line.values(of: field)
        guard values.ranges.count == 1 else { throw line.error("one range moves") }
        writes.append(.shift(field, values.ranges[0], to: try line.value(of: field)))
      default: throw line.error("'\(kind)' is no write")
      }
    }
    return .rewrite(writes, next: next)
  }
}
