import Canonical
import HeaderSpaces
public import Networks
import Packets
import Places
public import Policies
import Simulation

/// The bounds of a verification.
public struct VerificationLimits: Hashable, Sendable {
  /// The most edges that the sets of packets may have together, 20 bytes each with all that serves
  /// them; each of two threads may make half of them.
  public var setEdges = 100_000_000

  /// The usual bounds.
  public init() {}
}

/// Answers every requirement of a policy.
///
/// `progress` is called with the count of answered requirements and of all, before each.
/// - Complexity: One fixpoint for each distinct source, and one for what sessions can be open.
public func verify(
  _ network: Network, against policy: ResolvedPolicy, withMatrix: Bool = false,
  limits: VerificationLimits = VerificationLimits(),
  progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
) -> VerificationResult {
  let canonical: CanonicalNetwork
  do {
    canonical = try lower(network)
  } catch {
    return undecided(policy, network, limit: "\(error.place): \(error.message)")
  }
  do {
    var verifier = try Verifier(network, canonical, limits: limits, workers: 2)
    return try verifier.verify(policy, withMatrix: withMatrix, progress: progress)
  } catch {
    return undecided(policy, network, limit: error.description)
  }
}

/// The result in which a bound was met before any answer.
private func undecided(
  _ policy: ResolvedPolicy, _ network: Network, limit: String
) -> VerificationResult {
  VerificationResult(
    answers: policy.requirements.map {
      VerificationResult.Answer(
        requirement: $0.requirement, verdict: .undecided(Doubt(limit: limit)), assumptions: [],
        internalError: nil)
    }, conditions: network.conditions.conditions)
}

/// One network, ready to be asked.
struct Verifier: ~Copyable {
  var engine: Engine
  let network: Network
  let simulator: Simulator
  /// How many threads find answers, one or two; each has its share of the limit.
  let workers: Int
  /// The network without what filters deny, made when a remark first asks for it.
  var unfiltered: Unfiltered?

  /// With `notingLosses` it is noted where packets are lost, whatever the reason.
  init(
    _ network: Network, _ canonical: CanonicalNetwork, limits: VerificationLimits,
    notingLosses: Bool = false, workers: Int = 1
  ) throws(LimitReached) {
    var known = network
    known.conditions = canonical.conditions
    self.network = known
    engine = try Engine(
      known, canonical, setLimit: limits.setEdges / workers, notingLosses: notingLosses)
    self.workers = workers
    simulator = Simulator(network: known)
  }

  mutating func verify(
    _ policy: ResolvedPolicy, withMatrix: Bool, progress: (Int, Int) -> Void
  ) throws(LimitReached) -> VerificationResult {
    var result = VerificationResult(
      answers: try answers(
        to: policy.requirements, besides: withMatrix ? policy.zones : [], progress: progress),
      conditions: network.conditions.conditions)
    if withMatrix { result.matrix = try? matrix(of: policy) }
    return result
  }

  /// Follows all that requirements ask about, and what some zones send, and then answers them.
  mutating func answers(
    to requirements: [ResolvedRequirement], besides zones: [ZoneExtent] = [],
    progress: (Int, Int) -> Void = { _, _ in }
  ) throws(LimitReached) -> [VerificationResult.Answer] {
    let worker = try prepare(for: requirements, and: zones)
    return answers(to: requirements, with: worker, progress: progress)
  }

  private init(copying verifier: borrowing Verifier) {
    engine = verifier.engine.copy()
    network = verifier.network
    simulator = verifier.simulator
    workers = verifier.workers
  }

  /// A verifier for another worker, that knows what this one knows.
  func copy() -> Verifier { Verifier(copying: self) }

