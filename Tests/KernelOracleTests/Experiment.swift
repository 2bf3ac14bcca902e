import Randomness
import Networks
import Packets

/// One random network: built, loaded, listed, imported, and asked.
struct Experiment {
  let seed: UInt64
  let topology: Topology
  let rulesets: [Ruleset]

  init(seed: UInt64) {
    self.seed = seed
    var random = SplitMix(seed &* 0x5851_F42D_4C95_7F2D)
    let gateways = random.pick([1, 1, 1, 1, 2, 2, 3])
    topology = Topology.random(gateways: gateways, &random)
    var rulesets: [Ruleset] = []
    for gateway in 0..<gateways {
      let liking = RulesetMaker.Liking()
      var maker = RulesetMaker(topology, gateway: gateway, liking, SplitMix(random.next()))
      rulesets.append(maker.make())
    }
    self.rulesets = rulesets
  }

  /// Compares packets.
  /// - Returns: The first disagreement in words, with the smallest rulesets that were found to show
  ///   it; `nil` where there is none.
  func run(_ tally: inout Tally) throws -> String? {
    let laboratory = try Laboratory(topology)
    defer { laboratory.close() }
    guard let model = try Self.load(rulesets, laboratory, asksEngine: true) else {
      tally.refused += 1
      return nil
    }
    tally.networks += 1
    let comparison = Comparison(laboratory, model)
    comparison.tally = tally
    defer { tally = comparison.tally }
    var maker = PacketMaker(random: SplitMix(seed &+ 77), topology: topology)
    for number in 0..<setting("FIREBREAK_KERNEL_PACKETS", 60) {
      let origin = number % topology.hostSegments
      let trial = Trial(
        header: maker.make(from: origin, model), origin: origin,
        hasError: maker.random.chance(30))
      do {
        try comparison.run(trial)
      } catch is Disagreement {
        // Once more without haste.
        comparison.patience = 40
        defer { comparison.patience = 0 }
        do {
          try comparison.run(trial)
        } catch let found as Disagreement {
          return try told(found, trial, laboratory)
        }
      }
    }
    return nil
  }

  /// Gives the gateways their rulesets, and reads what they list; `nil` where one is refused.
  private static func load(
    _ rulesets: [Ruleset], _ laboratory: Laboratory, asksEngine: Bool
  ) throws -> Model? {
    for (gateway, ruleset) in rulesets.enumerated() {
      if let refusal = try laboratory.load(ruleset, at: gateway) {
        if setting("FIREBREAK_KERNEL_TALK", 0) > 0 { print("refused: \(refusal)") }
        return nil
      }
    }
    let listings = try rulesets.indices.map { try laboratory.listing(of: $0) }
    return try Model(laboratory.topology, listings: listings, asksEngine: asksEngine)
  }

  // MARK: Telling

  private func told(
    _ found: Disagreement, _ trial: Trial, _ laboratory: Laboratory
  ) throws -> String {
    var words = found.words
    var smallest = rulesets
    var left = 300
    var isSmaller = true
    while isSmaller, left > 0 {
      isSmaller = false
      for gateway in smallest.indices {
        for candidate in smallest[gateway].smaller where left > 0 {
          left -= 1
          var attempt = smallest
          attempt[gateway] = candidate
          guard let other = Self.disagreement(attempt, trial, laboratory, like: found) else {
            continue
          }
          words = other.words
          smallest = attempt
          isSmaller = true
          break
        }
      }
    }
    let rules = smallest.enumerated().map { "gw\($0.offset):\n\($0.element.words)" }
    let listings = try smallest.indices.map { gateway -> String in
      _ = try laboratory.load(smallest[gateway], at: gateway)
      return String(decoding: try laboratory.listing(of: gateway), as: UTF8.self)
    }
    return """
      \(words)
      after \(trial.header) from s\(trial.origin)
      \(rules.joined(separator: "\n"))
      \(listings.joined(separator: "\n"))
      \(topology.network.description)
      """
  }

  /// How the kernel and the model disagree about a trial with other rulesets, if they do.
  private static func disagreement(
    _ rulesets: [Ruleset], _ trial: Trial, _ laboratory: Laboratory, like found: Disagreement
  ) -> Disagreement? {
    let asksEngine = found.words.contains("ENGINE")
    guard let model = try? load(rulesets, laboratory, asksEngine: asksEngine) else { return nil }
    let comparison = Comparison(laboratory, model)
    comparison.patience = 10
    do {
      try comparison.run(trial)
      return nil
    } catch {
      return error as? Disagreement
    }
  }
}
