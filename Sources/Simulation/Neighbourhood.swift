import Networks
import Packets

/// Who is next to whom: the broadcast domains of a network and what is on each of them.
struct Neighbourhood: Sendable {
  /// Segments that share one broadcast domain by links, and what is on them.
  struct Domain: Sendable {
    /// The segments, ascending.
    var segments: [Int]
    /// The interfaces that are up there, ascending.
    var ports: [Port] = []
    /// The addresses for which each of the interfaces answers.
    var answered: [AddressSet] = []
    /// Those of the interfaces that a bridge stage takes packets from.
    var bridgingPorts: [Port] = []
    /// The domains to which bridge stages take packets from there, as indices.
    var bridgedDomains: [Int] = []
    /// The addresses of the endpoint groups there.
    var owned: [AddressSet] = []
    /// The subnets.
    var subnets: [Prefix] = []
    /// The next hops that nobody answers for.
    var unmodelledNextHops: [UnmodelledNextHop] = []
    /// Whether the internet is joined to one of the segments.
    var isJoined = false

    /// The interfaces that answer for an address.
    func ports(answeringFor address: IPAddress) -> [Port] {
      ports.indices.filter { answered[$0].contains(address) }.map { ports[$0] }
    }

    /// Whether an address is the directed broadcast address of a subnet.
    func hasDirectedBroadcast(_ address: IPAddress) -> Bool {
      subnets.contains { $0.isDirectedBroadcast(address) }
    }
  }

  /// A next hop that no interface answers for.
  struct UnmodelledNextHop: Hashable, Sendable {
    var segment: Int
    var gateway: IPAddress
  }

  /// The domains.
  private(set) var domains: [Domain] = []
  /// The domain of each segment, an index into `domains`.
  private(set) var domainOfSegment: [Int] = []
  /// The segments that hold an unmodelled next hop, and the next hop, ascending by segment.
  private(set) var unmodelledNextHops: [UnmodelledNextHop] = []
  /// The translated addresses in no subnet that the internet may route to us.
  let routedAddresses: [Network.RoutedAddresses]

  init(of network: Network) {
    routedAddresses = network.routedAddresses
    domainOfSegment = Array(repeating: -1, count: network.segments.count)
    let joined = network.internetJoinedSegments
    for segment in network.segments.indices where domainOfSegment[segment] < 0 {
      var domain = Domain(segments: network.domain(of: segment))
      for member in domain.segments { domainOfSegment[member] = domains.count }
      domain.subnets = domain.segments.flatMap { network.segments[$0].subnets }
      domain.isJoined = domain.segments.contains { joined.contains($0) }
      domains.append(domain)
    }
    for (d, device) in network.devices.enumerated() {
      let bridging = device.bridgingInterfaces
      for (i, interface) in device.interfaces.enumerated() where interface.isUp {
        guard let segment = interface.segment else { continue }
        let domain = domainOfSegment[segment]
        let port = Port(device: d, interface: i)
        domains[domain].ports.append(port)
        domains[domain].answered.append(interface.answeredAddresses)
        if bridging.contains(i) { domains[domain].bridgingPorts.append(port) }
      }
    }
    noteBridges(of: network)
    for group in network.endpoints {
      for attachment in group.attachments {
        domains[domainOfSegment[attachment.segment]].owned.append(attachment.addresses)
      }
    }
    for link in network.links {
      guard let segment = link.segment, !link.addresses.isEmpty else { continue }
      domains[domainOfSegment[segment]].owned.append(link.addresses)
    }
    unmodelledNextHops = findUnmodelledNextHops(in: network)
    for nextHop in unmodelledNextHops {
      domains[domainOfSegment[nextHop.segment]].unmodelledNextHops.append(nextHop)
    }
  }

  /// The domain of a segment.
  func domain(of segment: Int) -> Domain { domains[domainOfSegment[segment]] }