  mutating func answer(
    _ requirement: ResolvedRequirement
  ) -> VerificationResult.Answer {
    var answer = VerificationResult.Answer(
      requirement: requirement.requirement, verdict: .undecided(Doubt()), assumptions: [],
      internalError: nil)
    do {
      let outcome = try decide(requirement)
      answer.verdict = outcome.verdict
      answer.internalError = outcome.internalError
    } catch {
      answer.verdict = .undecided(Doubt(limit: error.description))
    }
    if let limit = engine.limit, case .holds = answer.verdict {
      answer.verdict = .undecided(Doubt(limit: limit))
    }
    answer.assumptions = premises(of: requirement, answer.verdict)
    return answer
  }

  /// Follows what requirements ask about, and what zones send, together; what is left out costs time
  /// only.
  ///
  /// The answer is the second worker, where there is one.
  @discardableResult
  mutating func prepare(
    for requirements: [ResolvedRequirement], and zones: [ZoneExtent] = []
  ) throws(LimitReached) -> Worker? {
    var extents = zones
    for requirement in requirements { extents += senders(asked: requirement.obligation) }
    var hosts: [ReachKey.Start] = []
    var devices: [ReachKey.Start] = []
    for extent in extents {
      hosts += try engine.hostStarts(of: extent)
      devices += try engine.deviceStarts(of: extent)
    }
    let plan = try engine.plan(asked: hosts, ofDevices: devices)
    let worker = workers > 1 ? Worker(copy()) : nil
    try engine.prepare(plan, with: worker)
    return worker
  }

  /// Whose packets an obligation asks about, as far as they may be followed together with others'.
  func senders(asked obligation: Obligation<ZoneExtent>) -> [ZoneExtent] {
    switch obligation {
    case .isolate(let from, _, _), .allowOnly(let from, _, _): return [from]
    case .oneWay(_, let to): return [to]
    case .noExit(let from, _, _):
      let others = engine.traffic.otherWays(of: from)
      return [from, others.segments, others.internet]
    case .managedFrom(let devices, let from, _):
      return [engine.traffic.others(than: from, and: devices)]
    case .through, .mustReach, .noDualHomed: return []
    }
  }

  /// A verdict, and what went wrong on our side in finding it.
  struct Decision {
    var verdict: Verdict
    var internalError: String?

    /// Whether the requirement holds.
    var holds: Bool {
      if case .holds = verdict { return true }
      return false
    }

    init(_ verdict: Verdict, internalError: String? = nil) {
      self.verdict = verdict
      self.internalError = internalError
    }
  }

  mutating func decide(
    _ requirement: ResolvedRequirement
  ) throws(LimitReached) -> Decision {
    switch requirement.obligation {
    case .noDualHomed(let a, let b, let except):
      return Decision(decideDualHomed(a, b, except: except))
    case .mustReach(let from, let to, let services):
      return try decideMustReach(from, to, services: services)
    default: break
    }
    let question = try question(of: requirement)
    let breaches = question.breaches
    switch try engine.judge(breaches).kind {
    case .never:
      if let limit = try unfollowed(requirement) {
        return Decision(.undecided(Doubt(limit: limit)))
      }
      var proof = try engine.proof(from: question.from, to: question.to)
      if proof.blocking.isEmpty { proof.remarks = try remarks(on: requirement, question) }
      return Decision(.holds(proof))
    case .always(let sure):
      return try violation(sure, question, requirement)
    case .sometimes(let literals):
      return try doubt(breaches, literals, question)
    }
  }

  /// Whether waivers that are in force excuse all that breaks a requirement, and nothing that is not
  /// followed might.
  mutating func isWaived(
    _ requirement: ResolvedRequirement, _ breaches: [Breach]
  ) throws(LimitReached) -> Bool {
    let excused = requirement.waivers.filter(\.isInForce).map(\.flows)
    if excused.isEmpty { return false }
    let rest = try engine.remove(excused, from: breaches)
    let unfollowed = try unfollowed(requirement)
    return rest.isEmpty && unfollowed == nil && engine.limit == nil
  }

