import Networks
import Packets

/// Who has which addresses on one segment, besides devices.
struct SegmentHosts {
  /// The usable addresses that no device answers for and no link takes: the implicit group's and,
  /// among them, declared ones.
  ///
  /// Everything where the segment has no subnet, since nothing is known.
  var implicit: AddressSet
  /// The addresses of endpoint groups.
  var declared: AddressSet
  /// The addresses that links give to endpoint groups here.
  var linked: AddressSet
  /// The addresses that devices answer for here.
  var answered: AddressSet
  /// Whether a subnet says what `implicit` is.
  var isKnown: Bool
  /// Whether an endpoint group joins the segment without an address.
  var hasHostsWithoutAddress: Bool

  /// The addresses of all hosts.
  var all: AddressSet { implicit.union(declared) }
}

extension Network {
  /// The hosts of every segment.
  ///
  /// - Complexity: O(*s* (*p* + *l*)) for *s* segments, *p* interfaces and *l* links.
  func hostsBySegment() -> [SegmentHosts] {
    var declared = segments.map { _ in [AddressSet]() }
    var withoutAddress = segments.map { _ in false }
    for group in endpoints {
      for attachment in group.attachments {
        declared[attachment.segment].append(attachment.addresses)
        if attachment.addresses.isEmpty { withoutAddress[attachment.segment] = true }
      }
    }
    let linked = linkedAddresses()
    var answering = segments.map { _ in [AddressSet]() }
    for device in devices {
      for interface in device.interfaces where interface.isUp {
        guard let segment = interface.segment else { continue }
        answering[segment].append(interface.answeredAddresses)
      }
    }
    let answered = answering.map { AddressSet.union($0) }
    return segments.indices.map { segment in
      let isInhabited = segments[segment].hasUndeclaredHosts
      let home = isInhabited ? homeAddresses(on: segment) : .none
      let isKnown = segment == internet || !isInhabited || !segments[segment].subnets.isEmpty
      let taken = domain(of: segment).reduce(linked[segment]) { $0.union(answered[$1]) }
      return SegmentHosts(
        implicit: (isKnown ? home : .all.subtracting(Self.multicast)).subtracting(taken),
        declared: AddressSet.union(declared[segment]), linked: linked[segment],
        answered: answered[segment], isKnown: isKnown,
        hasHostsWithoutAddress: withoutAddress[segment])
    }
  }

  /// The addresses that links give endpoint groups on each segment.
  private func linkedAddresses() -> [AddressSet] {
    var result: [AddressSet] = segments.indices.map { _ in .none }
    for link in links where !link.addresses.isEmpty {
      for party in [link.from, link.to] {
        if case .segment(let segment) = party {
          result[segment] = result[segment].union(link.addresses)
        }
      }
    }
    return result
  }

  /// The addresses of a segment that a host can have: not the first and the last of an IPv4 subnet
  /// with at least four addresses (RFC 1122, section 3.2.1.3; RFC 3021).
  private func homeAddresses(on segment: Int) -> AddressSet {
    if segment == internet { return addresses(on: segment) }
    let subnets = segments[segment].subnets
    let v4 = subnets.filter { $0.family == .ipv4 }.map { subnet in
      subnet.length >= 31
        ? subnet.range : (subnet.range.lowerBound + 1)...(subnet.range.upperBound - 1)
    }
    return AddressSet(ipv4: Ranges(v4), ipv6: addresses(on: segment).ipv6)
  }
}

extension AddressSet {
  /// The union of many sets.
  ///
  /// - Complexity: O(*n* log *n*) in all ranges.
  static func union(_ sets: [AddressSet]) -> AddressSet {
    if sets.count == 1 { return sets[0] }
    return AddressSet(
      ipv4: Ranges(sets.flatMap(\.ipv4.ranges)), ipv6: Ranges(sets.flatMap(\.ipv6.ranges)))
  }
}
