import Networks
import Packets
import Policies

extension ClaimLowering {
  /// Who must not get what to whom, for a requirement that packets alone decide.
  func asks(of resolved: ResolvedRequirement) throws(NoClaim) -> [Ask] {
    let counted = counted(resolved)
    switch resolved.obligation {
    case .isolate(let from, let to, let services):
      return [ask(from, to, services: services, counted: counted)]
    case .allowOnly(let from, let to, let conduits):
      return try excess(from, to, over: conduits, counted: counted)
    case .through(let from, let to, let via):
      let around = HeaderBox().constrained(.monitor, to: Ranges(0))
      var direct = ask(from, to, counted: HeaderBox.product(counted, [around]))
      direct.watched = via.devices
      if via.parts.isEmpty { return [direct] }
      return [direct] + relayed(from, except: via, pulling: false)
    case .oneWay(let from, let to):
      return [ask(to, from, counted: counted)]
    case .noExit(let from, let to, let except):
      let direct = exits(from, to: to, except: except, counted: counted)
      if resolved.requirement.exits == .direct { return direct }
      return direct + relayed(from, except: nil, pulling: true)
    case .managedFrom(let devices, let from, let services):
      let others = traffic.others(than: from, and: devices)
      return [ask(others, devices, services: services ?? .management, counted: counted)]
    case .mustReach, .noDualHomed:
      throw NoClaim(reason: "it does not say what must not arrive")
    }
  }

  /// Boxes of the deliveries that count against a requirement.
  private func counted(_ resolved: ResolvedRequirement) -> [HeaderBox] {
    var countsReplies = resolved.requirement.replies == .forbid
    switch resolved.obligation {
    case .oneWay, .noExit: countsReplies = true
    default: break
    }
    let uses = HeaderBox().constrained(
      .sessionUse, to: Ranges(0...UInt128(SessionUse.related.rawValue)))
    // A packet that needs no session cannot be told from a reply: where those count, all do.
    if countsReplies { return [HeaderBox()] }
    if resolved.requirement.count == .all { return [uses] }
    let whole = HeaderBox().constrained(.fragment, to: Ranges(0))
      .constrained(.sessionUse, to: Ranges(0))
    let tcp = Ranges(UInt128(IPProtocol.tcp))
    return [
      whole.constrained(.protocol, to: tcp.complement(upTo: 255)),
      whole.constrained(.protocol, to: tcp).constrained(.tcpFlags, to: TCPFlags.initial),
    ]
  }

  /// Nothing of these services that one zone sends may arrive in another.
  private func ask(
    _ from: ZoneExtent, _ to: ZoneExtent, services: ServiceSet = .any, counted: [HeaderBox]
  ) -> Ask {
    let parts = portClasses(of: services).map { portClass in
      let boxes = HeaderBox.product(portClass.delivered, counted)
      return Ask.Part(
        sent: portClass.sent, forbidden: deliveries(in: to) { HeaderBox.product($0, boxes) })
    }
    return Ask(sources: traffic.starts(of: from), parts: parts)
  }

  /// What arrives in a zone, narrowed; nothing is left out but what cannot exist.
  private func deliveries(
    in zone: ZoneExtent, narrowed: ([HeaderBox]) -> [HeaderBox]
  ) -> [Claims.Packets] {
    deliveries(in: zone) { _, boxes in narrowed(boxes) }
  }

  private func deliveries(
    in zone: ZoneExtent,
    narrowed: (CanonicalNetwork.Delivery, [HeaderBox]) -> [HeaderBox]
  ) -> [Claims.Packets] {
    let all =
      zone.parts.map { (CanonicalNetwork.Delivery.segment($0.segment), traffic.received(by: $0)) }
      + zone.devices.map { (.device($0), [HeaderBox()]) }
    return all.map { delivery, boxes in
      Claims.Packets(
        location: traffic.location(of: delivery),
        boxes: narrowed(delivery, boxes).filter(\.holdsPackets))
    }.filter { !$0.boxes.isEmpty }
  }

  // MARK: Services

  /// Packets by the destination port with which they were sent, and boxes of those of them that are
  /// of services when they are delivered.
  private struct PortClass {
    var sent: [HeaderBox]
    var delivered: [HeaderBox]
  }

