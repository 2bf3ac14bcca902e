import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies
import Projects
import Testing

@testable import Reachability

@Suite struct `Claims of requirements` {
  @Test func `law: a claim is true where the requirement holds, and nowhere else`() throws {
    try check(networks: rounds(12), liking: NetworkMaker.Liking(), from: 11_000)
  }

  @Test func `law: also where every device remembers sessions`() throws {
    var liking = NetworkMaker.Liking()
    liking.alwaysHasSessions = true
    liking.devices = 3
    try check(networks: rounds(12), liking: liking, from: 12_000)
  }

  @Test(arguments: ["substation", "ministry", "caspian-power", "caspian-power-hardened"])
  func `of the example networks are true where the requirements hold`(name: String) throws {
    guard name == "substation" || rounds(1) > 1 else {
      print("left to the run of the random laws, which is optimised")
      return
    }
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let day = try #require(Day(year: 2025, month: 6, day: 1))
    let project = try Project.open("\(root)/Topologies/\(name)", on: day)
    let policy = try #require(project.policy)
    let result = verify(project.network, against: policy)
    var engine = try Engine(for: project.network, setLimit: 100_000_000)
    let claims = claims(of: policy, in: project.network, canonical: engine.canonical)
    try engine.learnSessions(of: claims)
    for claim in claims.claims {
      var holds = false
      if case .holds = result.answers[claim.requirement].verdict { holds = true }
      let isTrue = try engine.isTrue(claim, of: claims)
      let asked = policy.requirements[claim.requirement].requirement
      if holds, isTrue == false, asked.count == .connections {
        print("\(name): \(claim.name) claims more than it asks")
      } else {
        #expect(isTrue == .some(holds), "\(claim.name)")
      }
    }
    let unclaimed = claims.unclaimed.map { "\($0.name) (\($0.reason))" }
    print("\(name): \(claims.claims.count) claims, \(claims.tags.count) tags, not: \(unclaimed)")
    #expect(claims.claims.count + unclaimed.count == policy.requirements.count)
  }

  private func check(networks: Int, liking: NetworkMaker.Liking, from first: UInt64) throws {
    var counts: [Bool: Int] = [:]
    var skipped = 0
    let atLimits = try NetworkMaker.ask(
      6, about: networks, liking: liking, from: first,
      make: { maker, _ in
        var network = maker.make()
        maker.addRelays(to: &network)
        return network
      },
      wrong: { requirement, network, question in
        guard let holds = try Self.holds(requirement, in: network) else {
          skipped += 1
          return nil
        }
        counts[holds, default: 0] += 1
        if question == 0 { try Self.expectSameText(requirement, in: network) }
        return try contradiction(requirement, in: network, holds: holds)
      })
    guard let atLimits else { return }
    skipped += atLimits
    #expect(counts[true, default: 0] > 0 && counts[false, default: 0] > 0)
    print(
      "seed \(firstSeed): \(networks) networks, \(counts[true, default: 0]) hold, "
        + "\(counts[false, default: 0]) do not, \(skipped) skipped")
  }

  /// The text of a network and a claim says all that there is of them.
  private static func expectSameText(
    _ requirement: ResolvedRequirement, in network: Network
  ) throws {
    let canonical = try lower(network)
    let claims = claims(of: [requirement], in: network, canonical: canonical)
    let text = Problem(network, canonical, claims).text().bytes
    let read = try Problem(parsing: text)
    #expect(read.text().bytes == text)
    #expect(read.locations == canonical.locations)
    #expect(read.tables.map(\.otherwise) == canonical.tables.map(\.otherwise))
    for (mine, its) in zip(read.tables, canonical.tables) {
      #expect(mine.entries.map(\.boxes) == its.entries.map(\.boxes))
      #expect(mine.entries.map(\.outcome) == its.entries.map(\.outcome))
    }
    #expect(read.claims.tags == claims.tags)
    #expect(read.claims.claims == claims.claims)
  }

