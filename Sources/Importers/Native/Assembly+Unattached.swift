import Networks
import Packets
import Places

extension Assembly {
  /// Gives each interface of which nothing says where it leads a segment of its own, and lets one
  /// lead on where routes send packets out of it to whom nobody described.
  ///
  /// Under a condition of its name, a device that nobody described stands behind it: one that hands
  /// packets on, as they are or rewritten, to the internet, to what is behind other such interfaces
  /// and to every segment with an unmodelled neighbour, and from there to the interface.
  mutating func attachToUnknown() {
    let ports = unknownPorts()
    guard !ports.isEmpty else { return }
    var elsewhere = segmentsWithUnmodelledNeighbours()
    if let internet = network.internet {
      elsewhere.insert(internet, at: 0)
    } else if ports.count > 1 {
      let place = network.devices[ports[0].device].interfaces[ports[0].interface].place
      elsewhere.append(addUnknownSegment(named: "unattached", at: place))
    }
    for port in ports {
      let segment = network.devices[port.device].interfaces[port.interface].segment
      leadOn(from: port, segment, elsewhere.filter { $0 != segment })
    }
  }

  /// The interfaces that are up, no loopbacks, and on no segment, or alone on one from which routes
  /// send packets on without a gateway.
  ///
  /// One with an address of its own alone is a loopback unless something sends packets out of it.
  private func unknownPorts() -> [Port] {
    var result: [Port] = []
    for (d, device) in network.devices.enumerated() {
      let used = device.namedExits
      for (i, interface) in device.interfaces.enumerated()
      where interface.isUp && !interface.isNamedLoopback {
        let leadsOn =
          interface.segment.map {
            device.sendsBeyond(subnets(around: $0), by: i) && isAlone(on: $0)
          }
          ?? (!interface.hasAddressBeyondLink || used.contains(i))
        if leadsOn { result.append(Port(device: d, interface: i)) }
      }
    }
    return result
  }

  private func subnets(around segment: Int) -> AddressSet {
    AddressSet(network.domain(of: segment).flatMap { network.segments[$0].subnets })
  }

  /// Whether a segment has one interface only, and does not belong to the internet.
  private func isAlone(on segment: Int) -> Bool {
    let domain = network.domain(of: segment)
    let joined = network.internetJoinedSegments
    return !domain.contains { $0 == network.internet || joined.contains($0) }
      && domain.reduce(0) { $0 + network.ports(on: $1).count } == 1
  }

  private mutating func leadOn(from port: Port, _ known: Int?, _ elsewhere: [Int]) {
    let device = network.devices[port.device].name
    let interface = network.devices[port.device].interfaces[port.interface]
    let name = "unattached:\(device)/\(interface.name)"
    let segment = known ?? addUnknownSegment(named: name, at: interface.place)
    network.devices[port.device].interfaces[port.interface].segment = segment
    let condition = globalCondition(
      name, at: interface.place,
      "nothing says where interface '\(interface.name)' of '\(device)' leads")
    note(
      .inferred, at: interface.place,
      "interface '\(interface.name)' of '\(device)' "
        + (known == nil ? "joins no segment" : "sends packets to whom nobody described")
        + "; whether it leads on is the condition '\(name)'")
    if elsewhere.isEmpty { return }
    var unknown = Device(name: name, place: interface.place, kind: .router)
    unknown.sendsOwnPackets = false
    for (number, segment) in ([segment] + elsewhere).enumerated() {
      var end = Interface(name: "\(number + 1)", place: interface.place)
      end.segment = segment
      if number == 0 { end.answersFor = known.map { subnets(around: $0).complement } ?? .all }
      unknown.interfaces.append(end)
    }
    unknown.vrfs[0].unknownRoutes = condition
    unknown.acls = [
      rewriting(name, under: condition, at: interface.place),
      acrossFirst(name, at: interface.place),
    ]
    unknown.pipeline = Pipeline(
      arrival: [.filter(0, role: .plain), .route(.destination)],
      departure: [.filter(1, role: .plain)])
    devices[name] = network.devices.count
    network.devices.append(unknown)
  }

