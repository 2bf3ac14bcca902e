import Networks
import Packets
import Policies
import Testing

/// A station behind a router that filters with these rules, and the internet beyond it.
private func station(
  _ rules: ACL.Rule..., configure: (inout Device) -> Void = { _ in }
) -> Sketch {
  var sketch = Sketch()
  let bay = sketch.segment("bay", "10.0.0.0/24")
  let edge = sketch.segment("edge", "10.0.1.0/24")
  _ = sketch.internet(joins: edge)
  _ = sketch.device("r", (bay, ["10.0.0.1/24"]), (edge, ["10.0.1.1/24"])) { device in
    device.route("0.0.0.0/0", .gateway(address("10.0.1.254"), interface: nil))
    let list = device.list("forward", rules)
    device.pipeline.departure.append(.filter(list, role: .forwardFilter))
    configure(&device)
  }
  return sketch
}

private func noExit(
  _ from: String = "segment:bay", to: String? = nil, except: String? = nil
) -> Obligation<Selection> {
  .noExit(from: members(from), to: to.map(members), except: except.map(members))
}

private let outwards = rule(.permit, .all([from("10.0.0.0/24"), to("203.0.113.8/29"), udp(53)]))

@Suite struct `Exits` {
  @Test func `none, and one to a single address`() {
    #expect(station(rule(.deny)).verdict(noExit()) == "holds")
    #expect(station(rule(.permit, to("10.0.1.0/24"))).verdict(noExit()) == "holds")
    let one = station(rule(.permit, .all([to("203.0.113.8"), udp(53)])))
    #expect(one.verdict(noExit()) == "violated connection")
  }

  @Test func `to the addresses of a feed, and those next to them`() {
    let sketch = station(outwards)
    for (feed, verdict) in [
      ("203.0.113.7", "holds"), ("203.0.113.8", "violated connection"),
      ("203.0.113.15", "violated connection"), ("203.0.113.16", "holds"),
      ("203.0.113.0-203.0.113.7", "holds"), ("203.0.113.16-203.0.113.255", "holds"),
      ("203.0.113.0/24", "violated connection"), ("internet", "violated connection"),
    ] {
      #expect(sketch.verdict(noExit(to: feed)) == verdict, "\(feed)")
    }
  }

  @Test func `but to the addresses of a list, and no further`() {
    let sketch = station(outwards)
    for (list, verdict) in [
      ("203.0.113.8/29", "holds"), ("203.0.113.8-203.0.113.14", "violated connection"),
      ("203.0.113.9-203.0.113.15", "violated connection"), ("203.0.113.0/24", "holds"),
      ("203.0.113.8-203.0.113.11 203.0.113.12-203.0.113.15", "holds"),
    ] {
      #expect(sketch.verdict(noExit(except: list)) == verdict, "\(list)")
    }
    #expect(sketch.verdict(noExit(to: "203.0.113.8/30", except: "203.0.113.8/31")) != "holds")
    #expect(sketch.verdict(noExit(to: "203.0.113.8/31", except: "203.0.113.8/31")) == "holds")
  }

  @Test func `a reply carries data out`() {
    let inwards = rule(.permit, .all([to("10.0.0.0/24"), udp(53)]))
    let sketch = station(inwards) { device in
      device.remembers(bypassing: true)
      device.sessions?.acceptsRelated = false
    }
    #expect(sketch.verdict(noExit()) == "violated reply")
    #expect(sketch.verdict(noExit(), count: .connections) == "violated reply")
    #expect(station(inwards).verdict(noExit()) == "holds")
  }

  @Test func `a hidden source goes out as well`() {
    for (hidden, verdict) in [("10.0.0.0/24", "violated connection"), ("10.9.0.0/24", "holds")] {
      let sketch = station { device in
        let hide = device.translation("hide", .pool(addresses("10.0.1.1")))
        let nat = device.list(
          "snat", [rule(.permit, from(hidden), .translateSource(hide))], end: .permit)
        let last = device.list("last", [rule(.permit, .all([from("10.0.1.1"), udp(53)]))])
        device.pipeline.departure = [
          .natFilter(nat, end: .source), .translateSource, .filter(last, role: .forwardFilter),
        ]
        device.remembers()
      }
      #expect(sketch.verdict(noExit()) == verdict, "\(hidden)")
    }
  }

  @Test func `through a relay that the zone reaches it is undecided`() {
    let through = "undecided: an exit may lead through the relay proxy, which is not followed"
    for (open, verdict) in [
      (udp(3127), "holds"), (udp(3128), through), (udp(3129), "holds"),
    ] {
      var sketch = station(rule(.permit, .all([to("10.0.1.9"), open])))
      sketch.hosts("proxy", (1, "10.0.1.9", "10.0.1.1"))
      #expect(sketch.verdict(noExit()) == "holds")
      sketch.relays(0, "udp/3128", "tcp/443")
      #expect(sketch.verdict(noExit()) == verdict)
      #expect(sketch.verdict(noExit(), exits: .direct) == "holds")
    }
  }

  @Test func `through a relay that reaches the zone it is undecided`() {
    let through = "undecided: an exit may lead through the relay historian, which is not followed"
    for (open, verdict) in [(tcp(1432), "holds"), (tcp(1433), through), (tcp(1434), "holds")] {
      var sketch = station(rule(.permit, .all([from("10.0.1.9"), to("10.0.0.0/24"), open])))
      sketch.hosts("historian", (1, "10.0.1.9", "10.0.1.1"))
      sketch.relays(0, "tcp/443", "tcp/1433")
      #expect(sketch.verdict(noExit()) == verdict)
      #expect(sketch.verdict(noExit(), exits: .direct) == "holds")
    }
  }

  @Test func `a relay in the zone goes where the zone goes`() {
    var sketch = station(rule(.deny))
    sketch.hosts("proxy", (0, "10.0.0.9", "10.0.0.1"))
    sketch.relays(0, "udp/3128", "tcp/443")
    #expect(sketch.verdict(noExit()) == "holds")
  }

  @Test func `a direct exit is found beside a relay`() {
    var sketch = station(outwards, rule(.permit, to("10.0.1.9")))
    sketch.hosts("proxy", (1, "10.0.1.9", "10.0.1.1"))
    sketch.relays(0, "udp/3128", "tcp/443")
    #expect(sketch.verdict(noExit()) == "violated connection")
    #expect(sketch.verdict(noExit(), exits: .direct) == "violated connection")
  }

  @Test func `what may leave through a relay is not excused with the direct exits`() {
    var sketch = station(outwards, rule(.permit, to("10.0.1.9")))
    sketch.hosts("proxy", (1, "10.0.1.9", "10.0.1.1"))
    let waived = [conduit(nil, nil)]
    #expect(sketch.verdict(noExit(), waiving: waived) == "violated connection waived")
    sketch.relays(0, "udp/3128", "tcp/443")
    #expect(sketch.verdict(noExit(), waiving: waived) == "violated connection")
    let direct = sketch.verdict(noExit(), exits: .direct, waiving: waived)
    #expect(direct == "violated connection waived")
  }
}
