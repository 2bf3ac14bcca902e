import Networks
import Packets
import Policies
import Reachability
import Testing

private func apart(
  _ a: String = "segment:a", _ b: String = "segment:b", except: String? = nil
) -> Obligation<Selection> {
  .noDualHomed(members(a), members(b), except: except.map(members))
}

@Suite struct `Hosts with a foot in each zone` {
  @Test func `one in each zone is none, one in both is one`() {
    var sketch = office(rule(.deny))
    sketch.hosts("left", (0, "10.0.0.8", nil))
    sketch.hosts("right", (1, "10.0.1.8", nil))
    #expect(sketch.verdict(apart()) == "holds")
    sketch.hosts("historian", (0, "10.0.0.9", nil), (1, "10.0.1.9", nil))
    #expect(sketch.verdict(apart()) == "violated")
    guard case .violated(let violation) = sketch.answer(apart()).verdict else { return }
    #expect(violation.remarks.count == 1)
    #expect(violation.remarks.first?.hasPrefix("historian (sketch:") == true)
  }

  @Test func `the last address of a zone is in it and the next is not`() {
    var sketch = office(rule(.deny))
    sketch.hosts("historian", (0, "10.0.0.15", nil), (1, "10.0.1.8", nil))
    #expect(sketch.verdict(apart("10.0.0.8/29", "10.0.1.8/29")) == "violated")
    #expect(sketch.verdict(apart("10.0.0.8-10.0.0.14", "10.0.1.8/29")) == "holds")
    #expect(sketch.verdict(apart("10.0.0.8/29", "10.0.1.9-10.0.1.15")) == "holds")
  }

  @Test func `a listed one is excused, with all its feet`() {
    var sketch = office(rule(.deny))
    sketch.hosts("jump", (0, "10.0.0.9", nil), (1, "10.0.1.9", nil))
    #expect(sketch.verdict(apart(except: "endpoint:jump")) == "holds")
    #expect(sketch.verdict(apart(except: "10.0.0.9")) == "violated")
    sketch.hosts("other", (0, "10.0.0.10", nil), (1, "10.0.1.10", nil))
    #expect(sketch.verdict(apart(except: "endpoint:jump")) == "violated")
  }

  @Test func `a line is a foot`() {
    var sketch = office(rule(.deny))
    sketch.hosts("laptop", (0, "10.0.0.9", nil))
    #expect(sketch.verdict(apart()) == "holds")
    sketch.link(.endpoint(0), .segment(1))
    #expect(sketch.verdict(apart()) == "violated")
  }

  @Test func `the address of a line is in the zone that names it`() {
    for (zone, verdict) in [
      ("10.0.1.64/26", "violated"), ("10.0.1.0/26", "holds"), ("10.0.1.0-10.0.1.76", "holds"),
      ("10.0.1.0-10.0.1.77", "violated"), ("segment:b", "violated"),
    ] {
      var sketch = office(rule(.deny))
      sketch.hosts("laptop", (0, "10.0.0.9", nil))
      sketch.link(.endpoint(0), .segment(1), addresses: "10.0.1.77")
      #expect(sketch.verdict(apart("segment:a", zone)) == verdict, "\(zone)")
      #expect(sketch.verdict(apart("10.0.0.10", zone)) == "holds", "\(zone)")
    }
  }
}

@Suite struct `Devices with a foot in each zone` {
  /// A device with an interface of the first zone and one of the second.
  private func standing(_ kind: Device.Kind, _ first: String = "10.0.0.9/24") -> Sketch {
    var sketch = office(rule(.deny))
    _ = sketch.device("scada", (0, [first]), (1, ["10.0.1.9/24"])) { $0.kind = kind }
    return sketch
  }

  @Test func `a host is one, a firewall is not`() {
    #expect(standing(.host).verdict(apart()) == "violated")
    #expect(standing(.firewall).verdict(apart()) == "holds")
    #expect(standing(.host).verdict(apart(except: "device:scada")) == "holds")
  }

  @Test func `its address is in the zone or is not`() {
    for (first, verdict) in [
      ("10.0.0.15/24", "violated"), ("10.0.0.16/24", "holds"), ("10.0.0.7/24", "holds"),
    ] {
      #expect(standing(.host, first).verdict(apart("10.0.0.8/29")) == verdict, "\(first)")
    }
  }

  @Test func `an interface that is down is none`() {
    var sketch = standing(.host)
    sketch.network.devices[1].interfaces[0].isUp = false
    #expect(sketch.verdict(apart()) == "holds")
  }
}
