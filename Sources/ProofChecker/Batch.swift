import CertificateChecker

/// Packets that are followed together, with the sessions that each of them opened.
struct Batch {
  /// A name of a value: values of one origin differ as their distances do, modulo 2^128.
  typealias Name = (origin: Int, distance: UInt128)
  /// A session of a device: the packets at `remember`.
  typealias Session = (device: Int, box: Box, names: [Name])

  var box: Box
  var location: Int
  /// How many more steps there may be.
  var rank: Int
  /// What the packets opened, or if they are answers what the packets did that they answer.
  var sessions: [Session] = []
  private(set) var isAnswer = false
  /// The names of the values of fields.
  ///
  /// **Invariant**: in one packet and its sessions, what has one name is equal.
  private(set) var names: [Name] = []
  /// The number of origins.
  private var count = 0

  /// Packets that start.
  init(_ box: Box, at location: Int, _ rank: Int) {
    (self.box, self.location, self.rank) = (box, location, rank)
    names = Field.allCases.map { _ in (0, 0) }
    rename(Field.allCases)
  }

  /// The values of fields are new ones.
  mutating func rename(_ fields: [Field]) {
    for field in fields {
      names[field.rawValue] = (count, 0)
      count += 1
    }
  }

  /// The values of fields are those of other fields, or of fields of a session.
  mutating func rename(_ fields: [Field], as others: [Field], of names: [Name]) {
    for (field, other) in zip(fields, others) { self.names[field.rawValue] = names[other.rawValue] }
  }

  /// The values are what a write makes of these packets.
  mutating func rename(by write: Problem.Write) {
    let (before, isShift) = (names, write.kind == .shift)
    if isShift { names[write.fields[0].rawValue].distance &+= write.to &- write.ranges.least }
    if !isShift { rename(write.fields) }
    for (place, field) in Field.tracked.enumerated() where write.fields.contains(field) {
      let (ghost, track) = ([Field.trailGhosts[place]], box[Field.tracks[place]])
      if track != Ranges(2) { rename(ghost) }
      if track == Ranges(0), !isShift { rename(ghost, as: [field], of: before) }
    }
    if write.kind == .take {
      rename(write.fields, as: [write.ghost], of: before)
      rename([write.ghost])
    }
  }

  /// The values are those of answers to these packets.
  mutating func answer() {
    let before = names
    isAnswer = true
    rename(Field.allCases)
    rename(Field.tracked, as: Field.exchanged, of: before)
  }

  /// Whether each has the fields of a session as answered, if some of them may; by names, or where there
  /// is one value.
  func areReplies(to session: Session) -> Bool {
    zip(Field.session, Field.answered).allSatisfy { mine, its in
      let (a, b) = (names[mine.rawValue], session.names[its.rawValue])
      return a == b || box[mine].size == 1 && session.box[its].size == 1
    }
  }
}
