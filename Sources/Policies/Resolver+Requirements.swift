import Networks
import Packets
import Places

extension Resolver {
  /// What every waiver means.
  mutating func resolveWaivers(on day: Day) -> [ResolvedWaiver] {
    policy.waivers.map { waiver in
      let ids = policy.requirements.map(\.id)
      if !ids.contains(waiver.requirement.name) {
        failUnknown(
          "requirement", waiver.requirement.name, among: ids, at: waiver.requirement.place)
      }
      return ResolvedWaiver(
        waiver: waiver, flows: waiver.flows.map { resolve($0) },
        isInForce: waiver.isInForce(on: day))
    }
  }

  /// What every requirement means.
  mutating func resolveRequirements(waivers: [ResolvedWaiver]) -> [ResolvedRequirement] {
    policy.requirements.compactMap { requirement in
      let obligation = requirement.obligation.map { resolve($0) }
      guard checkEnds(of: obligation, requirement), checkRouting(of: obligation, requirement),
        checkFamilies(of: obligation, requirement)
      else { return nil }
      return ResolvedRequirement(
        requirement: requirement, obligation: obligation,
        waivers: waivers.filter {
          $0.isInForce && $0.waiver.requirement.name == requirement.id
        })
    }
  }

  /// Whether a requirement that traffic arrives is asked of known routes only: where every neighbour
  /// may be the next hop, no way is certain.
  private mutating func checkRouting(
    of obligation: Obligation<ZoneExtent>, _ requirement: Requirement
  ) -> Bool {
    guard case .mustReach = obligation, network.routing == .any else { return true }
    fail(
      at: requirement.place,
      "'\(requirement.id)' is a mustReach, which has no answer with \"routing\": \"any\"",
      hint: "ask it of a network whose routing is \"configured\"")
    return false
  }

  /// Whether a requirement that traffic arrives is between ends that have addresses of one family.
  private mutating func checkFamilies(
    of obligation: Obligation<ZoneExtent>, _ requirement: Requirement
  ) -> Bool {
    guard case .mustReach(let from, let to, _) = obligation, !from.isEmpty, !to.isEmpty else {
      return true
    }
    let (a, b) = (network.usableAddresses(of: from), network.usableAddresses(of: to))
    for family in [Family.ipv4, .ipv6] where !a[family].isEmpty && !b[family].isEmpty {
      return true
    }
    fail(
      at: requirement.place,
      "'\(from.name)' and '\(to.name)', between which '\(requirement.id)' is, have no address family "
        + "in common")
    return false
  }

  /// Whether the two ends share nothing; a requirement between ends that share an address could never
  /// be met or says nothing.
  private mutating func checkEnds(
    of obligation: Obligation<ZoneExtent>, _ requirement: Requirement
  ) -> Bool {
    guard let (a, b) = obligation.ends, let shared = sharedElement(of: a, and: b) else {
      return true
    }
    if requirement.pack != nil {
      packNotices.append(
        Notice(
          .finding, at: requirement.place,
          "'\(requirement.id)' is not asked, since \(shared) is in both zones"))
      return false
    }
    fail(
      at: requirement.place,
      "\(shared) is in both '\(a.name)' and '\(b.name)', between which '\(requirement.id)' is",
      hint: "take it out of one of them")
    return true
  }

  /// The first address or device that belongs to both; `nil` where there is none.
  func sharedElement(of a: ZoneExtent, and b: ZoneExtent) -> String? {
    for part in a.parts {
      guard let other = b[part.segment] else { continue }
      let shared = part.addresses.intersection(other.addresses)
      guard let address = shared.least else { continue }
      return "\(address) on segment '\(network.segments[part.segment].name)'"
    }
    let others = Set(b.devices)
    return a.devices.first(where: others.contains).map { "device '\(network.devices[$0].name)'" }
  }

  /// What a person should know about the zones.
  func findings(zones: [ZoneExtent], requirements: [ResolvedRequirement]) -> [Notice] {
    overlaps(zones) + hostsInNoZone(zones) + idleConduits(requirements)
  }

  private func overlaps(_ zones: [ZoneExtent]) -> [Notice] {
    var notices: [Notice] = []
    for (i, j) in neighbours(among: zones) where !isMember(i, of: j) && !isMember(j, of: i) {
      let (a, b) = (zones[i], zones[j])
      guard let shared = sharedElement(of: a, and: b) else { continue }
      notices.append(
        Notice(
          .finding, at: policy.zones[j].place,
          "the zones '\(a.name)' and '\(b.name)' overlap: both have \(shared)"))
    }
    return notices
  }

