import Networks
import Packets
import Places

/// Lowers one device: its pipeline becomes a chain of locations from its interfaces to the segments.
struct DeviceLowering {
  /// Whether the packet on its way through the pipeline is for the device itself, or on a way out
  /// that a bridge chose and that no route changes.
  enum Course: Hashable {
    case onward
    case local
    case bridged
  }

  /// A list of stages, by its role in the pipeline.
  enum Line: Hashable {
    case arrival
    case departure
    case input
    case output
  }

  /// A point of the pipeline: the packet is about to enter this stage.
  struct Point: Hashable {
    var line: Line
    var stage: Int
    var course: Course
  }

  let index: Int
  let device: Device
  let network: Network
  let matches: MatchBoxes
  /// How the rules see the registers.
  let registers: VisibleRegisters
  /// The forced ways that `vrf` counts.
  let forcedWays: [NextHop]
  /// The parts of pools that a translation's code stands for, in the order of their codes.
  let poolParts: [CanonicalNetwork.PoolPart]
  /// The gateways that `nextHop` counts.
  var gateways: [IPAddress] = []
  var points: [Point: Int] = [:]
  var exit = 0
  /// The ways out that some route or bridge takes: what the exit must tell apart.
  var exits: Set<Exit> = []
  var vrfEntries: [VRFPoint: Int] = [:]
  /// Where the lists begin that are lowered already, by where they send packets.
  var runLists: [RunList: Int] = [:]

  /// A way out, by interface and next hop.
  struct Exit: Hashable, Comparable {
    var interface: Int
    var nextHop: UInt128

    static func < (a: Self, b: Self) -> Bool {
      (a.interface, a.nextHop) < (b.interface, b.nextHop)
    }
  }

  /// Where a look-up in a VRF begins for packets that then go on from a point of the pipeline.
  struct VRFPoint: Hashable {
    var vrf: Int
    var key: LookupKey
    var next: Point
  }

  init(_ index: Int, in lowering: Lowering) throws(LoweringLimit) {
    self.index = index
    network = lowering.network
    device = network.devices[index]
    forcedWays = Self.forcedWays(of: device)
    poolParts = try Self.poolParts(of: device, network)
    registers = VisibleRegisters(
      vrfs: device.vrfs.count, forcedWays: forcedWays.count,
      translations: device.translations.count, parts: poolParts.map { $0.translation + 1 })
    matches = MatchBoxes(
      conditions: lowering.canonical.conditions, place: device.place, registers: registers)
    let codes = device.translations.count + poolParts.count
    let ways = (forcedWays.count + 1) * device.vrfs.count
    if UInt128(codes) >= RegisterCode.greatestTranslation || ways >= RegisterCode.forced {
      throw LoweringLimit(
        message: "device \(device.name) has too many translations or forced ways",
        place: device.place)
    }
  }

  /// Defines where packets go that arrive at the device or are its own.
  mutating func lower(in lowering: inout Lowering) throws(LoweringLimit) {
    lowering.origin = .device(index)
    exit = lowering.reserve()
    lowering.canonical.poolParts.append(poolParts)
    let start = try location(Point(line: .arrival, stage: 0, course: .onward), in: &lowering)
    for (i, interface) in device.interfaces.enumerated() {
      let enter = lowering.add(
        .rewrite(
          [
            .set(.ingress, Ranges(UInt128(i + 1))),
            .set(.vrf, Ranges(UInt128(interface.vrf))),
          ], next: start))
      let checked = try reversePathCheck(of: i, next: enter, in: &lowering)
      lowering.define(lowering.canonical.arrival[index][i], .choose([checked]))
    }
    let output = try location(Point(line: .output, stage: 0, course: .onward), in: &lowering)
    lowering.define(lowering.canonical.output[index], .choose([output]))
    defineExit(in: &lowering)
  }

  func stages(of line: Line) -> [Stage] {
    switch line {
    case .arrival: device.pipeline.arrival
    case .departure: device.pipeline.departure
    case .input: device.pipeline.input
    case .output: device.pipeline.output
    }
  }

  /// The location of a point of the pipeline.
  mutating func location(
    _ point: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    if let known = points[point] { return known }
    if lowering.canonical.locations.count > LoweringBounds.locations {
      throw LoweringLimit(
        message: "device \(device.name) needs more than \(LoweringBounds.locations) locations",
        place: device.place)
    }
    let stages = stages(of: point.line)
    let result: Int
    if point.stage < stages.count {
      result = lowering.reserve()
      points[point] = result
      let body = try lower(stages[point.stage], at: point, in: &lowering)
      lowering.define(result, .choose([body]))
    } else {
      result = try end(of: point, in: &lowering)
      points[point] = result
    }
    return result
  }

