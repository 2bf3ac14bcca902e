import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `The internet` {
  /// The internet joined to an edge segment, and a router to an inner one.
  private func plan() -> (plan: Plan, internet: Int, edge: Int, inner: Int) {
    var plan = Plan()
    let internet = plan.internet()
    let edge = plan.segment("edge", "198.51.100.0/24")
    let inner = plan.segment("inner", "10.0.0.0/24")
    plan.network.internetJoins = edge
    _ = plan.device("r", (edge, ["198.51.100.2/24"]), (inner, ["10.0.0.1/24"])) {
      $0.route("0.0.0.0/0", .gateway("198.51.100.1", interface: nil))
    }
    return (plan, internet, edge, inner)
  }

  @Test func `a route to the provider's gateway leads there`() {
    let (plan, internet, _, inner) = plan()
    let simulator = plan.simulator()
    #expect(
      simulator.ends(tcp("10.0.0.5", "8.8.8.8"), from: inner) == ["on inner", "on internet"])
    #expect(
      simulator.ends(tcp("8.8.8.8", "10.0.0.5"), from: internet) == ["on inner", "on internet"])
  }

  @Test func `it delivers into the subnets of the joined segment only`() {
    let (plan, internet, _, _) = plan()
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("8.8.8.8", "198.51.100.9"), from: internet) == ["on edge"])
    #expect(simulator.ends(tcp("8.8.8.8", "198.51.100.2"), from: internet) == ["to r"])
    #expect(simulator.ends(tcp("8.8.8.8", "198.51.101.0"), from: internet) == ["on internet"])
  }

  @Test func `a packet put on the joined segment for elsewhere goes out`() {
    let (plan, _, edge, _) = plan()
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("198.51.100.9", "8.8.8.8"), from: edge) == ["on internet"])
    #expect(simulator.ends(tcp("198.51.100.9", "198.51.100.8"), from: edge) == ["on edge"])
    #expect(simulator.ends(tcp("fe80::9", "fe80::8"), from: edge) == ["on edge", "to r"])
  }

  @Test func `a device may stand on the internet itself`() {
    var plan = Plan()
    let internet = plan.internet()
    let inner = plan.segment("inner", "10.0.0.0/24")
    _ = plan.device("r", (internet, ["198.51.100.2/30"]), (inner, ["10.0.0.1/24"])) {
      $0.route("0.0.0.0/0", .gateway("198.51.100.1", interface: nil))
    }
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("8.8.8.8", "198.51.100.2"), from: internet) == ["to r"])
    #expect(
      simulator.ends(tcp("10.0.0.5", "8.8.8.8"), from: inner) == ["on inner", "on internet"])
    #expect(
      simulator.ends(tcp("8.8.8.8", "10.0.0.5"), from: internet) == ["on inner", "on internet"])
  }

  @Test func `a link joins it as well as a description does`() {
    var (plan, internet, _, inner) = plan()
    plan.network.internetJoins = nil
    #expect(plan.simulator().ends(tcp("8.8.8.8", "10.0.0.5"), from: internet) == ["on internet"])
    plan.link(.segment(inner), .segment(internet))
    #expect(plan.simulator().ends(tcp("8.8.8.8", "10.0.0.5"), from: internet) == ["on inner"])
  }

  @Test func `a host with a modem sends on it`() {
    var (plan, internet, _, inner) = plan()
    plan.network.internetJoins = nil
    let rtu = plan.hosts("rtu", on: inner, "10.0.0.7/32")
    let origin = Origin.endpoint(group: rtu, attachment: 0)
    let packet = tcp("10.0.0.7", "8.8.8.8")
    #expect(plan.simulator().ends(packet, from: origin) == ["on inner"])
    plan.link(.endpoint(rtu), .segment(internet))
    #expect(plan.simulator().ends(packet, from: origin) == ["on inner", "on internet"])
  }
}

@Suite struct `Unmodelled neighbours` {
  /// Two segments with a gateway each that nobody has, and a third one without.
  private func plan() -> (plan: Plan, a: Int, b: Int, c: Int) {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let c = plan.segment("c", "10.0.2.0/24")
    _ = plan.device("r1", (a, ["10.0.0.1/24"])) {
      $0.route("0.0.0.0/0", .gateway("10.0.0.254", interface: nil))
    }
    _ = plan.device("r2", (b, ["10.0.1.1/24"]), (c, ["10.0.2.1/24"])) {
      $0.route("0.0.0.0/0", .gateway("10.0.1.254", interface: nil))
    }
    return (plan, a, b, c)
  }

