import Randomness
import HeaderSpaces
import Packets

/// A few fields, each cut into a few intervals, and two conditions: small enough to list.
///
/// A set of packets whose boxes keep to the cuts is a set of cells, which `[Bool]` models.
struct Grid {
  /// The fields; the first two are alike and cut alike.
  var fields: [HeaderField]
  /// For each field the intervals, ascending, together all its values.
  var intervals: [[ClosedRange<UInt128>]]
  let conditions = [0, 7]

  init(_ random: inout SplitMix) {
    let twins: [(HeaderField, HeaderField)] = [
      (.sourceIPv4, .destinationIPv4), (.sourceIPv6, .destinationIPv6),
      (.sourcePort, .destinationPort), (.destinationIPv6, .sentSourceIPv6),
      (.sessionSourceIPv4, .sourceIPv4), (.sessionSourcePort, .egress),
      (.destinationPort, .icmpType),
    ]
    let (a, b) = twins[random.below(twins.count - 1)]
    let others: [HeaderField] = [
      .family, .mark, .connectionState, .monitor, .protocol, .icmpType, .fragment, .etherType,
      .sentDestinationIPv6, .destinationTranslation, .tcpFlags,
    ]
    fields = [a, b, others[random.below(others.count)]]
    intervals = []
    let shared = Self.cut(a, into: 2 + random.below(4), &random)
    intervals = [shared, shared]
    intervals.append(Self.cut(fields[2], into: 2 + random.below(3), &random))
  }

  private static func cut(_ field: HeaderField, into count: Int, _ random: inout SplitMix)
    -> [ClosedRange<UInt128>]
  {
    var starts: Set<UInt128> = [0]
    for _ in 1..<count {
      let wide = UInt128(random.next()) << 64 | UInt128(random.next())
      var start = wide & (field.bits == 128 ? .max : (1 << UInt128(field.bits)) - 1)
      switch random.below(4) {
      case 0:
        let shift = UInt128(random.below(field.bits))
        start &= ~((1 << shift) - 1)
      case 1: start >>= UInt128(random.below(field.bits))
      case 2: start |= (1 << UInt128(random.below(field.bits))) - 1
      default: break
      }
      if start <= field.greatest { starts.insert(start) }
    }
    let sorted = starts.sorted()
    return sorted.indices.map { index in
      sorted[index]...(index + 1 < sorted.count ? sorted[index + 1] - 1 : field.greatest)
    }
  }

  /// How many cells there are.
  var count: Int { intervals.reduce(4) { $0 * $1.count } }

  /// The interval index of each field, then the outcomes.
  func coordinates(_ cell: Int) -> [Int] {
    var rest = cell
    var result: [Int] = []
    for interval in intervals {
      result.append(rest % interval.count)
      rest /= interval.count
    }
    return result + [rest % 2, rest / 2]
  }

  func cell(_ coordinates: [Int]) -> Int {
    var cell = coordinates[intervals.count + 1] * 2 + coordinates[intervals.count]
    for index in intervals.indices.reversed() {
      cell = cell * intervals[index].count + coordinates[index]
    }
    return cell
  }

  /// A box along the cuts.
  func box(_ random: inout SplitMix) -> HeaderBox {
    var box = HeaderBox()
    for (field, interval) in zip(fields, intervals) where random.chance(60) {
      let chosen = interval.filter { _ in random.chance(50) }
      box.constrain(field, to: Ranges(chosen.isEmpty ? [interval[0]] : chosen))
    }
    for condition in conditions where random.chance(25) {
      box.constrain(Literal(condition, random.chance(50)))
    }
    return box
  }

  /// Which cells a set holds, asked at a corner of each that `end` chooses.
  func cells(end: Int = 0, _ contains: ((HeaderField) -> UInt128, (Int) -> Bool) -> Bool) -> [Bool]
  {
    (0..<count).map { cell in
      let at = coordinates(cell)
      return contains(
        { field in
          guard let index = fields.firstIndex(of: field) else { return 0 }
          let interval = intervals[index][at[index]]
          return (end >> index) & 1 == 0 ? interval.lowerBound : interval.upperBound
        },
        { condition in
          conditions.firstIndex(of: condition).map { at[intervals.count + $0] == 1 } ?? false
        })
    }
  }

  /// The cells of a set in a store; `nil` where a cell is not wholly in or out at its corners.
  func cells(of space: HeaderSpace, in store: borrowing HeaderSpaceStore) -> [Bool]? {
    var result: [Bool]?
    for end in 0..<(1 << fields.count) {
      var here: [Bool] = []
      for cell in 0..<count {
        let at = coordinates(cell)
        here.append(
          store.contains(
            space,
            value: { field in
              guard let index = fields.firstIndex(of: field) else { return UInt128(end & 1) }
              let interval = intervals[index][at[index]]
              return (end >> index) & 1 == 0 ? interval.lowerBound : interval.upperBound
            },
            outcome: { condition in
              conditions.firstIndex(of: condition).map { at[intervals.count + $0] == 1 } ?? true
            }))
      }
      if let result, result != here { return nil }
      result = here
    }
    return result
  }

  /// The boxes of single cells; as a set it must be the very diagram of any set with these members.
  func boxes(of cells: [Bool]) -> [HeaderBox] {
    (0..<count).filter { cells[$0] }.map { cell in
      let at = coordinates(cell)
      var box = HeaderBox()
      for (index, field) in fields.enumerated() {
        box.constrain(field, to: Ranges(intervals[index][at[index]]))
      }
      for (index, condition) in conditions.enumerated() {
        box.constrain(Literal(condition, at[fields.count + index] == 1))
      }
      return box
    }
  }

  /// The cells of boxes.
  func cells(of boxes: [HeaderBox]) -> [Bool] {
    cells { value, outcome in boxes.contains { $0.contains(value: value, outcome: outcome) } }
  }

  /// What is a member for some (or every) choice along one coordinate.
  func forgetting(_ coordinate: Int, _ cells: [Bool], every: Bool = false) -> [Bool] {
    let choices = coordinate < intervals.count ? intervals[coordinate].count : 2
    return (0..<count).map { cell in
      var at = coordinates(cell)
      let found = (0..<choices).map { choice in
        at[coordinate] = choice
        return cells[self.cell(at)]
      }
      return every ? found.allSatisfy { $0 } : found.contains(true)
    }
  }
}
