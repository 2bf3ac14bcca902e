public import Networks
import Packets
import Places

/// Lowers a network to its canonical form.
///
/// - Throws: `LoweringLimit` where an exact lowering would pass a bound of `LoweringBounds`.
/// - Complexity: O(*r* · *c*) locations for *r* rules, each copied at *c* call sites.
public func lower(_ network: Network) throws(LoweringLimit) -> CanonicalNetwork {
  var lowering = Lowering(network)
  lowering.reserveEntrances()
  lowering.meetUnmodelledNeighbours()
  for device in network.devices.indices {
    var deviceLowering = try DeviceLowering(device, in: lowering)
    try deviceLowering.lower(in: &lowering)
  }
  for segment in network.segments.indices { lowering.lowerSegment(segment) }
  lowering.defineNeighbourCloud()
  lowering.canonical.icmpErrors = try headerBoxes(
    of: SessionBehaviour.icmpErrors, conditions: network.conditions, place: network.place)
  lowering.contract()
  return lowering.canonical
}

/// The state of one lowering: what is built, and the entrances by which its parts meet.
struct Lowering {
  let network: Network
  var canonical: CanonicalNetwork
  /// What is being lowered.
  var origin = CanonicalNetwork.Origin.network
  /// For each segment, its broadcast domain and the ports on it.
  var domains: [[Int]] = []
  var ports: [[Port]] = []
  /// The ports that bridge, among `ports`.
  var bridgingPorts: [[Port]] = []
  let joined: [Int]
  /// Where packets enter the cloud of unmodelled neighbours, and the segments that it touches.
  var cloud = 0
  var cloudSegments: Set<Int> = []
  private var drops: [CanonicalNetwork.Loss: Int] = [:]
  private var hops: [Hop: Int] = [:]
  /// The gateways that somebody names and nobody answers for.
  private var named: Set<Hop> = []
  /// The entrances of unmodelled neighbours, by the first segment of their domain.
  private var unmodelled: [Int: [Int]] = [:]
  /// Equal tables are one, so that what the engine makes of a table is made once.
  private var tables: [CanonicalNetwork.Table: Int] = [:]

  private struct Hop: Hashable {
    var segment: Int
    var gateway: IPAddress
  }

  init(_ network: Network) {
    self.network = network
    canonical = CanonicalNetwork(conditions: network.conditions)
    canonical.hasSessions = network.devices.map { $0.sessions != nil }
    joined = network.internetJoinedSegments
    for segment in network.segments.indices {
      let domain = network.domain(of: segment)
      domains.append(domain)
      ports.append(domain.flatMap { network.ports(on: $0) }.sorted())
    }
    let bridging = network.devices.map(\.bridgingInterfaces)
    bridgingPorts = ports.map { $0.filter { bridging[$0.device].contains($0.interface) } }
  }

  // MARK: Building blocks

  /// Adds a location.
  mutating func add(_ location: CanonicalNetwork.Location) -> Int {
    canonical.locations.append(location)
    canonical.origins.append(origin)
    return canonical.locations.count - 1
  }

  /// A location whose content follows by `define`; until then it loses packets.
  mutating func reserve() -> Int { add(.drop(.unrouted)) }

  mutating func define(_ index: Int, _ location: CanonicalNetwork.Location) {
    canonical.locations[index] = location
  }

  /// The one location that loses packets for a reason.
  mutating func drop(_ loss: CanonicalNetwork.Loss) -> Int {
    if let index = drops[loss] { return index }
    let index = add(.drop(loss))
    canonical.origins[index] = .network
    drops[loss] = index
    return index
  }

  /// A free choice; a choice of one is no choice.
  mutating func choose(_ options: [Int]) -> Int {
    options.count == 1 ? options[0] : add(.choose(options))
  }

