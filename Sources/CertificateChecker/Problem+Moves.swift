extension Problem {
  /// What the packets of a box at a location become, and where they go, in the order of the page.
  ///
  /// Of a single packet that is exact. A `match` is not looked at, and sessions only where it is asked.
  package mutating func moves(of set: Box, at location: Location, _ isTaken: Bool) throws(Rejection)
    -> [Place]
  {
    var boxes = [set]
    try account.spend(set.weight + 8 * location.successors.count + location.writes.count)
    switch location.kind {
    case .rewrite:
      for write in location.writes { boxes = try images(of: boxes, by: write) }
    case .recall:
      boxes[0].forgetTrail()
      let takings = isTaken ? try takings(at: location.subject) : []
      for (box, isError) in [(set, true)] + takings {
        try account.spend(boxes[0], isError ? related : [box], isKept: true)
      }
      let taken = taken(boxes[0], by: takings).map { (location.successors[1], $0) }
      return [(location.successors[0], boxes[0])] + taken
    case .watch:
      try account.spend(devices[location.subject].watchers.count)
      let watchers = Ranges(values: Set(devices[location.subject].watchers))
      boxes.append(set)
      boxes[0].narrow(.origin, to: watchers.complement)
      boxes[1].narrow(.origin, to: watchers)
      boxes[1][.monitor] = .one
    case .leave:
      boxes[0].forgetTrail()
      boxes[0].free(Field.sessionGhosts)
      boxes[0].set(Field.registers, to: .zero)
    case .match: return []
    case .choose, .spread, .remember, .deliver, .drop: break
    }
    var moves: [Place] = []
    for to in location.successors { for box in boxes { moves.append((to, box)) } }
    return moves
  }

  /// What a write makes of sets of packets.
  package mutating func images(of sets: [Box], by write: Write) throws(Rejection) -> [Box] {
    let others = [.scramble, .anything].contains(write.kind) ? valid : [Box()]
    for set in sets { try account.spend(set, others, isKept: true) }
    return sets.flatMap { images(of: $0, by: write) }.filter { !$0.isEmpty }
  }

  /// What a write makes of packets.
  private func images(of packets: Box, by write: Write) -> [Box] {
    var box = packets
    let (field, by, n) = (write.fields[0], write.to &- write.ranges.least, Field.count)
    let written = write.fields.filter(Field.wire.contains)
    box.free { $0 >= n && conditions[$0 - n].contains(where: written.contains) }
    // What becomes of the tracks 0 to 3, and which of them have another ghost then.
    let isShift = write.kind == .shift
    let after = !isShift ? [2, 3, 2, 3] : by != 0 ? [1, 3, 2, 3] : [0, 1, 2, 3]
    let isAny = [!isShift, !isShift || by != 0, false, !isShift]
    for (place, tracked) in Field.tracked.enumerated() where written.contains(tracked) {
      let (ghost, track) = (Field.trailGhosts[place], Field.tracks[place])
      let before = (0...3).filter { packets[track].contains(UInt128($0)) }
      box[track] = Ranges(values: Set(before.map { after[$0] }))
      if before.contains(where: { isAny[$0] }) { box.free([ghost]) }
      if !isShift, before == [0] { box[ghost] = packets[tracked] }
    }
    if !isShift { box.free(write.fields) }
    switch write.kind {
    case .set: box[field] = write.ranges
    case .take:
      box[field] = packets[write.ghost]
      box.free([write.ghost])
    case .shift:
      let moved = packets[field].intersection(write.ranges).moved(by: by, in: field)
      // What wrapped around is less.
      box[field] = moved.intersection(Ranges(write.to, field.maximum))
    case .scramble, .anything: return valid.compactMap(box.intersection)
    }
    return [box]
  }

  /// Packets without a trail as sessions take them.
  private func taken(_ packets: Box, by takings: [Taking]) -> [Box] {
    // All of them, then the errors.
    var boxes = [packets] + related.compactMap(packets.intersection)
    for index in boxes.indices { boxes[index].free(Field.sessionGhosts + Field.setBySessions) }
    return takings.flatMap { box, isError in
      (isError ? boxes.dropFirst() : boxes.prefix(1)).compactMap(box.intersection)
    }
  }
}
