import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// The distances of static routes, where a router does not say otherwise.
  struct StaticDistances {
    var ipv4 = 10
    var ipv6 = 10
  }
}

extension PANOS.Reader {
  /// Reads the virtual routers, or the logical ones where the firewall uses these, into VRFs.
  mutating func readVirtualRouters() {
    let setting = descend(roots.device, "deviceconfig", "setting")
    let usesLogical = setting.flatMap { value($0, "advance-routing") }?.text == "yes"
    if let network = roots.device.child("network") {
      let wanted = usesLogical ? "logical-router" : "virtual-router"
      let other = usesLogical ? "virtual-router" : "logical-router"
      var routers: [(name: String, element: XMLElement)] = []
      for entry in entries(child(network, wanted)) {
        let name = name(of: entry)
        guard let tables = child(entry, "vrf") else {
          routers.append((name, entry))
          continue
        }
        for table in entries(tables) {
          let inner = self.name(of: table)
          routers.append((inner == "default" ? name : "\(name)/\(inner)", table))
        }
      }
      if let unused = network.child(other) { ledger.modelAll(unused) }
      for router in routers { _ = vrf(named: router.name) }
      for router in routers { readInterfaces(of: router.element, vrf: vrf(named: router.name)) }
      for router in routers { readRouter(router.element, vrf: vrf(named: router.name)) }
      readLayer2(network)
      partUnrouted()
      readRest(of: network)
    }
    for (interface, reason) in interfaceReasons {
      addUnknownRoutes(device.interfaces[interface].vrf, at: reason.place, reason.why)
    }
    for reason in unmodelledNetworks {
      for vrf in device.vrfs.indices { addUnknownRoutes(vrf, at: reason.place, reason.why) }
    }
  }

  /// Gives each interface that no virtual router has a VRF of its own, so that it forwards nothing.
  private mutating func partUnrouted() {
    guard !vrfByName.isEmpty else { return }
    for (name, index) in interfaceByName.sorted(by: { $0.value < $1.value })
    where !routedInterfaces.contains(index) && wires[index] == nil
      && device.interfaces[index].vrf == 0
    {
      device.interfaces[index].vrf = vrf(named: "no router: \(name)")
    }
  }

  /// The VRF of a name.
  ///
  /// The first one takes over the default VRF that no description named.
  mutating func vrf(named name: String) -> Int {
    if let index = vrfByName[name] { return index }
    let index: Int
    if let described = device.vrfs.firstIndex(where: { $0.name == name }) {
      index = described
    } else if vrfByName.isEmpty, device.vrfs.count == 1 {
      index = 0
      device.vrfs[0].name = name
    } else {
      index = device.vrfs.count
      device.vrfs.append(VRF(name: name))
    }
    vrfByName[name] = index
    return index
  }

  private mutating func readInterfaces(of router: XMLElement, vrf: Int) {
    for member in members(router, "interface") ?? [] {
      guard let index = interfaceByName[member.text] else {
        notice(
          .finding, at: member.place,
          "virtual router '\(device.vrfs[vrf].name)' has interface '\(member.text)', which the "
            + "configuration does not have")
        continue
      }
      device.interfaces[index].vrf = vrf
      routedInterfaces.insert(index)
    }
  }

  private mutating func readRouter(_ router: XMLElement, vrf: Int) {
    var distances = PANOS.StaticDistances()
    if let element = child(router, "admin-dists") ?? child(router, "administrative-distances") {
      distances.ipv4 = value(element, "static").flatMap { Int($0.text) } ?? distances.ipv4
      distances.ipv6 =
        (value(element, "static-ipv6") ?? value(element, "static-v6")).flatMap { Int($0.text) }
        ?? distances.ipv6
      ledger.modelAll(element)
    }
    if let ecmp = child(router, "ecmp") { ledger.modelAll(ecmp) }
    if let table = child(router, "routing-table") {
      for (family, distance) in [("ip", distances.ipv4), ("ipv6", distances.ipv6)] {
        guard let routes = descend(table, family, "static-route") else { continue }
        for entry in entries(routes) { readRoute(entry, vrf: vrf, distance: distance) }
      }
    }
    let name = device.vrfs[vrf].name
    var protocols = router.children.filter { Self.dynamicProtocols.contains($0.name) }
    if let list = child(router, "protocol") { protocols += list.children }
    for element in protocols {
      // The logical routers enable a protocol with its being there, the virtual ones with a flag.
      let isEnabled = element.child("enable").map { $0.text != "no" } ?? !element.isLeaf
      if isEnabled, element.name != "redist-profile" {
        ledger.opaque(element)
        addUnknownRoutes(
          vrf, at: element.place,
          "the routes that '\(name)' learns by \(element.name) are not in the file")
      } else {
        ledger.modelAll(element)
      }
    }
    if let multicast = router.child("multicast") {
      if multicast.child("enable")?.text == "yes" {
        ledger.opaque(multicast)
        addUnknownRoutes(
          vrf, at: multicast.place, "the multicast routing of '\(name)' is not modelled")
      } else {
        ledger.modelAll(multicast)
      }
    }
    for element in router.children where ledger.state(element) == .unread {
      if PANOS.Irrelevant.names.contains(element.name) { continue }
      ledger.opaque(element)
      addUnknownRoutes(
        vrf, at: element.place, "'\(element.name)' of '\(name)' is not modelled")
    }
  }

  private static let dynamicProtocols: Set<String> = [
    "bgp", "ospf", "ospfv3", "rip", "eigrp", "isis",
  ]

