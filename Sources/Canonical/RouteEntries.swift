import Networks
import Packets
import Places

extension DeviceLowering {
  /// One entry of a VRF's table, in the order of evaluation.
  struct RouteEntry {
    var family: Family
    var destinations: Ranges
    /// The outcomes of the routes' conditions under which the entry exists.
    var literals: [Literal]
    var target: Int
  }

  /// Boxes of the packets for which a look-up meets an entry.
  func boxes(of entry: RouteEntry, _ key: LookupKey) -> [HeaderBox] {
    var box = HeaderBox().constrained(.family, to: Ranges(UInt128(entry.family.rawValue)))
    for literal in entry.literals { box.constrain(literal) }
    let field = Self.destinationField(entry.family)
    switch key {
    case .packet: return [box.constrained(field, to: entry.destinations)]
    case .remembered:
      let ghost = Self.sessionGhost(of: .destination, entry.family)
      return [box.constrained(ghost, to: entry.destinations)]
    case .addresses(let family, let addresses):
      let isMet = !entry.destinations.intersection(addresses).isEmpty
      return family == entry.family && isMet ? [box] : []
    case .moved(let from, let to):
      guard from.family == entry.family else { return [] }
      let met = entry.destinations.intersection(Ranges(to.range))
      if met.isEmpty { return [] }
      let back = met.ranges.map {
        let start = $0.lowerBound - to.range.lowerBound + from.range.lowerBound
        return start...start + ($0.upperBound - $0.lowerBound)
      }
      return [box.constrained(field, to: Ranges(back))]
    }
  }

  /// The parts of pools that have several, where a route stage looks at what translations will make
  /// of the destination.
  static func poolParts(
    of device: Device, _ network: Network
  ) throws(LoweringLimit) -> [CanonicalNetwork.PoolPart] {
    let pipeline = device.pipeline
    let stages = pipeline.arrival + pipeline.departure + pipeline.input + pipeline.output
    guard stages.contains(.route(.translatedDestination)) else { return [] }
    let sets = distinguished(by: device)
    var result: [CanonicalNetwork.PoolPart] = []
    for (number, translation) in device.translations.enumerated() {
      guard case .pool(let pool) = translation.address else { continue }
      for family in [Family.ipv4, .ipv6] where !pool[family].isEmpty {
        var cells = [pool[family]]
        for set in sets where !set[family].isEmpty {
          cells = cells.flatMap { cell in
            [cell.intersection(set[family]), cell.subtracting(set[family])]
          }.filter { !$0.isEmpty }
          guard cells.count <= LoweringBounds.poolParts else {
            throw LoweringLimit(
              message: "routes cut a pool into more than \(LoweringBounds.poolParts) parts",
              place: translation.place)
          }
        }
        if cells.count == 1 { continue }
        result += cells.map {
          CanonicalNetwork.PoolPart(translation: number, family: family, addresses: $0)
        }
      }
    }
    return result
  }

  /// The sets of destinations that some look-up of a device tells apart from others.
  private static func distinguished(by device: Device) -> [AddressSet] {
    var sets: Set<AddressSet> = [Network.linkLocal.union(Network.multicast)]
    for interface in device.interfaces where interface.isUp {
      sets.insert(interface.ownAddresses)
      for address in interface.addresses {
        sets.insert(AddressSet([address.subnet]))
        if address.address.family == .ipv4,
          let last = IPAddress(.ipv4, address.subnet.range.upperBound)
        {
          sets.insert(AddressSet(last))
        }
      }
    }
    for route in device.vrfs.flatMap(\.routes) { sets.insert(AddressSet([route.destination])) }
    return Array(sets)
  }

  /// Where packets for the device itself go on.
  struct Local {
    /// Those that belong to no interface: `egress` becomes the one by which they came in.
    var byIngress: Int
    /// For each interface, those to its own addresses.
    var byOwner: [Int]
  }

