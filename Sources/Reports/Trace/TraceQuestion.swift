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

  /// Who sends.
  public let source: TraceEnd
  /// The destinations to try, in order: own addresses, then published ones; never empty.
  public let targets: [Target]
  /// Where the packet must arrive; `nil` where whoever has its destination then will do, since
  /// nobody has the address that was named, and translations may lead anywhere.
  private let extent: ZoneExtent?

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
    var sources: [Family: TraceEnd] = [:]
    if let address = Self.single(from), let device = TraceEnd(deviceWith: address, in: network) {
      sources[address.family] = device
    } else {
      let home = try policy.extent(of: from, in: network)
      for family in [Family.ipv4, .ipv6] {
        sources[family] = TraceEnd(in: home, family, of: network)
      }
    }
    for family in [Family.ipv4, .ipv6] {
      guard let source = sources[family] else { continue }
      let targets = Self.targets(goal, extent, family, in: network)
      if targets.isEmpty { continue }
      self.source = source
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

  /// Follows a packet to the first target that it reaches, or to the first of all.
  ///
  /// - Returns: `nil` where the service cannot be of the ends' family, or names a protocol without
  ///   its port.
  public func trace(
    _ service: ServiceSet, sourcePort: UInt16? = nil, application: UInt16 = 0, in network: Network
  ) -> (trace: Trace, target: Target)? {
    var first: (trace: Trace, target: Target)?
    for target in targets {
      guard
        let header = Header(
          opening: service, from: source.address, to: target.address,
          sourcePort: sourcePort ?? 49152, application: application)
      else { continue }
      let trace = Trace(of: header, from: source.origin, in: network) { outcome in
        extent?.holds(outcome) ?? network.hasHome(for: outcome)
      }
      if trace.isDelivered != false { return (trace, target) }
      if first == nil { first = (trace, target) }
    }
    return first
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
    guard let extent, let end = TraceEnd(in: extent, family, of: network) else { return [] }
    var targets = [Target(address: end.address, name: end.name + Trace.choice(end.choices))]
    if case .obedientEndpoint(let group, _) = end.origin {
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
