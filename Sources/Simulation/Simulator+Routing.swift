import Networks
import Packets
import Places

/// How a device chooses a way: `Documentation/Semantics.md`, "Routing".
extension Simulator {
  /// One way that routing offers.
  enum RouteChoice: Hashable {
    /// Out of an interface.
    case out(Int, PacketState.Handover)
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
    guard key == .translatedDestination else {
      return routing(state, at: device, to: state.header, phase)
    }
    let planned = plannedDestinations(of: state, at: device)
    if planned.isEmpty {
      let hop = tell(.route, at: device, "the translation has no address to give", state)
      return [StageResult(state, hop, .noTranslation)]
    }
    return planned.flatMap { end in
      var header = state.header
      header.destinationEnd = end
      var planning = state
      planning.plannedDestination = end
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
      routed.isBridged = false
      routed.isForDevice = false
      var loss: Loss?
      switch route.choice {
      case .out(let interface, let handover):
        routed.egress = interface + 1
        routed.handover = handover
      case .forDevice(let vrf):
        routed.isForDevice = true
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

  private func routes(
    for header: Header, _ state: PacketState, at index: Int, _ phase: Phase,
    _ asked: inout [Literal]
  ) -> [Routed] {
    let device = network.devices[index]
    let destination = IPAddress(header.family, header.destination)
    if let forced = state.forced {
      let ways = RoutingTable.ways(of: forced, on: device, vrf: state.vrf)
      let found = ways.flatMap {
        let query = Query(address: destination, header: state.header, device: index)
        return follow($0, query, from: state.vrf, depth: 0, place: nil, &asked)
      }
      return found.isEmpty ? [noRoute] : found
    }
    guard let address = destination else {
      return special(to: header, state, at: index, phase)
    }
    if ownAddresses[index][state.vrf].contains(address) {
      return [Routed(choice: .forDevice(vrf: state.vrf), effect: "is for the device")]
    }
    if Network.linkLocal.contains(address) || Network.multicast.contains(address)
      || device.hasDirectedBroadcast(address, vrf: state.vrf)
    {
      return special(to: header, state, at: index, phase)
    }
    let source = IPAddress(header.family, header.source)
    if phase != .output, let source, Network.linkLocal.contains(source) {
      return [Routed(choice: .lost(.linkLocalSource), effect: "its source is link-local")]
    }
    if network.routing == .any { return everyWay(of: device, vrf: nil) }
    let query = Query(address: address, header: state.header, device: index)
    return lookUp(query, vrf: state.vrf, depth: 0, &asked)
  }

  /// Packets that never cross a router: they are for the device that they come to, and a packet of
  /// the device's own leaves by any interface.
  private func special(
    to header: Header, _ state: PacketState, at index: Int, _ phase: Phase
  ) -> [Routed] {
    if phase != .output {
      return [Routed(choice: .forDevice(vrf: state.vrf), effect: "is for the device")]
    }
    let device = network.devices[index]
    let ways = device.interfaces.indices.filter {
      device.interfaces[$0].isUp && device.interfaces[$0].vrf == state.vrf
    }
    if ways.isEmpty { return [noRoute] }
    return ways.map {
      Routed(choice: .out($0, .destination), effect: "by \(device.interfaces[$0].name)")
    }
  }

  /// What is looked up: an address, for a packet as it is, at a device.
  private struct Query {
    var address: IPAddress?
    var header: Header
    var device: Int
  }

  /// Looks an address up in a VRF.
  private func lookUp(
    _ query: Query, vrf: Int, depth: Int, _ asked: inout [Literal]
  ) -> [Routed] {
    let device = network.devices[query.device]
    guard let address = query.address else { return [noRoute] }
    var found: [Routed] = []
    if let unknown = device.vrfs[vrf].unknownRoutes,
      outcome(of: unknown, for: query.header, &asked)
    {
      found += everyWay(of: device, vrf: vrf)
    }
    let best = tables[query.device][vrf].best(to: address) {
      exists(under: $0.condition, for: query.header, &asked)
    }
    for entry in best {
      for way in entry.ways {
        found += follow(way, query, from: vrf, depth: depth, place: entry.place, &asked)
      }
    }
    return found.isEmpty ? [noRoute] : found
  }

  /// What one way of a route comes to.
  private func follow(
    _ way: RoutingTable.Way, _ query: Query, from vrf: Int, depth: Int, place: Place?,
    _ asked: inout [Literal]
  ) -> [Routed] {
    let device = network.devices[query.device]
    switch way {
    case .interface(let interface, let gateway):
      let name = device.interfaces[interface].name
      let handover = gateway.map(PacketState.Handover.gateway) ?? .destination
      let effect = "by \(name)" + (gateway.map { " to gateway \($0)" } ?? "")
      return [Routed(choice: .out(interface, handover), place: place, effect: effect)]
    case .discard:
      return [Routed(choice: .lost(.discarded), place: place, effect: "is discarded")]
    case .vrf(let other):
      guard depth < device.vrfs.count else {
        return [Routed(choice: .lost(.vrfCycle), place: place, effect: "VRFs form a circle")]
      }
      if let address = query.address, ownAddresses[query.device][other].contains(address) {
        return [Routed(choice: .forDevice(vrf: other), place: place, effect: "is for the device")]
      }
      return lookUp(query, vrf: other, depth: depth + 1, &asked)
    }
  }

  /// Every interface that is up, of one VRF or of all, to the destination or to any neighbour.
  private func everyWay(of device: Device, vrf: Int?) -> [Routed] {
    var found: [Routed] = []
    for (index, interface) in device.interfaces.enumerated()
    where interface.isUp && (vrf == nil || interface.vrf == vrf) {
      guard let segment = interface.segment else { continue }
      var handovers = [PacketState.Handover.destination]
      handovers += neighbourhood.domain(of: segment).ports.map { .neighbour($0) }
      handovers += neighbourhood.domain(of: segment).unmodelledNextHops.map { .gateway($0.gateway) }
      for handover in handovers {
        found.append(Routed(choice: .out(index, handover), effect: "by \(interface.name)"))
      }
    }
    return found.isEmpty ? [noRoute] : found
  }

  private var noRoute: Routed { Routed(choice: .lost(.noRoute), effect: "no route leads there") }

  /// The lowest interface that owns the destination.
  private func owner(of header: Header, at index: Int, vrf: Int) -> Int? {
    guard let address = IPAddress(header.family, header.destination) else { return nil }
    return network.devices[index].interfaces.firstIndex {
      $0.isUp && $0.vrf == vrf && $0.ownAddresses.contains(address)
    }
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
    let query = Query(address: source, header: state.header, device: port.device)
    let ways = lookUp(query, vrf: interface.vrf, depth: 0, &asked)
    return ways.contains { route in
      switch route.choice {
      case .out(let egress, _): interface.reversePath == .loose || egress == port.interface
      case .forDevice: interface.reversePath == .loose
      case .lost: false
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
