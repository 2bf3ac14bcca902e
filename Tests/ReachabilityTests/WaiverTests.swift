import Networks
import Packets
import Policies
import Reachability
import Testing

private let asked = isolate("segment:a", "segment:b")
private let open = office(rule(.permit, .all([fromAToB, udp(502...503)])))

@Suite struct `Waivers` {
  @Test func `they excuse exactly what they list`() {
    for (listed, verdict) in [
      ("udp/502-503", "violated connection waived"), ("udp/502", "violated connection"),
      ("udp/503", "violated connection"), ("udp/501-504", "violated connection waived"),
    ] {
      let waived = conduit("segment:a", "segment:b", listed)
      #expect(open.verdict(asked, waiving: [waived]) == verdict, "\(listed)")
    }
    let halves = ["udp/502", "udp/503"].map { conduit("segment:a", "segment:b", $0) }
    #expect(open.verdict(asked, waiving: halves) == "violated connection waived")
  }

  @Test func `up to the last address on either side`() {
    let pair = office(
      rule(.permit, .all([from("10.0.0.8/29"), to("10.0.1.8/29"), udp(502)])))
    for (source, destination, verdict) in [
      ("10.0.0.8/29", "10.0.1.8/29", "violated connection waived"),
      ("10.0.0.8-10.0.0.14", "10.0.1.8/29", "violated connection"),
      ("10.0.0.8/29", "10.0.1.9-10.0.1.15", "violated connection"),
    ] {
      let waived = conduit(source, destination)
      #expect(pair.verdict(asked, waiving: [waived]) == verdict, "\(source) \(destination)")
    }
  }

  @Test func `up to the last day`() {
    for (until, verdict) in [
      ("2025-06-02", "violated connection waived"), ("2025-06-01", "violated connection waived"),
      ("2025-05-31", "violated connection"),
    ] {
      let waived = conduit("segment:a", "segment:b")
      #expect(open.verdict(asked, waiving: [waived], until: until) == verdict, "\(until)")
    }
  }

  @Test func `of a translation they list the delivered port`() {
    let sketch = office(rule(.permit, udp(80))) { device in
      device.publishes(udp(8080), port: 80)
    }
    for (listed, verdict) in [
      ("udp/80", "violated connection waived"), ("udp/8080", "violated connection"),
    ] {
      let waived = conduit("segment:a", "segment:b", listed)
      #expect(sketch.verdict(asked, waiving: [waived]) == verdict, "\(listed)")
    }
  }

  @Test func `what is excused does not count in the exit status`() {
    for (listed, status) in [("udp/502-503", Int32(0)), ("udp/502", 1)] {
      let answer = open.answer(asked, waiving: [conduit(nil, nil, listed)])
      #expect(VerificationResult(answers: [answer], conditions: []).exitStatus == status)
    }
  }

  @Test func `they do not make what is proved any weaker`() {
    let sketch = office(rule(.deny))
    #expect(sketch.verdict(asked, waiving: [conduit(nil, nil)]) == "holds")
  }
}
