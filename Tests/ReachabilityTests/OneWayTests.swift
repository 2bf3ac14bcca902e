import Networks
import Packets
import Policies
import Testing

private let asked = Obligation.oneWay(from: members("segment:a"), to: members("segment:b"))

@Suite struct `One way only` {
  @Test func `that way everything may go`() {
    #expect(office(rule(.permit, fromAToB)).verdict(asked) == "holds")
  }

  @Test func `the other way not one port may`() {
    for open in [UInt128(0), 1, 65535] {
      let sketch = office(rule(.permit, fromAToB), rule(.permit, .all([fromBToA, udp(open)])))
      #expect(sketch.verdict(asked) == "violated connection")
    }
    let stray = office(rule(.permit, .all([fromBToA, isLaterFragment])))
    #expect(stray.verdict(asked) == "violated stray")
  }

  @Test func `the other way not one host may`() {
    for (open, verdict) in [
      ("10.0.1.0", "holds"), ("10.0.1.2", "violated connection"),
      ("10.0.1.254", "violated connection"), ("10.0.2.0", "holds"),
    ] {
      var sketch = office(rule(.permit, .all([from(open), udp(53)])))
      sketch.network.spoofing = .none
      #expect(sketch.verdict(asked) == verdict, "\(open)")
    }
  }

  @Test func `a reply goes back as well`() {
    let sketch = office(rule(.permit, fromAToB)) { device in
      device.remembers(bypassing: true)
      device.sessions?.acceptsRelated = false
    }
    #expect(sketch.verdict(asked) == "violated reply")
    #expect(sketch.verdict(asked, count: .connections) == "violated reply")
    #expect(sketch.verdict(isolate("segment:b", "segment:a")) == "holds")
  }

  @Test func `of sessions that nobody can open there are no replies`() {
    let sketch = office(rule(.permit, .all([from("10.9.0.0/24"), to("10.0.1.0/24")]))) {
      $0.remembers(bypassing: true)
    }
    #expect(sketch.verdict(asked) == "holds")
  }
}
