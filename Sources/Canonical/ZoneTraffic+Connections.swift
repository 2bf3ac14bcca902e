import Networks
public import Packets
public import Policies

extension ZoneTraffic {
  /// Why a trip says nothing for which nobody can ask.
  public static let nobodyAsks =
    "no packet of the services has a source and a destination in the zones"

  /// What has to come about so that everybody of one zone can connect to everybody of another: goals,
  /// each with the trips of which one is enough.
  ///
  /// Asked about are all declared addresses, or all usable ones where none is declared. A host that is
  /// published under other addresses may be reached by those instead of its own, and is a goal by
  /// itself.
  public func goals(
    from: ZoneExtent, to: ZoneExtent, services: ServiceSet
  ) -> [[Claims.Trip]] {
    let from = Connecting(from, in: network, traffic: self)
    var rest = atHome(to).declaredOnly
    var goals: [[Claims.Trip]] = []
    for group in network.endpoints where !group.published.isEmpty {
      let goal = rest.part(ownedBy: group)
      if goal.isEmpty { continue }
      rest = rest.subtracting(goal)
      let published = AddressSet(group.published.map { Prefix(host: $0) })
      let own = goal.addresses
      goals.append([own, published].map { trip(from, goal, by: $0, services: services) })
    }
    if !rest.isEmpty {
      goals.append([trip(from, rest, by: addresses(of: rest), services: services)])
    }
    return goals
  }

  /// A trip to a goal, by packets to these addresses.
  private func trip(
    _ from: Connecting, _ goal: ZoneExtent, by addresses: AddressSet, services: ServiceSet
  ) -> Claims.Trip {
    let packets = opening(to: addresses, services: services)
    var asks: [Claims.Packets] = []
    for sending in from.sendings { asks += obedientStarts(of: packets, sending) }
    for device in from.extent.devices {
      let inside = packets.map { $0.without(.vrf) }
      for start in starts(ofDevice: device) {
        asks.append(
          Claims.Packets(
            location: start.location, boxes: HeaderBox.product(start.boxes, inside)))
      }
    }
    var answers: [Claims.Answer] = []
    for sending in sendings(from: goal) {
      let arrived = canonical.deliveredOnSegment[sending.segment]
      for packets in obedientStarts(of: [HeaderBox()], sending) {
        answers.append(Claims.Answer(arrived: arrived, packets: packets))
      }
    }
    for device in goal.devices {
      answers.append(
        Claims.Answer(
          arrived: canonical.deliveredToDevice[device],
          packets: Claims.Packets(location: canonical.output[device], boxes: [HeaderBox()])))
    }
    return Claims.Trip(
      asks: asks.filter { !$0.boxes.isEmpty }, arrives: arrivals(in: goal), answers: answers,
      returns: from.returns)
  }

  /// Where packets arrive that are for the addresses of an extent, or for its devices.
  fileprivate func arrivals(in extent: ZoneExtent) -> [Claims.Packets] {
    let segments = extent.parts.map {
      Claims.Packets(
        location: canonical.deliveredOnSegment[$0.segment], boxes: $0.addresses.destinationBoxes)
    }
    let devices = extent.devices.map {
      Claims.Packets(location: canonical.deliveredToDevice[$0], boxes: [HeaderBox()])
    }
    return (segments + devices).filter { !$0.boxes.isEmpty }
  }

  /// The parts of an extent where its addresses are at home, without those on lines.
  fileprivate func atHome(_ extent: ZoneExtent) -> ZoneExtent {
    var result = extent
    result.parts = extent.parts.filter { part in
      if !network.segments[part.segment].hasUndeclaredHosts { return false }
      let home = network.addresses(on: part.segment)
      return home.isEmpty || part.addresses.isEmpty
        || !part.addresses.intersection(home).isEmpty
    }
    return result
  }

  // MARK: Well-behaved hosts

  /// A set of addresses with the segment on which they send.
  fileprivate struct Sending {
    var segment: Int
    var addresses: AddressSet
    var gateway: [Family: IPAddress]
  }

  /// Who opens connections.
  fileprivate struct Connecting {
    var extent: ZoneExtent
    var sendings: [Sending]
    var returns: [Claims.Packets]

    init(_ extent: ZoneExtent, in network: Network, traffic: ZoneTraffic) {
      self.extent = traffic.atHome(extent)
      sendings = traffic.sendings(from: self.extent)
      returns = traffic.arrivals(in: self.extent.declaredOnly)
    }
  }

  /// Who sends: each declared group by its own gateway, or the whole segment where none is declared.
  fileprivate func sendings(from extent: ZoneExtent) -> [Sending] {
    var result: [Sending] = []
    for part in extent.parts {
      var rest = part.declared.isEmpty ? part.addresses : part.declared
      rest = rest.subtracting(Network.linkLocal).subtracting(addressesByLine(on: part.segment))
      for group in network.endpoints {
        for attachment in group.attachments where attachment.segment == part.segment {
          let own = attachment.addresses.intersection(rest)
          guard !own.isEmpty, let gateway = attachment.gateway else { continue }
          result.append(
            Sending(
              segment: part.segment, addresses: own, gateway: [gateway.family: gateway]))
          rest = rest.subtracting(own)
        }
      }
      if !rest.isEmpty {
        result.append(Sending(segment: part.segment, addresses: rest, gateway: [:]))
      }
    }
    return result
  }

