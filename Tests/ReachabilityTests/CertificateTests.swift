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

@Suite struct `Certificates of claims` {
  @Test func `law: what holds is proved, and another program accepts the proof`() throws {
    try check(networks: rounds(4), liking: NetworkMaker.Liking(), from: 21_000)
  }

  @Test func `law: also where every device remembers sessions`() throws {
    var liking = NetworkMaker.Liking()
    liking.alwaysHasSessions = true
    liking.devices = 3
    try check(networks: rounds(4), liking: liking, from: 22_000)
  }

  /// What came of claims.
  private struct Tally {
    var accepted = 0
    var unproved: [String: Int] = [:]
    var refused = 0
    /// False claims of which a run was found that breaks them, and of which none was.
    var broken = 0
    var unbroken = 0
    var skipped = 0
  }

  private func check(networks: Int, liking: NetworkMaker.Liking, from first: UInt64) throws {
    var tally = Tally()
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number) &+ first
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      let requirements = (0..<4).map { _ in maker.requirement(in: network) }
      do {
        if let wrong = try Self.check(requirements, in: network, &tally) {
          Issue.record("seed \(seed): \(wrong)\n\(network.words)")
          return
        }
      } catch is LimitReached {
        tally.skipped += 1
      } catch is LoweringLimit {
        tally.skipped += 1
      }
    }
    #expect(tally.accepted > 0 && tally.refused > 0 && tally.broken > 0)
    print(
      "seed \(firstSeed): \(networks) networks, \(tally.accepted) claims proved and accepted, "
        + "\(tally.refused) false claims refused, \(tally.unproved.values.reduce(0, +)) true claims "
        + "without a proof \(tally.unproved.sorted { $0.key < $1.key }), \(tally.broken) refuted, "
        + "\(tally.unbroken) false claims without a refutation, \(tally.skipped) skipped")
  }

  /// What is wrong with the certificates of some requirements; `nil` if nothing is.
  private static func check(
    _ requirements: [ResolvedRequirement], in network: Network, _ tally: inout Tally
  ) throws -> String? {
    var engine = try Engine(for: network, setLimit: 2_000_000)
    let canonical = engine.canonical
    let claims = claims(of: requirements, in: network, canonical: canonical)
    try engine.learnSessions(of: claims)
    var limits = VerificationLimits()
    limits.setEdges = 4_000_000
    let text = Problem(engine.network, canonical, claims).text().bytes
    for (index, claim) in claims.claims.enumerated() {
      guard engine.limit == nil, let isTrue = try engine.isTrue(claim, of: claims) else {
        tally.skipped += 1
        continue
      }
      let made = certify(engine.network, canonical, claims, held: [index], limits: limits)
      for certificate in made.certificates {
        var check = Check()
        check.read(text)
        check.read(certificate.text(network: String(repeating: "0", count: 64)).bytes)
        check.finish()
        if isTrue && check.status != 0 {
          return "\(claim.name) is true, and its certificate refused: \(check.answers)"
        }
        if !isTrue && check.status == 0 { return "\(claim.name) is false, and accepted" }
        if isTrue { tally.accepted += 1 }
      }
      if !isTrue { tally.refused += 1 }
      let runs = refute(engine.network, canonical, claims, broken: [index], limits: limits)
      for refutation in runs.refutations {
        var check = Check()
        check.read(text)
        check.read(refutation.text(network: String(repeating: "0", count: 64)).bytes)
        check.finish()
        if isTrue { return "\(claim.name) is true, and refuted: \(check.answers)" }
        if check.status != 0 { return "the refutation of \(claim.name): \(check.answers)" }
        tally.broken += 1
      }
      if !isTrue, runs.refutations.isEmpty { tally.unbroken += 1 }
      for failure in made.failures where isTrue {
        tally.unproved[failure.reason, default: 0] += 1
      }
    }
    return nil
  }
}
