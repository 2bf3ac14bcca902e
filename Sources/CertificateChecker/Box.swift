/// A product of sets of values, one for each field, and of outcomes, one for each condition.
package struct Box {
  /// What is said of a field or a condition.
  package typealias Constraint = (index: Int, ranges: Ranges)
  /// Values that a line gives a number, of one field.
  package typealias Values = (field: Field, ranges: Ranges)

  /// What is said of fields, by their index, and of conditions, after all fields: 1 is true, 0 is false.
  ///
  /// **Invariant**: ascending; of what is missing nothing is said.
  package private(set) var constraints: [Constraint]

  /// Whether there is no packet.
  package var isEmpty: Bool { constraints.contains { $0.ranges.isEmpty } }

  /// What it costs to look at it, and to have it.
  package var weight: Int { constraints.reduce(8) { $0 + 10 + $1.ranges.spans.count } }

  /// Where something is said of a field or condition, or would be, and whether it is.
  private func place(of index: Int) -> (Int, isSaid: Bool) {
    let place = first(below: constraints.count) { constraints[$0].index >= index }
    return (place, place < constraints.count && constraints[place].index == index)
  }

  /// The values of a field or condition.
  package subscript(index: Int) -> Ranges {
    get {
      let (place, isSaid) = place(of: index)
      return isSaid ? constraints[place].ranges : Field.values[min(index, Field.count)]
    }
    set {
      let (place, isSaid) = place(of: index)
      if !isSaid { constraints.insert((index, newValue), at: place) }
      constraints[place].ranges = newValue
    }
  }

  /// The values of a field.
  package subscript(field: Field) -> Ranges {
    get { self[field.rawValue] }
    set { self[field.rawValue] = newValue }
  }

  /// Gives fields the same values.
  package mutating func set(_ fields: [Field], to ranges: Ranges) {
    for f in fields { self[f] = ranges }
  }

  /// Narrows a field.
  package mutating func narrow(_ f: Field, to ranges: Ranges) {
    self[f] = self[f].intersection(ranges)
  }

  /// Says nothing of the fields and conditions that are such.
  package mutating func free(where isSuch: (Int) -> Bool) {
    constraints.removeAll { isSuch($0.index) }
  }

  /// Says nothing of these fields.
  package mutating func free(_ fields: [Field]) {
    free { i in fields.contains { $0.rawValue == i } }
  }

  /// All tracks become 0, and all trail ghosts any value.
  mutating func forgetTrail() {
    free(Field.trailGhosts)
    set(Field.tracks, to: .zero)
  }

  /// What it says of these fields.
  package func part(of fields: [Field]) -> Box {
    Box(constraints.filter { constraint in fields.contains { $0.rawValue == constraint.index } })
  }

  /// Whether it speaks of some of these fields and of nothing else.
  func isOnly(of all: [Field]) -> Bool { part(of: all).constraints.count == constraints.count }

  /// Whether all that it speaks of has one value.
  var isSingle: Bool { constraints.allSatisfy { $0.ranges.size == 1 } }

  /// Whether every packet is in the other, too, which is said of each field and condition apart.
  package func isInside(_ other: Box) -> Bool {
    other.constraints.allSatisfy { self[$0].isInside($1) }
  }

  /// The packets in both, or nil where there is none.
  package func intersection(_ other: Box) -> Box? {
    // Most boxes of a table have nothing of one that comes there.
    for (index, its) in other.constraints where !self[index].meets(its) { return nil }
    var both = self
    for (index, its) in other.constraints { both[index] = self[index].intersection(its) }
    return both.isEmpty ? nil : both
  }

  /// The packets outside and within a constraint of another box, as far as there are some; none where
  /// it has no constraint of this number.
  package func split(by other: Box, at place: Int) -> [Box]? {
    guard place < other.constraints.count else { return nil }
    let (index, inside) = other.constraints[place]
    return [inside.complement, inside].compactMap { ranges in
      var part = self
      part[index] = part[index].intersection(ranges)
      return part.isEmpty ? nil : part
    }
  }

  /// The packets of which so much is said: without constraints, everything.
  package init(_ constraints: [Constraint] = []) { self.constraints = constraints }

  /// Reads a box, which takes the rest of a line, and may name values by their numbers.
  init(_ line: inout Line, of conditions: Int, _ values: [Values] = []) throws(Rejection) {
    constraints = []
    if line.accept("*") { return }
    repeat {
      let isTrue = line.isNext("+")
      var (index, ranges) = (Field.count, isTrue ? Ranges.one : .zero)
      if line.accept("+") || line.accept("-") {
        index += try line.number(below: conditions)
      } else {
        let field = try line.field()
        try line.require(line.accept("="), "= is missing")
        let isNamed = line.accept("$")
        let named = isNamed ? values[try line.number(below: values.count)] : (field, .zero)
        try line.require(named.field == field, "values of another field")
        (index, ranges) = (field.rawValue, try isNamed ? named.ranges : line.ranges(of: field))
      }
      try line.require(index > constraints.last?.index ?? -1, "out of order")
      constraints.append((index, ranges))
    } while !line.isAtEnd
    let isFine = constraints.count <= Bounds.constraints
    try line.require(isFine, "too many conditions in a box", as: "bounds")
  }
}
