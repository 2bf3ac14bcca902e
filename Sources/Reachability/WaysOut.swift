import Networks
import Packets
import Policies

extension Verifier {
  /// The other ways by which hosts of a zone can send: their interfaces on further segments, and the
  /// lines that the internet is at the other end of.
  ///
  /// A zone that names a segment has what is sent there; an exit is looked for from the hosts
  /// themselves, whose modem or second card may be on none of the zone's segments.
  func otherWays(of zone: ZoneExtent) -> (segments: ZoneExtent, internet: ZoneExtent) {
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
  func addressesByLine(on segment: Int) -> AddressSet {
    var result = AddressSet.none
    for (index, group) in network.endpoints.enumerated() {
      if group.attachments.contains(where: { $0.segment == segment }) { continue }
      for link in network.links where link.segment(oppositeEndpoint: index) == segment {
        result.formUnion(group.addresses.union(link.addresses))
      }
    }
    return result
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
  fileprivate func segment(oppositeEndpoint index: Int) -> Int? {
    for (near, far) in [(from, to), (to, from)] where near == .endpoint(index) {
      if case .segment(let segment) = far { return segment }
    }
    return nil
  }
}

extension AddressSet {
  fileprivate mutating func formUnion(_ other: Self) { self = union(other) }
}
