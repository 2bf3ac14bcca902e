/// Deterministic access lists between 100 zones, the same numbers on every machine.
public struct SyntheticLists {
  /// A first-match list.
  public private(set) var base: [AccessRule] = []
  /// A list that permits at least what `base` permits.
  public private(set) var wider: [AccessRule] = []
  /// A list that does not.
  public private(set) var other: [AccessRule] = []
  /// The prefixes of each zone.
  public private(set) var zones: [[(address: UInt32, length: Int)]] = []

  private var random: SplitMix64

  /// Makes lists of so many rules.
  public init(rules count: Int, seed: UInt64 = 20_260_101) {
    random = SplitMix64(state: seed)
    for zone in 0..<100 { zones.append(makeZone(zone)) }
    for _ in 0..<(count - 1) { base.append(makeRule()) }
    base.append(Self.rule(false, -1, (0, 0), (0, 0)))
    makeWider()
    makeOther(count)
  }

  private static let anyPort = 0...65_535
  private static let tcp = [
    22, 23, 25, 53, 80, 88, 102, 110, 123, 135, 139, 143, 389, 443, 445, 465, 502, 587, 636, 993,
    1433, 1521, 2404, 3268, 3306, 3389, 4840, 5432, 5985, 8080, 8443, 9100, 20000, 44818,
  ]
  private static let udp = [
    53, 67, 69, 88, 123, 137, 161, 162, 389, 500, 514, 1812, 4500, 47808, 2222,
  ]
  private static let ranges = [
    1024...65535, 49152...65535, 5900...5910, 8000...8099, 137...139, 135...139, 20...21,
    3268...3269, 60000...61000,
  ]
  private static let lengths = [20, 22, 24, 24, 24, 25, 26, 27, 28, 29, 30, 32, 32, 32, 32, 32]

  private static func rule(
    _ isPermitting: Bool, _ number: Int, _ source: (UInt32, Int), _ destination: (UInt32, Int),
    _ sourcePorts: ClosedRange<Int> = anyPort, _ destinationPorts: ClosedRange<Int> = anyPort
  ) -> AccessRule {
    AccessRule(
      isPermitting: isPermitting, protocol: number, source: source, destination: destination,
      sourcePorts: sourcePorts, destinationPorts: destinationPorts)
  }

  private static func masked(_ address: UInt32, _ length: Int) -> UInt32 {
    length == 0 ? 0 : address & (UInt32.max << UInt32(32 - length))
  }

  /// One prefix of its own a zone, and for every second zone one more.
  private mutating func makeZone(_ zone: Int) -> [(address: UInt32, length: Int)] {
    var prefixes: [(address: UInt32, length: Int)] = []
    if zone < 40 {
      let second = UInt32(zone * 5 + random.below(5))
      prefixes.append((10 << 24 | second << 16, 16))
    } else if zone < 70 {
      prefixes.append((172 << 24 | 16 << 16 | UInt32(zone - 40) << 14, 18))
    } else {
      let first = UInt32(100 + random.below(90))
      prefixes.append((Self.masked(first << 24 | UInt32(random.below(1 << 24)), 20), 20))
    }
    if random.fraction() < 0.5 { prefixes.append((192 << 24 | 168 << 16 | UInt32(zone) << 8, 24)) }
    return prefixes
  }

  private mutating func makeAddress(_ zone: Int) -> (UInt32, Int) {
    let (address, length) = zones[zone][random.below(zones[zone].count)]
    let chance = random.fraction()
    if chance < 0.15 || length >= 24 && chance < 0.5 { return (address, length) }
    let longer = min(32, max(length, random.pick(Self.lengths)))
    let host = UInt32(random.below(1 << 30)) & ((1 << UInt32(32 - length)) - 1)
    return (Self.masked(address | host, longer), longer)
  }

  private mutating func makeRule() -> AccessRule {
    let kind = random.fraction()
    let number = kind < 0.62 ? 6 : kind < 0.88 ? 17 : kind < 0.92 ? 1 : -1
    let source = random.fraction() < 0.03 ? (0, 0) : makeAddress(random.below(100))
    // Never from any to any, so that no rule hides all that follow.
    let isAny = source.1 > 0 && random.fraction() < 0.03
    let destination = isAny ? (0, 0) : makeAddress(random.below(100))
    var sourcePorts = Self.anyPort
    var destinationPorts = Self.anyPort
    if number == 6 || number == 17 {
      let shape = random.fraction()
      if shape < 0.72 {
        let port = random.pick(number == 6 ? Self.tcp : Self.udp)
        destinationPorts = port...port
      } else if shape < 0.85 {
        destinationPorts = Self.ranges[random.below(Self.ranges.count)]
      } else if shape < 0.92 {
        let port = random.below(65_536)
        destinationPorts = port...port
      } else if shape < 0.95 {
        let port = random.below(60_000)
        destinationPorts = port...min(65_535, port + random.below(5_000))
      }
      if random.fraction() < 0.08 {
        sourcePorts = 1024...65_535
      } else if random.fraction() < 0.02 {
        let port = random.pick(Self.tcp)
        sourcePorts = port...port
      }
    }
    return Self.rule(
      random.fraction() < 0.7, number, source, destination, sourcePorts, destinationPorts)
  }

  /// Without 100 rules that deny, and with 100 more that permit on top.
  private mutating func makeWider() {
    let denying = base.indices.dropLast().filter { !base[$0].isPermitting }
    var gone: Set<Int> = []
    while gone.count < min(100, denying.count) { gone.insert(denying[random.below(denying.count)]) }
    wider = base.indices.filter { !gone.contains($0) }.map { base[$0] }
    for _ in 0..<100 {
      let source = makeAddress(random.below(100))
      let destination = makeAddress(random.below(100))
      let port = random.pick(Self.tcp)
      wider.insert(
        Self.rule(true, 6, source, destination, Self.anyPort, port...port), at: 0)
    }
  }

  /// With 50 pairs exchanged, and an early rule that permits hidden by one that denies.
  private mutating func makeOther(_ count: Int) {
    other = base
    for _ in 0..<50 {
      let first = random.below(count - 200)
      other.swapAt(first, first + 1 + random.below(100))
    }
    let permitting = other.indices.filter { other[$0].isPermitting }
    var rule = other[permitting[25]]
    rule.isPermitting = false
    other.insert(rule, at: permitting[25])
  }
}

/// The generator SplitMix64.
struct SplitMix64 {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

  mutating func pick(_ numbers: [Int]) -> Int { numbers[below(numbers.count)] }
}
