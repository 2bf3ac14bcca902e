/// Holds a certificate to its obligations, one evaluation each.
struct Verifier {
  private let problem: Problem
  private let proof: Proof
  /// The line whose hints are read.
  private var line: Line
  /// The numbers of the last token, and how often it is still there.
  ///
  /// It has so many numbers where a set gets through (0), lies inside a box of the target (1), lies
  /// inside a box of an entry (2), or is split by a constraint of such a box (3).
  private var hint = (numbers: [0], repetitions: 0)
  /// The sets that got through to locations that are not listed, and are still to be looked at.
  private var queue: [(box: Box, location: Int)] = []
  /// The boxes of the entries of the table by which packets go, if they go by one.
  private var table: [[Box]]?
  /// The packets that sessions take at the listed location, once they were needed.
  private var takings: [Taking]?

  /// The verifier of a certificate.
  init(_ proof: Proof) { (self.proof, problem, line) = (proof, proof.problem, proof.starts) }

  /// Checks everything but what single claims say.
  mutating func checkInvariant() throws(Rejection) {
    try checkUnlisted()
    let tags = Set(proof.claims.flatMap { problem.claims[$0].tags }).sorted()
    for (location, box) in ([0] + tags).flatMap({ problem.sources[$0] }) {
      try prove((box, location, 0))
      try emptyQueue()
    }
    try line.require(hint.repetitions == 0 && line.isAtEnd, "too many", as: "hints")
    for location in proof.listed {
      takings = nil
      for (box, hints) in proof.entries[location] ?? [] {
        (line, queue) = (hints, box.isEmpty ? [] : [(box, location)])
        try emptyQueue()
        try line.require(hint.repetitions == 0 && line.isAtEnd, "too many", as: "hints")
      }
    }
  }

  /// An open location has every packet, so it leads to open ones only, and opens any session; and where
  /// packets are only passed through, no session is opened, or takes any.
  private func checkUnlisted() throws(Rejection) {
    for (number, location) in problem.locations.enumerated() where proof.entries[number] == nil {
      let (isOpen, isRemember) = (proof.isOpen(number), location.kind == .remember)
      let isBounded = isRemember && proof.memories[location.subject] != nil
      let leadsToOpen = !isBounded && location.successors.allSatisfy(proof.isOpen)
      let isFine = isOpen ? leadsToOpen : !isRemember && location.kind != .recall
      let line = isOpen ? proof.opening : proof.line
      try line.require(isFine, "location \(number)", as: "unlisted")
    }
  }

  /// Reads the numbers of the next token.
  private mutating func nextHint() throws(Rejection) -> [Int] {
    try line.require(hint.repetitions > 0 || !line.isAtEnd, "too few", as: "hints")
    if hint.repetitions == 0 {
      let count = line.accept(">") ? 0 : line.accept("h") ? 2 : line.accept("s") ? 3 : 1
      hint.numbers = count == 0 ? [] : try line.numbers(below: Bounds.count, by: ".")
      hint.repetitions = line.accept("*") ? try line.index() : 1
      try line.require(hint.numbers.count == count && hint.repetitions > 0, "not a token")
      try line.endWord()
    }
    hint.repetitions -= 1
    return hint.numbers
  }

  /// Shows that packets may go where they go, or refuses the certificate; a table may say that nothing
  /// of them does.
  private mutating func prove(_ move: Problem.Move) throws(Rejection) {
    if proof.isOpen(move.to) || move.box.isEmpty { return }
    let entries = proof.entries[move.to]
    if entries == nil, table == nil { return queue.append((move.box, move.to)) }
    var parts = [move.box]
    while let part = parts.popLast() {
      let hint = try nextHint()
      var isProved = hint.isEmpty && entries == nil
      if isProved {
        queue.append((part, move.to))
      } else if hint.count == 1, let entries, hint[0] < entries.count {
        isProved = part.isInside(entries[hint[0]].box)
      } else if hint.count > 1, let table, hint[0] < table.count, hint[1] < table[hint[0]].count {
        let box = table[hint[0]][hint[1]]
        let halves = hint.count == 3 ? part.split(by: box, at: hint[2]) : nil
        isProved = halves != nil || hint.count == 2 && hint[0] < move.entry && part.isInside(box)
        parts += halves ?? []
        if parts.count > Bounds.boxes { throw .bound("many parts") }
      }
      if !isProved { try line.require(false, "to location \(move.to): \(hint)", as: "step") }
    }
  }

  /// Follows the sets in the queue, and those that they become: each goes where it may.
  private mutating func emptyQueue() throws(Rejection) {
    var count = 0
    while count < queue.count {
      let (packets, place) = queue[count]
      let location = problem.locations[place]
      count += 1
      if location.kind == .remember { try checkRemember(packets, location.subject) }
      if location.kind == .recall, takings == nil, !proof.isOpen(location.successors[1]) {
        takings = try problem.takings(at: location.subject, proof.memories, line)
      }
      table = location.kind == .match ? problem.tables[location.subject].entries.map(\.boxes) : nil
      for move in try problem.moves(of: packets, at: location, takings ?? []) { try prove(move) }
      if queue.count > Bounds.boxes { throw .bound("many sets to follow") }
    }
    (queue, table) = ([], nil)
  }

  /// Every session that packets can open is inside a pair of its class.
  private mutating func checkRemember(_ packets: Box, _ device: Int) throws(Rejection) {
    var opening = packets
    opening.narrow(.origin, to: Ranges(0))
    opening.narrow(.family, to: Ranges(0, 1))
    guard let memory = proof.memories[device], !opening.isEmpty else { return }
    var known: UInt128 = 0
    for (kind, pairs) in memory {
      guard let common = opening.intersection(kind) else { continue }
      var box = common.part(of: Field.session(of: kind))
      known += 1
      for family in 0...1 where opening[.family].contains(UInt128(family)) {
        box[.family] = Ranges(UInt128(family))
        _ = try problem.ends(of: kind, device, family, line)
        let hint = try nextHint()
        let isFine = hint.count == 1 && hint[0] < pairs.count && box.isInside(pairs[hint[0]])
        try line.require(isFine, "a session that no pair has", as: "memory")
      }
    }
    let all = Field.kind.reduce(1) { $0 * opening[$1].size }
    try line.require(all == known, "a class is missing", as: "memory")
  }

  /// Whether a claim follows from the boxes.
  func checkSafety(of number: Int) throws(Rejection) {
    let claim = problem.claims[number]
    let both = claim.sides["left", default: []].intersection(claim.sides["right", default: []])
    try proof.line.require(both.isEmpty, "claim \(number): on both sides", as: "safety")
    for (location, forbidden) in claim.forbidden {
      let entries = proof.entries[location]
      try proof.line.require(entries != nil, "claim \(number): not listed", as: "safety")
      var box = forbidden
      box.narrow(.origin, to: Ranges(values: Set(claim.tags)))
      for (entry, line) in entries ?? [] {
        let isFine = entry.intersection(box) == nil
        try line.require(isFine, "claim \(number) forbids some of it", as: "safety")
      }
    }
  }
}
