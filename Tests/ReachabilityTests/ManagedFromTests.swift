import Networks
import Packets
import Policies
import Testing

/// A router that forwards nothing and takes for itself what these rules permit.
private func managed(
  _ rules: ACL.Rule..., configure: (inout Device) -> Void = { _ in }
) -> Sketch {
  office(rule(.deny)) { device in
    let input = device.list("input", rules)
    device.pipeline.input = [.filter(input, role: .plain)]
    configure(&device)
  }
}

private func asked(_ from: String = "segment:b", _ text: String? = nil) -> Obligation<Selection> {
  .managedFrom(
    devices: members("device:r"), from: members(from), services: text.map(services))
}

@Suite struct `Who manages a device` {
  @Test func `the zone does, and nobody else`() {
    let permitted = rule(.permit, from("10.0.1.0/24"))
    #expect(managed(permitted).verdict(asked()) == "holds")
    #expect(managed(permitted, rule(.permit, from("10.0.0.9"))).verdict(asked()) != "holds")
    #expect(managed(permitted).verdict(asked("segment:a")) != "holds")
  }

  @Test func `other devices are somebody else, too`() {
    var sketch = managed(rule(.permit, from("10.0.1.0/24")))
    _ = sketch.device("s", (1, ["10.0.1.2/24"]))
    #expect(sketch.verdict(asked("segment:b")) != "holds")
    #expect(sketch.verdict(asked("segment:b device:s")) == "holds")
  }

  @Test func `the services of management and not those next to them`() {
    for (open, verdict) in [
      (tcp(21), "holds"), (tcp(22), "violated half-open"), (tcp(23), "violated half-open"),
      (tcp(24), "holds"), (udp(160), "holds"), (udp(161), "violated connection"),
      (udp(162), "holds"), (tcp(443), "violated half-open"), (tcp(444), "holds"),
    ] {
      let sketch = managed(rule(.permit, .all([from("10.0.0.0/24"), open]))) {
        $0.pipeline.output = [.filter($0.list("output", []), role: .plain)]
      }
      #expect(sketch.verdict(asked()) == verdict, "\(open)")
    }
  }

  @Test func `the services that are named instead`() {
    let sketch = managed(rule(.permit, .all([from("10.0.0.0/24"), udp(9000)])))
    #expect(sketch.verdict(asked()) == "holds")
    #expect(sketch.verdict(asked("segment:b", "udp/8999")) == "holds")
    #expect(sketch.verdict(asked("segment:b", "udp/9000")) == "violated connection")
  }

  @Test func `any address of the device counts`() {
    for (own, verdict) in [
      ("10.0.0.1", "violated connection"), ("10.0.1.1", "violated connection"),
      ("10.0.1.2", "holds"),
    ] {
      let sketch = managed(rule(.permit, .all([from("10.0.0.0/24"), to(own), udp(161)])))
      #expect(sketch.verdict(asked()) == verdict, "\(own)")
    }
  }

  @Test func `a translated address counts`() {
    for (published, verdict) in [("10.0.1.1", "violated connection"), ("10.0.1.9", "holds")] {
      let sketch = managed(rule(.permit, .all([from("10.0.0.0/24"), to("10.0.1.1"), udp(161)]))) {
        $0.publishes(to("10.0.0.100"), as: .pool(addresses(published)))
        let only = $0.list("in", [rule(.permit, to("10.0.0.100"))])
        $0.pipeline.arrival.insert(.ingressFilter([only, nil]), at: 0)
      }
      #expect(sketch.verdict(asked()) == verdict, "\(published)")
    }
  }

  @Test func `a link-local address counts`() {
    for (open, verdict) in [
      ("fe80::/64", "violated connection"), ("2001:db8:9::/64", "holds"),
    ] {
      var sketch = Sketch()
      let a = sketch.segment("a", "2001:db8::/64")
      let b = sketch.segment("b", "2001:db8:1::/64")
      _ = sketch.device("r", (a, ["2001:db8::1/64"]), (b, ["2001:db8:1::1/64"])) { device in
        let near = Match.field(.ingress, Ranges(1))
        let input = device.list("input", [rule(.permit, .all([near, to(open), udp(161)]))])
        device.pipeline.input = [.filter(input, role: .plain)]
      }
      #expect(sketch.verdict(asked()) == verdict, "\(open)")
    }
  }

  @Test func `a neighbour of the zone may forge its addresses`() {
    var sketch = managed(rule(.permit, .all([from("10.0.1.0/25"), udp(161)])))
    #expect(sketch.verdict(asked("10.0.1.0/25")) == "violated connection")
    sketch.network.spoofing = .none
    #expect(sketch.verdict(asked("10.0.1.0/25")) == "holds")
    #expect(sketch.verdict(asked("10.0.1.0-10.0.1.126")) == "violated connection")
  }
}
