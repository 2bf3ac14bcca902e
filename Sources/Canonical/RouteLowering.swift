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
      let target = try forcedLookup(key, way, onward: onward, in: &lowering)
      for vrf in device.vrfs.indices {
        // The next route stage chooses anew, in the VRF that the packet was in.
        let taken = lowering.add(
          .rewrite([.set(.vrf, Ranges(UInt128(vrf)))], next: target))
        let code = Ranges(registers.forcedCode(number, vrf: vrf))
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

  /// A way that leads to another VRF looks the destination up there; others need no look-up.
  private mutating func forcedLookup(
    _ key: RouteKey, _ way: NextHop, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    guard case .vrf = way else {
      return try lowerWays([way], vrf: nil, .packet, onward: onward, in: &lowering)
    }
    return try byDestination(key, in: &lowering) {
      (this: inout Self, key: LookupKey, lowering: inout Lowering) throws(LoweringLimit) in
      try this.lowerWays([way], vrf: nil, key, onward: onward, in: &lowering)
    }
  }

  private mutating func lookup(
    _ key: RouteKey, vrf: Int, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    try byDestination(key, in: &lowering) {
      (this: inout Self, key: LookupKey, lowering: inout Lowering) throws(LoweringLimit) in
      try this.entry(of: vrf, key, onward: onward, in: &lowering)
    }
  }

  /// What a look-up looks up.
  enum LookupKey: Hashable {
    /// The packet's destination.
    case packet
    /// The destination moved from a prefix that holds it to another.
    case moved(from: Prefix, to: Prefix)
    /// Any of these addresses, which all VRFs treat alike.
    case addresses(Family, Ranges)
    /// The destination that the session remembers, in its ghost.
    case remembered
  }

  /// The location of a look-up.
  private typealias Look = (
    inout DeviceLowering, LookupKey, inout Lowering
  ) throws(LoweringLimit) -> Int

  /// A look-up by the packet's destination or by what the chosen translation will make of it.
  private mutating func byDestination(
    _ key: RouteKey, in lowering: inout Lowering, _ look: Look
  ) throws(LoweringLimit) -> Int {
    let plain = try look(&self, .packet, &lowering)
    guard key == .translatedDestination else { return plain }
    var ofSessions: [(boxes: [HeaderBox], target: Int)] = []
    var entries: [(boxes: [HeaderBox], target: Int)] = [(settled(.destination), plain)]
    for (number, translation) in device.translations.enumerated() {
      guard let address = translation.address else { continue }
      let code = UInt128(number + 1)
      switch address {
      case .prefix(let from, let to):
        let moved = try look(&self, .moved(from: from, to: to), &lowering)
        let inside = familyBox(from.family)
          .constrained(Self.destinationField(from.family), to: Ranges(from.range))
        let target = lowering.match([([inside], moved)], otherwise: plain)
        let again = RegisterCode.repeating(code, address: .moved)
        ofSessions.append((chosen(again), target))
        entries.append((chosen(Ranges(code)), target))
      case .pool(let pool):
        let target = try poolLookup(number, pool, plain: plain, in: &lowering, look)
        entries.append((chosen(Ranges(code)), target))
      case .interface:
        entries += try interfaceLookups(code, in: &lowering, look)
      }
    }
    for (number, part) in poolParts.enumerated() {
      let code = registers.code(ofPart: number)
      let target = try look(&self, .addresses(part.family, part.addresses), &lowering)
      entries.append((chosen(Ranges(code)), target))
    }
    if device.sessions != nil, !device.translations.isEmpty {
      let target = try look(&self, .remembered, &lowering)
      ofSessions.append((chosen(RegisterCode.repeating(address: .replaced)), target))
    }
    return lowering.match(ofSessions + entries, otherwise: plain)
  }

  private func chosen(_ codes: Ranges) -> [HeaderBox] {
    [HeaderBox().constrained(.destinationTranslation, to: codes)]
  }

  private func familyBox(_ family: Family) -> HeaderBox {
    HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
  }

  static func destinationField(_ family: Family) -> HeaderField {
    family == .ipv4 ? .destinationIPv4 : .destinationIPv6
  }

  /// Looks up the addresses of a pool, choosing one of its parts where the routes tell them apart.
  private mutating func poolLookup(
    _ number: Int, _ pool: AddressSet, plain: Int, in lowering: inout Lowering,
    _ look: Look
  ) throws(LoweringLimit) -> Int {
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for family in [Family.ipv4, .ipv6] {
      var options: [Int] = []
      for (index, part) in poolParts.enumerated()
      where part.translation == number && part.family == family {
        let target = try look(&self, .addresses(family, part.addresses), &lowering)
        let code = registers.code(ofPart: index)
        options.append(
          lowering.add(.rewrite([.set(.destinationTranslation, Ranges(code))], next: target)))
      }
      if options.isEmpty {
        options =
          pool[family].isEmpty
          ? [lowering.drop(.untranslatable)]
          : [try look(&self, .addresses(family, pool[family]), &lowering)]
      }
      entries.append(([familyBox(family)], lowering.choose(options)))
    }
    return lowering.match(entries, otherwise: plain)
  }

  /// Looks up the address of the interface by which the packet came in.
  private mutating func interfaceLookups(
    _ code: UInt128, in lowering: inout Lowering,
    _ look: Look
  ) throws(LoweringLimit) -> [(boxes: [HeaderBox], target: Int)] {
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for family in [Family.ipv4, .ipv6] {
      let boxes = chosen(Ranges(code)).map { $0.intersection(familyBox(family)) }
      for (i, interface) in device.interfaces.enumerated() {
        let first = interface.addresses.first { $0.address.family == family }
        guard let address = first?.address else { continue }
        let target = try look(&self, .addresses(family, Ranges(address.value)), &lowering)
        let here = Ranges(UInt128(i + 1))
        entries.append((boxes.map { $0.constrained(.ingress, to: here) }, target))
      }
      entries.append((boxes, lowering.drop(.untranslatable)))
    }
    return entries
  }

  /// The location at which a look-up in a VRF begins.
  mutating func entry(
    of vrf: Int, _ key: LookupKey, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let point = VRFPoint(vrf: vrf, key: key, next: onward)
    if let known = vrfEntries[point] { return known }
    let start = lowering.reserve()
    vrfEntries[point] = start
    let lost = lowering.drop(.unrouted)
    var local: [(boxes: [HeaderBox], target: Int)] = []
    for entry in try localEntries(vrf, onward: onward, in: &lowering) {
      local.append((boxes(of: entry, key), entry.target))
    }
    let frames = HeaderBox().constrained(.family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    let linkLocal = HeaderBox().constrained(.family, to: Ranges(1))
      .constrained(.sourceIPv6, to: Network.linkLocal.ipv6)
    local.append(([frames, linkLocal], lost))
    if network.routing == .any {
      let any = try anyNeighbour(vrf: nil, onward: onward, in: &lowering)
      lowering.define(start, .choose([lowering.match(local, otherwise: any)]))
      return start
    }
    var unicast: [(boxes: [HeaderBox], target: Int)] = []
    for entry in try unicastEntries(vrf, key, onward: onward, in: &lowering) {
      unicast.append((boxes(of: entry, key), entry.target))
    }
    guard let unknown = device.vrfs[vrf].unknownRoutes, matches.conditions[unknown].assumed != false
    else {
      lowering.define(start, .choose([lowering.match(local + unicast, otherwise: lost)]))
      return start
    }
    // Where the condition is true any neighbour is possible beside the routes that are known.
    let known = lowering.match(unicast, otherwise: lost)
    let any = try anyNeighbour(vrf: vrf, onward: onward, in: &lowering)
    let gated = lowering.match(
      [([open(under: unknown)], lowering.choose([any, known]))], otherwise: known)
    lowering.define(start, .choose([lowering.match(local, otherwise: gated)]))
    return start
  }

  /// The box of the packets for which a condition is true, or of all where it is settled so.
  func open(under condition: Int) -> HeaderBox {
    var box = HeaderBox()
    if matches.conditions[condition].assumed == nil {
      box.constrain(Literal(CanonicalNetwork.literal(condition), true))
    }
    return box
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
      exits.insert(Exit(interface: i, nextHop: RegisterCode.anybody))
      ways.append(
        lowering.add(
          .rewrite(
            [
              .set(.egress, Ranges(UInt128(i + 1))),
              .set(.nextHop, Ranges(RegisterCode.anybody)),
            ], next: next)))
    }
    return ways.isEmpty ? lowering.drop(.unrouted) : lowering.choose(ways)
  }

  /// The location that takes one of several ways: the next hops of a route.
  mutating func lowerWays(
    _ nextHops: [NextHop], vrf: Int?, _ key: LookupKey, onward: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    var options: [Int] = []
    for hop in nextHops {
      switch hop {
      case .discard: options.append(lowering.drop(.unrouted))
      case .vrf(let other):
        guard device.vrfs.indices.contains(other) else { continue }
        let start = try entry(of: other, key, onward: onward, in: &lowering)
        options.append(
          lowering.add(.rewrite([.set(.vrf, Ranges(UInt128(other)))], next: start)))
      case .interface(let interface):
        if device.interfaces[interface].isUp {
          options.append(try leave(by: interface, to: nil, onward: onward, in: &lowering))
        }
      case .gateway(let gateway, let interface):
        for way in device.interfaces(to: gateway, named: interface, vrf: vrf) {
          options.append(try leave(by: way, to: gateway, onward: onward, in: &lowering))
        }
      }
    }
    return options.isEmpty ? lowering.drop(.unrouted) : lowering.choose(options)
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

extension Device {
  /// The interfaces by which a gateway is reached, in one VRF or, for `nil`, in any.
  func interfaces(to gateway: IPAddress, named interface: Int?, vrf: Int?) -> [Int] {
    if let interface { return interfaces[interface].isUp ? [interface] : [] }
    return interfaces.indices.filter { i in
      let candidate = interfaces[i]
      return candidate.isUp && (vrf == nil || candidate.vrf == vrf)
        && candidate.addresses.contains { $0.subnet.contains(gateway) }
    }
  }
}
