/// Follows packets through a network, together as far as they go the same way.
struct Follower {
  /// Packets that come next, and whether there are some of which nothing becomes.
  typealias Steps = (next: [SymbolicPacket], isLost: Bool)

  let problem: Problem
  /// The line that is checked.
  var line: Line
  private var work = 0

  /// One who follows packets as a proof says.
  init(_ proof: Proof) { (problem, line) = (proof.problem, proof.line) }

  /// Takes those that have the values of all constraints out of packets.
  private mutating func take(
    from rest: inout [SymbolicPacket],
    _ constraints: (SymbolicPacket) throws(Rejection) -> [SymbolicPacket.Constraint]?
  ) throws(Rejection) -> [SymbolicPacket] {
    var (taken, others): ([SymbolicPacket], [SymbolicPacket]) = ([], [])
    for packet in rest {
      work += 1
      if work > Bounds.looks { throw .bound("many packets to follow") }
      let (inside, outside) = try constraints(packet).map(packet.divided) ?? (nil, [packet])
      if let inside { taken.append(inside) }
      others += outside
    }
    rest = others
    return taken
  }

  /// Takes those in a box out of packets, and puts them at a location if they go to one.
  mutating func take(
    from rest: inout [SymbolicPacket], _ box: Box, to location: Int? = nil
  ) throws(Rejection) -> [SymbolicPacket] {
    var taken = try take(from: &rest) { packet in
      box.constraints.map { (packet.terms[$0.index], $0.ranges) }
    }
    for index in taken.indices { taken[index].location = location ?? taken[index].location }
    return taken
  }

  /// Where packets go, which open sessions unless they are answers; none where they have arrived.
  mutating func steps(of packet: SymbolicPacket) throws(Rejection) -> Steps {
    let location = problem.locations[packet.location]
    var (all, next): ([SymbolicPacket], [SymbolicPacket]) = ([packet], [])
    var isLost = location.successors.isEmpty && location.kind != .deliver
    switch location.kind {
    case .match:
      let (entries, otherwise) = problem.tables[location.subject]
      for entry in entries {
        for box in entry.boxes where !all.isEmpty {
          next += try take(from: &all, box, to: location.successors[entry.outcome])
        }
      }
      return (next + all.map { $0.moved(to: location.successors[otherwise]) }, false)
    case .rewrite:
      for write in location.writes {
        next = []
        for packet in all {
          let images = try images(of: packet, by: write)
          (next, isLost) = (next + images.next, isLost || images.isLost)
        }
        all = next
      }
    case .recall:
      all[0].forgetTrail()
      if packet.isAnswer {
        for session in packet.sessions where session.device == location.subject {
          next += try recall(all[0], &all, session, location)
        }
      }
      return (next + all.map { $0.moved(to: location.successors[0]) }, false)
    case .remember:
      if !packet.isAnswer { try all[0].remember(location.subject, problem, line) }
    case .leave:
      all[0].forgetTrail()
      all[0].free(Field.sessionGhosts)
      all[0].set(Field.registers, to: 0)
    case .choose, .spread, .watch, .deliver, .drop: break
    }
    let targets = location.successors.prefix(location.kind == .spread ? 1 : .max)
    return (targets.flatMap { to in all.map { $0.moved(to: to) } }, isLost)
  }

  /// What a write makes of packets.
  private mutating func images(
    of packet: SymbolicPacket, by write: Problem.Write
  ) throws(Rejection) -> Steps {
    var (all, isLost) = ([packet], false)
    let field = write.fields[0]
    switch write.kind {
    case .set:
      if write.ranges.isEmpty { return ([], true) }
      let term = all[0].term(write.ranges)
      all[0].write(field, term, problem.conditions)
    case .take:
      all[0].write(field, packet[write.ghost], problem.conditions)
      all[0].free([write.ghost])
    case .shift:
      let by = write.to &- write.ranges.least
      // What wrapped around is less.
      let moved = write.ranges.moved(by: by, in: field)
      let ranges = moved.intersection(Ranges(write.to, field.maximum)).moved(by: 0 &- by)
      let fitting = try take(from: &all) { [($0[field], ranges)] }
      (all, isLost) = (fitting, !all.isEmpty)
      for index in all.indices {
        let (variable, distance) = all[index][field]
        all[index].write(field, (variable, distance &+ by), isShift: true, problem.conditions)
      }
    case .scramble, .anything:
      for field in write.fields {
        let term = all[0].term(Field.values[field.rawValue])
        all[0].write(field, term, problem.conditions)
      }
      return try valid(all[0], write.fields)
    }
    return (all, isLost)
  }

  /// The packets that are valid, where some fields of each may have any values.
  mutating func valid(_ packet: SymbolicPacket, _ fields: [Field]) throws(Rejection) -> Steps {
    var (rest, valid): ([SymbolicPacket], [SymbolicPacket]) = ([packet], [])
    for box in problem.valid where !box.isEmpty {
      var (all, others) = ([packet], box)
      others.free(fields)
      valid += try take(from: &all, box)
      _ = try take(from: &rest, others)
    }
    return (valid, !rest.isEmpty)
  }

  /// What becomes of answers that a session takes, which are then not among the rest.
  private mutating func recall(
    _ answer: SymbolicPacket, _ rest: inout [SymbolicPacket], _ session: SymbolicPacket.Session,
    _ location: Problem.Location
  ) throws(Rejection) -> [SymbolicPacket] {
    var next: [SymbolicPacket] = []
    for family in 0...1 {
      for way in try answer.ways(of: session, family, location.subject, problem, line) {
        let needs = { (packet: SymbolicPacket) throws(Rejection) in try packet.constraints(way) }
        var all = [answer]
        for var taken in try take(from: &all, needs) {
          taken.free(Field.sessionGhosts)
          for (field, term) in way.values { taken[field] = term }
          next.append(taken.moved(to: location.successors[1]))
        }
        _ = try take(from: &rest, needs)
      }
    }
    return next
  }
}
