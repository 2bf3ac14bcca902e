/// Holds the certificate of what must arrive to its one obligation.
struct Trips {
  private let problem: Problem
  private let proof: Proof
  /// The line of the trip that is checked.
  private var line: Line
  private var trip: Problem.Trip = []
  /// The packets that are still to be followed, and how many there were.
  private var batches: [Batch] = []
  private var count = 0

  /// The trips of a certificate.
  init(_ proof: Proof) { (self.proof, problem, line) = (proof, proof.problem, proof.line) }

  /// Follows all that asks, and all answers, on the trip to each goal.
  mutating func check() throws(Rejection) {
    let goals = problem.claims[proof.claims[0]].goals
    try line.require(goals.count == proof.trips.count, "a goal is missing", as: "trip")
    for (goal, (number, application, rank, line)) in zip(goals, proof.trips) {
      (self.line, trip) = (line, goal[number])
      for (location, box) in problem.asking(trip, Ranges(UInt128(application))) {
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
        if count > Bounds.boxes { throw .bound("many packets to follow") }
      }
    }
  }

  /// Lets packets be followed at a location.
  private mutating func follow(_ batch: Batch, _ box: Box, to location: Int) {
    var next = batch
    (next.box, next.location, next.rank) = (box, location, batch.rank - 1)
    batches.append(next)
    count += 1
  }

  private func lose(_ batch: Batch, unless isSo: Bool) throws(Rejection) {
    try line.require(isSo, "packets are lost at location \(batch.location)", as: "trip")
  }

  private mutating func match(
    _ batch: Batch, _ location: Problem.Location
  ) throws(Rejection) {
    let (entries, otherwise) = problem.tables[location.subject]
    var rest = [batch.box]
    for entry in entries {
      for box in entry.boxes {
        for part in rest.take(box) { follow(batch, part, to: location.successors[entry.outcome]) }
        if rest.count + count > Bounds.boxes { throw .bound("many packets to follow") }
      }
    }
    for part in rest { follow(batch, part, to: location.successors[otherwise]) }
  }

  private mutating func rewrite(
    _ batch: Batch, _ location: Problem.Location
  ) throws(Rejection) {
    var all = [batch]
    for write in location.writes {
      var images: [Batch] = []
      for part in all {
        try lose(batch, unless: problem.isPossible(write, of: part.box))
        var image = part
        image.rename(by: write)
        for box in problem.images(of: part.box, by: write) where !box.isEmpty {
          image.box = box
          images.append(image)
        }
      }
      all = images
      count += all.count
    }
    for part in all { follow(part, part.box, to: location.successors[0]) }
  }

  /// Answers go where sessions take them, if it is known of all of them that one does.
  private mutating func recall(
    _ batch: Batch, _ location: Problem.Location
  ) throws(Rejection) {
    let device = location.subject
    var (batch, isTaken, memories): (Batch, Bool, Memories) = (batch, false, [:])
    batch.rename(Field.trailGhosts)
    for owner in problem.devices[device].owners { memories[owner] = [] }
    for session in batch.isAnswer ? batch.sessions : [] where session.device == device {
      let kind = session.box.part(of: Field.kind)
      memories[device] = [(kind, [session.box.part(of: Field.session(of: kind))])]
      let takings = try problem.takings(at: device, memories, line)
      for (box, to, _) in try problem.moves(of: batch.box, at: location, takings).dropFirst() {
        let isReply = box[.connectionState].least % 2 == 0 && box[.connectionDirection].least == 1
        let areInside = Field.session.allSatisfy { batch.box[$0].isInside(box[$0]) }
        if !isReply || !areInside || !batch.areReplies(to: session) {
          throw .bound("little is known of what a session takes at location \(batch.location)")
        }
        var taken = batch
        taken.rename(Field.sessionGhosts)
        for place in Field.tracks.indices where session.box[Field.tracks[place]] == Ranges(2) {
          let sent = Field.trailGhosts[place]
          taken.rename([Field.sessionGhosts[place]], as: [sent], of: session.names)
        }
        isTaken = true
        follow(taken, box, to: to)
      }
    }
    for (box, to, _) in try problem.moves(of: batch.box, at: location, []) where !isTaken {
      follow(batch, box, to: to)
    }
  }

  /// Packets go on as they do, and may open a session.
  private mutating func go(_ batch: Batch, _ location: Problem.Location) throws(Rejection) {
    var batch = batch
    if location.kind == .remember, !batch.isAnswer {
      let kind = batch.box.part(of: Field.kind)
      let codes = [kind[.destinationTranslation], kind[.sourceTranslation]]
      if codes.contains(where: { $0.size != 1 }) { throw .bound("many classes of sessions") }
      for family in 0...1 where batch.box[.family].contains(UInt128(family)) {
        _ = try problem.ends(of: kind, location.subject, family, line)
      }
      batch.sessions.append((location.subject, batch.box, batch.names))
    }
    if location.kind == .leave { batch.rename(Field.sessionGhosts + Field.trailGhosts) }
    let moves = try problem.moves(of: batch.box, at: location, []).filter { !$0.box.isEmpty }
    try lose(batch, unless: !moves.isEmpty)
    for (box, to, _) in moves.prefix(location.kind == .spread ? 1 : .max) {
      follow(batch, box, to: to)
    }
  }

  /// Packets have to be in a line of the trip, and to be answered if they are no answers.
  private mutating func arrive(_ batch: Batch) throws(Rejection) {
    var rest = [batch.box]
    let role = batch.isAnswer ? "returns" : "arrives"
    for line in trip where line.role == role && line.place.location == batch.location {
      _ = rest.take(line.place.box)
    }
    try lose(batch, unless: rest.isEmpty)
    if batch.isAnswer { return }
    let answers = problem.answers(to: batch.box)
    try lose(batch, unless: answers.areValid)
    var answer = batch
    answer.answer()
    for box in answers.boxes {
      rest = [box]
      for line in trip where line.role == "answers" && line.arrived == batch.location {
        var all = [box]
        for part in all.take(line.place.box) { follow(answer, part, to: line.place.location) }
        _ = rest.take(line.place.box)
      }
      try lose(batch, unless: rest.isEmpty)
    }
  }
}
