/// A product of sets of values, one for each field, and of outcomes of conditions.
struct Box {
  /// What is said of fields, in their order; of a field that is missing, nothing.
  fileprivate(set) var constraints: [(field: Field, ranges: Ranges)] = []
  /// 2·*n* + 1 where condition *n* is true, 2·*n* where it is false, ascending.
  fileprivate(set) var literals: [Int] = []

  /// Whether there is no packet.
  var isEmpty: Bool { constraints.contains { $0.ranges.isEmpty } }

  /// The values of a field.
  subscript(field: Field) -> Ranges {
    get {
      for constraint in constraints where constraint.field == field { return constraint.ranges }
      return Field.values[field.rawValue]
    }
    set {
      let index = constraints.firstIndex { $0.field.rawValue >= field.rawValue }
      if let index, constraints[index].field == field {
        constraints[index].ranges = newValue
      } else if newValue != Field.values[field.rawValue] {
        constraints.insert((field, newValue), at: index ?? constraints.count)
      }
    }
  }

  /// Narrows a field.
  mutating func narrow(_ field: Field, to ranges: Ranges) {
    self[field] = self[field].intersection(ranges)
  }

  /// Says nothing of these fields.
  mutating func free(_ fields: [Field]) { constraints.removeAll { fields.contains($0.field) } }

  /// Keeps what is said of these fields, and nothing else.
  mutating func keep(only fields: [Field]) {
    constraints.removeAll { !fields.contains($0.field) }
    literals = []
  }

  /// Says nothing of the conditions that are such.
  mutating func forget(where isSuch: (Int) -> Bool) { literals.removeAll { isSuch($0 / 2) } }

  /// Whether every packet is in the other, too, which is said of each field and literal apart.
  func isInside(_ other: Box) -> Bool {
    other.constraints.allSatisfy { self[$0.field].isInside($0.ranges) }
      && other.literals.allSatisfy { literals.contains($0) }
  }

  /// The packets in both, or nil where there is none.
  func intersection(_ other: Box) -> Box? {
    for (field, ranges) in other.constraints where self[field].intersection(ranges).isEmpty {
      return nil
    }
    if other.literals.contains(where: { literals.contains($0 ^ 1) }) || isEmpty { return nil }
    var both = self
    for (field, ranges) in other.constraints { both.narrow(field, to: ranges) }
    if !other.literals.isEmpty {
      both.literals = Set(literals).union(other.literals).sorted()
    }
    return both
  }

  /// The packets outside and within a constraint of another box, as far as there are some; nil where
  /// it has none of this number.
  func split(by other: Box, at index: Int) -> [Box]? {
    var (inside, outside) = (Box(), Box())
    let literal = index - other.constraints.count
    if literal < 0 {
      let (field, ranges) = other.constraints[index]
      inside[field] = ranges
      outside[field] = ranges.complement(through: field.maximum)
    } else if literal < other.literals.count {
      inside.literals = [other.literals[literal]]
      outside.literals = [other.literals[literal] ^ 1]
    } else {
      return nil
    }
    return [outside, inside].compactMap { intersection($0) }
  }
}

extension Line {
  /// Reads a box, which takes the rest of the line.
  mutating func box(conditions: Int) throws(Rejection) -> Box {
    var box = Box()
    if accept("*") { return box }
    repeat {
      if isNext("+") || isNext("-") {
        let isTrue = accept("+") || !accept("-")
        let condition = try number(below: conditions)
        try require(condition > (box.literals.last ?? -1) >> 1, "conditions ascend")
        box.literals.append(condition * 2 + (isTrue ? 1 : 0))
      } else {
        try require(box.literals.isEmpty, "fields precede conditions")
        let field = try field(after: box.constraints.last?.field)
        try require(accept("="), "= is missing")
        box.constraints.append((field, try ranges(of: field)))
      }
    } while !isAtEnd
    if box.literals.count > Bounds.literals {
      throw .bound(number, "many conditions in a box")
    }
    return box
  }
}
