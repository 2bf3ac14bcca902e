import Networks
import Packets
import Policies
import Reachability
import Simulation
import Testing

/// Two segments with a router between them that filters with these rules.
private func office(
  _ rules: ACL.Rule..., end: ACL.End = .deny, configure: (inout Device) -> Void = { _ in }
) -> Sketch {
  var sketch = Sketch()
  let a = sketch.segment("a", "10.0.0.0/24")
  let b = sketch.segment("b", "10.0.1.0/24")
  _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
    let list = device.list("forward", rules, end: end)
    device.pipeline.departure.append(.filter(list, role: .forwardFilter))
    configure(&device)
  }
  return sketch
}

@Suite struct `Verdicts on one filter` {
  @Test func `what is denied is isolated`() {
    #expect(office(rule(.deny)).verdict(isolate("segment:a", "segment:b")) == "holds")
  }

  @Test func `what is permitted is not`() {
    let sketch = office(rule(.permit))
    #expect(sketch.verdict(isolate("segment:a", "segment:b")) == "violated connection")
  }

  @Test func `the last port of a range is in it and the next is not`() {
    let sketch = office(rule(.permit, tcp(0...1023)))
    let asked = [(UInt128(1023), "violated half-open"), (1024, "holds")]
    for (port, verdict) in asked {
      #expect(sketch.verdict(isolate("segment:a", "segment:b", "tcp/\(port)")) == verdict)
    }
  }

  @Test func `the last address of a prefix is in it and the next is not`() {
    let sketch = office(rule(.permit, to("10.0.1.64/27")))
    let asked = [
      ("10.0.1.63", "holds"), ("10.0.1.64", "violated half-open"),
      ("10.0.1.95", "violated half-open"), ("10.0.1.96", "holds"),
    ]
    for (address, verdict) in asked {
      #expect(sketch.verdict(isolate("segment:a", address)) == verdict, "\(address)")
    }
  }
}
