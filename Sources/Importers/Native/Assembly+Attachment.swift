import Documents
import Networks
import Packets
import Places

extension Assembly {
  /// Puts interfaces without a segment on the one that their subnet says (`SEMANTICS`: interfaces in
  /// one subnet share a segment unless the description says otherwise).
  mutating func attachInterfaces() {
    let declared = network.segments.map(\.subnets)
    for (d, device) in network.devices.enumerated() {
      for (i, interface) in device.interfaces.enumerated() {
        guard let segment = interface.segment else { continue }
        portsBySegment[segment, default: SegmentPorts()].add(
          Port(device: d, interface: i), with: interface)
      }
    }
    for port in unattachedPorts() {
      let interface = network.devices[port.device].interfaces[port.interface]
      let subnets = interface.routedSubnets
      let candidates = candidates(for: subnets, of: port.device, declared)
      if candidates.isEmpty {
        attachToInferred(port, subnets)
      } else if candidates.count == 1, let doubt = doubt(about: port, on: candidates[0]) {
        attachConditionally(port, to: candidates, doubt)
      } else if candidates.count == 1 {
        attach(port, to: candidates[0])
      } else {
        attachConditionally(port, to: candidates, "several segments hold its subnet")
      }
    }
  }

  /// The interfaces that have an address beyond their link and no segment, in order.
  private func unattachedPorts() -> [Port] {
    var result: [Port] = []
    for (d, device) in network.devices.enumerated() {
      for (i, interface) in device.interfaces.enumerated()
      where interface.segment == nil && interface.hasAddressBeyondLink {
        result.append(Port(device: d, interface: i))
      }
    }
    return result
  }

  /// The segments that one of the subnets says, those that hold exactly it before those that only
  /// overlap it, and those of the device's own file before those of others.
  private func candidates(
    for subnets: [Prefix], of device: Int, _ declared: [[Prefix]]
  ) -> [Int] {
    let all = partOfSegment.indices.filter { $0 != network.internet }
    let part = partOfDevice.indices.contains(device) ? partOfDevice[device] : 0
    let own = segments(among: all.filter { partOfSegment[$0] == part }, for: subnets, declared)
    return own.isEmpty ? segments(among: all, for: subnets, declared) : own
  }

  private func segments(
    among all: [Int], for subnets: [Prefix], _ declared: [[Prefix]]
  ) -> [Int] {
    let exact = all.filter { segment in subnets.contains(where: declared[segment].contains) }
    if !exact.isEmpty { return exact }
    return all.filter { segment in
      declared[segment].contains { known in subnets.contains { overlap($0, known) } }
    }
  }

  private func overlap(_ a: Prefix, _ b: Prefix) -> Bool {
    a.family == b.family && a.range.overlaps(b.range)
  }

  private mutating func attach(_ port: Port, to segment: Int) {
    let interface = network.devices[port.device].interfaces[port.interface]
    network.devices[port.device].interfaces[port.interface].segment = segment
    portsBySegment[segment, default: SegmentPorts()].add(port, with: interface)
    note(
      .inferred, at: interface.place,
      "interface '\(interface.name)' of '\(network.devices[port.device].name)' is on segment "
        + "'\(network.segments[segment].name)', whose subnet it is in")
  }

  /// Attaches to the segment of an earlier interface in an overlapping subnet, or to a new one.
  ///
  /// An address of its own alone is no segment.
  private mutating func attachToInferred(_ port: Port, _ subnets: [Prefix]) {
    let interface = network.devices[port.device].interfaces[port.interface]
    let wide = subnets.filter { $0.length < $0.family.addressBits }
    guard let subnet = wide.first else {
      note(
        .inferred, at: interface.place,
        "interface '\(interface.name)' of '\(network.devices[port.device].name)' is taken as a "
          + "loopback: no segment holds its address")
      return
    }
    let found = inferredSegments.filter { segment in
      network.segments[segment].subnets.contains { known in wide.contains { overlap($0, known) } }
    }
    guard let segment = found.first else {
      let segment = addSegment(named: "inferred:\(subnet)", .copper, at: interface.place)
      network.segments[segment].subnets = wide
      inferredSegments.append(segment)
      attach(port, to: segment)
      return
    }
    if let doubt = doubt(about: port, on: segment) {
      attachConditionally(port, to: [segment], doubt)
    } else {
      attach(port, to: segment)
    }
  }

  /// Why an interface may not be on a segment although the subnet says so; `nil` where nothing
  /// speaks against it.
  private func doubt(about port: Port, on segment: Int) -> String? {
    let device = network.devices[port.device]
    let interface = device.interfaces[port.interface]
    for (i, other) in device.interfaces.enumerated()
    where i != port.interface && other.segment == segment && other.vrf != interface.vrf {
      return "'\(device.name)' has '\(other.name)' there in another VRF"
    }
    if let vlan = network.segments[segment].vlan, let own = Self.vlan(of: interface.name),
      own != vlan
    {
      return "the segment is VLAN \(vlan) and the interface VLAN \(own)"
    }
    let own = interface.ownAddresses.subtracting(Network.linkLocal)
      .subtracting(interface.subnetRouterAddresses)
      .subtracting(sharedAddresses[port.device] ?? .none)
    for other in portsBySegment[segment]?.mayShareAddress(with: interface) ?? []
    where other != port {
      let neighbour = network.devices[other.device].interfaces[other.interface]
      guard neighbour.isUp else { continue }
      let shared = neighbour.ownAddresses.intersection(own)
      if !shared.isEmpty, !areRedundant(port.device, other.device) {
        return "'\(network.devices[other.device].name)' has its address"
      }
    }
    return nil
  }

