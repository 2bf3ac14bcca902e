import Networks
import Packets
import Policies
import Reachability
import Simulation
import Testing

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
