import Canonical
public import Certificates
import Packets

extension TransitionSystem {
  /// What a certificate leaves to show for a claim, each as a question that has no answer if it is so.
  ///
  /// The hints of the certificate are not used: a solver finds its own reasons.
  /// - Throws: `NotExpressible` where the certificate is none of this network.
  public func obligations(
    of certificate: Certificate, for claim: Int
  ) throws(NotExpressible) -> SolverScript {
    var writer = try ObligationWriter(self, certificate, claim)
    writer.writeBounds()
    writer.writeStarts()
    writer.writeSteps()
    writer.writeSafety()
    return writer.finished(heading: [
      "Requirement \(claims.claims[claim].name): what its certificate leaves to show.",
      "Each question is whether something is not as it should be; the answer is to be 'unsat'.",
      "Locations that are not bounded, and lead to none that is: \(writer.open).",
    ])
  }
}

/// Writes what a certificate leaves to show.
struct ObligationWriter {
  /// What may be at a location.
  enum Bound {
    /// Anything.
    case open
    /// Nothing stays there: packets go on at once.
    case passed
    /// The packets of boxes, which have a name.
    case listed([HeaderBox], name: String)

    /// Whether anything may be there.
    var isOpen: Bool {
      if case .open = self { return true }
      return false
    }
  }

  let system: TransitionSystem
  let claim: Int
  let tags: [Int]
  /// The bounds by location.
  var bounds: [Bound]
  /// The classes of sessions by device; `nil` where any may exist.
  var classes: [[SessionClass]?]
  var script = SolverScript()
  var variables = Variables()
  let packet: PacketTerms
  let session: PacketTerms
  /// How many locations have no bound and lead to none that has.
  var open = 0
  /// How many lists were written.
  var matches = 0
  /// How many terms have a name.
  var terms = 0

  /// A class of sessions of a certificate.
  struct SessionClass {
    var codes: ClassCodes
    var trail: Trail
    var pairs: [HeaderBox]
    var name: String
  }

  init(
    _ system: TransitionSystem, _ certificate: Certificate, _ claim: Int
  ) throws(NotExpressible) {
    guard certificate.claims.contains(claim) else {
      throw NotExpressible(reason: "the certificate is for other claims")
    }
    try self.init(system, of: claim, everywhere: .passed)
    try readBounds(of: certificate)
    try checkPassed()
    try readMemories(of: certificate)
  }

  /// A writer about a claim that knows of no bounds but one for all locations, and of no sessions.
  init(_ system: TransitionSystem, of claim: Int, everywhere bound: Bound) throws(NotExpressible) {
    guard system.claims.claims.indices.contains(claim) else {
      throw NotExpressible(reason: "there is no such claim")
    }
    self.system = system
    self.claim = claim
    switch system.claims.claims[claim].kind {
    case .must:
      throw NotExpressible(reason: "it says what must arrive, of which every way is followed")
    case .never(let tags, _): self.tags = tags.sorted()
    case .apart: tags = []
    }
    packet = PacketTerms(conditions: system.conditions.count)
    session = PacketTerms(conditions: 0, prefix: "session.")
    bounds = [Bound](repeating: bound, count: system.locations.count)
    classes = [[SessionClass]?](repeating: nil, count: system.sessions.count)
  }

  private mutating func readBounds(of certificate: Certificate) throws(NotExpressible) {
    for range in certificate.open.ranges {
      guard range.upperBound < UInt128(bounds.count) else {
        throw NotExpressible(reason: "the certificate opens a location that is not there")
      }
      for location in Int(range.lowerBound)...Int(range.upperBound) { bounds[location] = .open }
    }
    for given in certificate.bounds {
      guard bounds.indices.contains(given.location), case .passed = bounds[given.location] else {
        throw NotExpressible(reason: "the certificate lists location \(given.location) wrongly")
      }
      bounds[given.location] = .listed(given.boxes.map(\.box), name: "at.\(given.location)")
    }
    for (index, location) in system.locations.enumerated() {
      switch location {
      case .recall, .remember:
        guard case .passed = bounds[index] else { continue }
        throw NotExpressible(reason: "the certificate does not list location \(index)")
      default: break
      }
    }
  }

  /// What is passed through has to end: it is followed by recursion.
  private func checkPassed() throws(NotExpressible) {
    var before = [Int](repeating: 0, count: bounds.count)
    func passed(_ locations: [Int]) -> [Int] {
      locations.filter { if case .passed = bounds[$0] { true } else { false } }
    }
    let all = passed(Array(bounds.indices))
    for location in all {
      for next in passed(system.locations[location].successors) { before[next] += 1 }
    }
    var waiting = all.filter { before[$0] == 0 }
    var count = 0
    while let location = waiting.popLast() {
      count += 1
      for next in passed(system.locations[location].successors) {
        before[next] -= 1
        if before[next] == 0 { waiting.append(next) }
      }
    }
    guard count == all.count else {
      throw NotExpressible(reason: "what the certificate passes through does not end")
    }
  }

