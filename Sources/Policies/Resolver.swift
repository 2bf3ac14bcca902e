import Documents
import Networks
import Packets
import Places

/// Names with their positions.
private struct NameTable {
  let names: [String]
  let positions: [String: [Int]]

  init(_ names: [String]) {
    self.names = names
    positions = Dictionary(grouping: names.indices) { names[$0] }
  }
}

/// Looks up the names of a policy in a network, and collects what it cannot find.
struct Resolver {
  let policy: Policy
  let network: Network
  let feeds: [Feed]
  private(set) var errors: [InputError] = []
  /// What packs imply and could not be asked.
  var packNotices: [Notice] = []
  /// Who lives on each segment.
  let hosts: [SegmentHosts]
  private let zoneIndices: [String: Int]
  private let segmentNames: NameTable
  private let endpointNames: NameTable
  private let deviceNames: NameTable
  private var zones: [ZoneState]
  private var depth = 0
  /// The zones about which there is an error, which say nothing by being empty.
  private var failed: Set<Int> = []

  /// How far a zone's members are looked up.
  private enum ZoneState {
    case waiting
    case active
    case done(ZoneExtent)
  }

  init(policy: Policy, network: Network, feeds: [Feed]) {
    self.policy = policy
    self.network = network
    self.feeds = feeds
    hosts = network.hostsBySegment()
    segmentNames = NameTable(network.segments.map(\.name))
    endpointNames = NameTable(network.endpoints.map(\.name))
    deviceNames = NameTable(network.devices.map(\.name))
    zones = policy.zones.map { _ in .waiting }
    zoneIndices = Dictionary(
      policy.zones.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// A resolver for names besides those of a policy that was resolved before.
  init(after resolved: ResolvedPolicy, network: Network) {
    self.init(policy: resolved.policy, network: network, feeds: resolved.feeds)
    zones = resolved.zones.map(ZoneState.done)
  }

  /// What every zone means; a zone that cannot be is empty, and there is an error.
  mutating func resolveZones() -> [ZoneExtent] {
    policy.zones.indices.map { extent(ofZone: $0) }
  }

  /// What a selection means; `nil` and an error where it is nothing or names what is not there.
  mutating func resolve(_ selection: Selection) -> ZoneExtent {
    var builder = ExtentBuilder(network: network, hosts: hosts)
    let before = errors.count
    for member in selection.members { add(member, to: &builder) }
    let extent = builder.extent(name: selection.description, place: selection.place)
    if extent.isEmpty, errors.count == before, !builder.lacksZone {
      errors.append(
        InputError(
          at: selection.place, "no host has an address of '\(selection)'",
          hint: hintForEmpty(selection)))
    }
    return extent
  }

  private mutating func extent(ofZone index: Int) -> ZoneExtent {
    switch zones[index] {
    case .done(let extent): return extent
    case .active:
      errors.append(
        InputError(
          at: policy.zones[index].members.place,
          "the zone '\(policy.zones[index].name)' is a member of itself"))
      return ZoneExtent(name: policy.zones[index].name, place: policy.zones[index].place)
    case .waiting where depth == nestingLimit:
      fail(
        at: policy.zones[index].members.place,
        "zones that are members of each other go more than \(nestingLimit) deep")
      return ZoneExtent(name: policy.zones[index].name, place: policy.zones[index].place)
    case .waiting:
      zones[index] = .active
      depth += 1
      defer { depth -= 1 }
      let before = errors.count
      var extent = resolve(policy.zones[index].members)
      if errors.count > before { failed.insert(index) }
      extent.name = policy.zones[index].name
      zones[index] = .done(extent)
      return extent
    }
  }

  private mutating func add(_ member: Member, to builder: inout ExtentBuilder) {
    switch member.selector {
    case .segment(let pattern):
      let found = matches(pattern, segmentNames, "segment", member.place)
      for segment in found { builder.add(segment: segment) }
    case .endpoint(let pattern):
      let found = matches(pattern, endpointNames, "endpoint", member.place)
      for endpoint in found { builder.add(endpoint: endpoint) }
    case .role(let pattern):
      let roles = network.endpoints.flatMap(\.roles)
      guard !matches(pattern, roles, "role", member.place).isEmpty else { return }
      for (index, endpoint) in network.endpoints.enumerated()
      where endpoint.roles.contains(where: pattern.matches) { builder.add(endpoint: index) }
    case .device(let pattern):
      let found = matches(pattern, deviceNames, "device", member.place)
      for device in found { builder.add(device: device) }
    case .internet:
      guard let internet = network.internet else {
        fail(at: member.place, "the network has no internet", hint: "describe it with 'internet'")
        return
      }
      builder.add(segment: internet)
    case .addresses(let range): builder.add(addresses: AddressSet(range))
    case .zone(let name): add(zone: name, at: member.place, to: &builder)
    case .feed(let name):
      guard let feed = feeds.first(where: { $0.name == name }) else {
        failUnknown("feed", name, among: policy.feeds.map(\.name), at: member.place)
        return
      }
      builder.add(addresses: feed.addresses)
    }
  }

  private mutating func add(zone name: String, at place: Place, to builder: inout ExtentBuilder) {
    guard let index = zoneIndices[name] else {
      if let kind = kindOfName(name) {
        fail(at: place, "no zone is named '\(name)'", hint: "the \(kind) is '\(kind):\(name)'")
      } else {
        failUnknown("zone", name, among: policy.zones.map(\.name), at: place)
      }
      return
    }
    builder.add(extent(ofZone: index))
    if failed.contains(index) { builder.lacksZone = true }
  }

  /// What of the network has a name that no zone has.
  private func kindOfName(_ name: String) -> String? {
    if network.segments.contains(where: { $0.name == name }) { return "segment" }
    if network.endpoints.contains(where: { $0.name == name }) { return "endpoint" }
    return network.devices.contains { $0.name == name } ? "device" : nil
  }

  /// The positions of the names that fit; an error where there is none.
  private mutating func matches(
    _ pattern: NamePattern, _ names: [String], _ what: String, _ place: Place
  ) -> [Int] {
    let found = names.indices.filter { pattern.matches(names[$0]) }
    if found.isEmpty { failUnknown(what, pattern.text, among: names, at: place) }
    return found
  }

  /// The positions of the names that fit among those of one kind; an error where there is none.
  private mutating func matches(
    _ pattern: NamePattern, _ names: NameTable, _ what: String, _ place: Place
  ) -> [Int] {
    if pattern.isName, let found = names.positions[pattern.text] { return found }
    return matches(pattern, names.names, what, place)
  }

  mutating func failUnknown(
    _ what: String, _ name: String, among names: [String], at place: Place
  ) {
    let verb = NamePattern(name).isName ? "is named" : "has a name like"
    let near = errors.count < nearestNameLimit ? similarName(to: name, among: names) : nil
    fail(
      at: place, "no \(what) \(verb) '\(name)'", hint: near.map { "did you mean '\($0)'?" })
  }

  mutating func fail(at place: Place, _ message: String, hint: String? = nil) {
    errors.append(InputError(at: place, message, hint: hint))
  }

  /// Why a selection of addresses is empty although each member exists.
  private func hintForEmpty(_ selection: Selection) -> String? {
    for member in selection.members {
      if case .feed(let name) = member.selector, let feed = feeds.first(where: { $0.name == name })
      {
        return "the feed has \(feed.counts.used) address indicators in force, "
          + "\(feed.counts.names) of names, \(feed.counts.expired) expired"
      }
      guard case .addresses(let range) = member.selector else { continue }
      for device in network.devices {
        for interface in device.interfaces
        where !interface.answeredAddresses.intersection(AddressSet(range)).isEmpty {
          return "'\(device.name)' answers for it; 'device:\(device.name)' names a device itself"
        }
      }
    }
    return nil
  }
}

/// A zone's extent while its members are added.
private struct ExtentBuilder {
  let network: Network
  let hosts: [SegmentHosts]
  private var addresses: [Int: [AddressSet]] = [:]
  /// What is named of the addresses that links give to hosts, by segment.
  private var lines: [Int: [AddressSet]] = [:]
  /// What is named of the addresses that devices answer for, by segment.
  private var answered: [Int: [AddressSet]] = [:]
  private var devices: Set<Int> = []
  /// Whether a zone among the members has an error.
  var lacksZone = false

  init(network: Network, hosts: [SegmentHosts]) {
    self.network = network
    self.hosts = hosts
  }

  mutating func add(segment: Int) {
    let hosts = hosts[segment]
    if !hosts.answered.isEmpty { answered[segment, default: []].append(hosts.answered) }
    if !hosts.all.isEmpty || hosts.hasHostsWithoutAddress {
      addresses[segment, default: []].append(hosts.all)
      if !hosts.linked.isEmpty { lines[segment, default: []].append(hosts.linked) }
    }
    for (index, group) in network.endpoints.enumerated()
    where group.attachments.contains(where: { $0.segment == segment }) {
      addLinks(ofEndpoint: index)
    }
  }

  mutating func add(endpoint index: Int) {
    let group = network.endpoints[index]
    for attachment in group.attachments {
      addresses[attachment.segment, default: []].append(attachment.addresses)
    }
    addLinks(ofEndpoint: index)
  }

  /// Adds where lines take an endpoint group: a modem belongs to a zone as its host does.
  private mutating func addLinks(ofEndpoint index: Int) {
    let group = network.endpoints[index]
    for attachment in group.attachments
    where !network.segments[attachment.segment].hasUndeclaredHosts {
      addresses[attachment.segment, default: []].append(attachment.addresses)
    }
    let own = AddressSet.union(group.attachments.map(\.addresses))
    for link in network.links {
      for (near, far) in [(link.from, link.to), (link.to, link.from)] where near == .endpoint(index)
      {
        // Whatever a neighbour on the line calls the host, it reaches it.
        guard case .segment(let segment) = far else { continue }
        addresses[segment, default: []].append(own.union(link.addresses))
      }
    }
  }

  mutating func add(device: Int) { devices.insert(device) }

  mutating func add(addresses wanted: AddressSet) {
    for (segment, hosts) in hosts.enumerated() {
      let home = hosts.isKnown ? hosts.all : hosts.declared
      let held = wanted.held(in: home)
      if !held.isEmpty { addresses[segment, default: []].append(held) }
      let own = wanted.held(in: hosts.answered)
      if !own.isEmpty { answered[segment, default: []].append(own) }
      let line = wanted.held(in: hosts.linked)
      if !line.isEmpty { lines[segment, default: []].append(line) }
    }
    if network.links.isEmpty, network.segments.allSatisfy(\.hasUndeclaredHosts) { return }
    for (index, group) in network.endpoints.enumerated() {
      let own = AddressSet.union(group.attachments.map(\.addresses))
      if !wanted.held(in: own).isEmpty { addLinks(ofEndpoint: index) }
    }
  }

  mutating func add(_ extent: ZoneExtent) {
    for part in extent.parts {
      addresses[part.segment, default: []].append(part.addresses)
      if !part.lines.isEmpty { lines[part.segment, default: []].append(part.lines) }
      if !part.answered.isEmpty { answered[part.segment, default: []].append(part.answered) }
    }
    devices.formUnion(extent.devices)
  }

  func extent(name: String, place: Place) -> ZoneExtent {
    let parts = addresses.sorted { $0.key < $1.key }.map { segment, sets in
      let all = AddressSet.union(sets)
      var part = ZoneExtent.Part(
        segment: segment, addresses: all, declared: all.intersection(hosts[segment].declared))
      part.lines = AddressSet.union(lines[segment] ?? []).subtracting(all)
      part.answered = AddressSet.union(answered[segment] ?? [])
      return part
    }
    return ZoneExtent(name: name, place: place, parts: parts, devices: devices.sorted())
  }
}

extension AddressSet {
  /// The addresses of a range.
  init(_ range: AddressRange) {
    self.init()
    self[range.family] = Ranges(range.range)
  }
}

extension AddressSet {
  /// The addresses of this set that are in another, found without walking all of this one.
  ///
  /// - Complexity: O(*m* log *n* + *r*) for *n* ranges here, *m* in the other and *r* in both.
  fileprivate func held(in other: AddressSet) -> AddressSet {
    AddressSet(ipv4: ipv4.held(in: other.ipv4), ipv6: ipv6.held(in: other.ipv6))
  }
}

extension Ranges {
  fileprivate func held(in other: Ranges) -> Ranges {
    var result: [ClosedRange<UInt128>] = []
    for range in other.ranges {
      var low = 0
      var high = ranges.count
      while low < high {
        let middle = (low + high) / 2
        if ranges[middle].upperBound < range.lowerBound { low = middle + 1 } else { high = middle }
      }
      while low < ranges.count, ranges[low].lowerBound <= range.upperBound {
        result.append(ranges[low].clamped(to: range))
        low += 1
      }
    }
    return Ranges(result)
  }
}
