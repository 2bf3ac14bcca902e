public import Networks
public import Packets
public import Places
public import Policies
import Simulation

/// From where to where a packet is traced: concrete ends, chosen from what a person named.
public struct TraceQuestion: Sendable {
  /// A destination to try.
  public struct Target: Sendable {
    /// The destination that the packet is sent to.
    public var address: IPAddress
    /// What it is.
    public var name: String
  }

  /// Who may send, in the order in which they are tried; never empty.
  public let sources: [TraceEnd]
  /// The destinations to try, in order: own addresses, then published ones; never empty.
  public let targets: [Target]
  /// Where the packet must arrive; `nil` where whoever has its destination then will do, since
  /// nobody has the address that was named, and translations may lead anywhere.
  private let extent: ZoneExtent?

  /// The most hosts of a zone that are tried.
  private static let greatestHostCount = 64
  /// The most pairs of hosts that are tried.
  public static let greatestPairCount = 256

  /// Chooses the ends.
  ///
  /// - Throws: Errors where a member names what is not there, or the ends have no address family in
  ///   common.
  public init(
    from: Member, to: Member, policy: ResolvedPolicy, in network: Network
  ) throws(InputErrors) {
    let goal = Self.single(to)
    let extent: ZoneExtent?
    if let goal {
      extent = Self.extent(of: to, goal, policy, network)
    } else {
      extent = try policy.extent(of: to, in: network)
    }
    var sources: [Family: [TraceEnd]] = [:]
    if let address = Self.single(from), let device = TraceEnd(deviceWith: address, in: network) {
      sources[address.family] = [device]
    } else {
      let home = try policy.extent(of: from, in: network)
      for family in [Family.ipv4, .ipv6] {
        sources[family] = TraceEnd.ends(
          in: home, family, of: network, cuts: network.cuts(at: .source, family),
          limit: Self.greatestHostCount)
      }
    }
    for family in [Family.ipv4, .ipv6] {
      guard let sources = sources[family], !sources.isEmpty else { continue }
      let targets = Self.targets(goal, extent, family, in: network)
      if targets.isEmpty { continue }
      self.sources = sources
      self.targets = targets
      self.extent = extent
      return
    }
    throw InputErrors([
      InputError(
        at: to.place, "'\(from)' and '\(to)' have no address family in common",
        hint: "name addresses of one family")
    ])
  }

  /// Follows a packet between the first two hosts between which one gets through under some outcome
  /// of the conditions, or between the first two of all.
  ///
  /// - Returns: `nil` where the service cannot be of the ends' family, or names a protocol without
  ///   its port.
  public func trace(
    _ service: ServiceSet, sourcePort: UInt16? = nil, application: UInt16 = 0, in network: Network
  ) -> TraceAnswer? {
    var first: TraceAnswer?
    var tried = 0
    for (source, target) in pairs {
      guard
        let header = Header(
          opening: service, from: source.address, to: target.address,
          sourcePort: sourcePort ?? 49152, application: application)
      else { continue }
      let trace = Trace(of: header, from: source.origin, in: network) { outcome in
        extent?.holds(outcome) ?? network.hasHome(for: outcome)
      }
      tried += 1
      var answer = TraceAnswer(trace: trace, source: source, target: target)
      if trace.isDelivered != false {
        answer.triedCount = tried
        return answer
      }
      if first == nil { first = answer }
    }
    first?.triedCount = tried
    first?.isExhausted =
      max(sources.count, targets.count) < Self.greatestHostCount
      && sources.count * targets.count <= Self.greatestPairCount
    return first
  }

  /// The pairs to try: the first hosts of each end with each other first.
  private var pairs: [(source: TraceEnd, target: Target)] {
    var result: [(source: TraceEnd, target: Target)] = []
    for sum in 0..<(sources.count + targets.count) {
      for index in targets.indices where sources.indices.contains(sum - index) {
        if result.count == Self.greatestPairCount { return result }
        result.append((sources[sum - index], targets[index]))
      }
    }
    return result
  }

  /// The one address that a member is, if it is one.
  private static func single(_ member: Member) -> IPAddress? {
    guard case .addresses(let range) = member.selector,
      range.range.lowerBound == range.range.upperBound
    else { return nil }
    return IPAddress(range.family, range.range.lowerBound)
  }

  /// Where an address is at home: at a device, or at hosts; `nil` where nobody has it.
  private static func extent(
    of member: Member, _ address: IPAddress, _ policy: ResolvedPolicy, _ network: Network
  ) -> ZoneExtent? {
    if let end = TraceEnd(deviceWith: address, in: network), case .device(let device) = end.origin {
      return ZoneExtent(name: "\(member)", place: member.place, devices: [device])
    }
    return try? policy.extent(of: member, in: network)
  }

  private static func targets(
    _ goal: IPAddress?, _ extent: ZoneExtent?, _ family: Family, in network: Network
  ) -> [Target] {
    if let goal {
      guard goal.family == family else { return [] }
      return [Target(address: goal, name: owner(of: goal, in: network))]
    }
    guard let extent else { return [] }
    let ends = TraceEnd.ends(
      in: extent, family, of: network, cuts: network.cuts(at: .destination, family),
      limit: greatestHostCount)
    var targets: [Target] = []
    var groups: Set<Int> = []
    for end in ends {
      targets.append(Target(address: end.address, name: end.name + Trace.choice(end.choices)))
      guard case .obedientEndpoint(let group, _) = end.origin, groups.insert(group).inserted else {
        continue
      }
      let endpoint = network.endpoints[group]
      for address in endpoint.published where address.family == family {
        targets.append(Target(address: address, name: "published for \(endpoint.name)"))
      }
    }
    return targets
  }

  /// Who has an address, in words.
  private static func owner(of address: IPAddress, in network: Network) -> String {
    if let device = TraceEnd(deviceWith: address, in: network) { return device.name }
    for endpoint in network.endpoints {
      for attachment in endpoint.attachments where attachment.addresses.contains(address) {
        return "\(endpoint.name) on \(network.segments[attachment.segment].name)"
      }
    }
    for device in network.devices {
      for interface in device.interfaces where interface.answersFor.contains(address) {
        return "an address that \(device.name) answers for"
      }
    }
    let homes = network.segments.indices.filter { network.addresses(on: $0).contains(address) }
    return homes.first.map { "on \(network.segments[$0].name)" } ?? "an address of no segment"
  }
}

extension Network {
  /// Whether a delivery is where its destination is at home, rather than where somebody merely might
  /// use the address.
  func hasHome(for outcome: Outcome) -> Bool {
    guard case .delivered(let segment, let header) = outcome,
      let address = IPAddress(header.family, header.destination)
    else { return outcome.delivered != nil }
    return addresses(on: segment).contains(address)
      || endpoints.contains { endpoint in
        endpoint.attachments.contains { $0.segment == segment && $0.addresses.contains(address) }
      }
  }
}

extension ZoneExtent {
  /// Whether a delivery is to somebody in the extent.
  fileprivate func holds(_ outcome: Outcome) -> Bool {
    switch outcome {
    case .delivered(let segment, let header):
      guard let part = self[segment] else { return false }
      guard let address = IPAddress(header.family, header.destination) else { return true }
      return part.addresses.contains(address)
    case .deliveredToDevice(let device, _): return devices.contains(device)
    case .lost: return false
    }
  }
}
