public import Packets

/// A first-match list made ready for yes-or-no questions about pairs of regions.
///
/// It builds no sets: the rules that permit are clipped to the two regions, what earlier rules deny
/// is cut away box by box, and the first packet that is left is the answer. Values are replaced by
/// their rank among all bounds of the rules and regions, so a rule is a short row of small numbers,
/// whatever the width of its fields.
public struct BoxSubtraction: ~Copyable {
  /// What a column stands for.
  private enum Column {
    case field(HeaderField)
    case condition(Int)
  }

  private var columns: [Column] = []
  /// For each column the least value of each rank, ascending.
  private var starts: [[UInt128]] = []
  /// The column of each field that has one, by its raw value.
  private var columnOfField = [Int](repeating: -1, count: HeaderField.allCases.count)
  private var columnOfCondition: [Int: Int] = [:]
  /// For each row the first and last rank of each column.
  private var rows = Buffer<UInt32>()
  private var isPermitting: [Bool] = []
  private var regions: [Range<Int>] = []
  private let isPermittedByDefault: Bool
  private let budget: Int

  /// The rules' rows again, column by column, first all low ranks and then all high ranks; filled up
  /// to a multiple of 64 with rows that meet nothing.
  private var byColumn = Buffer<UInt32>()
  /// For each region asked so far which rules' rows meet it, one bit each.
  private var meeting: [[UInt64]?] = []
  /// Rows whose packets are denied, and boxes in work, as stacks.
  private var denied = Buffer<UInt32>()
  private var boxes = Buffer<UInt32>()
  private var steps = 0
  private var isTooLong = false

  /// How many rows a rule list may expand to: a box with several ranges is as many rows.
  static let mostRows = 1 << 20
  /// How deeply cuts may nest.
  static let deepest = 2_000

  /// Makes a list ready for questions about pairs of these regions.
  ///
  /// A question that needs more than `budget` cuts throws, as does a list that expands to too many
  /// rows; a diagram is then the better tool.
  public init(
    rules: [(boxes: [HeaderBox], isPermitting: Bool)], default: Bool = false,
    regions: [[HeaderBox]], budget: Int = 1_000_000
  ) throws(LimitReached) {
    isPermittedByDefault = `default`
    self.budget = budget
    let flat = rules.flatMap { rule in rule.boxes.map { ($0, rule.isPermitting) } }
    let asked = regions.flatMap(\.self)
    collectColumns(flat.map(\.0) + asked)
    for (box, isPermitting) in flat {
      appendRows(of: box)
      while self.isPermitting.count < rowCount { self.isPermitting.append(isPermitting) }
    }
    for region in regions {
      let first = rowCount
      for box in region { appendRows(of: box) }
      self.regions.append(first..<rowCount)
    }
    if isTooLong { throw LimitReached(limit: Self.mostRows) }
    meeting = [[UInt64]?](repeating: nil, count: regions.count)
    for column in 0..<(columns.count * 2) {
      for row in isPermitting.indices { byColumn.append(rows[row * stride + column]) }
      byColumn.append(
        repeating: column % 2 == 0 ? 1 : 0, count: wordCount * 64 - isPermitting.count)
    }
  }

  private var stride: Int { max(columns.count * 2, 1) }
  private var rowCount: Int { rows.count / stride }
  private var wordCount: Int { (isPermitting.count + 63) / 64 }
}

extension BoxSubtraction {
  private mutating func collectColumns(_ boxes: [HeaderBox]) {
    var bounds = [[UInt128]](repeating: [], count: HeaderField.allCases.count)
    var conditions: Set<Int> = []
    for box in boxes {
      for constraint in box.constraints {
        let field = Int(constraint.field.rawValue)
        for range in constraint.values.ranges {
          bounds[field].append(range.lowerBound)
          if range.upperBound < constraint.field.greatest {
            bounds[field].append(range.upperBound + 1)
          }
        }
      }
      for literal in box.literals { conditions.insert(literal.condition) }
    }
    for field in HeaderField.allCases where !bounds[Int(field.rawValue)].isEmpty {
      columnOfField[Int(field.rawValue)] = columns.count
      columns.append(.field(field))
      var ascending: [UInt128] = [0]
      for value in bounds[Int(field.rawValue)].sorted() where value > ascending[ascending.count - 1]
      {
        ascending.append(value)
      }
      starts.append(ascending)
    }
    for condition in conditions.sorted() {
      columnOfCondition[condition] = columns.count
      columns.append(.condition(condition))
      starts.append([0, 1])
    }
  }

