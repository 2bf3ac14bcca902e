public import Packets

/// Boxes that together are a header space, or the first of them.
public struct BoxCover: Hashable, Sendable {
  /// The boxes, in an order that depends on nothing but the set; they may overlap, but each holds a
  /// member that no other holds.
  public var boxes: [HeaderBox]
  /// Whether the set has members beyond the boxes.
  public var isTruncated: Bool

  /// Creates a list.
  public init(boxes: [HeaderBox], isTruncated: Bool) {
    self.boxes = boxes
    self.isTruncated = isTruncated
  }
}

extension HeaderSpaceStore {
  /// An irredundant list of boxes that together are exactly the set.
  ///
  /// Only what lies within `care` must be right: with `valid()` there, a constraint that every real
  /// packet meets anyhow is left out, and the boxes are what a person would write.
  ///
  /// Each box is as large as it can be, tried field by field in a fixed order, so it has no
  /// constraint that could be dropped. At most `limit` boxes are listed.
  public mutating func boxes(
    of space: HeaderSpace, within care: HeaderSpace = .everything, limit: Int = 1_000
  ) throws(LimitReached) -> BoxCover {
    let mark = diagram.mark
    defer { diagram.release(to: mark) }
    let wanted = try intersection(space, care)
    let forbidden = try subtracting(space, from: care)
    var remaining = wanted
    var boxes: [HeaderBox] = []
    while !remaining.isEmpty, boxes.count < limit {
      var box = firstBox(in: remaining)
      box = try widened(box, around: forbidden, within: care)
      boxes.append(box)
      let node = try self.space(of: box)
      remaining = try subtracting(node, from: remaining)
    }
    boxes = try irredundant(boxes, covering: wanted)
    boxes.sort { Self.precedes($0, $1) }
    return BoxCover(boxes: boxes, isTruncated: !remaining.isEmpty)
  }

  /// A small box within a set that is not empty.
  private func firstBox(in space: HeaderSpace) -> HeaderBox {
    var node = space.node
    var values: [HeaderField: ClosedRange<UInt128>] = [:]
    var literals: [Literal] = []
    while node != Diagram.everything {
      let level = Int(diagram.level(node))
      var value: UInt32 = 0
      for edge in diagram.edgeRange(node) {
        if diagram.child(edge) != Diagram.nothing {
          node = diagram.child(edge)
          break
        }
        value = diagram.bound(edge) + 1
      }
      guard level < Levels.conditions else {
        literals.append(Literal(diagram.order.condition(at: level), value == 1))
        continue
      }
      let chunk = Levels.chunks[level]
      let shift = UInt128(chunk.shift)
      let low = (values[chunk.field]?.lowerBound ?? 0) | UInt128(value) << shift
      values[chunk.field] = low...(low | ((UInt128(1) << shift) - 1))
    }
    var box = HeaderBox()
    for (field, range) in values { box.constrain(field, to: Ranges(range)) }
    for literal in literals { box.constrain(literal) }
    return box
  }

  /// The box with as few constraints, and these as wide, as avoids the forbidden packets.
  private mutating func widened(
    _ start: HeaderBox, around forbidden: HeaderSpace, within care: HeaderSpace
  ) throws(LimitReached) -> HeaderBox {
    var box = start
    for literal in start.literals {
      let wider = box.without(literal)
      let node = try space(of: wider)
      if try isDisjoint(node, forbidden) { box = wider }
    }
    var before: HeaderBox?
    while before != box {
      before = box
      for field in Self.wideningOrder where box[field] != field.allValues {
        if field == .family, Self.familyMatters(in: box) { continue }
        box = try widened(box, field, around: forbidden, within: care)
      }
    }
    return box
  }

  private mutating func widened(
    _ box: HeaderBox, _ field: HeaderField, around forbidden: HeaderSpace,
    within care: HeaderSpace
  ) throws(LimitReached) -> HeaderBox {
    let wider = box.without(field)
    let node = try space(of: wider)
    let bad = try values(of: field, in: node, and: forbidden)
    if bad.isEmpty { return wider }
    let real = try values(of: field, in: node, and: care)
    return wider.constrained(field, to: real.subtracting(bad).union(box[field]))
  }

  /// The values that a field has in members of the set.
  public mutating func values(of field: HeaderField, in space: HeaderSpace) throws(LimitReached)
    -> Ranges
  {
    try values(of: field, in: space, and: space)
  }

  /// The values that a field has in members of both sets.
  public mutating func values(
    of field: HeaderField, in a: HeaderSpace, and b: HeaderSpace
  ) throws(LimitReached) -> Ranges {
    let node = diagram.values(of: field, in: a.node, and: b.node)
    var runs: [Diagram.Run] = []
    diagram.appendRuns(of: node, Levels.of(field), at: 0, to: &runs)
    return try settle(Ranges(runs.map(\.range)))
  }

  /// The boxes without those whose wanted members others hold, too.
  private mutating func irredundant(_ boxes: [HeaderBox], covering wanted: HeaderSpace)
    throws(LimitReached) -> [HeaderBox]
  {
    var parts: [HeaderSpace] = []
    for box in boxes {
      let whole = try space(of: box)
      parts.append(try intersection(whole, wanted))
    }
    // later[i] is what the boxes after i hold.
    var later = [HeaderSpace](repeating: .empty, count: boxes.count)
    for index in boxes.indices.dropLast().reversed() {
      later[index] = try union(later[index + 1], parts[index + 1])
    }
    var kept: [HeaderBox] = []
    var held = HeaderSpace.empty
    for index in boxes.indices {
      let others = try union(held, later[index])
      if try isSubset(parts[index], of: others) { continue }
      kept.append(boxes[index])
      held = try union(held, parts[index])
    }
    return kept
  }

  /// The order in which a box loses constraints: what people read last goes first.
  private static let wideningOrder: [HeaderField] = {
    let last: [HeaderField] = [
      .protocol, .sourcePort, .destinationPort, .sourceIPv6, .sourceIPv4, .destinationIPv6,
      .destinationIPv4, .family,
    ]
    return HeaderField.allCases.reversed().filter { !last.contains($0) } + last
  }()

  /// Whether a constraint of the box speaks of one family only.
  private static func familyMatters(in box: HeaderBox) -> Bool {
    let fields: [HeaderField] = [
      .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .nextHeader, .etherType,
    ]
    return box.constraints.contains { fields.contains($0.field) }
  }

  private static func precedes(_ a: HeaderBox, _ b: HeaderBox) -> Bool {
    let keyA = key(a)
    let keyB = key(b)
    return keyA.lexicographicallyPrecedes(keyB)
  }

  /// The constraints as numbers that order boxes by field, then by their first values.
  private static func key(_ box: HeaderBox) -> [UInt128] {
    var key: [UInt128] = []
    for constraint in box.constraints {
      key.append(UInt128(constraint.field.rawValue))
      for range in constraint.values.ranges { key += [range.lowerBound, range.upperBound] }
    }
    for literal in box.literals {
      key += [1 << 64 + UInt128(literal.condition), literal.value ? 1 : 0]
    }
    return key
  }
}