  /// Whether a packet handed to this gateway on this segment goes to a device that is not there.
  func isUnmodelled(_ gateway: IPAddress, on segment: Int, in network: Network) -> Bool {
    var waiting = [domainOfSegment[segment]]
    var seen = Set(waiting)
    while let index = waiting.popLast() {
      let domain = domains[index]
      if domain.isJoined || domain.segments.contains(where: { $0 == network.internet })
        || !domain.ports(answeringFor: gateway).isEmpty
      {
        return false
      }
      waiting += domain.bridgedDomains.filter { seen.insert($0).inserted }
    }
    return true
  }

  /// Notes which domains bridge stages join.
  private mutating func noteBridges(of network: Network) {
    for device in network.devices {
      for stage in device.pipeline.arrival + device.pipeline.departure {
        guard case .bridge(let ways) = stage else { continue }
        for (index, way) in ways.enumerated() {
          guard let way, way != index, device.interfaces[index].isUp,
            device.interfaces[way].isUp, let from = device.interfaces[index].segment,
            let to = device.interfaces[way].segment
          else { continue }
          domains[domainOfSegment[from]].bridgedDomains.append(domainOfSegment[to])
        }
      }
    }
  }

  private func findUnmodelledNextHops(in network: Network) -> [UnmodelledNextHop] {
    var named: Set<UnmodelledNextHop> = []
    for device in network.devices {
      for (gateway, interfaces) in device.gatewaysWithInterfaces {
        for case let segment? in interfaces.map({ device.interfaces[$0].segment }) {
          named.insert(UnmodelledNextHop(segment: segment, gateway: gateway))
        }
      }
    }
    for attachment in network.endpoints.flatMap(\.attachments) {
      guard let gateway = attachment.gateway else { continue }
      named.insert(UnmodelledNextHop(segment: attachment.segment, gateway: gateway))
    }
    return named.filter { isUnmodelled($0.gateway, on: $0.segment, in: network) }
      .sorted { ($0.segment, $0.gateway) < ($1.segment, $1.gateway) }
  }
}

extension Prefix {
  /// Whether an address is the last one of an IPv4 subnet that has a broadcast address.
  func isDirectedBroadcast(_ other: IPAddress) -> Bool {
    family == .ipv4 && other.family == .ipv4 && length < 31 && other.value == range.upperBound
  }
}

extension Link {
  /// The segment to which it joins an endpoint group or device, if it does.
  fileprivate var segment: Int? {
    switch (from, to) {
    case (.segment, .segment): nil
    case (.segment(let segment), _), (_, .segment(let segment)): segment
    default: nil
    }
  }
}

extension Device {
  /// The interfaces by which a next hop leaves: the one it names, if it is up, or those that are up
  /// and whose subnet holds the gateway, in one VRF or, for `nil`, in any.
  func interfaces(toward gateway: IPAddress, named: Int?, vrf: Int?) -> [Int] {
    if let named {
      return interfaces.indices.contains(named) && interfaces[named].isUp ? [named] : []
    }
    return interfaces.indices.filter { index in
      let interface = interfaces[index]
      return interface.isUp && (vrf == nil || interface.vrf == vrf)
        && interface.addresses.contains { $0.subnet.contains(gateway) }
    }
  }

  /// Every gateway that a route or a rule names, with the interfaces that lead to it.
  var gatewaysWithInterfaces: [(IPAddress, [Int])] {
    var result: [(IPAddress, [Int])] = []
    var seen: Set<NextHopOfVRF> = []
    func add(_ nextHop: NextHop, vrf: Int?) {
      guard case .gateway(let gateway, let named) = nextHop,
        seen.insert(NextHopOfVRF(nextHop: nextHop, vrf: vrf)).inserted
      else { return }
      result.append((gateway, interfaces(toward: gateway, named: named, vrf: vrf)))
    }
    for (index, vrf) in vrfs.enumerated() {
      for route in vrf.routes { for hop in route.nextHops { add(hop, vrf: index) } }
    }
    for acl in acls {
      for rule in acl.rules {
        for case .forward(let hop) in rule.effects { add(hop, vrf: nil) }
      }
    }
    return result
  }
}

/// A next hop and the VRF in which it is looked for; `nil` for any.
private struct NextHopOfVRF: Hashable {
  var nextHop: NextHop
  var vrf: Int?
}
