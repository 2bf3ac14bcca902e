/// The values from one to another, both included.
typealias Span = ClosedRange<UInt128>

/// A set of values of one field.
struct Ranges: Equatable {
  /// **Invariant**: they ascend, and between two of them lies at least one value.
  private(set) var spans: [Span] = []

  /// The values of spans that ascend and have values between them.
  init(ascending spans: [Span]) { self.spans = spans }

  /// The values from one to another.
  init(_ low: UInt128, _ high: UInt128) { spans = [low...high] }

  /// One value.
  init(_ value: UInt128) { self.init(value, value) }

  /// The values of spans in any order.
  init(unordered: [Span]) {
    for span in unordered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = spans.last, last.upperBound == .max || span.lowerBound <= last.upperBound + 1 {
        spans[spans.count - 1] = last.lowerBound...max(last.upperBound, span.upperBound)
      } else {
        spans.append(span)
      }
    }
  }

  /// These values.
  init(values: [Int]) { self.init(unordered: values.map { UInt128($0)...UInt128($0) }) }

  /// Whether there is no value.
  var isEmpty: Bool { spans.isEmpty }

  /// The number of values, of a field of less than 128 bits.
  var size: UInt128 { spans.reduce(0) { $0 &+ $1.upperBound &- $1.lowerBound &+ 1 } }

  /// Whether a value is among these.
  func contains(_ value: UInt128) -> Bool { spans.contains { $0.contains(value) } }

  /// Whether every value is in the other, too.
  func isInside(_ other: Ranges) -> Bool { intersection(other) == self }

  /// The values in both.
  func intersection(_ other: Ranges) -> Ranges {
    var (mine, its) = (0, 0)
    var common: [Span] = []
    while mine < spans.count, its < other.spans.count {
      let (a, b) = (spans[mine], other.spans[its])
      let (low, high) = (max(a.lowerBound, b.lowerBound), min(a.upperBound, b.upperBound))
      if low <= high { common.append(low...high) }
      if a.upperBound < b.upperBound { mine += 1 } else { its += 1 }
    }
    return Ranges(ascending: common)
  }

  /// The other values from 0 to a maximum, of which these are some.
  func complement(through maximum: UInt128) -> Ranges {
    var others: [Span] = []
    var next: UInt128 = 0
    for span in spans {
      if span.lowerBound > next { others.append(next...(span.lowerBound - 1)) }
      if span.upperBound >= maximum { return Ranges(ascending: others) }
      next = span.upperBound + 1
    }
    return Ranges(ascending: others + [next...maximum])
  }

  /// The values with a distance added modulo 2^128, without those that are none of a field.
  func moved(by distance: UInt128, in field: Field) -> Ranges {
    let moved = spans.flatMap { span in
      let (low, high) = (span.lowerBound &+ distance, span.upperBound &+ distance)
      if low <= high { return [low...high] }
      return [0...high, low...(.max)]
    }
    return Ranges(unordered: moved).intersection(Field.values[field.rawValue])
  }
}
