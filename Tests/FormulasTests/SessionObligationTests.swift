import Canonical
import Certificates
import Packets
import Testing

@testable import Formulas

@Suite struct `Obligations about sessions` {
  /// A reply to what the inside sent comes to the inside; anything else does not.
  static let reply = box([
    .family: 0...0, .sourceIPv4: 99...99, .destinationIPv4: 10...10, .protocol: 17...17,
    .sessionUse: 3...3,
  ])
  static let noReply = box([.sessionUse: 0...2])
  static let elsewhere = box([.destinationIPv4: 11...0xFFFF_FFFF])

  /// A certificate whose sessions have these pairs and whose delivered packets are in these boxes.
  static func certificate(
    isTranslating: Bool, _ pairs: [HeaderBox], delivered: [HeaderBox], back: HeaderBox
  ) -> Certificate {
    let chosen: UInt128 = isTranslating ? 1 : 0
    let written = isTranslating ? "sourceIPv4:kept" : "-"
    let undone = isTranslating ? "destinationIPv4:kept" : "-"
    let inside = Stateful.inside.constrained(.origin, to: Ranges(0))
    let left = isTranslating ? box([.sourceTranslation: 1...1]) : box([.sourceTranslation: 0...0])
    let passed =
      isTranslating
      ? box([
        .family: 0...0, .sourceIPv4: Stateful.pool, .protocol: 17...17, .origin: 0...0,
        .sentSourceIPv4: 10...10,
      ]) : inside
    let plain = Moving.registers.reduce(HeaderBox()) { $0.constrained($1, to: Ranges(0)) }
    return Certificate(
      claims: [0], open: Ranges(8),
      memories: [
        Certificate.Memory(
          device: 0,
          classes: [
            Certificate.Class(
              trail(written).intersection(
                box([
                  .destinationTranslation: 0...0, .sourceTranslation: chosen...chosen,
                  .connectionStatus: 0...0,
                ])), pairs: pairs)
          ])
      ],
      bounds: [
        .init(0, ["-": [inside.intersection(plain)]]),
        .init(1, ["-": [inside.intersection(plain)]]),
        .init(
          2, [written: [passed.intersection(left).intersection(plain.without(.sourceTranslation))]]),
        .init(3, ["-": [Stateful.outside.constrained(.origin, to: Ranges(1))]]),
        .init(4, ["-": [back]]),
        .init(5, [undone: delivered]), .init(6, ["-": delivered]), .init(7, ["-": delivered]),
      ])
  }

  static let session = box([.family: 0...0, .sourceIPv4: 10...10, .protocol: 17...17])

  @Test func `a reply to what was remembered is within bounds`() throws {
    let system = Stateful.system(isTranslating: false, forbidden: Self.noReply)
    let script = try system.obligations(
      of: Self.certificate(
        isTranslating: false, [Self.session], delivered: [Self.reply], back: Self.reply), for: 0)
    #expect(script.expected.allSatisfy { $0 == .unsat })
    try expect(script, script.expected.map { _ in "unsat" })
  }

  @Test func `a session that no pair holds is out of bounds`() throws {
    let system = Stateful.system(isTranslating: false, forbidden: Self.noReply)
    let narrow = Self.session.constrained(.sourcePort, to: Ranges(0...9))
    for (pairs, text) in [([narrow], "location 2 (remember)"), ([], "location 2 (remember)")] {
      let script = try system.obligations(
        of: Self.certificate(
          isTranslating: false, pairs, delivered: [Self.reply], back: Self.reply), for: 0)
      try expectOnly(text, in: script)
    }
  }

  @Test func `a session that would let more in is out of bounds`() throws {
    let system = Stateful.system(isTranslating: false, forbidden: Self.noReply)
    let wide = box([.family: 0...0, .protocol: 17...17])
    let script = try system.obligations(
      of: Self.certificate(
        isTranslating: false, [wide], delivered: [Self.reply], back: Self.reply), for: 0)
    try expectOnly("by sessions of device 0, class 0", in: script)
  }

  @Test func `a continuation that is not bounded is found`() throws {
    let system = Stateful.system(isTranslating: false, forbidden: Self.noReply)
    let wide = box([.family: 0...0, .protocol: 17...17, .sourceIPv4: 10...99])
    let replies = box([.family: 0...0, .protocol: 17...17, .sessionUse: 3...3])
    let script = try system.obligations(
      of: Self.certificate(isTranslating: false, [wide], delivered: [replies], back: replies),
      for: 0)
    try expectOnly("by sessions of device 0, class 0", in: script)
  }

