/// Holds a certificate to its obligations, one evaluation each.
package struct Verifier {
  package private(set) var problem: Problem
  private let proof: Proof
  /// The line whose hints are read.
  private var line: Line
  /// The numbers of the last token, and how often it is still there.
  ///
  /// It has so many numbers where a set gets through (0), lies inside a box of the target (1), lies
  /// inside a box of an entry (2), or is split by a constraint of such a box (3).
  private var hint = (numbers: [0], repetitions: 0)
  /// The sets that got through to locations that are not listed, and are still to be looked at.
  private var queue: [Problem.Place] = []

  /// The verifier of a certificate for a network.
  package init(_ proof: Proof, for problem: Problem) {
    (self.proof, self.problem, line) = (proof, problem, proof.starts)
    self.problem.memories = proof.memories
  }

  /// Checks everything but what single claims say.
  package mutating func checkInvariant() throws(Rejection) {
    problem.account.begin(line)
    try checkUnlisted()
    for claim in proof.claims.map({ problem.claims[$0] }) {
      let count = claim.sides.values.reduce(claim.tags.count) { $0 + $1.count }
      try problem.account.spend(16 * count + Bounds.answer * (100 + claim.name.utf8.count))
    }
    let tags = Set(proof.claims.flatMap { problem.claims[$0].tags }).sorted()
    for (location, box) in ([0] + tags).flatMap({ problem.sources[$0] }) {
      problem.account.begin(line)
      try prove(location, box)
      try emptyQueue()
    }
    try line.require(hint.repetitions == 0 && line.isAtEnd, "too many", as: "hints")
    for (location, box, hints) in proof.entries {
      problem.account.begin(hints)
      (line, queue) = (hints, box.isEmpty ? [] : [(location, box)])
      try emptyQueue()
      try line.require(hint.repetitions == 0 && line.isAtEnd, "too many", as: "hints")
    }
  }

  /// An open location has every packet, so it leads to open ones only, and opens any session; and where
  /// packets are only passed through, no session is opened, or takes any.
  private mutating func checkUnlisted() throws(Rejection) {
    for (number, location) in problem.locations.enumerated() where proof.bounds[number] == nil {
      try problem.account.spend(16 + location.successors.count)
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

  /// Shows that packets may go to a location, or refuses the certificate; those that go there by an entry
  /// of a table may be in entries before.
  private mutating func prove(
    _ to: Int, _ set: Box, by table: [Problem.TableEntry]? = nil, _ entry: Int = 0
  ) throws(Rejection) {
    try problem.account.spend(4)
    let bounds = proof.bounds[to]
    var parts = proof.isOpen(to) || set.isEmpty ? [] : [set]
    while let part = parts.popLast() {
      let hint = bounds == nil && table == nil ? [] : try nextHint()
      let boxes = hint.count > 1 && hint[0] < table?.count ?? 0 ? table?[hint[0]].boxes ?? [] : []
      var isProved = hint.isEmpty && bounds == nil
      if isProved {
        try problem.account.spend(part.weight, isKept: true)
        queue.append((to, part))
      } else if hint.count == 1 {
        isProved = try problem.account.isInside(part, bounds ?? [], hint[0])
      } else if hint.count == 2, hint[0] < entry {
        isProved = try problem.account.isInside(part, boxes, hint[1])
      } else if hint.count == 3, hint[1] < boxes.count {
        try problem.account.spend(2 * part.weight + boxes[hint[1]].weight, isKept: true)
        let halves = part.split(by: boxes[hint[1]], at: hint[2])
        (isProved, parts) = (halves != nil, parts + (halves ?? []))
      }
      if !isProved { try line.require(false, "to location \(to): \(hint)", as: "step") }
    }
  }

  /// Follows the sets in the queue, and those that they become: each goes where it may.
  private mutating func emptyQueue() throws(Rejection) {
    var count = 0
    while count < queue.count {
      let (place, packets) = queue[count]
      let location = problem.locations[place]
      count += 1
      if location.kind == .match { try checkMatch(packets, location) }
      if location.kind == .remember { try checkRemember(packets, location.subject) }
      // Nothing has to be shown of what sessions take where any packet may be then.
      let isTaken = location.kind != .recall || !proof.isOpen(location.successors[1])
      for (to, set) in try problem.moves(of: packets, at: location, isTaken) {
        try prove(to, set)
      }
    }
    queue = []
  }

  /// Each packet goes where its entry leads, or where those do that are in none.
  private mutating func checkMatch(_ set: Box, _ location: Problem.Location) throws(Rejection) {
    let table = problem.tables[location.subject]
    for (number, entry) in table.entries.enumerated() {
      try problem.account.spend(set, entry.boxes)
      for box in entry.boxes.lazy.compactMap(set.intersection) {
        try prove(location.successors[entry.outcome], box, by: table.entries, number)
      }
    }
    let otherwise = location.successors[table.otherwise]
    try prove(otherwise, set, by: table.entries, table.entries.count)
  }

  /// Every session that packets can open is inside a pair of its class.
  private mutating func checkRemember(_ packets: Box, _ device: Int) throws(Rejection) {
    var opening = packets
    opening.narrow(.origin, to: Ranges(0))
    opening.narrow(.family, to: Ranges(0, 1))
    guard let memory = proof.memories[device], !opening.isEmpty else { return }
    var known: UInt128 = 0
    for (kind, pairs) in memory {
      try problem.account.spend(opening, [kind])
      guard let common = opening.intersection(kind) else { continue }
      var box = common.part(of: Field.session(of: kind))
      known += 1
      for family in 0...1 where opening[.family].contains(UInt128(family)) {
        box[.family] = Ranges(UInt128(family))
        _ = try problem.ends(of: kind, device, family)
        let hint = try nextHint()
        let isFine = try hint.count == 1 ? problem.account.isInside(box, pairs, hint[0]) : false
        try line.require(isFine, "a session that no pair has", as: "memory")
      }
    }
    let all = Field.kind.reduce(1) { $0 * opening[$1].size }
    try line.require(all == known, "a class is missing", as: "memory")
  }

  /// Whether a claim follows from the boxes, and what to answer then.
  package mutating func checkSafety(of number: Int) throws(Rejection) -> String {
    let (line, claim) = (proof.line, problem.claims[number])
    problem.account.begin(line)
    let both = claim.sides["left", default: []].intersection(claim.sides["right", default: []])
    try line.require(both.isEmpty, "claim \(number): on both sides", as: "safety")
    let tags = Ranges(values: Set(claim.tags))
    for (location, forbidden) in claim.forbidden {
      let bounds = proof.bounds[location]
      try line.require(bounds != nil, "claim \(number): not listed", as: "safety")
      var box = forbidden
      try problem.account.spend(box.weight + tags.spans.count)
      box.narrow(.origin, to: tags)
      try problem.account.spend(box, bounds ?? [])
      let place = bounds?.firstIndex { $0.intersection(box) != nil }
      guard let place else { continue }
      try problem.account.spend(8 * proof.entries.count)
      let entry = proof.entries.filter { $0.location == location }[place]
      try entry.hints.require(false, "claim \(number) forbids some of it", as: "safety")
    }
    return "VERIFIED \(number) \(claim.name)"
  }
}
