public import Networks
public import Places
public import Policies

/// What was understood of a network and its policy, for people at a terminal.
public struct Listing: Sendable {
  /// What can be listed.
  public enum Topic: String, Hashable, Sendable, CaseIterable {
    /// How much there is of everything.
    case overview
    /// The zones and what is in them.
    case zones
    /// The requirements.
    case requirements
    /// The segments.
    case segments
    /// The devices and their interfaces.
    case devices
    /// The endpoint groups.
    case endpoints
    /// What the input does not settle.
    case conditions
    /// What was concluded though no input says it.
    case inferred
    /// What is odd.
    case findings
    /// What affects traffic and is not modelled.
    case unmodelled
    /// What there is to remark.
    case remarks
    /// How much of each file is modelled.
    case coverage
  }

  /// The network.
  public var network: Network
  /// The policy in this network, if there is one.
  public var policy: ResolvedPolicy?
  /// How much of each file is modelled.
  public var coverage: [Coverage]
  /// What a person should know about the inputs.
  public var notices: [Notice]

  /// Creates a listing.
  public init(
    network: Network, policy: ResolvedPolicy?, coverage: [Coverage], notices: [Notice]
  ) {
    self.network = network
    self.policy = policy
    self.coverage = coverage
    self.notices = notices
  }

  /// Everything about a topic; nothing is cut short.
  public func text(_ topic: Topic, style: TextStyle = TextStyle()) -> String {
    var page = TextPage(style: style)
    switch topic {
    case .overview: writeOverview(to: &page)
    case .zones: writeZones(to: &page)
    case .requirements: writeRequirements(to: &page)
    case .segments: writeSegments(to: &page)
    case .devices: writeDevices(to: &page)
    case .endpoints: writeEndpoints(to: &page)
    case .conditions: writeConditions(to: &page)
    case .inferred: write(.inferred, "nothing was inferred", to: &page)
    case .findings: write(.finding, "there are no findings", to: &page)
    case .remarks: write(.remark, "there is nothing to remark", to: &page)
    case .unmodelled: writeUnmodelled(to: &page)
    case .coverage: writeCoverage(to: &page)
    }
    return page.text
  }

  private func writeOverview(to page: inout TextPage) {
    page.line(.strong(network.name), .dim("  \(network.place)"))
    let counts: [(Int, Topic)] = [
      (network.segments.count, .segments), (network.devices.count, .devices),
      (network.endpoints.count, .endpoints), (policy?.zones.count ?? 0, .zones),
      (policy?.requirements.count ?? 0, .requirements),
      (network.conditions.conditions.count, .conditions),
      (notices.filter { $0.kind == .inferred }.count, .inferred),
      (notices.filter { $0.kind == .finding }.count, .findings),
      (coverage.reduce(0) { $0 + $1.opaque.count }, .unmodelled),
      (notices.filter { $0.kind == .remark }.count, .remarks), (coverage.count, .coverage),
    ]
    for (count, topic) in counts {
      let words = topic == .coverage ? "files with coverage" : topic.rawValue
      page.line(.init("\(count)".leftPadded(to: 6)), "  \(words)", indent: 2)
    }
    page.line(
      "routing: \(network.routing.rawValue), spoofing: \(network.spoofing.rawValue)", indent: 2)
  }

  private func writeRequirements(to page: inout TextPage) {
    guard let policy else { return page.line("there is no policy") }
    for resolved in policy.requirements {
      let requirement = resolved.requirement
      page.line(
        .strong(requirement.id), .dim("  \(requirement.severity.rawValue)"),
        "  \(requirement.obligation.phrase)", .dim("  \(requirement.place)"))
      for waiver in resolved.waivers {
        let state = waiver.isInForce ? "in force" : "expired"
        page.line(
          "waived until \(waiver.waiver.until) by \(waiver.waiver.owner) (\(state)): ",
          .init(waiver.waiver.why), indent: 2)
      }
    }
  }

  private func writeConditions(to page: inout TextPage) {
    let conditions = network.conditions.conditions
    if conditions.isEmpty { page.line("the input settles everything") }
    for condition in conditions {
      let outcome = condition.assumed.map { ", taken to be \($0)" } ?? ""
      page.line(
        .strong(condition.name), "\(outcome): \(condition.why)", .dim("  \(condition.place)"))
    }
  }

  private func write(_ kind: Notice.Kind, _ nothing: String, to page: inout TextPage) {
    let found = notices.filter { $0.kind == kind }
    if found.isEmpty { page.line(.init(nothing)) }
    for notice in found { page.line(.init(notice.message), .dim("  \(notice.place)")) }
  }

  private func writeUnmodelled(to page: inout TextPage) {
    write(.opaque, "everything that affects traffic is modelled", to: &page)
    for file in coverage where !file.opaque.isEmpty {
      page.gap()
      page.line(.strong(file.file))
      for element in file.opaque {
        page.line(.init(element.name), .dim("  \(element.place)"), indent: 2)
      }
    }
  }

  private func writeCoverage(to page: inout TextPage) {
    if coverage.isEmpty { page.line("the network names no configurations") }
    let width = coverage.map { $0.file.visible.count }.max() ?? 0
    for file in coverage {
      page.line(
        .init(file.file.padded(to: width)),
        "  \(file.modelled) modelled, \(file.irrelevant) irrelevant, ",
        .init("\(file.opaque.count) not modelled", file.opaque.isEmpty ? .plain : .doubtful))
    }
  }
}
