/// Holds a certificate to its obligations, one evaluation each.
struct Verifier {
  let problem: Problem
  let proof: Proof
  /// The line that is named where something is not so.
  var line: Int
  /// The hints for the packets that go on.
  var hints: Hints
  /// The packets that sessions take, at a `recall`.
  var takings: [Session.Taking] = []
  /// The list whose entries before this one hide packets, at a `match`.
  var table: (entries: [(outcome: Int, boxes: [Box])], before: Int) = ([], 0)

  /// The verifier of a certificate.
  init(_ proof: Proof) {
    (self.proof, problem, line) = (proof, proof.problem, proof.line)
    hints = Hints(proof.starts, or: line)
  }

  /// Checks everything but what single claims say.
  ///
  /// A location that is not listed has every packet, so it must not lead to one that is.
  mutating func checkInvariant() throws(Rejection) {
    for (index, location) in problem.locations.enumerated() where proof.listed[index] == nil {
      let lines = location.successors.compactMap { proof.listed[$0] }
      let memory = location.kind == .remember ? proof.memories[location.subject] : nil
      line = lines.first ?? memory?.line ?? 0
      try require(line == 0, "unlisted: location \(index) leads there")
    }
    try checkStarts()
    for group in proof.groups.indices { try checkSteps(of: group) }
  }

  /// Refuses the certificate where something is not so.
  func require(_ isSo: Bool, _ complaint: @autoclosure () -> String) throws(Rejection) {
    if !isSo { throw Rejection(line: line, reason: complaint()) }
  }

  /// Senders and the sources of the tags in question start inside a box.
  private mutating func checkStarts() throws(Rejection) {
    line = proof.starts?.number ?? proof.line
    let tags = Set(proof.claims.flatMap { problem.claims[$0].tags }).sorted()
    for tag in [0] + tags {
      for place in tag == 0 ? problem.senders : problem.sources[tag] where !place.box.isEmpty {
        var box = place.box
        box[.origin] = Ranges(UInt128(tag))
        try prove(box, to: place.location, .empty)
      }
    }
    try hints.finish()
  }

  /// Shows that a set may be at a location with a trail, or refuses the certificate.
  mutating func prove(_ set: Box?, to location: Int, _ trail: Trail) throws(Rejection) {
    guard let set, !set.isEmpty, proof.listed[location] != nil else { return }
    let boxes = proof.groupAt[location]?[trail].map { proof.groups[$0].entries } ?? []
    var parts = [set]
    while let part = parts.popLast() {
      let (kind, numbers) = try hints.next()
      let first = numbers[0]
      var isProved = false
      if kind == .inside {
        isProved = first < boxes.count && part.isInside(boxes[first].box)
      } else if first < table.entries.count, numbers[1] < table.entries[first].boxes.count {
        let box = table.entries[first].boxes[numbers[1]]
        let halves = kind == .split ? part.split(by: box, at: numbers[2]) : nil
        isProved = halves != nil || kind == .hidden && first < table.before && part.isInside(box)
        parts += halves ?? []
        if parts.count > Bounds.boxes { throw .bound(line, "many parts") }
      }
      try require(isProved, "step to location \(location): \(kind) \(numbers) is not so")
    }
  }

  /// Whether a claim follows from the boxes.
  mutating func checkSafety(of number: Int) throws(Rejection) {
    line = proof.line
    let claim = problem.claims[number]
    let both = claim.sides["left", default: []].intersection(claim.sides["right", default: []])
    try require(both.isEmpty, "safety: claim \(number): a name is on both sides")
    for place in claim.forbidden {
      try require(proof.listed[place.location] != nil, "safety: claim \(number): not listed")
      var box = place.box
      box.narrow(.origin, to: Ranges(values: claim.tags))
      let groups = (proof.groupAt[place.location] ?? [:]).values.sorted()
      for entry in groups.flatMap({ proof.groups[$0].entries })
      where entry.box.intersection(box) != nil {
        throw Rejection(line: entry.line, reason: "safety: claim \(number) forbids some of it")
      }
    }
  }
}
