public import Networks
public import Packets
public import Policies

/// What zones send and receive in a network, in boxes.
///
/// The engine makes its sets from these boxes, and claims are written in them. Boxes of packets that
/// start hold some that do not exist, too: they are meant within `HeaderBox.validPackets`.
public struct ZoneTraffic: Sendable {
  /// The network.
  public let network: Network
  /// The same, lowered.
  public let canonical: CanonicalNetwork

  /// The traffic of a network.
  public init(_ network: Network, _ canonical: CanonicalNetwork) {
    self.network = network
    self.canonical = canonical
  }

  /// A packet between devices: every device field is 0.
  public static let outside: HeaderBox = {
    var box = HeaderBox()
    for field in HeaderField.allCases where field >= .mark && field <= .sourceTranslation {
      box.constrain(field, to: Ranges(0))
    }
    return box
  }()

  /// A packet that was just sent.
  static let fresh = outside.constrained(.monitor, to: Ranges(0))
    .constrained(.origin, to: Ranges(0))

  /// Boxes of the frames that carry no IP.
  private static let frames = HeaderBox().constrained(
    .family, to: Ranges(UInt128(Family.nonIP.rawValue)))

  // MARK: Sending

  /// Everything that any host in the network can send.
  ///
  /// What devices send of their own is left out, which every verdict lists as an assumption: nobody
  /// says what that is, and if it could be anything, every firewall would have a session to anywhere
  /// about which anybody could send ICMP errors.
  public func everySender() -> [Claims.Packets] {
    network.segments.indices.filter(network.hasHosts).map { segment in
      Claims.Packets(
        location: canonical.sent[segment], boxes: Self.sent(from: sources(on: segment)))
    }
  }

  /// The sources that hosts on a segment may have, whoever they are.
  public func sources(on segment: Int) -> AddressSet {
    var sources = network.addresses(on: segment)
    if network.spoofing != .none || sources.isEmpty {
      sources = sources.union(network.spoofableAddresses(on: segment))
    }
    for group in network.endpoints {
      for attachment in group.attachments where attachment.segment == segment {
        sources = sources.union(attachment.addresses)
      }
    }
    for link in network.links {
      for (near, far) in [(link.from, link.to), (link.to, link.from)] where far == .segment(segment)
      {
        sources = sources.union(link.addresses)
        guard case .endpoint(let group) = near else { continue }
        for attachment in network.endpoints[group].attachments {
          sources = sources.union(attachment.addresses)
        }
      }
    }
    return sources
  }

  /// Where the packets of one part of a zone start.
  public func start(of part: ZoneExtent.Part) -> Claims.Packets {
    let sources: AddressSet
    switch network.spoofing {
    case .none: sources = part.addresses
    case .segment, .any:
      sources = part.addresses.union(network.spoofableAddresses(on: part.segment))
    }
    return Claims.Packets(
      location: canonical.sent[part.segment], boxes: Self.sent(from: sources))
  }

  /// Where a device's own packets start: in its own pipeline, and on segments that a link joins to it.
  public func starts(ofDevice device: Int) -> [Claims.Packets] {
    guard network.devices[device].sendsOwnPackets else { return [] }
    var inside: [HeaderBox] = []
    var outside: [HeaderBox] = []
    for vrf in network.devices[device].vrfs.indices {
      let own = network.devices[device].ownAddresses(vrf: vrf)
      let sources = network.spoofing == .any ? .all : own
      let boxes = HeaderBox.product([Self.fresh], sources.sourceBoxes)
      inside += boxes.map {
        $0.without(.vrf).constrained(.vrf, to: Ranges(UInt128(vrf)))
      }
      for box in boxes where !outside.contains(box) { outside.append(box) }
    }
    var result = [Claims.Packets(location: canonical.output[device], boxes: inside)]
    for link in network.links {
      for (near, far) in [(link.from, link.to), (link.to, link.from)] {
        guard near == .device(device), case .segment(let segment) = far else { continue }
        result.append(Claims.Packets(location: canonical.sent[segment], boxes: outside))
      }
    }
    return result
  }

  /// Where the packets of a zone start, those of its hosts first.
  func starts(of extent: ZoneExtent) -> [Claims.Packets] {
    extent.parts.map(start) + extent.devices.flatMap(starts(ofDevice:))
  }

  /// What hosts send that have these sources, and frames, which have none.
  private static func sent(from sources: AddressSet) -> [HeaderBox] {
    HeaderBox.product([fresh], sources.sourceBoxes + [frames])
  }

  // MARK: Receiving

  /// Boxes of what a part of a zone receives among the packets delivered on its segment: those to
  /// its addresses, and those that reach everybody.
  public func received(by part: ZoneExtent.Part) -> [HeaderBox] {
    var addresses = part.addresses.union(Network.multicast)
    for segment in network.domain(of: part.segment) {
      addresses = addresses.union(network.directedBroadcasts(on: segment))
    }
    return addresses.destinationBoxes + [Self.frames]
  }

  /// The addresses of an extent, those of its devices among them.
  public func addresses(of extent: ZoneExtent) -> AddressSet {
    extent.devices.reduce(extent.addresses) { $0.union(network.devices[$1].ownAddresses) }
  }

  /// Where packets are when they are delivered.
  public func location(of delivery: CanonicalNetwork.Delivery) -> Int {
    switch delivery {
    case .segment(let segment): canonical.deliveredOnSegment[segment]
    case .device(let device): canonical.deliveredToDevice[device]
    }
  }

  /// Boxes of the packets of services, by the port that this field has.
  public func boxes(
    of services: ServiceSet, port: HeaderField = .destinationPort
  ) -> [HeaderBox] {
    do {
      return try headerBoxes(
        of: services.match(port: port), conditions: canonical.conditions, place: network.place)
    } catch {
      // Services are unions of small products, far below the bound; everything is the safe side.
      return [HeaderBox()]
    }
  }

  /// The sources that a conduit admits; `nil` for all.
  ///
  /// Where senders use any address of their segment, the first and the last of an IPv4 subnet are theirs,
  /// too, if all hosts of the subnet are the conduit's: nobody else could have sent from these.
  public func sources(of conduit: Conduit<ZoneExtent>) -> AddressSet? {
    guard let source = conduit.source else { return nil }
    guard network.spoofing == .segment else { return source.addresses }
    var ends: [UInt128] = []
    for part in source.parts where part.segment != network.internet {
      let taken = part.addresses.union(network.answeredAddresses(on: part.segment)).ipv4
      for subnet in network.segments[part.segment].subnets
      where subnet.family == .ipv4 && subnet.length < 31 {
        let range = subnet.range
        let hosts = Ranges((range.lowerBound + 1)...(range.upperBound - 1))
        if hosts.subtracting(taken).isEmpty { ends += [range.lowerBound, range.upperBound] }
      }
    }
    return source.addresses.union(AddressSet(ipv4: Ranges(values: ends)))
  }

  /// Boxes of the packets that a conduit admits into one delivery, whoever sent them.
  public func boxes(
    of conduit: Conduit<ZoneExtent>, into delivery: CanonicalNetwork.Delivery
  ) -> [HeaderBox] {
    let result = boxes(of: conduit.services)
    guard let destination = conduit.destination else { return result }
    switch delivery {
    case .segment(let segment):
      guard let part = destination[segment] else { return [] }
      return HeaderBox.product(result, part.addresses.destinationBoxes)
    case .device(let device): return destination.devices.contains(device) ? result : []
    }
  }
}
