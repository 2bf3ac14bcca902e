/// The run of a network that a refutation tells: packets, one after the other, of which the last does
/// what a claim forbids.
///
/// A packet is a box with one value for each field and one outcome for each condition.
struct Refutation {
  let problem: Problem
  /// The packet, where it is, and whether it is one that any host may send.
  var packet = Box()
  var place = 0
  private var isSent = true
  /// The sessions of earlier packets, and those of this one.
  private var memories: Memories = [:]
  private var opened: [(device: Int, kind: Box, pair: Box)] = []
  /// The conditions that chose: twice the number, and 1 more where the outcome is false.
  private var chosen: Set<Int> = []

  /// The run of a network in which nothing happened yet.
  init(of problem: Problem) {
    self.problem = problem
    for device in problem.devices.indices { memories[device] = [] }
  }

  /// What to answer after the name of the claim: the outcomes of conditions that were chosen.
  var given: String {
    let outcomes = chosen.sorted().map { " \($0 % 2 == 0 ? "+" : "-")\($0 / 2)" }
    return outcomes.isEmpty ? "" : " given" + outcomes.joined()
  }

  /// Follows the steps of a refutation.
  mutating func check(_ proof: Proof) throws(Rejection) {
    let claim = problem.claims[proof.claims[0]]
    let globals = problem.conditions.indices.filter { problem.conditions[$0].isEmpty }
    var outcomes: [Ranges]?
    for step in proof.steps {
      let (before, isStart) = (packet, step.keyword == "starts")
      if isStart {
        try step.line.require(isSent, "not the last packet, and with a tag", as: "refutation")
      }
      change(step, isNew: isStart)
      let isPossible = try isStart ? start(step, claim) : go(from: before, step)
      try step.line.require(isPossible, "that cannot happen", as: "refutation")
      let now = globals.map { packet[Field.count + $0] }
      outcomes = outcomes ?? now
      try step.line.require(now == outcomes, "a global condition changes", as: "refutation")
    }
    let isForbidden = !isSent && isOne(of: boxes(claim.forbidden))
    try proof.line.require(isForbidden, "nothing forbidden happens", as: "refutation")
  }

  /// Gives the packet the values of a step; one that is new has 0 elsewhere.
  mutating func change(_ step: Proof.Step, isNew: Bool) {
    let count = Field.count + problem.conditions.count
    if isNew { packet = Box((0..<count).map { ($0, Ranges(0)) }) }
    for (index, value) in step.changes.constraints { packet[index] = value }
  }

  /// Whether the packet may start; the sessions of the one before are there.
  private mutating func start(_ step: Proof.Step, _ claim: Problem.Claim) -> Bool {
    for (device, kind, pair) in opened { memories[device]?.append((kind, [pair])) }
    (place, opened, isSent) = (step.location, [], packet[.origin].contains(0))
    return isOne(of: (isSent ? [0] : claim.tags).flatMap { boxes(problem.sources[$0]) })
  }

  /// Whether a packet may go on and become this one, which opens a session if it is one that does.
  private mutating func go(from before: Box, _ step: Proof.Step) throws(Rejection) -> Bool {
    let location = problem.locations[place]
    let (isRecall, family) = (location.kind == .recall, Int(packet[.family].least))
    let takings = isRecall ? try problem.takings(at: location.subject, memories, step.line) : []
    var moves = try problem.moves(of: before, at: location, takings)
    if location.kind == .match {
      chooseEntry(of: problem.tables[location.subject].entries)
      moves = Array(moves.prefix(1))
    } else if location.kind == .remember, isSent, family < 2 {
      let kind = packet.part(of: Field.kind)
      _ = try problem.ends(of: kind, location.subject, family, step.line)
      opened.append((location.subject, kind, packet.part(of: Field.session(of: kind))))
    }
    place = step.location
    return moves.contains { $0.to == place && packet.isInside($0.box) }
  }

  /// The conditions of entries up to the first that has the packet choose.
  mutating func chooseEntry(of entries: [Problem.TableEntry]) {
    for entry in entries where isOne(of: entry.boxes) { break }
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
