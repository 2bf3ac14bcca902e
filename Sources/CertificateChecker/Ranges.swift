/// The values from one to another, both included.
struct Span: Equatable {
  var low: UInt128
  var high: UInt128
}

/// A set of values of one field.
struct Ranges: Equatable {
  /// **Invariant**: they ascend, and between two of them lies at least one value.
  private(set) var spans: [Span] = []

  /// The values of spans that ascend and have values between them.
  init(ascending spans: [Span]) { self.spans = spans }

  /// The values from one to another.
  init(_ low: UInt128, _ high: UInt128) { spans = [Span(low: low, high: high)] }

  /// One value.
  init(_ value: UInt128) { self.init(value, value) }

  /// The values of spans in any order.
  init(unordered: [Span]) {
    for span in unordered.sorted(by: { $0.low < $1.low }) {
      if let last = spans.last, last.high == .max || span.low <= last.high + 1 {
        spans[spans.count - 1].high = max(last.high, span.high)
      } else {
        spans.append(span)
      }
    }
  }

  /// These values.
  init(values: [Int]) {
    self.init(unordered: values.map { Span(low: UInt128($0), high: UInt128($0)) })
  }

  /// Whether there is no value.
  var isEmpty: Bool { spans.isEmpty }

  /// The number of values, of a field of less than 128 bits.
  var size: UInt128 { spans.reduce(0) { $0 &+ $1.high &- $1.low &+ 1 } }

  /// Whether a value is among these.
  func contains(_ value: UInt128) -> Bool { spans.contains { $0.low <= value && value <= $0.high } }

  /// Whether every value is in the other, too.
  func isInside(_ other: Ranges) -> Bool { intersection(other) == self }

  /// The values in both.
  func intersection(_ other: Ranges) -> Ranges {
    var (mine, its) = (0, 0)
    var common: [Span] = []
    while mine < spans.count, its < other.spans.count {
      let (a, b) = (spans[mine], other.spans[its])
      let (low, high) = (max(a.low, b.low), min(a.high, b.high))
      if low <= high { common.append(Span(low: low, high: high)) }
      if a.high < b.high { mine += 1 } else { its += 1 }
    }
    return Ranges(ascending: common)
  }

  /// The other values from 0 to a maximum, of which these are some.
  func complement(through maximum: UInt128) -> Ranges {
    var others: [Span] = []
    var next: UInt128 = 0
    for span in spans {
      if span.low > next { others.append(Span(low: next, high: span.low - 1)) }
      if span.high >= maximum { return Ranges(ascending: others) }
      next = span.high + 1
    }
    return Ranges(ascending: others + [Span(low: next, high: maximum)])
  }

  /// The values with a distance added modulo 2^128, without those above a maximum.
  func moved(by distance: UInt128, through maximum: UInt128) -> Ranges {
    let moved = spans.flatMap { span in
      let (low, high) = (span.low &+ distance, span.high &+ distance)
      if low <= high { return [Span(low: low, high: high)] }
      return [Span(low: 0, high: high), Span(low: low, high: .max)]
    }
    return Ranges(unordered: moved).intersection(Ranges(0, maximum))
  }
}
