import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

extension Engine {
  /// Where the packets of a zone's hosts start.
  mutating func hostStarts(of extent: ZoneExtent) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for part in extent.parts { result.append(try start(of: part)) }
    return result.filter { !$0.space.isEmpty }
  }

  /// Where the packets of a zone's devices start.
  mutating func deviceStarts(of extent: ZoneExtent) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for device in extent.devices { result += try starts(ofDevice: device) }
    return result.filter { !$0.space.isEmpty }
  }

  /// Where the packets of one part of a zone start.
  mutating func start(of part: ZoneExtent.Part) throws(LimitReached) -> ReachKey.Start {
    let sources: AddressSet
    switch network.spoofing {
    case .none: sources = part.addresses
    case .segment, .any:
      sources = part.addresses.union(network.spoofableAddresses(on: part.segment))
    }
    return ReachKey.Start(
      location: canonical.sent[part.segment], space: try packets(from: sources, frames: true))
  }

  /// Where a device's own packets start: in its own pipeline, and on segments that a link joins to it.
  mutating func starts(ofDevice device: Int) throws(LimitReached) -> [ReachKey.Start] {
    let vrfs = network.devices[device].vrfs.indices
    var space = HeaderSpace.empty
    for vrf in vrfs {
      let own = network.devices[device].ownAddresses(vrf: vrf)
      let sources = network.spoofing == .any ? .all : own
      let packets = try packets(from: sources, frames: false)
      let placed = try store.assign(.vrf, Ranges(UInt128(vrf)), in: packets)
      space = try store.union(space, placed)
    }
    var result = [ReachKey.Start(location: canonical.output[device], space: space)]
    for link in network.links {
      for (near, far) in [(link.from, link.to), (link.to, link.from)] {
        guard near == .device(device), case .segment(let segment) = far else { continue }
        let outside = try store.assign(.vrf, Ranges(0), in: space)
        result.append(ReachKey.Start(location: canonical.sent[segment], space: outside))
      }
    }
    return result
  }

  /// The sources that hosts on a segment may have, whoever they are.
  func sources(on segment: Int) -> AddressSet {
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

  /// Everything that any host in the network can send.
  ///
  /// What devices send of their own is left out, which every verdict lists as an assumption: nobody
  /// says what that is, and if it could be anything, every firewall would have a session to anywhere
  /// about which anybody could send ICMP errors.
  mutating func everySender() throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for segment in network.segments.indices {
      result.append(
        ReachKey.Start(
          location: canonical.sent[segment],
          space: try packets(from: sources(on: segment), frames: true)))
    }
    return result.filter { !$0.space.isEmpty }
  }

  /// The packets with one of these sources, to which nothing has happened yet.
  private mutating func packets(
    from sources: AddressSet, frames: Bool
  ) throws(LimitReached) -> HeaderSpace {
    var boxes: [HeaderBox] = []
    for (family, field) in [(Family.ipv4, HeaderField.sourceIPv4), (.ipv6, .sourceIPv6)]
    where !sources[family].isEmpty {
      boxes.append(
        Self.fresh.constrained(.family, to: Ranges(UInt128(family.rawValue)))
          .constrained(field, to: sources[family]))
    }
    if frames {
      boxes.append(
        Self.fresh.constrained(.family, to: Ranges(UInt128(Family.nonIP.rawValue))))
    }
    let space = try store.space(of: boxes)
    return try store.intersection(space, valid)
  }

  /// A packet that was just sent.
  private static let fresh = outside.constrained(.monitor, to: Ranges(0))
    .constrained(.origin, to: Ranges(0))

  /// Boxes of what a part of a zone receives among the packets delivered on its segment: those to
  /// its addresses, and those that reach everybody.
  func received(by part: ZoneExtent.Part) -> [HeaderBox] {
    var addresses = part.addresses.union(Network.multicast)
    for segment in network.domain(of: part.segment) {
      addresses = addresses.union(network.directedBroadcasts(on: segment))
    }
    return destinationBoxes(addresses) + [
      HeaderBox().constrained(.family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    ]
  }

  /// Boxes of the packets to one of these addresses.
  func destinationBoxes(_ addresses: AddressSet) -> [HeaderBox] {
    familyBoxes(addresses, .destinationIPv4, .destinationIPv6)
  }

  /// Boxes of the packets to an address of a zone or of one of its devices.
  func destinationBoxes(_ extent: ZoneExtent) -> [HeaderBox] {
    destinationBoxes(
      extent.devices.reduce(extent.addresses) { $0.union(network.devices[$1].ownAddresses) })
  }

  /// Boxes of the packets that were sent from one of these addresses.
  func sentSourceBoxes(_ addresses: AddressSet) -> [HeaderBox] {
    familyBoxes(addresses, .sentSourceIPv4, .sentSourceIPv6)
  }

  private func familyBoxes(
    _ addresses: AddressSet, _ v4: HeaderField, _ v6: HeaderField
  ) -> [HeaderBox] {
    var boxes: [HeaderBox] = []
    for (family, field) in [(Family.ipv4, v4), (.ipv6, v6)] where !addresses[family].isEmpty {
      boxes.append(
        HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
          .constrained(field, to: addresses[family]))
    }
    return boxes
  }
}
