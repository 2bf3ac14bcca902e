import Randomness
import Canonical
import ProofChecker
import Certificates
import HeaderSpaces
import Networks
import Packets
import Policies
import Testing

@testable import Reachability

@Suite struct `What must arrive in random networks` {
  @Test func `law: is proved where it holds and refuted where it does not`() throws {
    try check(networks: rounds(3, atLeast: 3), liking: NetworkMaker.Liking(), from: 41_000)
  }

  @Test func `law: also where every device remembers sessions`() throws {
    var liking = NetworkMaker.Liking()
    liking.alwaysHasSessions = true
    liking.devices = 3
    try check(networks: rounds(3, atLeast: 3), liking: liking, from: 42_000)
  }

  /// What came of requirements.
  private struct Tally {
    var proved = 0
    var refuted = 0
    var undecided = 0
    var skipped = 0
    var unproved: [String: Int] = [:]
    var unrefuted: [String: Int] = [:]
  }

  private func check(networks: Int, liking: NetworkMaker.Liking, from first: UInt64) throws {
    var tally = Tally()
    let skipped = try NetworkMaker.ask(
      4, about: networks, liking: liking, from: first,
      make: { maker, number in
        var network = maker.make()
        // Of what is random little arrives; so every other network denies nothing.
        if number % 2 == 1 { network.denyNothing() }
        maker.addClients(to: &network)
        return network
      }, requirement: { $0.connection(in: $1) },
      wrong: { requirement, network, _ in try Self.check(requirement, in: network, &tally) })
    guard let skipped else { return }
    tally.skipped += skipped
    #expect(tally.proved > 0 && tally.refuted > 0)
    print(
      "seed \(firstSeed): \(networks) networks, \(tally.proved) proved and accepted, "
        + "\(tally.refuted) refuted, \(tally.undecided) undecided, \(tally.skipped) skipped, "
        + "without a proof \(tally.unproved), without a refutation \(tally.unrefuted)")
  }

  /// What is wrong with the answer to a requirement; `nil` if nothing is.
  private static func check(
    _ requirement: ResolvedRequirement, in network: Network, _ tally: inout Tally
  ) throws -> String? {
    var limits = VerificationLimits()
    limits.setEdges = 4_000_000
    let canonical = try lower(network)
    var lowered = network
    lowered.conditions = canonical.conditions
    let claims = claims(of: [requirement], in: lowered, canonical: canonical)
    guard !claims.claims.isEmpty else {
      tally.skipped += 1
      return nil
    }
    guard case .mustReach(let from, let to, let services) = requirement.obligation else {
      return "it is another requirement"
    }
    var verifier = try Verifier(lowered, canonical, limits: limits)
    let verdict = try verifier.decideMustReach(from, to, services: services).verdict
    let text = Problem(lowered, canonical, claims).text().bytes
    let made = certify(lowered, canonical, claims, held: [0], limits: limits)
    let runs = refute(lowered, canonical, claims, broken: [0], limits: limits)
    var proofs = made.certificates.map { $0.text(network: Self.digest).bytes }
    let lies = runs.refutations.map { $0.text(network: Self.digest).bytes }
    // A proof of what does not hold may be tried all the same.
    if proofs.isEmpty { proofs.append(Self.boldProof(of: claims).text(network: Self.digest).bytes) }
    func answers(_ proof: [UInt8]) -> (status: Int32, words: [String]) {
      var check = Check()
      check.read(text)
      check.read(proof)
      check.finish()
      return (Int32(check.status), check.answers)
    }
    let (proved, refuted) = (proofs.map(answers), lies.map(answers))
    if let refused = refuted.firstIndex(where: { $0.status != 0 }) {
      return "\(refuted[refused].words)\n\(String(decoding: text + lies[refused], as: UTF8.self))"
    }
    switch verdict {
    case .holds:
      if !refuted.isEmpty { return "it holds, and is refuted" }
      if made.certificates.isEmpty {
        tally.unproved[made.failures.first?.reason ?? "", default: 0] += 1
      } else if proved[0].status == 2 {
        tally.unproved[proved[0].words.last ?? "", default: 0] += 1
      } else if proved[0].status != 0 {
        return "it holds, and its proof is refused: \(proved[0].words)"
      } else {
        tally.proved += 1
      }
    case .violated:
      if proved[0].status == 0 { return "it is violated, and proved" }
      if refuted.isEmpty { tally.unrefuted[runs.failures.first?.reason ?? "", default: 0] += 1 }
      tally.refuted += refuted.count
    case .undecided(let doubt):
      if doubt.limit == nil && proved[0].status == 0 { return "it is undecided, and proved" }
      tally.undecided += 1
    }
    return nil
  }