  @Test func `what a reply's destination was is in the session's ghost`() throws {
    let system = Stateful.system(isTranslating: true, forbidden: Self.elsewhere)
    let pair = box([
      .family: 0...0, .sourceIPv4: Stateful.pool, .protocol: 17...17, .sentSourceIPv4: 10...10,
    ])
    let delivered = box([.destinationIPv4: 10...10])
    let undo: UInt128 = 1 << 23 + 2 << 20 + 1
    for (old, code, isWithin) in [
      (10, undo, true), (11, undo, false), (10, 1 << 22 + 2 << 20 + 1, false),
    ] as [(UInt128, UInt128, Bool)] {
      let back = box([
        .destinationTranslation: code...code, .sourceTranslation: 0...0,
        .connectionState: 2...2, .connectionDirection: 1...1, .sessionUse: 3...3,
        .sessionSourceIPv4: old...old,
      ])
      let script = try system.obligations(
        of: Self.certificate(
          isTranslating: true, [pair], delivered: [delivered], back: back), for: 0)
      if isWithin {
        try expect(script, script.expected.map { _ in "unsat" })
        continue
      }
      let sat = try questions(in: script).filter(\.isAnswered).map(\.text)
      #expect(Solver.installed.isEmpty || sat.contains { $0.contains("class 0") })
    }
  }

  @Test func `a class that cannot be read must not be remembered`() throws {
    let system = Stateful.system(isTranslating: true, forbidden: Self.elsewhere)
    var unreadable = system
    unreadable.translations = [[.init(address: .moved(40), port: .same)]]
    let pair = box([
      .family: 0...0, .sourceIPv4: Stateful.pool, .protocol: 17...17, .sentSourceIPv4: 10...10,
    ])
    let delivered = box([.destinationIPv4: 10...10])
    let back = box([.sessionSourceIPv4: 10...10, .sessionUse: 3...3])
    let certificate = Self.certificate(
      isTranslating: true, [pair], delivered: [delivered], back: back)
    let script = try system.obligations(of: certificate, for: 0)
    try expect(script, script.expected.map { _ in "unsat" })
    try expectOnly(
      "location 2 (remember)", in: try unreadable.obligations(of: certificate, for: 0))
  }

  @Test func `errors about sessions are taken where the device admits them`() throws {
    for isAdmitted in [false, true] {
      let system = Stateful.system(
        isTranslating: false, forbidden: Self.elsewhere, isRelatedAdmitted: isAdmitted)
      let script = try system.obligations(
        of: Self.certificate(
          isTranslating: false, [Self.session], delivered: [Self.reply], back: Self.reply), for: 0)
      if isAdmitted {
        try expectOnly("by sessions of device 0, class 0", in: script)
      } else {
        try expect(script, script.expected.map { _ in "unsat" })
      }
    }
  }

  @Test func `where any session may exist nothing behind it is bounded`() throws {
    let system = Stateful.system(isTranslating: false, forbidden: Self.noReply)
    var certificate = Self.certificate(
      isTranslating: false, [Self.session], delivered: [Self.reply], back: Self.reply)
    certificate.memories = []
    try expectOnly(
      "by any session of device 0", in: try system.obligations(of: certificate, for: 0))
  }

  /// A question of a script, and whether any solver has an answer.
  private func questions(in script: SolverScript) throws -> [(text: String, isAnswered: Bool)] {
    let lines = script.text.split(separator: "\n")
    let texts = lines.indices.filter { lines[$0] == "(push 1)" }.map { String(lines[$0 - 1]) }
    #expect(texts.count == script.expected.count)
    guard let solver = Solver.installed.first else { return [] }
    return zip(texts, try solver.answers(to: script)).map { ($0, $1 == "sat") }
  }

  /// Expects an answer to the one question whose text has this in it.
  private func expectOnly(
    _ text: String, in script: SolverScript, _ location: SourceLocation = #_sourceLocation
  ) throws {
    let answered = try questions(in: script).filter(\.isAnswered).map(\.text)
    if Solver.installed.isEmpty { return }
    #expect(answered.count == 1, "\(answered)", sourceLocation: location)
    #expect(answered.first?.contains(text) == true, "\(answered)", sourceLocation: location)
  }
}