  @Test func `they lose packets while their condition is false`() {
    let (plan, a, _, _) = plan()
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.2.9"), from: a) == ["on a"])
    #expect(
      simulator.losses(tcp("10.0.0.5", "10.0.2.9"), from: .segment(a)) == [.unmodelledNeighbour])
  }

  @Test func `they hand packets to each other's segments and any neighbour there`() {
    let (plan, a, b, c) = plan()
    let simulator = plan.simulator(true: ["unmodelled:a/10.0.0.254"])
    let packet = tcp("10.0.0.5", "10.0.2.9")
    #expect(simulator.ends(packet, from: a) == ["on a", "on b", "on c"])
    // From b the condition of a's neighbour does not help.
    #expect(simulator.ends(tcp("10.0.1.5", "10.0.0.9"), from: b) == ["on b"])
    #expect(simulator.ends(tcp("10.0.2.5", "10.0.0.9"), from: c) == ["on c"])
  }

  @Test func `they rewrite packets to anything that is tried`() {
    let (plan, a, _, _) = plan()
    let other = udp("192.0.2.1", "10.0.2.7")
    let simulator = plan.simulator(
      true: ["unmodelled:a/10.0.0.254"], candidates: Candidates(headers: [other]))
    #expect(
      simulator.ends(tcp("10.0.0.5", "10.0.2.9"), from: a) == [
        "on a", "on a as \(other)", "on b", "on b as \(other)", "on c", "on c as \(other)",
      ])
  }

  @Test func `a gateway that only a group names is one`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let group = plan.hosts("host", on: a, "10.0.0.5/32", gateway: "10.0.0.254")
    _ = plan.hosts("other", on: b, "10.0.1.5/32", gateway: "10.0.1.254")
    let packet = tcp("10.0.0.5", "10.0.1.5")
    for origin in [
      Origin.segment(a), .endpoint(group: group, attachment: 0),
      .obedientEndpoint(group: group, attachment: 0),
    ] {
      #expect(!plan.simulator().ends(packet, from: origin).contains("on b"))
      let simulator = plan.simulator(true: ["unmodelled:a/10.0.0.254"])
      #expect(simulator.ends(packet, from: origin) == ["on a", "on b"])
    }
  }

  @Test func `an assumption settles them`() {
    var (plan, a, _, _) = plan()
    _ = plan.condition("unmodelled:a/10.0.0.254", assumed: true)
    #expect(
      plan.simulator().ends(tcp("10.0.0.5", "10.0.2.9"), from: a) == ["on a", "on b", "on c"])
  }

  @Test func `they hand packets to the internet where there is one`() {
    var (plan, a, _, _) = plan()
    _ = plan.internet()
    let simulator = plan.simulator(true: ["unmodelled:a/10.0.0.254"])
    #expect(
      simulator.ends(tcp("10.0.0.5", "8.8.8.8"), from: a) == ["on a", "on b", "on internet"])
  }
}

@Suite struct `Bridges` {
  /// Two halves of a subnet with a bridge between them.
  private func plan(_ ways: [Int?]) -> (plan: Plan, left: Int, right: Int) {
    var plan = Plan()
    let left = plan.segment("left", "10.0.0.0/24")
    let right = plan.segment("right", "10.0.0.0/24")
    _ = plan.device("bridge", (left, []), (right, [])) { device in
      let list = device.list(
        "l2",
        [
          rule(.permit, .field(.family, Ranges(2))), rule(.permit, port(443...443)),
        ])
      device.pipeline = Pipeline(
        arrival: [.bridge(ways)], departure: [.filter(list, role: .forwardFilter)])
    }
    return (plan, left, right)
  }

