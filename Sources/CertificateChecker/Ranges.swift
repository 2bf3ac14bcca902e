/// The values from one to another, both included.
package typealias Span = ClosedRange<UInt128>

/// The first number below a count from which on something is so, or the count.
func first(below count: Int, where isSo: (Int) -> Bool) -> Int {
  var (first, end) = (0, count)
  while first < end {
    let middle = (first + end) / 2
    if isSo(middle) { end = middle } else { first = middle + 1 }
  }
  return first
}

/// A set of values of one field.
package struct Ranges: Equatable {
  /// **Invariant**: they ascend, and do not overlap.
  private(set) var spans: [Span] = []

  /// The outcome false and the outcome true.
  package static let (zero, one) = (Ranges(0), Ranges(1))

  /// The values of spans that ascend and do not overlap.
  package init(ascending spans: [Span]) { self.spans = spans }

  /// The values from one to another.
  package init(_ low: UInt128, _ high: UInt128) { spans = [low...high] }

  /// One value.
  package init(_ value: UInt128) { self.init(value, value) }

  /// These values.
  init(values: Set<Int>) { spans = values.sorted().map { UInt128($0)...UInt128($0) } }

  /// Whether there is no value.
  package var isEmpty: Bool { spans.isEmpty }

  /// The least value, or 0 where there is none.
  package var least: UInt128 { spans.first?.lowerBound ?? 0 }

  /// The greatest value, or 0 where there is none.
  var greatest: UInt128 { spans.last?.upperBound ?? 0 }

  /// The number of values, of a field of less than 128 bits.
  package var size: UInt128 { spans.reduce(0) { $0 &+ $1.upperBound &- $1.lowerBound &+ 1 } }

  /// Whether a value is among these.
  package func contains(_ value: UInt128) -> Bool {
    let place = first(below: spans.count) { spans[$0].upperBound >= value }
    return place < spans.count && spans[place].contains(value)
  }

  /// Whether each of its spans is in one of the other, so that every value is.
  package func isInside(_ other: Ranges) -> Bool { self == other || intersection(other) == self }

  /// The values in both, or some of them where that is enough.
  package func intersection(_ other: Ranges, isSomeEnough: Bool = false) -> Ranges {
    // What one span holds as a whole is not made anew.
    let isWhole = other.spans.count == 1 && other.contains(least) && other.contains(greatest)
    if isWhole || isEmpty { return self }
    var (mine, its) = (0, 0)
    var common: [Span] = []
    while mine < spans.count, its < other.spans.count, common.isEmpty || !isSomeEnough {
      let (a, b) = (spans[mine], other.spans[its])
      if a.overlaps(b) { common.append(a.clamped(to: b)) }
      if a.upperBound < b.upperBound { mine += 1 } else { its += 1 }
    }
    return Ranges(ascending: common)
  }

  /// Whether some value is in both.
  func meets(_ other: Ranges) -> Bool { !intersection(other, isSomeEnough: true).isEmpty }

  /// All other numbers of 128 bits.
  package var complement: Ranges {
    var others: [Span] = []
    var next: UInt128? = 0
    for span in spans {
      if let next, next < span.lowerBound { others.append(next...(span.lowerBound - 1)) }
      next = span.upperBound == .max ? nil : span.upperBound + 1
    }
    return Ranges(ascending: others + (next.map { [$0...(.max)] } ?? []))
  }

  /// The values with a distance added modulo 2^128, without those that are none of a field.
  package func moved(by distance: UInt128, in field: Field = .sourceIPv6) -> Ranges {
    if distance == 0, field == .sourceIPv6 { return self }
    let moved = spans.flatMap { span in
      let (low, high) = (span.lowerBound &+ distance, span.upperBound &+ distance)
      return low <= high ? [low...high] : [0...high, low...(.max)]
    }
    let ranges = Ranges(ascending: moved.sorted { $0.lowerBound < $1.lowerBound })
    return ranges.intersection(Field.values[field.rawValue])
  }
}