  /// Whether two devices stand in for each other.
  func areRedundant(_ a: Int, _ b: Int) -> Bool {
    redundancyGroups.contains { $0.contains(a) && $0.contains(b) }
  }

  /// The VLAN that an interface's name tells: `vlan10`, `Vlan 10`, `eth0.10`.
  private static func vlan(of name: String) -> Int? {
    let lower = name.lowercased()
    let digits =
      lower.hasPrefix("vlan")
      ? Substring(lower.dropFirst(4).drop { $0 == " " || $0 == "-" || $0 == "." })
      : lower.split(separator: ".").dropFirst().last ?? ""
    return Int(digits).flatMap { (1...4094).contains($0) ? $0 : nil }
  }

  /// Gives an interface a segment of its own, which may be one with each candidate.
  private mutating func attachConditionally(
    _ port: Port, to candidates: [Int], _ doubt: String
  ) {
    let device = network.devices[port.device]
    let interface = device.interfaces[port.interface]
    let subnet = interface.addresses.first.map { "\($0.subnet)" } ?? interface.name
    let own = addSegment(
      named: "inferred:\(subnet)@\(device.name)/\(interface.name)", .copper, at: interface.place)
    network.devices[port.device].interfaces[port.interface].segment = own
    for candidate in candidates {
      let name =
        candidates.count == 1
        ? "inferred:\(subnet)" : "inferred:\(subnet)@\(network.segments[candidate].name)"
      let condition = globalCondition(
        name, at: interface.place,
        "whether '\(interface.name)' of '\(device.name)' is on segment "
          + "'\(network.segments[candidate].name)' is not certain: \(doubt)")
      addBridge(
        named: "\(name)@\(device.name)/\(interface.name)", between: [own, candidate],
        under: condition, at: interface.place)
    }
    note(
      .finding, at: interface.place,
      "interface '\(interface.name)' of '\(device.name)' is on "
        + candidates.map { "'\(network.segments[$0].name)'" }.joined(separator: " or ")
        + " under a condition: \(doubt)")
  }

  /// Gives each segment the subnets of the interfaces on it.
  mutating func addInterfaceSubnets() {
    for device in network.devices {
      for interface in device.interfaces {
        guard let segment = interface.segment, segment != network.internet else { continue }
        for subnet in interface.routedSubnets {
          let known = network.segments[segment].subnets
          if known.contains(subnet) || subnet.length == subnet.family.addressBits { continue }
          if let other = known.first(where: { overlap($0, subnet) }) {
            note(
              .finding, at: interface.place,
              "interface '\(interface.name)' of '\(device.name)' takes segment "
                + "'\(network.segments[segment].name)' as \(subnet), others as \(other)")
          } else if known.contains(where: { $0.family == subnet.family }) {
            note(
              .inferred, at: interface.place,
              "segment '\(network.segments[segment].name)' also has \(subnet), which interface "
                + "'\(interface.name)' of '\(device.name)' is in")
          }
          network.segments[segment].subnets.append(subnet)
        }
      }
    }
  }
}

extension Interface {
  /// The subnets that tell one segment from another: not those that every segment has, link-local
  /// and loopback ones.
  fileprivate var routedSubnets: [Prefix] {
    let everywhere = Network.linkLocal.union(
      AddressSet(ipv4: Ranges(0x7F00_0000...0x7FFF_FFFF), ipv6: Ranges(1)))
    return addresses.filter { !everywhere.contains($0.address) }.map(\.subnet)
  }
}

/// The interfaces on one segment, in the order in which they were put on it.
struct SegmentPorts {
  private var ports: [Port] = []
  /// Positions of those that have an address, and of those that have ranges of them.
  private var positions: [IPAddress: [Int]] = [:]
  private var ranging: [Int] = []

  mutating func add(_ port: Port, with interface: Interface) {
    for address in Set(interface.addresses.map(\.address)) {
      positions[address, default: []].append(ports.count)
    }
    if interface.hasRanges { ranging.append(ports.count) }
    ports.append(port)
  }

  /// Those that may have one of an interface's addresses: so many are few.
  func mayShareAddress(with interface: Interface) -> [Port] {
    if interface.hasRanges { return ports }
    let found = interface.addresses.flatMap { positions[$0.address] ?? [] }
    return Set(found + ranging).sorted().map { ports[$0] }
  }
}

extension Interface {
  /// Whether it has addresses besides those that are listed, and those that all routers have.
  fileprivate var hasRanges: Bool {
    !localAddresses.subtracting(subnetRouterAddresses).isEmpty
  }
}
