import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

/// The search for the decisions that stop what would break one requirement.
///
/// Each question is a verification of the network in which all decisions but some let packets pass.
/// Letting more pass never delivers less, so what is known of some decisions tells about fewer, and
/// about more.
struct CutSearch {
  let requirement: ResolvedRequirement
  let network: Network
  let limits: EvidenceLimits
  /// All decisions there are.
  private let all: [Denial]
  private var questionCount = 0
  /// Decisions that are known to be enough, and decisions that are known not to be.
  private var enough: [Set<Denial>] = []
  private var notEnough: [Set<Denial>] = []

  /// The bound on questions is met.
  private struct Exhausted: Error {}

  init(_ requirement: ResolvedRequirement, _ network: Network, _ limits: EvidenceLimits) {
    self.requirement = requirement
    self.network = network
    self.limits = limits
    all = network.denials
  }

  /// A cut, found among the decisions that packets meet first where these are enough; `nil` where a
  /// bound was met before any was found.
  mutating func cut(beginning first: [Denial]) -> BlockingCut? {
    do {
      if try holds(keeping: []) { return BlockingCut(remarks: withoutFilters()) }
      for candidates in widening(first) where try holds(keeping: candidates) {
        return decided(smallest(of: candidates))
      }
    } catch {}
    return nil
  }

  /// The decisions that packets meet first; with them those of the same devices; and all.
  private func widening(_ first: [Denial]) -> [[Denial]] {
    let known = Set(first)
    let devices = Set(first.map(\.device))
    let ordered = all.filter(known.contains)
    let near = all.filter { !known.contains($0) && devices.contains($0.device) }
    let far = all.filter { !devices.contains($0.device) }
    return [ordered, ordered + near, ordered + near + far]
  }

  /// The least of candidates that are enough of which none can be left out; more where a bound is
  /// met, and then it says so.
  private mutating func smallest(of candidates: [Denial]) -> (kept: [Denial], isMinimal: Bool) {
    do {
      return (try smallest(of: candidates, beside: [], isKnownNotEnough: true), true)
    } catch {
      let known = enough.min { $0.count < $1.count } ?? Set(candidates)
      return (known.sorted(), false)
    }
  }

  /// Those of the candidates that are needed beside others, with which they are enough.
  ///
  /// This goes by halves (U. Junker, "QuickXplain", AAAI 2004): what one half needs if the other is
  /// kept, then what the other needs beside that.
  private mutating func smallest(
    of candidates: [Denial], beside others: [Denial], isKnownNotEnough: Bool
  ) throws(Exhausted) -> [Denial] {
    if !isKnownNotEnough, try holds(keeping: others) { return [] }
    if candidates.count <= 1 { return candidates }
    let first = Array(candidates.prefix(candidates.count / 2))
    let second = Array(candidates.dropFirst(candidates.count / 2))
    let fromSecond = try smallest(of: second, beside: others + first, isKnownNotEnough: false)
    let fromFirst = try smallest(
      of: first, beside: others + fromSecond, isKnownNotEnough: fromSecond.isEmpty)
    return fromFirst + fromSecond
  }

  private mutating func holds(keeping kept: [Denial]) throws(Exhausted) -> Bool {
    let asked = Set(kept)
    if enough.contains(where: asked.isSuperset) { return true }
    if notEnough.contains(where: asked.isSubset) { return false }
    questionCount += 1
    if questionCount > limits.questions { throw Exhausted() }
    let isEnough = requirement.holds(
      in: network.passing(all.filter { !asked.contains($0) }), limits.verification)
    if isEnough { enough.append(asked) } else { notEnough.append(asked) }
    return isEnough
  }

  /// The cut of these decisions, each with what it alone stops.
  ///
  /// That each is needed is asked once more, so that it hangs on no reasoning about what more or
  /// fewer decisions would do.
  private func decided(_ found: (kept: [Denial], isMinimal: Bool)) -> BlockingCut {
    var cut = BlockingCut(isMinimal: found.isMinimal)
    let rules = found.kept.sorted().map { ($0, network.blockingRule($0)) }
    for (denial, rule) in rules.sorted(by: { ($0.1.place, $0.0) < ($1.1.place, $1.0) }) {
      let rest = Set(found.kept).subtracting([denial])
      let stopped = requirement.breach(
        in: network.passing(all.filter { !rest.contains($0) }), limits.verification)
      if stopped == nil { cut.isMinimal = false }
      cut.decisions.append(
        BlockingCut.Decision(rule: rule, stops: stopped ?? FlowList()))
    }
    return cut
  }

  /// What stops packets where no filter is needed.
  private func withoutFilters() -> [String] {
    let open = network.passing(all)
    guard let canonical = try? lower(open),
      var verifier = try? Verifier(
        open, canonical, limits: limits.verification, notingLosses: true),
      let question = try? verifier.question(of: requirement),
      let ends = try? verifier.engine.ends(from: question.from, to: question.to)
    else { return ["no filter is needed"] }
    return ends
  }
}

extension ResolvedRequirement {
  /// Whether it holds in a network.
  func holds(in network: Network, _ limits: VerificationLimits) -> Bool {
    breach(in: network, limits, listing: false) == nil
  }

  /// What breaks it, or may break it, in a network; `nil` where it holds.
  ///
  /// Most breaches need no session, so the sessions are learnt only where there is none without: with
  /// more sessions more gets through.
  func breach(
    in network: Network, _ limits: VerificationLimits, listing: Bool = true
  ) -> FlowList? {
    do {
      let canonical = try lower(network)
      var verifier = try Verifier(network, canonical, limits: limits)
      if let found = try verifier.breach(of: self, listing: listing) { return found }
      guard canonical.hasSessions.contains(true) else { return nil }
      verifier = try Verifier(network, canonical, limits: limits)
      try verifier.engine.learnSessions(from: verifier.engine.everySender())
      return try verifier.breach(of: self, listing: listing)
    } catch {
      return FlowList(isTruncated: true)
    }
  }
}

extension Verifier {
  fileprivate mutating func breach(
    of requirement: ResolvedRequirement, listing: Bool
  ) throws(LimitReached) -> FlowList? {
    if standing(of: requirement) == .holds { return nil }
    guard listing, requirement.obligation.isAboutPassing else { return FlowList() }
    return try engine.list(question(of: requirement).breaches, withRules: false)
  }
}
