import Canonical
import Certificates
import Packets
import Testing

@testable import Formulas

/// Whether solvers that are installed give these answers.
func expect(
  _ script: SolverScript, _ answers: [String], _ location: SourceLocation = #_sourceLocation
) throws {
  #expect(script.expected.count == answers.count, sourceLocation: location)
  for solver in Solver.installed {
    let given = try solver.answers(to: script)
    #expect(given == answers, "\(solver.name) on\n\(script.text)", sourceLocation: location)
  }
}

@Suite struct `Obligations of certificates` {
  @Test func `each is a question that says where it comes from`() throws {
    let boxes = [[Filtered.tagged], [Filtered.tagged], Filtered.others]
    let certificate = Certificate(
      claims: [0], open: Ranges(3),
      bounds: boxes.enumerated().map { location, boxes in
        Certificate.Bound(
          location: location, boxes: boxes.map { Certificate.ProvedBox($0, hints: []) })
      })
    let script = try Filtered.system.obligations(of: certificate, for: 0)
    let written = script.text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("(declare-const") }
      .joined(separator: "\n")
    #expect(written == Self.golden)
    try expect(script, ["unsat", "unsat", "unsat", "unsat"])
  }

  @Test func `without a box of the certificate the step that needs it has an answer`() throws {
    let script = try Filtered.system.obligations(
      of: Filtered.certificate([Filtered.others[0]]), for: 0)
    try expect(script, ["unsat", "unsat", "sat", "unsat"])
  }

  @Test func `a bound that holds what is forbidden is not safe`() throws {
    let script = try Filtered.system.obligations(
      of: Filtered.certificate([Filtered.tagged]), for: 0)
    try expect(script, ["unsat", "unsat", "unsat", "sat"])
  }

  @Test func `what starts must start within bounds`() throws {
    var certificate = Filtered.certificate(Filtered.others)
    certificate.bounds[0] = .init(
      0, ["-": [Filtered.tagged.constrained(.sourcePort, to: Ranges(1...0xFFFF))]])
    try expect(
      try Filtered.system.obligations(of: certificate, for: 0),
      ["sat", "unsat", "unsat", "unsat"])
  }

  @Test func `a place that is not bounded must not lead to one that is`() throws {
    var certificate = Filtered.certificate(Filtered.others)
    certificate.bounds.removeFirst()
    certificate.open = Ranges(values: [0, 3])
    let script = try Filtered.system.obligations(of: certificate, for: 0)
    try expect(script, ["sat", "unsat", "unsat"])
    certificate.bounds = []
    certificate.open = Ranges(0...3)
    try expect(try Filtered.system.obligations(of: certificate, for: 0), ["sat"])
  }

  @Test func `what is passed through is followed at once`() throws {
    var certificate = Filtered.certificate(Filtered.others)
    certificate.bounds.removeFirst(2)
    try expect(
      try Filtered.system.obligations(of: certificate, for: 0), ["unsat", "unsat"])
    certificate.bounds[0] = .init(2, ["-": [Filtered.others[0]]])
    try expect(try Filtered.system.obligations(of: certificate, for: 0), ["sat", "unsat"])
  }

  @Test func `what is passed through has to end`() throws {
    var system = Filtered.system
    system.locations[1] = .choose([0, 2])
    var certificate = Filtered.certificate(Filtered.others)
    certificate.bounds.removeFirst(2)
    #expect(throws: NotExpressible.self) { try system.obligations(of: certificate, for: 0) }
    system.locations[1] = .remember(device: 0, next: 2)
    system.sessions = [Problem.Sessions()]
    #expect(throws: NotExpressible.self) { try system.obligations(of: certificate, for: 0) }
  }

  @Test func `boxes of several tracks hold for each`() throws {
    var system = Filtered.system
    system.locations[1] = .rewrite([.set(.destinationPort, Ranges(80))], next: 2)
    var certificate = Filtered.certificate([])
    let any = Filtered.tagged.constrained(.trackDestinationPort, to: Ranges(values: [0, 2]))
    certificate.bounds[1] = Certificate.Bound(
      location: 1, boxes: [Certificate.ProvedBox(any, hints: [])])
    for (tracks, answer) in [([2], "unsat"), ([3], "sat")] as [([UInt128], String)] {
      let after = box([.destinationPort: 80...80])
        .constrained(.trackDestinationPort, to: Ranges(values: tracks))
      certificate.bounds[2] = Certificate.Bound(
        location: 2, boxes: [Certificate.ProvedBox(after, hints: [])])
      try expect(
        try system.obligations(of: certificate, for: 0), ["unsat", "unsat", answer, "unsat"])
    }
  }

  @Test func `a trail that is not listed is not there`() throws {
    var system = Filtered.system
    system.locations[0] = .rewrite([.set(.sourcePort, Ranges(7))], next: 1)
    var certificate = Filtered.certificate(Filtered.others)
    try expect(
      try system.obligations(of: certificate, for: 0), ["unsat", "sat", "unsat", "unsat"])
    certificate.bounds[1] = .init(1, ["sourcePort:kept": [Filtered.tagged]])
    certificate.bounds[2] = .init(2, ["sourcePort:kept": Filtered.others])
    try expect(
      try system.obligations(of: certificate, for: 0), ["unsat", "unsat", "unsat", "unsat"])
  }

  @Test(arguments: [
    ([CanonicalNetwork.Write.set(.destinationPort, Ranges(80))], "destinationPort:kept", true),
    ([.shift(.destinationPort, 22...30, to: 80)], "destinationPort:moved", true),
    ([.shift(.destinationPort, 0...0xFFFF, to: 1)], "destinationPort:moved", false),
    (
      [.shift(.destinationPort, 22...30, to: 80), .shift(.destinationPort, 80...80, to: 23)],
      "destinationPort:lost", true
    ),
    ([.take(.destinationPort, from: .sessionDestinationPort)], "destinationPort:kept", false),
    ([.scramble([.tcpFlags])], "-", false),
    ([.set(.destinationPort, Ranges(values: [21, 23]))], "destinationPort:kept", true),
    ([.set(.destinationPort, Ranges(21...23))], "destinationPort:kept", false),
  ])
  func `writes change what is within bounds`(
    _ writes: [CanonicalNetwork.Write], _ trail: String, _ isWithin: Bool
  ) throws {
    var system = Filtered.system
    system.locations[1] = .rewrite(writes, next: 2)
    var certificate = Filtered.certificate([])
    certificate.bounds[2] = .init(2, [trail: Filtered.others])
    try expect(
      try system.obligations(of: certificate, for: 0),
      ["unsat", "unsat", isWithin ? "unsat" : "sat", "unsat"])
  }

  @Test func `the ghost of what is overwritten has the value from before`() throws {
    var system = Filtered.system
    system.locations[1] = .rewrite([.set(.destinationPort, Ranges(80))], next: 2)
    var certificate = Filtered.certificate([])
    certificate.bounds[1] = .init(1, ["-": [Filtered.shell.constrained(.origin, to: Ranges(1))]])
    for (old, answer) in [(22, "unsat"), (23, "sat")] as [(UInt128, String)] {
      certificate.bounds[2] = .init(
        2, ["destinationPort:kept": [box([.sentDestinationPort: old...old])]])
      let script = try system.obligations(of: certificate, for: 0)
      // The bound of what goes there is too narrow, and what is forbidden is not ruled out.
      try expect(script, ["unsat", "sat", answer, "sat"])
    }
  }

  @Test func `a write may change the outcome of what is evaluated on the field`() throws {
    var system = Filtered.system
    system.conditions = [[.sourcePort], nil]
    system.locations[1] = .rewrite([.set(.sourcePort, Ranges(7))], next: 2)
    for (condition, answer) in [(0, "sat"), (1, "unsat")] {
      var under = HeaderBox()
      under.constrain(Literal(condition, true))
      var certificate = Filtered.certificate([])
      certificate.bounds[1] = .init(1, ["-": [under]])
      certificate.bounds[2] = .init(2, ["sourcePort:kept": [under]])
      try expect(
        try system.obligations(of: certificate, for: 0), ["unsat", "sat", answer, "sat"])
    }
  }

  @Test func `tags that watch a device are marked there`() throws {
    var system = Filtered.system
    system.sessions = [nil]
    system.locations[1] = .watch(device: 0, next: 2)
    let marked = box([.monitor: 1...1])
    var certificate = Filtered.certificate([marked])
    try expect(
      try system.obligations(of: certificate, for: 0), ["unsat", "unsat", "sat", "sat"])
    system.claims.tags[0].watched = [0]
    try expect(
      try system.obligations(of: certificate, for: 0), ["unsat", "unsat", "unsat", "sat"])
    system.locations[1] = .leave(next: 2)
    certificate.bounds[2] = .init(2, ["-": [box([.egress: 0...0])]])
    try expect(
      try system.obligations(of: certificate, for: 0), ["unsat", "unsat", "unsat", "sat"])
  }

  @Test func `nobody may be on both sides`() throws {
    for (right, answer) in [(["b"], "unsat"), (["b", "a"], "sat")] {
      let system = TransitionSystem(
        locations: [],
        claims: Claims(claims: [
          Claims.Claim(name: "D-1", requirement: 0, kind: .apart(left: ["a"], right: right))
        ]))
      let script = try system.obligations(of: Certificate(claims: [0]), for: 0)
      try expect(script, [answer])
    }
  }

  @Test func `a certificate of something else is refused`() {
    var other = Filtered.certificate([])
    other.bounds[0].location = 9
    #expect(throws: NotExpressible.self) { try Filtered.system.obligations(of: other, for: 0) }
    other.bounds[0] = .init(1, [:])
    #expect(throws: NotExpressible.self) { try Filtered.system.obligations(of: other, for: 0) }
    #expect(throws: NotExpressible.self) {
      try Filtered.system.obligations(of: Certificate(claims: [1]), for: 0)
    }
    other.bounds = []
    other.open = Ranges(9)
    #expect(throws: NotExpressible.self) { try Filtered.system.obligations(of: other, for: 0) }
    other.open = .none
    other.memories = [Certificate.Memory(device: 3, classes: [])]
    #expect(throws: NotExpressible.self) { try Filtered.system.obligations(of: other, for: 0) }
  }

  static let golden = #"""
    ; Requirement A-1: what its certificate leaves to show.
    ; Each question is whether something is not as it should be; the answer is to be 'unsat'.
    ; Locations that are not bounded, and lead to none that is: 1.
    (set-info :smt-lib-version 2.6)
    (set-logic QF_BV)
    (assert (bvule family #b10))
    (assert (bvule session.family #b10))

    ; What may be at each location, and which sessions may exist.
    (define-fun at.0 () Bool (and (= family #b00) (= origin #x0001)))
    (define-fun at.0.of ((family (_ BitVec 2)) (origin (_ BitVec 16))) Bool (and (= family #b00) (= origin #x0001)))
    (define-fun at.1 () Bool (and (= family #b00) (= origin #x0001)))
    (define-fun at.1.of ((family (_ BitVec 2)) (origin (_ BitVec 16))) Bool (and (= family #b00) (= origin #x0001)))
    (define-fun at.2 () Bool (or (and (= family #b00) (bvule destinationPort #x0015) (= origin #x0001)) (and (= family #b00) (bvuge destinationPort #x0017) (= origin #x0001))))
    (define-fun at.2.of ((family (_ BitVec 2)) (destinationPort (_ BitVec 16)) (origin (_ BitVec 16))) Bool (or (and (= family #b00) (bvule destinationPort #x0015) (= origin #x0001)) (and (= family #b00) (bvuge destinationPort #x0017) (= origin #x0001))))

    ; Start: source 0 of tag 1 at location 0 (choose).
    (push 1)
    (assert (and (and (= family #b00) (= origin #x0001)) (not (at.0.of family origin))))
    (set-info :status unsat)
    (check-sat)
    (pop 1)

    ; Step: location 0 (choose).
    (push 1)
    (assert at.0)
    (assert (not at.1))
    (set-info :status unsat)
    (check-sat)
    (pop 1)
    (define-fun from.1.0 () Bool (ite (and (= family #b00) (= destinationPort #x0016)) false (not at.2)))

    ; Step: location 1 (match).
    (push 1)
    (assert at.1)
    (assert from.1.0)
    (set-info :status unsat)
    (check-sat)
    (pop 1)

    ; Safety: what is forbidden, 0, at location 2 (deliver).
    (push 1)
    (assert at.2)
    (assert (= origin #x0001))
    (assert (and (= family #b00) (= destinationPort #x0016)))
    (set-info :status unsat)
    (check-sat)
    (pop 1)
    (exit)

    """#
}