  private mutating func readRoute(_ entry: XMLElement, vrf: Int, distance: Int) {
    let routeName = "route '\(name(of: entry))'"
    if let table = child(entry, "route-table") {
      ledger.modelAll(table)
      if table.child("no-install") != nil || table.child("multicast") != nil {
        ledger.modelAll(entry)
        return
      }
    }
    guard let destination = value(entry, "destination"),
      let prefix = routePrefix(destination.text)
    else {
      ledger.modelAll(entry)
      addUnknownRoutes(vrf, at: entry.place, "the destination of \(routeName) is not understood")
      return
    }
    let metric = value(entry, "metric").flatMap { Int($0.text) } ?? 10
    let distance = value(entry, "admin-dist").flatMap { Int($0.text) } ?? distance
    let interface = value(entry, "interface")
    let index = interface.flatMap { $0.text == "None" ? nil : interfaceByName[$0.text] }
    if let interface, index == nil, interface.text != "None", !interface.text.isEmpty {
      notice(
        .finding, at: interface.place,
        "\(routeName) names interface '\(interface.text)', which the configuration does not have")
    }
    guard let hop = nextHop(entry, interface: index) else {
      ledger.modelAll(entry)
      addUnknownRoutes(vrf, at: entry.place, "the next hop of \(routeName) is not in the file")
      return
    }
    let isMonitored = monitors(entry)
    ledger.model(entry, inside: ["option", "passive"])
    for child in entry.children
    where ledger.state(child) == .unread && !PANOS.Irrelevant.names.contains(child.name) {
      ledger.opaque(child)
      addUnknownRoutes(vrf, at: child.place, "'\(child.name)' of \(routeName) is not modelled")
    }
    var route = Route(
      to: prefix, via: [hop], distance: distance, metric: metric, place: entry.place)
    if isMonitored {
      route.condition = condition(
        "path-monitor", "\(device.vrfs[vrf].name)/\(name(of: entry))", .global, at: entry.place,
        "a route exists only while the path that it monitors is up")
    }
    device.vrfs[vrf].routes.append(route)
  }

  /// A route's destination, as a prefix or by the name of an address object.
  private func routePrefix(_ text: String) -> Prefix? {
    for scope in systems.map(\.objects) + [shared] {
      if let object = scope[.address, text] {
        return object.child("ip-netmask").flatMap { try? AddressInPrefix(parsing: $0.text).prefix }
      }
    }
    return try? AddressInPrefix(parsing: text).prefix
  }

  private mutating func nextHop(_ entry: XMLElement, interface: Int?) -> NextHop? {
    guard let element = child(entry, "nexthop"),
      let kind = element.children.first(where: { _ in true })
    else { return interface.map { .interface($0) } }
    ledger.model(kind)
    switch kind.name {
    case "ip-address", "ipv6-address":
      guard let prefix = routePrefix(kind.text), prefix.length == prefix.family.addressBits else {
        ledger.opaque(kind)
        return nil
      }
      return .gateway(prefix.address, interface: interface)
    case "next-vr", "next-lr":
      return vrfByName[kind.text].map { .vrf($0) }
    case "discard": return .discard
    case "none": return interface.map { .interface($0) }
    default:
      ledger.opaque(kind)
      return nil
    }
  }

  /// Whether a route may vanish while the firewall runs.
  private mutating func monitors(_ entry: XMLElement) -> Bool {
    var result = false
    if let monitor = child(entry, "path-monitor") {
      result = monitor.child("enable")?.text != "no"
      ledger.modelAll(monitor)
    }
    if let bfd = child(entry, "bfd") {
      let profile = bfd.child("profile")?.text ?? "None"
      result = result || profile != "None"
      ledger.modelAll(bfd)
    }
    return result
  }

  /// The interfaces of each VLAN switch among each other, which the model does not describe: they
  /// form a VRF of their own whose routes are unknown.
  private mutating func readLayer2(_ network: XMLElement) {
    guard let list = child(network, "vlan") else { return }
    for entry in entries(list) {
      let name = name(of: entry)
      var indexes: [Int] = []
      for member in members(entry, "interface") ?? [] {
        if let index = interfaceByName[member.text] { indexes.append(index) }
      }
      routedInterfaces.formUnion(indexes)
      if let routed = descend(entry, "virtual-interface", "interface") {
        if let index = interfaceByName[routed.text] { indexes.append(index) }
      }
      ledger.model(entry, inside: ["virtual-interface", "interface", "mac", "entry"])
      guard !indexes.isEmpty else { continue }
      let vrf = vrf(named: "vlan \(name)")
      for index in indexes { device.interfaces[index].vrf = vrf }
      addUnknownRoutes(vrf, at: entry.place, "the switching of VLAN '\(name)' is not modelled")
    }
  }

  /// Whatever else stands under `network` and is on no list may lead packets anywhere.
  private mutating func readRest(of network: XMLElement) {
    let later: Set<String> = [
      "interface", "profiles", "virtual-router", "logical-router", "vlan", "virtual-wire", "tunnel",
      "ike", "dhcp", "dns-proxy", "shared-gateway", "qos", "lldp", "underlay-net",
      "secure-web-gateway",
    ]
    for element in network.children
    where !later.contains(element.name) && ledger.state(element) == .unread && !element.isLeaf {
      ledger.opaque(element)
      unmodelledNetworks.append(
        .init(place: element.place, why: "'network/\(element.name)' is not modelled"))
    }
  }
}
