public import Packets

/// A device's interface, by index.
public struct Port: Hashable, Sendable, Comparable {
  /// The device, an index into `Network.devices`.
  public var device: Int
  /// The interface, an index into `Device.interfaces`.
  public var interface: Int

  /// Creates a port.
  public init(device: Int, interface: Int) {
    self.device = device
    self.interface = interface
  }

  /// Orders ports by device, then interface.
  public static func < (a: Self, b: Self) -> Bool {
    (a.device, a.interface) < (b.device, b.interface)
  }
}

extension Interface {
  /// The addresses at which the device itself is reached by this interface.
  public var ownAddresses: AddressSet {
    AddressSet(addresses.map { Prefix(host: $0.address) }).union(localAddresses)
  }

  /// The subnet-router anycast addresses of its subnets (RFC 4291, section 2.6.1), which all routers of
  /// a subnet have together.
  ///
  /// They are its own only where `localAddresses` has them: whether a device keeps to the rule is its
  /// vendor's.
  public var subnetRouterAddresses: AddressSet {
    let subnets = addresses.filter { $0.address.family == .ipv6 && $0.length < 127 }.map(\.subnet)
    let single = AddressSet(addresses.map { Prefix(host: $0.address) })
    return AddressSet(subnets.map { Prefix(host: $0.address) }).subtracting(single)
  }

  /// The addresses for which the interface answers on its segment, its own and the translated ones.
  public var answeredAddresses: AddressSet { ownAddresses.union(answersFor) }
}

extension Device {
  /// The interfaces for which the pipeline has a bridge that leads to another one.
  public var bridgingInterfaces: Set<Int> {
    var result: Set<Int> = []
    for case .bridge(let exits) in pipeline.arrival + pipeline.departure {
      for (interface, exit) in exits.enumerated() where exit != nil && exit != interface {
        result.insert(interface)
      }
    }
    return result
  }

  /// The addresses at which the device itself is reached, in whichever VRF.
  public var ownAddresses: AddressSet {
    vrfs.indices.reduce(.none) { $0.union(ownAddresses(vrf: $1)) }
  }

  /// The addresses at which the device itself is reached, by whichever interface, in one VRF.
  public func ownAddresses(vrf: Int) -> AddressSet {
    interfaces.reduce(.none) { $1.vrf == vrf && $1.isUp ? $0.union($1.ownAddresses) : $0 }
  }
}

extension Network {
  /// Addresses that never cross a router: IPv6 link-local ones (RFC 4291, section 2.5.6).
  public static let linkLocal = AddressSet(ipv6: Ranges(0xFE80 << 112...(0xFEC0 << 112) - 1))

  /// Multicast (RFC 5771, RFC 4291) and limited broadcast, which reach a whole segment.
  public static let multicast = AddressSet(
    ipv4: Ranges([0xE000_0000...0xEFFF_FFFF, 0xFFFF_FFFF...0xFFFF_FFFF]),
    ipv6: Ranges(0xFF00 << 112...UInt128.max))

  /// The addresses that the internet routes: all but those set aside for private, local, multicast
  /// and reserved use (RFC 6890).
  ///
  /// Documentation prefixes count as routed, since descriptions of networks use them in place of
  /// public ones.
  public static let globallyRouted: AddressSet = {
    let reserved: [ClosedRange<UInt128>] = [
      0x0000_0000...0x00FF_FFFF, 0x0A00_0000...0x0AFF_FFFF, 0x6440_0000...0x647F_FFFF,
      0x7F00_0000...0x7FFF_FFFF, 0xA9FE_0000...0xA9FE_FFFF, 0xAC10_0000...0xAC1F_FFFF,
      0xC0A8_0000...0xC0A8_FFFF, 0xE000_0000...0xFFFF_FFFF,
    ]
    let nat64: UInt128 = 0x64_FF9B << 96
    let reserved6: [ClosedRange<UInt128>] = [
      0...(nat64 - 1), (nat64 + 0x1_0000_0000)...((1 << 120) - 1), 0xFC00 << 112...UInt128.max,
    ]
    return AddressSet(ipv4: Ranges(reserved), ipv6: Ranges(reserved6)).complement
  }()