  /// The rank of the interval that a value lies in.
  private func rank(_ column: Int, _ value: UInt128) -> UInt32 {
    var low = 0
    var high = starts[column].count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[column][middle] <= value { low = middle } else { high = middle }
    }
    return UInt32(low)
  }

  /// Adds one row for each choice of one range a field.
  private mutating func appendRows(of box: HeaderBox) {
    if box.isEmpty || isTooLong { return }
    let base = rows.count
    for column in columns.indices {
      rows.append(0)
      rows.append(UInt32(starts[column].count - 1))
    }
    if columns.isEmpty { rows.append(0) }
    for literal in box.literals {
      guard let column = columnOfCondition[literal.condition] else { continue }
      let outcome: UInt32 = literal.value ? 1 : 0
      rows[base + column * 2] = outcome
      rows[base + column * 2 + 1] = outcome
    }
    for constraint in box.constraints {
      let column = columnOfField[Int(constraint.field.rawValue)]
      let made = rows.count - base
      if made / stride * constraint.values.ranges.count > Self.mostRows - base / stride {
        isTooLong = true
        return
      }
      for (choice, range) in constraint.values.ranges.enumerated() {
        let first = rank(column, range.lowerBound)
        let last = rank(column, range.upperBound)
        // The first choice takes the rows that are there, each other one a copy of them.
        let from = choice == 0 ? base : rows.count
        if choice > 0 { for offset in 0..<made { rows.append(rows[base + offset]) } }
        for row in Swift.stride(from: from, to: from + made, by: stride) {
          rows[row + column * 2] = first
          rows[row + column * 2 + 1] = last
        }
      }
    }
  }
}

extension BoxSubtraction {
  /// A packet in both regions that the list permits, or `nil` where it permits none.
  ///
  /// The regions are named by their position in the initialiser's list.
  public mutating func firstPermitted(from source: Int, to destination: Int)
    throws(LimitReached) -> HeaderPoint?
  {
    let near = rowsMeeting(source)
    let far = rowsMeeting(destination)
    steps = 0
    for a in regions[source] {
      for b in regions[destination] where meets(a, b) {
        if let found = firstPermitted(a, b, near, far) { return found }
        if steps > budget { throw LimitReached(limit: budget) }
      }
    }
    return nil
  }

  /// A packet of the box that none of the covers holds, or `nil` where they hold all.
  public static func firstUncovered(
    _ box: HeaderBox, by covers: [HeaderBox], budget: Int = 1_000_000
  ) throws(LimitReached) -> HeaderPoint? {
    var list = try BoxSubtraction(
      rules: covers.map { ([$0], false) }, default: true, regions: [[box]], budget: budget)
    return try list.firstPermitted(from: 0, to: 0)
  }

  private mutating func firstPermitted(_ a: Int, _ b: Int, _ near: [UInt64], _ far: [UInt64])
    -> HeaderPoint?
  {
    denied.truncate(to: 0)
    boxes.truncate(to: 0)
    for word in near.indices {
      var bits = near[word] & far[word]
      while bits != 0 {
        let row = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        // A region of several boxes may meet the row elsewhere.
        if !meets(row, a) || !meets(row, b) { continue }
        if !isPermitting[row] {
          denied.append(UInt32(row))
          continue
        }
        appendClip(a, b)
        clip(to: row)
        if let found = remainder() { return found }
      }
    }
    if !isPermittedByDefault { return nil }
    appendClip(a, b)
    return remainder()
  }

  /// Which rules' rows meet a region.
  private mutating func rowsMeeting(_ region: Int) -> [UInt64] {
    if let known = meeting[region] { return known }
    var bits = [UInt64](repeating: 0, count: wordCount)
    for box in regions[region] {
      // Most regions speak of one or two fields only.
      let narrow = columns.indices.filter { column in
        rows[box * stride + column * 2] > 0
          || Int(rows[box * stride + column * 2 + 1]) < starts[column].count - 1
      }
      for word in bits.indices {
        var hits = UInt64.max
        for column in narrow {
          hits &= hitsInWord(
            word, column, rows[box * stride + column * 2], rows[box * stride + column * 2 + 1])
        }
        bits[word] |= hits
      }
    }
    if let last = bits.indices.last, isPermitting.count % 64 > 0 {
      bits[last] &= (1 << UInt64(isPermitting.count % 64)) - 1
    }
    meeting[region] = bits
    return bits
  }

