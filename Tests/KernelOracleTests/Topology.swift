import Randomness
import Packets

/// Gateways in a line or a triangle, each with segments of hosts: what both the kernel and the model
/// are told.
struct Topology: Hashable, Sendable {
  /// An interface of a gateway.
  struct Port: Hashable, Sendable {
    var name: String
    /// The segment, which is a segment of hosts or a line between gateways.
    var segment: Int
    var addresses: [Subnetwork]
    /// The check of sources, as the network file names it.
    var reversePath = "none"
  }

  /// An address with the length of its subnet.
  struct Subnetwork: Hashable, Sendable {
    var address: IPAddress
    var length: Int

    var text: String { "\(address)/\(length)" }
    var prefix: Prefix? { Prefix(address, length: length) }
  }

  struct Route: Hashable, Sendable {
    var to: Prefix
    /// The gateway; `nil` for a route that discards.
    var via: IPAddress?
    var port: String?
  }

  struct Gateway: Hashable, Sendable {
    var ports: [Port] = []
    var routes: [Route] = []
  }

  var gateways: [Gateway] = []
  /// The subnets of each segment; those of hosts come first.
  var segments: [[Prefix]] = []
  /// How many segments have hosts.
  var hostSegments = 0
  /// The VLANs of segments of hosts that share one line to their gateway.
  var vlans: [Int: Int] = [:]

  /// The gateway of a segment of hosts, and its port there.
  func gateway(of segment: Int) -> (gateway: Int, port: Int) {
    for (index, gateway) in gateways.enumerated() {
      if let port = gateway.ports.firstIndex(where: { $0.segment == segment }) {
        return (index, port)
      }
    }
    preconditionFailure("every segment of hosts has a gateway")
  }

  /// A topology with this many gateways.
  static func random(gateways count: Int, _ random: inout SplitMix) -> Self {
    var result = Self()
    result.gateways = [Gateway](repeating: Gateway(), count: count)
    let hasIPv6 = random.chance(85)
    for gateway in 0..<count {
      let names = ["wan", "lan", "eth0", "dmz"].shuffled(using: &random)
      let isTrunk = random.chance(20) && Namespaces.hasVLANs
      for number in 0..<random.few(count == 1 ? 2 : 1, count == 1 ? 3 : 2) {
        let segment = result.segments.count
        if isTrunk { result.vlans[segment] = 10 + segment }
        let name = isTrunk ? "eth9.\(10 + segment)" : names[number]
        result.addHosts(to: gateway, named: name, hasIPv6: hasIPv6, &random)
      }
    }
    result.hostSegments = result.segments.count
    // Linux checks the sources of IPv4 only, and the network file does not tell families apart.
    if !hasIPv6, random.chance(60) { result.checkSources(&random) }
    var lines = (1..<max(count, 1)).map { ($0 - 1, $0) }
    if count == 3, random.chance(40) { lines.append((0, 2)) }
    for (first, second) in lines { result.addLine(first, second) }
    for gateway in 0..<count { result.addRoutes(to: gateway, &random) }
    return result
  }

  private mutating func addHosts(
    to gateway: Int, named name: String, hasIPv6: Bool, _ random: inout SplitMix
  ) {
    let number = segments.count + 1
    let v4 = UInt32(0x0A00_0000 + number << 16)
    let v6: UInt128 = 0x2001_0DB8 << 96 | UInt128(number) << 80
    let own = random.pick([1, 1, 14]) as UInt32
    var addresses = [Subnetwork(address: IPAddress(ipv4: v4 + own), length: 28)]
    if hasIPv6, random.chance(90) {
      addresses.append(Subnetwork(address: IPAddress(ipv6: v6 + UInt128(own)), length: 124))
    }
    if random.chance(15) {
      addresses.append(Subnetwork(address: IPAddress(ipv4: v4 + 8), length: 28))
    }
    gateways[gateway].ports.append(Port(name: name, segment: segments.count, addresses: addresses))
    segments.append(Self.prefixes(addresses))
  }

  private mutating func checkSources(_ random: inout SplitMix) {
    for gateway in gateways.indices {
      for port in gateways[gateway].ports.indices where random.chance(60) {
        gateways[gateway].ports[port].reversePath = random.pick(["strict", "loose"])
      }
    }
  }

