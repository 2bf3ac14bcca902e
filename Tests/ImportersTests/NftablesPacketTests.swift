import Importers
import Networks
import Packets
import Simulation
import Testing

@Suite struct `nftables: what becomes of packets` {
  static let fixtures = (NftablesFiles.names(in: NftablesFiles.fixtures) ?? []).filter {
    NftablesFiles.names(in: "\(NftablesFiles.fixtures)/\($0)")?.contains("packets.txt") == true
  }

  @Test(arguments: fixtures)
  func `each fixture passes and blocks what its packets say`(_ name: String) throws {
    let folder = "\(NftablesFiles.fixtures)/\(name)"
    let plan = try NftablesPlan(NftablesFiles.bytes(of: "\(folder)/ruleset.json"))
    try Self.check(plan, folder, name)
  }

  static let iptablesFixtures = NftablesFiles.names(in: NftablesFiles.iptablesFixtures) ?? []

  @Test(arguments: iptablesFixtures)
  func `each listing of iptables passes and blocks what its packets say`(_ name: String) throws {
    let folder = "\(NftablesFiles.iptablesFixtures)/\(name)"
    let file = "\(folder)/rules.iptables"
    let plan = try NftablesPlan(NftablesFiles.bytes(of: file), file: file, by: .iptables)
    try Self.check(plan, folder, name)
  }

  /// Sends the packets of a fixture.
  private static func check(_ plan: NftablesPlan, _ folder: String, _ name: String) throws {
    var simulators = plan.simulators
    var count = 0
    for line in NftablesFiles.lines(of: "\(folder)/packets.txt") where !line.hasPrefix("#") {
      if line.isEmpty {
        // An empty line forgets all sessions.
        simulators = plan.simulators
        continue
      }
      let probe = try #require(NftablesProbe(line), "\(name): \(line)")
      count += 1
      var reached: [Bool] = []
      for (index, simulator) in simulators.enumerated() {
        let walks = simulator.walks(probe.sent, from: .segment(probe.origin)).walks
        let arrived = walks.filter { Self.arrives($0, probe) }
        reached.append(!arrived.isEmpty)
        if let walk = arrived.first { simulators[index] = simulator.remembering(walk) }
      }
      switch probe.verdict {
      case .passes, .local: #expect(!reached.contains(false), "\(name): \(line)")
      case .blocked: #expect(!reached.contains(true), "\(name): \(line)")
      case .may: #expect(Set(reached) == [true, false], "\(name): \(line)")
      }
    }
    #expect(count > 0)
  }

  /// Whether a walk ends where the probe's verdict is about.
  private static func arrives(_ walk: Walk, _ probe: NftablesProbe) -> Bool {
    switch walk.outcome {
    case .delivered(let segment, let header):
      return probe.verdict != .local && segment != probe.origin
        && (probe.delivered.map { $0 == header } ?? true)
    case .deliveredToDevice(_, let header):
      return probe.verdict == .local && (probe.delivered.map { $0 == header } ?? true)
    default: return false
    }
  }
}
