/// Packets at a location that are followed together, each with the sessions that it opened.
///
/// Every field and every condition has the value of a variable. A choice of values for the variables
/// is one packet, so where two fields have the same variable they are known to be equal.
struct SymbolicPacket {
  /// The value of a variable, with a distance added modulo 2^128.
  typealias Term = (variable: Int, distance: UInt128)
  /// Which values a term has to have.
  typealias Constraint = (term: Term, ranges: Ranges)
  /// A session of a device: the packet at `remember`.
  typealias Session = (device: Int, terms: [Term])

  /// The values of each variable; the first is 0, and its terms are constants.
  ///
  /// **Invariant**: none is without values.
  private var domains = [Ranges(0)]
  /// The terms of the fields, and after them those of the conditions.
  var terms: [Term] = []
  var location: Int
  /// What the packet opened, or if it is an answer what the one did that it answers.
  var sessions: [Session] = []
  var isAnswer = false

  /// The packets of a box, which has some.
  init(of box: Box, at location: Int, _ conditions: Int) {
    self.location = location
    for index in 0..<(Field.count + conditions) { terms.append(term(box[index])) }
  }

  /// The term of a field.
  subscript(field: Field) -> Term {
    get { terms[field.rawValue] }
    set { terms[field.rawValue] = newValue }
  }

  /// A new term with these values.
  mutating func term(_ ranges: Ranges) -> Term {
    if ranges.size == 1 { return (0, ranges.least) }
    domains.append(ranges)
    return (domains.count - 1, 0)
  }

  /// The values of a term.
  func values(_ term: Term) -> Ranges { domains[term.variable].moved(by: term.distance) }

  /// The packets at another location.
  func moved(to location: Int) -> Self {
    var moved = self
    moved.location = location
    return moved
  }

  /// The packets that have the values of all constraints, if there are some, and the others.
  func divided(by constraints: [Constraint]) -> (inside: Self?, outside: [Self]) {
    let isApart = constraints.contains { !values($0.term).meets($0.ranges) }
    if isApart { return (nil, [self]) }
    var (inside, outside) = (self, [Self]())
    for (term, ranges) in constraints {
      let values = inside.values(term)
      let back = 0 &- term.distance
      let (within, without) = (values.intersection(ranges), values.intersection(ranges.complement))
      if within.isEmpty { return (nil, [self]) }
      if !without.isEmpty {
        outside.append(inside)
        outside[outside.count - 1].domains[term.variable] = without.moved(by: back)
        inside.domains[term.variable] = within.moved(by: back)
      }
    }
    return (inside, outside)
  }

  /// Fields become any values.
  mutating func free(_ fields: [Field]) {
    for field in fields { self[field] = term(Field.values[field.rawValue]) }
  }

  /// Fields become a number.
  mutating func set(_ fields: [Field], to value: UInt128) {
    for field in fields { self[field] = (0, value) }
  }

  /// Outcomes of the conditions that are evaluated on such fields become any.
  mutating func forgetOutcomes(_ conditions: [[Field]], where areSuch: ([Field]) -> Bool) {
    for (index, fields) in conditions.enumerated() where areSuch(fields) {
      terms[Field.count + index] = term(Ranges(0, 1))
    }
  }

  /// All tracks become 0, and all trail ghosts any value.
  mutating func forgetTrail() {
    free(Field.trailGhosts)
    set(Field.tracks, to: 0)
  }

  /// A field becomes a term; one that is overwritten may be kept in its trail ghost.
  mutating func write(_ field: Field, _ term: Term, isShift: Bool = false, _ conditions: [[Field]])
  {
    let old = self[field]
    self[field] = term
    if Field.wire.contains(field) { forgetOutcomes(conditions) { $0.contains(field) } }
    guard let place = Field.tracked.firstIndex(of: field), !isShift || term != old else { return }
    let (ghost, track) = (Field.trailGhosts[place], self[Field.tracks[place]].distance)
    if track == 0, !isShift { self[ghost] = old }
    if track == 1 || track == 3 && !isShift { free([ghost]) }
    let after: [UInt128] = isShift ? [1, 3, 2, 3] : [2, 3, 2, 3]
    self[Field.tracks[place]] = (0, after[Int(track)])
  }
}
