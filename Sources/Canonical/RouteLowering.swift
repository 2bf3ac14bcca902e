import Networks
import Packets
import Places

extension DeviceLowering {
  /// Lowers a route stage: from the packet's VRF, forced way and destination to a way out.
  mutating func lowerRoute(
    _ key: RouteKey, at point: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    let onward = next(Point(line: point.line, stage: point.stage, course: .onward))
    if device.vrfs.count == 1, forcedWays.isEmpty {
      return try lookup(key, vrf: 0, onward: onward, in: &lowering)
    }
    for (number, way) in forcedWays.enumerated() {
      let target = try lowerWays([way], vrf: nil, onward: onward, in: &lowering)
      for vrf in device.vrfs.indices {
        // The next route stage chooses anew, in the VRF that the packet was in.
        let taken = lowering.add(
          .rewrite([.set(.vrf, Ranges(UInt128(vrf)))], next: target))
        let code = Ranges(forcedCode(number, vrf: vrf))
        entries.append(([HeaderBox().constrained(.vrf, to: code)], taken))
      }
    }
    for vrf in device.vrfs.indices {
      let lookup = try lookup(key, vrf: vrf, onward: onward, in: &lowering)
      let box = HeaderBox().constrained(.vrf, to: Ranges(UInt128(vrf)))
      entries.append(([box], lookup))
    }
    return lowering.match(entries, otherwise: lowering.drop(.unrouted))
  }

  /// All the ways that any rule of the device forces.
  static func forcedWays(of device: Device) -> [NextHop] {
    var result: [NextHop] = []
    for list in device.acls {
      for rule in list.rules {
        for case .forward(let way) in rule.effects where !result.contains(way) {
          result.append(way)
        }
      }
    }
    return result
  }

  /// What `vrf` holds of a packet that is in a VRF and whose way is forced.
  func forcedCode(_ way: Int, vrf: Int) -> UInt128 {
    Register.forced + UInt128(way * device.vrfs.count + vrf)
  }

  private mutating func lookup(
    _ key: RouteKey, vrf: Int, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let plain = try entry(of: vrf, onward: onward, in: &lowering)
    guard key == .translatedDestination else { return plain }
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for (number, translation) in device.translations.enumerated() {
      guard let address = translation.address else { continue }
      let chosen = HeaderBox().constrained(
        .destinationTranslation, to: Ranges(UInt128(number + 1)))
      let target = try translatedLookup(
        address, vrf: vrf, plain: plain, onward: onward, in: &lowering)
      if target != plain { entries.append(([chosen], target)) }
    }
    return lowering.match(entries, otherwise: plain)
  }

  /// Looks up what a translation will make of the destination, leaving the packet as it is.
  private mutating func translatedLookup(
    _ address: Translation.Address, vrf: Int, plain: Int, onward: Point,
    in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let table = try routeTable(of: vrf, onward: onward, in: &lowering)
    switch address {
    case .interface: return try local(vrf, onward: onward, in: &lowering).byIngress
    case .pool(let addresses):
      var result: [(boxes: [HeaderBox], target: Int)] = []
      for (family, number) in [(Family.ipv4, UInt128(0)), (.ipv6, 1)] {
        let box = HeaderBox().constrained(.family, to: Ranges(number))
        var remaining = addresses[family]
        var targets: [Int] = []
        for entry in table where entry.family == family && entry.literals.isEmpty {
          if remaining.intersection(entry.destinations).isEmpty { continue }
          targets.append(entry.target)
          remaining = remaining.subtracting(entry.destinations)
        }
        for entry in table where entry.family == family && !entry.literals.isEmpty {
          if !addresses[family].intersection(entry.destinations).isEmpty {
            targets.append(
              lowering.match(
                [([HeaderBox().intersection(entry.condition)], entry.target)],
                otherwise: lowering.drop(.unrouted)))
          }
        }
        if !remaining.isEmpty { targets.append(lowering.drop(.unrouted)) }
        if targets.isEmpty { targets = [lowering.drop(.untranslatable)] }
        result.append(([box], lowering.choose(Array(Set(targets)).sorted())))
      }
      return lowering.match(result, otherwise: plain)
    case .prefix(let from, let to):
      let field: HeaderField = from.family == .ipv4 ? .destinationIPv4 : .destinationIPv6
      var entries: [(boxes: [HeaderBox], target: Int)] = []
      for entry in table where entry.family == from.family {
        let met = entry.destinations.intersection(Ranges(to.range))
        if met.isEmpty { continue }
        let back = Ranges(
          met.ranges.map {
            let start = $0.lowerBound - to.range.lowerBound + from.range.lowerBound
            return start...start + ($0.upperBound - $0.lowerBound)
          })
        let family = HeaderBox().constrained(.family, to: Ranges(UInt128(from.family.rawValue)))
        entries.append(
          ([family.constrained(field, to: back).intersection(entry.condition)], entry.target))
      }
      let inside = lowering.match(entries, otherwise: lowering.drop(.unrouted))
      let box = HeaderBox().constrained(.family, to: Ranges(UInt128(from.family.rawValue)))
        .constrained(field, to: Ranges(from.range))
      return lowering.match([([box], inside)], otherwise: plain)
    }
  }

