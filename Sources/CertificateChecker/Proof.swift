/// A certificate as it is written: what bounds the packets and the sessions, and hints; or a refutation.
package struct Proof {
  /// A box of packets that may be at a location, with the hints for what follows.
  package typealias Entry = (location: Int, box: Box, hints: Line)
  /// A line of a refutation: its first word, the location (or goal or trip), and what changes there.
  package typealias Step = (keyword: String, location: Int, changes: Box, line: Line)

  package let problem: Problem
  /// The line in which it begins.
  package let line: Line
  package let isRefutation: Bool
  /// The digest of the network that it was made for.
  package private(set) var digest = ""
  /// The claims that it proves, or the one that it refutes.
  package private(set) var claims: [Int] = []
  private(set) var memories: [Int: Problem.Memory] = [:]
  /// The numbers of open locations, and the line that says so.
  private var open = Ranges(ascending: [])
  private(set) var opening: Line
  /// The boxes of each location, if it is listed, and all of them in their order.
  private(set) var bounds: [Int: [Box]] = [:]
  private(set) var entries: [Entry] = []
  /// The hints for what starts; where there are none, the line in which the certificate begins.
  private(set) var starts: Line
  package private(set) var steps: [Step] = []
  /// Whether the claim is one of what must arrive, and the trip to each of its goals with the
  /// application and the rank.
  package private(set) var isMust = false
  package private(set) var trips: [(number: Int, application: Int, rank: Int, line: Line)] = []

  /// What lines so far give numbers to.
  private var values: [Box.Values] = []
  private var boxes: [Box] = []
  /// The last device and the last location, -1 before there is one, and what they have so far.
  private var device = -1
  private var location = -1
  private var classes: Set<[UInt128]> = []
  private var numbers: Set<Int> = []

  /// The proof for a network that begins in a line.
  package init(of problem: Problem, _ number: Int, isRefutation: Bool) {
    line = Line(number: number, bytes: [])
    (self.problem, self.isRefutation, starts, opening) = (problem, isRefutation, line, line)
  }

  /// Whether any packet may be at a location.
  func isOpen(_ location: Int) -> Bool { open.contains(UInt128(location)) }

  /// Reads a line after its first word.
  package mutating func read(_ keyword: String, _ rest: Line) throws(Rejection) {
    var line = rest
    let isSecond = keyword == (isRefutation ? "refutes" : "claims")
    let isHead = keyword == "network" || isSecond && !digest.isEmpty
    let isAllowed =
      !isRefutation || isHead || ["starts", "goes", "end"].contains(keyword)
      || isMust && ["goal", "fails", "answers"].contains(keyword)
    let isOfKind = isHead || isRefutation || keyword == "end" || isMust == (keyword == "trip")
    try line.require(isAllowed && isOfKind && claims.isEmpty == isHead, "out of place")
    var isNew = true
    switch keyword {
    case "network": (isNew, digest) = (digest.isEmpty, try line.digest())
    case "claims", "refutes":
      claims = try line.numbers(below: problem.claims.count)
      isMust = claims.contains { problem.claims[$0].kind == "must" }
      isNew = Set(claims).count == max(1, claims.count)
      isNew = isNew && (claims.count == 1 || !isRefutation && !isMust)
    case _ where isRefutation && keyword != "end": isNew = try readStep(keyword, &line)
    case "trip": isNew = try readTrip(&line)
    case "open":
      // A mark is a decimal number, too.
      (open, isNew) = (try line.ranges(of: .mark), opening.number == self.line.number)
      isNew = isNew && open.greatest < UInt128(problem.locations.count)
      (isNew, opening) = (isNew && !bounds.keys.contains(where: isOpen), line)
    case "values":
      try line.readNumber(values.count)
      let field = try line.field()
      try line.endWord()
      values.append((field, try line.ranges(of: field)))
    case "box":
      try line.readNumber(boxes.count)
      boxes.append(try Box(&line, of: problem.conditions.count, values))
    case "memory":
      device = try line.number(below: problem.devices.count)
      isNew = memories.updateValue([], forKey: device) == nil
      classes = []
    case "class":
      let box = try Box(&line, of: 0, values)
      isNew = box.constraints.map(\.index) == Field.kind.map(\.rawValue) && box.isSingle
      isNew = classes.insert(box.constraints.map(\.ranges.least)).inserted && isNew
      isNew = memories[device]?.append((box, [])) != nil && isNew
    case "pairs":
      let numbers = try line.numbers(below: boxes.count)
      let (kind, pairs) = memories[device]?.popLast() ?? (Box(), [Box()])
      isNew = pairs.isEmpty && Set(numbers).count == max(1, numbers.count)
      isNew = isNew && numbers.allSatisfy { boxes[$0].isOnly(of: Field.session(of: kind)) }
      memories[device]?.append((kind, numbers.map { boxes[$0] }))
    case "at":
      location = try line.number(below: problem.locations.count)
      isNew = bounds[location] == nil && !isOpen(location)
      (bounds[location], numbers) = ([], [])
    case "may":
      let number = try line.number(below: boxes.count)
      isNew = location >= 0 && numbers.insert(number).inserted
      bounds[location]?.append(boxes[number])
      entries.append((location, boxes[number], line))
    case "starts": (isNew, starts) = (starts.number == self.line.number, line)
    default: try line.require(keyword == "end", "an unknown line")
    }
    try line.require(isNew, "missing, out of place, twice, or not of what it may be")
    try line.require(line.isAtEnd || ["may", "starts"].contains(keyword), "too much in the line")
  }

  /// Reads a line of a refutation, and says whether it is one in its place.
  private mutating func readStep(_ keyword: String, _ line: inout Line) throws(Rejection) -> Bool {
    if keyword == "goal" || keyword == "fails" {
      steps.append((keyword, try line.number(), Box(), line))
      return (steps.count == 1) == (keyword == "goal")
    }
    let location = try line.number(below: problem.locations.count)
    let changes = try Box(&line, of: problem.conditions.count)
    var single = changes
    // Packets that differ in nothing else are told together.
    if isMust, keyword == "starts", !changes[.application].isEmpty { single.free([.application]) }
    steps.append((keyword, location, changes, line))
    let isAny = changes[.application] == Field.values[Field.application.rawValue]
    if keyword == "answers", !isAny { return false }
    return single.isSingle && (steps.count > 1 || keyword == "starts" && !isMust)
  }

  /// Reads a trip to the next goal, and says whether it is one.
  private mutating func readTrip(_ line: inout Line) throws(Rejection) -> Bool {
    let goals = problem.claims[claims[0]].goals
    let goal = try line.number(below: goals.count)
    let (trip, application) = (try line.number(below: goals[goal].count), try line.number())
    let isNext = goal == trips.count
    trips.append((trip, application, try line.number(), line))
    return isNext && 1..<(1 << 16) ~= application
  }
}
