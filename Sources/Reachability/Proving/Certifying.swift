public import Canonical
public import Certificates
import HeaderSpaces
public import Networks
import Packets

/// What came of an attempt to prove claims.
public struct Certification: Sendable {
  /// The certificates.
  public var certificates: [Certificate] = []
  /// The claims of which none could be made, with the reason.
  public var failures: [(claim: Int, reason: String)] = []
}

/// Makes certificates for claims that hold, as few as it can.
///
/// `held` are the claims that a verification found to hold, indices into `claims.claims`.
/// - Complexity: Three passes over the network for each certificate.
public func certify(
  _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims, held: [Int],
  limits: VerificationLimits = VerificationLimits()
) -> Certification {
  var result = Certification()
  var apart: [Int] = []
  var must: [Int] = []
  var groups: [[Int]] = []
  var groupOfTags: [[Int]: Int] = [:]
  for index in held {
    let tags: [Int]
    switch claims.claims[index].kind {
    case .never(let named, _): tags = named
    case .apart:
      apart.append(index)
      continue
    case .must:
      must.append(index)
      continue
    }
    if let group = groupOfTags[tags] {
      groups[group].append(index)
    } else {
      groupOfTags[tags] = groups.count
      groups.append([index])
    }
  }
  if !apart.isEmpty {
    let open =
      canonical.locations.isEmpty ? .none : Ranges(0...UInt128(canonical.locations.count - 1))
    result.certificates.append(Certificate(claims: apart, open: open))
  }
  // What several claims need is proved once if they are proved together. Where that fails, halves of
  // them may do; claims of the same senders stay together.
  var remaining = groups.isEmpty ? [] : [groups[...]]
  while let some = remaining.popLast() {
    do {
      let asked = some.joined().sorted()
      var prover = try Prover.learned(network, canonical, claims, for: asked, limits)
      result.certificates.append(try prover.certificate(for: asked))
    } catch {
      if some.count > 1 {
        let middle = some.startIndex + some.count / 2
        remaining += [some[middle...], some[..<middle]]
      } else {
        result.failures += some.joined().map { ($0, reason(error)) }
      }
    }
  }
  for index in must {
    do {
      result.certificates.append(
        try certificate(of: index, network, canonical, claims, limits))
    } catch {
      result.failures.append((index, reason(error)))
    }
  }
  return result
}

/// A certificate of a claim that says what must arrive: the trips that succeed.
///
/// - Throws: `NoProof` or `LimitReached`.
private func certificate(
  of index: Int, _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims,
  _ limits: VerificationLimits
) throws -> Certificate {
  guard case .must(let goals) = claims.claims[index].kind else {
    throw NoProof(reason: "it does not say what must arrive")
  }
  var engine = try Engine(network, canonical, setLimit: limits.setEdges)
  var trips: [Certificate.Trip] = []
  for goal in goals {
    var found: Certificate.Trip?
    for (number, trip) in goal.enumerated() where found == nil {
      guard case .followed(let failing, let steps) = try engine.outcome(of: trip),
        let application = try engine.working(failing).least
      else { continue }
      found = Certificate.Trip(trip: number, application: Int(application), rank: steps)
    }
    guard let found else { throw NoProof(reason: "no application is known to work with all") }
    trips.append(found)
  }
  return Certificate(claims: [index], trips: trips)
}

/// Why something could not be made, one sentence without a final full stop.
func reason(_ error: any Error) -> String {
  switch error {
  case let failure as NoProof: failure.reason
  case let limit as LimitReached: limit.description
  default: "\(error)"
  }
}

extension Prover {
  /// A certificate for claims.
  ///
  /// - Throws: `NoProof` or `LimitReached`.
  mutating func certificate(for indices: [Int]) throws -> Certificate {
    let unsafe = try unsafe(for: indices)
    var search = BoxSearch(
      unsafe: unsafe, boxes: [[HeaderBox]](repeating: [], count: graph.isStop.count),
      pairs: classes.map { [[SessionPair]](repeating: [], count: $0.count) })
    // From here on no set is needed for longer than a moment.
    let mark = engine.store.mark
    try close(&search, for: indices, mark)
    try prune(&search, for: indices, mark)
    return try written(indices, &search, mark)
  }

  /// Follows what starts, and every box that waits, until none does.
  private mutating func close(
    _ search: inout BoxSearch, for indices: [Int], _ mark: HeaderSpaceStore.Mark
  ) throws {
    _ = try starts(for: indices, &search, mark)
    while let next = search.waiting.popLast() {
      switch next {
      case .steps(let location, let number):
        _ = try steps(of: search.boxes[location][number], at: location, &search)
      case .taking(let location, let pair): try recall(at: location, by: pair, &search, mark)
      }
      engine.store.release(to: mark)
    }
  }

  /// Leaves only boxes that something needs, the widest first.
  private mutating func prune(
    _ search: inout BoxSearch, for indices: [Int], _ mark: HeaderSpaceStore.Mark
  ) throws {
    for location in search.boxes.indices where search.boxes[location].count > 1 {
      var kept: [HeaderBox] = []
      let ordered = search.boxes[location].enumerated().sorted {
        ($0.element.constraints.count, $0.offset) < ($1.element.constraints.count, $1.offset)
      }
      for (_, box) in ordered where !kept.contains(where: { box.lies(in: $0) }) {
        kept.removeAll { $0.lies(in: box) }
        kept.append(box)
      }
      search.boxes[location] = kept
    }
    search.needed = search.boxes.map { [Bool](repeating: false, count: $0.count) }
    try close(&search, for: indices, mark)
    for location in search.boxes.indices {
      search.boxes[location] = zip(search.boxes[location], search.needed[location]).filter(\.1).map(
        \.0)
    }
    search.needed = []
  }

  /// The certificate of boxes that are all there.
  private mutating func written(
    _ indices: [Int], _ search: inout BoxSearch, _ mark: HeaderSpaceStore.Mark
  ) throws -> Certificate {
    var result = Certificate(claims: indices, starts: try starts(for: indices, &search, mark))
    let relevant = search.unsafe.isRelevant
    result.open = Ranges(values: relevant.indices.filter { !relevant[$0] }.map { UInt128($0) })
    for device in search.pairs.indices where search.unsafe.isMemoryListed[device] {
      result.memories.append(
        Certificate.Memory(
          device: device,
          classes: classes[device].enumerated().map { index, known in
            Certificate.Class(known.box, pairs: search.pairs[device][index].map(\.box))
          }))
    }
    for location in search.unsafe.isListed.indices where search.unsafe.isListed[location] {
      var bound = Certificate.Bound(location: location, boxes: [])
      for box in search.boxes[location] {
        bound.boxes.append(
          Certificate.ProvedBox(
            box.renumbered, hints: try steps(of: box, at: location, &search)))
        engine.store.release(to: mark)
      }
      result.bounds.append(bound)
    }
    guard search.waiting.isEmpty else { throw NoProof(reason: "the boxes are not closed") }
    return result
  }
}

extension HeaderBox {
  /// The box with its literals numbered as conditions are.
  var renumbered: Self {
    if literals.isEmpty { return self }
    var result = self
    for literal in literals { result = result.without(literal) }
    for literal in literals { result.constrain(Literal(literal.condition / 2, literal.value)) }
    return result
  }
}
