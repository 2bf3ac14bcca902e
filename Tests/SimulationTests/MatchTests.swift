import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Matches` {
  private func matches(
    _ match: Match, _ packet: Header, true names: Set<String> = [], plan: Plan = Plan()
  ) -> Bool {
    var plan = plan
    let lan = plan.segment("lan", "10.0.0.0/24", "2001:db8::/64")
    let far = plan.segment("far", "0.0.0.0/1", "2001:db8:1::/64")
    _ = plan.device(
      "r", (lan, ["10.0.0.1/24", "2001:db8::1/64"]), (far, ["10.0.1.1/8", "2001:db8:1::1/64"])
    ) {
      let list = $0.list("f", [rule(.permit, match)])
      $0.pipeline = Pipeline(arrival: [.filter(list, role: .plain), .bridge([1, 0])])
    }
    return plan.simulator(true: names).ends(packet, from: lan).contains("on far")
  }

  private let web = tcp("10.0.0.5", "10.0.1.9")
  private let ping = icmp("10.0.0.5", "10.0.1.9", type: 8)

  @Test(arguments: [(1022, false), (1023, false), (1024, true), (65535, true)])
  func `ranges hold their edges`(number: UInt16, expected: Bool) {
    let packet = tcp("10.0.0.5", "10.0.1.9", number)
    #expect(matches(port(1024...65535), packet) == expected)
    #expect(matches(port(0...1023), packet) == !expected)
  }

  @Test(
    arguments: [
      ("10.0.15.255", false), ("10.0.16.0", true), ("10.0.31.255", true), ("10.0.32.0", false),
    ] as [(IPAddress, Bool)])
  func `prefixes hold their edges`(address: IPAddress, expected: Bool) {
    #expect(matches(to("10.0.16.0/20"), tcp("10.0.0.5", address)) == expected)
  }

  @Test func `a field that the packet lacks does not match`() {
    let fields: [(HeaderField, UInt128, Header)] = [
      (.destinationPort, 0, ping), (.sourcePort, 0, ping), (.tcpFlags, 0, ping),
      (.icmpType, 0, web), (.icmpCode, 0, web), (.etherType, 0, web), (.sourceIPv6, 0, web),
      (.nextHeader, 0, web), (.destinationPort, 0, fragment(of: web)),
      (.tcpFlags, 0, fragment(of: web)), (.icmpType, 0, fragment(of: ping)),
      (.protocol, 0, Header(family: .nonIP)), (.fragment, 0, Header(family: .nonIP)),
    ]
    for (field, value, packet) in fields {
      #expect(!matches(.field(field, Ranges(value)), packet), "\(field) of \(packet)")
      #expect(!matches(.field(field, field.allValues), packet), "\(field) of \(packet)")
      #expect(matches(.not(.field(field, field.allValues)), packet), "\(field) of \(packet)")
    }
  }

  @Test func `a field that the packet has matches its value`() {
    let fields: [(HeaderField, UInt128, Header)] = [
      (.family, 0, web), (.protocol, 6, web), (.destinationPort, 443, web),
      (.sourcePort, 40000, web), (.tcpFlags, 2, web), (.icmpType, 8, ping), (.icmpCode, 0, ping),
      (.fragment, 0, web), (.fragment, 1, fragment(of: web)), (.application, 0, web),
      (.etherType, 0x88b8, Header(family: .nonIP, etherType: 0x88b8)),
      (.nextHeader, 6, tcp("2001:db8::5", "2001:db8:1::9")),
      (.ingress, 1, web), (.egress, 0, web), (.vrf, 0, web), (.mark, 0, web),
      (.connectionState, 0, web),
    ]
    for (field, value, packet) in fields {
      #expect(matches(.field(field, Ranges(value)), packet), "\(field) of \(packet)")
    }
  }

  @Test func `no rule reads the next hop or the ghosts`() {
    for field in HeaderField.allCases where field == .nextHop || field >= .monitor {
      #expect(!matches(.field(field, field.allValues), web), "\(field)")
    }
  }

  @Test func `combinations are plain logic`() {
    #expect(matches(.any, web))
    #expect(!matches(.never, web))
    #expect(matches(.all([]), web))
    #expect(!matches(.some([]), web))
    #expect(matches(.all([port(443...443), from("10.0.0.0/24")]), web))
    #expect(!matches(.all([port(443...443), from("10.0.1.0/24")]), web))
    #expect(matches(.some([port(80...80), from("10.0.0.0/24")]), web))
    #expect(!matches(.not(.some([port(80...80), port(443...443)])), web))
    #expect(matches(.not(port(80...80)), ping))
  }

  @Test func `conditions come out as the valuation says`() {
    var plan = Plan()
    let x = plan.condition("r/user:x", scope: Condition.ofPacket)
    #expect(!matches(.condition(x), web, plan: plan))
    #expect(matches(.not(.condition(x)), web, plan: plan))
    #expect(matches(.condition(x), web, true: ["r/user:x"], plan: plan))
  }

  @Test func `an assumption comes before the valuation`() {
    var plan = Plan()
    let x = plan.condition("r/user:x", scope: Condition.ofPacket, assumed: false)
    let y = plan.condition("r/user:y", scope: Condition.ofPacket, assumed: true)
    #expect(!matches(.condition(x), web, true: ["r/user:x"], plan: plan))
    #expect(matches(.condition(y), web, plan: plan))
  }

  @Test func `the valuation sees the packet as it is, and the walk names what was asked`() {
    var plan = Plan()
    let x = plan.condition("r/object:x", scope: Condition.ofDestination)
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "10.0.1.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"]), (far, ["10.0.1.1/24"])) {
      let list = $0.list(
        "f", [rule(.next, .any, .set(.destinationPort, 80)), rule(.permit, .condition(x))])
      $0.pipeline.departure = [.filter(list, role: .forwardFilter)]
    }
    var simulator = plan.simulator()
    simulator.valuation = { $0 == x && $1.destinationPort == 80 }
    let walk = simulator.firstWalk(web, from: .segment(lan)) { outcome in
      if case .delivered(far, _) = outcome { true } else { false }
    }
    #expect(walk?.conditions == [Literal(x, true)])
    #expect(walk?.hops.filter { !$0.conditions.isEmpty }.map(\.kind) == [.filter])
  }
}