  /// A segment on which nobody is known.
  ///
  /// Its only subnet is the unspecified address, which no host has; nobody on it sends where the
  /// condition is false.
  private mutating func addUnknownSegment(named name: String, at place: Place) -> Int {
    let segment = addLine(named: name, .copper, at: place)
    network.segments[segment].subnets = [Prefix(host: IPAddress(ipv4: 0))]
    return segment
  }

  /// Passes every packet as it is or with any values, where the condition is true.
  private func rewriting(_ name: String, under condition: Int, at place: Place) -> ACL {
    let fields = HeaderField.allCases.filter {
      $0 < .etherType && ![.family, .application, .fragment].contains($0)
    }
    let rule = ACL.Rule(
      name: name, place: place, match: .any,
      action: .opaque(condition: condition, writes: fields))
    return ACL(name: name, place: place, rules: [rule], end: .permit)
  }

  /// Passes what comes in or leaves by the first interface.
  private func acrossFirst(_ name: String, at place: Place) -> ACL {
    let rules = [HeaderField.ingress, .egress].map { field in
      ACL.Rule(name: name, place: place, match: .field(field, Ranges(1)), action: .permit)
    }
    return ACL(name: name, place: place, rules: rules, end: .deny)
  }

  /// The segments on which a gateway is named that no interface answers for.
  private func segmentsWithUnmodelledNeighbours() -> [Int] {
    let joined = Set(network.internetJoinedSegments)
    var result: Set<Int> = []
    func add(_ gateway: IPAddress, on segment: Int) {
      let domain = network.domain(of: segment)
      if domain.contains(where: { joined.contains($0) || $0 == network.internet }) { return }
      let isAnswered = domain.contains { segment in
        network.ports(on: segment).contains { port in
          network.devices[port.device].interfaces[port.interface].answeredAddresses
            .contains(gateway)
        }
      }
      if !isAnswered { result.insert(segment) }
    }
    for device in network.devices {
      for case .gateway(let gateway, let named) in device.vrfs.flatMap(\.routes).flatMap(\.nextHops)
      {
        for (index, interface) in device.interfaces.enumerated() where interface.isUp {
          guard let segment = interface.segment else { continue }
          let holds = interface.addresses.contains { $0.subnet.contains(gateway) }
          if named.map({ $0 == index }) ?? holds { add(gateway, on: segment) }
        }
      }
    }
    for attachment in network.endpoints.flatMap(\.attachments) {
      if let gateway = attachment.gateway { add(gateway, on: attachment.segment) }
    }
    return result.sorted()
  }
}

extension Device {
  /// Whether a route sends packets out of an interface, without a gateway, that are to none of some
  /// addresses.
  fileprivate func sendsBeyond(_ known: AddressSet, by interface: Int) -> Bool {
    let direct = NextHop.interface(interface)
    let isForced = acls.contains { list in
      list.rules.contains { $0.effects.contains(.forward(direct)) }
    }
    return isForced
      || vrfs.contains { vrf in
        vrf.routes.contains { route in
          route.nextHops.contains(direct)
            && !AddressSet([route.destination]).subtracting(known).isEmpty
        }
      }
  }

  /// The interfaces that a route or a rule names as the way out.
  fileprivate var namedExits: Set<Int> {
    var hops = vrfs.flatMap(\.routes).flatMap(\.nextHops)
    for case .forward(let hop) in acls.flatMap(\.rules).flatMap(\.effects) { hops.append(hop) }
    return Set(
      hops.compactMap { hop in
        switch hop {
        case .interface(let index): index
        case .gateway(_, let named): named
        case .discard, .vrf: nil
        }
      })
  }
}

extension Interface {
  /// Whether it has an address that is not link-local.
  var hasAddressBeyondLink: Bool {
    addresses.contains { !Network.linkLocal.contains($0.address) }
  }

  /// Whether the name says that the interface leads nowhere: `lo`, `lo0`, `loopback.1`.
  fileprivate var isNamedLoopback: Bool {
    let name = name.lowercased()
    return name.hasPrefix("loopback")
      || name.hasPrefix("lo") && name.dropFirst(2).allSatisfy { $0.isNumber || $0 == "." }
  }
}