  /// A packet is of a service by the port with which it was sent or by that with which it is
  /// delivered; where nothing writes ports they are the same.
  private func portClasses(of services: ServiceSet) -> [PortClass] {
    let everything = [HeaderBox()]
    if services.isAny { return [PortClass(sent: everything, delivered: everything)] }
    let delivered = traffic.boxes(of: services)
    var named: [Service] = []
    for case .ports(let service) in services.terms { named.append(service) }
    guard !named.isEmpty, writes.fields.contains(.destinationPort) else {
      return [PortClass(sent: everything, delivered: delivered)]
    }
    let any = HeaderBox()
    // A packet without a port was sent with port 0, which counts as its port only where something
    // may write one into it.
    let lacking = writes.writesMissingPorts ? [] : MatchBoxes.lacking(.destinationPort)
    let having = writes.writesMissingPorts ? [any] : MatchBoxes.having(.destinationPort)
    var rest = PortClass(sent: lacking, delivered: delivered)
    var classes: [PortClass] = []
    for cell in Self.cells(of: named.map(\.ports), in: .destinationPort) {
      let sent = HeaderBox.product([any.constrained(.destinationPort, to: cell.values)], having)
      if cell.members.isEmpty {
        rest.sent += sent
        continue
      }
      let protocols = Ranges(values: cell.members.map { UInt128(named[$0].protocol) })
      let whatever = any.constrained(.protocol, to: protocols)
      classes.append(
        PortClass(
          sent: sent, delivered: [whatever] + delivered.filter { !$0.lies(in: whatever) }))
    }
    return rest.sent.isEmpty ? classes : [rest] + classes
  }

  /// Values of a field, cut into sets of which each is in the same sets of a list.
  private static func cells(
    of sets: [Ranges], in field: HeaderField
  ) -> [(values: Ranges, members: [Int])] {
    var cells: [(values: Ranges, members: [Int])] = [(field.allValues, [])]
    for (number, set) in sets.enumerated() where !set.isEmpty {
      cells = cells.flatMap { cell in
        [
          (cell.values.subtracting(set), cell.members),
          (cell.values.intersection(set), cell.members + [number]),
        ].filter { !$0.0.isEmpty }
      }
    }
    return cells
  }

  // MARK: Conduits

  /// Nothing that one zone sends may arrive in another beyond conduits.
  ///
  /// Where any source may be forged, each segment's senders are asked about with the conduits that
  /// begin there.
  private func excess(
    _ from: ZoneExtent, _ to: ZoneExtent, over conduits: [Conduit<ZoneExtent>],
    counted: [HeaderBox]
  ) throws(NoClaim) -> [Ask] {
    guard traffic.network.spoofing == .any else {
      return [try excess(of: from, in: to, over: conduits, counted: counted)]
    }
    var result: [Ask] = []
    for part in from.parts {
      var alone = from
      alone.parts = [part]
      alone.devices = []
      let here = conduits.filter { $0.source.map { $0[part.segment] != nil } ?? true }
      result.append(try excess(of: alone, in: to, over: here, counted: counted))
    }
    if !from.devices.isEmpty {
      var devices = from
      devices.parts = []
      let here = conduits.filter { $0.source.map { !$0.devices.isEmpty } ?? true }
      result.append(try excess(of: devices, in: to, over: here, counted: counted))
    }
    return result
  }

  private func excess(
    of from: ZoneExtent, in to: ZoneExtent, over conduits: [Conduit<ZoneExtent>],
    counted: [HeaderBox]
  ) throws(NoClaim) -> Ask {
    let open = conduits.filter { $0.source == nil }
    let named = conduits.filter { conduit in
      conduit.source != nil
        && !deliveries(in: to) { delivery, boxes in
          HeaderBox.product(boxes, traffic.boxes(of: conduit, into: delivery))
        }.isEmpty
    }
    let origins = named.map { traffic.sources(of: $0) ?? .none }
    var ask = Ask(sources: traffic.starts(of: from), parts: [])
    for sources in try sourceClasses(of: origins) {
      let forbidden = deliveries(in: to) { delivery, boxes in
        var admitted = open.flatMap { traffic.boxes(of: $0, into: delivery) }
        for member in sources.members {
          admitted += HeaderBox.product(
            traffic.boxes(of: named[member], into: delivery),
            families(of: origins[member], sources.family))
        }
        let rest = admitted.reduce(boxes) { rest, box in rest.flatMap { $0.subtracting(box) } }
        return HeaderBox.product(rest, counted)
      }
      if let index = ask.parts.firstIndex(where: { $0.forbidden == forbidden }) {
        ask.parts[index].sent += sources.sent
      } else {
        ask.parts.append(Ask.Part(sent: sources.sent, forbidden: forbidden))
      }
    }
    return ask
  }

