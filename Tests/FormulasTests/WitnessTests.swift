import Canonical
import Certificates
import Packets
import Testing

@testable import Formulas

@Suite struct `Obligations of refutations` {
  /// A packet of these values, and 0 elsewhere.
  static func packet(_ values: KeyValuePairs<HeaderField, UInt128>) -> HeaderBox {
    var packet = HeaderBox()
    for field in HeaderField.allCases {
      packet.constrain(field, to: Ranges(values.first { $0.key == field }?.value ?? 0))
    }
    return packet
  }

  static func steps(_ locations: [Int], _ packets: [HeaderBox]) -> [Refutation.Step] {
    zip(locations, packets).map { Refutation.Step(location: $0, packet: $1) }
  }

  static func script(
    _ runs: [[Refutation.Step]], of system: TransitionSystem
  ) throws -> SolverScript {
    let script = try system.obligations(of: Refutation(claim: 0, kind: .breaks(runs)))
    #expect(script.expected.allSatisfy { $0 == .sat })
    return script
  }

  /// The filter, but what is forbidden is port 23, which it lets through.
  static let open: TransitionSystem = {
    var system = Filtered.system
    let telnet = box([.family: 0...0, .destinationPort: 23...23])
    system.claims = never(
      sources: [Claims.Packets(location: 0, boxes: [Filtered.ipv4])],
      [Claims.Packets(location: 2, boxes: [telnet])])
    return system
  }()

  @Test func `each step of a packet that breaks the claim has an answer`() throws {
    let sent = Self.packet([.destinationPort: 23, .origin: 1])
    let run = Self.steps([0, 1, 2], [sent, sent, sent])
    try expect(Self.script([run], of: Self.open), ["sat", "sat", "sat", "sat", "sat"])
  }

  @Test func `what does not start, is dropped, changes or is allowed has none`() throws {
    let sent = Self.packet([.destinationPort: 23, .origin: 1])
    let shell = Self.packet([.destinationPort: 22, .origin: 1])
    let untagged = Self.packet([.destinationPort: 23])
    let other = Self.packet([.destinationPort: 24, .origin: 1])
    let cases: [(run: [Refutation.Step], answers: [String])] = [
      (Self.steps([0, 1, 2], [shell, shell, shell]), ["sat", "sat", "unsat", "unsat", "sat"]),
      (
        Self.steps([0, 1, 2], [untagged, untagged, untagged]),
        ["unsat", "sat", "sat", "unsat", "sat"]
      ),
      (Self.steps([0, 1, 2], [sent, other, sent]), ["sat", "unsat", "unsat", "sat", "sat"]),
      (Self.steps([0, 1, 2], [other, other, other]), ["sat", "sat", "sat", "unsat", "sat"]),
      (Self.steps([1, 2], [sent, sent]), ["unsat", "sat", "sat", "sat"]),
      (Self.steps([0, 2], [sent, sent]), ["sat", "unsat", "sat", "sat"]),
    ]
    for (run, answers) in cases { try expect(Self.script([run], of: Self.open), answers) }
  }

  @Test func `a reply comes by the session that the packet before it opened`() throws {
    let system = Stateful.system(
      isTranslating: false, forbidden: box([.family: 0...0, .destinationIPv4: 10...10]))
    let asked = Self.packet([
      .sourceIPv4: 10, .destinationIPv4: 99, .protocol: 17, .sourcePort: 7, .destinationPort: 53,
      .sessionUse: 3,
    ])
    let reply = Self.packet([
      .sourceIPv4: 99, .destinationIPv4: 10, .protocol: 17, .sourcePort: 53, .destinationPort: 7,
      .sessionUse: 3, .origin: 1,
    ])
    var taken = reply
    for (field, value) in [(HeaderField.connectionState, 2), (.connectionDirection, 1)] {
      taken = taken.without(field).constrained(field, to: Ranges(UInt128(value)))
    }
    let asking = Self.steps([0, 1, 2, 8], [asked, asked, asked, asked])
    let answering = Self.steps([3, 4, 5, 6, 7], [reply, taken, taken, reply, reply])
    let all = try Self.script([asking, answering], of: system)
    try expect(all, [String](repeating: "sat", count: all.expected.count))
    // Without it no session takes the reply.
    let alone = try Self.script([answering], of: system)
    var answers = [String](repeating: "sat", count: alone.expected.count)
    answers[1] = "unsat"
    try expect(alone, answers)
  }

  @Test func `a refutation of something else is refused`() {
    let sent = Self.packet([.origin: 1])
    for refutation in [
      Refutation(claim: 1, kind: .breaks([Self.steps([0], [sent])])),
      Refutation(claim: 0, kind: .breaks([Self.steps([9], [sent])])),
      Refutation(claim: 0, kind: .breaks([[]])),
      Refutation(claim: 0, kind: .fails(goal: 0, trips: [])),
    ] {
      #expect(throws: NotExpressible.self) { try Self.open.obligations(of: refutation) }
    }
  }
}
