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

/// Makes certificates for claims that hold.
///
/// `held` are the claims that a verification found to hold, indices into `claims.claims`.
/// - Complexity: Three passes over the network for each set of senders.
public func certify(
  _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims, held: [Int],
  limits: VerificationLimits = VerificationLimits()
) -> Certification {
  var result = Certification()
  var apart: [Int] = []
  var groups: [[Int]] = []
  var groupOfTags: [[Int]: Int] = [:]
  for index in held {
    guard case .never(let tags, _) = claims.claims[index].kind else {
      apart.append(index)
      continue
    }
    if let group = groupOfTags[tags] {
      groups[group].append(index)
    } else {
      groupOfTags[tags] = groups.count
      groups.append([index])
    }
  }
  if !apart.isEmpty { result.certificates.append(Certificate(claims: apart)) }
  var remaining = groups[...]
  while !remaining.isEmpty {
    do {
      // A store only grows: when it has, the next groups get a new one.
      let starts = claims.senders + claims.tags.flatMap(\.sources)
      let graph = try ProofGraph(canonical, from: starts.map(\.location))
      var prover = Prover(
        claims, graph, try Engine(network, canonical, setLimit: limits.setEdges))
      try prover.learn()
      repeat {
        let group = remaining.removeFirst()
        do {
          result.certificates.append(try prover.certificate(for: group))
        } catch {
          result.failures += group.map { ($0, reason(error)) }
        }
      } while !remaining.isEmpty && prover.engine.store.edgeCount < limits.setEdges / 3
    } catch {
      result.failures += remaining.joined().map { ($0, reason(error)) }
      break
    }
  }
  return result
}

private func reason(_ error: any Error) -> String {
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
      unsafe: unsafe, boxes: [[HeaderBox]](repeating: [], count: graph.nodes.count),
      pairs: classes.map { [[HeaderBox]](repeating: [], count: $0.count) })
    _ = try starts(for: indices, &search)
    while let (node, number) = search.waiting.popLast() {
      _ = try steps(of: search.boxes[node][number], at: node, &search)
    }
    try prune(&search, for: indices)
    return try written(indices, &search)
  }

  /// Leaves only boxes that something needs, the widest first.
  private mutating func prune(_ search: inout BoxSearch, for indices: [Int]) throws {
    for node in search.boxes.indices where search.boxes[node].count > 1 {
      var kept: [HeaderBox] = []
      let ordered = search.boxes[node].enumerated().sorted {
        ($0.element.constraints.count, $0.offset) < ($1.element.constraints.count, $1.offset)
      }
      for (_, box) in ordered where !kept.contains(where: { box.lies(in: $0) }) {
        kept.removeAll { $0.lies(in: box) }
        kept.append(box)
      }
      search.boxes[node] = kept
    }
    search.needed = search.boxes.map { [Bool](repeating: false, count: $0.count) }
    _ = try starts(for: indices, &search)
    while let (node, number) = search.waiting.popLast() {
      _ = try steps(of: search.boxes[node][number], at: node, &search)
    }
    for node in search.boxes.indices {
      search.boxes[node] = zip(search.boxes[node], search.needed[node]).filter(\.1).map(\.0)
    }
    search.needed = []
  }

  /// The certificate of boxes that are all there.
  private mutating func written(
    _ indices: [Int], _ search: inout BoxSearch
  ) throws -> Certificate {
    var result = Certificate(claims: indices, starts: try starts(for: indices, &search))
    for device in search.pairs.indices where search.unsafe.isMemoryListed[device] {
      result.memories.append(
        Certificate.Memory(
          device: device,
          classes: classes[device].enumerated().map { index, known in
            Certificate.Class(
              destination: known.codes.destination, source: known.codes.source,
              status: known.status, trail: known.trail.canonicalText,
              pairs: search.pairs[device][index])
          }))
    }
    for location in search.unsafe.isListed.indices where search.unsafe.isListed[location] {
      var bound = Certificate.Bound(location: location, parts: [])
      for node in graph.nodesOfLocation[location] where !search.boxes[node].isEmpty {
        var part = Certificate.Part(trail: graph.nodes[node].trail.canonicalText, boxes: [])
        for box in search.boxes[node] {
          part.boxes.append(
            Certificate.ProvedBox(
              box.renumbered, hints: try steps(of: box, at: node, &search)))
        }
        bound.parts.append(part)
      }
      result.bounds.append(bound)
    }
    guard search.waiting.isEmpty else { throw NoProof(reason: "the boxes are not closed") }
    return result
  }
}

extension HeaderBox {
  /// The box with its literals numbered as conditions are.
  fileprivate var renumbered: Self {
    if literals.isEmpty { return self }
    var result = self
    for literal in literals { result = result.without(literal) }
    for literal in literals { result.constrain(Literal(literal.condition / 2, literal.value)) }
    return result
  }
}
