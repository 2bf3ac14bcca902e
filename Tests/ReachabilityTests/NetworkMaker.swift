import Randomness
import Networks
import Packets
import Places

/// Makes small random networks in which everything that the model has can occur.
///
/// Address ranges are tiny, so that routes, rules, pools and hosts collide.
struct NetworkMaker {
  /// What may occur; the less, the more of a verdict can be checked by brute force.
  struct Liking {
    /// Whether conditions of any scope occur, or none, or only global ones.
    var conditions: ClosedRange<Int> = 0...3
    /// Whether conditions are evaluated for each packet.
    var hasPacketConditions = true
    /// Whether rules do what is not modelled, and next hops are nobody's.
    var hasUnknowns = true
    /// Whether devices remember sessions.
    var hasSessions = true
    /// Whether every device remembers sessions.
    var alwaysHasSessions = false
    /// Whether devices translate.
    var hasTranslations = true
    /// Whether there are links and the internet.
    var hasOutside = true
    /// The most devices.
    var devices = 4
  }

  var random: SplitMix
  var liking: Liking
  var network = Network(name: "random", place: Place(file: "random"))
  /// The subnets of all segments.
  var subnets: [Prefix] = []
  private var line = 0

  init(seed: UInt64, _ liking: Liking = Liking()) {
    random = SplitMix(seed &* 0x2545_F491_4F6C_DD1D)
    self.liking = liking
  }

  mutating func place() -> Place {
    line += 1
    return Place(file: "random", line: line)
  }

  /// A random network.
  mutating func make() -> Network {
    makeConditions()
    makeSegments()
    let count = 1 + random.below(liking.devices)
    for number in 0..<count { makeDevice(number, of: count) }
    for _ in 0..<random.few(0, 3) { makeEndpoints() }
    for index in network.devices.indices { furnish(index) }
    if liking.hasOutside { makeLinks() }
    network.spoofing = random.pick([.none, .segment, .segment, .any])
    if random.chance(6) { network.routing = .any }
    if network.devices.count > 1, random.chance(30) {
      network.redundancyGroups = [Array(network.devices.indices.prefix(2 + random.below(2)))]
    }
    return network
  }

  private mutating func makeConditions() {
    network.applications = ["unidentified", "one", "two"]
    let scopes: [Condition.Scope] =
      liking.hasPacketConditions
      ? [
        .global, .global, Condition.ofSource, Condition.ofDestination, Condition.ofPacket,
      ] : [.global]
    let spread = liking.conditions.count
    for number in 0..<(liking.conditions.lowerBound + random.below(spread)) {
      let condition = Condition(
        name: "c\(number)", scope: random.pick(scopes), place: place(), why: "chance",
        assumed: random.chance(10) ? random.chance(50) : nil)
      _ = network.conditions.index(of: condition)
    }
  }

  private mutating func makeSegments() {
    let hasV6 = random.chance(35)
    for number in 0..<(2 + random.below(4)) {
      var own: [Prefix] = []
      if random.chance(92) {
        let third: UInt32 = random.chance(6) ? 0 : UInt32(number)
        let base: UInt32 = random.chance(12) ? 0xCB00_7100 : 0x0A00_0000
        let length = random.pick([29, 29, 29, 30, 31])
        own += Prefix(IPAddress(ipv4: base + third << 8), length: length).map { [$0] } ?? []
        if random.chance(6) {
          own += Prefix(IPAddress(ipv4: 0x0A00_0008 + third << 8), length: 29).map { [$0] } ?? []
        }
      }
      if hasV6, random.chance(60) {
        let base: UInt128 = 0x2001_0DB8 << 96
        own +=
          Prefix(IPAddress(ipv6: base + UInt128(number) << 64), length: 125).map { [$0] } ?? []
      }
      network.segments.append(Segment(name: "s\(number)", place: place(), subnets: own))
    }
    subnets = network.segments.flatMap(\.subnets)
    if liking.hasOutside, random.chance(28) {
      network.internet = network.segments.count
      network.segments.append(Segment(name: "internet", place: place()))
      if random.chance(60) { network.internetJoins = random.below(network.segments.count - 1) }
    }
  }

