import Randomness
import Networks
import Packets
import Places

/// Lists, translations and routes.
extension NetworkMaker {
  /// Fields that rules ask for, with values that packets of the tests have, or nearly have.
  static let wireValues: [(field: HeaderField, values: [Ranges])] = [
    (.family, [Ranges(0), Ranges(1), Ranges(2), Ranges(0...1)]),
    (.protocol, [Ranges(6), Ranges(17), Ranges(values: [6, 17]), Ranges(1), Ranges(50...58)]),
    (.nextHeader, [Ranges(0), Ranges(6), Ranges(43)]),
    (.sourcePort, [Ranges(0), Ranges(1024...65535), Ranges(40000), Ranges(0...1023)]),
    (
      .destinationPort,
      [Ranges(0), Ranges(22), Ranges(80...81), Ranges(0...1023), Ranges(values: [22, 1024])]
    ),
    (.icmpType, [Ranges(8), Ranges(0), Ranges(3), Ranges(values: [128, 129])]),
    (.icmpCode, [Ranges(0), Ranges(1...255)]),
    (.tcpFlags, [TCPFlags.initial, Ranges(0), Ranges(18), TCPFlags.values(where: 16, equals: 16)]),
    (.fragment, [Ranges(0), Ranges(1)]),
    (.application, [Ranges(0), Ranges(1), Ranges(1...2)]),
    (.etherType, [Ranges(0x88B8), Ranges(0...0x0800)]),
  ]

  /// A match that a rule could have; `inside` where device fields may be asked for.
  mutating func match(_ device: Device, depth: Int = 2, inside: Bool = true) -> Match {
    switch random.below(depth > 0 ? 18 : 12) {
    case 0, 1: return .any
    case 2...4:
      return random.chance(50) ? someAddresses().asSource : AddressSet([somePrefix()]).asSource
    case 5...7: return AddressSet([somePrefix()]).asDestination
    case 8, 9, 12:
      let (field, values) = random.pick(Self.wireValues)
      return .field(field, random.pick(values))
    case 10:
      guard !network.conditions.conditions.isEmpty else { return .any }
      return .condition(random.below(network.conditions.conditions.count))
    case 11: return inside ? deviceField(device) : .any
    case 13: return .not(match(device, depth: depth - 1, inside: inside))
    case 14, 15:
      return .all([
        match(device, depth: depth - 1, inside: inside),
        match(device, depth: depth - 1, inside: inside),
      ])
    default:
      return .some([
        match(device, depth: depth - 1, inside: inside),
        match(device, depth: depth - 1, inside: inside),
      ])
    }
  }

  private mutating func deviceField(_ device: Device) -> Match {
    let ports = UInt128(device.interfaces.count)
    let choices: [(HeaderField, Ranges)] = [
      (.mark, Ranges(0)), (.mark, Ranges(1)), (.mark, Ranges(1...7)),
      (.ingress, Ranges(UInt128(random.below(Int(ports) + 1)))),
      (.egress, Ranges(UInt128(random.below(Int(ports) + 1)))),
      (.connectionState, Ranges(1)), (.connectionState, Ranges(2)),
      (.connectionState, Ranges(values: [2, 3])), (.connectionState, Ranges(0)),
      (.connectionState, Ranges(values: [0, 4])), (.connectionDirection, Ranges(1)),
      (.connectionStatus, Ranges(values: [1, 3])), (.connectionStatus, Ranges(values: [2, 3])),
      (.vrf, Ranges(0)), (.destinationTranslation, Ranges(0)), (.sourceTranslation, Ranges(0)),
    ]
    let (field, values) = random.pick(choices)
    return .field(field, values)
  }

  /// A list whose jumps lead to later lists only.
  mutating func list(
    _ device: Device, number: Int, of count: Int, role: ListRole
  ) -> ACL {
    var list = ACL(
      name: "\(device.name).\(number)", place: place(), end: random.chance(45) ? .deny : .permit)
    if role == .translation { list.end = .permit }
    for _ in 0..<random.few(1, 5) {
      var rule = ACL.Rule(
        name: "\(list.rules.count)", place: place(), match: match(device),
        action: action(number, of: count))
      if role == .translation, case .deny = rule.action { rule.action = .permit }
      rule.effects = effects(device, role, rule.action)
      list.rules.append(rule)
    }
    return list
  }

  /// What a list is for.
  enum ListRole {
    case filter
    case translation
  }