  /// What might break a requirement besides the packets that are followed.
  mutating func unfollowed(
    _ requirement: ResolvedRequirement
  ) throws(LimitReached) -> String? {
    switch requirement.obligation {
    case .noExit(let from, _, _) where requirement.requirement.exits == .all:
      let relay = try reachableRelay(from: from, pulling: true)
      return relay.map { "an exit may lead through the relay \($0), which is not followed" }
    case .through(let from, _, let via) where !via.parts.isEmpty:
      let relay = try reachableRelay(from: from, except: via, pulling: false)
      return relay.map { "it may lead through the relay \($0), which is not followed" }
    default: return nil
    }
  }

  private mutating func violation(
    _ sure: [Breach], _ question: Question, _ requirement: ResolvedRequirement
  ) throws(LimitReached) -> Decision {
    let flows = try engine.list(question.breaches, withRules: true)
    var violation = Violation(witnesses: [], flows: flows)
    if network.routing == .any { violation.under = "routing: any" }
    violation.isWaived = try isWaived(requirement, question.breaches)
    let found = try witnesses(in: sure, question)
    violation.witnesses = found.witnesses
    if let missing = found.internalError {
      return Decision(
        .undecided(Doubt(flows: flows, limit: missing)), internalError: missing)
    }
    if !found.witnesses.allSatisfy(question.accepts) {
      return Decision(
        .undecided(
          Doubt(
            witness: found.witnesses.first, flows: flows,
            limit: "no single session was found that both opens and is answered")))
    }
    return Decision(.violated(violation))
  }

  /// Witnesses that jointly cover the outcomes of the global conditions.
  private mutating func witnesses(
    in sure: [Breach], _ question: Question
  ) throws(LimitReached) -> (witnesses: [Witness], internalError: String?) {
    var remaining = HeaderSpace.everything
    var witnesses: [Witness] = []
    while !remaining.isEmpty, witnesses.count < 64 {
      var candidates = sure
      for index in candidates.indices {
        candidates[index].flow.space = try engine.store.intersection(
          candidates[index].flow.space, remaining)
      }
      candidates.removeAll { $0.flow.space.isEmpty }
      var found: Witness?
      var missing: Suspect?
      for suspect in try suspects(in: candidates, question) {
        guard let witness = try engine.replay(suspect, in: simulator) else {
          missing = suspect
          continue
        }
        if found == nil { found = witness }
        if question.accepts(witness) {
          found = witness
          break
        }
      }
      guard let witness = found else {
        let header = missing.map { "\($0.sent) as \($0.delivered) at \($0.delivery)" } ?? "none"
        return (witnesses, "a witness was not replayed by the simulator: \(header)")
      }
      witnesses.append(witness)
      let covered = try engine.outcomes(covered: witness, by: sure)
      let rest = try engine.store.subtracting(covered, from: remaining)
      if rest == remaining { break }
      remaining = rest
    }
    return (witnesses, nil)
  }

  /// A member of each breach, the plainest first.
  private mutating func suspects(
    in breaches: [Breach], _ question: Question
  ) throws(LimitReached) -> [Suspect] {
    var suspects: [(oddity: Int, suspect: Suspect)] = []
    for breach in breaches {
      guard let suspect = try engine.suspect(in: breach, to: question.to) else { continue }
      suspects.append((engine.oddity(of: suspect), suspect))
    }
    // A stable order: breaches are in that of their deliveries.
    return suspects.enumerated()
      .sorted { ($0.element.oddity, $0.offset) < ($1.element.oddity, $1.offset) }
      .map(\.element.suspect)
  }

  private mutating func doubt(
    _ breaches: [Breach], _ literals: [Int], _ question: Question
  ) throws(LimitReached) -> Decision {
    var doubt = Doubt(conditions: engine.conditions(of: literals))
    doubt.flows = try engine.list(breaches, withRules: true)
    for suspect in try suspects(in: breaches, question) {
      if let witness = try engine.replay(suspect, in: simulator) {
        doubt.witness = witness
        break
      }
    }
    return Decision(.undecided(doubt))
  }
}
