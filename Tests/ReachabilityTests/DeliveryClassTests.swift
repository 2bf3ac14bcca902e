import Networks
import Packets
import Policies
import Testing

private let towardsB = isolate("segment:a", "segment:b")
private let towardsA = isolate("segment:b", "segment:a")

@Suite struct `Classes of delivery` {
  @Test func `what a TCP segment is hangs on its flags`() {
    let (syn, ack) = (TCPFlags.syn, TCPFlags.ack)
    for (flags, verdict) in [
      (syn, "violated half-open"), (syn | TCPFlags.ece | TCPFlags.cwr, "violated half-open"),
      (syn | ack, "violated stray"), (syn | TCPFlags.rst, "violated stray"),
      (syn | TCPFlags.fin, "violated stray"), (ack, "violated stray"), (0, "violated stray"),
    ] {
      let sketch = office(rule(.permit, .all([fromAToB, tcp(flags: flags)])))
      #expect(sketch.verdict(towardsB) == verdict, "\(flags)")
      #expect(sketch.verdict(towardsB, count: .connections) == "holds", "\(flags)")
    }
  }

  @Test func `a TCP connection needs its reply, and the reply is SYN and ACK`() {
    let there = rule(.permit, .all([fromAToB, tcp(80)]))
    let answer = TCPFlags.syn | TCPFlags.ack
    for (flags, verdict) in [
      (answer, "violated connection"), (TCPFlags.syn, "holds"), (TCPFlags.ack, "holds"),
    ] {
      let sketch = office(there, rule(.permit, .all([fromBToA, tcp(flags: flags)])))
      #expect(sketch.verdict(towardsB, count: .connections) == verdict, "\(flags)")
    }
  }

  @Test func `a reply to another port than the one that was asked is none`() {
    let there = rule(.permit, .all([fromAToB, tcp(80)]))
    for (port, verdict) in [(UInt128(80), "violated connection"), (81, "holds")] {
      let back = Match.all([
        fromBToA, .field(.protocol, Ranges(6)), .field(.sourcePort, Ranges(port)),
      ])
      let sketch = office(there, rule(.permit, back))
      #expect(sketch.verdict(towardsB, count: .connections) == verdict, "\(port)")
    }
  }

  @Test func `what needs no reply is a connection when it is delivered`() {
    let sketch = office(rule(.permit, .all([fromAToB, udp(53)])))
    #expect(sketch.verdict(towardsB, count: .connections) == "violated connection")
    #expect(sketch.verdict(towardsA, count: .connections) == "holds")
  }

  @Test func `a later fragment is a stray`() {
    let sketch = office(rule(.permit, .all([fromAToB, isLaterFragment])))
    #expect(sketch.verdict(towardsB) == "violated stray")
    #expect(sketch.verdict(towardsB, count: .connections) == "holds")
  }

  @Test func `an ICMP error about somebody's session is a stray`() {
    let sketch = stateful(related: true)
    #expect(sketch.verdict(towardsA) == "violated stray")
    #expect(sketch.verdict(towardsA, count: .connections) == "holds")
    #expect(stateful(related: false).verdict(towardsA) == "holds")
  }

  @Test func `a reply counts where replies are forbidden and nowhere else`() {
    let sketch = stateful(related: false)
    #expect(sketch.verdict(towardsB) == "violated connection")
    #expect(sketch.verdict(towardsA) == "holds")
    #expect(sketch.verdict(towardsA, replies: .forbid) == "violated reply")
    #expect(
      sketch.verdict(towardsA, count: .connections, replies: .forbid) == "violated reply")
    #expect(office(rule(.deny)).verdict(towardsA, replies: .forbid) == "holds")
  }

  @Test func `a reply to what nobody can send is none`() {
    let sketch = office(rule(.permit, .all([from("10.9.0.0/24"), to("10.0.1.0/24")]))) {
      $0.remembers(bypassing: true)
    }
    #expect(sketch.verdict(towardsA, replies: .forbid) == "holds")
  }

  @Test func `a filter without sessions takes a reply for any other packet`() {
    let sketch = office(
      rule(.permit, .all([fromAToB, tcp(80)])),
      rule(
        .permit,
        .all([fromBToA, .field(.tcpFlags, TCPFlags.initial.complement(upTo: 255))])))
    #expect(sketch.verdict(towardsA) == "violated stray")
    #expect(sketch.verdict(towardsA, count: .connections) == "holds")
  }

  @Test func `a range of ports that is moved far down is moved back for the reply`() {
    for (first, delivered) in [(UInt16(20), UInt128(22)), (0, 2), (65525, 65527), (8000, 8002)] {
      let sketch = office(rule(.permit, tcp(delivered))) { device in
        let server = device.translation(
          "server", .pool(addresses("10.0.1.5")), port: .shift(from: 8000...8010, to: first))
        let published = Match.all([to("10.0.0.77"), tcp(8000...8010)])
        let nat = device.list(
          "dnat", [rule(.permit, published, .translateDestination(server))], end: .permit)
        device.pipeline.arrival = [
          .natFilter(nat, end: .destination), .translateDestination, .route(.destination),
        ]
        device.pipeline.departure.append(.translateSource)
        device.remembers(bypassing: true)
      }
      for (port, verdict) in [
        ("8001", "holds"), ("8002", "violated connection"), ("8003", "holds"),
        ("\(delivered)", "violated connection"), ("\(delivered + 1)", "holds"),
      ] {
        let asked = isolate("segment:a", "10.0.1.5", "tcp/\(port)")
        #expect(sketch.verdict(asked, count: .connections) == verdict, "\(first) \(port)")
      }
    }
  }

  /// A firewall that lets `a` open sessions to `b`.
  private func stateful(related: Bool) -> Sketch {
    office(rule(.permit, fromAToB)) { device in
      device.remembers(bypassing: true)
      device.sessions?.acceptsRelated = related
    }
  }
}