  /// Where a packet goes after the last stage of a line.
  private mutating func end(
    of point: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    switch (point.line, point.course) {
    case (.arrival, .onward), (.arrival, .bridged):
      return try location(
        Point(line: .departure, stage: 0, course: point.course), in: &lowering)
    case (.arrival, .local), (.departure, .local), (.output, .local):
      return try location(Point(line: .input, stage: 0, course: .local), in: &lowering)
    case (.input, _):
      return lowering.add(.leave(next: lowering.canonical.deliveredToDevice[index]))
    case (.departure, _), (.output, .onward), (.output, .bridged): return exit
    }
  }

  func next(_ point: Point) -> Point {
    Point(line: point.line, stage: point.stage + 1, course: point.course)
  }

  private mutating func lower(
    _ stage: Stage, at point: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    if case .route(let key) = stage, point.course != .bridged {
      return try lowerRoute(key, at: point, in: &lowering)
    }
    if case .bridge(let ways) = stage { return try lowerBridge(ways, at: point, in: &lowering) }
    let next = try location(next(point), in: &lowering)
    switch stage {
    case .filter(let acl, let role):
      return try lowerFilter(acl, role: role, next: next, in: &lowering)
    case .ingressFilter(let lists):
      return try lowerInterfaceFilter(lists, by: .ingress, next: next, in: &lowering)
    case .egressFilter(let lists):
      return try lowerInterfaceFilter(lists, by: .egress, next: next, in: &lowering)
    case .natFilter(let acl, let end):
      let list = try lowerList(acl, permit: next, in: &lowering)
      let register: HeaderField =
        end == .source ? .sourceTranslation : .destinationTranslation
      var open = HeaderBox()
      open.constrain(.connectionState, to: RegisterCode.codes(of: .new))
      open.constrain(register, to: registers.codes(register, Ranges(0)))
      return lowering.match([([open], list)], otherwise: next)
    case .recall: return try lowerRecall(next: next, in: &lowering)
    case .route, .bridge: return next
    case .translateDestination:
      return lowerTranslations(.destination, at: point, next: next, in: &lowering)
    case .translateSource:
      return lowerTranslations(.source, at: point, next: next, in: &lowering)
    case .remember:
      if device.sessions == nil { return next }
      let remember = lowering.add(.remember(device: index, next: next))
      let new = UInt128(ConnectionState.new.rawValue)
      var fresh = HeaderBox()
      fresh.constrain(.connectionState, to: Ranges(values: [new, new + RegisterCode.forwarded]))
      return lowering.match([([fresh], remember)], otherwise: next)
    case .reassemble:
      var later = HeaderBox()
      later.constrain(.fragment, to: Ranges(1))
      return lowering.match([([later], lowering.drop(.fragment))], otherwise: next)
    case .fragment: return lowerFragment(at: point, next: next, in: &lowering)
    }
  }

  private mutating func lowerFilter(
    _ acl: Int, role: Stage.Role, next: Int, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    guard role == .forwardFilter else { return try lowerList(acl, permit: next, in: &lowering) }
    let passed = lowering.add(.watch(device: index, next: next))
    let list = try lowerList(acl, permit: passed, in: &lowering)
    guard device.sessions?.bypassesFilters == true else { return list }
    let codes = RegisterCode.stateFlags.filter { $0 & RegisterCode.forwarded != 0 }
    let ofSession = HeaderBox().constrained(
      .connectionState, to: Ranges(codes.map { $0...$0 + 7 }))
    return lowering.match([([ofSession], passed)], otherwise: list)
  }

  private mutating func lowerInterfaceFilter(
    _ lists: [Int?], by register: HeaderField, next: Int, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    var locationOfList: [Int: Int] = [:]
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for (interface, list) in lists.enumerated() {
      guard let list else { continue }
      let target: Int
      if let known = locationOfList[list] {
        target = known
      } else {
        target = try lowerList(list, permit: next, in: &lowering)
        locationOfList[list] = target
      }
      let box = HeaderBox().constrained(register, to: Ranges(UInt128(interface + 1)))
      entries.append(([box], target))
    }
    return lowering.match(entries, otherwise: next)
  }