  /// The locations at which packets for the device itself leave a route stage.
  mutating func local(
    _ vrf: Int, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Local {
    let point = Point(line: onward.line, stage: onward.stage, course: .local)
    let next = try location(point, in: &lowering)
    var byOwner: [Int] = []
    for interface in device.interfaces.indices {
      byOwner.append(
        lowering.add(
          .rewrite(
            [.set(.egress, Ranges(UInt128(interface + 1))), .set(.nextHop, Ranges(0))],
            next: next)))
    }
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for interface in device.interfaces.indices {
      let box = HeaderBox().constrained(.ingress, to: Ranges(UInt128(interface + 1)))
      entries.append(([box], byOwner[interface]))
    }
    let own = lowering.add(
      .rewrite([.set(.egress, Ranges(0)), .set(.nextHop, Ranges(0))], next: next))
    return Local(byIngress: lowering.match(entries, otherwise: own), byOwner: byOwner)
  }

  /// The entries for destinations that are the device itself.
  mutating func localEntries(
    _ vrf: Int, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> [RouteEntry] {
    let local = try local(vrf, onward: onward, in: &lowering)
    var result: [RouteEntry] = []
    func append(_ addresses: AddressSet, _ target: Int) {
      for family in [Family.ipv4, .ipv6] where !addresses[family].isEmpty {
        result.append(
          RouteEntry(
            family: family, destinations: addresses[family], literals: [], target: target))
      }
    }
    var broadcasts: [UInt128] = []
    for (i, interface) in device.interfaces.enumerated() where interface.vrf == vrf {
      if interface.isUp { append(interface.ownAddresses, local.byOwner[i]) }
      for address in interface.addresses
      where interface.isUp && address.address.family == .ipv4 && address.length < 31 {
        broadcasts.append(address.subnet.range.upperBound)
      }
    }
    let near = Network.linkLocal.union(Network.multicast).union(
      AddressSet(ipv4: Ranges(values: broadcasts)))
    if onward.line == .output {
      // The device's own packets to everybody near leave by any interface.
      var ways: [Int] = []
      for (i, interface) in device.interfaces.enumerated()
      where interface.vrf == vrf && interface.isUp {
        ways.append(try leave(by: i, to: nil, onward: onward, in: &lowering))
      }
      append(near, ways.isEmpty ? lowering.drop(.unrouted) : lowering.choose(ways))
    } else {
      append(near, local.byIngress)
    }
    return result
  }

  /// One route that exists, under a condition or not.
  private struct Candidate {
    var destination: Prefix
    var distance: Int
    var metric: Int
    var condition: Int?
    var nextHops: [NextHop]
    var place: Place

    func isEqual(to other: Self) -> Bool {
      destination == other.destination && distance == other.distance && metric == other.metric
    }
  }

  /// The entries for other destinations: by descending prefix length, then by distance and metric.
  mutating func unicastEntries(
    _ vrf: Int, _ key: LookupKey, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> [RouteEntry] {
    let candidates = candidates(vrf)
    var groups: [[Candidate]] = []
    for candidate in candidates {
      if groups.last?.first?.isEqual(to: candidate) == true {
        groups[groups.count - 1].append(candidate)
      } else {
        groups.append([candidate])
      }
    }
    var targets: [[NextHop]: Int] = [:]
    var result: [RouteEntry] = []
    for group in groups {
      for alternative in try alternatives(group) {
        let target: Int
        if let known = targets[alternative.nextHops] {
          target = known
        } else {
          target = try lowerWays(
            alternative.nextHops, vrf: vrf, key, onward: onward, in: &lowering)
          targets[alternative.nextHops] = target
        }
        result.append(
          RouteEntry(
            family: group[0].destination.family,
            destinations: Ranges(group[0].destination.range), literals: alternative.literals,
            target: target))
      }
    }
    return result
  }

  /// The routes of a VRF that can exist, connected ones included, in the order of evaluation.
  private func candidates(_ vrf: Int) -> [Candidate] {
    var result: [Candidate] = []
    for (i, interface) in device.interfaces.enumerated() where interface.vrf == vrf {
      guard interface.isUp else { continue }
      for address in interface.addresses {
        result.append(
          Candidate(
            destination: address.subnet, distance: 0, metric: 0, condition: nil,
            nextHops: [.interface(i)], place: interface.place))
      }
    }
    for route in device.vrfs[vrf].routes {
      var condition = route.condition
      if let index = condition, let assumed = matches.conditions[index].assumed {
        if !assumed { continue }
        condition = nil
      }
      let hops = route.nextHops.filter { hop in
        switch hop {
        case .discard: true
        case .vrf(let other): device.vrfs.indices.contains(other)
        case .interface(let interface): device.interfaces[interface].isUp
        case .gateway(let gateway, let interface):
          !device.interfaces(to: gateway, named: interface, vrf: vrf).isEmpty
        }
      }
      if hops.isEmpty { continue }
      result.append(
        Candidate(
          destination: route.destination, distance: route.distance, metric: route.metric,
          condition: condition, nextHops: hops, place: route.place))
    }
    return result.enumerated().sorted { a, b in
      let (x, y) = (a.element, b.element)
      if x.destination.length != y.destination.length {
        return x.destination.length > y.destination.length
      }
      if x.destination != y.destination {
        if x.destination.family != y.destination.family {
          return x.destination.family.rawValue < y.destination.family.rawValue
        }
        return x.destination.address.value < y.destination.address.value
      }
      return (x.distance, x.metric, a.offset) < (y.distance, y.metric, b.offset)
    }.map(\.element)
  }

  /// What equal routes amount to under each combination of their conditions, most routes first.
  ///
  /// The combination in which none exists is left to the entries that follow.
  private func alternatives(
    _ group: [Candidate]
  ) throws(LoweringLimit) -> [(literals: [Literal], nextHops: [NextHop])] {
    let certain = group.filter { $0.condition == nil }.flatMap(\.nextHops)
    let conditional = group.filter { $0.condition != nil }
    guard conditional.count <= LoweringBounds.conditionalEqualRoutes else {
      throw LoweringLimit(
        message: "more than \(LoweringBounds.conditionalEqualRoutes) equal conditional routes",
        place: conditional[0].place)
    }
    var result: [(literals: [Literal], nextHops: [NextHop])] = []
    for subset in (0..<(1 << conditional.count)).reversed() {
      var literals: [Literal] = []
      var hops = certain
      var outcomes: [Int: Bool] = [:]
      var isPossible = true
      for (bit, candidate) in conditional.enumerated() {
        guard let condition = candidate.condition else { continue }
        let exists = subset >> bit & 1 == 1
        if let known = outcomes[condition], known != exists { isPossible = false }
        outcomes[condition] = exists
        literals.append(Literal(CanonicalNetwork.literal(condition), exists))
        if exists { hops += candidate.nextHops }
      }
      if isPossible, !hops.isEmpty { result.append((literals, hops)) }
    }
    return result
  }

  /// Loses IPv4 packets that claim to come from the device itself, but where a bridge takes them.
  private func refuseOwnSources(
    of interface: Int, next: Int, in lowering: inout Lowering
  ) -> Int {
    if device.bridgingInterfaces.contains(interface) { return next }
    var own = device.ownAddresses(vrf: device.interfaces[interface].vrf)
      .subtracting(Network.linkLocal)
    own.ipv6 = .none
    return lowering.match(
      [(own.sourceBoxes, lowering.drop(.reversePath))], otherwise: next)
  }

  /// Loses packets whose source fails an interface's reverse path check.
  mutating func reversePathCheck(
    of interface: Int, next: Int, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let check = device.interfaces[interface].reversePath
    let vrf = device.interfaces[interface].vrf
    let lost = lowering.drop(.reversePath)
    let next = refuseOwnSources(of: interface, next: next, in: &lowering)
    if check == .none || network.routing == .any { return next }
    var passing: [(boxes: [HeaderBox], target: Int)] = []
    var failing: [(boxes: [HeaderBox], target: Int)] = []
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    var rank: Candidate?
    for candidate in candidates(vrf) {
      if rank?.isEqual(to: candidate) != true {
        // Among equal routes one that passes is enough.
        entries += passing + failing
        (passing, failing, rank) = ([], [], candidate)
      }
      var box = HeaderBox()
      box.constrain(.family, to: Ranges(UInt128(candidate.destination.family.rawValue)))
      box.constrain(
        candidate.destination.family == .ipv4 ? .sourceIPv4 : .sourceIPv6,
        to: Ranges(candidate.destination.range))
      if let condition = candidate.condition {
        box.constrain(Literal(CanonicalNetwork.literal(condition), true))
      }
      let passes = candidate.nextHops.contains { hop in
        switch hop {
        case .discard: false
        case .vrf: true
        case .interface(let back): check == .loose || back == interface
        case .gateway(let gateway, let named):
          check == .loose
            || device.interfaces(to: gateway, named: named, vrf: vrf).contains(interface)
        }
      }
      if passes { passing.append(([box], next)) } else { failing.append(([box], lost)) }
    }
    entries += passing + failing
    let always = HeaderBox().constrained(.family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    let local = HeaderBox().constrained(.family, to: Ranges(1))
      .constrained(.sourceIPv6, to: Network.linkLocal.ipv6.union(Ranges(0)))
    let unspecified = HeaderBox().constrained(.family, to: Ranges(0))
      .constrained(.sourceIPv4, to: Ranges(0))
    let unknown = device.vrfs[vrf].unknownRoutes
    entries.insert(([always, local, unspecified], next), at: 0)
    let checked = lowering.match(entries, otherwise: lost)
    guard let unknown, matches.conditions[unknown].assumed != false else { return checked }
    return lowering.match([([open(under: unknown)], next)], otherwise: checked)
  }
}