  /// One entry of a VRF's table, in the order of evaluation.
  struct RouteEntry {
    var family: Family
    var destinations: Ranges
    /// The outcomes of the routes' conditions under which the entry exists.
    var literals: [Literal]
    var target: Int

    var condition: HeaderBox {
      var box = HeaderBox()
      for literal in literals { box.constrain(literal) }
      return box
    }

    var box: HeaderBox {
      HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
        .constrained(
          family == .ipv4 ? .destinationIPv4 : .destinationIPv6, to: destinations
        ).intersection(condition)
    }
  }

  /// The location at which a look-up in a VRF begins.
  mutating func entry(
    of vrf: Int, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let key = VRFPoint(vrf: vrf, next: onward)
    if let known = vrfEntries[key] { return known }
    let start = lowering.reserve()
    vrfEntries[key] = start
    let lost = lowering.drop(.unrouted)
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for entry in try localEntries(vrf, onward: onward, in: &lowering) {
      entries.append(([entry.box], entry.target))
    }
    let frames = HeaderBox().constrained(.family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    let linkLocal = HeaderBox().constrained(.family, to: Ranges(1))
      .constrained(.sourceIPv6, to: Network.linkLocal.ipv6)
    entries.append(([frames, linkLocal], lost))
    let local = entries
    if network.routing == .any {
      let any = try anyNeighbour(vrf: nil, onward: onward, in: &lowering)
      lowering.define(start, .choose([lowering.match(local, otherwise: any)]))
      return start
    }
    for entry in try unicastEntries(vrf, onward: onward, in: &lowering) {
      entries.append(([entry.box], entry.target))
    }
    let known = lowering.match(entries, otherwise: lost)
    guard let unknown = device.vrfs[vrf].unknownRoutes, matches.conditions[unknown].assumed != false
    else {
      lowering.define(start, .choose([known]))
      return start
    }
    let any = try anyNeighbour(vrf: vrf, onward: onward, in: &lowering)
    var open = HeaderBox()
    if matches.conditions[unknown].assumed == nil {
      open.constrain(Literal(CanonicalNetwork.literal(unknown), true))
    }
    let gated = lowering.match([([open], any)], otherwise: lost)
    let unrouted = lowering.match(local, otherwise: gated)
    lowering.define(start, .choose([known, unrouted]))
    return start
  }

  /// The whole table of a VRF, local entries first.
  private mutating func routeTable(
    of vrf: Int, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> [RouteEntry] {
    try localEntries(vrf, onward: onward, in: &lowering)
      + unicastEntries(vrf, onward: onward, in: &lowering)
  }

  /// Every interface that is up (of a VRF, if one is named), to the destination itself or to any
  /// neighbour.
  private mutating func anyNeighbour(
    vrf: Int?, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let next = try location(onward, in: &lowering)
    var ways: [Int] = []
    for (i, interface) in device.interfaces.enumerated()
    where interface.isUp && interface.segment != nil && (vrf == nil || interface.vrf == vrf) {
      exits.insert(Exit(interface: i, nextHop: Register.anybody))
      ways.append(
        lowering.add(
          .rewrite(
            [.set(.egress, Ranges(UInt128(i + 1))), .set(.nextHop, Ranges(Register.anybody))],
            next: next)))
    }
    return ways.isEmpty ? lowering.drop(.unrouted) : lowering.choose(ways)
  }

  /// The location that takes one of several ways: the next hops of a route.
  mutating func lowerWays(
    _ nextHops: [NextHop], vrf: Int?, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    var options: [Int] = []
    for hop in nextHops {
      switch hop {
      case .discard: options.append(lowering.drop(.unrouted))
      case .vrf(let other):
        let start = try entry(of: other, onward: onward, in: &lowering)
        options.append(
          lowering.add(.rewrite([.set(.vrf, Ranges(UInt128(other)))], next: start)))
      case .interface(let interface):
        if device.interfaces[interface].isUp {
          options.append(try leave(by: interface, to: nil, onward: onward, in: &lowering))
        }
      case .gateway(let gateway, let interface):
        for way in interfaces(to: gateway, named: interface, vrf: vrf) {
          options.append(try leave(by: way, to: gateway, onward: onward, in: &lowering))
        }
      }
    }
    return options.isEmpty ? lowering.drop(.unrouted) : lowering.choose(options)
  }

  /// The interfaces by which a gateway is reached.
  func interfaces(to gateway: IPAddress, named interface: Int?, vrf: Int?) -> [Int] {
    if let interface { return device.interfaces[interface].isUp ? [interface] : [] }
    return device.interfaces.indices.filter { i in
      let candidate = device.interfaces[i]
      return candidate.isUp && (vrf == nil || candidate.vrf == vrf)
        && candidate.addresses.contains { $0.subnet.contains(gateway) }
    }
  }

  mutating func leave(
    by interface: Int, to gateway: IPAddress?, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    var hop: UInt128 = 0
    if let gateway {
      let known = gateways.firstIndex(of: gateway) ?? gateways.count
      if known == gateways.count { gateways.append(gateway) }
      hop = UInt128(known + 1)
    }
    exits.insert(Exit(interface: interface, nextHop: hop))
    let next = try location(onward, in: &lowering)
    return lowering.add(
      .rewrite(
        [.set(.egress, Ranges(UInt128(interface + 1))), .set(.nextHop, Ranges(hop))], next: next))
  }
}
