import Packets

extension Diagram {
  /// The values of one field in the members that two sets have in common, as a set that looks at
  /// that field only.
  ///
  /// It builds nothing but the result: what lies below the field is only tested.
  mutating func values(of field: HeaderField, in a: Node, and b: Node) -> Node {
    let levels = Levels.of(field)
    return commonValues(
      a, b, UInt32(levels.lowerBound), UInt32(levels.upperBound),
      Operation.values + UInt32(field.rawValue))
  }

  private mutating func commonValues(
    _ a: Node, _ b: Node, _ first: UInt32, _ end: UInt32, _ operation: UInt32
  ) -> Node {
    if a == Self.nothing || b == Self.nothing { return Self.nothing }
    let levelA = level(a)
    let levelB = level(b)
    let here = min(levelA, levelB)
    if here >= end { return isDisjoint(a, b) ? Self.nothing : Self.everything }
    if let known = remembered(operation, min(a, b), max(a, b)) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let isAbove = here < first
    let base = pending.count
    var sum = Self.nothing
    var edgeA = edgeRange(a).lowerBound
    var edgeB = edgeRange(b).lowerBound
    let lastA = edgeRange(a).upperBound
    let lastB = edgeRange(b).upperBound
    while edgeA < lastA || edgeB < lastB {
      let childA = levelA == here ? child(edgeA) : a
      let childB = levelB == here ? child(edgeB) : b
      let bound: UInt32
      if levelA == levelB {
        bound = advance(&edgeA, &edgeB, Self.absorbing(Operation.disjoint), lastA, lastB)
      } else if levelA == here {
        bound = self.bound(edgeA)
        edgeA += 1
      } else {
        bound = self.bound(edgeB)
        edgeB += 1
      }
      let part = commonValues(childA, childB, first, end, operation)
      if isAbove {
        sum = union(sum, part)
        if sum == Self.everything { break }
      } else {
        push(base, bound, part)
      }
      if bound == greatestValue(here) { break }
    }
    let result = isAbove ? sum : finish(here, base)
    depth -= 1
    remember(operation, min(a, b), max(a, b), result)
    return result
  }
}
