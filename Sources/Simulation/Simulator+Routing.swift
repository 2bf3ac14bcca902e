import Networks
import Packets
import Places

/// How a device chooses a way: `Documentation/Semantics.md`, "Routing".
extension Simulator {
  /// One way that routing offers.
  enum RouteChoice: Hashable {
    /// Out of an interface, found in this VRF.
    case out(Int, PacketState.Handover, vrf: Int)
    /// To the device itself, at the address that this VRF has.
    case forDevice(vrf: Int)
    /// Nowhere.
    case lost(Loss)
  }

  /// A way, and what says so.
  struct Routed {
    var choice: RouteChoice
    var place: Place?
    var effect: String
  }

  /// The ways out for a packet at a route stage.
  func routing(
    _ state: PacketState, at device: Int, by key: RouteKey, _ phase: Phase
  ) -> [StageResult] {
    guard key == .translatedDestination,
      state.restoration.destination != nil || !isSettled(.destination, of: state)
    else {
      return routing(state, at: device, to: state.header, phase)
    }
    let planned = plannedDestinations(of: state, at: device)
    if planned.isEmpty {
      let hop = tell(.route, at: device, "the translation has no address to give", state)
      return [StageResult(state, hop, .noTranslation)]
    }
    var seen: Set<UInt128> = []
    return planned.map(\.address).filter { seen.insert($0).inserted }.flatMap { address in
      var header = state.header
      header.destination = address
      var planning = state
      planning.plannedDestination = address
      return routing(planning, at: device, to: header, phase)
    }
  }

  /// The ways out for a packet that is routed as if it were `header`.
  private func routing(
    _ state: PacketState, at device: Int, to header: Header, _ phase: Phase
  ) -> [StageResult] {
    var asked: [Literal] = []
    let routes = routes(for: header, state, at: device, phase, &asked)
    var seen: Set<RouteChoice> = []
    return routes.filter { seen.insert($0.choice).inserted }.map { route in
      var routed = state
      routed.forced = nil
      routed.isForDevice = false
      var loss: Loss?
      switch route.choice {
      case .out(let interface, let handover, let vrf):
        routed.vrf = vrf
        routed.egress = interface + 1
        routed.handover = handover
      case .forDevice(let vrf):
        routed.isForDevice = true
        routed.vrf = vrf
        routed.handover = .destination
        routed.egress = owner(of: header, at: device, vrf: vrf).map { $0 + 1 } ?? state.ingress
      case .lost(let reason): loss = reason
      }
      var hop = tell(.route, at: device, route.effect, routed)
      hop.place = route.place
      hop.conditions = asked
      return StageResult(routed, hop, loss)
    }
  }

  /// What is looked up: an address, for a packet as it is, at a device.
  private struct Query {
    /// Nothing for a frame that carries no IP.
    var address: IPAddress?
    var header: Header
    var device: Int
    var phase: Phase
  }

  private func routes(
    for header: Header, _ state: PacketState, at index: Int, _ phase: Phase,
    _ asked: inout [Literal]
  ) -> [Routed] {
    let address = IPAddress(header.family, header.destination)
    let query = Query(address: address, header: state.header, device: index, phase: phase)
    guard let forced = state.forced else {
      return choices(query, vrf: state.vrf, depth: 0, &asked)
    }
    let ways = RoutingTable.ways(of: forced, on: network.devices[index], vrf: nil)
    let found = ways.flatMap { follow($0, query, vrf: state.vrf, depth: 0, place: nil, &asked) }
    return found.isEmpty ? [noRoute] : found
  }

  /// What a VRF makes of a destination: whether it is the device itself, or else which ways lead
  /// there.
  private func choices(
    _ query: Query, vrf: Int, depth: Int, _ asked: inout [Literal]
  ) -> [Routed] {
    guard let address = query.address else { return [noRoute] }
    let device = network.devices[query.device]
    let forDevice = Routed(choice: .forDevice(vrf: vrf), effect: "is for the device")
    if ownAddresses[query.device][vrf].contains(address) { return [forDevice] }
    if Network.linkLocal.contains(address) || Network.multicast.contains(address)
      || device.hasDirectedBroadcast(address, vrf: vrf)
    {
      return query.phase == .output ? everyInterface(of: device, vrf: vrf) : [forDevice]
    }
    let source = IPAddress(query.header.family, query.header.source)
    if let source, Network.linkLocal.contains(source) {
      return [Routed(choice: .lost(.linkLocalSource), effect: "its source is link-local")]
    }
    if network.routing == .any { return everyWay(of: device, from: vrf, to: nil) }
    return lookUp(address, query, vrf: vrf, depth: depth, &asked)
  }

