import Canonical
import Certificates
import HeaderSpaces
import Networks
import Packets

/// The boxes of a certificate while they are found.
struct BoxSearch {
  let unsafe: Unsafe
  /// By location.
  var boxes: [[HeaderBox]]
  /// The pairs, by device and class.
  var pairs: [[[SessionPair]]]
  /// What has not been looked at.
  var waiting: [Waiting] = []
  /// For each box whether anything needs it, while that is found out; empty otherwise.
  var needed: [[Bool]] = []
  /// How many boxes there are.
  var count = 0

  /// The most boxes of a certificate.
  static let greatestCount = 400_000
  /// The most boxes of one place.
  static let greatestCountAtPlace = 20_000
  /// The most sets that go on from one box.
  static let greatestQueue = 100_000
}

extension BoxSearch {
  /// What is to be looked at.
  enum Waiting {
    /// The steps of a box at a location.
    case steps(location: Int, box: Int)
    /// What a new pair takes of the boxes at a location.
    case taking(location: Int, pair: SessionPair)
  }
}

/// Sessions of one class, while a proof is made.
struct SessionPair {
  /// The device and the number of the class.
  let owner: (device: Int, index: Int)
  /// The sessions, as they are remembered.
  let box: HeaderBox
  /// The packets that they take, by family and way in the order of a certificate.
  let packets: [(family: Family, way: SessionWay, boxes: [HeaderBox])]
}

/// What becomes of one box: hints, and the sets that go on to where they are passed through.
struct BoxWalk {
  var hints: [Certificate.Hint] = []
  var queue: [(location: Int, box: HeaderBox)] = []
}

extension Prover {
  /// The hints for what senders and sources send.
  mutating func starts(
    for indices: [Int], _ search: inout BoxSearch, _ mark: HeaderSpaceStore.Mark
  ) throws -> [Certificate.Hint] {
    var hints: [Certificate.Hint] = []
    var starts = claims.senders.map { (packets: $0, origin: UInt128(0)) }
    var tags: Set<Int> = []
    for index in indices {
      if case .never(let own, _) = claims.claims[index].kind { tags.formUnion(own) }
    }
    for tag in tags.sorted() {
      starts += claims.tags[tag].sources.map { ($0, UInt128(tag + 1)) }
    }
    for start in starts {
      for box in start.packets.boxes {
        let sent = Self.forgettingTrail(box).with(.origin, Ranges(start.origin))
        var walk = BoxWalk()
        try go(sent, to: start.packets.location, &walk, &search)
        hints += try followed(&walk, &search)
        engine.store.release(to: mark)
      }
    }
    return hints
  }

  /// Follows what one pair takes of the boxes at a location.
  mutating func recall(
    at location: Int, by pair: SessionPair, _ search: inout BoxSearch,
    _ mark: HeaderSpaceStore.Mark
  ) throws {
    guard case .recall(let device, _, let target) = engine.canonical.locations[location] else {
      return
    }
    // Boxes that are new meanwhile wait for all of their steps.
    for number in search.boxes[location].indices {
      var walk = BoxWalk()
      try recall(search.boxes[location][number], device, target, by: pair, &walk, &search)
      _ = try followed(&walk, &search)
      engine.store.release(to: mark)
    }
  }

  /// The hints for the steps of a box at a location.
  mutating func steps(
    of box: HeaderBox, at location: Int, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    var walk = BoxWalk()
    try step(box, location, &walk, &search)
    return try followed(&walk, &search)
  }

  /// Follows what is passed through to where it stops.
  private mutating func followed(
    _ walk: inout BoxWalk, _ search: inout BoxSearch
  ) throws -> [Certificate.Hint] {
    var next = 0
    while next < walk.queue.count {
      let (location, box) = walk.queue[next]
      next += 1
      try step(box, location, &walk, &search)
      if walk.queue.count > BoxSearch.greatestQueue {
        throw NoProof(reason: "a box becomes too many")
      }
    }
    return walk.hints
  }

  private mutating func step(
    _ box: HeaderBox, _ location: Int, _ walk: inout BoxWalk, _ search: inout BoxSearch
  ) throws {
    switch engine.canonical.locations[location] {
    case .choose(let targets):
      for target in targets { try go(box, to: target, &walk, &search) }
    case .spread(let main, let copies):
      for target in [main] + copies { try go(box, to: target, &walk, &search) }
    case .match(let table, let targets): try match(box, table, targets, &walk, &search)
    case .rewrite(let writes, let next):
      for image in images(of: box, under: writes) { try go(image, to: next, &walk, &search) }
    case .recall(let device, let fresh, let remembered):
      let bare = Self.forgettingTrail(box)
      try go(bare, to: fresh, &walk, &search)
      try recall(box, device, remembered, &walk, &search)
    case .remember(let device, let next):
      if search.unsafe.isMemoryListed[device] { try remember(box, device, &walk, &search) }
      try go(box, to: next, &walk, &search)
    case .watch(let device, let next):
      let origins = watchers[device] ?? .none
      let others = origins.complement(upTo: HeaderField.origin.greatest)
      try go(box.constrained(.origin, to: others), to: next, &walk, &search)
      let marked = box.constrained(.origin, to: origins)
      if !marked.isEmpty { try go(marked.with(.monitor, Ranges(1)), to: next, &walk, &search) }
    case .leave(let next): try go(Self.leaving(box), to: next, &walk, &search)
    case .deliver, .drop: break
    }
  }

  /// Whether sets do not stop at a relevant location.
  func isPassed(_ location: Int, _ search: BoxSearch) -> Bool {
    !search.unsafe.isListed[location]
  }

  /// Lets a box go to a location: into a box there, or on where it is passed through.
  mutating func go(
    _ box: HeaderBox, to location: Int, _ walk: inout BoxWalk, _ search: inout BoxSearch
  ) throws {
    if box.isEmpty || !search.unsafe.isRelevant[location] { return }
    if isPassed(location, search) {
      walk.queue.append((location, box))
      return
    }
    guard let number = try place(box, at: location, &search) else {
      throw NoProof(reason: "a packet that is not safe would come to location \(location)")
    }
    walk.hints.append(.inside(number))
  }

  /// The box of a location inside of which a box lies, a new one where there is none; `nil` where the
  /// box holds something unsafe.
  mutating func place(
    _ box: HeaderBox, at location: Int, _ search: inout BoxSearch
  ) throws -> Int? {
    if let known = search.boxes[location].firstIndex(where: { box.lies(in: $0) }) {
      if !search.needed.isEmpty, !search.needed[location][known] {
        search.needed[location][known] = true
        search.waiting.append(.steps(location: location, box: known))
      }
      return known
    }
    guard let wide = try widen(box, outside: search.unsafe.packets[location]) else { return nil }
    search.boxes[location].append(wide)
    if !search.needed.isEmpty { search.needed[location].append(true) }
    search.count += 1
    if search.count > BoxSearch.greatestCount
      || search.boxes[location].count > BoxSearch.greatestCountAtPlace
    {
      throw NoProof(reason: "the certificate would have too many boxes")
    }
    search.waiting.append(.steps(location: location, box: search.boxes[location].count - 1))
    return search.boxes[location].count - 1
  }
}
