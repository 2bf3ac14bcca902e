import Testing

/// Linux itself is asked what becomes of packets.
@Suite(.serialized, .enabled(if: Namespaces.hindrance == nil, "\(Namespaces.hindrance ?? "")"))
struct `The kernel as oracle` {
  @Test func `packets go where Firebreak says, and come out as what it says`() throws {
    let networks = setting("FIREBREAK_KERNEL", 12)
    let first = UInt64(setting("FIREBREAK_SEED", 1))
    let seconds = setting("FIREBREAK_KERNEL_SECONDS", 3600)
    let begin = ContinuousClock.now
    var tally = Tally()
    var failures = 0
    for number in 0..<networks where begin.duration(to: .now) < .seconds(seconds) {
      let seed = first &+ UInt64(number)
      let experiment = Experiment(seed: seed)
      if let found = try experiment.run(&tally) {
        failures += 1
        Issue.record("seed \(seed): \(found)")
        if failures >= setting("FIREBREAK_KERNEL_FAILURES", 3) { break }
      }
    }
    print("seed \(first): \(tally.words), \(failures) disagreements")
    #expect(tally.networks > 0)
    #expect(tally.delivered > 0)
  }
}
