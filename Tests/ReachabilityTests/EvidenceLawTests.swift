import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Testing

@testable import Reachability

/// Cuts and layers of random networks, against asking about every subset.
@Suite struct `Evidence, by brute force` {
  @Test func `law: a cut is enough, and none of its parts is`() throws {
    try check(networks: rounds(30), from: 31_000) { seed in
      var maker = PathMaker(seed: seed)
      return try maker.make()
    }
  }

  @Test func `law: also in networks in which anything can occur`() throws {
    var liking = NetworkMaker.Liking()
    liking.devices = 3
    liking.hasOutside = false
    try check(networks: rounds(12), from: 32_000) { seed in
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      // Most hold for want of a route; one that hangs on filters tells more.
      let open = network.passing(network.denials)
      for _ in 0..<12 {
        let requirement = maker.requirement(in: network)
        if requirement.obligation.isAboutPassing, stands(requirement, network) == .holds,
          stands(requirement, open) != .holds
        {
          return (network, requirement)
        }
      }
      return (network, maker.requirement(in: network))
    }
  }

  /// What was looked at.
  private struct Counts {
    var held = 0
    var decisions = 0
    var subsets = 0
    var layers: [Int: Int] = [:]
    /// How many hold only where all senders are followed together: what one question alone tells of
    /// conditions may be less.
    var unanswered = 0
  }

  private func check(
    networks: Int, from first: UInt64,
    _ make: (UInt64) throws -> (network: Network, requirement: ResolvedRequirement)
  ) throws {
    var counts = Counts()
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number) &+ first
      let (network, requirement) = try make(seed)
      guard requirement.obligation.isAboutPassing, stands(requirement, network) == .holds
      else { continue }
      counts.held += 1
      var questions = FilterQuestions(requirement, network, EvidenceLimits())
      if try questions.breach(in: network, listing: false) != nil {
        counts.unanswered += 1
        continue
      }
      let found =
        contradictionOfCut(requirement, network, &counts)
        ?? contradictionOfLayers(requirement, network, &counts)
      if let found {
        Issue.record("seed \(seed): \(found)\n\(requirement.obligation)\n\(network.words)")
        return
      }
    }
    #expect(counts.held > 0 && counts.unanswered * 10 <= counts.held)
    let layers = counts.layers.sorted { $0.key < $1.key }.map { "\($0.value) with \($0.key)" }
    print(
      "seed \(firstSeed): \(networks) networks, \(counts.held) held, \(counts.decisions) decisions, "
        + "\(counts.subsets) subsets asked, layers: \(layers.joined(separator: ", ")), "
        + "\(counts.unanswered) without evidence")
  }

  /// How a requirement stands, by all that `verify` does.
  private func stands(_ requirement: ResolvedRequirement, _ network: Network) -> Standing {
    guard let canonical = try? lower(network),
      var verifier = try? Verifier(network, canonical, limits: VerificationLimits())
    else { return .undecided }
    do {
      try verifier.prepare(for: [requirement])
    } catch {
      return .undecided
    }
    return verifier.answer(requirement).verdict.standing
  }

  private func contradictionOfCut(
    _ requirement: ResolvedRequirement, _ network: Network, _ counts: inout Counts
  ) -> String? {
    let all = network.denials
    var search = CutSearch(FilterQuestions(requirement, network, EvidenceLimits()))
    // What is tried first changes which cut is found, but not what is true of it.
    guard let cut = search.cut(beginning: Array(all.prefix(all.count / 3))), cut.isMinimal else {
      return "no minimal cut"
    }
    let kept = cut.decisions.compactMap(\.rule.denial)
    if kept.count != cut.decisions.count { return "a decision is none" }
    counts.decisions += kept.count
    for subset in Self.subsets(of: Array(kept.prefix(5))) {
      let some = Set(subset + kept.dropFirst(5))
      counts.subsets += 1
      let holds = stands(requirement, network.passing(all.filter { !some.contains($0) })) == .holds
      if holds != (some.count == kept.count) {
        return "of \(kept), \(some) \(holds ? "are enough" : "are not enough")"
      }
    }
    return nil
  }

  private func contradictionOfLayers(
    _ requirement: ResolvedRequirement, _ network: Network, _ counts: inout Counts
  ) -> String? {
    var search = LayerSearch(FilterQuestions(requirement, network, EvidenceLimits()))
    let layers = search.layers(beginning: [])
    if !layers.isExact || layers.hasMoreSets { return "layers are not exact" }
    counts.layers[layers.count ?? 0, default: 0] += 1
    var failing: [[Int]] = []
    for lost in Self.subsets(of: network.filteringDevices) where !lost.isEmpty {
      counts.subsets += 1
      if stands(requirement, network.withoutFilters(of: Set(lost))) != .holds {
        failing.append(lost)
      }
    }
    let least = failing.map(\.count).min()
    let sets = failing.filter { $0.count == least }.map { $0.map { network.devices[$0].name } }
    if layers.count != least || Set(layers.sets) != Set(sets) {
      return "layers are \(layers), but \(least ?? 0) of \(sets)"
    }
    return nil
  }

  private static func subsets<Element>(of elements: [Element]) -> [[Element]] {
    elements.reduce([[]]) { found, element in found + found.map { $0 + [element] } }
  }
}

