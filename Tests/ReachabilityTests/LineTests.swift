import Networks
import Policies
import Testing

/// A station behind a router that lets it reach the control centre only, and the internet beyond.
private func station() -> Sketch {
  var sketch = Sketch()
  let centre = sketch.segment("centre", "10.0.0.0/24")
  let station = sketch.segment("station", "10.0.1.0/24")
  _ = sketch.internet(joins: centre)
  _ = sketch.device("r", (centre, ["10.0.0.1/24"]), (station, ["10.0.1.1/24"])) { device in
    device.filters(
      rule(.permit, .all([from("10.0.1.0/24"), to("10.0.0.0/24")])),
      rule(.permit, .all([from("10.0.0.0/24"), to("10.0.1.0/24")])))
  }
  sketch.hosts("clock", (centre, "10.0.0.5", "10.0.0.1"))
  sketch.hosts("rtu", (station, "10.0.1.5", "10.0.1.1"))
  return sketch
}

private let exit = Obligation.noExit(from: members("segment:station"), to: nil, except: nil)

@Suite struct `Lines besides the segments` {
  @Test func `a modem on a host of a segment is an exit of the segment`() {
    var sketch = station()
    #expect(sketch.verdict(exit) == "holds")
    sketch.link(.endpoint(1), .segment(2))
    #expect(sketch.verdict(exit) == "violated connection")
  }

  @Test func `a modem on a host elsewhere is none`() {
    var sketch = station()
    sketch.link(.endpoint(0), .segment(2))
    #expect(sketch.verdict(exit) == "holds")
  }

  @Test func `a second card in a segment with an exit is an exit`() {
    var sketch = station()
    sketch.hosts("laptop", (1, "10.0.1.9", "10.0.1.1"), (0, "10.0.0.9", nil))
    #expect(sketch.verdict(exit) == "violated connection")
  }

  @Test func `what must get through goes by the gateway that is named, not by the modem`() {
    var sketch = station()
    let time = mustReach("endpoint:rtu", "endpoint:clock", "udp/123")
    #expect(sketch.verdict(time) == "holds")
    sketch.link(.endpoint(1), .segment(2))
    #expect(sketch.verdict(time) == "holds")
  }
}