  private mutating func addLine(_ first: Int, _ second: Int) {
    let number = UInt32(first * 3 + second)
    let v4 = 0x0AC8_0000 + number << 8
    let v6: UInt128 = 0x2001_0DB8_F000 << 80 | UInt128(number) << 64
    for (gateway, own) in [(first, 1), (second, 2)] as [(Int, UInt32)] {
      let addresses = [
        Subnetwork(address: IPAddress(ipv4: v4 + own), length: 30),
        Subnetwork(address: IPAddress(ipv6: v6 + UInt128(own)), length: 126),
      ]
      gateways[gateway].ports.append(
        Port(name: "up\(first)\(second)", segment: segments.count, addresses: addresses))
      if own == 2 { segments.append(Self.prefixes(addresses)) }
    }
  }

  private static func prefixes(_ addresses: [Subnetwork]) -> [Prefix] {
    var result: [Prefix] = []
    for prefix in addresses.compactMap(\.prefix) where !result.contains(prefix) {
      result.append(prefix)
    }
    return result
  }

  /// Routes to the hosts of other gateways, mostly by the shortest way.
  private mutating func addRoutes(to gateway: Int, _ random: inout SplitMix) {
    for segment in 0..<hostSegments {
      let home = self.gateway(of: segment).gateway
      if home == gateway { continue }
      guard let next = hop(from: gateway, to: home) else { continue }
      for prefix in segments[segment] {
        guard random.chance(93),
          let via = next.addresses.first(where: { $0.address.family == prefix.family })
        else { continue }
        gateways[gateway].routes.append(
          random.chance(4) ? Route(to: prefix) : Route(to: prefix, via: via.address))
        let half = Prefix(prefix.address, length: prefix.length + 1)
        if let half, random.chance(8) { gateways[gateway].routes.append(Route(to: half)) }
      }
    }
  }

  /// The port of the next gateway on the shortest way to another.
  private func hop(from gateway: Int, to home: Int) -> Port? {
    func neighbours(_ gateway: Int) -> [(gateway: Int, port: Port)] {
      let lines = Set(gateways[gateway].ports.map(\.segment).filter { $0 >= hostSegments })
      var result: [(Int, Port)] = []
      for (other, port) in gateways.enumerated().flatMap({ entry in
        entry.element.ports.map { (entry.offset, $0) }
      }) where other != gateway && lines.contains(port.segment) { result.append((other, port)) }
      return result
    }
    let near = neighbours(gateway)
    if let direct = near.first(where: { $0.gateway == home }) { return direct.port }
    return near.first { neighbours($0.gateway).contains { $0.gateway == home } }?.port
  }
}

extension Topology {
  static func segmentName(_ segment: Int) -> String { "s\(segment)" }

  /// The network file.
  var network: JSON {
    var description: [JSON.Pair] = []
    for (index, prefixes) in segments.enumerated() {
      var segment = [
        JSON.Pair(key: "subnets", value: .list(prefixes.map { .text("\($0)") }))
      ]
      if let vlan = vlans[index] { segment.append(.init(key: "vlan", value: .number(vlan))) }
      description.append(.init(key: Self.segmentName(index), value: .object(segment)))
    }
    var devices: [JSON.Pair] = []
    for (index, gateway) in gateways.enumerated() {
      let ports = gateway.ports.map { port in
        JSON.Pair(
          key: port.name,
          value: [
            "segment": .text(Self.segmentName(port.segment)),
            "addresses": .list(port.addresses.map { .text($0.text) }),
            "reversePath": .text(port.reversePath),
          ])
      }
      let routes = gateway.routes.map { route -> JSON in
        guard let via = route.via else { return ["to": "\(route.to)", "discard": .yes] }
        return ["to": "\(route.to)", "via": "\(via)"]
      }
      devices.append(
        .init(
          key: "gw\(index)",
          value: [
            "config": "gw\(index).json", "format": "nftables", "interfaces": .object(ports),
            "routes": .list(routes),
          ]))
    }
    return [
      "network": "kernel", "segments": .object(description), "devices": .object(devices),
    ]
  }

  /// A policy in which nothing reaches anything, so that its answer lists all that does.
  var policy: JSON {
    let zones = (0..<hostSegments).map { segment in
      JSON.Pair(
        key: "z\(segment)", value: ["members": ["segment:\(Self.segmentName(segment))"]])
    }
    var requirements: [JSON] = []
    for from in 0..<hostSegments {
      for to in 0..<hostSegments where from != to {
        requirements.append([
          "id": "\(from)-\(to)", "replies": "forbid",
          "isolate": ["from": "z\(from)", "to": "z\(to)"],
        ])
      }
    }
    return [
      "policy": "kernel", "zones": .object(zones), "requirements": .list(requirements),
    ]
  }
}
