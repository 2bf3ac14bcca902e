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
    return writer.finished()
  }
}

/// Writes what a certificate leaves to show.
struct ObligationWriter {
  /// What may be at a location, by trail.
  struct Bound {
    var parts: [(trail: Trail, boxes: [HeaderBox], name: String)] = []
  }

  let system: TransitionSystem
  let certificate: Certificate
  let claim: Int
  let tags: [Int]
  /// The bounds by location; `nil` where anything may be there.
  private(set) var bounds: [Bound?]
  /// The classes of sessions by device; `nil` where any may exist.
  private(set) var classes: [[SessionClass]?]
  var script = SolverScript()
  var variables = Variables()
  let packet: PacketTerms
  let session: PacketTerms
  /// How many locations have no bound and lead to none that has.
  var open = 0

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
    guard certificate.claims.contains(claim), system.claims.claims.indices.contains(claim) else {
      throw NotExpressible(reason: "the certificate is for other claims")
    }
    self.system = system
    self.certificate = certificate
    self.claim = claim
    if case .never(let tags, _) = system.claims.claims[claim].kind {
      self.tags = tags.sorted()
    } else {
      tags = []
    }
    packet = PacketTerms(conditions: system.conditions.count)
    session = PacketTerms(conditions: 0, prefix: "session.")
    bounds = [Bound?](repeating: nil, count: system.locations.count)
    classes = [[SessionClass]?](repeating: nil, count: system.sessions.count)
    try readBounds()
    try readMemories()
  }

  private mutating func readBounds() throws(NotExpressible) {
    for given in certificate.bounds {
      guard bounds.indices.contains(given.location), bounds[given.location] == nil else {
        throw NotExpressible(reason: "the certificate lists location \(given.location) wrongly")
      }
      var bound = Bound()
      for (index, part) in given.parts.enumerated() {
        guard let trail = Trail(part.trail), !bound.parts.contains(where: { $0.trail == trail })
        else { throw NotExpressible(reason: "the certificate has a wrong trail, \(part.trail)") }
        let name = "at.\(given.location)" + (index == 0 ? "" : ".\(index)")
        bound.parts.append((trail, part.boxes.map(\.box), name))
      }
      bounds[given.location] = bound
    }
  }

  private mutating func readMemories() throws(NotExpressible) {
    for memory in certificate.memories {
      guard classes.indices.contains(memory.device), classes[memory.device] == nil else {
        throw NotExpressible(reason: "the certificate lists device \(memory.device) wrongly")
      }
      var read: [SessionClass] = []
      for (index, given) in memory.classes.enumerated() {
        guard let trail = Trail(given.trail) else {
          throw NotExpressible(reason: "the certificate has a wrong trail, \(given.trail)")
        }
        read.append(
          SessionClass(
            codes: ClassCodes(
              destination: given.destination, source: given.source,
              status: Term.value(given.status, bits: 2)),
            trail: trail, pairs: given.pairs, name: "session.of.\(memory.device).\(index)"))
      }
      classes[memory.device] = read
    }
  }

  /// That a packet is outside of what may be at a location; "false" where anything may be there.
  func isOutside(_ moving: Moving, at location: Int) -> String {
    guard let bound = bounds[location] else { return "false" }
    guard let part = bound.parts.first(where: { $0.trail == moving.trail }) else { return "true" }
    return Term.not(moving.packet == packet ? part.name : moving.packet.isIn(part.boxes))
  }

  /// That a packet comes to a location and is outside of what may be there.
  func breaks(_ moving: Moving, at location: Int) -> String {
    let outside = isOutside(moving, at: location)
    return outside == "false" ? "false" : Term.and(moving.guards + [outside])
  }

  /// What people are told of a location.
  func remark(_ location: Int, _ trail: Trail? = nil) -> String {
    let kind = system.locations[location].kind
    let remark = system.remarks[location]
    return "location \(location) (\(kind))" + (trail.map { ", trail \($0.text)" } ?? "")
      + (remark.isEmpty ? "" : ", \(remark)")
  }

  /// Defines the bounds and the pairs by name.
  mutating func writeBounds() {
    script.add("")
    script.remark(["What may be at each location, and which sessions may exist."])
    for bound in bounds {
      for part in bound?.parts ?? [] {
        script.define(part.name, as: packet.isIn(part.boxes))
      }
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
        let within = bounds[part.location].map { Term.or($0.parts.map(\.name)) } ?? "true"
        script.ask(
          ["Safety: what is forbidden, \(index), at \(remark(part.location))."],
          [within, own, packet.isIn(part.boxes)],
          expecting: .unsat)
      }
    case .apart(let left, let right):
      let both = Set(left).intersection(right).sorted()
      script.ask(
        ["Safety: nobody is on both sides" + (both.isEmpty ? "." : ", but \(both[0]) is.")],
        [both.isEmpty ? "false" : "true"], expecting: .unsat)
    }
  }

  /// The script, with all that it declares.
  func finished() -> SolverScript {
    var result = script
    var declarations = HeaderField.allCases.map {
      "(declare-const \(packet[$0]) \(Variables.sort($0)))"
    }
    declarations += packet.outcomes.map { "(declare-const \($0) Bool)" }
    let own = TransitionSystem.sessionFields + Trail.tracked.map(\.trailGhost)
    declarations += own.map { "(declare-const \(session[$0]) \(Variables.sort($0)))" }
    declarations += variables.declarations
    declarations += [packet, session].map { "(assert (bvule \($0[.family]) #b10))" }
    result.finish(
      heading: [
        "Requirement \(system.claims.claims[claim].name): what its certificate leaves to show.",
        "Each question is whether something is not as it should be; the answer is to be 'unsat'.",
        "Locations that are not bounded, and lead to none that is: \(open).",
      ], declarations: declarations)
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
