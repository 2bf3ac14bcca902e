import Documents
import Networks
import Packets
import Places

extension PANOS.Reader {
  /// Reads the interfaces, the pairs that are virtual wires, and their states.
  mutating func readInterfaces() {
    guard let network = roots.device.child("network") else { return }
    if let interfaces = child(network, "interface") {
      for kind in ["ethernet", "aggregate-ethernet"] {
        guard let list = child(interfaces, kind) else { continue }
        for entry in entries(list) { readPhysical(entry) }
      }
      for kind in ["loopback", "tunnel", "vlan", "sdwan"] {
        guard let list = child(interfaces, kind) else { continue }
        readLogical(list, name: kind)
      }
      for list in interfaces.children where ledger.state(list) == .unread && !list.isLeaf {
        ledger.opaque(list)
        unmodelledNetworks.append(
          .init(place: list.place, why: "'network/interface/\(list.name)' is not modelled"))
      }
    }
    readVirtualWires(network)
  }

  /// The interface of a name, new where the description does not have it.
  mutating func interface(named name: String, at place: Place) -> Int {
    if let index = interfaceByName[name] { return index }
    if let index = device.interfaces.firstIndex(where: { $0.name == name }) {
      interfaceByName[name] = index
      device.interfaces[index].place = place
      return index
    }
    interfaceByName[name] = device.interfaces.count
    device.interfaces.append(Interface(name: name, place: place))
    return device.interfaces.count - 1
  }

  /// An Ethernet port or an aggregate of them, in one of its modes.
  private mutating func readPhysical(_ entry: XMLElement) {
    let name = name(of: entry)
    let isDown = value(entry, "link-state")?.text == "down"
    var isUnderstood = false
    for mode in entry.children {
      switch mode.name {
      case "layer3":
        isUnderstood = true
        ledger.model(mode)
        readLayer3(mode, name: name, at: entry.place, isDown: isDown)
      case "layer2", "virtual-wire":
        isUnderstood = true
        ledger.model(mode)
        readSwitched(mode, name: name, at: entry.place, isDown: isDown)
      case "tap", "ha", "log-card", "decrypt-mirror":
        isUnderstood = true
        readDead(mode, name: name, at: entry.place)
      case "aggregate-group":
        isUnderstood = true
        ledger.modelAll(mode)
      default: continue
      }
    }
    if !isUnderstood {
      // A port without a mode is not in use.
      let index = interface(named: name, at: entry.place)
      deadInterfaces.insert(index)
      device.interfaces[index].isUp = false
    }
  }

  /// A port that takes copies, talks to the peer, or sends copies to an analyser.
  private mutating func readDead(_ mode: XMLElement, name: String, at place: Place) {
    let index = interface(named: name, at: place)
    deadInterfaces.insert(index)
    device.interfaces[index].isUp = false
    if mode.name == "decrypt-mirror" {
      ledger.opaque(mode)
      notice(
        .opaque, at: mode.place,
        "what interface '\(name)' mirrors after decryption leaves the firewall and is not modelled")
    } else {
      ledger.modelAll(mode)
    }
  }

  /// A port of a switch or a virtual wire, with its subinterfaces.
  private mutating func readSwitched(
    _ mode: XMLElement, name: String, at place: Place, isDown: Bool
  ) {
    let index = interface(named: name, at: place)
    device.interfaces[index].isUp = !isDown
    ledger.model(mode, inside: ["lldp", "enable", "profile", "netflow-profile"])
    guard let units = child(mode, "units") else { return }
    for unit in entries(units) {
      let index = interface(named: self.name(of: unit), at: unit.place)
      device.interfaces[index].isUp = !isDown
      ledger.model(unit, inside: ["tag", "ip-classifier", "member"])
      if mode.name == "virtual-wire", unit.child("ip-classifier") != nil {
        notice(
          .opaque, at: unit.place,
          "the IP classifier of a virtual wire subinterface is not modelled")
      }
    }
  }

