import Networks
import Packets
import Places

/// The routes of one VRF, connected ones included, ready to be looked up.
struct RoutingTable: Sendable {
  /// One way out that a route offers.
  enum Way: Hashable, Sendable {
    /// By an interface, to the destination itself or to a gateway.
    case interface(Int, gateway: IPAddress?)
    /// Nowhere.
    case discard
    /// To another VRF.
    case vrf(Int)
  }

  /// One route.
  struct Entry: Sendable {
    var prefix: Prefix
    var distance: Int
    var metric: Int
    var condition: Int?
    var place: Place
    var ways: [Way]
    var isConnected: Bool
  }

  private struct Key: Hashable {
    var family: Family
    var length: Int
    var address: UInt128
  }

  private var entries: [Key: [Entry]] = [:]
  /// The lengths that occur, descending, by family.
  private var lengths: [Family: [Int]] = [:]

  /// The table of one VRF of a device.
  ///
  /// Routes without any usable next hop are not in it.
  init(of device: Device, vrf: Int) {
    for (index, interface) in device.interfaces.enumerated()
    where interface.isUp && interface.vrf == vrf {
      for address in interface.addresses {
        add(
          Entry(
            prefix: address.subnet, distance: 0, metric: 0, condition: nil,
            place: interface.place, ways: [.interface(index, gateway: nil)], isConnected: true))
      }
    }
    var waysOfNextHop: [NextHop: [Way]] = [:]
    for route in device.vrfs[vrf].routes {
      var ways: [Way] = []
      for nextHop in route.nextHops {
        let found = waysOfNextHop[nextHop] ?? Self.ways(of: nextHop, on: device, vrf: vrf)
        waysOfNextHop[nextHop] = found
        ways += found
      }
      guard !ways.isEmpty else { continue }
      add(
        Entry(
          prefix: route.destination, distance: route.distance, metric: route.metric,
          condition: route.condition, place: route.place, ways: ways, isConnected: false))
    }
    for family in lengths.keys { lengths[family]?.sort(by: >) }
  }

  /// The ways out that a next hop stands for in a VRF, or in any for `nil`; none where it cannot be used.
  static func ways(of nextHop: NextHop, on device: Device, vrf: Int?) -> [Way] {
    switch nextHop {
    case .gateway(let gateway, let named):
      device.interfaces(toward: gateway, named: named, vrf: vrf)
        .map { .interface($0, gateway: gateway) }
    case .interface(let index):
      device.interfaces.indices.contains(index) && device.interfaces[index].isUp
        ? [.interface(index, gateway: nil)] : []
    case .discard: [.discard]
    case .vrf(let other): device.vrfs.indices.contains(other) ? [.vrf(other)] : []
    }
  }

  /// The best routes to an address: of those that exist, to the longest prefix that holds it, the
  /// ones with the least distance and, of these, the least metric.
  func best(to address: IPAddress, exists: (Entry) -> Bool) -> [Entry] {
    for length in lengths[address.family] ?? [] {
      guard let prefix = Prefix(address, length: length) else { continue }
      let key = Key(family: prefix.family, length: length, address: prefix.address.value)
      let existing = (entries[key] ?? []).filter(exists)
      guard let least = existing.map({ ($0.distance, $0.metric) }).min(by: <) else { continue }
      return existing.filter { ($0.distance, $0.metric) == least }
    }
    return []
  }

  private mutating func add(_ entry: Entry) {
    let prefix = entry.prefix
    let key = Key(
      family: prefix.family, length: prefix.length, address: prefix.address.value)
    entries[key, default: []].append(entry)
    if !lengths[prefix.family, default: []].contains(prefix.length) {
      lengths[prefix.family, default: []].append(prefix.length)
    }
  }
}
