import CertificateChecker

/// Holds the certificate of what must arrive to its one obligation.
struct Trips {
  private(set) var problem: Problem
  private let proof: Proof
  /// The line of the trip that is checked.
  private var line: Line
  private var trip: Problem.Trip = []
  /// The packets that are still to be followed.
  private var batches: [Batch] = []

  /// The trips of a certificate.
  init(_ proof: Proof, of problem: Problem) {
    (self.proof, self.problem, line) = (proof, problem, proof.line)
  }

  /// Follows all that asks, and all answers, on the trip to each goal, and says what to answer.
  mutating func check() throws(Rejection) -> String {
    let claim = problem.claims[proof.claims[0]]
    problem.account.begin(line)
    try problem.account.spend(Bounds.answer * (100 + claim.name.utf8.count))
    let goals = claim.goals
    try line.require(goals.count == proof.trips.count, "a goal is missing", as: "trip")
    for (goal, (number, application, rank, line)) in zip(goals, proof.trips) {
      (self.line, trip) = (line, goal[number])
      problem.account.begin(line)
      for (location, box) in try problem.asking(trip, Ranges(UInt128(application))) {
        batches.append(Batch(box, at: location, rank))
      }
      while let batch = batches.popLast() {
        let location = problem.locations[batch.location]
        switch location.kind {
        case .match: try match(batch, location)
        case .rewrite: try rewrite(batch, location)
        case .recall: try recall(batch, location)
        case .deliver: try arrive(batch)
        default: try go(batch, location)
        }
        let isOnTime = (batches.last?.rank ?? 0) >= 0
        try line.require(isOnTime, "the rank at location \(batch.location)", as: "trip")
      }
    }
    return "VERIFIED \(proof.claims[0]) \(claim.name)"
  }

  /// Lets packets be followed at a location.
  private mutating func follow(_ batch: Batch, _ box: Box, to location: Int) throws(Rejection) {
    try problem.account.spend(box.weight + Field.count, isKept: true)
    var next = batch
    (next.box, next.location, next.rank) = (box, location, batch.rank - 1)
    batches.append(next)
  }

  private func lose(_ batch: Batch, unless isSo: Bool) throws(Rejection) {
    try line.require(isSo, "packets are lost at location \(batch.location)", as: "trip")
  }

  private mutating func match(_ batch: Batch, _ location: Problem.Location) throws(Rejection) {
    let table = problem.tables[location.subject]
    var rest = [batch.box]
    for entry in table.entries {
      for box in entry.boxes {
        let taken = try problem.take(box, outOf: &rest)
        for part in taken { try follow(batch, part, to: location.successors[entry.outcome]) }
      }
    }
    for part in rest { try follow(batch, part, to: location.successors[table.otherwise]) }
  }

  private mutating func rewrite(_ batch: Batch, _ location: Problem.Location) throws(Rejection) {
    var all = [batch]
    for write in location.writes {
      var images: [Batch] = []
      for part in all {
        try lose(batch, unless: try problem.isPossible(write, of: part.box))
        var image = part
        image.rename(by: write)
        for box in try problem.images(of: [part.box], by: write) {
          image.box = box
          images.append(image)
        }
      }
      all = images
    }
    for part in all { try follow(part, part.box, to: location.successors[0]) }
  }

  /// Answers go where sessions take them, if it is known of all of them that one does.
  private mutating func recall(_ batch: Batch, _ location: Problem.Location) throws(Rejection) {
    let device = location.subject
    var (batch, isTaken) = (batch, false)
    batch.rename(Field.trailGhosts)
    for owner in problem.devices[device].owners { problem.memories[owner] = [] }
    for session in batch.isAnswer ? batch.sessions : [] where session.device == device {
      let kind = session.box.part(of: Field.kind)
      problem.memories[device] = [(kind, [session.box.part(of: Field.session(of: kind))])]
      for (to, box) in try problem.moves(of: batch.box, at: location, true).dropFirst() {
        let isReply = box[.connectionState].least % 2 == 0 && box[.connectionDirection].least == 1
        let areInside = Field.session.allSatisfy { batch.box[$0].isInside(box[$0]) }
        let isKnown = isReply && areInside && batch.areReplies(to: session)
        try line.require(isKnown, "what a session takes is not known", as: "bounds")
        var taken = batch
        taken.rename(Field.sessionGhosts)
        for place in Field.tracks.indices where session.box[Field.tracks[place]] == Ranges(2) {
          let sent = Field.trailGhosts[place]
          taken.rename([Field.sessionGhosts[place]], as: [sent], of: session.names)
        }
        isTaken = true
        try follow(taken, box, to: to)
      }
    }
    for (to, box) in try problem.moves(of: batch.box, at: location, false) where !isTaken {
      try follow(batch, box, to: to)
    }
  }

  /// Packets go on as they do, and may open a session.
  private mutating func go(_ batch: Batch, _ location: Problem.Location) throws(Rejection) {
    var batch = batch
    if location.kind == .remember, !batch.isAnswer {
      let kind = batch.box.part(of: Field.kind)
      let codes = [kind[.destinationTranslation], kind[.sourceTranslation]]
      let areSingle = codes.allSatisfy { $0.size == 1 }
      try line.require(areSingle, "many classes of sessions", as: "bounds")
      for family in 0...1 where batch.box[.family].contains(UInt128(family)) {
        _ = try problem.ends(of: kind, location.subject, family)
      }
      batch.sessions.append((location.subject, batch.box, batch.names))
    }
    if location.kind == .leave { batch.rename(Field.sessionGhosts + Field.trailGhosts) }
    let moves = try problem.moves(of: batch.box, at: location, false).filter { !$0.box.isEmpty }
    try lose(batch, unless: !moves.isEmpty)
    for (to, box) in moves.prefix(location.kind == .spread ? 1 : .max) {
      try follow(batch, box, to: to)
    }
  }

  /// Packets have to be in a line of the trip, and to be answered if they are no answers.
  private mutating func arrive(_ batch: Batch) throws(Rejection) {
    var rest = [batch.box]
    let role = batch.isAnswer ? "returns" : "arrives"
    for line in trip where line.role == role && line.place.location == batch.location {
      _ = try problem.take(line.place.box, outOf: &rest)
    }
    try lose(batch, unless: rest.isEmpty)
    if batch.isAnswer { return }
    let answers = try problem.answers(to: batch.box)
    try lose(batch, unless: answers.areValid)
    var answer = batch
    answer.answer()
    for box in answers.boxes {
      rest = [box]
      for line in trip where line.role == "answers" && line.arrived == batch.location {
        var all = [box]
        for part in try problem.take(line.place.box, outOf: &all) {
          try follow(answer, part, to: line.place.location)
        }
        _ = try problem.take(line.place.box, outOf: &rest)
      }
      try lose(batch, unless: rest.isEmpty)
    }
  }
}
