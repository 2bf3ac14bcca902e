import Networks
import Packets
import Policies
import Reachability
import Simulation
import Testing

extension Verdict {
  /// All witnesses of a violation.
  var witnesses: [Witness] {
    guard case .violated(let violation) = self else { return [] }
    return violation.witnesses
  }
}

extension Network {
  /// Whether packets open, one after another in a network without sessions, all that a witness needs;
  /// `nil` where it needs nothing, or hangs on conditions of single packets.
  func isOpened(_ witness: Witness) -> Bool? {
    guard witness.needsSessions else { return nil }
    let literals = witness.literals + witness.openings.flatMap(\.literals)
    // What is evaluated for each packet can have other outcomes for others that look the same here.
    guard literals.allSatisfy({ isGlobal($0.condition) }) else { return nil }
    var simulator = Simulator(network: self)
    simulator.valuation = { condition, _ in literals.contains(Literal(condition, true)) }
    var headers = [witness.header] + witness.openings.map(\.header)
    headers += (witness.openings.map(\.walk) + [witness.walk]).flatMap {
      $0.hops.map(\.state.header)
    }
    simulator.candidates = Candidates(for: headers)
    for opening in witness.openings {
      let walk = simulator.firstWalk(opening.header, from: opening.origin) { session in
        opening.walk.sessions.contains(session)
      }
      guard let walk else { return false }
      simulator = simulator.remembering(walk)
    }
    let outcome = witness.walk.outcome
    return simulator.firstWalk(witness.header, from: witness.origin) { $0 == outcome } != nil
  }

  private func isGlobal(_ condition: Int) -> Bool {
    !conditions.conditions.indices.contains(condition) || conditions[condition].scope == .global
  }

  /// Expects that a witness says how what it needs is opened.
  func expectOpenings(of witness: Witness) {
    #expect(isOpened(witness) ?? true)
  }
}

@Suite struct `Packets that open sessions` {
  private let back = Obligation.oneWay(from: members("segment:a"), to: members("segment:b"))

  private func openings(_ sketch: Sketch, _ asked: Obligation<Selection>) -> [Witness.Opening] {
    sketch.answer(asked, replies: .forbid).verdict.witnesses.flatMap(\.openings)
  }

  @Test func `a reply is shown with what it answers`() throws {
    let sketch = office(rule(.permit, fromAToB)) { $0.remembers(bypassing: true) }
    let answer = sketch.answer(back)
    let witness = try #require(answer.verdict.witnesses.first)
    #expect(witness.needsSessions)
    let opening = try #require(witness.openings.first)
    #expect(witness.openings.count == 1)
    #expect(opening.origin == .segment(0))
    #expect(opening.header.source == witness.header.destination)
    #expect(opening.header.destination == witness.header.source)
    #expect(opening.walk.sessions.map(\.device) == [0])
  }

  @Test func `what needs no session is shown alone`() throws {
    let sketch = office(rule(.permit)) { $0.remembers() }
    let witness = try #require(sketch.answer(back).verdict.witnesses.first)
    #expect(!witness.needsSessions && witness.openings.isEmpty)
  }

  @Test func `each device on the way has its session`() throws {
    let sketch = inSeries({
      $0.filters(rule(.permit, fromAToB))
      $0.remembers(bypassing: true)
    }) {
      $0.filters(rule(.permit, fromAToB))
      $0.remembers(bypassing: true)
    }
    let found = openings(sketch, back)
    // One packet opens both.
    #expect(found.count == 1)
    #expect(found.first?.walk.sessions.map(\.device) == [0, 1])
  }

  @Test func `the sender of a translated packet is the one who gets the reply`() throws {
    let sketch = office(rule(.permit, fromAToB)) { device in
      let hidden = device.translation("hide", .interface)
      let nat = device.list(
        "nat", [rule(.permit, fromAToB, .translateSource(hidden))], end: .permit)
      device.pipeline.departure += [.natFilter(nat, end: .source), .translateSource]
      device.remembers(bypassing: true)
    }
    let witness = try #require(sketch.answer(back).verdict.witnesses.first)
    let opening = try #require(witness.openings.first)
    #expect(opening.header.source == witness.walk.outcome.delivered?.destination)
    #expect(witness.header.destination != opening.header.source)
  }
}
