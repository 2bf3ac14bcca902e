import Randomness
import Canonical
import Certificates
import HeaderSpaces
import Networks
import Packets
import Policies
import Projects
import ProofChecker
import Testing

@testable import Reachability

/// Proofs that an engine with a mistake makes, given to the checker with the network as it is.
@Suite struct `Mistakes that are put into the engine` {
  @Test func `each makes a proof of something false, and none is accepted`() throws {
    var tally = BugTally()
    for example in SeededBugCase.all {
      var engine = try Engine(for: example.sketch.network)
      let claims = claims(
        of: [try example.requirement()], in: engine.network, canonical: engine.canonical)
      try engine.learnSessions(of: claims)
      #expect(try engine.isTrue(claims.claims[0], of: claims) == false, "\(example.bugs)")
      let before = tally.proofs
      try tally.attempt(
        0, of: claims, engine.network, engine.canonical, example.bugs[0], atMost: .max)
      for bug in example.bugs {
        #expect(tally.proofs[bug, default: 0] > before[bug, default: 0], "\(bug)")
      }
    }
    for bug in SeededBug.all { #expect(tally.proofs[bug.name] != nil, "\(bug.name)") }
    print("\(SeededBugCase.all.count) small networks; \(tally.words)")
  }

  @Test func `law: none makes the checker accept what is false`() throws {
    var tally = BugTally()
    for number in 0..<rounds(3) {
      let seed = firstSeed &+ UInt64(number) &+ 31_000
      var liking = NetworkMaker.Liking()
      liking.devices = 2
      liking.alwaysHasSessions = number.isMultiple(of: 2)
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      let requirements = (0..<2).map { _ in maker.requirement(in: network) }
      do {
        var engine = try Engine(for: network, setLimit: 2_000_000)
        let claims = claims(of: requirements, in: network, canonical: engine.canonical)
        try engine.learnSessions(of: claims)
        for index in claims.claims.indices {
          guard engine.limit == nil,
            try engine.isTrue(claims.claims[index], of: claims) == false
          else { continue }
          try tally.attempt(
            index, of: claims, engine.network, engine.canonical, "seed \(seed)", atMost: .max)
        }
      } catch is LimitReached {
        tally.skipped += 1
      } catch is LoweringLimit {
        tally.skipped += 1
      }
    }
    #expect(!tally.proofs.isEmpty)
    print("seed \(firstSeed): \(rounds(3)) networks, \(tally.skipped) skipped; \(tally.words)")
  }

  @Test func `in a substation, too`() throws {
    let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    let day = try #require(Day(year: 2025, month: 6, day: 1))
    let project = try Project.open("\(root)/Topologies/substation", on: day)
    let policy = try #require(project.policy)
    let form = try project.canonicalForm(of: policy.requirements)
    var tally = BugTally()
    for (index, claim) in form.claims.claims.enumerated() where claim.name == "OT-2" {
      try tally.attempt(
        index, of: form.claims, project.network, form.network, "the substation", atMost: 1)
    }
    #expect(tally.proofs["denies what a list permits last"] == 1)
    print("the substation: \(tally.words)")
  }
}

/// How often mistakes made a proof of something false.
struct BugTally {
  var proofs: [String: Int] = [:]
  var skipped = 0

  /// How many proofs each made.
  var words: String {
    SeededBug.all.map { "\($0.name): \(proofs[$0.name, default: 0])" }.joined(separator: ", ")
  }

  /// Lets an engine with each mistake prove a false claim, and the checker look at the proofs.
  mutating func attempt(
    _ index: Int, of claims: Claims, _ network: Network, _ canonical: CanonicalNetwork,
    _ place: String, atMost wanted: Int
  ) throws {
    let text = Problem(network, canonical, claims).text().bytes
    var limits = VerificationLimits()
    limits.setEdges = 4_000_000
    for bug in SeededBug.all where proofs[bug.name, default: 0] < wanted {
      var (wrong, asked) = (canonical, claims)
      bug.plant(&wrong, &asked)
      if wrong.locations == canonical.locations, wrong.tables == canonical.tables, asked == claims {
        continue
      }
      let made = certify(network, wrong, asked, held: [index], limits: limits)
      for certificate in made.certificates {
        var check = Check()
        check.read(text)
        check.read(certificate.text(network: String(repeating: "0", count: 64)).bytes)
        check.finish()
        proofs[bug.name, default: 0] += 1
        let isRefused = check.status == 1 && check.answers.contains { $0.hasPrefix("REJECTED") }
        #expect(isRefused, "\(place): an engine that \(bug.name): \(check.answers)")
      }
    }
  }
}
