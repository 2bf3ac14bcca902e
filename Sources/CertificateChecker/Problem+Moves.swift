extension Problem {
  /// Packets that go to a location, at a `match` by a box of an entry of this number.
  typealias Move = (box: Box, to: Int, entry: Int)

  /// What the packets of a box at a location become, and where they go, in the order of the page, where
  /// sessions take some; of a single packet that is exact, but the first way from a `match` is its only one.
  func moves(of set: Box, at location: Location, _ taken: [Taking]) throws(Rejection) -> [Move] {
    var boxes = [set]
    switch location.kind {
    case .match:
      let (entries, otherwise) = tables[location.subject]
      let moves = entries.indices.flatMap { entry in
        let to = location.successors[entries[entry].outcome]
        return entries[entry].boxes.compactMap(set.intersection).map { ($0, to, entry) }
      }
      return moves + [(set, location.successors[otherwise], entries.count)]
    case .rewrite:
      for write in location.writes {
        boxes = boxes.flatMap { images(of: $0, by: write) }.filter { !$0.isEmpty }
        if boxes.count > Bounds.boxes { throw .bound("many images") }
      }
    case .recall:
      boxes[0].forgetTrail()
      let taken = self.taken(boxes[0], by: taken).map { ($0, location.successors[1], 0) }
      return [(boxes[0], location.successors[0], 0)] + taken
    case .watch:
      let watchers = Ranges(values: Set(devices[location.subject].watchers))
      boxes.append(set)
      boxes[0].narrow(.origin, to: watchers.complement)
      boxes[1].narrow(.origin, to: watchers)
      boxes[1][.monitor] = Ranges(1)
    case .leave:
      boxes[0].forgetTrail()
      boxes[0].free(Field.sessionGhosts)
      boxes[0].set(Field.registers, to: Ranges(0))
    case .choose, .spread, .remember, .deliver, .drop: break
    }
    return location.successors.flatMap { to in boxes.map { ($0, to, 0) } }
  }

  /// What a write makes of packets.
  func images(of packets: Box, by write: Write) -> [Box] {
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
