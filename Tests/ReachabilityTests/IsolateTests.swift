import Networks
import Packets
import Policies
import Testing

@Suite struct `Isolation on both sides of the line` {
  @Test func `a range of ports, from its first to its last`() {
    let sketch = office(rule(.permit, udp(100...200)))
    let asked = [
      (99, "holds"), (100, "violated connection"), (200, "violated connection"), (201, "holds"),
    ]
    for (port, verdict) in asked {
      #expect(sketch.verdict(isolate("segment:a", "segment:b", "udp/\(port)")) == verdict)
    }
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "udp/0-99")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "udp/201-65535")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "tcp")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "segment:b")) == "violated connection")
  }

  @Test func `a zone from its first address to its last`() {
    for (open, verdict) in [
      ("10.0.1.7", "holds"), ("10.0.1.8", "violated connection"),
      ("10.0.1.15", "violated connection"), ("10.0.1.16", "holds"),
    ] {
      let sketch = office(rule(.permit, .all([to(open), udp(53)])))
      #expect(sketch.verdict(isolate("segment:a", "10.0.1.8/29")) == verdict, "\(open)")
    }
  }

  @Test func `a type of ICMP, and the next`() {
    let echo = Match.all([.field(.protocol, Ranges(1)), .field(.icmpType, Ranges(8))])
    let sketch = office(rule(.permit, echo))
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "icmp/8")) == "violated connection")
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "icmp/7")) == "holds")
    #expect(sketch.verdict(isolate("segment:a", "segment:b", "icmp/9")) == "holds")
  }

  @Test func `a sender uses the sources that spoofing lets it use and no others`() {
    var near = office(rule(.permit, .all([from("10.0.0.8"), udp(53)])))
    let fromNext = isolate("10.0.0.9", "segment:b")
    #expect(near.verdict(fromNext) == "violated connection")
    near.network.spoofing = .none
    #expect(near.verdict(fromNext) == "holds")
    #expect(near.verdict(isolate("10.0.0.8", "segment:b")) == "violated connection")

    var far = office(rule(.permit, .all([from("10.9.0.8"), udp(53)])))
    #expect(far.verdict(fromNext) == "holds")
    far.network.spoofing = .any
    #expect(far.verdict(fromNext) == "violated connection")
  }

  @Test func `services match the sent port and the delivered one`() {
    let sketch = office(rule(.permit, udp(80))) { device in
      device.publishes(udp(8080), port: 80)
      let only = device.list("in", [rule(.permit, udp(8080))])
      device.pipeline.arrival.insert(.ingressFilter([only, nil]), at: 0)
    }
    for (port, verdict) in [
      (79, "holds"), (80, "violated connection"), (81, "holds"), (8079, "holds"),
      (8080, "violated connection"), (8081, "holds"),
    ] {
      #expect(sketch.verdict(isolate("segment:a", "segment:b", "udp/\(port)")) == verdict)
    }
  }

  @Test func `both families, one as the other`() {
    for (denied, verdict) in [
      ([0], "violated connection"), ([1], "violated connection"), ([0, 1], "holds"),
    ] {
      var sketch = Sketch()
      let a = sketch.segment("a", "10.0.0.0/24", "2001:db8::/64")
      let b = sketch.segment("b", "10.0.1.0/24", "2001:db8:1::/64")
      _ = sketch.device(
        "r", (a, ["10.0.0.1/24", "2001:db8::1/64"]), (b, ["10.0.1.1/24", "2001:db8:1::1/64"])
      ) { device in
        device.filters(
          rule(.deny, .field(.family, Ranges(values: denied.map { UInt128($0) }))),
          end: .permit)
      }
      #expect(sketch.verdict(isolate("segment:a", "segment:b")) == verdict, "\(denied)")
    }
  }

  @Test func `hosts of one segment are never apart`() {
    let sketch = office(rule(.deny))
    #expect(sketch.verdict(isolate("10.0.1.8", "10.0.1.9")) == "violated connection")
  }

  @Test func `a later fragment has no port to be stopped by`() {
    let stopped = office(rule(.deny, tcp(0...65535)), rule(.permit, .field(.protocol, Ranges(6))))
    #expect(stopped.verdict(isolate("segment:a", "segment:b", "tcp/0-65535")) == "holds")
    #expect(stopped.verdict(isolate("segment:a", "segment:b")) == "violated stray")
    let all = office(rule(.deny, .field(.protocol, Ranges(6))), rule(.permit, tcp(0...65535)))
    #expect(all.verdict(isolate("segment:a", "segment:b")) == "holds")
  }

  @Test func `a device that a zone names is reached by any of its addresses`() {
    for (open, verdict) in [
      ("10.0.1.1", "violated connection"), ("10.0.0.1", "violated connection"),
      ("10.0.1.2", "holds"),
    ] {
      let sketch = office(rule(.permit)) { device in
        let input = device.list("input", [rule(.permit, .all([to(open), udp(161)]))])
        device.pipeline.input = [.filter(input, role: .plain)]
      }
      #expect(sketch.verdict(isolate("segment:a", "device:r")) == verdict, "\(open)")
    }
  }
}
