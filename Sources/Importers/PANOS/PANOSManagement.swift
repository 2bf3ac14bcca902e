import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// The services of the box that a profile or the management port switches on, by element name.
  static let managementServices: [(name: String, match: Match)] = [
    (
      "ping",
      .disjunction([
        .conjunction([.field(.family, Ranges(0)), .field(.icmpType, Ranges(8))]),
        .conjunction([.field(.family, Ranges(1)), .field(.icmpType, Ranges(128))]),
      ])
    ),
    ("ssh", ports(IPProtocol.tcp, Ranges(22))),
    ("telnet", ports(IPProtocol.tcp, Ranges(23))),
    ("http", ports(IPProtocol.tcp, Ranges(80))),
    ("https", ports(IPProtocol.tcp, Ranges(443))),
    ("http-ocsp", ports(IPProtocol.tcp, Ranges(80))),
    ("snmp", ports(IPProtocol.udp, Ranges(161))),
    ("response-pages", ports(IPProtocol.tcp, Ranges(6080...6083))),
    ("userid-service", ports(IPProtocol.tcp, Ranges(5007))),
    ("userid-syslog-listener-ssl", ports(IPProtocol.tcp, Ranges(6514))),
    ("userid-syslog-listener-udp", ports(IPProtocol.udp, Ranges(514))),
  ]

  /// The names of the management port's switches where they differ from those of a profile.
  private static let portNames = ["ping": "icmp"]

  /// The element that switches a service of the management port off.
  static func disabling(_ service: String) -> String {
    "disable-\(portNames[service] ?? service)"
  }

  /// The services of the management port that run unless they are switched off.
  static let onByDefault: Set<String> = ["ping", "ssh", "telnet", "http", "https"]
}

extension PANOS.Reader {
  /// Reads the management port: an interface of its own, apart from the zones and the routers.
  mutating func readManagementPort() {
    guard let system = descend(roots.device, "deviceconfig", "system") else { return }
    let address = value(system, "ip-address")
    let mask = value(system, "netmask")
    let gateway = value(system, "default-gateway")
    let address6 = value(system, "ipv6-address")
    let gateway6 = value(system, "ipv6-default-gateway")
    if let type = child(system, "type") { ledger.modelAll(type) }
    let isDescribed = device.interfaces.contains { $0.name == "management" }
    guard address != nil || address6 != nil || isDescribed else {
      for name in ["service", "permitted-ip", "netmask", "default-gateway", "type"] {
        if let element = system.child(name) { ledger.opaque(element) }
      }
      notice(
        .opaque, at: system.place,
        "the management port has no address in the file, so it is not in the model; an interface "
          + "'management' in the network's description adds it")
      return
    }
    let place = (address ?? address6)?.place ?? system.place
    let index = interface(named: "management", at: place)
    interfaceByName["management"] = nil
    deadInterfaces.insert(index)
    managementInterface = index
    if device.vrfs.count == 1, vrfByName.isEmpty { vrfByName[device.vrfs[0].name] = 0 }
    let vrf = vrf(named: "management")
    device.interfaces[index].vrf = vrf
    var found: [Interface.Address] = []
    if let address {
      let length = mask.flatMap { try? IPAddress(parsing: $0.text) }?.maskLength
      if let read = try? AddressInPrefix(parsing: address.text) {
        let full = read.prefix.length == 32 ? length ?? 32 : read.prefix.length
        found.append(.init(read.address, length: full))
      } else {
        notice(.opaque, at: address.place, "the management address is not understood")
      }
    }
    if let address6, let read = try? AddressInPrefix(parsing: address6.text) {
      found.append(.init(read.address, length: read.prefix.length))
    }
    settle(found, of: index)
    for gateway in [gateway, gateway6] {
      guard let gateway, let hop = try? IPAddress(parsing: gateway.text),
        let zero = IPAddress(hop.family, 0), let all = Prefix(zero, length: 0)
      else { continue }
      device.vrfs[vrf].routes.append(
        Route(to: all, via: [.gateway(hop, interface: index)], distance: 10, place: gateway.place))
    }
  }

  /// The list of what the box itself accepts, whichever interface it comes to.
  mutating func managementRules() -> [ACL.Rule] {
    let sessions = Ranges(
      values: [ConnectionState.established, .related].map { UInt128($0.rawValue) })
    var rules = [
      ACL.Rule(
        name: "session", place: implied, match: .field(.connectionState, sessions), action: .permit)
    ]
    rules += managementPortRules()
    if let network = roots.device.child("network") { readServers(network) }
    for entry in layer3Elements() { rules += profileRules(entry.element, of: entry.interface) }
    for listener in listeners {
      rules.append(
        ACL.Rule(
          name: listener.name, place: listener.place,
          match: .conjunction([
            .field(.egress, Self.registers([listener.interface])), listener.match,
          ]), action: .permit))
    }
    let discovery = Match.conjunction([
      .field(.family, Ranges(1)), .field(.icmpType, Ranges(133...137)),
    ])
    rules.append(
      ACL.Rule(name: "neighbour discovery", place: implied, match: discovery, action: .permit))
    return rules
  }

  private mutating func managementPortRules() -> [ACL.Rule] {
    guard let index = managementInterface,
      let system = descend(roots.device, "deviceconfig", "system")
    else { return [] }
    let service = child(system, "service")
    let at = Match.field(.egress, Self.registers([index]))
    let from = permittedSources(system)
    var rules: [ACL.Rule] = []
    for (name, match) in PANOS.managementServices where name != "response-pages" {
      let element = service.flatMap { child($0, PANOS.disabling(name)) }
      if element?.text == "yes" { continue }
      var parts = [at, from, match]
      if element == nil, !PANOS.onByDefault.contains(name) {
        parts.append(
          .condition(
            condition(
              "management", name, .global, at: system.place,
              "whether the management port offers \(name) by default is not documented")))
      }
      rules.append(
        ACL.Rule(
          name: "management \(name)", place: element?.place ?? system.place,
          match: .conjunction(parts), action: .permit))
    }
    return rules
  }