  private mutating func action(_ number: Int, of count: Int) -> ACL.Action {
    let later = number + 1 < count ? number + 1 + random.below(count - number - 1) : nil
    switch random.below(100) {
    case ..<42: return .permit
    case ..<66: return .deny
    case ..<70: return .reject
    case ..<78: return later.map { .jump($0) } ?? .next
    case ..<84: return later.map { .goto($0) } ?? .permit
    case ..<89: return .return
    case ..<95: return .next
    default:
      guard liking.hasUnknowns, !network.conditions.conditions.isEmpty else { return .next }
      let writes: [[HeaderField]] = [
        [], [.mark], [.destinationIPv4], [.tcpFlags], [.sourceIPv4, .application],
        [.destinationPort], [.destinationIPv6],
      ]
      return .opaque(
        condition: random.below(network.conditions.conditions.count),
        writes: random.pick(writes))
    }
  }

  private mutating func effects(
    _ device: Device, _ role: ListRole, _ action: ACL.Action
  ) -> [Effect] {
    var result: [Effect] = []
    if role == .translation, !device.translations.isEmpty, random.chance(75) {
      let index = random.below(device.translations.count)
      result.append(random.chance(50) ? .translateSource(index) : .translateDestination(index))
    }
    if random.chance(role == .filter ? 16 : 4) {
      switch random.below(8) {
      case 0...3: result.append(.set(.mark, UInt128(random.below(2))))
      case 4: result.append(.set(.tcpFlags, 16))
      case 5: result.append(.set(.application, 1))
      case 6: result.append(.untrack)
      default: result.append(.forward(nextHop(device, vrf: nil)))
      }
    }
    return result
  }

  /// How addresses or ports are rewritten; few values, so that the simulator can try all.
  mutating func translation(_ device: Device, number: Int) -> Translation {
    var result = Translation(name: "t\(number)", place: place())
    switch random.below(6) {
    case 0, 1: result.address = .pool(someAddresses())
    case 2:
      let bits = random.pick([0, 0, 1, 2, 3])
      let from = someAddress()
      var to = someAddress()
      if to.family != from.family { to = from }
      let length = from.family.addressBits - bits
      if let a = Prefix(from, length: length), let b = Prefix(to, length: length) {
        result.address = .prefix(from: a, to: b)
      }
    case 3: result.address = .interface
    case 4: result.address = .pool(AddressSet(someAddress()))
    default: break
    }
    switch random.below(6) {
    case 0: result.port = .any(1024...1026)
    case 1: result.port = .shift(from: 80...81, to: 22)
    case 2: result.port = .shift(from: 22...22, to: 1024)
    default: break
    }
    return result
  }

  /// The routes of one VRF.
  mutating func routes(_ device: Device, vrf: Int) -> [Route] {
    var result: [Route] = []
    for _ in 0..<random.few(0, 4) {
      let hops = (0..<random.few(1, 2)).map { _ in nextHop(device, vrf: vrf) }
      var route = Route(to: somePrefix(), via: hops, place: place())
      if random.chance(35), let any = Prefix(IPAddress(ipv4: 0), length: 0) {
        route.destination = any
      }
      route.distance = random.pick([0, 1, 1, 1, 5])
      route.metric = random.pick([0, 0, 1])
      if !network.conditions.conditions.isEmpty, random.chance(15) {
        route.condition = random.below(network.conditions.conditions.count)
      }
      result.append(route)
    }
    return result
  }

  private mutating func nextHop(_ device: Device, vrf: Int?) -> NextHop {
    switch random.below(12) {
    case 0: return .discard
    case 1, 2: return .interface(random.below(device.interfaces.count))
    case 3 where device.vrfs.count > 1: return .vrf(random.below(device.vrfs.count))
    default:
      let named = random.chance(15) ? random.below(device.interfaces.count) : nil
      return .gateway(gateway(device), interface: named)
    }
  }

  /// The address of a neighbour, or of nobody where unknowns are liked.
  private mutating func gateway(_ device: Device) -> IPAddress {
    if liking.hasUnknowns, random.chance(15) { return someAddress() }
    let neighbours = network.devices.filter { $0.name != device.name }.flatMap(\.interfaces)
      .filter { other in device.interfaces.contains { $0.segment == other.segment } }
      .flatMap(\.addresses).map(\.address)
    if neighbours.isEmpty {
      return device.interfaces.flatMap(\.addresses).first?.address ?? IPAddress(ipv4: 1)
    }
    return random.pick(neighbours)
  }
}