  /// A first-match list whose entries name their targets.
  mutating func match(
    _ entries: [(boxes: [HeaderBox], target: Int)], otherwise: Int
  ) -> Int {
    if entries.isEmpty { return otherwise }
    return add(matchLocation(entries.map { ($0.boxes, $0.target, nil) }, otherwise: otherwise))
  }

  /// The location of a first-match list; its table is added.
  mutating func matchLocation(
    _ entries: [(boxes: [HeaderBox], target: Int, rule: CanonicalNetwork.RuleReference?)],
    otherwise: Int, endOfList: CanonicalNetwork.RuleReference? = nil
  ) -> CanonicalNetwork.Location {
    var outcomeOfTarget: [Int: Int] = [:]
    var targets: [Int] = []
    func outcome(_ target: Int) -> Int {
      if let known = outcomeOfTarget[target] { return known }
      outcomeOfTarget[target] = targets.count
      targets.append(target)
      return targets.count - 1
    }
    let lowered = entries.map {
      CanonicalNetwork.Table.Entry($0.boxes, outcome: outcome($0.target), rule: $0.rule)
    }
    let last = outcome(otherwise)
    let table = CanonicalNetwork.Table(
      entries: lowered, otherwise: last, outcomes: targets.count, endOfList: endOfList)
    if let known = tables[table] { return .match(table: known, targets: targets) }
    tables[table] = canonical.tables.count
    canonical.tables.append(table)
    return .match(table: canonical.tables.count - 1, targets: targets)
  }

  mutating func reserveEntrances() {
    for segment in network.segments.indices {
      origin = .segment(segment)
      canonical.put.append(reserve())
      canonical.sent.append(reserve())
      canonical.deliveredOnSegment.append(add(.deliver(.segment(segment))))
    }
    for (d, device) in network.devices.enumerated() {
      origin = .device(d)
      canonical.arrival.append(device.interfaces.map { _ in reserve() })
      canonical.output.append(reserve())
      canonical.deliveredToDevice.append(add(.deliver(.device(d))))
    }
    origin = .network
    cloud = reserve()
  }

  // MARK: Neighbours

  /// Where a packet goes that a device hands to a gateway on a segment.
  mutating func hop(to gateway: IPAddress, on segment: Int) -> Int {
    let hop = Hop(segment: segment, gateway: gateway)
    if let known = hops[hop] { return known }
    let answering = ports[segment].filter {
      network.devices[$0.device].interfaces[$0.interface].answeredAddresses.contains(gateway)
    }
    let next = answering + bridgingPorts[segment].filter { !answering.contains($0) }
    let result: Int
    let arrivals = next.map { canonical.arrival[$0.device][$0.interface] }
    if answering.isEmpty, let internet = network.internet,
      segment == internet || domains[segment].contains(where: joined.contains)
    {
      result = choose(arrivals + [canonical.put[internet]])
    } else if !answering.isEmpty || isBeyondBridges(gateway, from: segment) {
      result = choose(arrivals)
    } else {
      // Where nothing names the gateway here, a rule wrote the interface.
      let nobody =
        named.contains(hop)
        ? unmodelledNeighbour(gateway, on: segment) : drop(.unmodelledNeighbour)
      result = choose(arrivals + [nobody])
    }
    hops[hop] = result
    return result
  }

  /// Whether bridges lead from a segment to one where somebody answers for a gateway, or that the
  /// internet is joined to.
  private func isBeyondBridges(_ gateway: IPAddress, from segment: Int) -> Bool {
    var waiting = bridgingPorts[segment]
    var seen = Set(domains[segment])
    while let port = waiting.popLast() {
      let device = network.devices[port.device]
      for case .bridge(let exits) in device.pipeline.arrival + device.pipeline.departure {
        guard exits.indices.contains(port.interface), let exit = exits[port.interface],
          device.interfaces[exit].isUp, let next = device.interfaces[exit].segment,
          seen.insert(next).inserted
        else { continue }
        let isJoined = next == network.internet || domains[next].contains(where: joined.contains)
        let answers = ports[next].contains {
          network.devices[$0.device].interfaces[$0.interface].answeredAddresses.contains(gateway)
        }
        if isJoined || answers { return true }
        seen.formUnion(domains[next])
        waiting += bridgingPorts[next]
      }
    }
    return false
  }

