import Canonical
import Packets
import Testing

@testable import Formulas

@Suite struct `Requirements without certificates` {
  @Test func `a filter that drops what is forbidden lets the claim be true`() throws {
    let script = try Filtered.system.question(of: 0, expecting: .unsat)
    #expect(script.expected == [.unsat, .unsat])
    try expect(script, ["unsat", "unsat"])
  }

  @Test func `a filter that drops something else lets it be false`() throws {
    var system = Filtered.system
    system.tables[0] = .list([(box([.destinationPort: 23...23]), 1)], otherwise: 0)
    try expect(try system.question(of: 0, expecting: .sat), ["sat", "sat"])
  }

  @Test func `a packet that goes round as it is comes to nothing new`() throws {
    var system = Filtered.system
    // What is dropped goes round instead, and comes back as it was.
    system.locations[3] = .choose([0])
    try expect(try system.question(of: 0, expecting: .unsat), ["unsat", "unsat"])
    // On its way it becomes something that is let through.
    system.locations[3] = .rewrite([.set(.destinationPort, Ranges(80))], next: 0)
    try expect(try system.question(of: 0, expecting: .unsat), ["unsat", "unsat"])
    system.claims.claims[0].kind = .never(
      tags: [0],
      forbidden: [.init(location: 2, boxes: [box([.destinationPort: 80...80])])])
    try expect(try system.question(of: 0, expecting: .sat), ["sat", "sat"])
  }

  @Test func `what goes round for longer than it is followed is not judged`() throws {
    var system = Filtered.system
    let counted = CanonicalNetwork.Write.shift(.sourcePort, 0...0xFFFE, to: 1)
    system.locations[3] = .rewrite([counted], next: 0)
    // Too many rounds for the bounds, and nobody says that it ends.
    try expect(
      try system.question(of: 0, expecting: .unsat, within: UnrollingBounds(passes: 3)),
      ["unsat", "sat"])
  }

  @Test func `a reply comes by a session that another packet opened`() throws {
    for isTranslating in [false, true] {
      let forbid = { (forbidden: HeaderBox, answer: SolverScript.Answer) in
        let system = Stateful.system(isTranslating: isTranslating, forbidden: forbidden)
        let script = try system.question(of: 0, expecting: answer)
        try expect(script, [answer.rawValue, answer.rawValue])
      }
      try forbid(box([.sessionUse: 0...2]), .unsat)
      try forbid(box([.sessionUse: 3...3]), .sat)
      try forbid(box([.destinationIPv4: 10...10]), .sat)
      try forbid(box([.destinationIPv4: 11...0xFFFF_FFFF]), .unsat)
      try forbid(box([.protocol: 6...6]), .unsat)
      try forbid(box([.sourceIPv4: 98...98]), .unsat)
    }
  }

  @Test func `an error comes where the device admits those about sessions`() throws {
    let error = box([.protocol: 1...1])
    for isAdmitted in [false, true] {
      let system = Stateful.system(
        isTranslating: true, forbidden: error, isRelatedAdmitted: isAdmitted)
      let answer: SolverScript.Answer = isAdmitted ? .sat : .unsat
      try expect(
        try system.question(of: 0, expecting: answer), [answer.rawValue, answer.rawValue])
    }
  }

  @Test func `nobody opens a session of a class that cannot be read unnoticed`() throws {
    var system = Stateful.system(
      isTranslating: true, forbidden: box([.destinationIPv4: 11...0xFFFF_FFFF]))
    system.translations = [[.init(address: .other, port: .same)]]
    try expect(try system.question(of: 0, expecting: .unsat), ["unsat", "sat"])
  }

  @Test func `where sessions may not need packets nothing is judged by them`() throws {
    let system = Stateful.system(isTranslating: false, forbidden: box([.sessionUse: 0...2]))
    try expect(
      try system.question(
        of: 0, expecting: .unsat, within: UnrollingBounds(passes: 2, nesting: 0)),
      ["unsat", "sat"])
  }

  @Test func `networks with too many ways are refused`() {
    var bounds = UnrollingBounds()
    bounds.places = 2
    #expect(throws: NotExpressible.self) {
      try Filtered.system.question(of: 0, expecting: .unsat, within: bounds)
    }
    var apart = Filtered.system
    apart.claims.claims[0].kind = .apart(left: [], right: [])
    #expect(throws: NotExpressible.self) { try apart.question(of: 0, expecting: .unsat) }
  }
}
