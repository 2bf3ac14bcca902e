import Foundation
import Packets

/// A topology built out of namespaces: each gateway is a kernel's, and the hosts are ends of lines at
/// which the test sends frames and sees what comes out.
final class Laboratory {
  let topology: Topology
  private let hosts: String
  private let gateways: [String]
  private let air: Socket
  private var ears: [[Ear]] = []
  private var tables: [SessionTable] = []
  /// The number of the host's end of each segment's line.
  private var interfaces: [Int32] = []

  /// A socket that gets a copy of all packets of one protocol that a gateway takes for itself.
  private struct Ear {
    var socket: Socket
    var family: Family
    var `protocol`: UInt8
  }

  /// Where and as what a packet came out.
  struct Arrival: Hashable, Sendable {
    enum Place: Hashable, Sendable {
      case segment(Int)
      case gateway(Int)
    }
    var place: Place
    var sighting: Sighting
  }

  /// The same without what the model does not have.
  struct Seen: Hashable, Sendable {
    var place: Arrival.Place
    var header: Header
  }

  init(_ topology: Topology) throws {
    self.topology = topology
    hosts = Namespaces.name("h")
    gateways = topology.gateways.indices.map { Namespaces.name("g\($0)") }
    let names = [hosts] + gateways
    Namespaces.remove(names)
    do {
      try Namespaces.make(names)
      let segments = topology.hostSegments
      air = try Namespaces.inside(hosts) {
        try Self.silence()
        return try Socket(Int32(AF_PACKET), Int32(SOCK_RAW.rawValue), 0x0300)
      }
      for (index, gateway) in gateways.enumerated() {
        let own = topology.gateways[index]
        try Namespaces.inside(gateway) { try Self.forward() }
        try must(["ip", "-batch", "-"], input: links(of: own, gateway))
      }
      try must(["ip", "-n", hosts, "-batch", "-"], input: hostLinks())
      for (index, gateway) in gateways.enumerated() {
        let own = topology.gateways[index]
        try must(["ip", "-n", gateway, "-batch", "-"], input: addresses(of: own))
        let (found, table) = try Namespaces.inside(gateway) {
          for port in own.ports {
            let checks = ["none": "0", "strict": "1", "loose": "2"]
            try Self.write(
              checks[port.reversePath] ?? "0", "ipv4/conf/\(port.name)/rp_filter")
          }
          return (try Self.ears(), try SessionTable())
        }
        ears.append(found)
        tables.append(table)
      }
      interfaces = try Namespaces.inside(hosts) {
        (0..<segments).map { unsafe Int32(if_nametoindex("h\($0)")) }
      }
      try air.set(263, 23, to: 1)
    } catch {
      Namespaces.remove(names)
      throw error
    }
  }

  /// Ends all of it.
  func close() {
    air.shut()
    for ear in ears.flatMap(\.self) { ear.socket.shut() }
    for table in tables { table.shut() }
    Namespaces.remove([hosts] + gateways)
  }

  // MARK: Building

  private static func write(_ value: String, _ path: String) throws {
    guard let file = FileHandle(forWritingAtPath: "/proc/sys/net/\(path)") else {
      throw Trouble("there is no \(path)")
    }
    try file.write(contentsOf: Data(value.utf8))
    try file.close()
  }

  private static func silence() throws {
    for scope in ["all", "default"] { try write("1", "ipv6/conf/\(scope)/disable_ipv6") }
  }

  private static func forward() throws {
    for scope in ["all", "default"] {
      try write("1", "ipv4/conf/\(scope)/forwarding")
      try write("0", "ipv4/conf/\(scope)/rp_filter")
      try write("0", "ipv4/conf/\(scope)/send_redirects")
      try write("0", "ipv4/conf/\(scope)/accept_redirects")
      try write("1", "ipv6/conf/\(scope)/forwarding")
      try write("0", "ipv6/conf/\(scope)/accept_dad")
      try write("0", "ipv6/conf/\(scope)/accept_ra")
    }
  }

  /// The hardware address of the host's or the gateway's end of a line.
  private static func hardware(_ segment: Int, _ end: UInt8) -> [UInt8] {
    [2, 0xFB, 0, 0, UInt8(segment), end]
  }

  private static func text(_ hardware: [UInt8]) -> String {
    hardware.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
  }