/// Makes networks in which one to three filters stand between two segments, in a row and beside each
/// other, with few rules about few ports, so that much is stopped twice.
private struct PathMaker {
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed &* 0x2545_F491_4F6C_DD1D) }

  mutating func make() throws -> (network: Network, requirement: ResolvedRequirement) {
    var sketch = Sketch()
    let segments = ["a", "m", "b"].enumerated().map { number, name in
      sketch.segment(name, "10.0.\(number).0/29")
    }
    // From `a` to `b` at once, or by way of `m`; a hop that occurs twice has two devices.
    let hops = random.chance(25) ? [(0, 2)] : [(0, 1), (1, 2)]
    for (from, to) in hops + (random.chance(50) ? [random.pick(hops)] : []) {
      let count = sketch.network.devices.count
      _ = sketch.device(
        "d\(count)", (segments[from], ["10.0.\(from).\(count + 1)/29"]),
        (segments[to], ["10.0.\(to).\(count + 1)/29"])
      ) { device in
        if from != 0 { device.route("10.0.0.0/29", .gateway(address("10.0.1.1"), interface: nil)) }
        if to != 2 { device.route("10.0.2.0/29", .gateway(address("10.0.1.2"), interface: nil)) }
        furnish(&device)
      }
    }
    let asked =
      random.chance(70)
      ? isolate("segment:a", "segment:b")
      : allowOnly("segment:a", "segment:b", conduit(nil, nil, "udp/53"))
    return (sketch.network, try sketch.resolved(asked).requirements[0])
  }

  private mutating func furnish(_ device: inout Device) {
    let inner = device.list("inner", rules(0...2, jumpingTo: nil), end: .deny)
    let list = device.list(
      "forward", rules(1...4, jumpingTo: inner), end: random.chance(70) ? .deny : .permit)
    device.pipeline.departure.append(.filter(list, role: .forwardFilter))
    if random.chance(40) {
      device.pipeline.arrival.insert(
        .ingressFilter([device.list("in", rules(1...2, jumpingTo: inner), end: .permit), nil]),
        at: 0)
    }
    if random.chance(50) { device.remembers(bypassing: random.chance(50)) }
    if random.chance(20) { device.interfaces[0].reversePath = .strict }
  }

  private mutating func rules(_ counts: ClosedRange<Int>, jumpingTo inner: Int?) -> [ACL.Rule] {
    (0..<random.few(counts.lowerBound, counts.upperBound)).map { _ in
      let match = random.pick([
        .any, udp(53), udp(53...99), .field(.protocol, Ranges(17)), fromBToA, isEstablished,
      ])
      var actions: [ACL.Action] = [.deny, .deny, .deny, .reject, .permit, .return]
      if let inner { actions += [.jump(inner), .goto(inner)] }
      let action = random.pick(actions)
      // What lets everything through leaves nothing to look at.
      return rule(action == .permit && match == .any ? .deny : action, match)
    }
  }
}
