import Randomness
import Canonical
import Networks
import Packets
import Simulation

/// One packet that a test sends, and the outcomes of the conditions under which it does.
struct Probe: Hashable, Sendable {
  var header: Header
  var origin: Origin
  var valuation: RandomValuation
}

/// Outcomes of conditions, drawn by lot once for each combination of values that they depend on.
struct RandomValuation: Hashable, Sendable {
  var seed: UInt64
  /// Outcomes that are not left to chance: those of a condition for a packet with the roles of this
  /// one.
  var fixed: [Key: Bool] = [:]

  struct Key: Hashable, Sendable {
    var condition: Int
    var roles: [UInt128]
  }

  init(_ seed: UInt64) { self.seed = seed }

  func key(_ condition: Int, _ header: Header, in conditions: ConditionTable) -> Key {
    guard case .evaluation(let fields) = conditions[condition].scope else {
      return Key(condition: condition, roles: [])
    }
    return Key(condition: condition, roles: fields.map(header.stored))
  }

  /// The outcome of a condition for a packet.
  func outcome(_ condition: Int, _ header: Header, in conditions: ConditionTable) -> Bool {
    if let assumed = conditions[condition].assumed { return assumed }
    let key = key(condition, header, in: conditions)
    if let known = fixed[key] { return known }
    var hash = SplitMix(seed &+ UInt64(condition) &* 0x9E37)
    for value in key.roles {
      hash.state ^= UInt64(truncatingIfNeeded: value) &* 31
      hash.state ^= UInt64(truncatingIfNeeded: value >> 64)
      _ = hash.next()
    }
    return hash.next() % 2 == 0
  }
}

extension Probe {
  /// A packet that something in the network is likely to care about.
  init(in network: Network, _ random: inout SplitMix) {
    let subnets = network.segments.flatMap(\.subnets)
    let header = Self.header(subnets, &random)
    let origin: Origin =
      random.chance(85) || network.devices.isEmpty
      ? .segment(random.below(network.segments.count))
      : .device(random.below(network.devices.count))
    self.init(header: header, origin: origin, valuation: RandomValuation(random.next()))
  }

  private static func header(_ subnets: [Prefix], _ random: inout SplitMix) -> Header {
    if random.chance(3) { return Header(family: .nonIP, etherType: random.pick([0, 0x88B8])) }
    let source = NetworkMaker.someAddress(subnets, &random)
    var destination = NetworkMaker.someAddress(subnets, &random)
    for _ in 0..<4 where destination.family != source.family {
      destination = NetworkMaker.someAddress(subnets, &random)
    }
    if destination.family != source.family { destination = source }
    let icmp = source.family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6
    return Header(
      family: source.family, source: source.value, destination: destination.value,
      protocol: random.pick([6, 6, 6, 17, 17, icmp, 50]),
      nextHeader: random.chance(10) ? 43 : nil,
      sourcePort: random.pick([0, 40000, 40000, 22, 1024, 1025]),
      destinationPort: random.pick([0, 22, 22, 80, 81, 1023, 1024]),
      icmpType: random.pick(source.family == .ipv4 ? [8, 8, 0, 3] : [128, 128, 129, 1]),
      icmpCode: random.pick([0, 0, 7]), tcpFlags: random.pick([2, 2, 18, 16, 0]),
      isLaterFragment: random.chance(8), application: random.pick([0, 0, 1, 2]))
  }
}

extension Candidates {
  /// All values that the translations of a network give, besides those that packets have.
  init(for network: Network, _ headers: [Header]) {
    self.init(for: headers)
    var found: [HeaderField: Set<UInt128>] = values.mapValues(Set.init)
    func add(_ addresses: AddressSet) {
      for value in addresses.ipv4.ranges.flatMap(Self.few) {
        found[.sourceIPv4, default: []].insert(value)
        found[.destinationIPv4, default: []].insert(value)
      }
      for value in addresses.ipv6.ranges.flatMap(Self.few) {
        found[.sourceIPv6, default: []].insert(value)
        found[.destinationIPv6, default: []].insert(value)
      }
    }
    for translation in network.devices.flatMap(\.translations) {
      if case .pool(let pool) = translation.address { add(pool) }
      if case .any(let ports) = translation.port {
        for port in ports {
          found[.sourcePort, default: []].insert(UInt128(port))
          found[.destinationPort, default: []].insert(UInt128(port))
        }
      }
    }
    values = found.mapValues { $0.sorted() }
  }

  /// The same with some destinations in each of these prefixes.
  func including(_ prefixes: [Prefix]) -> Candidates {
    var result = self
    for prefix in prefixes {
      let field: HeaderField = prefix.family == .ipv4 ? .destinationIPv4 : .destinationIPv6
      let known = Set(result.values[field] ?? [])
      result.values[field] = known.union(Self.few(prefix.range)).sorted()
    }
    return result
  }

  private static func few(_ range: ClosedRange<UInt128>) -> [UInt128] {
    range.upperBound - range.lowerBound < 64 ? Array(range) : [range.lowerBound, range.upperBound]
  }
}