  /// Where packets start that a well-behaved host sends: those for its own subnets on its segment, all
  /// others at its gateway, or at every neighbour where no gateway is named.
  fileprivate func obedientStarts(
    of packets: [HeaderBox], _ sending: Sending
  ) -> [Claims.Packets] {
    let segment = sending.segment
    let own = HeaderBox.product(packets, sending.addresses.sourceBoxes)
    if segment == network.internet {
      return [Claims.Packets(location: canonical.sent[segment], boxes: own)]
    }
    let near = network.domain(of: segment).reduce(Network.linkLocal) {
      $0.union(AddressSet(network.segments[$1].subnets))
    }
    var result = [
      Claims.Packets(
        location: canonical.put[segment],
        boxes: HeaderBox.product(own, near.destinationBoxes))
    ]
    let ports = network.domain(of: segment).flatMap { network.ports(on: $0) }.sorted()
    for family in [Family.ipv4, .ipv6] {
      let away = AddressSet.all.subtracting(near).destinationBoxes.map {
        $0.constrained(.family, to: Ranges(UInt128(family.rawValue)))
      }
      let boxes = HeaderBox.product(own, away)
      if boxes.isEmpty { continue }
      let wanted = ports.filter { port in
        guard let gateway = sending.gateway[family] else { return true }
        return network.devices[port.device].interfaces[port.interface]
          .answeredAddresses.contains(gateway)
      }
      for port in wanted {
        result.append(
          Claims.Packets(
            location: canonical.arrival[port.device][port.interface], boxes: boxes))
      }
      if wanted.isEmpty {
        // Nobody forwards it: it stays on the segment, and goes to nobody.
        result.append(Claims.Packets(location: canonical.put[segment], boxes: boxes))
      }
    }
    return result.filter { !$0.boxes.isEmpty }
  }

  /// The opening packets of the services to some destinations, from unprivileged ports.
  private func opening(to addresses: AddressSet, services: ServiceSet) -> [HeaderBox] {
    let tcp = Ranges(UInt128(IPProtocol.tcp))
    let plain = Self.fresh.constrained(.fragment, to: Ranges(0))
    let kinds = [
      plain.constrained(.protocol, to: tcp)
        .constrained(.tcpFlags, to: Ranges(UInt128(TCPFlags.syn)))
        .constrained(.sourcePort, to: Ranges(1024...65535)),
      plain.constrained(.protocol, to: IPProtocol.withPorts.subtracting(tcp))
        .constrained(.sourcePort, to: Ranges(1024...65535)),
      plain.constrained(.protocol, to: IPProtocol.withPorts.complement(upTo: 255)),
    ]
    let wanted = HeaderBox.product(
      HeaderBox.product(kinds, HeaderBox.validPackets), boxes(of: services))
    return HeaderBox.product(
      wanted.flatMap(Self.withoutExtensionHeaders), addresses.destinationBoxes)
  }

  /// The packets of a box of which the first next header is the protocol itself.
  public static func withoutExtensionHeaders(_ box: HeaderBox) -> [HeaderBox] {
    let ipv6 = box.constrained(.family, to: Ranges(UInt128(Family.ipv6.rawValue)))
    let others = box.constrained(
      .family, to: Ranges(values: [Family.ipv4, .nonIP].map { UInt128($0.rawValue) }))
    var result = others[.family].isEmpty ? [] : [others]
    if ipv6[.family].isEmpty { return result }
    for number in ipv6[.protocol].ranges.flatMap({ Array($0) }) {
      result.append(
        ipv6.constrained(.protocol, to: Ranges(number))
          .constrained(.nextHeader, to: Ranges(number)))
    }
    return result
  }
}

extension ZoneExtent {
  /// The extent with only the declared addresses, on segments where any is declared.
  fileprivate var declaredOnly: Self {
    var result = self
    result.parts = parts.map { part in
      var part = part
      if !part.declared.isEmpty { part.addresses = part.declared }
      part.addresses = part.addresses.subtracting(Network.linkLocal)
      return part
    }
    return result
  }

  /// The part of it that an endpoint group has.
  fileprivate func part(ownedBy group: EndpointGroup) -> Self {
    var result = self
    result.devices = []
    result.parts = parts.compactMap { part in
      var own = part
      let attached = group.attachments.filter { $0.segment == part.segment }
      let addresses = attached.reduce(AddressSet.none) { $0.union($1.addresses) }
      own.addresses = addresses.intersection(part.addresses)
      own.declared = own.addresses
      return own.addresses.isEmpty ? nil : own
    }
    return result
  }

  /// It without the addresses of another.
  fileprivate func subtracting(_ goal: Self) -> Self {
    var result = self
    result.parts = parts.compactMap { part in
      guard let other = goal[part.segment] else { return part }
      var rest = part
      rest.addresses = part.addresses.subtracting(other.addresses)
      rest.declared = part.declared.subtracting(other.addresses)
      return rest.addresses.isEmpty ? nil : rest
    }
    return result
  }
}