  @Test func `they pass what their filters pass, both ways`() {
    let (plan, left, right) = plan([1, 0])
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.9"), from: left) == ["on left", "on right"])
    #expect(simulator.ends(tcp("10.0.0.9", "10.0.0.5"), from: right) == ["on left", "on right"])
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.9", 80), from: left) == ["on left"])
    let frame = Header(family: .nonIP, etherType: 0x88b8)
    #expect(simulator.ends(frame, from: left) == ["on left", "on right"])
  }

  @Test func `a diode passes one way only`() {
    let (plan, left, right) = plan([1, nil])
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.9"), from: left) == ["on left", "on right"])
    #expect(simulator.ends(tcp("10.0.0.9", "10.0.0.5"), from: right) == ["on right"])
    #expect(simulator.losses(tcp("10.0.0.9", "10.0.0.5"), from: .segment(right)) == [.notBridged])
    let frame = Header(family: .nonIP, etherType: 0x88b8)
    #expect(simulator.ends(frame, from: right) == ["on right"])
  }

  @Test func `an interface that leads to itself is routed`() {
    var (plan, left, right) = plan([1, 0])
    let a = plan.segment("a", "10.0.1.0/24")
    let b = plan.segment("b", "10.0.2.0/24")
    _ = plan.device("both", (left, []), (right, []), (a, ["10.0.1.1/24"]), (b, ["10.0.2.1/24"])) {
      $0.pipeline = Pipeline(arrival: [.bridge([1, 0, 2, 3]), .route(.destination)])
    }
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.1.5", "10.0.2.9"), from: a) == ["on a", "on b"])
    #expect(simulator.ends(tcp("10.0.1.5", "10.0.1.1"), from: a).contains("to both"))
    // A route to the other network does not take what the bridge took.
    #expect(!simulator.ends(tcp("10.0.0.5", "10.0.2.9"), from: left).contains("on b"))
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.9", 80), from: left) == ["on left", "on right"])
  }

  @Test func `a router's gateway may stand behind one`() {
    var (plan, left, right) = plan([1, 0])
    let a = plan.segment("a", "10.0.1.0/24")
    let b = plan.segment("b", "10.0.2.0/24")
    _ = plan.device("r1", (a, ["10.0.1.1/24"]), (left, ["10.0.0.1/24"])) {
      $0.route("10.0.2.0/24", .gateway("10.0.0.2", interface: nil))
    }
    _ = plan.device("r2", (right, ["10.0.0.2/24"]), (b, ["10.0.2.1/24"]))
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.1.5", "10.0.2.9"), from: a).contains("on b"))
    #expect(!simulator.ends(tcp("10.0.1.5", "10.0.2.9", 80), from: a).contains("on b"))
    #expect(
      !simulator.losses(tcp("10.0.1.5", "10.0.2.9"), from: .segment(a))
        .contains(.unmodelledNeighbour))
  }

  @Test func `a gateway that is nowhere behind a bridge is unmodelled all the same`() {
    var (plan, left, right) = plan([1, 0])
    let a = plan.segment("a", "10.0.1.0/24")
    let b = plan.segment("b", "10.0.2.0/24")
    _ = plan.device("r1", (a, ["10.0.1.1/24"]), (left, ["10.0.0.1/24"])) {
      $0.route("10.0.2.0/24", .gateway("10.0.0.2", interface: nil))
      $0.route("10.0.9.0/24", .gateway("10.0.0.99", interface: nil))
    }
    _ = plan.device("r2", (right, ["10.0.0.2/24"]), (b, ["10.0.2.1/24"])) {
      $0.route("10.0.9.0/24", .gateway("10.0.2.99", interface: nil))
    }
    let simulator = plan.simulator()
    let packet = tcp("10.0.1.5", "10.0.9.9")
    #expect(simulator.losses(packet, from: .segment(a)).contains(.unmodelledNeighbour))
    #expect(
      simulator.network.conditions.conditions.map(\.name).contains("unmodelled:left/10.0.0.99"))
    #expect(
      !simulator.network.conditions.conditions.map(\.name).contains("unmodelled:left/10.0.0.2"))
  }

  @Test func `a provider's gateway is reached beside a bridge`() {
    var (plan, left, _) = plan([1, nil])
    let internet = plan.internet()
    plan.network.internetJoins = left
    let a = plan.segment("a", "10.0.1.0/24")
    _ = plan.device("r1", (a, ["10.0.1.1/24"]), (left, ["10.0.0.1/24"])) {
      $0.route("0.0.0.0/0", .gateway("10.0.0.254", interface: nil))
    }
    #expect(plan.simulator().ends(tcp("10.0.1.5", "8.8.8.8", 80), from: a).contains("on internet"))
    #expect(plan.network.internet == internet)
  }
}