  /// The sources that a list of permitted addresses lets in; an absent or empty list lets in all.
  private mutating func permittedSources(_ owner: XMLElement) -> Match {
    guard let list = child(owner, "permitted-ip") else { return .any }
    var set = AddressSet.none
    var parts: [Match] = []
    let listed = entries(list)
    for entry in listed {
      if let one = Self.literal(name(of: entry)) {
        set = set.union(one)
      } else {
        ledger.opaque(entry)
        parts.append(
          .condition(
            condition(
              "permitted-ip", name(of: entry), Condition.ofSource, at: entry.place,
              "the permitted address is not understood")))
      }
    }
    return listed.isEmpty ? .any : .disjunction([PANOS.Role.source.match(set)] + parts)
  }

  /// The interfaces that can have a management profile, with the elements that name it.
  private func layer3Elements() -> [(element: XMLElement, interface: Int)] {
    guard let interfaces = roots.device.descendant("network", "interface") else { return [] }
    var result: [(element: XMLElement, interface: Int)] = []
    func add(_ element: XMLElement, _ name: String?) {
      if let name, let index = interfaceByName[name] { result.append((element, index)) }
    }
    for kind in ["ethernet", "aggregate-ethernet"] {
      for entry in interfaces.descendants(kind, "entry") {
        for mode in entry.children("layer3") {
          add(mode, entry.attribute("name"))
          for unit in mode.descendants("units", "entry") { add(unit, unit.attribute("name")) }
        }
      }
    }
    for kind in ["loopback", "tunnel", "vlan", "sdwan"] {
      guard let list = interfaces.child(kind) else { continue }
      add(list, kind)
      for unit in list.descendants("units", "entry") { add(unit, unit.attribute("name")) }
    }
    return result
  }

  private mutating func profileRules(_ element: XMLElement, of interface: Int) -> [ACL.Rule] {
    guard let name = value(element, "interface-management-profile"), !name.text.isEmpty else {
      return []
    }
    let at = Match.field(.egress, Self.registers([interface]))
    let list = roots.device.descendant("network", "profiles", "interface-management-profile")
    guard let profile = list?.children("entry").first(where: { $0.attribute("name") == name.text })
    else {
      let unknown = condition(
        "management-profile", name.text, Condition.ofPacket, at: name.place,
        "no management profile has this name")
      return [
        ACL.Rule(
          name: name.text, place: name.place, match: .conjunction([at, .condition(unknown)]),
          action: .permit)
      ]
    }
    ledger.model(profile)
    let from = permittedSources(profile)
    var rules: [ACL.Rule] = []
    for (service, match) in PANOS.managementServices {
      guard let element = child(profile, service), element.text == "yes" else { continue }
      rules.append(
        ACL.Rule(
          name: "\(name.text) \(service)", place: element.place,
          match: .conjunction([at, from, match]), action: .permit))
    }
    for element in profile.children
    where ledger.state(element) == .unread && !PANOS.Irrelevant.names.contains(element.name) {
      ledger.opaque(element)
      let unknown = condition(
        "management-profile", "\(name.text)/\(element.name)", Condition.ofPacket, at: element.place,
        "'\(element.name)' of the management profile is not modelled")
      rules.append(
        ACL.Rule(
          name: "\(name.text) \(element.name)", place: element.place,
          match: .conjunction([at, from, .condition(unknown)]), action: .permit))
    }
    return rules
  }

  /// The servers and the routing protocols that listen without a management profile.
  private mutating func readServers(_ network: XMLElement) {
    if let dhcp = child(network, "dhcp") {
      for entry in dhcp.descendants("interface", "entry") {
        guard let index = interfaceByName[name(of: entry)] else { continue }
        listeners.append(
          .init(
            name: "dhcp", place: entry.place, interface: index,
            match: PANOS.ports(IPProtocol.udp, Ranges(values: [67, 547]))))
        if let relay = entry.child("relay") {
          notice(
            .opaque, at: relay.place, "what the DHCP relay passes on is not modelled")
        }
      }
      ledger.modelAll(dhcp)
    }
    if let proxy = child(network, "dns-proxy") {
      for entry in proxy.children("entry") {
        notice(.opaque, at: entry.place, "what the DNS proxy asks others is not modelled")
        for member in entry.descendants("interface", "member") {
          guard let index = interfaceByName[member.text] else { continue }
          let match = Match.conjunction([
            .field(.destinationPort, Ranges(53)),
            .field(.protocol, Ranges(values: [6, 17])),
          ])
          listeners.append(
            .init(name: "dns-proxy", place: entry.place, interface: index, match: match))
        }
        ledger.opaque(entry)
      }
    }
    for index in device.interfaces.indices where index != managementInterface {
      guard unknownRoutes[device.interfaces[index].vrf] != nil else { continue }
      let protocols = Match.disjunction([
        PANOS.ports(IPProtocol.tcp, Ranges(179)),
        PANOS.ports(IPProtocol.udp, Ranges(values: [520, 521, 3784, 3785, 4784])),
        .field(.protocol, Ranges(values: [2, 88, 89, 103])),
      ])
      listeners.append(
        .init(name: "routing protocols", place: implied, interface: index, match: protocols))
    }
  }
}