  private mutating func makeDevice(_ number: Int, of count: Int) {
    var device = Device(name: "d\(number)", place: place(), kind: .router)
    if random.chance(22) {
      for other in 1...(1 + random.below(2)) { device.vrfs.append(VRF(name: "v\(other)")) }
    }
    for port in 0..<(2 + random.few(0, 2)) {
      var interface = Interface(name: "e\(port)", place: place())
      interface.segment = random.chance(96) ? random.below(network.segments.count) : nil
      interface.vrf = random.below(device.vrfs.count)
      interface.isUp = random.chance(95)
      if let segment = interface.segment, segment != network.internet {
        for subnet in network.segments[segment].subnets where random.chance(92) {
          interface.addresses.append(.init(address(in: subnet), length: subnet.length))
        }
      } else if random.chance(80) {
        interface.addresses.append(.init(IPAddress(ipv4: 0xC633_6401), length: 30))
      }
      if random.chance(8) { interface.answersFor = someAddresses() }
      if random.chance(4) { interface.localAddresses = someAddresses() }
      interface.reversePath = random.chance(82) ? .none : random.pick([.strict, .loose])
      device.interfaces.append(interface)
    }
    network.devices.append(device)
  }

  private mutating func makeEndpoints() {
    var group = EndpointGroup(
      name: "h\(network.endpoints.count)", place: place(), attachments: [])
    for _ in 0..<random.few(1, 2) {
      let segment = random.below(network.segments.count)
      let subnets = network.segments[segment].subnets
      var own =
        subnets.isEmpty || random.chance(5)
        ? someAddresses() : AddressSet(address(in: random.pick(subnets)))
      if random.chance(10) { own = .none }
      let names = liking.hasUnknowns || network.routing == .any
      let gateway = names && random.chance(20) ? someAddress() : nil
      group.attachments.append(
        .init(segment: segment, addresses: own, gateway: gateway, place: place()))
    }
    network.endpoints.append(group)
  }

  private mutating func makeLinks() {
    while random.chance(18) {
      let segment = Link.Party.segment(random.below(network.segments.count))
      var parties: [Link.Party] = [
        .segment(random.below(network.segments.count)),
        .device(random.below(network.devices.count)),
      ]
      if !network.endpoints.isEmpty {
        parties.append(.endpoint(random.below(network.endpoints.count)))
      }
      let other = random.pick(parties)
      var addresses = AddressSet.none
      if case .endpoint = other, random.chance(50) { addresses = someAddresses() }
      network.links.append(
        Link(medium: .serial, from: segment, to: other, addresses: addresses, place: place()))
    }
  }
}

extension NetworkMaker {
  /// Any address of a subnet, its first and last included.
  mutating func address(in subnet: Prefix) -> IPAddress {
    let size = Int(subnet.range.upperBound - subnet.range.lowerBound) + 1
    let value = subnet.range.lowerBound + UInt128(random.below(min(size, 8)))
    return IPAddress(subnet.family, value) ?? subnet.address
  }

  /// An address that something in the network is likely to have, or one that is special.
  mutating func someAddress() -> IPAddress {
    Self.someAddress(subnets, &random)
  }

  static func someAddress(_ subnets: [Prefix], _ random: inout SplitMix) -> IPAddress {
    if !subnets.isEmpty, random.chance(88) {
      let subnet = random.pick(subnets)
      let size = Int(subnet.range.upperBound - subnet.range.lowerBound) + 1
      let value = subnet.range.lowerBound + UInt128(random.below(min(size, 8)))
      return IPAddress(subnet.family, value) ?? subnet.address
    }
    let others: [IPAddress] = [
      IPAddress(ipv4: 0xC633_6401), IPAddress(ipv4: 0xC633_6402), IPAddress(ipv4: 0x0808_0808),
      IPAddress(ipv4: 0xE000_0005), IPAddress(ipv4: .max), IPAddress(ipv4: 0),
      IPAddress(ipv6: 0xFE80 << 112 | 5), IPAddress(ipv6: 0xFF02 << 112 | 1),
      IPAddress(ipv6: 0x2001_0DB8 << 96 | 9 << 64 | 1), IPAddress(ipv6: 0),
    ]
    return random.pick(others)
  }

  /// A few addresses, sometimes of both families.
  mutating func someAddresses() -> AddressSet {
    var result = AddressSet.none
    for _ in 0..<random.few(1, 3) {
      let address = someAddress()
      let length = max(0, address.family.addressBits - random.pick([0, 0, 0, 1, 2, 3]))
      if let prefix = Prefix(address, length: length) {
        result = result.union(AddressSet([prefix]))
      }
    }
    return result
  }

  /// A prefix of any length around an address.
  mutating func somePrefix() -> Prefix {
    let address = someAddress()
    let bits = address.family.addressBits
    let length = random.pick([0, bits - 24, bits - 8, bits - 3, bits - 2, bits - 1, bits])
    return Prefix(address, length: length) ?? Prefix(host: address)
  }
}
