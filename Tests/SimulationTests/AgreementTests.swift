import Networks
import Packets
import Places
import Simulation
import Testing

/// A small generator of numbers (xorshift), so that a seed repeats a run.
struct Dice {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  mutating func roll(_ sides: Int) -> Int {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Int(state >> 33) % sides
  }

  mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }
}

@Suite struct `Agreement of the searches` {
  private static let addresses: [IPAddress] = [
    "10.0.0.1", "10.0.0.9", "10.0.1.2", "10.0.1.9", "10.0.2.3", "10.0.2.9", "192.0.2.1",
  ]
  private static let ports: [UInt16] = [80, 443]

  private func plan(_ dice: inout Dice) -> Plan {
    var plan = Plan()
    let subnets: [Prefix] = ["10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24"]
    let segments = subnets.enumerated().map { plan.segment("s\($0)", $1) }
    for number in 0..<(1 + dice.roll(3)) {
      let first = dice.pick(segments)
      let second = (first + 1 + dice.roll(2)) % 3
      _ = plan.device(
        "r\(number)", (first, ["10.0.\(first).\(number + 1)/24"]),
        (second, ["10.0.\(second).\(number + 1)/24"])
      ) { configure(&$0, &dice) }
    }
    return plan
  }

  private func configure(_ device: inout Device, _ dice: inout Dice) {
    for _ in 0..<dice.roll(3) {
      let gateway = dice.pick(Self.addresses)
      device.route(
        dice.pick(["0.0.0.0/0", "10.0.0.0/16", "10.0.1.0/24", "10.0.2.0/25"]),
        dice.pick([.gateway(gateway, interface: nil), .interface(dice.roll(2)), .discard]))
    }
    let pool = device.translation("pool", .pool(AddressSet(["10.0.2.8/31"])))
    let list = device.list(
      "f",
      (0..<dice.roll(4)).map { _ in
        rule(
          dice.pick([.permit, .deny, .next]),
          dice.pick([.any, port(80...80), to(Prefix(host: dice.pick(Self.addresses)))]),
          dice.pick([.set(.destinationPort, 443), .translateSource(pool), .set(.mark, 1)]))
      }, end: dice.pick([.permit, .deny]))
    device.interfaces[0].reversePath = dice.pick([.none, .none, .strict, .loose])
    device.pipeline.departure = [.filter(list, role: .forwardFilter), .translateSource]
    if dice.roll(2) == 0 {
      device.sessions = SessionBehaviour(opens: opening, bypassesFilters: dice.roll(2) == 0)
      device.pipeline.arrival.insert(.recall, at: 0)
      device.pipeline.departure.append(.remember)
    }
  }

  @Test func `depth first and breadth first find the same deliveries`() {
    var compared = 0
    var delivered = 0
    for seed in UInt64(1)...400 {
      var dice = Dice(seed: seed)
      var simulator = plan(&dice).simulator()
      for _ in 0..<4 {
        let packet = tcp(
          dice.pick(Self.addresses), dice.pick(Self.addresses), dice.pick(Self.ports))
        let origin = Origin.segment(dice.roll(3))
        let walks = simulator.walks(packet, from: origin, limit: 2000)
        guard walks.isComplete else { continue }
        let deep = Set(walks.walks.map(\.outcome).filter { $0.delivered != nil })
        let broad = simulator.deliveries(packet, from: origin)
        #expect(Set(broad.outcomes) == deep, "seed \(seed)")
        #expect(broad.isComplete, "seed \(seed)")
        for outcome in broad.outcomes {
          let walk = simulator.firstWalk(packet, from: origin) { $0 == outcome }
          #expect(walk?.hops.last?.state.header == outcome.delivered, "seed \(seed)")
          if let walk { simulator = simulator.remembering(walk) }
        }
        compared += 1
        delivered += deep.count
      }
    }
    print("compared \(compared) packets with \(delivered) deliveries, seeds 1 to 400")
    #expect(compared > 1000)
    #expect(delivered > compared)
  }
}
