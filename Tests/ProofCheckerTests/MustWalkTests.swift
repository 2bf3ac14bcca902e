import Testing

@Suite struct `Single packets that must arrive` {
  /// How packets fail on the trips of a proof, if some are found, of so many.
  static func loss(_ text: String, seed: UInt64, count: Int) -> String? {
    let parts = `Proofs and single packets`.parts(text)
    let proof = parts[parts.count - 1].split(separator: "\n").map { $0.split(separator: " ") }
    let claim = proof.first { $0[0] == "claims" }.flatMap { Int($0[1]) } ?? 0
    let goals = Walk.goals(parts[0], of: claim)
    var walk = Walk(parts[0], seed: seed)
    for line in proof where line[0] == "trip" {
      let numbers = line.dropFirst().compactMap { Int($0) }
      for _ in 0..<count {
        let loss = walk.loss(
          goals[numbers[0]][numbers[1]], application: UInt128(numbers[2]), rank: numbers[3])
        if let loss { return loss }
      }
    }
    return nil
  }

  @Test func `none is lost on trips that are proved`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    print("seed \(seed): 2000 packets for each trip")
    #expect(Self.loss(Branch.network + Branch.certificate, seed: seed, count: 2_000) == nil)
    // But on others.
    for (old, new) in [("trip 0 1 443", "trip 0 0 443"), ("trip 0 1 443 17", "trip 0 1 443 16")] {
      let other = Branch.certificate.replacing(old, with: new)
      #expect(Self.loss(Branch.network + other, seed: seed, count: 2_000) != nil, "seed \(seed)")
    }
  }

  @Test func `trips that are proved after a change succeed`() {
    let seed = UInt64.random(in: 0...UInt64.max)
    let mutants = `Proofs and single packets`.mutants(Branch.network + Branch.certificate)
    var (tried, accepted, refused, lost) = (0, 0, 0, 0)
    for (number, mutant) in mutants.enumerated()
    where (UInt64(number) &+ seed) % `Proofs and single packets`.stride == 0 {
      tried += 1
      let answer = Sample.answers(mutant.text).last ?? ""
      if answer.hasPrefix("VERIFIED") {
        accepted += 1
        let loss = Self.loss(mutant.text, seed: seed &+ UInt64(number), count: 150)
        #expect(loss == nil, "seed \(seed), \(number): \(mutant.change)")
      } else if answer.contains(": trip: packets") {
        refused += 1
        lost += Self.loss(mutant.text, seed: seed, count: 150) == nil ? 0 : 1
      }
    }
    print(
      "seed \(seed): \(tried) of \(mutants.count) changes, \(accepted) verified; of \(refused) of "
        + "the others \(lost) were shown to be wrong by a packet")
    #expect(tried > 50 && accepted > 0 && lost > 0)
  }

  @Test func `packets of refutations fail after a change`() {
    #expect(Walk.wrongLoss(Branch.network, Branch.refutation) == nil)
    `Proofs and single packets`.changeRefutation(
      Branch.network + Branch.refutation, judgedBy: Walk.wrongLoss)
  }
}