  /// Loopback, tunnel, VLAN and SD-WAN interfaces: one without a number, and numbered ones.
  private mutating func readLogical(_ list: XMLElement, name: String) {
    if !list.children.allSatisfy({ $0.name == "units" || PANOS.Irrelevant.names.contains($0.name) })
    {
      readLayer3(list, name: name, at: list.place, isDown: false)
    }
    guard let units = child(list, "units") else { return }
    for unit in entries(units) {
      readLayer3(unit, name: self.name(of: unit), at: unit.place, isDown: false)
    }
  }

  /// An interface with addresses, and its subinterfaces.
  private mutating func readLayer3(
    _ element: XMLElement, name: String, at place: Place, isDown: Bool
  ) {
    let index = interface(named: name, at: place)
    device.interfaces[index].isUp = !isDown
    var found = addressList(element, "ip", interface: name)
    if let ipv6 = child(element, "ipv6") {
      ledger.model(ipv6, inside: Self.understoodIPv6)
      for dynamic in ["dhcp-client", "inherited"] where ipv6.child(dynamic) != nil {
        addReason(
          index, at: ipv6.place, "interface '\(name)' gets its IPv6 addresses at run time")
      }
      if value(ipv6, "enabled")?.text != "no" {
        found += addressList(ipv6, "address", interface: name)
      }
    }
    settle(found, of: index)
    ledger.model(element, inside: Self.understoodLayer3)
    if let link = element.child("sdwan-link-settings"), link.child("enable")?.text == "yes" {
      addReason(index, at: link.place, "SD-WAN may choose another interface than '\(name)'")
    }
    if let proxy = descend(element, "ndp-proxy", "address") {
      readProxies(proxy, of: index)
    }
    if let dynamic = element.child("dhcp-client") ?? element.child("pppoe"),
      dynamic.child("enable")?.text != "no"
    {
      readDynamicAddress(dynamic, of: index)
    }
    for part in element.children
    where part.name != "units" && ledger.state(part) == .unread
      && !PANOS.Irrelevant.names.contains(part.name)
    {
      ledger.opaque(part)
      addReason(index, at: part.place, "'\(part.name)' of interface '\(name)' is not modelled")
    }
    guard element.parent?.name != "interface", let units = child(element, "units") else { return }
    for unit in entries(units) {
      readLayer3(unit, name: self.name(of: unit), at: unit.place, isDown: isDown)
    }
  }

  /// The names inside a layer 3 interface that the model has or that change no path; the profile
  /// for management is read where the box itself is.
  private static let understoodLayer3: Set<String> = [
    "interface-management-profile", "untagged-sub-interface", "tag", "arp", "entry", "hw-address",
    "ndp-proxy", "enabled", "lldp", "enable", "df-ignore", "decrypt-forward", "ipv6",
    "sdwan-link-settings", "upstream-nat", "static-ip", "sdwan-interface-profile",
    "ddns-config", "dhcp-client", "create-default-route", "default-route-metric",
    "pppoe", "send-hostname", "hostname", "create-default-route",
  ]

  /// The names inside the IPv6 part that the model has or that only describe the link.
  private static let understoodIPv6: Set<String> = [
    "enabled", "interface-id", "neighbor-discovery", "router-advertisement", "enable",
    "dad-attempts",
    "enable-dad", "ns-interval", "reachable-time", "enable-consistency-check", "hop-limit",
    "lifetime", "link-mtu", "managed-flag", "max-interval", "min-interval", "other-flag",
    "retransmission-timer", "enable-ndp-monitor", "dns-server", "dns-suffix",
    "router-preference", "entry", "hw-address", "neighbor", "dhcp-client", "inherited",
  ]

