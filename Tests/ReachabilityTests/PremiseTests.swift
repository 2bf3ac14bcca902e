import Networks
import Packets
import Places
import Policies
import Testing

@testable import Reachability

@Suite struct `What a verdict rests on` {
  private let asked = isolate("segment:a", "segment:b")

  private func texts(_ answer: VerificationResult.Answer) -> [String] {
    answer.assumptions.map(\.text)
  }

  @Test func `says how hosts send and packets are routed`() {
    var sketch = office(rule(.deny))
    #expect(
      texts(sketch.answer(asked)) == [
        "hosts send from addresses of their segment (spoofing: segment)",
        "routes are as configured (routing: configured)",
        "no segment hides a device that the description lacks",
      ])
    sketch.network.spoofing = .any
    sketch.network.routing = .any
    #expect(texts(sketch.answer(asked)).first == "survives every routing change (routing: any)")
  }

  @Test func `has what was settled, at its place, and in the order of places`() throws {
    var sketch = office(rule(.deny))
    _ = sketch.condition("later", assumed: true)
    _ = sketch.condition("unsettled")
    let later = sketch.network.conditions[0].place
    var earlier = Condition(
      name: "earlier", scope: .global, place: Place(file: "sketch", line: 1), why: "a test")
    earlier.assumed = false
    _ = sketch.network.conditions.index(of: earlier)
    let placed = sketch.answer(asked).assumptions.filter { $0.place != nil }
    #expect(
      placed == [
        Premise("earlier = false", at: earlier.place), Premise("later = true", at: later),
      ])
  }

  @Test func `names constructs on the way that were treated as permitting`() {
    func sketch(_ last: ACL.Rule) -> Sketch {
      var sketch = Sketch()
      let a = sketch.segment("a", "10.0.0.0/24")
      let b = sketch.segment("b", "10.0.1.0/24")
      let unknown = sketch.condition("unknown")
      _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
        let opaque = ACL.Action.opaque(condition: unknown, writes: [])
        let first = device.list("first", [rule(opaque, fromAToB)], end: .permit)
        device.pipeline.departure.append(.filter(first, role: .plain))
        device.filters(last)
      }
      return sketch
    }
    let text = "r: first '1' is not modelled, and treated as permitting"
    let holding = sketch(rule(.deny))
    #expect(holding.verdict(asked) == "holds")
    let premise = holding.answer(asked).assumptions.last
    #expect(premise == Premise(text, at: Place(file: "first", line: 1)))
    // It weakens nothing: were it the only one to deny, nothing would hold.
    #expect(sketch(rule(.permit)).verdict(asked) == "undecided unknown")
    // What never comes to it does not rest on it.
    let back = holding.answer(isolate("segment:b", "segment:a"))
    #expect(back.verdict.standing == .holds && !texts(back).contains(text))
  }

  @Test func `does not count such a construct among what stops`() throws {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let unknown = sketch.condition("unknown")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
      let first = device.list("first", [rule(.opaque(condition: unknown, writes: []))])
      device.pipeline.departure.append(.filter(first, role: .plain))
      device.filters(rule(.deny))
    }
    let proof = try sketch.proof(asked)
    #expect(proof.blocking.map(\.list) == ["forward"])
    #expect(proof.cut?.decisions.map(\.rule.list) == ["forward"])
  }

  @Test func `has the outcomes for which a witness stands`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let night = sketch.condition("night")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
      device.filters(
        rule(.permit, .all([.condition(night), udp(53)])),
        rule(.permit, .all([.not(.condition(night)), udp(54)])))
    }
    let answer = sketch.answer(asked)
    #expect(answer.verdict.standing == .violated)
    let found = texts(answer).filter { $0.hasPrefix("a witness") }
    #expect(
      Set(found) == [
        "a witness of R1 stands where night = true", "a witness of R1 stands where night = false",
      ])
  }

  @Test func `says what was inferred, and whose filters are gone`() {
    var sketch = office(rule(.deny))
    sketch.network.notices = [
      Notice(.inferred, at: Place(file: "x"), "one"), Notice(.remark, at: Place(file: "x"), "no"),
    ]
    #expect(
      texts(sketch.answer(asked)).last
        == "what was inferred is so: 1 conclusion, listed as inferred")
    sketch.network = sketch.network.withoutFilters(of: [0])
    #expect(sketch.answer(asked).verdict.standing == .violated)
    #expect(texts(sketch.answer(asked)).last == "r filters nothing, as was asked")
  }

  @Test func `of what must arrive is not how hosts send`() {
    let reach = office(rule(.permit)).answer(mustReach("segment:a", "segment:b", "udp/53"))
    #expect(reach.verdict.standing == .holds)
    #expect(
      texts(reach) == [
        "routes are as configured (routing: configured)",
        "hosts take what is delivered to them, and answer it",
      ])
  }
}
