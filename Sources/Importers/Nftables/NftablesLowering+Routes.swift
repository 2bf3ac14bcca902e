import Networks
import Packets

extension NftablesLowering {
  /// The most routes that are laid over each other for a reverse path check.
  private static let greatestRouteCount = 2_000

  /// Whether the route back to the source of a packet leaves by the interface that it came in by;
  /// `nil` where the routes are not all known.
  ///
  /// Only the best route counts: for an address of the device itself there is none. What the kernel
  /// answers for link-local sources and for those of 0.0.0.0 depends on more.
  func waysBack() -> [NftablesSubject.Class]? {
    guard device.vrfs.count == 1, let table = device.vrfs.first, table.unknownRoutes == nil,
      table.routes.allSatisfy({ $0.condition == nil }),
      table.routes.count <= Self.greatestRouteCount,
      device.interfaces.contains(where: { !$0.addresses.isEmpty })
    else { return nil }
    var sources = [AddressSet](repeating: .none, count: device.interfaces.count)
    for (prefix, ways) in bestRoutes(of: table) {
      let covered = AddressSet([prefix])
      for index in sources.indices {
        sources[index] =
          ways.contains(index)
          ? sources[index].union(covered) : sources[index].subtracting(covered)
      }
    }
    let open = Network.linkLocal.union(AddressSet(IPAddress(ipv4: 0)))
    let own = device.ownAddresses(vrf: 0)
    let ways = sources.enumerated().map { index, set in
      Match.all([
        .field(.ingress, Ranges(UInt128(index) + 1)),
        set.subtracting(own).subtracting(open).asSource,
      ])
    }
    return [
      .init(match: open.asSource, values: Ranges(0...1)),
      .init(match: .some(ways), values: Ranges(1)),
      .init(match: .not(.some(ways + [open.asSource])), values: Ranges(0)),
    ]
  }

  /// The prefixes that have routes, shorter ones first, with the interfaces of the best routes.
  private func bestRoutes(of table: VRF) -> [(Prefix, Set<Int>)] {
    struct Best {
      var rank: [Int]
      var ways: Set<Int>
    }
    var best: [Prefix: Best] = [:]
    func add(_ prefix: Prefix, _ rank: [Int], _ ways: Set<Int>) {
      guard let known = best[prefix] else {
        best[prefix] = Best(rank: rank, ways: ways)
        return
      }
      if known.rank == rank { best[prefix]?.ways.formUnion(ways) }
      if rank.lexicographicallyPrecedes(known.rank) {
        best[prefix] = Best(rank: rank, ways: ways)
      }
    }
    for (index, interface) in device.interfaces.enumerated() where interface.isUp {
      for address in interface.addresses { add(address.subnet, [0, 0], [index]) }
    }
    for route in table.routes {
      let isDiscard = route.nextHops.contains(.discard)
      let ways = Set(route.nextHops.flatMap { self.ways(of: $0) })
      // A route that has no way does not exist, unless it is meant to lead nowhere.
      if isDiscard || !ways.isEmpty {
        add(route.destination, [route.distance, route.metric], ways)
      }
    }
    return best.map { ($0.key, $0.value.ways) }
      .sorted { ($0.0.length, $0.0.address) < ($1.0.length, $1.0.address) }
  }

  /// The interfaces that are up and lead to a next hop.
  private func ways(of nextHop: NextHop) -> [Int] {
    switch nextHop {
    case .gateway(_, interface: let index?), .interface(let index):
      return device.interfaces[index].isUp ? [index] : []
    case .gateway(let address, interface: nil):
      return device.interfaces.indices.filter { index in
        let interface = device.interfaces[index]
        return interface.isUp
          && interface.addresses.contains { $0.subnet.contains(address) }
      }
    case .discard, .vrf: return []
    }
  }
}