  /// The addresses in the entries of a list.
  private mutating func addressList(
    _ element: XMLElement, _ list: String, interface: String
  ) -> [Interface.Address] {
    guard let list = child(element, list) else { return [] }
    var result: [Interface.Address] = []
    for entry in entries(list) {
      ledger.model(
        entry,
        inside: [
          "sdwan-gateway", "enable-on-interface", "anycast", "prefix", "advertise",
          "enable", "valid-lifetime", "preferred-lifetime", "onlink-flag", "auto-config-flag",
        ])
      let text = name(of: entry)
      if let address = interfaceAddress(text) {
        result.append(address)
      } else {
        ledger.opaque(entry)
        notice(
          .opaque, at: entry.place,
          "the address '\(text)' of interface '\(interface)' is not understood; the network's "
            + "description can give the address")
        if let index = interfaceByName[interface] {
          addReason(index, at: entry.place, "a subnet of interface '\(interface)' is not known")
        }
      }
    }
    return result
  }

  /// An address with its prefix, as a literal or by the name of an object.
  private func interfaceAddress(_ text: String) -> Interface.Address? {
    var text = text
    for scope in systems.map(\.objects) + [shared] {
      if let object = scope[.address, text], let value = object.child("ip-netmask") {
        text = value.text
        break
      }
    }
    guard let read = try? AddressInPrefix(parsing: text) else { return nil }
    return Interface.Address(read.address, length: read.prefix.length)
  }

  /// Gives an interface the addresses of the configuration, which win over the description's.
  mutating func settle(_ addresses: [Interface.Address], of index: Int) {
    guard !addresses.isEmpty else { return }
    let old = device.interfaces[index].addresses
    if !old.isEmpty, Set(old) != Set(addresses) {
      notice(
        .finding, at: device.interfaces[index].place,
        "the configuration gives interface '\(device.interfaces[index].name)' other addresses than "
          + "the description; the configuration's are used")
    }
    device.interfaces[index].addresses = addresses
  }

  private mutating func readProxies(_ list: XMLElement, of index: Int) {
    for entry in entries(list) {
      let negate = value(entry, "negate")?.text == "yes"
      guard let set = Self.literal(name(of: entry)) else {
        ledger.opaque(entry)
        notice(.opaque, at: entry.place, "the proxied address is not understood")
        continue
      }
      let current = device.interfaces[index].answersFor
      device.interfaces[index].answersFor = negate ? current.subtracting(set) : current.union(set)
    }
  }

  /// An interface that gets its address, and as a rule a default route, at run time.
  private mutating func readDynamicAddress(_ dynamic: XMLElement, of index: Int) {
    let name = device.interfaces[index].name
    if device.interfaces[index].addresses.isEmpty {
      notice(
        .opaque, at: dynamic.place,
        "interface '\(name)' gets its address at run time; the network's description can give it")
      addReason(index, at: dynamic.place, "the subnet of interface '\(name)' is not in the file")
    }
    guard dynamic.child("create-default-route")?.text != "no" else { return }
    addReason(index, at: dynamic.place, "interface '\(name)' gets a default route at run time")
  }

  /// Notes why an interface's VRF may have routes that are not in the file.
  private mutating func addReason(_ interface: Int, at place: Place, _ why: String) {
    interfaceReasons.append((interface, .init(place: place, why: why)))
  }

  /// The pairs of interfaces that are virtual wires.
  private mutating func readVirtualWires(_ network: XMLElement) {
    guard let list = child(network, "virtual-wire") else { return }
    for entry in entries(list) {
      let ends = ["interface1", "interface2"].compactMap { value(entry, $0) }
      ledger.model(entry, inside: ["multicast-firewalling", "link-state-pass-through", "enable"])
      if let tags = value(entry, "tag-allowed"), !tags.text.isEmpty, tags.text != "0-4094" {
        notice(
          .remark, at: tags.place, "the VLANs that the virtual wire carries are not told apart")
      }
      let indexes = ends.compactMap { interfaceByName[$0.text] }
      guard indexes.count == 2, ends.count == 2 else {
        notice(.finding, at: entry.place, "the virtual wire does not join two interfaces")
        continue
      }
      wires[indexes[0]] = indexes[1]
      wires[indexes[1]] = indexes[0]
    }
  }
}
