/// A product of sets of values, one for each field, and of outcomes, one for each condition.
struct Box {
  /// What is said of fields, by their index, and of conditions, after all fields: 1 is true, 0 is false.
  ///
  /// **Invariant**: ascending; of what is missing nothing is said.
  private(set) var constraints: [(index: Int, ranges: Ranges)] = []

  /// Whether there is no packet.
  var isEmpty: Bool { constraints.contains { $0.ranges.isEmpty } }

  /// All values of a field or condition.
  private static func values(of index: Int) -> Ranges { Field.values[min(index, Field.count)] }

  /// The values of a field or condition.
  private subscript(index: Int) -> Ranges {
    get {
      for constraint in constraints where constraint.index == index { return constraint.ranges }
      return Box.values(of: index)
    }
    set {
      let place = constraints.firstIndex { $0.index >= index } ?? constraints.count
      if place < constraints.count, constraints[place].index == index {
        constraints[place].ranges = newValue
      } else {
        constraints.insert((index, newValue), at: place)
      }
    }
  }

  /// The values of a field.
  subscript(field: Field) -> Ranges {
    get { self[field.rawValue] }
    set { self[field.rawValue] = newValue }
  }

  /// Narrows a field.
  mutating func narrow(_ field: Field, to ranges: Ranges) {
    self[field] = self[field].intersection(ranges)
  }

  /// Says nothing of the fields and conditions that are such.
  mutating func free(where isSuch: (Int) -> Bool) { constraints.removeAll { isSuch($0.index) } }

  /// Says nothing of these fields.
  mutating func free(_ fields: [Field]) { free { i in fields.contains { $0.rawValue == i } } }

  /// Whether every packet is in the other, too, which is said of each field and condition apart.
  func isInside(_ other: Box) -> Bool {
    other.constraints.allSatisfy { self[$0.index].isInside($0.ranges) }
  }

  /// The packets in both, or nil where there is none.
  func intersection(_ other: Box) -> Box? {
    for (index, its) in other.constraints where self[index].intersection(its).isEmpty { return nil }
    var both = self
    for (index, ranges) in other.constraints { both[index] = both[index].intersection(ranges) }
    return isEmpty ? nil : both
  }

  /// The packets outside and within a constraint of another box, as far as there are some; nil where
  /// it has none of this number.
  func split(by other: Box, at place: Int) -> [Box]? {
    guard place < other.constraints.count else { return nil }
    let (index, inside) = other.constraints[place]
    let outside = inside.complement(through: Box.values(of: index).spans[0].upperBound)
    return [outside, inside].compactMap { ranges in
      var part = self
      part[index] = part[index].intersection(ranges)
      return part.isEmpty ? nil : part
    }
  }

  /// Reads a box, which takes the rest of a line.
  init(_ line: inout Line, of conditions: Int) throws(Rejection) {
    if line.accept("*") { return }
    repeat {
      let last = constraints.last?.index ?? -1
      if line.isNext("+") || line.isNext("-") {
        let outcome: UInt128 = line.accept("-") || !line.accept("+") ? 0 : 1
        let index = Field.count + (try line.number(below: conditions))
        try line.require(index > last, "conditions ascend")
        constraints.append((index, Ranges(outcome)))
      } else {
        let field = try line.field(after: last)
        try line.require(line.accept("="), "= is missing")
        constraints.append((field.rawValue, try line.ranges(of: field)))
      }
    } while !line.isAtEnd
    if constraints.count > Bounds.constraints { throw .bound(line.number, "many conditions") }
  }

  /// Everything.
  init() {}
}
