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

  @Test func `where only connections count, replies do and strays do not`() {
    let stray = office(rule(.permit, .all([fromBToA, tcp(flags: TCPFlags.ack)])))
    #expect(stray.verdict(asked) == "violated stray")
    #expect(stray.verdict(asked, count: .connections) == "holds")
    let answered = office(rule(.permit, fromAToB)) { $0.remembers(bypassing: true) }
    #expect(answered.verdict(asked, count: .connections) == "violated reply")
    let error = office(rule(.permit, fromAToB), rule(.deny)) { device in
      device.remembers(bypassing: true)
      let input = device.list("in", [rule(.permit, .field(.icmpType, Ranges(3)))])
      device.pipeline.arrival.insert(.ingressFilter([nil, input]), at: 0)
      device.sessions?.opens = .field(.protocol, Ranges(17))
    }
    #expect(error.verdict(asked) == "violated stray")
    #expect(error.verdict(asked, count: .connections) == "holds")
  }
}