  private mutating func readMemories(of certificate: Certificate) throws(NotExpressible) {
    for memory in certificate.memories {
      guard classes.indices.contains(memory.device), classes[memory.device] == nil else {
        throw NotExpressible(reason: "the certificate lists device \(memory.device) wrongly")
      }
      var read: [SessionClass] = []
      for (index, given) in memory.classes.enumerated() {
        let codes = [.destinationTranslation, .sourceTranslation, .connectionStatus].map {
          given.kind[$0]
        }
        guard let trail = Trail(given.kind), codes.allSatisfy({ $0.least == $0.greatest }),
          let destination = codes[0].least, let source = codes[1].least, let status = codes[2].least
        else { throw NotExpressible(reason: "the certificate has a class that is none") }
        read.append(
          SessionClass(
            codes: ClassCodes(
              destination: destination, source: source, status: Term.value(status, bits: 2)),
            trail: trail, pairs: given.pairs, name: "session.of.\(memory.device).\(index)"))
      }
      classes[memory.device] = read
    }
  }

  /// That a packet comes to a location and is outside of what may be there, or of where it goes on to
  /// at once; "false" where that is nowhere.
  mutating func breaks(_ moving: Moving, at location: Int) -> String {
    let outside: String
    switch bounds[location] {
    case .open: return "false"
    case .listed(let boxes, let name):
      outside = Term.not(
        moving.packet == packet ? name : Term.call("\(name).of", moving.packet.terms(of: boxes)))
    case .passed:
      var after = moving
      after.guards = []
      outside = Term.or(ways(from: location, after))
    }
    return outside == "false" ? "false" : Term.and(moving.guards + [outside])
  }

  /// Gives long terms of a packet a name, since further ones would repeat them.
  mutating func shorten(_ moving: inout Moving) {
    for field in HeaderField.allCases where moving.packet[field].utf8.count > 60 {
      terms += 1
      let name = "term.\(terms)"
      script.define(name, sort: Variables.sort(field), as: moving.packet[field])
      moving.packet[field] = name
    }
  }

  /// What people are told of a location.
  func remark(_ location: Int) -> String {
    let kind = system.locations[location].kind
    let remark = system.remarks[location]
    return "location \(location) (\(kind))" + (remark.isEmpty ? "" : ", \(remark)")
  }

  /// Defines the bounds and the pairs by name.
  mutating func writeBounds() {
    script.add("")
    script.remark(["What may be at each location, and which sessions may exist."])
    for bound in bounds {
      guard case .listed(let boxes, let name) = bound else { continue }
      script.define(name, as: packet.isIn(boxes))
      script.define("\(name).of", packet.parameters(of: boxes), as: packet.isIn(boxes))
    }
    for device in classes {
      for known in device ?? [] { script.define(known.name, as: session.isIn(known.pairs)) }
    }
  }

  /// Asks whether anything starts out of bounds.
  mutating func writeStarts() {
    for (index, sender) in system.claims.senders.enumerated() {
      writeStart(sender, origin: 0, name: "sender \(index)")
    }
    for tag in tags {
      for (index, source) in system.claims.tags[tag].sources.enumerated() {
        writeStart(source, origin: UInt128(tag + 1), name: "source \(index) of tag \(tag + 1)")
      }
    }
  }

  private mutating func writeStart(_ sent: Claims.Packets, origin: UInt128, name: String) {
    variables.startOver()
    var moving = Moving(packet: packet)
    let boxes = sent.boxes.map { box in
      box.without(.origin).constrained(.origin, to: Ranges(origin))
    }
    moving.guards.append(packet.isIn(boxes))
    for tracked in Trail.tracked { moving.packet[tracked.track] = Term.value(.same) }
    let breaks = breaks(moving, at: sent.location)
    if breaks == "false" { return }
    script.ask(["Start: \(name) at \(remark(sent.location))."], [breaks], expecting: .unsat)
  }

  /// Asks whether anything forbidden is within bounds.
  mutating func writeSafety() {
    switch system.claims.claims[claim].kind {
    case .never(_, let forbidden):
      let own = Term.isIn(
        packet[.origin], Ranges(values: tags.map { UInt128($0 + 1) }), of: .origin)
      for (index, part) in forbidden.enumerated() {
        var within = "true"
        if case .listed(_, let name) = bounds[part.location] { within = name }
        script.ask(
          ["Safety: what is forbidden, \(index), at \(remark(part.location))."],
          [within, own, packet.isIn(part.boxes)],
          expecting: .unsat)
      }
    case .must: break
    case .apart(let left, let right):
      let both = Set(left).intersection(right).sorted()
      script.ask(
        ["Safety: nobody is on both sides" + (both.isEmpty ? "." : ", but \(both[0]) is.")],
        [both.isEmpty ? "false" : "true"], expecting: .unsat)
    }
  }

  /// The script, with all that it declares.
  func finished(heading: [String]) -> SolverScript {
    var result = script
    var declarations = HeaderField.allCases.map {
      "(declare-const \(packet[$0]) \(Variables.sort($0)))"
    }
    declarations += packet.outcomes.map { "(declare-const \($0) Bool)" }
    let own = TransitionSystem.sessionFields + Trail.tracked.map(\.trailGhost)
    declarations += own.map { "(declare-const \(session[$0]) \(Variables.sort($0)))" }
    declarations += variables.declarations
    declarations += [packet, session].map { "(assert (bvule \($0[.family]) #b10))" }
    result.finish(heading: heading, declarations: declarations)
    return result
  }
}

extension CanonicalNetwork.Location {
  /// The kind as canonical networks name it.
  fileprivate var kind: String {
    switch self {
    case .choose: "choose"
    case .spread: "spread"
    case .match: "match"
    case .rewrite: "rewrite"
    case .recall: "recall"
    case .remember: "remember"
    case .watch: "watch"
    case .leave: "leave"
    case .deliver: "deliver"
    case .drop: "drop"
    }
  }
}
