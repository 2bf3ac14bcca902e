/// The run of a network that a refutation tells: packets, one after the other, of which the last does
/// what a claim forbids, or each fails that should arrive.
///
/// A packet is a box with one value for each field and one outcome for each condition. One that should
/// arrive may have many applications: it is one packet for each, and they all do the same.
struct Refutation {
  let problem: Problem
  let claim: Problem.Claim
  var line: Line
  /// The packet, where it is, and whether it opens sessions.
  var packet = Box()
  var place = 0
  var opens = true
  /// The sessions that may take it, and those that it opens.
  private var memories: Memories = [:]
  private var opened: [(device: Int, kind: Box, pair: Box)] = []
  /// The conditions that chose: twice the number, and 1 more where the outcome is false.
  private var chosen: Set<Int> = []
  /// What is shown of a claim of what must arrive.
  var loss = Loss()

  /// The run of a network in which nothing happened yet.
  init(_ proof: Proof) {
    (problem, line, claim) = (proof.problem, proof.line, proof.problem.claims[proof.claims[0]])
    forgetSessions()
  }

  /// What to answer after the name of the claim: the outcomes of conditions that were chosen.
  var given: String {
    let outcomes = chosen.sorted().map { " \($0 % 2 == 0 ? "+" : "-")\($0 / 2)" }
    return outcomes.isEmpty ? "" : " given" + outcomes.joined()
  }

  /// Follows the steps of a refutation.
  mutating func check(_ proof: Proof) throws(Rejection) {
    let globals = problem.conditions.indices.filter { problem.conditions[$0].isEmpty }
    var outcomes: [Ranges]?
    for step in proof.steps {
      if step.keyword != "goes", step.keyword != "answers" { try endLoss() }
      line = step.line
      let isPossible =
        switch step.keyword {
        case "starts": proof.isMust ? startLoss(step) : start(step)
        case "goes": try go(step, isMust: proof.isMust)
        case "answers": answer(step)
        default: turn(to: step)
        }
      try line.require(isPossible, "that cannot happen", as: "refutation")
      let now = globals.map { packet[Field.count + $0] }
      if proof.isMust, step.keyword == "starts" { outcomes = now }
      outcomes = outcomes ?? now
      try line.require(now == outcomes, "a global condition changes", as: "refutation")
    }
    try endLoss()
    let isEnd = proof.isMust ? loss.isEverywhere : !opens && isOne(of: boxes(claim.forbidden))
    try proof.line.require(isEnd, "not what refutes the claim", as: "refutation")
  }

  /// Gives the packet the values of a step; one that is new has 0 elsewhere.
  mutating func change(_ step: Proof.Step, isNew: Bool) {
    let count = Field.count + problem.conditions.count
    if isNew { packet = Box((0..<count).map { ($0, Ranges(0)) }) }
    for (index, value) in step.changes.constraints { packet[index] = value }
  }

  /// No session takes the packet, and it opened none.
  mutating func forgetSessions() {
    for device in problem.devices.indices { memories[device] = [] }
    opened = []
  }

  /// The sessions of the packet are there for the next one.
  mutating func keepSessions() {
    for (device, kind, pair) in opened { memories[device]?.append((kind, [pair])) }
    opened = []
  }

  /// Whether the packet may start after the one before, which had no tag.
  private mutating func start(_ step: Proof.Step) -> Bool {
    let isNext = opens
    change(step, isNew: true)
    keepSessions()
    (place, opens) = (step.location, packet[.origin].contains(0))
    return isOne(of: (opens ? [0] : claim.tags).flatMap { boxes(problem.sources[$0]) }) && isNext
  }

  /// Whether the packet may go on and become this one, which opens a session if it is one that does.
  private mutating func go(_ step: Proof.Step, isMust: Bool) throws(Rejection) -> Bool {
    let (location, before) = (problem.locations[place], packet)
    if isMust, !loss.goes(on: before, place) { return false }
    let isRecall = location.kind == .recall
    var (known, takings): (Memories, [Taking]) = (memories, [])
    if isRecall {
      let partners = problem.devices[location.subject].owners.dropFirst()
      for partner in isMust ? partners : [] { known[partner] = [] }
      takings = try problem.takings(at: location.subject, known, line)
    }
    var moves = try problem.moves(of: before, at: location, takings)
    change(step, isNew: false)
    if location.kind == .match {
      if !isInEntry(of: problem.tables[location.subject].entries) { return false }
      moves = Array(moves.prefix(1))
    } else if location.kind == .remember, opens, packet[.family].least < 2 {
      let kind = packet.part(of: Field.kind)
      _ = try problem.ends(of: kind, location.subject, Int(packet[.family].least), line)
      opened.append((location.subject, kind, packet.part(of: Field.session(of: kind))))
    } else if isMust, location.kind == .spread {
      moves = Array(moves.prefix(1))
    } else if isMust, isRecall, moves.count > 1 {
      moves.removeFirst()
    }
    place = step.location
    // Of many applications none is left out, unless they become any.
    let isAny = location.writes.contains { $0.kind != .shift && $0.fields.contains(.application) }
    return moves.contains { box, to, _ in
      to == place && packet.isInside(box) && (isAny || packet[.application] == box[.application])
    }
  }

  /// Whether the packet is in an entry, or in none, with all of its applications.
  private mutating func isInEntry(of entries: [Problem.TableEntry]) -> Bool {
    for entry in entries {
      if isOne(of: entry.boxes) { return true }
      if entry.boxes.contains(where: { packet.intersection($0) != nil }) { return false }
    }
    return true
  }

  /// The boxes where the packet is.
  func boxes(_ places: [Problem.Place]) -> [Box] {
    places.filter { $0.location == place }.map(\.box)
  }

  /// Whether the packet is one of some boxes, where conditions of those that have its fields choose.
  mutating func isOne(of boxes: [Box]) -> Bool {
    for box in boxes where packet.intersection(box.part(of: Field.allCases)) != nil {
      for (index, _) in box.constraints where index >= Field.count {
        chosen.insert(2 * (index - Field.count) + (packet[index].contains(1) ? 0 : 1))
      }
    }
    return boxes.contains(where: packet.isInside)
  }
}
