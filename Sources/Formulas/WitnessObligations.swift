import Canonical
public import Certificates
import Packets

extension TransitionSystem {
  /// What a refutation leaves to show for its claim, each as a question that has an answer if it is so:
  /// that packets start as they do, that each step can happen, and that the last packet is forbidden.
  ///
  /// - Throws: `NotExpressible` where the refutation is none of this network, or shows what fails to
  ///   arrive.
  public func obligations(of refutation: Refutation) throws(NotExpressible) -> SolverScript {
    var writer = try ObligationWriter(self, of: refutation.claim, everywhere: .open)
    guard case .breaks(let runs) = refutation.kind else {
      throw NotExpressible(reason: "it says what must arrive, of which every way is followed")
    }
    try writer.write(runs)
    return writer.finished(heading: [
      "Requirement \(claims.claims[refutation.claim].name): what the packets that break it do.",
      "Each question is whether a step of them can happen; the answer is to be 'sat'.",
    ])
  }
}

extension ObligationWriter {
  /// Asks of each packet whether it starts and goes as it is said to.
  fileprivate mutating func write(_ runs: [[Refutation.Step]]) throws(NotExpressible) {
    let steps = runs.flatMap(\.self)
    guard steps.allSatisfy({ bounds.indices.contains($0.location) }) else {
      throw NotExpressible(reason: "the refutation has a location that is not there")
    }
    classes = [[SessionClass]?](repeating: [], count: system.sessions.count)
    for (number, run) in runs.enumerated() {
      let isLast = number == runs.count - 1
      guard let first = run.first, let last = run.last else {
        throw NotExpressible(reason: "the refutation has a packet without steps")
      }
      writeStart(of: first, number, isLast: isLast)
      for (index, (before, after)) in zip(run, run.dropFirst()).enumerated() {
        writeStep(from: before, to: after, name: "packet.\(number).\(index)")
      }
      if isLast { writeEnd(of: last) } else { try remember(run, number) }
    }
    writeOutcomes(of: steps)
  }

  private mutating func writeStart(of step: Refutation.Step, _ number: Int, isLast: Bool) {
    var sources = system.claims.senders.map { (sent: $0, origin: UInt128(0)) }
    if isLast {
      sources = tags.flatMap { tag in
        system.claims.tags[tag].sources.map { (sent: $0, origin: UInt128(tag + 1)) }
      }
    }
    let boxes = sources.filter { $0.sent.location == step.location }.flatMap { sent, origin in
      sent.boxes.map { $0.without(.origin).constrained(.origin, to: Ranges(origin)) }
    }
    let tracks = Trail.tracked.map { Term.equal(packet[$0.track], Term.value(.same)) }
    script.ask(
      ["Start: packet \(number) at \(remark(step.location))."],
      [packet.isIn([step.packet]), packet.isIn(boxes)] + tracks, expecting: .sat)
  }

  /// Asks whether a packet can become the next: it can be one that is not any other one there.
  private mutating func writeStep(
    from before: Refutation.Step, to after: Refutation.Step, name: String
  ) {
    variables.startOver()
    bounds[after.location] = .listed([after.packet], name: name)
    let others = Term.not(packet.isIn([after.packet]))
    script.define(name, as: others)
    script.define("\(name).of", packet.parameters(of: [after.packet]), as: others)
    let moving = Moving(packet: packet)
    var ways: [String]
    switch system.locations[before.location] {
    case .remember(_, let next): ways = [breaks(moving, at: next)]
    case .recall(let device, _, let remembered):
      ways = self.ways(from: before.location, moving)
      for owner in system.owners(of: device) {
        for known in classes[owner] ?? [] {
          let lookUp = LookUp(device: device, owner: owner)
          let taken = self.ways(of: moving, by: known, lookUp, to: remembered)
          ways.append(Term.and([known.name, Term.or(taken)]))
        }
      }
    default: ways = self.ways(from: before.location, moving)
    }
    bounds[after.location] = .open
    script.ask(
      ["Step: from \(remark(before.location)) to location \(after.location)."],
      [packet.isIn([before.packet]), Term.or(ways)], expecting: .sat)
  }

  /// Asks whether the last packet is forbidden where it is.
  private mutating func writeEnd(of step: Refutation.Step) {
    var boxes: [HeaderBox] = []
    if case .never(_, let forbidden) = system.claims.claims[claim].kind {
      boxes = forbidden.filter { $0.location == step.location }.flatMap(\.boxes)
    }
    let own = Ranges(values: tags.map { UInt128($0 + 1) })
    script.ask(
      ["End: what is forbidden at \(remark(step.location))."],
      [
        packet.isIn([step.packet]), Term.isIn(packet[.origin], own, of: .origin),
        packet.isIn(boxes),
      ], expecting: .sat)
  }

  /// Adds the sessions that a packet opened on its way.
  private mutating func remember(
    _ run: [Refutation.Step], _ number: Int
  ) throws(NotExpressible) {
    for (index, step) in run.enumerated() {
      guard case .remember(let device, _) = system.locations[step.location],
        let family = step.packet[.family].least, family < 2, step.packet[.origin].contains(0)
      else { continue }
      let codes = [HeaderField.destinationTranslation, .sourceTranslation, .connectionStatus]
        .map { step.packet[$0].least ?? 0 }
      guard let trail = Trail(step.packet) else {
        throw NotExpressible(reason: "the refutation has a session of no class")
      }
      var pair = HeaderBox()
      let fields =
        TransitionSystem.sessionFields
        + Trail.tracked.filter { trail[$0.field] == .kept }.map(\.trailGhost)
      for field in fields { pair.constrain(field, to: step.packet[field]) }
      let name = "session.of.\(device).\(number).\(index)"
      script.define(name, as: session.isIn([pair]))
      classes[device]?.append(
        SessionClass(
          codes: ClassCodes(
            destination: codes[0], source: codes[1], status: Term.value(codes[2], bits: 2)),
          trail: trail, pairs: [pair], name: name))
    }
  }

  /// Asks whether conditions of the network have one outcome in all steps.
  private mutating func writeOutcomes(of steps: [Refutation.Step]) {
    let globals = system.conditions.indices.filter { system.conditions[$0] == nil }
    let outcomes = steps.map { step in
      step.packet.literals.filter { globals.contains($0.condition) }
    }
    let areSame = outcomes.allSatisfy { $0 == outcomes.first }
    script.ask(
      ["Outcomes: conditions of the network are the same in all steps."],
      [areSame ? "true" : "false"], expecting: .sat)
  }
}
