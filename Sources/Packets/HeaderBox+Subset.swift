extension HeaderBox {
  /// Whether the other box holds everything that this one does.
  /// - Complexity: Linear in the ranges of both.
  public func lies(in other: Self) -> Bool {
    if isEmpty { return true }
    // Each constraint of the other needs one here.
    if other.constraints.count > constraints.count { return false }
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

extension HeaderBox {
  /// Whether no packet is in both boxes.
  /// - Complexity: Linear in the ranges of both.
  public func isDisjoint(with other: Self) -> Bool {
    if isEmpty || other.isEmpty { return true }
    var next = constraints.startIndex
    for constraint in other.constraints {
      while next < constraints.endIndex, constraints[next].field < constraint.field { next += 1 }
      if next == constraints.endIndex { break }
      if constraints[next].field == constraint.field,
        !constraints[next].values.overlaps(constraint.values)
      {
        return true
      }
    }
    return literals.contains { other.literals.contains(Literal($0.condition, !$0.value)) }
  }
}

extension Ranges {
  /// Whether some value is in both.
  /// - Complexity: Linear in the ranges of both.
  func overlaps(_ other: Self) -> Bool {
    var (one, another) = (ranges.startIndex, other.ranges.startIndex)
    while one < ranges.endIndex, another < other.ranges.endIndex {
      if ranges[one].overlaps(other.ranges[another]) { return true }
      if ranges[one].upperBound < other.ranges[another].upperBound {
        one += 1
      } else {
        another += 1
      }
    }
    return false
  }

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
