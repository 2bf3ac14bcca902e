import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies

/// A network of which no filter denies anything.
struct Unfiltered {
  let network: Network
  /// The same, lowered; `nil` where that meets a limit.
  let canonical: CanonicalNetwork?

  init(_ network: Network) {
    self.network = network.passing(network.denials)
    canonical = try? lower(self.network)
  }
}

extension Verifier {
  /// Why nothing breaks a requirement of which no filter stops anything, in words.
  mutating func remarks(
    on requirement: ResolvedRequirement, _ question: Question
  ) throws(LimitReached) -> [String] {
    if let passage = try passage(of: requirement, question) { return [passage] }
    let (from, to) = (question.from.name, question.to.name)
    let open = unfiltered ?? Unfiltered(network)
    unfiltered = open
    guard let canonical = open.canonical,
      var verifier = try? Verifier(open.network, canonical, limits: VerificationLimits()),
      let asked = try? verifier.question(of: requirement)
    else { return ["no filter is met by what \(from) sends to addresses of \(to)"] }
    if !asked.breaches.isEmpty {
      return ["filters stop what \(from) sends before it has an address of \(to)"]
    }
    let passage = try verifier.passage(of: requirement, asked)
    return [passage ?? "nothing from \(from) is routed to \(to)"]
  }

  /// What becomes of what a requirement asks about in a network that filters nothing and in which it
  /// holds, in words.
  ///
  /// The network is one of which losses are noted.
  mutating func ends(of requirement: ResolvedRequirement) throws(LimitReached) -> [String] {
    let question = try question(of: requirement)
    if let passage = try passage(of: requirement, question) { return [passage] }
    return try engine.ends(from: question.from, to: question.to)
  }

  /// Why it does no harm that something is delivered, in words; `nil` where nothing is.
  private mutating func passage(
    of requirement: ResolvedRequirement, _ question: Question
  ) throws(LimitReached) -> String? {
    let (from, to) = (question.from, question.to)
    if try engine.delivered(from: from, to: to).isEmpty { return nil }
    if case .through(_, _, let via) = requirement.obligation {
      return "all that gets from \(from.name) to \(to.name) passes the filter of \(via.name)"
    }
    return "nothing that gets from \(from.name) to \(to.name) breaks it"
  }
}

extension Engine {
  /// Where what one zone sends to addresses of another ends, in words, in a network that filters
  /// nothing and in which it does not get there.
  ///
  /// The network is one of which losses are noted.
  fileprivate mutating func ends(from: ZoneExtent, to: ZoneExtent) throws(LimitReached) -> [String]
  {
    let reaches = try reaches(of: from)
    let wanted = try store.space(of: traffic.addresses(of: to).destinationBoxes)
    var devices: [CanonicalNetwork.Loss: Set<Int>] = [:]
    var segments: Set<Int> = []
    for (index, location) in canonical.locations.enumerated() where plan.isNoted[index] {
      for (outcome, loss) in losses(at: location) {
        for reach in reaches where try comes(reach, to: index, wanted, outcome: outcome) {
          devices[loss, default: []].insert(device(of: index))
        }
      }
    }
    for (segment, end) in canonical.deliveredOnSegment.enumerated() {
      for reach in reaches where try comes(reach, to: end, wanted, outcome: nil) {
        segments.insert(segment)
      }
    }
    return words(devices, segments, from: from, to: to)
  }

  /// The outcomes of a location by which packets are lost there, `nil` for any.
  private func losses(
    at location: CanonicalNetwork.Location
  ) -> [(outcome: Int?, loss: CanonicalNetwork.Loss)] {
    func loss(_ target: Int) -> CanonicalNetwork.Loss? {
      guard case .drop(let loss) = canonical.locations[target] else { return nil }
      return loss
    }
    guard case .match(_, let targets) = location else {
      return location.successors.compactMap { loss($0).map { (nil, $0) } }
    }
    return targets.enumerated().compactMap { outcome, target in
      loss(target).map { (outcome, $0) }
    }
  }

  /// Whether some of the wanted packets come to a location, and have an outcome there.
  private mutating func comes(
    _ reach: Reach, to index: Int, _ wanted: HeaderSpace, outcome: Int?
  ) throws(LimitReached) -> Bool {
    for flow in try flows(of: reach, at: index) {
      let meant = try store.intersection(flow.space, wanted)
      if meant.isEmpty { continue }
      guard let outcome, case .match(let table, _) = canonical.locations[index] else { return true }
      if try split(meant, by: table).contains(where: { $0.target == outcome }) { return true }
    }
    return false
  }

  /// The device of a location, or -1.
  private func device(of location: Int) -> Int {
    switch canonical.origins[location] {
    case .device(let device), .translation(let device, _): device
    case .rule(let rule): rule.device
    case .network, .segment: -1
    }
  }

  private func words(
    _ devices: [CanonicalNetwork.Loss: Set<Int>], _ segments: Set<Int>, from: ZoneExtent,
    to: ZoneExtent
  ) -> [String] {
    func names(_ loss: CanonicalNetwork.Loss) -> [String] {
      (devices[loss] ?? []).filter { $0 >= 0 }.sorted().map { network.devices[$0].name }
    }
    var result: [String] = []
    func add(_ loss: CanonicalNetwork.Loss, _ phrase: String) {
      let names = names(loss)
      if !names.isEmpty { result.append("\(phrase) \(names.joined(separator: ", "))") }
    }
    add(.unrouted, "no route leads on from")
    add(.untranslatable, "no address is given to it by")
    add(.unmodelledNeighbour, "the next hop is not described of")
    let away = segments.subtracting(from.parts.map(\.segment)).sorted()
    if !away.isEmpty {
      let there = away.map { network.segments[$0].name }.joined(separator: ", ")
      result.append("it is delivered on \(there), where nobody of \(to.name) receives it")
    }
    if !result.isEmpty { return result }
    // What only an odd packet meets tells something only where there is nothing else.
    add(.reversePath, "its source is refused as its own by")
    add(.fragment, "later fragments are not passed by")
    if result.isEmpty, !segments.isEmpty {
      result.append("it stays where it is sent, where nobody of \(to.name) receives it")
    }
    if result.isEmpty { result.append("nothing is sent there for an address of \(to.name)") }
    return result
  }
}
