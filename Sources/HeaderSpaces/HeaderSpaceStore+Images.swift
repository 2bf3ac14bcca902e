public import Packets

extension HeaderSpaceStore {
  /// The set with fields forgotten: what is a member for some values of them.
  public mutating func project(_ space: HeaderSpace, away fields: [HeaderField])
    throws(LimitReached) -> HeaderSpace
  {
    try exists(space, fields.flatMap { Array(Levels.of($0)) })
  }

  /// What is a member for some outcomes of the conditions.
  public mutating func existentially(_ space: HeaderSpace, over conditions: [Int])
    throws(LimitReached) -> HeaderSpace
  {
    try exists(space, conditions.map(diagram.order.level))
  }

  /// What is a member for all outcomes of the conditions.
  public mutating func universally(_ space: HeaderSpace, over conditions: [Int])
    throws(LimitReached) -> HeaderSpace
  {
    let levels = Set(conditions.map(diagram.order.level)).sorted()
    let number = diagram.parameter(levels)
    return try settle(
      HeaderSpace(diagram.forAll(space.node, Self.marks(levels), number)))
  }

  mutating func exists(_ space: HeaderSpace, _ unsorted: [Int])
    throws(LimitReached) -> HeaderSpace
  {
    let levels = Set(unsorted).sorted()
    let number = diagram.parameter(levels)
    return try settle(HeaderSpace(diagram.exists(space.node, Self.marks(levels), number)))
  }

  private static func marks(_ levels: [Int]) -> [Bool] {
    var marks = [Bool](repeating: false, count: (levels.last ?? -1) + 1)
    for level in levels { marks[level] = true }
    return marks
  }

  /// The members whose field has one of the values.
  public mutating func restrict(_ space: HeaderSpace, _ field: HeaderField, to values: Ranges)
    throws(LimitReached) -> HeaderSpace
  {
    let node = diagram.values(field, values.ranges, Diagram.everything)
    return try settle(HeaderSpace(diagram.intersection(space.node, node)))
  }

  /// The members that the box holds.
  public mutating func restrict(_ space: HeaderSpace, to box: HeaderBox) throws(LimitReached)
    -> HeaderSpace
  {
    let node = diagram.box(box)
    return try settle(HeaderSpace(diagram.intersection(space.node, node)))
  }

  /// The members with an outcome of a condition.
  public mutating func restrict(_ space: HeaderSpace, to literal: Literal) throws(LimitReached)
    -> HeaderSpace
  {
    let node = diagram.literal(literal, Diagram.everything)
    return try settle(HeaderSpace(diagram.intersection(space.node, node)))
  }

  /// The set after the field was overwritten with any of the values.
  public mutating func assign(_ field: HeaderField, _ values: Ranges, in space: HeaderSpace)
    throws(LimitReached) -> HeaderSpace
  {
    try overwrite([(field, values)], in: space)
  }

  /// The set after the value of a field moved to another, which leaves the first with any value.
  ///
  /// - Precondition: `space` does not depend on `to`, and the fields have equally many bits and are
  ///   not the mark.
  public mutating func rename(_ from: HeaderField, to: HeaderField, in space: HeaderSpace)
    throws(LimitReached) -> HeaderSpace
  {
    try swap(from, to, in: space)
  }

  /// The set after two fields exchanged their values.
  ///
  /// - Precondition: The fields have equally many bits and are not the mark.
  public mutating func swap(_ a: HeaderField, _ b: HeaderField, in space: HeaderSpace)
    throws(LimitReached) -> HeaderSpace
  {
    try swap([(a, b)], in: space)
  }

  /// The set after the two fields of each pair exchanged their values.
  ///
  /// - Precondition: No field is named in two pairs, and the fields of each have equally many bits
  ///   and are not the mark.
  public mutating func swap(_ pairs: [(HeaderField, HeaderField)], in space: HeaderSpace)
    throws(LimitReached) -> HeaderSpace
  {
    let pairs = pairs.filter { $0.0 != $0.1 }
    if pairs.isEmpty { return space }
    let last = pairs.map { max(Levels.of($0).upperBound, Levels.of($1).upperBound) }.max() ?? 0
    var target = (0..<last).map { UInt32($0) }
    var key: [Int] = []
    for (a, b) in pairs {
      let (levelsA, levelsB) = (Levels.of(a), Levels.of(b))
      precondition(a.bits == b.bits && levelsA.count == levelsB.count, "exchanged fields are alike")
      for (levelA, levelB) in zip(levelsA, levelsB) {
        target[levelA] = UInt32(levelB)
        target[levelB] = UInt32(levelA)
      }
      key += [levelsA.lowerBound, levelsB.lowerBound].sorted()
    }
    let number = diagram.parameter(key)
    return try settle(HeaderSpace(diagram.substitute(space.node, target, number)))
  }

  /// The set after the values of a field inside a range moved by the distance from its lower bound
  /// to `lowerBound`; members with other values are dropped.
  ///
  /// - Precondition: The moved range lies within the field.
  public mutating func shift(
    _ field: HeaderField, _ range: ClosedRange<UInt128>, to lowerBound: UInt128,
    in space: HeaderSpace
  ) throws(LimitReached) -> HeaderSpace {
    precondition(range.upperBound <= field.greatest, "the range lies within the field")
    precondition(
      lowerBound <= field.greatest - (range.upperBound - range.lowerBound),
      "the moved range lies within the field")
    let halves = { (value: UInt128) in
      [UInt64(value >> 64), UInt64(truncatingIfNeeded: value)].map { Int(bitPattern: UInt($0)) }
    }
    let number = diagram.parameter(
      [Int(field.rawValue)] + halves(range.lowerBound) + halves(range.upperBound)
        + halves(lowerBound))
    let move = Diagram.Shift(
      field: field, levels: Levels.of(field), range: range, target: lowerBound, number: number)
    return try settle(HeaderSpace(diagram.shift(space.node, move)))
  }
}
