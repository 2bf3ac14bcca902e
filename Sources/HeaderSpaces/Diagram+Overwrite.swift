public import Packets

/// Overwriting fields in one walk.
extension Diagram {
  /// Fields that get new values, whatever they had.
  struct Overwrite {
    /// The fields by level, each with its new values.
    let fields: [(levels: Range<Int>, field: HeaderField, values: [ClosedRange<UInt128>])]
    /// For each level up to the last that is overwritten the count of fields that begin above it or
    /// at it.
    let begun: [Int]
    /// For each level up to the last that is overwritten, whether it is.
    let isGone: [Bool]
    /// The parameter that stands for the fields and their values in the cache.
    let number: UInt32
  }

  /// The set with the fields overwritten.
  ///
  /// - Complexity: As `exists`, which would have to be followed by an intersection that walks
  ///   everything once more.
  mutating func overwrite(_ node: Node, _ writes: Overwrite) -> Node {
    overwrite(node, writes, from: 0)
  }

  /// The set with those fields overwritten that come from a number on.
  private mutating func overwrite(_ node: Node, _ writes: Overwrite, from first: Int) -> Node {
    if node == Self.nothing { return node }
    let here = Int(clamping: level(node))
    let begun = here < writes.begun.count ? writes.begun[here] : writes.fields.count
    var result = here < writes.begun.count ? overwriteBelow(node, writes) : node
    var index = begun
    while index > first {
      index -= 1
      result = values(writes.fields[index].field, writes.fields[index].values, result)
    }
    return result
  }

  /// The set with those fields overwritten that begin below the node's level.
  private mutating func overwriteBelow(_ node: Node, _ writes: Overwrite) -> Node {
    if let known = remembered(Operation.overwrite, node, writes.number) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let here = Int(level(node))
    let begun = writes.begun[here]
    let result: Node
    if writes.isGone[here] {
      let start = matching.lists.count
      for edge in edgeRange(node) {
        let part = overwrite(child(edge), writes, from: begun)
        appendRule(start, part, value: Self.everything)
      }
      appendRule(start, Self.everything, value: Self.nothing)
      result = firstMatch(start)
    } else {
      let base = pending.count
      for edge in edgeRange(node) {
        let part = overwrite(child(edge), writes, from: begun)
        push(base, bound(edge), part)
      }
      result = finish(UInt32(here), base)
    }
    depth -= 1
    remember(Operation.overwrite, node, writes.number, result)
    return result
  }
}

extension HeaderSpaceStore {
  /// The set after fields were overwritten with any of their new values; all values of a field
  /// forget it.
  ///
  /// - Precondition: No field is named twice.
  public mutating func overwrite(
    _ writes: [(field: HeaderField, values: Ranges)],
    in space: HeaderSpace
  ) throws(LimitReached) -> HeaderSpace {
    if writes.isEmpty || space.isEmpty { return space }
    if writes.contains(where: { $0.values.isEmpty }) { return .empty }
    let sorted = writes.sorted { Levels.of($0.field).lowerBound < Levels.of($1.field).lowerBound }
    let fields = sorted.map { (Levels.of($0.field), $0.field, $0.values.ranges) }
    let end = fields.last.map(\.0.upperBound) ?? 0
    var begun = [Int](repeating: 0, count: end)
    var isGone = [Bool](repeating: false, count: end)
    var key: [Int] = []
    for (number, (levels, field, ranges)) in fields.enumerated() {
      for level in levels.lowerBound..<end { begun[level] = number + 1 }
      for level in levels { isGone[level] = true }
      key.append(Int(field.rawValue))
      for range in ranges {
        for value in [range.lowerBound, range.upperBound] {
          key += [Int(truncatingIfNeeded: value), Int(truncatingIfNeeded: value >> 64)]
        }
      }
      key.append(-1)
    }
    let overwrite = Diagram.Overwrite(
      fields: fields, begun: begun, isGone: isGone, number: diagram.parameter(key))
    return try settle(HeaderSpace(diagram.overwrite(space.node, overwrite)))
  }
}