  /// Boxes of the families in which a conduit admits packets that were sent in one, or in those of its
  /// sources, where that stays the same.
  private func families(of source: AddressSet, _ family: Family?) -> [HeaderBox] {
    [Family.ipv4, .ipv6].filter { !source[$0].isEmpty && (family ?? $0) == $0 }.map {
      HeaderBox().constrained(.family, to: Ranges(UInt128($0.rawValue)))
    }
  }

  /// Packets by the source with which they were sent, and the conduits that begin there.
  private struct SourceClass {
    /// The family in which they were sent, where another may be written.
    var family: Family?
    var members: [Int]
    var sent: [HeaderBox]
  }

  /// Packets by which of the conduits' sources they have.
  private func sourceClasses(of sources: [AddressSet]) throws(NoClaim) -> [SourceClass] {
    let frames = HeaderBox().constrained(
      .family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    if sources.isEmpty { return [SourceClass(members: [], sent: [HeaderBox()])] }
    var classes = [SourceClass(members: [], sent: [frames])]
    for (family, field) in [(Family.ipv4, HeaderField.sourceIPv4), (.ipv6, .sourceIPv6)] {
      for cell in Self.cells(of: sources.map { $0[family] }, in: field) {
        let isTold = !cell.members.isEmpty && writes.fields.contains(.family)
        let told = isTold ? family : nil
        let box = HeaderBox().constrained(
          .family, to: Ranges(UInt128(family.rawValue))
        ).constrained(field, to: cell.values)
        let index = classes.firstIndex { $0.family == told && $0.members == cell.members }
        if let index {
          classes[index].sent.append(box)
        } else {
          classes.append(SourceClass(family: told, members: cell.members, sent: [box]))
        }
      }
      guard classes.count <= ClaimBounds.sources else {
        throw NoClaim(
          reason: "its conduits tell more than \(ClaimBounds.sources) sets of sources apart")
      }
    }
    return classes
  }

  // MARK: Exits

  /// Nothing that a zone's hosts send may arrive at external addresses, but those of a list.
  private func exits(
    _ from: ZoneExtent, to: ZoneExtent?, except: ZoneExtent?, counted: [HeaderBox]
  ) -> [Ask] {
    let target = to ?? traffic.anywhereOutside(of: from)
    // What reaches everybody on the internet's segment reaches nobody in particular.
    let wanted = target.addresses.subtracting(except?.addresses ?? AddressSet.none).destinationBoxes
    let forbidden = HeaderBox.product(wanted, counted)
    func ask(_ sources: [Claims.Packets], in boxes: [HeaderBox]) -> Ask {
      let deliveries = deliveries(in: target) { HeaderBox.product($0, boxes) }
      return Ask(sources: sources, parts: [Ask.Part(sent: [HeaderBox()], forbidden: deliveries)])
    }
    let others = traffic.otherWays(of: from)
    var result = [ask(traffic.starts(of: from), in: forbidden)]
    if !others.segments.isEmpty {
      result.append(ask(traffic.starts(of: others.segments), in: forbidden))
    }
    // Whoever is on the internet may claim any source there; the zone's hosts are those asked about.
    let lines = traffic.starts(of: others.internet)
    let own = others.internet.addresses.sourceBoxes
    let tellsFamilies = writes.fields.contains(.family)
    for boxes in tellsFamilies ? own.map({ [$0] }) : [own] {
      let sources = lines.map {
        Claims.Packets(location: $0.location, boxes: HeaderBox.product($0.boxes, boxes))
      }
      // Where the family may be rewritten, packets of another one are those of nobody of the zone.
      let families = boxes.map { HeaderBox().constrained(.family, to: $0[.family]) }
      result.append(ask(sources, in: HeaderBox.product(forbidden, families)))
    }
    return result.filter { !$0.sources.isEmpty }
  }

  /// Nothing may lead through a relay.
  ///
  /// Nothing that it accepts may arrive there, and, with `pulling`, nothing that it opens at the
  /// zone. What relays open in turn is not followed.
  private func relayed(_ zone: ZoneExtent, except: ZoneExtent?, pulling: Bool) -> [Ask] {
    var result: [Ask] = []
    for relay in traffic.relays(outside: zone, and: except) {
      result.append(ask(zone, relay.extent, services: relay.accepts, counted: [HeaderBox()]))
      guard pulling else { continue }
      result.append(ask(relay.extent, zone, services: relay.opens, counted: [HeaderBox()]))
    }
    return result
  }
}