  /// The subnets' directed broadcast addresses on a segment (RFC 919), where a subnet has one.
  public func directedBroadcasts(on segment: Int) -> AddressSet {
    let values = segments[segment].subnets.filter { $0.family == .ipv4 && $0.length < 31 }
    return AddressSet(ipv4: Ranges(values: values.map(\.range.upperBound)))
  }

  /// Every address of a subnet of a segment other than the internet.
  public var inside: AddressSet {
    AddressSet(segments.indices.lazy.filter { $0 != internet }.flatMap { segments[$0].subnets })
  }

  /// The addresses that are at home on a segment: its subnets and, where it has IPv6, the
  /// link-local ones; for the internet, every routed address of no other segment.
  public func addresses(on segment: Int) -> AddressSet {
    if segment == internet { return Self.globallyRouted.subtracting(inside) }
    let subnets = segments[segment].subnets
    let own = AddressSet(subnets)
    return own.ipv6.isEmpty ? own : own.union(Self.linkLocal)
  }

  /// The source addresses that a sender on the segment may use beyond its own, with the network's
  /// `spoofing`.
  ///
  /// The first and the last address of an IPv4 subnet are nobody's (RFC 1122, section 3.2.1.3), but routers
  /// forward what a sender puts there.
  ///
  /// Where a segment has no subnet, nothing is known and every address is possible.
  public func spoofableAddresses(on segment: Int) -> AddressSet {
    if spoofing == .any { return .all }
    if segment == internet { return inside.complement.subtracting(Self.multicast) }
    let own = addresses(on: segment)
    return own.isEmpty ? .all : own
  }

  /// The segments that share one broadcast domain with this one by links, itself included, in
  /// ascending order.
  ///
  /// The internet is never among them but for itself.
  public func domain(of segment: Int) -> [Int] {
    var found: Set<Int> = [segment]
    var waiting = [segment]
    while let next = waiting.popLast(), next != internet {
      for link in links {
        guard case .segment(let a) = link.from, case .segment(let b) = link.to else { continue }
        for (from, to) in [(a, b), (b, a)]
        where from == next && to != internet && found.insert(to).inserted {
          waiting.append(to)
        }
      }
    }
    return found.sorted()
  }

  /// Whether somebody may be on a segment besides the devices that have interfaces there.
  public func hasHosts(on segment: Int) -> Bool {
    segments[segment].hasUndeclaredHosts
      || endpoints.contains { $0.attachments.contains { $0.segment == segment } }
      || links.contains { link in
        [(link.from, link.to), (link.to, link.from)].contains { near, far in
          guard case .endpoint = near else { return false }
          return far == .segment(segment)
        }
      }
  }

  /// The segments that the internet is joined to, by `internetJoins` or a link, in ascending order.
  public var internetJoinedSegments: [Int] {
    guard let internet else { return [] }
    var joined: Set<Int> = internetJoins.map { [$0] } ?? []
    for link in links {
      guard case .segment(let a) = link.from, case .segment(let b) = link.to else { continue }
      if a == internet { joined.insert(b) }
      if b == internet { joined.insert(a) }
    }
    joined.remove(internet)
    return joined.sorted()
  }

  /// The interfaces that are up on a segment, in ascending order.
  public func ports(on segment: Int) -> [Port] {
    var result: [Port] = []
    for (d, device) in devices.enumerated() {
      for (i, interface) in device.interfaces.enumerated()
      where interface.segment == segment && interface.isUp {
        result.append(Port(device: d, interface: i))
      }
    }
    return result
  }

  /// The addresses for which devices answer on a segment, which are no host's.
  public func answeredAddresses(on segment: Int) -> AddressSet {
    ports(on: segment).reduce(.none) {
      $0.union(devices[$1.device].interfaces[$1.interface].answeredAddresses)
    }
  }
}

extension Network {
  /// The name of the global condition that a gateway which no modelled interface owns hands packets
  /// on.
  public static func unmodelledNeighbour(_ gateway: IPAddress, on segment: String) -> String {
    "unmodelled:\(segment)/\(gateway.description)"
  }
}
