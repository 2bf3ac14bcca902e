import Packets

/// Reads the lines of claims.
struct ClaimsReader {
  /// What was read but for the last claim.
  private var claims = Claims()
  /// Locations that lines name, each with the line that does.
  private(set) var named: [(location: Int, line: Int)] = []
  /// What the last claim says so far.
  private var forbidden: [Claims.Packets] = []
  private var left: [String] = []
  private var right: [String] = []
  private var goals: [[Claims.Trip]] = []

  /// All that was read.
  mutating func finish() -> Claims {
    endClaim()
    return claims
  }

  /// Reads one line, in a network of so many devices.
  mutating func read(
    _ keyword: String, _ line: inout ProblemLine, devices: Int
  ) throws(ProblemError) {
    let tag = claims.tags.count - 1
    switch keyword {
    case "sender": named.append(try Self.readPackets(into: &claims.senders, &line))
    case "tag":
      try line.expect(claims.tags.count + 1)
      claims.tags.append(Claims.Tag(sources: []))
    case "source" where tag >= 0:
      named.append(try Self.readPackets(into: &claims.tags[tag].sources, &line))
    case "watched" where tag >= 0:
      claims.tags[tag].watched.append(try line.number(below: devices))
    case "claim": try readClaim(&line)
    case "forbid", "left", "right": try readClaimed(keyword, &line)
    case "goal", "trip", "asks", "arrives", "answers", "returns": try readGoal(keyword, &line)
    default: throw line.error("'\(keyword)' is unknown, or not expected here")
    }
  }

  /// Notes that a requirement has no claim.
  mutating func note(_ unclaimed: Claims.Unclaimed) { claims.unclaimed.append(unclaimed) }

  private mutating func readClaim(_ line: inout ProblemLine) throws(ProblemError) {
    endClaim()
    let number = claims.claims.count
    try line.expect(number)
    let kind: Claims.Claim.Kind
    let name: String
    if line.accepts("never") {
      name = try line.name()
      let tags = try line.list(below: claims.tags.count + 1)
      if tags.contains(0) { throw line.error("0 is no tag") }
      kind = .never(tags: tags.map { $0 - 1 }, forbidden: [])
    } else if line.accepts("apart") {
      name = try line.name()
      kind = .apart(left: [], right: [])
    } else if line.accepts("must") {
      name = try line.name()
      kind = .must(goals: [])
    } else {
      throw line.error("a claim is never, apart or must")
    }
    claims.claims.append(Claims.Claim(name: name, requirement: number, kind: kind))
  }

  private mutating func readClaimed(
    _ keyword: String, _ line: inout ProblemLine
  ) throws(ProblemError) {
    switch (claims.claims.last?.kind, keyword) {
    case (.never?, "forbid"): named.append(try Self.readPackets(into: &forbidden, &line))
    case (.apart?, "left"): left.append(try line.name())
    case (.apart?, "right"): right.append(try line.name())
    default: throw line.error("'\(keyword)' does not belong to a claim")
    }
  }

  private mutating func readGoal(
    _ keyword: String, _ line: inout ProblemLine
  ) throws(ProblemError) {
    guard case .must? = claims.claims.last?.kind else {
      throw line.error("'\(keyword)' does not belong to a claim")
    }
    if keyword == "goal" { return goals.append([]) }
    guard let goal = goals.indices.last else { throw line.error("a trip has a goal") }
    if keyword == "trip" { return goals[goal].append(Claims.Trip()) }
    guard let trip = goals[goal].indices.last else { throw line.error("a goal has a trip") }
    switch keyword {
    case "asks": named.append(try Self.readPackets(into: &goals[goal][trip].asks, &line))
    case "arrives": named.append(try Self.readPackets(into: &goals[goal][trip].arrives, &line))
    case "returns": named.append(try Self.readPackets(into: &goals[goal][trip].returns, &line))
    default:
      let arrived = try line.number()
      named.append((arrived, line.number))
      var packets: [Claims.Packets] = []
      named.append(try Self.readPackets(into: &packets, &line))
      goals[goal][trip].answers += packets.map { Claims.Answer(arrived: arrived, packets: $0) }
    }
  }

  /// Gives the last claim what was read of it.
  private mutating func endClaim() {
    guard let last = claims.claims.indices.last else { return }
    switch claims.claims[last].kind {
    case .never(let tags, _):
      claims.claims[last].kind = .never(tags: tags, forbidden: forbidden)
    case .apart: claims.claims[last].kind = .apart(left: left, right: right)
    case .must: claims.claims[last].kind = .must(goals: goals)
    }
    forbidden = []
    left = []
    right = []
    goals = []
  }

  /// Adds the box of a line to the packets of its location, if that was the last one, too.
  private static func readPackets(
    into packets: inout [Claims.Packets], _ line: inout ProblemLine
  ) throws(ProblemError) -> (location: Int, line: Int) {
    let location = try line.number()
    let box = try line.box()
    if packets.last?.location == location {
      packets[packets.count - 1].boxes.append(box)
    } else {
      packets.append(Claims.Packets(location: location, boxes: [box]))
    }
    return (location, line.number)
  }
}