  /// Whether one zone names the other as a member, so that overlapping is meant.
  private func isMember(_ zone: Int, of other: Int) -> Bool {
    policy.zones[other].members.members.contains {
      $0.selector == .zone(policy.zones[zone].name)
    }
  }

  private func hostsInNoZone(_ zones: [ZoneExtent]) -> [Notice] {
    guard !zones.isEmpty else { return [] }
    let covered = network.segments.indices.map { segment in
      AddressSet.union(zones.compactMap { $0[segment]?.addresses })
    }
    var notices: [Notice] = []
    for (index, segment) in network.segments.enumerated()
    where index != network.internet && segment.medium != .tunnel {
      let missing = hosts[index].implicit.subtracting(hosts[index].declared)
        .subtracting(covered[index])
      guard hosts[index].isKnown, let address = missing.least else { continue }
      let all = covered[index].isEmpty ? "no host" : "not every host"
      notices.append(
        Notice(
          .finding, at: segment.place,
          "\(all) of segment '\(segment.name)' is in a zone: \(address) is in none"))
    }
    for group in network.endpoints {
      for attachment in group.attachments {
        let missing = attachment.addresses.subtracting(covered[attachment.segment])
        guard let address = missing.least else { continue }
        notices.append(
          Notice(
            .finding, at: group.place, "endpoint '\(group.name)' is in no zone with \(address)"))
        break
      }
    }
    return notices
  }

  /// Conduits whose source or destination is outside the requirement's.
  private func idleConduits(_ requirements: [ResolvedRequirement]) -> [Notice] {
    var notices: [Notice] = []
    for resolved in requirements {
      guard case .allowOnly(let from, let to, let conduits) = resolved.obligation else { continue }
      for conduit in conduits {
        for (part, end) in [(conduit.source, from), (conduit.destination, to)] {
          guard let part, sharedElement(of: part, and: end) == nil else { continue }
          notices.append(
            Notice(
              .finding, at: conduit.place,
              "the conduit never applies: nothing of '\(part.name)' is in '\(end.name)'"))
        }
      }
    }
    return notices
  }
}

extension Obligation {
  /// The two ends between which it is, where it has two.
  var ends: (Party, Party)? {
    switch self {
    case .isolate(let from, let to, _), .allowOnly(let from, let to, _),
      .mustReach(let from, let to, _), .through(let from, let to, _), .oneWay(let from, let to):
      (from, to)
    case .noExit(let from, let to, _): to.map { (from, $0) }
    case .managedFrom(let devices, let from, _): (devices, from)
    case .noDualHomed(let a, let b, _): (a, b)
    }
  }
}

extension Network {
  /// The addresses by which an extent takes part in connections beyond its segment: the declared ones
  /// where there are any, and those of devices.
  fileprivate func usableAddresses(of extent: ZoneExtent) -> AddressSet {
    let hosts = extent.parts.map { $0.declared.isEmpty ? $0.addresses : $0.declared }
    let own = extent.devices.map { devices[$0].ownAddresses }
    return AddressSet.union(hosts + own).subtracting(Self.linkLocal)
  }
}

extension AddressSet {
  /// The first address, of IPv4 where there is one.
  fileprivate var least: IPAddress? {
    ipv4.least.flatMap { IPAddress(.ipv4, $0) } ?? ipv6.least.flatMap { IPAddress(.ipv6, $0) }
  }
}

/// The pairs of zones on one segment or with one device, in order.
func neighbours(among zones: [ZoneExtent]) -> [(Int, Int)] {
  var onSegment: [Int: [Int]] = [:]
  var withDevice: [Int: [Int]] = [:]
  for (index, zone) in zones.enumerated() {
    for part in zone.parts { onSegment[part.segment, default: []].append(index) }
    for device in Set(zone.devices) { withDevice[device, default: []].append(index) }
  }
  var others = zones.map { _ in Set<Int>() }
  for group in Array(onSegment.values) + Array(withDevice.values) {
    for (position, index) in group.enumerated() {
      others[index].formUnion(group[(position + 1)...])
    }
  }
  return others.enumerated().flatMap { index, later in
    later.sorted().filter { $0 != index }.map { (index, $0) }
  }
}
