import Networks
import Packets
import Policies
import Testing

/// An office with hosts 10.0.0.8 and 10.0.0.9, who want something of 10.0.1.8 and 10.0.1.9.
private func served(
  _ rules: ACL.Rule..., configure: (inout Device) -> Void = { _ in }
) -> Sketch {
  var sketch = office { device in
    let list = device.list("forward", rules)
    device.pipeline.departure = [.filter(list, role: .forwardFilter)]
    configure(&device)
  }
  sketch.hosts("clients", (0, "10.0.0.8-10.0.0.9", "10.0.0.1"))
  sketch.hosts("servers", (1, "10.0.1.8-10.0.1.9", "10.0.1.1"))
  return sketch
}

private let back = rule(.permit, fromBToA)
private let web = mustReach("segment:a", "segment:b", "tcp/80")

@Suite struct `What must get through` {
  @Test func `every declared address on either side, and no other`() {
    for (source, destination, verdict) in [
      ("10.0.0.8-10.0.0.9", "10.0.1.8-10.0.1.9", "holds"),
      ("10.0.0.8", "10.0.1.8-10.0.1.9", "violated lost"),
      ("10.0.0.9", "10.0.1.8-10.0.1.9", "violated lost"),
      ("10.0.0.8-10.0.0.9", "10.0.1.8", "violated lost"),
      ("10.0.0.8-10.0.0.9", "10.0.1.9", "violated lost"),
    ] {
      let open = Match.all([from(source), to(destination), tcp(80)])
      let sketch = served(rule(.permit, open), back)
      #expect(sketch.verdict(web) == verdict, "\(source) \(destination)")
    }
  }

  @Test func `every service that is asked for`() {
    let sketch = served(rule(.permit, .all([fromAToB, tcp(80...81)])), back)
    for (asked, verdict) in [
      ("tcp/80", "holds"), ("tcp/81", "holds"), ("tcp/80-81", "holds"),
      ("tcp/79-81", "violated lost"), ("tcp/80-82", "violated lost"), ("tcp/82", "violated lost"),
    ] {
      #expect(sketch.verdict(mustReach("segment:a", "segment:b", asked)) == verdict, "\(asked)")
    }
  }

  @Test func `every source port from 1024 on`() {
    for (ports, verdict) in [
      (UInt128(1024)...65535, "holds"), (1025...65535, "violated lost"),
      (1024...65534, "violated lost"), (0...65535, "holds"),
    ] {
      let open = Match.all([fromAToB, tcp(80), .field(.sourcePort, Ranges(ports))])
      #expect(served(rule(.permit, open), back).verdict(web) == verdict, "\(ports)")
    }
  }

  @Test func `the reply as well`() {
    let there = rule(.permit, .all([fromAToB, tcp(80)]))
    #expect(served(there).verdict(web) == "violated lost")
    for (open, verdict) in [
      (Match.field(.sourcePort, Ranges(80)), "holds"),
      (.field(.sourcePort, Ranges(81)), "violated lost"),
      (tcp(flags: TCPFlags.syn | TCPFlags.ack), "holds"),
      (tcp(flags: TCPFlags.ack), "violated lost"),
    ] {
      #expect(served(there, rule(.permit, .all([fromBToA, open]))).verdict(web) == verdict)
    }
  }

  @Test func `a firewall that remembers lets the reply back by itself`() {
    let sketch = served(rule(.permit, .all([fromAToB, tcp(80)]))) {
      $0.remembers(bypassing: true)
    }
    #expect(sketch.verdict(web) == "holds")
    #expect(sketch.verdict(mustReach("segment:b", "segment:a", "tcp/80")) == "violated lost")
  }

  @Test func `whatever the conditions are`() {
    for (assumed, verdict) in [
      (nil, "undecided gw/schedule:day"), (true, "holds"), (false, "violated lost"),
    ] as [(Bool?, String)] {
      var sketch = served()
      let day = sketch.condition("gw/schedule:day", assumed: assumed)
      sketch.network.devices[0].acls[1].rules = [
        rule(.permit, .all([fromAToB, tcp(80), .condition(day)])), back,
      ]
      #expect(sketch.verdict(web) == verdict)
    }
  }

  @Test func `whichever of two equal ways is chosen`() {
    for (second, verdict) in [("10.0.8.3", "violated lost"), ("10.0.8.2", "holds")] {
      var sketch = Sketch()
      let a = sketch.segment("a", "10.0.0.0/24")
      let between = sketch.segment("between", "10.0.8.0/24")
      let b = sketch.segment("b", "10.0.1.0/24")
      _ = sketch.device("r1", (a, ["10.0.0.1/24"]), (between, ["10.0.8.1/24"])) { device in
        device.route(
          "10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil),
          .gateway(address(second), interface: nil))
      }
      for (name, own) in [("r2", "2"), ("r3", "3")] {
        _ = sketch.device(
          name, (between, ["10.0.8.\(own)/24"]), (b, ["10.0.1.\(own)/24"])
        ) { device in
          device.route("10.0.0.0/24", .gateway(address("10.0.8.1"), interface: nil))
          device.filters(rule(name == "r2" ? .permit : .deny))
        }
      }
      sketch.hosts("clients", (a, "10.0.0.8", "10.0.0.1"))
      sketch.hosts("servers", (b, "10.0.1.8", "10.0.1.2"))
      #expect(sketch.verdict(web) == verdict, "\(second)")
      #expect(sketch.verdict(isolate("segment:a", "segment:b")) == "violated connection")
    }
  }

  @Test func `the gateway that a host names is the one that counts`() {
    for (gateway, verdict) in [("10.0.0.1", "holds"), ("10.0.0.2", "violated lost")] {
      var sketch = office(rule(.permit))
      _ = sketch.device("dead", (0, ["10.0.0.2/24"]))
      sketch.hosts("clients", (0, "10.0.0.8", gateway))
      sketch.hosts("servers", (1, "10.0.1.8", "10.0.1.1"))
      #expect(sketch.verdict(web) == verdict, "\(gateway)")
    }
  }

  @Test func `all usable addresses where none is declared`() {
    for (open, verdict) in [
      ("10.0.1.0/24", "holds"), ("10.0.1.1-10.0.1.254", "holds"),
      ("10.0.1.1-10.0.1.253", "violated lost"), ("10.0.1.3-10.0.1.254", "violated lost"),
    ] {
      let sketch = office(rule(.permit, to(open)), back)
      #expect(sketch.verdict(web) == verdict, "\(open)")
    }
  }
}
