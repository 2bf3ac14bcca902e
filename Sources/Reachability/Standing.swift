import Canonical
import HeaderSpaces
public import Networks
import Packets
public import Policies

/// How a requirement stands: its verdict without the evidence.
public enum Standing: String, Hashable, Sendable, CaseIterable {
  /// Nothing that the model admits breaks it.
  case holds
  /// It breaks under every outcome of the conditions.
  case violated
  /// It does, and waivers excuse every flow that breaks it.
  case waived
  /// It breaks under some outcomes only, or a limit was met.
  case undecided
}

extension Verifier {
  /// How a requirement stands.
  mutating func standing(of requirement: ResolvedRequirement) -> Standing {
    do {
      let found = try foundStanding(of: requirement)
      return found == .holds && engine.limit != nil ? .undecided : found
    } catch {
      return .undecided
    }
  }

  private mutating func foundStanding(
    of requirement: ResolvedRequirement
  ) throws(LimitReached) -> Standing {
    switch requirement.obligation {
    case .noDualHomed, .mustReach: return try decide(requirement).verdict.standing
    default: break
    }
    let question = try question(of: requirement)
    switch try engine.judge(question.breaches).kind {
    case .never: return try unfollowed(requirement) == nil ? .holds : .undecided
    case .always: return try isWaived(requirement, question.breaches) ? .waived : .violated
    case .sometimes: return .undecided
    }
  }
}

extension Verdict {
  /// The verdict without the evidence.
  public var standing: Standing {
    switch self {
    case .holds: .holds
    case .violated(let violation): violation.isWaived ? .waived : .violated
    case .undecided: .undecided
    }
  }
}

/// How requirements of a policy stand in a network that differs from the policy's own in what its
/// devices do only, in their order.
///
/// - Complexity: That of `verify`, without its evidence.
public func standings(
  of requirements: [ResolvedRequirement], in network: Network,
  limits: VerificationLimits = VerificationLimits()
) -> [Standing] {
  do {
    let canonical = try lower(network)
    var verifier = try Verifier(network, canonical, limits: limits)
    try verifier.prepare(for: requirements)
    var result: [Standing] = []
    for requirement in requirements { result.append(verifier.standing(of: requirement)) }
    return result
  } catch {
    return requirements.map { _ in .undecided }
  }
}
