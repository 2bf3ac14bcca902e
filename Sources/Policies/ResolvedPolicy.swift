public import Networks
public import Places

/// A policy whose names were looked up in one network.
public struct ResolvedPolicy: Sendable {
  /// The policy as written, with the requirements that its packs imply after its own.
  public let policy: Policy
  /// The day by which waivers were judged.
  public let day: Day
  /// What each zone means, in the order of `policy.zones`.
  public let zones: [ZoneExtent]
  /// The requirements in order; one that a pack implies between zones that overlap is left out, with
  /// a notice.
  public internal(set) var requirements: [ResolvedRequirement]
  /// The waivers, in the order of `policy.waivers`.
  public let waivers: [ResolvedWaiver]
  /// The feeds, in the order of `policy.feeds`.
  public let feeds: [Feed]
  /// What was odd: hosts in no zone, overlapping zones, conduits that never apply, feeds.
  public let notices: [Notice]

  /// Looks up every name of a policy in a network.
  ///
  /// - Throws: All errors: unknown names, empty zones, zones that contain themselves, requirements
  ///   whose ends share an address.
  public init(
    _ policy: Policy, in network: Network, feeds: [Feed] = [], on day: Day
  ) throws(InputErrors) {
    let (policy, packNotices) = try policy.expandingPacks()
    var resolver = Resolver(policy: policy, network: network, feeds: feeds)
    let zones = resolver.resolveZones()
    let waivers = resolver.resolveWaivers(on: day)
    let requirements = resolver.resolveRequirements(waivers: waivers)
    guard resolver.errors.isEmpty else {
      throw InputErrors(resolver.errors.sorted { $0.place < $1.place })
    }
    self.policy = policy
    self.day = day
    self.zones = zones
    self.waivers = waivers
    self.requirements = requirements
    self.feeds = feeds
    notices =
      feeds.flatMap { [$0.summary] + $0.notices } + waivers.compactMap(\.notice) + packNotices
      + resolver.packNotices
      + resolver.findings(zones: zones, requirements: requirements)
  }
}

/// A requirement whose names were looked up.
public struct ResolvedRequirement: Hashable, Sendable {
  /// The requirement as written.
  public var requirement: Requirement
  /// What must be true of the network.
  public var obligation: Obligation<ZoneExtent>
  /// The waivers that name it and were in force, in the order of the policy.
  public var waivers: [ResolvedWaiver]

  /// Creates a resolved requirement.
  public init(
    requirement: Requirement, obligation: Obligation<ZoneExtent>, waivers: [ResolvedWaiver] = []
  ) {
    self.requirement = requirement
    self.obligation = obligation
    self.waivers = waivers
  }
}

/// A waiver whose names were looked up.
public struct ResolvedWaiver: Hashable, Sendable {
  /// The waiver as written.
  public var waiver: Waiver
  /// What it excuses.
  public var flows: Conduit<ZoneExtent>
  /// Whether it excused anything on the day of the run.
  public var isInForce: Bool

  /// Creates a resolved waiver.
  public init(waiver: Waiver, flows: Conduit<ZoneExtent>, isInForce: Bool) {
    self.waiver = waiver
    self.flows = flows
    self.isInForce = isInForce
  }
}

extension ResolvedWaiver {
  /// A remark where the waiver has ended.
  fileprivate var notice: Notice? {
    if isInForce { return nil }
    return Notice(
      .finding, at: waiver.place,
      "the waiver of '\(waiver.requirement.name)' ended on \(waiver.until) and excuses nothing")
  }
}

extension Feed {
  /// How many indicators there are of each sort.
  fileprivate var summary: Notice {
    let sorts = [
      (counts.used, "addresses in force"),
      (counts.names, "domains and URLs, which no packet carries"),
      (counts.other, "of files and the like"), (counts.expired, "expired or revoked"),
      (counts.future, "not yet in force"), (counts.unsupported, "not understood"),
    ]
    let text = sorts.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }.joined(separator: ", ")
    return Notice(
      .remark, at: place, "feed '\(name)' has \(text.isEmpty ? "no indicators" : text)")
  }
}