  /// Commands that make the lines of a gateway; a line between two is made by the first of them.
  private func links(of gateway: Topology.Gateway, _ name: String) -> String {
    var result = ""
    for port in gateway.ports {
      let near = Self.text(Self.hardware(port.segment, 1))
      let far = Self.text(Self.hardware(port.segment, 2))
      if topology.vlans[port.segment] != nil {
        if port == gateway.ports.first {
          result += "link add trunk netns \(name) type veth "
          result += "peer name t\(port.segment) netns \(hosts)\n"
        }
      } else if port.segment < topology.hostSegments {
        result += "link add \(port.name) netns \(name) address \(near) type veth "
        result += "peer name h\(port.segment) netns \(hosts) address \(far)\n"
      } else if let own = port.addresses.first?.address.value, own & 3 == 1 {
        let other = name.replacing(/g[0-9]$/) { match in
          "g" + String(port.name.last ?? "0")
        }
        result += "link add \(port.name) netns \(name) address \(near) type veth "
        result += "peer name \(port.name) netns \(other) address \(far)\n"
      }
    }
    return result
  }

  /// Commands that finish the hosts' ends.
  private func hostLinks() -> String {
    var result = ""
    for segment in 0..<topology.hostSegments {
      if let vlan = topology.vlans[segment] {
        let home = topology.gateway(of: segment)
        let trunk = topology.gateways[home.gateway].ports[0].segment
        let address = Self.text(Self.hardware(segment, 2))
        result += "link set t\(trunk) up\n"
        result += "link add link t\(trunk) name h\(segment) address \(address) "
        result += "type vlan id \(vlan)\n"
      }
      result += "link set h\(segment) up\n"
    }
    return result
  }

  /// Commands that give a gateway its addresses, neighbours and routes.
  private func addresses(of gateway: Topology.Gateway) -> String {
    var result = "link set lo up\n"
    for port in gateway.ports {
      if let vlan = topology.vlans[port.segment] {
        let address = Self.text(Self.hardware(port.segment, 1))
        result += "link set trunk up\n"
        result += "link add link trunk name \(port.name) address \(address) type vlan id \(vlan)\n"
      }
      result += "link set \(port.name) up\n"
      for address in port.addresses {
        let extra = address.address.family == .ipv6 ? " nodad" : ""
        result += "addr add \(address.text) dev \(port.name)\(extra)\n"
      }
      let isHosts = port.segment < topology.hostSegments
      let own = port.addresses.map(\.address)
      let isFirst = (own.first?.value ?? 0) & 3 == 1
      let far = Self.text(Self.hardware(port.segment, isHosts || isFirst ? 2 : 1))
      for prefix in topology.segments[port.segment] {
        for value in prefix.range {
          guard let address = IPAddress(prefix.family, value), !own.contains(address) else {
            continue
          }
          if prefix.family == .ipv4, value == prefix.range.upperBound { continue }
          if prefix.family == .ipv6, value == prefix.range.lowerBound { continue }
          result += "neigh replace \(address) lladdr \(far) dev \(port.name) nud permanent\n"
        }
      }
    }
    for route in gateway.routes {
      if let via = route.via {
        result += "route add \(route.to) via \(via)\n"
      } else {
        result += "route add blackhole \(route.to)\n"
      }
    }
    return result
  }

  private static func ears() throws -> [Ear] {
    var result: [Ear] = []
    for family in [Family.ipv4, .ipv6] {
      for number: UInt8 in [6, 17, family == .ipv4 ? 1 : 58, 47, 50] {
        let domain = Int32(family == .ipv4 ? AF_INET : AF_INET6)
        let socket = try Socket(domain, Int32(SOCK_RAW.rawValue), Int32(number))
        if family == .ipv6 { try socket.set(41, 49, to: 1) }
        result.append(Ear(socket: socket, family: family, protocol: number))
      }
    }
    return result
  }

  // MARK: Rulesets

  /// Gives a gateway a ruleset.
  /// - Returns: Why the kernel does not take it; `nil` where it does.
  func load(_ ruleset: Ruleset, at gateway: Int) throws -> String? {
    let result = try run(
      ["ip", "netns", "exec", gateways[gateway], "nft", "-j", "-f", "-"],
      input: ruleset.commands.description)
    return result.status == 0 ? nil : result.errors
  }

