/// A set of unsigned integers as sorted, disjoint, non-adjacent closed ranges.
public struct Ranges: Hashable, Sendable {
  /// The ranges.
  ///
  /// **Invariant**: ascending, and between two of them lies at least one value.
  public let ranges: [ClosedRange<UInt128>]

  /// The empty set.
  public static let none = Self()

  /// The empty set.
  public init() { ranges = [] }

  /// The set of the values in one range.
  public init(_ range: ClosedRange<UInt128>) { ranges = [range] }

  /// The set of one value.
  public init(_ value: UInt128) { ranges = [value...value] }

  /// The union of ranges given in any order.
  /// - Complexity: O(*n* log *n*).
  public init(_ unordered: some Sequence<ClosedRange<UInt128>>) {
    var merged: [ClosedRange<UInt128>] = []
    for range in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last,
        last.upperBound == .max || range.lowerBound <= last.upperBound + 1
      {
        merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    ranges = merged
  }

  /// The set of single values given in any order.
  public init(values: some Sequence<UInt128>) { self.init(values.map { $0...$0 }) }

  /// Whether no value is in the set.
  public var isEmpty: Bool { ranges.isEmpty }

  /// The least value, or `nil` where the set is empty.
  public var least: UInt128? { ranges.first?.lowerBound }

  /// The greatest value, or `nil` where the set is empty.
  public var greatest: UInt128? { ranges.last?.upperBound }

  /// Whether the value is in the set.
  /// - Complexity: O(log *n*).
  public func contains(_ value: UInt128) -> Bool {
    var low = 0
    var high = ranges.count
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].lowerBound <= value
  }

  /// The values in either set.
  public func union(_ other: Self) -> Self { Self(ranges + other.ranges) }

  /// The values in both sets.
  /// - Complexity: O(*n* + *m*).
  public func intersection(_ other: Self) -> Self {
    var result: [ClosedRange<UInt128>] = []
    var i = 0
    var j = 0
    while i < ranges.count, j < other.ranges.count {
      let a = ranges[i]
      let b = other.ranges[j]
      let low = max(a.lowerBound, b.lowerBound)
      let high = min(a.upperBound, b.upperBound)
      if low <= high { result.append(low...high) }
      if a.upperBound < b.upperBound { i += 1 } else { j += 1 }
    }
    return Self(result)
  }

  /// The values of `0...greatest` that are not in the set.
  public func complement(upTo greatest: UInt128) -> Self {
    var result: [ClosedRange<UInt128>] = []
    var next: UInt128 = 0
    for range in ranges {
      if range.lowerBound > greatest { break }
      if range.lowerBound > next { result.append(next...(range.lowerBound - 1)) }
      if range.upperBound >= greatest { return Self(result) }
      next = range.upperBound + 1
    }
    result.append(next...greatest)
    return Self(result)
  }

  /// The values that are not in the other set.
  public func subtracting(_ other: Self) -> Self {
    intersection(other.complement(upTo: .max))
  }
}
