extension Verifier {
  /// Every packet of every box of a group goes where it may.
  mutating func checkSteps(of index: Int) throws(Rejection) {
    let group = proof.groups[index]
    let location = problem.locations[group.location]
    var takings: [Session.Taking] = []
    if location.kind == .recall, let first = group.entries.first(where: { !$0.box.isEmpty }) {
      takings = try self.takings(at: location, line: first.line)
    }
    for entry in group.entries {
      var hints = Hints(entry.hints, or: entry.line)
      if !entry.box.isEmpty {
        try checkStep(of: entry.box, location, takings, &hints) {
          Goal(line: entry.line, location: $0, trail: $1 ?? group.trail)
        }
      }
      try hints.finish()
    }
  }

  private mutating func checkStep(
    of box: Box, _ location: Problem.Location, _ takings: [Session.Taking], _ hints: inout Hints,
    goal: (Int, Trail?) -> Goal
  ) throws(Rejection) {
    let next = location.successors.first ?? 0
    switch location.kind {
    case .choose, .spread:
      for next in location.successors { try prove(box, goal(next, nil), &hints) }
    case .match: try checkMatch(of: box, location, &hints, goal: goal)
    case .rewrite:
      let start = goal(next, nil)
      let image = Image(of: box, trail: start.trail, under: location.writes, in: problem)
      if image.boxes.count > Bounds.images { throw .bound(start.line, "many images") }
      for box in image.boxes { try prove(box, goal(next, image.trail), &hints) }
    case .recall:
      var fresh = box
      fresh.free(Field.trailGhosts)
      try prove(fresh, goal(next, .empty), &hints)
      try checkRecall(of: box, takings, goal(location.successors[1], .empty), &hints)
    case .remember:
      try checkRemember(of: box, location.subject, goal(next, nil), &hints)
      try prove(box, goal(next, nil), &hints)
    case .watch:
      let watchers = Ranges(values: problem.devices[location.subject].watchers)
      var (others, watched) = (box, box)
      others.narrow(.origin, to: watchers.complement(through: Field.origin.maximum))
      try prove(others, goal(next, nil), &hints)
      watched.narrow(.origin, to: watchers)
      watched[.monitor] = Ranges(1)
      try prove(watched, goal(next, nil), &hints)
    case .leave:
      var box = box
      box.free(Field.sessionGhosts + Field.trailGhosts)
      for register in Field.registers { box[register] = Ranges(0) }
      try prove(box, goal(next, .empty), &hints)
    case .deliver, .drop: break
    }
  }

  private mutating func checkMatch(
    of box: Box, _ location: Problem.Location, _ hints: inout Hints, goal: (Int, Trail?) -> Goal
  ) throws(Rejection) {
    let table = problem.tables[location.subject]
    for (number, entry) in table.entries.enumerated()
    where proof.listed[location.successors[entry.outcome]] != nil {
      var goal = goal(location.successors[entry.outcome], nil)
      (goal.table, goal.entry) = (table.entries, number)
      for other in entry.boxes { try prove(box.intersection(other), goal, &hints) }
    }
    var goal = goal(location.successors[table.otherwise], nil)
    (goal.table, goal.entry) = (table.entries, table.entries.count)
    try prove(box, goal, &hints)
  }

  /// Every session that a packet can open is inside a pair of its class.
  private mutating func checkRemember(
    of box: Box, _ device: Int, _ goal: Goal, _ hints: inout Hints
  ) throws(Rejection) {
    guard let memory = proof.memories[device] else { return }
    var opening = box
    opening.narrow(.origin, to: Ranges(0))
    if opening.isEmpty || opening[.family].isInside(Ranges(2)) { return }
    let registers: [Field] = [.destinationTranslation, .sourceTranslation, .connectionStatus]
    let values = registers.map { opening[$0] }
    opening.keep(only: Field.session + goal.trail.ghosts)
    var known: UInt128 = 0
    for (kind, pairs) in memory.classes where kind.trail == goal.trail {
      try count()
      guard zip(values, kind.codes).allSatisfy({ $0.contains(UInt128($1)) }) else { continue }
      known += 1
      for family in 0...1 where opening[.family].contains(UInt128(family)) {
        var session = opening
        session[.family] = Ranges(UInt128(family))
        let isReadable =
          Session(session, of: kind, family: family, by: problem.devices[device]) != nil
        let (token, numbers) = try hints.next()
        guard isReadable, token == .inside, numbers[0] < pairs.count,
          session.isInside(pairs[numbers[0]])
        else {
          throw Rejection(
            line: goal.line, reason: "memory: a session that no pair has, or not readable")
        }
      }
    }
    if values.reduce(1, { $0 * $1.size }) != known {
      throw Rejection(line: goal.line, reason: "memory: a class is missing")
    }
  }

  /// Packets go on as packets of every session that can be there.
  private mutating func checkRecall(
    of box: Box, _ takings: [Session.Taking], _ goal: Goal, _ hints: inout Hints
  ) throws(Rejection) {
    func freed(_ box: Box) -> Box {
      var box = box
      box.free(Field.trailGhosts + Field.sessionGhosts)
      box.free([
        .connectionState, .connectionDirection, .connectionStatus, .destinationTranslation,
        .sourceTranslation,
      ])
      return box
    }
    let packets = [freed(box)]
    let errors = problem.related.compactMap { box.intersection($0) }.map(freed)
    for taking in takings {
      for set in taking.isError ? errors : packets {
        try prove(set.intersection(taking.box), goal, &hints)
      }
    }
  }

  /// The packets that sessions take at a device, in the order of their proofs.
  private mutating func takings(
    at location: Problem.Location, line: Int
  ) throws(Rejection) -> [Session.Taking] {
    if proof.listed[location.successors[1]] == nil { return [] }
    let device = problem.devices[location.subject]
    var takings: [Session.Taking] = []
    for owner in device.owners {
      guard let memory = proof.memories[owner] else {
        throw Rejection(line: line, reason: "memory: any session of device \(owner)")
      }
      for (kind, pairs) in memory.classes {
        for pair in pairs where !pair.isEmpty {
          for family in 0...1 where pair[.family].contains(UInt128(family)) {
            let session = Session(pair, of: kind, family: family, by: problem.devices[owner])
            guard let session else {
              throw Rejection(line: memory.line, reason: "memory: an unreadable class")
            }
            takings += session.takings(at: device, answers: problem.answers)
          }
          if takings.count > Bounds.takings { throw .bound(line, "many sessions") }
        }
      }
    }
    try count(takings.count)
    return takings
  }
}
