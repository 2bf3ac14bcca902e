import CertificateChecker

/// The run of a network that a refutation tells: packets, one after the other, of which the last does
/// what a claim forbids, or each fails that should arrive.
///
/// A packet is a box with one value for each field and one outcome for each condition. One that should
/// arrive may have many applications: it is one packet for each, and they all do the same.
struct Refutation {
  var problem: Problem
  let claim: Problem.Claim
  var line: Line
  /// The packet, where it is, and whether it opens sessions.
  var packet = Box()
  var place = 0
  var opens = true
  /// What bounds the sessions of devices where there are none.
  private var none: [Int: Problem.Memory] = [:]
  /// The sessions that it opens.
  private var opened: [(device: Int, kind: Box, pair: Box)] = []
  /// The conditions that chose: twice the number, and 1 more where the outcome is false.
  private var chosen: Set<Int> = []
  /// What is shown of a claim of what must arrive.
  var loss = Loss()

  /// The run of a network in which nothing happened yet.
  init(_ proof: Proof, of problem: Problem) {
    (self.problem, line, claim) = (problem, proof.line, problem.claims[proof.claims[0]])
  }

  /// Follows the steps of a refutation, and says what to answer: the conditions that chose at the end.
  mutating func check(_ proof: Proof) throws(Rejection) -> String {
    problem.account.begin(line)
    try problem.account.spend(16 * (problem.devices.count + problem.conditions.count))
    for device in problem.devices.indices { none[device] = [] }
    forgetSessions()
    let globals = problem.conditions.indices.filter { problem.conditions[$0].isEmpty }
    var outcomes: [Ranges]?
    for step in proof.steps {
      if step.keyword != "goes", step.keyword != "answers" { try endLoss() }
      line = step.line
      problem.account.begin(line, goesOn: ["goes", "answers"].contains(step.keyword))
      try problem.account.spend(packet.weight + 4 * problem.conditions.count)
      let isPossible =
        switch step.keyword {
        case "starts": try proof.isMust ? startLoss(step) : start(step)
        case "goes": try go(step, isMust: proof.isMust)
        case "answers": try answer(step)
        default: turn(to: step)
        }
      try line.require(isPossible, "that cannot happen", as: "refutation")
      let now = globals.map { packet[Field.count + $0] }
      if proof.isMust, step.keyword == "starts" { outcomes = now }
      outcomes = outcomes ?? now
      try line.require(now == outcomes, "a global condition changes", as: "refutation")
    }
    try endLoss()
    let isForbidden = try !proof.isMust && !opens ? isOne(of: boxes(claim.forbidden)) : false
    let isEnd = isForbidden || proof.isMust && loss.isEverywhere
    try proof.line.require(isEnd, "not what refutes the claim", as: "refutation")
    let given = chosen.sorted().map { " \($0 % 2 == 0 ? "+" : "-")\($0 / 2)" }
    try problem.account.spend(Bounds.answer * (100 + claim.name.utf8.count + 16 * given.count))
    let end = given.isEmpty ? "" : " given" + given.joined()
    return "VIOLATED \(proof.claims[0]) \(claim.name)\(end)"
  }

  /// Gives the packet the values of a step; one that is new has 0 elsewhere.
  mutating func change(_ step: Proof.Step, isNew: Bool) {
    let count = Field.count + problem.conditions.count
    if isNew { packet = Box((0..<count).map { ($0, .zero) }) }
    for (index, value) in step.changes.constraints { packet[index] = value }
  }

  /// No session takes the packet, and it opened none.
  mutating func forgetSessions() { (problem.memories, opened) = (none, []) }

  /// The sessions of the packet are there for the next one.
  mutating func keepSessions() {
    for (device, kind, pair) in opened { problem.memories[device]?.append((kind, [pair])) }
    opened = []
  }

  /// Whether the packet may start after the one before, which had no tag.
  private mutating func start(_ step: Proof.Step) throws(Rejection) -> Bool {
    let isNext = opens
    change(step, isNew: true)
    keepSessions()
    (place, opens) = (step.location, packet[.origin].contains(0))
    let places = (opens ? [0] : Set(claim.tags)).flatMap { problem.sources[$0] }
    return try isOne(of: boxes(places)) && isNext
  }

  /// Whether the packet may go on and become this one, which opens a session if it is one that does.
  private mutating func go(_ step: Proof.Step, isMust: Bool) throws(Rejection) -> Bool {
    let (location, before) = (problem.locations[place], packet)
    if isMust {
      try problem.account.spend(before.weight, isKept: true)
      if !loss.goes(on: before, place) { return false }
    }
    let (isRecall, memories) = (location.kind == .recall, problem.memories)
    let partners = isRecall && isMust ? problem.devices[location.subject].owners.dropFirst() : []
    if !partners.isEmpty { try problem.account.spend(16 * problem.devices.count) }
    for partner in partners { problem.memories[partner] = [] }
    var moves = try problem.moves(of: before, at: location, true)
    problem.memories = memories
    change(step, isNew: false)
    if location.kind == .match {
      guard let outcome = try outcome(of: problem.tables[location.subject]) else { return false }
      moves = [(location.successors[outcome], before)]
    } else if location.kind == .remember, opens, packet[.family].least < 2 {
      // The packet after it has memories of its own.
      try problem.account.spend(16 * problem.devices.count)
      let kind = packet.part(of: Field.kind)
      _ = try problem.ends(of: kind, location.subject, Int(packet[.family].least))
      opened.append((location.subject, kind, packet.part(of: Field.session(of: kind))))
    } else if isMust, location.kind == .spread {
      moves = Array(moves.prefix(1))
    } else if isMust, isRecall, moves.count > 1 {
      moves.removeFirst()
    }
    place = step.location
    // Of many applications none is left out, unless they become any.
    let isAny = location.writes.contains { $0.kind != .shift && $0.fields.contains(.application) }
    try problem.account.spend(packet, moves.map(\.box))
    return moves.contains { to, box in
      to == place && packet.isInside(box) && (isAny || packet[.application] == box[.application])
    }
  }

  /// The outcome of a table for the packet, if all of its applications have the same.
  private mutating func outcome(of table: Problem.Table) throws(Rejection) -> Int? {
    for entry in table.entries {
      if try isOne(of: entry.boxes) { return entry.outcome }
      if entry.boxes.contains(where: { packet.intersection($0) != nil }) { return nil }
    }
    return table.otherwise
  }

  /// The boxes where the packet is.
  mutating func boxes(_ places: [Problem.Place]) throws(Rejection) -> [Box] {
    try problem.account.spend(8 * places.count)
    return places.filter { $0.location == place }.map(\.box)
  }

  /// Whether the packet is one of some boxes, where conditions of those that have its fields choose.
  mutating func isOne(of boxes: [Box]) throws(Rejection) -> Bool {
    for box in boxes { try problem.account.spend(8 * box.weight) }
    for box in boxes where packet.intersection(box.part(of: Field.allCases)) != nil {
      for (index, _) in box.constraints where index >= Field.count {
        chosen.insert(2 * (index - Field.count) + (packet[index].contains(1) ? 0 : 1))
      }
    }
    return boxes.contains(where: packet.isInside)
  }
}
