extension Verifier {
  /// Every packet of every box of a group goes where it may.
  mutating func checkSteps(of group: Int) throws(Rejection) {
    let (number, trail, entries) = proof.groups[group]
    line = entries.first { !$0.box.isEmpty }?.line ?? 0
    if line > 0 { try readTakings(at: problem.locations[number]) }
    for entry in entries {
      line = entry.line
      hints = Hints(entry.hints, or: line)
      if !entry.box.isEmpty { try checkStep(entry.box, trail, number) }
      table = ([], 0)
      try hints.finish()
    }
  }

  private mutating func checkStep(_ packets: Box, _ trail: Trail, _ place: Int) throws(Rejection) {
    let location = problem.locations[place]
    var box = packets
    let next = location.successors.first ?? 0
    switch location.kind {
    case .choose, .spread: for next in location.successors { try prove(box, to: next, trail) }
    case .match:
      let (entries, otherwise) = problem.tables[location.subject]
      for (number, (outcome, boxes)) in entries.enumerated() {
        table = (entries, number)
        let next = location.successors[outcome]
        if proof.listed[next] == nil { continue }
        for other in boxes { try prove(box.intersection(other), to: next, trail) }
      }
      table = (entries, entries.count)
      try prove(box, to: location.successors[otherwise], trail)
    case .rewrite:
      var (boxes, after) = ([box], trail)
      for write in location.writes {
        boxes = boxes.flatMap { image(of: $0, after, by: write) }.filter { !$0.isEmpty }
        after = after.after(write)
        if boxes.count > Bounds.images { throw .bound(line, "many images") }
      }
      for box in boxes { try prove(box, to: next, after) }
    case .recall:
      box.free(Field.trailGhosts)
      try prove(box, to: next, .empty)
      box.free(Session.fields)
      var errors = problem.related.compactMap { packets.intersection($0) }
      for index in errors.indices { errors[index].free(Session.fields) }
      for taking in takings {
        for set in taking.isError ? errors : [box] {
          try prove(set.intersection(taking.box), to: location.successors[1], .empty)
        }
      }
    case .remember:
      try checkRemember(box, trail, location.subject)
      try prove(box, to: next, trail)
    case .watch:
      let watchers = Ranges(values: problem.devices[location.subject].watchers)
      box.narrow(.origin, to: watchers.complement(through: Field.origin.maximum))
      try prove(box, to: next, trail)
      box[.origin] = packets[.origin].intersection(watchers)
      box[.monitor] = Ranges(1)
      try prove(box, to: next, trail)
    case .leave:
      box.free(Field.sessionGhosts + Field.trailGhosts)
      for register in Field.registers { box[register] = Ranges(0) }
      try prove(box, to: next, .empty)
    case .deliver, .drop: break
    }
  }

  /// Every session that a packet can open is inside a pair of its class.
  private mutating func checkRemember(_ box: Box, _ trail: Trail, _ device: Int) throws(Rejection) {
    var opening = box
    opening.narrow(.origin, to: Ranges(0))
    guard let memory = proof.memories[device] else { return }
    if opening.isEmpty || opening[.family].isInside(Ranges(2)) { return }
    let values = [.destinationTranslation, .sourceTranslation, .connectionStatus].map { box[$0] }
    let fields = (Field.session + trail.ghosts).map(\.rawValue)
    opening.free { !fields.contains($0) }
    var known: UInt128 = 0
    for (kind, pairs) in memory.classes where kind.trail == trail {
      guard zip(values, kind.codes).allSatisfy({ $0.contains(UInt128($1)) }) else { continue }
      known += 1
      for family in 0...1 where opening[.family].contains(UInt128(family)) {
        var box = opening
        box[.family] = Ranges(UInt128(family))
        let session = Session(box, of: kind, family: family, by: problem.devices[device])
        let (token, numbers) = try hints.next()
        let isOne = session != nil && token == .inside && numbers[0] < pairs.count
        try require(isOne && box.isInside(pairs[numbers[0]]), "memory: a session that no pair has")
      }
    }
    try require(values.reduce(1) { $0 * $1.size } == known, "memory: a class is missing")
  }

  /// The packets that sessions take at a location, in the order of their proofs.
  private mutating func readTakings(at location: Problem.Location) throws(Rejection) {
    takings = []
    if location.kind != .recall || proof.listed[location.successors[1]] == nil { return }
    let sessions = problem.devices[location.subject].sessions
    for owner in sessions.owners {
      let memory = proof.memories[owner]
      try require(memory != nil, "memory: any session of device \(owner)")
      for (kind, pairs) in memory?.classes ?? [] {
        for pair in pairs where !pair.isEmpty {
          for family in 0...1 where pair[.family].contains(UInt128(family)) {
            let session = Session(pair, of: kind, family: family, by: problem.devices[owner])
            try require(session != nil, "memory: an unreadable class of device \(owner)")
            takings += session?.takings(by: sessions, problem.answers) ?? []
          }
          if takings.count > Bounds.boxes { throw .bound(line, "many sessions") }
        }
      }
    }
  }

  /// What a write makes of packets with a trail.
  private func image(of packets: Box, _ trail: Trail, by write: Problem.Write) -> [Box] {
    var box = packets
    let (field, n) = (write.fields[0], Field.count)
    box.free { $0 >= n && problem.conditions[$0 - n].contains(where: write.fields.contains) }
    for (place, change) in trail.after(write).enumerated()
    where write.fields.contains(Field.tracked[place]) {
      let ghost = Field.trailGhosts[place]
      if trail[place] == .same, change == .kept { box[ghost] = box[Field.tracked[place]] }
      if change == .lost { box.free([ghost]) }
    }
    if write.kind != .shift { box.free(write.fields) }
    switch write.kind {
    case .set: box[field] = write.ranges
    case .take:
      box[field] = packets[write.ghost]
      box.free([write.ghost])
    case .shift:
      box.narrow(field, to: write.ranges)
      box[field] = box[field].moved(by: write.by, in: field)
    case .scramble, .anything: return problem.valid.compactMap { box.intersection($0) }
    }
    return [box]
  }
}