  /// Whether a requirement holds, as far as the engine goes; `nil` at a limit.
  private static func holds(
    _ requirement: ResolvedRequirement, in network: Network
  ) throws -> Bool? {
    let canonical = try lower(network)
    var limits = VerificationLimits()
    limits.setEdges = 3_000_000
    var verifier = try Verifier(network, canonical, limits: limits)
    try verifier.engine.prepare(verifier.engine.plan(asked: [], ofDevices: []), with: nil)
    if case .noDualHomed(let a, let b, let except) = requirement.obligation {
      if case .holds = verifier.decideDualHomed(a, b, except: except) { return true }
      return false
    }
    var holds = try verifier.question(of: requirement).breaches.isEmpty
    switch requirement.obligation {
    case .noExit(let from, _, _) where requirement.requirement.exits == .all:
      holds = try verifier.reachableRelay(from: from, pulling: true) == nil && holds
    case .through(let from, _, let via) where !via.parts.isEmpty:
      holds =
        try verifier.reachableRelay(from: from, except: via, pulling: false) == nil && holds
    default: break
    }
    return verifier.engine.limit == nil ? holds : nil
  }
}

extension NetworkMaker {
  /// Lets some endpoint groups relay.
  mutating func addRelays(to network: inout Network) {
    for index in network.endpoints.indices where random.chance(30) {
      network.endpoints[index].relays = [
        EndpointGroup.Relay(accepts: someServices(), opens: someServices(), place: place())
      ]
    }
  }

  /// A requirement between random zones.
  mutating func requirement(in network: Network) -> ResolvedRequirement {
    var count = Requirement.Count.all
    var replies = Requirement.Replies.allow
    var exits = Requirement.Exits.all
    if random.chance(15) { count = .connections }
    if random.chance(30) { replies = .forbid }
    if random.chance(30) { exits = .direct }
    let (a, b, c) = (zone("a", network), zone("b", network), zone("c", network))
    let obligation: Obligation<ZoneExtent>
    switch random.below(8) {
    case 0, 1: obligation = .isolate(from: a, to: b, services: someServices())
    case 2, 3: obligation = .allowOnly(from: a, to: b, conduits: conduits(a, b, network))
    case 4: obligation = .through(from: a, to: b, via: c)
    case 5: obligation = .oneWay(from: a, to: b)
    case 6:
      obligation = .noExit(
        from: a, to: random.chance(60) ? nil : b, except: random.chance(70) ? nil : c)
    default:
      obligation =
        random.chance(20)
        ? .noDualHomed(a, b, except: random.chance(50) ? c : nil)
        : .managedFrom(
          devices: b, from: a, services: random.chance(50) ? nil : someServices())
    }
    let requirement = Requirement(
      id: obligation.keyword, count: count, replies: replies, exits: exits,
      obligation: .isolate(
        from: Selection([], at: place()), to: Selection([], at: place()), services: .any),
      place: place())
    return ResolvedRequirement(requirement: requirement, obligation: obligation)
  }

  private mutating func someServices() -> ServiceSet {
    if random.chance(40) { return .any }
    let terms: [ServiceSet.Term] = [
      .ports(Service(6, Ranges(22))), .ports(Service(17, Ranges(80...1023))),
      .ports(Service(6, Ranges(0...1024))), .ports(Service(6, Ranges([22...22, 1023...65535]))),
      .protocols(Ranges(50)), .protocols(Ranges(6)),
      .icmp(protocol: 1, types: Ranges(8), codes: HeaderField.icmpCode.allValues),
      .etherType(0x88B8),
    ]
    return ServiceSet((0..<random.few(1, 3)).map { _ in random.pick(terms) })
  }

  private mutating func conduits(
    _ a: ZoneExtent, _ b: ZoneExtent, _ network: Network
  ) -> [Conduit<ZoneExtent>] {
    (0..<random.few(1, 4)).map { _ in
      Conduit(
        source: random.chance(30) ? nil : random.chance(30) ? a : zone("from", network, like: a),
        destination: random.chance(30) ? nil : random.chance(50) ? b : zone("to", network, like: b),
        services: someServices(), place: place())
    }
  }

  /// A random zone; one like another is on its segments.
  private mutating func zone(
    _ name: String, _ network: Network, like other: ZoneExtent? = nil
  ) -> ZoneExtent {
    var parts: [ZoneExtent.Part] = []
    let segments = other?.parts.map(\.segment) ?? Array(network.segments.indices)
    for segment in segments where random.chance(other == nil ? 40 : 80) {
      var addresses = network.addresses(on: segment)
      if random.chance(50) { addresses = someAddresses().intersection(addresses) }
      if random.chance(10) { addresses = .none }
      parts.append(ZoneExtent.Part(segment: segment, addresses: addresses, declared: .none))
    }
    let devices = network.devices.indices.filter { _ in random.chance(20) }
    return ZoneExtent(name: name, place: place(), parts: parts, devices: devices)
  }
}
