import Networks
import Packets
import Policies
import Reachability
import Simulation
import Testing

private let asked = isolate("segment:a", "segment:b")

/// An office whose rules are made of two conditions `x` and `y`.
private func office(
  _ scope: Condition.Scope, x: Bool? = nil, y: Bool? = nil,
  _ rules: (_ x: Match, _ y: Match) -> [ACL.Rule]
) -> Sketch {
  var sketch = office()
  let conditions = [
    sketch.condition("r/c:x", scope: scope, assumed: x),
    sketch.condition("r/c:y", scope: scope, assumed: y),
  ]
  sketch.network.devices[0].acls[0].rules =
    rules(.condition(conditions[0]), .condition(conditions[1]))
  return sketch
}

private let dns = Match.all([fromAToB, udp(53)])

@Suite struct `What the input does not settle` {
  @Test func `a condition gives each of the three verdicts`() {
    let scopes = [
      Condition.Scope.global, Condition.ofSource, Condition.ofDestination, Condition.ofPacket,
    ]
    for scope in scopes {
      let permits = office(scope) { x, _ in [rule(.permit, .all([dns, x]))] }
      #expect(permits.verdict(asked) == "undecided r/c:x", "\(scope)")
      let denies = office(scope) { x, _ in [rule(.deny, x), rule(.permit, dns)] }
      #expect(denies.verdict(asked) == "undecided r/c:x", "\(scope)")
      let idle = office(scope) { x, _ in [rule(.permit, .all([udp(54), x])), rule(.permit, dns)] }
      #expect(idle.verdict(asked) == "violated connection", "\(scope)")
      #expect(idle.verdict(isolate("segment:a", "segment:b", "udp/55")) == "holds", "\(scope)")
    }
  }

  @Test func `a condition that can only forbid weakens no proof`() {
    let sketch = office(.global) { x, _ in
      [rule(.permit, .all([from("10.9.0.0/24"), x])), rule(.deny, x)]
    }
    #expect(sketch.verdict(asked) == "holds")
  }

  @Test func `both outcomes of one global condition cover everything, with a witness each`() {
    let sketch = office(.global) { x, _ in
      [rule(.permit, .all([udp(53), x])), rule(.permit, .all([udp(54), .not(x)]))]
    }
    #expect(sketch.verdict(asked) == "violated connection connection")
    let two = office(.global) { x, y in
      [rule(.permit, .all([udp(53), x])), rule(.permit, .all([udp(54), .not(y)]))]
    }
    #expect(two.verdict(asked) == "undecided r/c:x r/c:y")
  }

  @Test func `both outcomes for one packet cover it, those for two packets do not`() {
    let same = office(Condition.ofDestination) { x, _ in
      [rule(.permit, .all([dns, x])), rule(.permit, .all([dns, .not(x)]))]
    }
    #expect(same.verdict(asked) == "violated connection")
    let other = office(Condition.ofDestination) { x, _ in
      [
        rule(.permit, .all([to("10.0.1.8"), udp(53), x])),
        rule(.permit, .all([to("10.0.1.9"), udp(53), .not(x)])),
      ]
    }
    #expect(other.verdict(asked) == "undecided r/c:x")
    let ports = office(Condition.ofDestination) { x, _ in
      [
        rule(.permit, .all([to("10.0.1.8"), udp(53), x])),
        rule(.permit, .all([to("10.0.1.8"), udp(54), .not(x)])),
      ]
    }
    #expect(ports.verdict(asked).hasPrefix("violated connection"))
  }

  @Test func `two conditions that must both be true are both named`() {
    let sketch = office(.global) { x, y in [rule(.permit, .all([dns, x, y]))] }
    #expect(sketch.verdict(asked) == "undecided r/c:x r/c:y")
  }

  @Test func `what is assumed settles it, and is listed`() {
    for (x, verdict) in [(true, "violated connection"), (false, "holds")] {
      let sketch = office(.global, x: x) { x, _ in [rule(.permit, .all([dns, x]))] }
      #expect(sketch.verdict(asked) == verdict)
      #expect(sketch.answer(asked).assumptions.map(\.text).contains("r/c:x = \(x)"))
    }
    let half = office(.global, x: true) { x, y in [rule(.permit, .all([dns, x, y]))] }
    #expect(half.verdict(asked) == "undecided r/c:y")
  }

  @Test func `a doubt has a witness under its conditions, and the flows`() {
    let sketch = office(.global) { x, _ in [rule(.permit, .all([dns, x]))] }
    guard case .undecided(let doubt) = sketch.answer(asked).verdict else {
      Issue.record("not undecided")
      return
    }
    #expect(doubt.witness?.literals.map(\.value) == [true])
    #expect(doubt.witness?.deliveryClass == .connection)
    #expect(doubt.flows.entries.map { $0.box[.destinationPort] } == [Ranges(53)])
  }

  @Test func `a route that may exist is a condition`() {
    for (assumed, verdict) in [
      (nil, "undecided r/route:x"), (true, "violated connection"), (false, "holds"),
    ] as [(Bool?, String)] {
      var sketch = Sketch()
      let a = sketch.segment("a", "10.0.0.0/24")
      let between = sketch.segment("between", "10.0.8.0/24")
      let b = sketch.segment("b", "10.0.1.0/24")
      let route = sketch.condition("r/route:x", assumed: assumed)
      _ = sketch.device("r", (a, ["10.0.0.1/24"]), (between, ["10.0.8.1/24"])) { device in
        device.route(
          "10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil), condition: route)
      }
      _ = sketch.device("r2", (between, ["10.0.8.2/24"]), (b, ["10.0.1.1/24"])) { device in
        device.route("10.0.0.0/24", .gateway(address("10.0.8.1"), interface: nil))
      }
      #expect(sketch.verdict(asked) == verdict)
    }
  }

  @Test func `an action that is not understood drops, passes or rewrites`() {
    for (writes, destination, verdict) in [
      ([], "10.0.1.8", "undecided r/c:x"), ([], "10.0.1.9", "holds"),
      ([.destinationIPv4], "10.0.1.9", "undecided r/c:x"),
    ] as [([HeaderField], String, String)] {
      var sketch = office()
      let step = sketch.condition("r/c:x", scope: Condition.ofPacket)
      sketch.network.devices[0].acls[0].rules = [
        rule(
          .opaque(condition: step, writes: writes), .all([fromAToB, to("10.0.1.8"), udp(53)]))
      ]
      #expect(sketch.verdict(isolate("segment:a", destination)) == verdict, "\(writes)")
    }
  }
}
