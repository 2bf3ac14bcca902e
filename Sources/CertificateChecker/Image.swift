/// What writes make of a box.
struct Image {
  /// The trail after the writes.
  private(set) var trail: Trail
  /// The boxes, none of them empty.
  private(set) var boxes: [Box]

  /// The image of a box of packets with a trail; one too large is cut off after a bound.
  init(of box: Box, trail: Trail, under writes: [Problem.Write], in problem: Problem) {
    self.trail = trail
    boxes = [box]
    for write in writes where boxes.count <= Bounds.images {
      for index in boxes.indices {
        boxes[index].forget { problem.conditions[$0].contains(where: write.fields.contains) }
      }
      if write.kind == .shift { shift(write) } else { overwrite(write, problem.valid) }
      boxes.removeAll(where: \.isEmpty)
    }
  }

  private mutating func overwrite(_ write: Problem.Write, _ valid: [Box]) {
    for field in write.fields { keep(field) }
    boxes.removeAll(where: \.isEmpty)
    let field = write.fields[0]
    for index in boxes.indices {
      switch write.kind {
      case .take:
        boxes[index][field] = boxes[index][write.ghost]
        boxes[index].free([write.ghost])
      case .set: boxes[index][field] = write.ranges
      case .scramble, .anything, .shift: boxes[index].free(write.fields)
      }
    }
    if write.kind == .take || write.kind == .set { return }
    var scrambled: [Box] = []
    for box in boxes where scrambled.count <= Bounds.images {
      scrambled += valid.compactMap { box.intersection($0) }
    }
    boxes = scrambled
  }

  /// Notes in trail and ghost that a field is overwritten; the new values are left to the caller.
  private mutating func keep(_ field: Field) {
    guard let place = Field.tracked.firstIndex(of: field), let distance = trail[place] else {
      return
    }
    for index in boxes.indices {
      let before = boxes[index][field].moved(by: 0 &- distance, through: field.maximum)
      boxes[index][Field.trailGhosts[place]] = before
    }
    trail[place] = nil
  }

  private mutating func shift(_ write: Problem.Write) {
    let (field, span) = (write.fields[0], write.ranges.spans[0])
    let distance = write.target &- span.low
    // The last value that moves to one of the field's; where the sum is too large, all do.
    let last = span.low.addingReportingOverflow(field.maximum - write.target)
    let moving = Ranges(span.low, last.overflow ? span.high : min(span.high, last.partialValue))
    for index in boxes.indices {
      boxes[index].narrow(field, to: moving)
      boxes[index][field] = boxes[index][field].moved(by: distance, through: field.maximum)
    }
    guard let place = Field.tracked.firstIndex(of: field), let before = trail[place] else { return }
    trail[place] = before &+ distance
  }
}
