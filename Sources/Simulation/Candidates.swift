public import Packets

/// The values that the simulator tries where a choice is free among very many.
///
/// Besides these it tries the least and the greatest value of each range, and the value that the
/// packet has. All other choices, such as next hops, it tries in full.
public struct Candidates: Hashable, Sendable {
  /// Values for the fields that translations and unmodelled actions write.
  public var values: [HeaderField: [UInt128]]
  /// Packets that an unmodelled neighbour may make of what it is handed.
  public var headers: [Header]

  /// Creates candidates.
  public init(values: [HeaderField: [UInt128]] = [:], headers: [Header] = []) {
    self.values = values
    self.headers = headers
  }

  /// The values that a set of translated headers needs: each of their fields, and they themselves.
  public init(for headers: [Header]) {
    values = [:]
    self.headers = headers
    for field in HeaderField.allCases {
      let found = Set(headers.compactMap { $0[field] })
      if !found.isEmpty { values[field] = found.sorted() }
    }
  }

  /// The values to try for a field out of these, in a fixed order without repetition.
  func choices(for field: HeaderField, from ranges: Ranges, current: UInt128) -> [UInt128] {
    var wanted = [current]
    wanted += values[field] ?? []
    for range in ranges.ranges { wanted += [range.lowerBound, range.upperBound] }
    var seen: Set<UInt128> = []
    return wanted.filter { ranges.contains($0) && seen.insert($0).inserted }
  }
}
