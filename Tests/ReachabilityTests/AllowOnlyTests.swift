import Networks
import Packets
import Policies
import Testing

private let (a, b) = ("segment:a", "segment:b")

@Suite struct `What conduits allow, and the next` {
  @Test func `a port`() {
    for (open, verdict) in [
      (UInt128(502)...502, "holds"), (502...503, "violated connection"),
      (501...502, "violated connection"),
    ] {
      let sketch = office(rule(.permit, .all([fromAToB, udp(open)])))
      #expect(sketch.verdict(allowOnly(a, b, conduit(a, b, "udp/502"))) == verdict, "\(open)")
      #expect(sketch.verdict(allowOnly(a, b, conduit(a, b, "udp/501-503"))) == "holds")
    }
  }

  @Test func `a destination`() {
    for (open, verdict) in [
      ("10.0.1.8/29", "holds"), ("10.0.1.8-10.0.1.16", "violated connection"),
      ("10.0.1.7-10.0.1.15", "violated connection"),
    ] {
      let sketch = office(rule(.permit, .all([to(open), udp(502)])))
      let allowed = conduit(a, "10.0.1.8/29", "udp/502")
      #expect(sketch.verdict(allowOnly(a, b, allowed)) == verdict, "\(open)")
    }
  }

  @Test func `a source`() {
    for (open, verdict) in [
      ("10.0.0.8/29", "holds"), ("10.0.0.8-10.0.0.16", "violated connection"),
      ("10.0.0.7-10.0.0.15", "violated connection"),
    ] {
      let sketch = office(rule(.permit, .all([from(open), udp(502)])))
      let allowed = conduit("10.0.0.8/29", b, "udp/502")
      #expect(sketch.verdict(allowOnly(a, b, allowed)) == verdict, "\(open)")
    }
  }

  @Test func `a part that is left out means all`() {
    let sketch = office(rule(.permit, .all([fromAToB, udp(502)])))
    for allowed in [
      conduit(nil, nil), conduit(nil, nil, "udp/502"), conduit(a, nil), conduit(nil, b),
    ] {
      #expect(sketch.verdict(allowOnly(a, b, allowed)) == "holds")
    }
    #expect(sketch.verdict(allowOnly(a, b)) == "violated connection")
    #expect(office(rule(.deny)).verdict(allowOnly(a, b)) == "holds")
  }

  @Test func `two conduits, and the gap between them`() {
    let both = [
      conduit(a, "10.0.1.8", "udp/502"), conduit("10.0.0.8", b, "udp/503"),
    ]
    let within = office(
      rule(.permit, .all([fromAToB, to("10.0.1.8"), udp(502)])),
      rule(.permit, .all([from("10.0.0.8"), udp(503)])))
    #expect(within.verdict(allowOnly(a, b, both[0], both[1])) == "holds")
    #expect(within.verdict(allowOnly(a, b, both[0])) == "violated connection")
    #expect(within.verdict(allowOnly(a, b, both[1])) == "violated connection")
    let crossed = office(rule(.permit, .all([from("10.0.0.9"), to("10.0.1.9"), udp(502)])))
    #expect(crossed.verdict(allowOnly(a, b, both[0], both[1])) == "violated connection")
  }

  @Test func `of a translation the delivered port and address count`() {
    let sketch = office(rule(.permit, .all([to("10.0.1.8"), udp(80)]))) { device in
      device.publishes(
        .all([to("10.0.0.100"), udp(8080)]), as: .pool(addresses("10.0.1.8")), port: 80)
    }
    #expect(sketch.verdict(allowOnly(a, b, conduit(a, "10.0.1.8", "udp/80"))) == "holds")
    #expect(
      sketch.verdict(allowOnly(a, b, conduit(a, "10.0.1.8", "udp/8080"))) == "violated connection")
    #expect(
      sketch.verdict(allowOnly(a, b, conduit(a, "10.0.1.9", "udp/80"))) == "violated connection")
  }

  @Test func `of a hidden source the one before the translation counts`() {
    let sketch = office { device in
      let hide = device.translation("hide", .pool(addresses("10.0.9.1")))
      let nat = device.list("snat", [rule(.permit, .any, .translateSource(hide))])
      let first = device.list("first", [rule(.permit, .all([from("10.0.0.8"), udp(502)]))])
      device.pipeline.departure = [
        .filter(first, role: .forwardFilter), .natFilter(nat, end: .source), .translateSource,
      ]
      device.remembers()
    }
    #expect(sketch.verdict(allowOnly(a, b, conduit("10.0.0.8", b))) == "holds")
    #expect(sketch.verdict(allowOnly(a, b, conduit("10.0.0.9", b))) == "violated connection")
  }

  @Test func `a source that anybody may forge admits whoever is where it is at home`() {
    var sketch = Sketch()
    let left = sketch.segment("left", "10.0.0.0/24")
    let right = sketch.segment("right", "10.0.2.0/24")
    let goal = sketch.segment("goal", "10.0.1.0/24")
    _ = sketch.device(
      "r", (left, ["10.0.0.1/24"]), (right, ["10.0.2.1/24"]), (goal, ["10.0.1.1/24"])
    ) { device in
      device.filters(rule(.permit, .all([from("10.0.0.8"), to("10.0.1.0/24"), udp(502)])))
    }
    let asked = allowOnly(
      "segment:left segment:right", "segment:goal", conduit("10.0.0.8", "segment:goal"))
    #expect(sketch.verdict(asked) == "holds")
    sketch.network.spoofing = .any
    #expect(sketch.verdict(asked) == "violated connection")
  }

  @Test func `connections within, and strays beyond`() {
    let sketch = office(
      rule(.permit, .all([fromAToB, udp(502)])), rule(.permit, .all([fromAToB, isLaterFragment])))
    let asked = allowOnly(a, b, conduit(a, b, "udp/502"))
    #expect(sketch.verdict(asked) == "violated stray")
    #expect(sketch.verdict(asked, count: .connections) == "holds")
  }
}
