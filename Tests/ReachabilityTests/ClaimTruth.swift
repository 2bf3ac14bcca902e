import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

@testable import Reachability

extension Engine {
  /// Learns the sessions that the senders of claims open.
  mutating func learnSessions(of claims: Claims) throws(LimitReached) {
    try learnSessions(from: try starts(claims.senders, origin: 0))
  }

  /// Whether a claim is true, by where its packets can be; `nil` where a limit is met.
  mutating func isTrue(_ claim: Claims.Claim, of claims: Claims) throws(LimitReached) -> Bool? {
    switch claim.kind {
    case .apart(let left, let right): return Set(left).isDisjoint(with: right)
    case .must(let goals):
      var isReached = true
      for goal in goals {
        var succeeds = false
        for trip in goal where !succeeds {
          guard case .followed(let failing, _) = try outcome(of: trip) else { return nil }
          succeeds = try !working(failing).isEmpty
        }
        isReached = isReached && succeeds
      }
      return isReached
    case .never(let tags, let forbidden):
      for tag in tags {
        let starts = try starts(claims.tags[tag].sources, origin: tag + 1)
        let key = ReachKey(sources: starts, watched: claims.tags[tag].watched)
        let reach = try fixpoint(key, mode: .following)
        if limit != nil { return nil }
        for packets in forbidden {
          let wanted = try store.space(of: packets.boxes)
          for flow in reach.flows[packets.location] {
            let isMissed = try store.isDisjoint(flow.space, wanted)
            if !isMissed { return false }
          }
        }
      }
      return true
    }
  }

  /// Where packets of claims start, as they are written.
  private mutating func starts(
    _ packets: [Claims.Packets], origin: Int
  ) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for packets in packets {
      let space = try store.space(of: packets.boxes)
      let marked = try store.restrict(space, .origin, to: Ranges(UInt128(origin)))
      result.append(ReachKey.Start(location: packets.location, space: marked))
    }
    return result
  }
}

/// What is wrong where a requirement's claim does not say what its verdict says; `nil` if nothing is.
func contradiction(
  _ requirement: ResolvedRequirement, in network: Network, holds: Bool?
) throws -> String? {
  guard let holds else { return nil }
  var engine = try Engine(for: network)
  let claims = claims(of: [requirement], in: network, canonical: engine.canonical)
  guard let claim = claims.claims.first else { return nil }
  try engine.learnSessions(of: claims)
  guard engine.limit == nil, let isTrue = try engine.isTrue(claim, of: claims) else { return nil }
  // Claims about connections ask for more: that nothing could open one, answered or not.
  let mayDiffer = requirement.requirement.count == .connections && holds
  if isTrue == holds || mayDiffer { return nil }
  return "\(requirement.requirement.id) \(holds ? "holds" : "does not hold"), but its claim "
    + "is \(isTrue): \(claim)"
}
