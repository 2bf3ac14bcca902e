import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Testing

@testable import Reachability

@Suite struct `Requirements that two workers answer` {
  @Test func `have the answers that they have alone, in their order`() {
    let sketch = office(rule(.permit, .all([fromAToB, udp(53)])))
    let obligations = [
      isolate("segment:a", "segment:b"),
      isolate("segment:b", "segment:a"),
      isolate("device:r", "segment:a"),
      Obligation.managedFrom(
        devices: members("device:r"), from: members("segment:b"), services: services("udp/53")),
      isolate("segment:a", "device:r"),
    ]
    for (number, obligation) in obligations.enumerated() {
      let alone = sketch.answer(obligation)
      var others = obligations
      others.remove(at: number)
      let beside = sketch.answer(obligation, beside: others)
      #expect(alone.requirement == beside.requirement, "\(number)")
      #expect("\(alone.verdict)" == "\(beside.verdict)", "\(number)")
    }
    let verdicts = obligations.map { sketch.verdict($0) }
    #expect(verdicts.contains("holds") && Set(verdicts).count > 1)
  }

  @Test func `law: have the answers that one worker finds`() throws {
    try check(networks: rounds(6), liking: NetworkMaker.Liking(), from: 15_000)
  }

  @Test func `law: also where every device remembers sessions`() throws {
    var liking = NetworkMaker.Liking()
    liking.alwaysHasSessions = true
    liking.hasUnknowns = false
    try check(networks: rounds(6), liking: liking, from: 16_000)
  }

  private func check(networks: Int, liking: NetworkMaker.Liking, from first: UInt64) throws {
    var counts: [String: Int] = [:]
    var skipped = 0
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number) &+ first
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      let requirements = (0..<8).map { _ in maker.requirement(in: network) }
      do {
        let alone = try Self.answers(to: requirements, in: network, workers: 1)
        let together = try Self.answers(to: requirements, in: network, workers: 2)
        #expect(alone.count == requirements.count && together.count == requirements.count)
        for (mine, ours) in zip(alone, together) {
          // Each of two workers meets its bound elsewhere than one.
          if mine.verdict.hasLimit || ours.verdict.hasLimit {
            skipped += 1
            continue
          }
          counts[mine.verdict.name, default: 0] += 1
          let isSame =
            mine.requirement == ours.requirement && "\(mine.verdict)" == "\(ours.verdict)"
            && mine.internalError == ours.internalError
          #expect(isSame, "seed \(seed): \(mine.verdict)\n\(ours.verdict)\n\(network.words)")
        }
      } catch is LimitReached {
        skipped += requirements.count
      } catch is LoweringLimit {
        skipped += requirements.count
      }
    }
    #expect(counts["holds", default: 0] > 0 && counts["violated", default: 0] > 0)
    let found = counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    print("seed \(firstSeed): \(networks) networks, \(found), \(skipped) skipped")
  }

  private static func answers(
    to requirements: [ResolvedRequirement], in network: Network, workers: Int
  ) throws -> [VerificationResult.Answer] {
    var limits = VerificationLimits()
    limits.setEdges = 3_000_000 * workers
    var verifier = try Verifier(network, try lower(network), limits: limits, workers: workers)
    return try verifier.answers(to: requirements)
  }
}

extension Verdict {
  /// Whether a bound was met.
  fileprivate var hasLimit: Bool {
    if case .undecided(let doubt) = self { return doubt.limit != nil }
    return false
  }
}
