import Randomness
import Canonical
import Formulas
import Foundation
import HeaderSpaces
import Networks
import Packets
import Policies
import Testing

@testable import Reachability

@Suite struct `Solvers that know nothing of the engine` {
  @Test func `law: what they say of a claim is what the engine says`() throws {
    var liking = NetworkMaker.Liking()
    liking.devices = 2
    try check(networks: rounds(10), liking: liking, from: 21_000)
  }

  @Test func `law: also of small networks where every device remembers sessions`() throws {
    var liking = NetworkMaker.Liking()
    liking.alwaysHasSessions = true
    liking.devices = 1
    try check(networks: rounds(10), liking: liking, from: 22_000)
  }

  /// What was looked at.
  private struct Counts {
    var proved = 0
    var obligations = 0
    var refuted = 0
    var steps = 0
    var held = 0
    var broken = 0
    var open = 0
    var unwritten = 0
  }

  private func check(networks: Int, liking: NetworkMaker.Liking, from first: UInt64) throws {
    guard Self.isInstalled else {
      print("skipped: z3 is not installed")
      return
    }
    var counts = Counts()
    let unwritten = try NetworkMaker.ask(
      2, about: networks, liking: liking, from: first,
      wrong: { requirement, network, _ in
        try contradiction(requirement, in: network, &counts)
      })
    guard let unwritten else { return }
    counts.unwritten += unwritten
    #expect(counts.held + counts.broken > 0)
    print(
      "seed \(firstSeed): \(networks) networks, \(counts.held) claims true and \(counts.broken) "
        + "false by solver, \(counts.open) beyond bounds, \(counts.unwritten) not written; "
        + "\(counts.proved) certificates with \(counts.obligations) obligations, "
        + "\(counts.refuted) refutations with \(counts.steps)")
  }

  private func contradiction(
    _ requirement: ResolvedRequirement, in network: Network, _ counts: inout Counts
  ) throws -> String? {
    var engine = try Engine(for: network)
    let canonical = engine.canonical
    let claims = claims(of: [requirement], in: network, canonical: canonical)
    guard let claim = claims.claims.first, case .never = claim.kind else { return nil }
    try engine.learnSessions(of: claims)
    guard engine.limit == nil, let isTrue = try engine.isTrue(claim, of: claims) else { return nil }
    let system = try TransitionSystem(network, canonical, claims)
    if isTrue, let certificate = certify(network, canonical, claims, held: [0]).certificates.first {
      let script = try system.obligations(of: certificate, for: 0)
      counts.proved += 1
      if try !Self.isAsExpected(script, counting: &counts.obligations) {
        return "a certificate leaves something open\n\(script.text)"
      }
    }
    if !isTrue, let run = refute(network, canonical, claims, broken: [0]).refutations.first {
      let script = try system.obligations(of: run)
      counts.refuted += 1
      if try !Self.isAsExpected(script, counting: &counts.steps) {
        return "a refutation has a step that cannot be\n\(script.text)"
      }
    }
    var bounds = UnrollingBounds(passes: 3)
    bounds.places = 1_500
    let script = try system.question(of: 0, expecting: isTrue ? .unsat : .sat, within: bounds)
    switch try Self.answers(to: script) {
    case ["sat", "sat"]:
      counts.broken += 1
      return isTrue ? "the engine misses a packet" : nil
    case ["unsat", "unsat"]:
      counts.held += 1
      return isTrue ? nil : "the engine sees a packet that there is not"
    case let others:
      if others.contains(where: { $0.hasPrefix("(error") }) { return "\(others)" }
      counts.open += 1
      return nil
    }
  }

  private static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "")
    .split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/z3") }

  /// Whether Z3 answers what a script expects, all of it alike; counts the answers.
  private static func isAsExpected(
    _ script: SolverScript, counting count: inout Int
  ) throws -> Bool {
    let answers = try answers(to: script)
    count += answers.count
    #expect(Set(script.expected).count <= 1)
    return answers == script.expected.map(\.rawValue)
  }

  /// What Z3 answers to the questions of a script; what is expected is not told.
  private static func answers(to script: SolverScript) throws -> [String] {
    let file = NSTemporaryDirectory() + "firebreak-law-" + UUID().uuidString + ".smt2"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let lines = script.text.split(separator: "\n").filter { !$0.hasPrefix("(set-info :status") }
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["z3", "-T:30", file]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }
}
