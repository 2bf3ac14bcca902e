import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Lists of rules` {
  /// Whether a router with these lists passes a packet from one segment to another; the last list
  /// that `configure` returns is its forward filter.
  private func passes(
    _ packet: Header, true names: Set<String> = [],
    configure: (inout Plan, inout Device) -> Int
  ) -> Bool {
    let (simulator, lan) = simulator(true: names, configure: configure)
    return simulator.deliveries(packet, from: .segment(lan)).outcomes.contains {
      if case .delivered(1, packet) = $0 { true } else { false }
    }
  }

  private func simulator(
    true names: Set<String> = [], candidates: Candidates = Candidates(),
    configure: (inout Plan, inout Device) -> Int
  ) -> (Simulator, Int) {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24", "2001:db8::/64")
    let far = plan.segment("far", "10.0.1.0/24", "2001:db8:1::/64")
    let r = plan.device(
      "r", (lan, ["10.0.0.1/24", "2001:db8::1/64"]), (far, ["10.0.1.1/24", "2001:db8:1::1/64"]))
    var device = plan.network.devices[r]
    let list = configure(&plan, &device)
    device.pipeline.departure = [.filter(list, role: .forwardFilter)]
    plan.network.devices[r] = device
    return (plan.simulator(true: names, candidates: candidates), lan)
  }

  private let packet = tcp("10.0.0.5", "10.0.1.9")

  @Test func `the first rule that matches decides`() {
    for (rules, expected) in [
      ([rule(.deny, port(443...443)), rule(.permit)], false),
      ([rule(.permit, port(443...443)), rule(.deny)], true),
      ([rule(.deny, port(444...444)), rule(.permit)], true),
      ([rule(.reject, port(443...443)), rule(.permit)], false),
      ([rule(.next), rule(.permit)], true),
    ] {
      #expect(passes(packet) { $1.list("f", rules) } == expected)
    }
  }

  @Test func `the end of the list is its policy`() {
    #expect(passes(packet) { $1.list("f", [], end: .permit) })
    #expect(!passes(packet) { $1.list("f", [], end: .deny) })
    #expect(passes(packet) { $1.list("f", [rule(.return), rule(.deny)], end: .permit) })
    #expect(!passes(packet) { $1.list("f", [rule(.return), rule(.permit)], end: .deny) })
  }

  @Test func `a jump comes back, and a jumped-to list has no policy`() {
    let lists = { (inner: [ACL.Rule], innerEnd: ACL.End) in
      { (_: inout Plan, device: inout Device) in
        let target = device.list("inner", inner, end: innerEnd)
        return device.list("outer", [rule(.jump(target)), rule(.permit, port(443...443))])
      }
    }
    #expect(passes(packet, configure: lists([], .deny)))
    #expect(passes(packet, configure: lists([rule(.return), rule(.deny)], .deny)))
    #expect(!passes(packet, configure: lists([rule(.deny)], .permit)))
    #expect(!passes(tcp("10.0.0.5", "10.0.1.9", 80), configure: lists([], .permit)))
    #expect(passes(tcp("10.0.0.5", "10.0.1.9", 80), configure: lists([rule(.permit)], .deny)))
  }

  @Test func `a goto does not come back, and ends by the policy of the list that is run`() {
    for (end, inner) in [(ACL.End.permit, ACL.End.deny), (.deny, .permit)] {
      let result = passes(packet) { _, device in
        let target = device.list("inner", [rule(.permit, port(80...80))], end: inner)
        return device.list(
          "outer", [rule(.goto(target)), rule(end == .permit ? .deny : .permit)], end: end)
      }
      #expect(result == (end == .permit))
    }
  }

  @Test func `a goto in a jumped-to list returns to the jump`() {
    let result = passes(packet) { _, device in
      let third = device.list("third", [rule(.return)])
      let second = device.list("second", [rule(.goto(third)), rule(.deny)])
      return device.list("first", [rule(.jump(second)), rule(.permit)])
    }
    #expect(result)
  }

  @Test(arguments: [true, false])
  func `lists in a circle lose the packet`(jumps: Bool) {
    let (simulator, lan) = simulator { _, device in
      let first = device.acls.count
      let go = { (list: Int) in rule(jumps ? .jump(list) : .goto(list)) }
      _ = device.list("first", [go(first + 1), rule(.permit)])
      _ = device.list("second", [go(first), rule(.permit)])
      return first
    }
    #expect(simulator.losses(packet, from: .segment(lan)) == [.jumpCycle])
  }

  @Test func `a list may be jumped to twice`() {
    let result = passes(packet) { _, device in
      let count = device.list("count", [rule(.next, .any, .set(.mark, 7))])
      return device.list(
        "f", [rule(.jump(count)), rule(.jump(count)), rule(.permit, .field(.mark, Ranges(7)))])
    }
    #expect(result)
  }

  @Test func `nested jumps do not run for ever`() {
    let (simulator, lan) = simulator { _, device in
      var target = device.list("0", [])
      for level in 1...40 {
        target = device.list("\(level)", [rule(.jump(target)), rule(.jump(target))])
      }
      return target
    }
    #expect(simulator.losses(packet, from: .segment(lan)) == [.jumpLimit])
  }

  @Test func `effects are seen by later rules, and performed before the action`() {
    let matched = passes(tcp("10.0.0.5", "10.0.1.9")) { _, device in
      device.list(
        "f",
        [
          rule(.next, port(443...443), .set(.mark, 1), .set(.mark, 2)),
          rule(.permit, .field(.mark, Ranges(2))),
        ])
    }
    #expect(matched)
  }

  @Test func `a write to a field that the packet lacks does nothing`() {
    let (simulator, lan) = simulator { _, device in
      device.list("f", [rule(.permit, .any, .set(.destinationPort, 80), .set(.tcpFlags, 16))])
    }
    let sent = udp("10.0.0.5", "10.0.1.9")
    #expect(
      simulator.ends(sent, from: lan) == ["on far as \(udp("10.0.0.5", "10.0.1.9", 80))", "on lan"])
    let ping = icmp("10.0.0.5", "10.0.1.9", type: 8)
    #expect(simulator.ends(ping, from: lan) == ["on far", "on lan"])
  }

  @Test func `a mark does not leave the device`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let c = plan.segment("c", "10.0.2.0/24")
    _ = plan.device("r1", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) {
      $0.route("10.0.2.0/24", .gateway("10.0.1.2", interface: nil))
      let list = $0.list("mark", [rule(.permit, .any, .set(.mark, 9))])
      $0.pipeline.departure = [.filter(list, role: .plain)]
    }
    _ = plan.device("r2", (b, ["10.0.1.2/24"]), (c, ["10.0.2.1/24"])) {
      let list = $0.list("f", [rule(.permit, .field(.mark, Ranges(9)))])
      $0.pipeline.departure = [.filter(list, role: .plain)]
    }
    #expect(!plan.simulator().ends(tcp("10.0.0.5", "10.0.2.9"), from: a).contains("on c"))
  }

  @Test func `lists of an interface run for that interface only`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let c = plan.segment("c", "10.0.2.0/24")
    _ = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]), (c, ["10.0.2.1/24"])) {
      let deny = $0.list("deny", [])
      $0.pipeline.arrival = [.ingressFilter([nil, deny]), .route(.destination)]
      $0.pipeline.departure = [.egressFilter([nil, nil, deny])]
    }
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.1.9"), from: a) == ["on a", "on b"])
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.2.9"), from: a) == ["on a"])
    #expect(simulator.ends(tcp("10.0.1.5", "10.0.0.9"), from: b) == ["on b"])
    #expect(simulator.ends(tcp("10.0.2.5", "10.0.0.9"), from: c) == ["on a", "on c"])
    #expect(simulator.ends(tcp("10.0.0.1", "10.0.2.9"), from: .device(0)) == ["on c"])
  }

  @Test func `an unmodelled action denies, permits or goes on, writing what it likes`() {
    let other: IPAddress = "10.0.1.77"
    let (closed, lan) = simulator { plan, device in
      device.list("f", [rule(.opaque(condition: plan.condition("r/action:x"), writes: []))])
    }
    #expect(closed.losses(packet, from: .segment(lan)) == [.opaque])
    let configure = { (plan: inout Plan, device: inout Device) in
      let condition = plan.condition("r/action:x")
      return device.list(
        "f",
        [
          rule(.opaque(condition: condition, writes: [.destinationIPv4, .destinationPort])),
          rule(.deny),
        ])
    }
    let candidates = Candidates(values: [.destinationIPv4: [other.value], .destinationPort: [80]])
    let (open, _) = simulator(true: ["r/action:x"], candidates: candidates, configure: configure)
    let ends = open.ends(packet, from: lan)
    #expect(ends.contains("on far"))
    #expect(ends.contains("on far as \(tcp("10.0.0.5", other, 80))"))
    #expect(ends.contains("on far as \(tcp("10.0.0.5", other, 443))"))
    #expect(open.losses(packet, from: .segment(lan)).contains(.denied))
  }
}