  /// Looks an address up in the routes of a VRF.
  private func lookUp(
    _ address: IPAddress, _ query: Query, vrf: Int, depth: Int, _ asked: inout [Literal]
  ) -> [Routed] {
    let device = network.devices[query.device]
    var found: [Routed] = []
    if let unknown = device.vrfs[vrf].unknownRoutes,
      outcome(of: unknown, for: query.header, &asked)
    {
      found += everyWay(of: device, from: vrf, to: vrf)
    }
    let best = tables[query.device][vrf].best(to: address) {
      exists(under: $0.condition, for: query.header, &asked)
    }
    for entry in best {
      for way in entry.ways {
        found += follow(way, query, vrf: vrf, depth: depth, place: entry.place, &asked)
      }
    }
    return found.isEmpty ? [noRoute] : found
  }

  /// What one way of a route comes to.
  private func follow(
    _ way: RoutingTable.Way, _ query: Query, vrf: Int, depth: Int, place: Place?,
    _ asked: inout [Literal]
  ) -> [Routed] {
    let device = network.devices[query.device]
    switch way {
    case .interface(let interface, let gateway):
      let name = device.interfaces[interface].name
      let handover = gateway.map(PacketState.Handover.gateway) ?? .destination
      let effect = "by \(name)" + (gateway.map { " to gateway \($0)" } ?? "")
      return [Routed(choice: .out(interface, handover, vrf: vrf), place: place, effect: effect)]
    case .discard:
      return [Routed(choice: .lost(.discarded), place: place, effect: "is discarded")]
    case .vrf(let other):
      guard depth < device.vrfs.count else {
        return [Routed(choice: .lost(.vrfCycle), place: place, effect: "VRFs form a circle")]
      }
      return choices(query, vrf: other, depth: depth + 1, &asked).map { found in
        var result = found
        result.place = found.place ?? place
        return result
      }
    }
  }

  /// Every interface of a VRF that is up, to the destination itself: for packets that never cross a
  /// router, when the device itself sends them.
  private func everyInterface(of device: Device, vrf: Int) -> [Routed] {
    let found = device.interfaces.indices.filter {
      device.interfaces[$0].isUp && device.interfaces[$0].vrf == vrf
    }
    if found.isEmpty { return [noRoute] }
    return found.map {
      Routed(
        choice: .out($0, .destination, vrf: vrf), effect: "by \(device.interfaces[$0].name)")
    }
  }

  /// Every interface that is up, of one VRF or of all, to anybody there.
  private func everyWay(of device: Device, from vrf: Int, to other: Int?) -> [Routed] {
    let found = device.interfaces.indices.filter {
      let interface = device.interfaces[$0]
      return interface.isUp && interface.segment != nil && (other == nil || interface.vrf == other)
    }
    if found.isEmpty { return [noRoute] }
    return found.map {
      Routed(
        choice: .out($0, .anybody, vrf: vrf),
        effect: "by \(device.interfaces[$0].name) to anybody")
    }
  }

  private var noRoute: Routed { Routed(choice: .lost(.noRoute), effect: "no route leads there") }

  /// The lowest interface that owns the destination.
  private func owner(of header: Header, at index: Int, vrf: Int) -> Int? {
    guard let address = IPAddress(header.family, header.destination) else { return nil }
    return network.devices[index].interfaces.firstIndex {
      $0.isUp && $0.vrf == vrf && $0.ownAddresses.contains(address)
    }
  }

  /// Whether an IPv4 packet claims to come from the device that it comes to, and is not bridged there.
  func claimsOwnSource(_ state: PacketState, at port: Port) -> Bool {
    guard state.header.family == .ipv4,
      let source = IPAddress(state.header.family, state.header.source),
      !Network.linkLocal.contains(source)
    else { return false }
    let device = network.devices[port.device]
    return ownAddresses[port.device][state.vrf].contains(source)
      && !device.bridgingInterfaces.contains(port.interface)
  }

  /// Whether a packet's source passes the reverse path check of the interface it comes in by.
  func passesReversePath(
    _ state: PacketState, at port: Port, _ asked: inout [Literal]
  ) -> Bool {
    let interface = network.devices[port.device].interfaces[port.interface]
    guard interface.reversePath != .none, network.routing != .any,
      let source = IPAddress(state.header.family, state.header.source),
      source.value != 0, !Network.linkLocal.contains(source)
    else { return true }
    if let unknown = network.devices[port.device].vrfs[interface.vrf].unknownRoutes,
      outcome(of: unknown, for: state.header, &asked)
    {
      return true
    }
    let best = tables[port.device][interface.vrf].best(to: source) {
      exists(under: $0.condition, for: state.header, &asked)
    }
    return best.flatMap(\.ways).contains { way in
      switch way {
      case .interface(let back, _):
        interface.reversePath == .loose || back == port.interface
      case .vrf: true
      case .discard: false
      }
    }
  }
}

extension Device {
  /// Whether an address is the directed broadcast address of a subnet of one VRF.
  fileprivate func hasDirectedBroadcast(_ address: IPAddress, vrf: Int) -> Bool {
    interfaces.contains { interface in
      interface.isUp && interface.vrf == vrf
        && interface.addresses.contains { $0.subnet.isDirectedBroadcast(address) }
    }
  }
}
