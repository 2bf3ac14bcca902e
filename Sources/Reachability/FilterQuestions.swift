import Canonical
import HeaderSpaces
import Networks
import Policies

/// The bound on questions is met.
struct QuestionsExhausted: Error {}

/// One requirement, asked about in networks that differ from its own by what filters do.
struct FilterQuestions {
  let requirement: ResolvedRequirement
  let network: Network
  let limits: EvidenceLimits
  /// How many were asked; one about a large network counts as several.
  private(set) var count = 0
  /// How many may be asked.
  var bound: Int

  /// The most locations of a network about which a question counts as one.
  private static let locationsOfOne = 10_000

  init(_ requirement: ResolvedRequirement, _ network: Network, _ limits: EvidenceLimits) {
    self.requirement = requirement
    self.network = network
    self.limits = limits
    bound = limits.questions
  }

  /// What breaks the requirement, or may break it, in a network; `nil` where it holds.
  ///
  /// Most breaches need no session, so sessions are learnt, which takes longer than all else, only
  /// where there is none without: with more sessions more gets through.
  mutating func breach(
    in altered: Network, listing: Bool
  ) throws(QuestionsExhausted) -> FlowList? {
    if count >= bound { throw QuestionsExhausted() }
    count += 1
    do {
      let canonical = try lower(altered)
      count += canonical.locations.count / Self.locationsOfOne
      var verifier = try Verifier(altered, canonical, limits: limits.verification)
      if let found = try verifier.breach(of: requirement, listing: listing) { return found }
      if !canonical.hasSessions.contains(true) { return nil }
      verifier = try Verifier(altered, canonical, limits: limits.verification)
      if case .managedFrom = requirement.obligation {
        // It asks about nearly every sender, so that all are followed at once.
        try verifier.prepare(for: [requirement])
      } else {
        try verifier.engine.learnSessions(from: verifier.engine.everySender())
      }
      return try verifier.breach(of: requirement, listing: listing)
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
