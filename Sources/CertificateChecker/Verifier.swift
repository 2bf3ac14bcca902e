/// Holds a certificate to its obligations, one evaluation each.
struct Verifier {
  /// What a set of packets has to be shown for.
  struct Goal {
    /// The line that is named where it is not shown.
    let line: Int
    /// Where the packets go, with what trail.
    let location: Int
    let trail: Trail
    /// The list whose entries before `entry` hide packets.
    var table: [(outcome: Int, boxes: [Box])] = []
    var entry = 0
  }

  let problem: Problem
  let proof: Proof
  private var work = 0

  /// The verifier of a certificate for a network.
  init(_ proof: Proof, of problem: Problem) { (self.proof, self.problem) = (proof, problem) }

  /// Checks everything but what single claims say.
  mutating func checkInvariant() throws(Rejection) {
    try checkUnlisted()
    try checkStarts()
    for index in proof.groups.indices { try checkSteps(of: index) }
  }

  /// Counts a piece of work.
  mutating func count(_ amount: Int = 1) throws(Rejection) {
    work += amount
    if work > Bounds.work { throw .bound(proof.firstLine, "much work") }
  }

  /// A location that is not listed has every packet, so it must not lead to one that is.
  private func checkUnlisted() throws(Rejection) {
    for (index, location) in problem.locations.enumerated() where proof.listed[index] == nil {
      for line in location.successors.compactMap({ proof.listed[$0] }) {
        throw Rejection(line: line, reason: "unlisted: location \(index) leads there")
      }
      if location.kind == .remember, let memory = proof.memories[location.subject] {
        throw Rejection(
          line: memory.line, reason: "unlisted: location \(index) remembers any session")
      }
    }
  }

  /// Senders and the sources of the tags in question start inside a box.
  private mutating func checkStarts() throws(Rejection) {
    let tags = Set(proof.claims.flatMap { problem.claims[$0].tags }).sorted()
    var hints = Hints(proof.starts, or: proof.firstLine)
    for (tag, places) in [(0, problem.senders)] + tags.map({ ($0, problem.sources[$0]) }) {
      for place in places where !place.box.isEmpty {
        var box = place.box
        box[.origin] = Ranges(UInt128(tag))
        let line = proof.starts?.number ?? proof.firstLine
        let goal = Goal(line: line, location: place.location, trail: .empty)
        try prove(box, goal, &hints)
      }
    }
    try hints.finish()
  }

  /// Shows that a set goes where it may, or refuses it.
  mutating func prove(_ set: Box?, _ goal: Goal, _ hints: inout Hints) throws(Rejection) {
    try count()
    guard let set, !set.isEmpty, proof.listed[goal.location] != nil else { return }
    let group = proof.groupAt[goal.location]?[goal.trail]
    let boxes = group.map { proof.groups[$0].entries } ?? []
    var parts = [set]
    while let part = parts.popLast() {
      try count()
      let (kind, numbers) = try hints.next()
      let (first, second) = (numbers[0], kind == .inside ? 0 : numbers[1])
      if kind == .inside {
        if first < boxes.count, part.isInside(boxes[first].box) { continue }
      } else if first < goal.table.count, second < goal.table[first].boxes.count {
        let box = goal.table[first].boxes[second]
        if kind == .hidden, first < goal.entry, part.isInside(box) { continue }
        if kind == .split, let halves = part.split(by: box, at: numbers[2]) {
          parts += halves
          if parts.count > Bounds.pendingParts { throw .bound(goal.line, "many parts") }
          continue
        }
      }
      let reason = "step to location \(goal.location): \(kind) \(numbers) is not so"
      throw Rejection(line: goal.line, reason: reason)
    }
  }

  /// Whether a claim follows from the boxes.
  func checkSafety(of number: Int) throws(Rejection) {
    let claim = problem.claims[number]
    guard claim.left.isDisjoint(with: claim.right) else {
      throw Rejection(
        line: proof.firstLine, reason: "safety: claim \(number): a name is on both sides")
    }
    for place in claim.forbidden {
      guard proof.listed[place.location] != nil else {
        throw Rejection(line: proof.firstLine, reason: "safety: claim \(number): not listed")
      }
      var box = place.box
      box.narrow(.origin, to: Ranges(values: claim.tags))
      for index in (proof.groupAt[place.location] ?? [:]).values.sorted() {
        for entry in proof.groups[index].entries where entry.box.intersection(box) != nil {
          throw Rejection(line: entry.line, reason: "safety: claim \(number) forbids some of it")
        }
      }
    }
  }
}
