public import Networks
public import Packets
public import Policies

extension ZoneTraffic {
  /// Every host and device that belongs to neither of two zones.
  public func others(than zone: ZoneExtent, and other: ZoneExtent) -> ZoneExtent {
    var parts: [ZoneExtent.Part] = []
    for segment in network.segments.indices where network.hasHosts(on: segment) {
      var addresses = network.addresses(on: segment)
      if addresses.isEmpty { addresses = .all }
      for taken in [zone[segment], other[segment]] {
        if let taken { addresses = addresses.subtracting(taken.addresses) }
      }
      addresses = addresses.subtracting(Network.multicast)
        .subtracting(network.directedBroadcasts(on: segment)).subtracting(Network.linkLocal)
        .subtracting(network.answeredAddresses(on: segment))
        .subtracting(networkAddresses(on: segment))
      if !addresses.isEmpty {
        parts.append(ZoneExtent.Part(segment: segment, addresses: addresses, declared: .none))
      }
    }
    let devices = network.devices.indices.filter {
      !zone.devices.contains($0) && !other.devices.contains($0)
    }
    return ZoneExtent(name: "everybody else", place: zone.place, parts: parts, devices: devices)
  }

  /// The first address of each IPv4 subnet on a segment, which no host has.
  private func networkAddresses(on segment: Int) -> AddressSet {
    let subnets = network.segments[segment].subnets
    return AddressSet(
      ipv4: Ranges(
        values: subnets.filter { $0.family == .ipv4 && $0.length < 31 }.map(\.address.value)))
  }

  /// Every external address, for exits of a zone that may be to anywhere.
  public func anywhereOutside(of zone: ZoneExtent) -> ZoneExtent {
    var parts: [ZoneExtent.Part] = []
    if let internet = network.internet {
      parts.append(
        ZoneExtent.Part(
          segment: internet, addresses: network.addresses(on: internet), declared: .none))
    }
    return ZoneExtent(name: "any external address", place: zone.place, parts: parts)
  }

  /// The other ways by which hosts of a zone can send: their interfaces on further segments, and the
  /// lines that the internet is at the other end of.
  ///
  /// A zone that names a segment has what is sent there; an exit is looked for from the hosts
  /// themselves, whose modem or second card may be on none of the zone's segments.
  public func otherWays(of zone: ZoneExtent) -> (segments: ZoneExtent, internet: ZoneExtent) {
    var found: [Int: AddressSet] = [:]
    for (index, group) in network.endpoints.enumerated() {
      let isInside = group.attachments.contains { attachment in
        let part = zone[attachment.segment]?.addresses ?? .none
        return !part.intersection(attachment.addresses).isEmpty
      }
      guard isInside else { continue }
      for attachment in group.attachments {
        found[attachment.segment, default: .none].formUnion(attachment.addresses)
      }
      for link in network.links {
        guard let far = link.segment(oppositeEndpoint: index) else { continue }
        found[far, default: .none].formUnion(group.addresses.union(link.addresses))
      }
    }
    func extent(_ isWanted: (Int) -> Bool) -> ZoneExtent {
      let parts = found.keys.sorted().filter(isWanted).map { segment in
        let addresses = (found[segment] ?? .none)
          .subtracting(zone[segment]?.addresses ?? .none)
        return ZoneExtent.Part(segment: segment, addresses: addresses, declared: addresses)
      }
      return ZoneExtent(
        name: zone.name, place: zone.place, parts: parts.filter { !$0.addresses.isEmpty })
    }
    return (extent { $0 != network.internet }, extent { $0 == network.internet })
  }

  /// The addresses that endpoint groups have on a segment by lines only.
  ///
  /// A group that names a gateway sends by it, not by a line that it also has.
  public func addressesByLine(on segment: Int) -> AddressSet {
    var result = AddressSet.none
    for (index, group) in network.endpoints.enumerated() {
      if group.attachments.contains(where: { $0.segment == segment }) { continue }
      for link in network.links where link.segment(oppositeEndpoint: index) == segment {
        result.formUnion(group.addresses.union(link.addresses))
      }
    }
    return result
  }

  /// A relay outside of a zone, through which the zone's traffic may go on.
  public struct Relay: Sendable {
    /// Its hosts.
    public var extent: ZoneExtent
    /// What it accepts.
    public var accepts: ServiceSet
    /// What it opens.
    public var opens: ServiceSet
  }

  /// The relays that are neither in a zone, where they send as the zone does, nor in another.
  public func relays(outside zone: ZoneExtent, and other: ZoneExtent? = nil) -> [Relay] {
    network.endpoints.compactMap { group in
      guard let first = group.relays.first, !isInside(group, zone) else { return nil }
      if let other, isInside(group, other) { return nil }
      let parts = group.attachments.map {
        ZoneExtent.Part(segment: $0.segment, addresses: $0.addresses, declared: $0.addresses)
      }
      let rest = group.relays.dropFirst()
      return Relay(
        extent: ZoneExtent(
          name: group.name, place: group.place, parts: parts.sorted { $0.segment < $1.segment }),
        accepts: rest.reduce(first.accepts) { $0.union($1.accepts) },
        opens: rest.reduce(first.opens) { $0.union($1.opens) })
    }
  }

  private func isInside(_ group: EndpointGroup, _ zone: ZoneExtent) -> Bool {
    group.attachments.allSatisfy { attachment in
      let own = zone[attachment.segment]?.addresses ?? .none
      return attachment.addresses.subtracting(own).isEmpty
    }
  }
}

extension EndpointGroup {
  /// The addresses on all segments that the group joins.
  fileprivate var addresses: AddressSet {
    attachments.reduce(.none) { $0.union($1.addresses) }
  }
}

extension Link {
  /// The segment at one end where an endpoint group is at the other.
  func segment(oppositeEndpoint index: Int) -> Int? {
    for (near, far) in [(from, to), (to, from)] where near == .endpoint(index) {
      if case .segment(let segment) = far { return segment }
    }
    return nil
  }
}

extension AddressSet {
  fileprivate mutating func formUnion(_ other: Self) { self = union(other) }
}
