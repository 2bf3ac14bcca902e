import Packets

extension Diagram {
  /// The part of `rest` whose field has a value in one of the ranges.
  ///
  /// The ranges ascend and are disjoint; `rest` looks only at levels below the field's.
  mutating func values(_ field: HeaderField, _ ranges: [ClosedRange<UInt128>], _ rest: Node)
    -> Node
  {
    cells(
      Levels.of(field), ranges, 0..<ranges.count, from: 0, through: field.greatest, rest)
  }

  /// The part of `values` within `base...end`, whose upper chunks were looked at already.
  private mutating func cells(
    _ levels: Range<Int>, _ ranges: [ClosedRange<UInt128>], _ part: Range<Int>,
    from base: UInt128, through end: UInt128, _ rest: Node
  ) -> Node {
    let here = levels.lowerBound
    let shift = UInt128(Levels.chunks[here].shift)
    let span = (UInt128(1) << shift) - 1
    let start = pending.count
    var index = part.lowerBound
    var next = base
    while index < part.upperBound {
      let low = max(ranges[index].lowerBound, next)
      let high = min(ranges[index].upperBound, end)
      if low > high { break }
      let cell = UInt32((low - base) >> shift)
      let cellLow = base + UInt128(cell) << shift
      if cellLow > next { push(start, cell - 1, Self.nothing) }
      if low == cellLow, high - low >= span {
        // As many whole cells as the range has.
        let count = high == end ? (end - low) >> shift + 1 : (high - low + 1) >> shift
        push(start, cell + UInt32(count - 1), rest)
        let last = low + (count - 1) << shift + span
        if last >= end { return finish(UInt32(here), start) }
        next = last + 1
        if ranges[index].upperBound == last { index += 1 }
        continue
      }
      var stop = index
      while stop < part.upperBound, ranges[stop].lowerBound <= cellLow + span { stop += 1 }
      let child = cells(
        levels.dropFirst(), ranges, index..<stop, from: cellLow, through: cellLow + span, rest)
      push(start, cell, child)
      if cellLow + span >= end { return finish(UInt32(here), start) }
      next = cellLow + span + 1
      index = ranges[stop - 1].upperBound > cellLow + span ? stop - 1 : stop
    }
    push(start, Levels.chunks[here].greatest, Self.nothing)
    return finish(UInt32(here), start)
  }

  /// The set of what a box holds.
  mutating func box(_ box: HeaderBox) -> Node {
    if box.isEmpty { return Self.nothing }
    var node = Self.everything
    let literals = box.literals.map { (level: order.level(of: $0.condition), literal: $0) }
    for (_, literal) in literals.sorted(by: { $0.level > $1.level }) {
      node = self.literal(literal, node)
    }
    let constraints = box.constraints
    let levels = constraints.map { Levels.of($0.field).lowerBound }
    for index in levels.indices.sorted(by: { levels[$0] > levels[$1] }) {
      node = values(constraints[index].field, constraints[index].values.ranges, node)
    }
    return node
  }

  /// The part of `rest` with an outcome of a condition; `rest` looks only at later conditions.
  mutating func literal(_ literal: Literal, _ rest: Node) -> Node {
    precondition(
      literal.condition >= 0 && literal.condition < 1 << 30, "conditions are counted from 0")
    let base = pending.count
    push(base, 0, literal.value ? Self.nothing : rest)
    push(base, 1, literal.value ? rest : Self.nothing)
    return finish(UInt32(order.level(of: literal.condition)), base)
  }
}