@Suite struct `Reverse path checks` {
  /// A router with a check on `eth0`, and routes to elsewhere by both interfaces.
  private func plan(_ check: Interface.ReversePath) -> (plan: Plan, a: Int, b: Int) {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24", "2001:db8::/64")
    let b = plan.segment("b", "10.0.1.0/24", "2001:db8:1::/64")
    _ = plan.device(
      "r", (a, ["10.0.0.1/24", "2001:db8::1/64"]), (b, ["10.0.1.1/24", "2001:db8:1::1/64"])
    ) {
      $0.interfaces[0].reversePath = check
      $0.route("10.2.0.0/16", .gateway("10.0.0.2", interface: nil))
      $0.route("10.3.0.0/16", .gateway("10.0.1.2", interface: nil))
      $0.route("10.4.0.0/16", .discard)
      $0.route("10.5.0.0/16", .gateway("10.0.0.2", interface: nil), .interface(1))
      $0.route("10.3.4.0/24", .vrf(0))
    }
    return (plan, a, b)
  }

  private func passes(
    _ check: Interface.ReversePath, _ source: IPAddress, _ destination: IPAddress = "10.0.1.9"
  ) -> Bool {
    let (plan, a, _) = plan(check)
    return plan.simulator().ends(tcp(source, destination), from: a).contains("on b")
  }

  @Test func `strict wants the way back by the same interface`() {
    #expect(passes(.strict, "10.0.0.5"))
    #expect(passes(.strict, "10.2.0.5"))
    #expect(!passes(.strict, "10.3.0.5"))
    #expect(!passes(.strict, "10.0.1.5"))
    #expect(passes(.strict, "10.5.0.5"))
    #expect(!passes(.strict, "192.0.2.1"))
    #expect(passes(.strict, "2001:db8::5", "2001:db8:1::9"))
    #expect(!passes(.strict, "2001:db8:1::5", "2001:db8:1::9"))
  }

  @Test func `loose wants any way back but a discard`() {
    #expect(passes(.loose, "10.3.0.5"))
    #expect(passes(.loose, "10.0.1.5"))
    #expect(!passes(.loose, "10.4.0.5"))
    #expect(!passes(.loose, "192.0.2.1"))
  }

  @Test func `none wants nothing`() {
    #expect(passes(.none, "192.0.2.1"))
    #expect(passes(.none, "10.4.0.5"))
  }

  @Test func `a way back by another VRF passes both`() {
    #expect(passes(.strict, "10.3.4.5"))
    #expect(passes(.loose, "10.3.4.5"))
  }

  @Test func `unspecified and link-local sources and frames pass`() {
    let (plan, a, _) = plan(.strict)
    let simulator = plan.simulator()
    #expect(simulator.ends(udp("0.0.0.0", "255.255.255.255", 67), from: a) == ["on a", "to r"])
    #expect(simulator.ends(udp("fe80::5", "ff02::2"), from: a) == ["on a", "to r"])
    let frame = Header(family: .nonIP, etherType: 0x88b8)
    // The sender may also hand them to the unmodelled 10.0.0.2.
    #expect(simulator.losses(frame, from: .segment(a)) == [.noRoute, .unmodelledNeighbour])
    #expect(
      simulator.losses(tcp("10.3.0.5", "10.0.1.9"), from: .segment(a))
        == [.reversePath, .unmodelledNeighbour])
  }

  @Test func `routes that are not known pass everything`() {
    var (plan, a, _) = plan(.strict)
    let condition = plan.condition("r/protocol:ospf")
    plan.network.devices[0].vrfs[0].unknownRoutes = condition
    let packet = tcp("192.0.2.1", "10.0.1.9")
    #expect(plan.simulator().ends(packet, from: a) == ["on a"])
    #expect(plan.simulator(true: ["r/protocol:ospf"]).ends(packet, from: a).contains("on b"))
  }
}