  /// Whether a gateway on a segment is nobody that the network has.
  private func isUnmodelled(_ gateway: IPAddress, on segment: Int) -> Bool {
    segment != network.internet && !domains[segment].contains(where: joined.contains)
      && !ports[segment].contains {
        network.devices[$0.device].interfaces[$0.interface].answeredAddresses.contains(gateway)
      } && !isBeyondBridges(gateway, from: segment)
  }

  private mutating func addUnmodelledNeighbour(_ gateway: IPAddress, on segment: Int) {
    guard isUnmodelled(gateway, on: segment) else { return }
    named.insert(Hop(segment: segment, gateway: gateway))
    _ = hop(to: gateway, on: segment)
  }

  private mutating func unmodelledNeighbour(_ gateway: IPAddress, on segment: Int) -> Int {
    let name = Network.unmodelledNeighbour(gateway, on: network.segments[segment].name)
    let place = network.segments[segment].place
    let condition = canonical.conditions.index(
      of: Condition(
        name: name, scope: .global, place: place,
        why: "a route leads to \(gateway.description), which no modelled interface owns"))
    cloudSegments.insert(segment)
    let lost = drop(.unmodelledNeighbour)
    let entrance: Int
    switch canonical.conditions[condition].assumed {
    case true?: entrance = cloud
    case false?: entrance = lost
    case nil:
      var box = HeaderBox()
      box.constrain(Literal(CanonicalNetwork.literal(condition), true))
      entrance = match([([box], cloud)], otherwise: lost)
    }
    if let first = domains[segment].first { unmodelled[first, default: []].append(entrance) }
    return entrance
  }

  /// Finds the unmodelled neighbours: gateways that a route, a rule or an endpoint group names.
  mutating func meetUnmodelledNeighbours() {
    for device in network.devices {
      for (vrf, table) in device.vrfs.enumerated() {
        var met: Set<NextHop> = []
        for hop in table.routes.flatMap(\.nextHops) where met.insert(hop).inserted {
          meetUnmodelledNeighbour(hop, vrf: vrf, device)
        }
      }
      for way in DeviceLowering.forcedWays(of: device) {
        meetUnmodelledNeighbour(way, vrf: nil, device)
      }
    }
    for group in network.endpoints {
      for attachment in group.attachments {
        guard let gateway = attachment.gateway else { continue }
        addUnmodelledNeighbour(gateway, on: attachment.segment)
      }
    }
  }

  private mutating func meetUnmodelledNeighbour(_ way: NextHop, vrf: Int?, _ device: Device) {
    guard case .gateway(let gateway, let named) = way else { return }
    for index in device.interfaces(to: gateway, named: named, vrf: vrf) {
      guard let segment = device.interfaces[index].segment else { continue }
      addUnmodelledNeighbour(gateway, on: segment)
    }
  }

  /// Where packets go that are handed to an unmodelled neighbour on a segment's domain.
  func unmodelledNeighbours(on segment: Int) -> [Int] {
    domains[segment].first.flatMap { unmodelled[$0] } ?? []
  }

  /// Lets the cloud of unmodelled neighbours put what it gets on every segment that it touches and
  /// on the internet, as it is or with every field rewritten.
  mutating func defineNeighbourCloud() {
    origin = .network
    var segments = cloudSegments
    if let internet = network.internet { segments.insert(internet) }
    let exits = segments.sorted().map { canonical.sent[$0] }
    if exits.isEmpty { return }
    let out = choose(exits)
    let rewritten = add(.rewrite([.anything], next: out))
    define(cloud, .choose([out, rewritten]))
  }
}