  /// The ruleset as the kernel lists it.
  func listing(of gateway: Int) throws -> [UInt8] {
    try must(["ip", "netns", "exec", gateways[gateway], "nft", "-j", "list", "ruleset"])
  }

  // MARK: Packets

  /// Forgets the sessions of all gateways.
  func forget() throws { for table in tables { try table.clear() } }

  /// Sends a packet from a segment's hosts to their gateway, and says where it came out.
  ///
  /// All of it happens on one processor, so that the packet is through, or lost, when the gateways
  /// have answered a question that was put to them afterwards.
  func send(_ message: Message, from segment: Int, patience: Int32 = 0) throws -> [Arrival] {
    let type: UInt16 = message.header.family == .ipv4 ? 0x0800 : 0x86DD
    var frame = Self.hardware(segment, 1) + Self.hardware(segment, 2)
    frame.append(type)
    try air.send(frame + message.bytes, to: address(of: segment))
    var arrivals: [Arrival] = []
    let near = topology.gateway(of: segment).gateway
    for gateway in topology.gateways.indices.sorted(by: { abs($0 - near) < abs($1 - near) }) {
      try question(gateway, &arrivals)
    }
    if patience > 0 {
      usleep(UInt32(patience) * 1000)
      collect(&arrivals)
    }
    for (gateway, ears) in ears.enumerated() {
      for ear in ears where ear.protocol == message.header.protocol {
        while let received = ear.socket.receive() {
          guard let sighting = Self.heard(received, ear) else { continue }
          arrivals.append(Arrival(place: .gateway(gateway), sighting: sighting))
        }
      }
    }
    return arrivals.filter { $0.sighting.cookie == message.cookie }
  }

  private func address(of segment: Int) -> [UInt8] {
    var result: [UInt8] = [17, 0, 0, 3]
    let number = UInt32(interfaces[segment])
    for shift: UInt32 in [0, 8, 16, 24] { result.append(UInt8(number >> shift & 0xFF)) }
    return result + [0, 0, 0, 6] + Self.hardware(segment, 1) + [0, 0]
  }

  /// Asks a gateway for its own hardware address, and takes in what comes until it answers.
  private func question(_ gateway: Int, _ arrivals: inout [Arrival]) throws {
    let port = topology.gateways[gateway].ports[0]
    guard let own = port.addresses.first(where: { $0.address.family == .ipv4 }) else { return }
    var frame = [UInt8](repeating: 0xFF, count: 6) + Self.hardware(port.segment, 2)
    frame += [8, 6, 0, 1, 8, 0, 6, 4, 0, 1] + Self.hardware(port.segment, 2)
    frame += [0, 0, 0, 0] + [UInt8](repeating: 0, count: 6)
    frame.append(address: own.address.value, bytes: 4)
    try air.send(frame, to: address(of: port.segment))
    for _ in 0..<20 {
      if collect(&arrivals) { return }
      if !air.wait(milliseconds: 5) { return }
    }
  }

  /// Takes in what waits, and says whether an answer to a question was among it.
  @discardableResult
  private func collect(_ arrivals: inout [Arrival]) -> Bool {
    var isAnswered = false
    while let received = air.receive() {
      let bytes = received.bytes
      guard bytes.count > 14 else { continue }
      let type = bytes.short(at: 12)
      if type == 0x0806, bytes.count >= 22, bytes.short(at: 20) == 2 { isAnswered = true }
      guard type == 0x0800 || type == 0x86DD, let sighting = Sighting(Array(bytes[14...])) else {
        continue
      }
      let number = received.address[4..<8].reversed().reduce(Int32(0)) { $0 << 8 | Int32($1) }
      guard let segment = interfaces.firstIndex(of: number) else { continue }
      arrivals.append(Arrival(place: .segment(segment), sighting: sighting))
    }
    return isAnswered
  }

  private static func heard(_ received: Socket.Received, _ ear: Ear) -> Sighting? {
    if ear.family == .ipv4 { return Sighting(received.bytes) }
    // sockaddr_in6 has the source at 8; a control message of 16 bytes has the destination.
    let control = received.control
    guard control.count >= 32 else { return nil }
    let header = Header(
      family: .ipv6, source: received.address.number(at: 8, bytes: 16),
      destination: control.number(at: 16, bytes: 16), protocol: ear.protocol)
    return Sighting(header, received.bytes)
  }
}