  private static let digest = String(repeating: "0", count: 64)

  /// A certificate that says that the first trips succeed.
  private static func boldProof(of claims: Claims) -> Certificate {
    guard case .must(let goals)? = claims.claims.first?.kind else { return Certificate(claims: []) }
    return Certificate(
      claims: [0],
      trips: goals.map { _ in Certificate.Trip(trip: 0, application: 1, rank: 10_000) })
  }
}

extension NetworkMaker {
  /// A requirement that connections are possible.
  mutating func connection(in network: Network) -> ResolvedRequirement {
    var result = requirement(in: network)
    // Hosts that name a device as their gateway reach each other more often than others.
    let isNear = random.chance(80) && network.endpoints.count > 1
    let groups = network.endpoints.suffix(2)
    let (from, to) =
      isNear
      ? (end("from", groups.first), end("to", groups.last))
      : (end("from", network), end("to", network))
    let services: [ServiceSet.Term] = [
      .ports(Service(6, Ranges(22))), .ports(Service(17, Ranges(80...82))), .protocols(Ranges(6)),
      .icmp(protocol: 1, types: Ranges(8), codes: Ranges(0)),
      .icmp(protocol: 58, types: Ranges(128), codes: Ranges(0)), .protocols(Ranges(47)),
    ]
    result.obligation = .mustReach(
      from: from, to: to, services: ServiceSet([services[random.below(services.count)]]))
    result.requirement.id = "mustReach"
    return result
  }

  /// Some hosts of one segment, or a device.
  private mutating func end(_ name: String, _ network: Network) -> ZoneExtent {
    if random.chance(40), !network.devices.isEmpty {
      let device = random.below(network.devices.count)
      return ZoneExtent(name: name, place: place(), devices: [device])
    }
    let segment = random.below(network.segments.count)
    var addresses = network.addresses(on: segment)
    let some = someAddresses().intersection(addresses)
    if !some.isEmpty { addresses = some }
    return ZoneExtent(
      name: name, place: place(),
      parts: [ZoneExtent.Part(segment: segment, addresses: addresses, declared: .none)])
  }

  /// The hosts of a group.
  private mutating func end(_ name: String, _ group: EndpointGroup?) -> ZoneExtent {
    let parts = (group?.attachments ?? []).map {
      ZoneExtent.Part(segment: $0.segment, addresses: $0.addresses, declared: $0.addresses)
    }
    return ZoneExtent(name: name, place: place(), parts: parts)
  }

  /// Adds hosts on two segments of a device, who name it as their gateway.
  mutating func addClients(to network: inout Network) {
    let device = network.devices[random.below(network.devices.count)]
    let near = device.interfaces.filter { $0.segment != nil && !$0.addresses.isEmpty && $0.isUp }
    for (number, interface) in near.prefix(2).enumerated() {
      guard let segment = interface.segment, let own = interface.addresses.first,
        let host = IPAddress(own.address.family, own.address.value ^ 1)
      else { continue }
      network.endpoints.append(
        EndpointGroup(
          name: "clients\(number)", place: place(),
          attachments: [
            EndpointGroup.Attachment(
              segment: segment, addresses: AddressSet([Prefix(host: host)]), gateway: own.address,
              place: place())
          ]))
    }
  }
}

extension Network {
  /// Lets everything through that a list denies.
  fileprivate mutating func denyNothing() {
    for device in devices.indices {
      for list in devices[device].acls.indices {
        devices[device].acls[list].end = .permit
        for rule in devices[device].acls[list].rules.indices
        where devices[device].acls[list].rules[rule].action == .deny {
          devices[device].acls[list].rules[rule].action = .permit
        }
      }
    }
  }
}
