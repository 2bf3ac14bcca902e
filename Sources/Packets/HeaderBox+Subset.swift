extension HeaderBox {
  /// Whether the other box holds everything that this one does.
  /// - Complexity: Linear in the ranges of both.
  public func lies(in other: Self) -> Bool {
    if isEmpty { return true }
    var next = constraints.startIndex
    for wanted in other.constraints {
      while next < constraints.endIndex, constraints[next].field < wanted.field { next += 1 }
      guard next < constraints.endIndex, constraints[next].field == wanted.field,
        constraints[next].values.isSubset(of: wanted.values)
      else { return false }
    }
    return other.literals.allSatisfy(literals.contains)
  }
}

extension Ranges {
  /// Whether all values are the other's, too.
  /// - Complexity: Linear in the ranges of both.
  public func isSubset(of other: Self) -> Bool {
    var next = other.ranges.startIndex
    for range in ranges {
      while next < other.ranges.endIndex, other.ranges[next].upperBound < range.lowerBound {
        next += 1
      }
      guard next < other.ranges.endIndex, other.ranges[next].lowerBound <= range.lowerBound,
        range.upperBound <= other.ranges[next].upperBound
      else { return false }
    }
    return true
  }
}