  /// Which of 64 rows meet a range of ranks in one column.
  @inline(__always)
  private func hitsInWord(_ word: Int, _ column: Int, _ low: UInt32, _ high: UInt32) -> UInt64 {
    let lows = column * 2 * wordCount * 64 + word * 64
    let highs = lows + wordCount * 64
    var hits: UInt64 = 0
    for row in 0..<64 {
      let starts: UInt64 = byColumn[lows + row] <= high ? 1 : 0
      let ends: UInt64 = byColumn[highs + row] >= low ? 1 : 0
      hits |= (starts & ends) << UInt64(row)
    }
    return hits
  }

  /// A point of the box in work that is not denied; the box is taken off.
  private mutating func remainder() -> HeaderPoint? {
    let base = boxes.count - stride
    if let at = firstLeft(base, 0, 0) { return point(at) }
    boxes.truncate(to: base)
    return nil
  }

  @inline(__always)
  private func meets(_ row: Int, _ other: Int) -> Bool {
    let a = row * stride
    let b = other * stride
    var column = 0
    while column < columns.count * 2 {
      if rows[a + column] > rows[b + column + 1] || rows[b + column] > rows[a + column + 1] {
        return false
      }
      column += 2
    }
    return true
  }

  /// Puts what two rows have in common on the stack.
  private mutating func appendClip(_ a: Int, _ b: Int) {
    boxes.append(rows, from: a * stride, count: stride)
    clip(to: b)
  }

  /// Narrows the last box of the stack to a row that meets it.
  private mutating func clip(to row: Int) {
    let base = boxes.count - stride
    var column = 0
    while column < columns.count * 2 {
      boxes[base + column] = max(boxes[base + column], rows[row * stride + column])
      boxes[base + column + 1] = min(boxes[base + column + 1], rows[row * stride + column + 1])
      column += 2
    }
  }

  /// Where on the stack a box lies that no denied row from `first` on meets.
  ///
  /// It is `nil` where all of the box at `base` is denied, and at the budget's end, which the caller
  /// tells apart.
  private mutating func firstLeft(_ base: Int, _ first: Int, _ depth: Int) -> Int? {
    var index = first
    while index < denied.count {
      let row = Int(denied[index]) * stride
      index += 1
      var isCovered = true
      var isDisjoint = false
      var column = 0
      while column < columns.count * 2 {
        let low = rows[row + column]
        let high = rows[row + column + 1]
        if low > boxes[base + column + 1] || high < boxes[base + column] {
          isDisjoint = true
          break
        }
        if low > boxes[base + column] || high < boxes[base + column + 1] { isCovered = false }
        column += 2
      }
      if isDisjoint { continue }
      if isCovered { return nil }
      steps += 1
      if depth > Self.deepest { steps = budget + 1 }
      if steps > budget { return nil }
      return cut(base, row, index, depth)
    }
    return base
  }

  /// Looks at the parts of a box that a denied row leaves, one after the other.
  private mutating func cut(_ base: Int, _ row: Int, _ next: Int, _ depth: Int) -> Int? {
    var column = 0
    while column < columns.count * 2 {
      let low = rows[row + column]
      let high = rows[row + column + 1]
      if low > boxes[base + column] {
        if let found = piece(base, column + 1, low - 1, next, depth) { return found }
        boxes[base + column] = low
      }
      if high < boxes[base + column + 1] {
        if let found = piece(base, column, high + 1, next, depth) { return found }
        boxes[base + column + 1] = high
      }
      column += 2
    }
    return nil
  }

  private mutating func piece(_ base: Int, _ at: Int, _ bound: UInt32, _ next: Int, _ depth: Int)
    -> Int?
  {
    let part = boxes.count
    for offset in 0..<stride { boxes.append(boxes[base + offset]) }
    boxes[part + at] = bound
    if let found = firstLeft(part, next, depth + 1) { return found }
    boxes.truncate(to: part)
    return nil
  }

  /// The least packet of a box on the stack.
  private func point(_ base: Int) -> HeaderPoint {
    var point = HeaderPoint()
    for (index, column) in columns.enumerated() {
      let value = starts[index][Int(boxes[base + index * 2])]
      switch column {
      case .field(let field): point[field] = value
      case .condition(let condition): point.append(Literal(condition, value == 1))
      }
    }
    return point
  }
}
