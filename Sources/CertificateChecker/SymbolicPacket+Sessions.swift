extension SymbolicPacket {
  /// What a session takes in one way: which terms have to be equal, and what values there have to be;
  /// and what then becomes of fields.
  typealias Way = (pairs: [(Term, Term)], constraints: [Constraint], values: [(Field, Term)])

  /// What a session's class is, as far as it is a box.
  private func kind(of session: Session) -> Box {
    Box(Field.kind.map { ($0.rawValue, values(session.terms[$0.rawValue])) })
  }

  /// The ends of a session of a family, whose class is one that can be read.
  private func ends(
    of session: Session, _ family: Int, _ problem: Problem, _ line: Line
  ) throws(Rejection) -> Ends {
    let kind = kind(of: session)
    let isKnown = kind[.destinationTranslation].size == 1 && kind[.sourceTranslation].size == 1
    if !isKnown { throw .bound("little is known of a session's class") }
    return try problem.ends(of: kind, session.device, family, line)
  }

  /// Opens a session of a device.
  mutating func remember(
    _ device: Int, _ problem: Problem, _ line: Line
  ) throws(Rejection) {
    sessions.append((device, terms))
    for family in 0...1 where values(self[.family]).contains(UInt128(family)) {
      _ = try ends(of: (device, terms), family, problem, line)
    }
  }

  /// The ways in which a session of a family takes this answer at its device.
  ///
  /// Its `sessionUse` is 3, which is enough for each.
  func ways(
    of session: Session, _ family: Int, _ number: Int, _ problem: Problem, _ line: Line
  ) throws(Rejection) -> [Way] {
    let (opener, device) = (session.terms, problem.devices[number])
    func term(_ field: Field) -> Term { opener[field.rawValue] }
    if !values(term(.family)).contains(UInt128(family)) { return [] }
    let ends = try ends(of: session, family, problem, line)
    let isKept = Field.tracks.map { term($0).distance == 2 }
    let ofFamily: Constraint = (term(.family), Ranges(UInt128(family)))
    var (lookedUp, answered, isThere) = (opener, opener, [ofFamily])
    for (place, field) in Field.tracked.enumerated() {
      lookedUp[field.rawValue].distance &-= ends.distances[place]
      if isKept[place] { lookedUp[field.rawValue] = term(Field.trailGhosts[place]) }
      isThere.append((lookedUp[field.rawValue], Field.values[field.rawValue]))
      answered[field.rawValue] = term(Field.exchanged[place])
    }
    var ways: [Way] = []
    // A way: the fields that are as in the session, in it, and what becomes of registers and ghosts.
    func add(
      _ fields: [Field], _ terms: [Term], _ constraints: [Constraint], _ registers: [UInt128],
      _ ghosts: [Term]
    ) {
      let bypass: UInt128 = device.bypassesFilters ? 16 : 0
      var after = zip(Field.setBySessions, registers).map { ($0, (0, $1)) as (Field, Term) }
      after[0].1.distance += bypass
      after.append((.connectionStatus, term(.connectionStatus)))
      for place in 0..<(registers[0] == 3 ? 4 : 6) where isKept[place] {
        after.append((Field.sessionGhosts[place], ghosts[Field.tracked[place].rawValue]))
      }
      ways.append((fields.map { (self[$0], terms[$0.rawValue]) }, constraints, after))
    }
    add(Field.session, lookedUp, isThere, [2, 0] + ends.again, opener)
    let icmp = Ranges(family == 0 ? 1 : 58)
    let reply = [2, 1] + ends.undo
    add(Field.session, answered, [ofFamily, (term(.protocol), icmp.complement)], reply, lookedUp)
    let isICMP: [Constraint] = [ofFamily, (term(.protocol), icmp)]
    let fragments = isICMP + [(term(.fragment), Ranges(1))]
    add(Field.session, answered, fragments, reply, lookedUp)
    for (of, request, type) in problem.answers where of == family {
      answered[Field.icmpType.rawValue] = (0, type)
      let types: [Constraint] = [
        (term(.fragment), Ranges(0)), (term(.icmpType), Ranges(request)),
      ]
      add(Field.session, answered, isICMP + types, reply, lookedUp)
    }
    for box in device.admitsErrors ? problem.related : [] {
      let isError = box.constraints.map { (terms[$0.index], $0.ranges) as Constraint }
      let fields: [Field] = [.family, .destinationIPv4, .destinationIPv6]
      add(fields, lookedUp, isThere + isError, [3, 0, ends.again[0], 0], opener)
      add(fields, answered, [ofFamily] + isError, [3, 1, ends.undo[0], 0], lookedUp)
    }
    return ways
  }

  /// The values that answers need for a way, or nil where none goes it.
  func constraints(_ way: Way) throws(Rejection) -> [Constraint]? {
    let isApart = way.pairs.contains { a, b in
      a.variable == b.variable ? a.distance != b.distance : !values(a).meets(values(b))
    }
    if isApart || way.constraints.contains(where: { !values($0.term).meets($0.ranges) }) {
      return nil
    }
    var constraints = way.constraints
    for (a, b) in way.pairs where a.variable != b.variable {
      let isOne = values(b).size == 1
      // For which values two variables are equal is not said of each of them alone.
      if !isOne, values(a).size != 1 { throw .bound("little is known of a session") }
      constraints.append(isOne ? (a, values(b)) : (b, values(a)))
    }
    return constraints
  }
}