  private func lowerFragment(at point: Point, next: Int, in lowering: inout Lowering) -> Int {
    var whole = HeaderBox()
    whole.constrain(.family, to: Ranges(0...1))
    whole.constrain(.fragment, to: Ranges(0))
    let zero = Ranges(0)
    let cut = isLookedUp(at: point) ? cutOff(next: next, in: &lowering) : next
    let later = lowering.add(
      .rewrite(
        [
          .set(.fragment, Ranges(1)), .set(.sourcePort, zero), .set(.destinationPort, zero),
          .set(.icmpType, zero), .set(.icmpCode, zero), .set(.tcpFlags, zero),
        ], next: cut))
    let both = lowering.add(.spread(main: next, copies: [later]))
    return lowering.match([([whole], both)], otherwise: next)
  }

  /// Notes of fragments that would open a session that they open none.
  private func cutOff(next: Int, in lowering: inout Lowering) -> Int {
    let new = UInt128(ConnectionState.new.rawValue)
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for flags in [0, RegisterCode.forwarded] {
      let noted = lowering.add(
        .rewrite(
          [.set(.connectionState, Ranges(RegisterCode.cutOff + flags))], next: next))
      let box = HeaderBox().constrained(.connectionState, to: Ranges(new + flags))
      entries.append(([box], noted))
    }
    return lowering.match(entries, otherwise: next)
  }

  /// Whether every packet at a point was looked up in the sessions.
  private func isLookedUp(at point: Point) -> Bool {
    if device.sessions == nil { return false }
    if stages(of: point.line).prefix(point.stage).contains(.recall) { return true }
    switch point.line {
    case .arrival, .output: return false
    case .departure: return stages(of: .arrival).contains(.recall)
    case .input:
      return stages(of: .arrival).contains(.recall) && stages(of: .output).contains(.recall)
    }
  }

  private mutating func lowerBridge(
    _ ways: [Int?], at point: Point, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let bridged = try location(
      Point(line: point.line, stage: point.stage + 1, course: .bridged), in: &lowering)
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for (interface, way) in ways.enumerated() {
      guard let way else { continue }
      let box = HeaderBox().constrained(.ingress, to: Ranges(UInt128(interface + 1)))
      if way == interface {
        entries.append(([box], try location(next(point), in: &lowering)))
        continue
      }
      exits.insert(Exit(interface: way, nextHop: RegisterCode.anybody))
      let out = lowering.add(
        .rewrite(
          [
            .set(.egress, Ranges(UInt128(way + 1))), .set(.nextHop, Ranges(RegisterCode.anybody)),
          ], next: bridged))
      entries.append(([box], out))
    }
    return lowering.match(entries, otherwise: lowering.drop(.unrouted))
  }

  /// Defines the exit: by the interface and next hop that were chosen to the segment there.
  private mutating func defineExit(in lowering: inout Lowering) {
    if mayWrite(.egress) {
      // A rule that writes the interface leaves the next hop as it was.
      let hops = Set(exits.map(\.nextHop)).union([0])
      for interface in device.interfaces.indices {
        for hop in hops { exits.insert(Exit(interface: interface, nextHop: hop)) }
      }
    }
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for way in exits.sorted() {
      let interface = device.interfaces[way.interface]
      guard interface.isUp, let segment = interface.segment else { continue }
      let target: Int
      if way.nextHop == RegisterCode.anybody {
        target = lowering.canonical.sent[segment]
      } else if way.nextHop == 0 {
        target = lowering.canonical.put[segment]
      } else {
        target = lowering.hop(to: gateways[Int(way.nextHop) - 1], on: segment)
      }
      var box = HeaderBox()
      box.constrain(.egress, to: Ranges(UInt128(way.interface + 1)))
      box.constrain(.nextHop, to: Ranges(way.nextHop))
      entries.append(([box], lowering.add(.leave(next: target))))
    }
    let out = lowering.match(entries, otherwise: lowering.drop(.unrouted))
    lowering.define(exit, .choose([out]))
  }

  /// Whether a rule may write a field, translations aside.
  func mayWrite(_ field: HeaderField) -> Bool {
    device.acls.contains { list in
      list.rules.contains { rule in
        if case .opaque(_, let writes) = rule.action, writes.contains(field) { return true }
        return rule.effects.contains { effect in
          if case .set(field, _) = effect { return true }
          return false
        }
      }
    }
  }
}
