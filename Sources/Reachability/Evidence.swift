public import Networks
public import Policies

/// Decisions of filters that together stop everything that would break a requirement.
///
/// If every other filter of the network let packets pass instead (`Network.passing`), the requirement
/// would still hold; where the cut is minimal, it would not if any one of these decisions did, too, or
/// it could not be proved.
public struct BlockingCut: Hashable, Sendable {
  /// One decision.
  public struct Decision: Hashable, Sendable {
    /// The rule, or the end of a list.
    public var rule: BlockingRule
    /// Packets that it alone stops: those that would break the requirement without it.
    ///
    /// They are listed among those that need no session of others, where there are any.
    public var stops: FlowList
  }

  /// The decisions, in the order of their places; none where no filter is needed.
  public var decisions: [Decision] = []
  /// Whether it was proved that none can be left out.
  public var isMinimal = true
  /// What stops packets where no filter is needed, in words.
  public var remarks: [String] = []
}

/// How many devices' filters stand between a requirement and its breach, one after another.
public struct Layers: Hashable, Sendable {
  /// The least number of devices whose filters must all be gone before the requirement no longer
  /// holds; `nil` where it holds without any filter.
  public var count: Int?
  /// Whether it is that number; otherwise it is at least that.
  public var isExact: Bool
  /// The smallest sets of such devices, by name, in the order of the network.
  public var sets: [[String]] = []
  /// Whether there may be more such sets.
  public var hasMoreSets = false
}

/// The bounds of the search for evidence.
public struct EvidenceLimits: Hashable, Sendable {
  /// The most questions about one requirement, for its cut and for its layers each; those about a
  /// network of more than 10,000 locations count as more.
  public var questions = 300
  /// The most smallest sets of devices that are named.
  public var sets = 8
  /// The bounds of each question.
  public var verification = VerificationLimits()

  /// The usual bounds.
  public init() {}
}

extension VerificationResult {
  /// Adds to each requirement that holds which decisions stop what would break it, and how many
  /// devices do so one after another.
  ///
  /// Requirements that no packet breaks, and those that packets must arrive for, have no such
  /// evidence. `progress` is called with the count of requirements that are done and of all.
  /// - Complexity: For a cut of *k* decisions among *n* about *k* log *n* verifications of one
  ///   requirement each.
  public mutating func addEvidence(
    for policy: ResolvedPolicy, in network: Network, limits: EvidenceLimits = EvidenceLimits(),
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) {
    let asked = policy.requirements.indices.filter { number in
      answers.indices.contains(number) && answers[number].verdict.standing == .holds
        && policy.requirements[number].obligation.isAboutPassing
    }
    let candidates = asked.map { number in
      guard case .holds(let proof) = answers[number].verdict else { return [] as [Denial] }
      return proof.blocking.compactMap(\.denial)
    }
    let found = sideBySide(count: asked.count, progress: progress) { index in
      evidence(
        for: policy.requirements[asked[index]], in: network, beginning: candidates[index], limits)
    }
    for (number, (cut, layers)) in zip(asked, found) {
      guard case .holds(var proof) = answers[number].verdict else { continue }
      proof.cut = cut
      proof.layers = layers
      answers[number].verdict = .holds(proof)
    }
  }
}

/// The cut and the layers of a requirement that holds.
private func evidence(
  for requirement: ResolvedRequirement, in network: Network, beginning candidates: [Denial],
  _ limits: EvidenceLimits
) -> (cut: BlockingCut?, layers: Layers?) {
  var cuts = CutSearch(FilterQuestions(requirement, network, limits))
  let cut = cuts.cut(beginning: candidates)
  let deciding = cut?.decisions.compactMap(\.rule.denial?.device) ?? []
  var layering = LayerSearch(FilterQuestions(requirement, network, limits))
  return (cut, layering.layers(beginning: Set(deciding)))
}

extension Obligation {
  /// Whether it asks that nothing passes, so that filters can be what makes it hold.
  var isAboutPassing: Bool {
    switch self {
    case .isolate, .allowOnly, .through, .oneWay, .noExit, .managedFrom: true
    case .mustReach, .noDualHomed: false
    }
  }
}
