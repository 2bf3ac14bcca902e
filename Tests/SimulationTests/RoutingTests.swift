import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Routing` {
  /// A router between a segment of senders and three others, each with a next hop of its own.
  private func check(
    _ destination: IPAddress, true names: Set<String> = [], _ expected: [String],
    losing losses: [Loss] = [], configure: (inout Plan, inout Device) -> Void
  ) {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24", "2001:db8::/64")
    var ports: [Int] = []
    ports.append(plan.segment("s1", "10.0.1.0/24"))
    ports.append(plan.segment("s2", "10.0.2.0/24"))
    ports.append(plan.segment("s3", "10.0.3.0/24"))
    let r = plan.device(
      "r", (lan, ["10.0.0.1/24", "2001:db8::1/64"]), (ports[0], ["10.0.1.1/24"]),
      (ports[1], ["10.0.2.1/24"]), (ports[2], ["10.0.3.1/24"]))
    var device = plan.network.devices[r]
    configure(&plan, &device)
    plan.network.devices[r] = device
    let source: IPAddress = destination.family == .ipv4 ? "10.0.0.5" : "2001:db8::5"
    let packet = tcp(source, destination)
    let simulator = plan.simulator(true: names)
    let ends = simulator.ends(packet, from: lan).filter { $0 != "on lan" }
    #expect(ends == expected)
    #expect(simulator.losses(packet, from: .segment(lan)) == losses)
  }

  @Test(
    arguments: [
      ("10.9.7.255", "on s1"), ("10.9.8.0", "on s2"), ("10.9.8.127", "on s2"),
      ("10.9.8.128", "on s3"), ("10.9.8.255", "on s3"), ("10.9.9.0", "on s1"),
      ("11.0.0.0", "on s3"),
    ] as [(IPAddress, String)])
  func `the longest prefix wins, up to its edges`(destination: IPAddress, end: String) {
    check(destination, [end]) { _, device in
      device.route("10.9.0.0/16", .interface(1))
      device.route("10.9.8.0/24", .interface(2))
      device.route("10.9.8.128/25", .interface(3))
      device.route("0.0.0.0/0", .interface(3))
    }
  }

  @Test func `the least distance wins, then the least metric`() {
    check("10.9.0.1", ["on s2"]) { _, device in
      device.route("10.9.0.0/16", .interface(1), distance: 110)
      device.route("10.9.0.0/16", .interface(2), distance: 20, metric: 5)
      device.route("10.9.0.0/16", .interface(3), distance: 20, metric: 6)
    }
  }

  @Test func `a connected route has distance 0 and metric 0`() {
    check("10.0.1.9", ["on s1"]) { _, device in
      device.route("10.0.1.0/24", .interface(2), distance: 1)
      device.route("10.0.1.0/24", .interface(3), distance: 0, metric: 1)
    }
  }

  @Test func `equal routes and several next hops are a choice`() {
    check("10.9.0.1", ["on s1", "on s2", "on s3"]) { _, device in
      device.route("10.9.0.0/16", .interface(1), .interface(2))
      device.route("10.9.0.0/16", .interface(3))
    }
  }

  @Test func `a discard route loses, though a shorter one would forward`() {
    check("10.9.0.1", [], losing: [.discarded]) { _, device in
      device.route("0.0.0.0/0", .interface(1))
      device.route("10.9.0.0/16", .discard)
    }
  }

  @Test func `without a route the packet is lost`() {
    check("10.9.0.1", [], losing: [.noRoute]) { _, _ in }
    check("2001:db8:9::1", [], losing: [.noRoute]) { _, device in
      device.route("0.0.0.0/0", .interface(1))
    }
  }

  @Test func `IPv6 has routes of its own`() {
    check("2001:db8:9::1", ["on s2"]) { _, device in
      device.route("0.0.0.0/0", .interface(1))
      device.route("::/0", .interface(2))
    }
  }

  @Test func `a gateway that no interface holds makes the route vanish`() {
    check("10.9.0.1", ["on s3"]) { _, device in
      device.route("10.9.0.0/16", .gateway("172.16.0.1", interface: nil))
      device.route("0.0.0.0/0", .interface(3))
    }
  }

  @Test func `a route by an interface that is down vanishes`() {
    check("10.9.0.1", ["on s3"]) { _, device in
      device.interfaces[1].isUp = false
      device.route("10.9.0.0/16", .interface(1))
      device.route("10.9.0.0/16", .gateway("10.0.1.9", interface: nil), metric: 1)
      device.route("0.0.0.0/0", .interface(3))
    }
  }

  @Test func `a conditional route is there when its condition is`() {
    let configure = { (plan: inout Plan, device: inout Device) in
      let condition = plan.condition("r/track:1")
      device.route("10.9.0.0/16", .interface(1), condition: condition)
      device.route("10.9.0.0/16", .interface(2), distance: 200)
    }
    check("10.9.0.1", ["on s2"], configure: configure)
    check("10.9.0.1", true: ["r/track:1"], ["on s1"], configure: configure)
  }

  @Test func `unknown routes lead to everybody`() {
    let configure = { (plan: inout Plan, device: inout Device) in
      device.vrfs[0].unknownRoutes = plan.condition("r/protocol:ospf")
      device.route("10.9.0.0/16", .discard)
      _ = plan.device("next", (2, ["10.0.2.9/24"]), (3, ["10.0.3.9/24"])) {
        $0.route("10.9.0.0/16", .interface(1))
      }
    }
    check("10.9.0.1", [], losing: [.discarded], configure: configure)
    check(
      "10.9.0.1", true: ["r/protocol:ospf"], ["on s1", "on s2", "on s3"],
      losing: [.discarded, .loop], configure: configure)
  }

  @Test func `another VRF looks up again`() {
    check("10.9.0.1", ["to peer"], losing: [.unmodelledNeighbour]) { plan, device in
      device.vrfs.append(VRF(name: "b"))
      device.interfaces[2].vrf = 1
      device.route("10.9.0.0/16", .vrf(1))
      device.route("10.9.0.0/16", .gateway("10.0.2.9", interface: nil), vrf: 1)
      device.route("10.9.0.0/16", .gateway("10.0.2.8", interface: nil), vrf: 1)
      // This one is in the other VRF, so the route does not exist.
      device.route("10.9.0.0/16", .gateway("10.0.1.9", interface: nil), vrf: 1)
      _ = plan.device("peer", (2, ["10.0.2.9/24", "10.9.0.1/32"]))
    }
  }

  @Test func `own addresses of another VRF are reached by way of it only`() {
    let configure = { (plan: inout Plan, device: inout Device) in
      device.vrfs.append(VRF(name: "b"))
      device.interfaces[2].vrf = 1
    }
    check("10.0.2.1", [], losing: [.noRoute], configure: configure)
    check("10.0.2.1", ["to r"]) { plan, device in
      configure(&plan, &device)
      device.route("10.0.2.0/24", .vrf(1))
    }
  }

  @Test func `VRFs that point at each other lose the packet`() {
    check("10.9.0.1", [], losing: [.vrfCycle]) { _, device in
      device.vrfs.append(VRF(name: "b"))
      device.route("10.9.0.0/16", .vrf(1))
      device.route("10.9.0.0/16", .vrf(0), vrf: 1)
    }
  }

  @Test func `a forced way comes before routes and own addresses`() {
    for destination in ["10.9.0.1", "10.0.2.1"] as [IPAddress] {
      check(destination, ["on s3"]) { _, device in
        let list = device.list(
          "pbr", [rule(.permit, .any, .forward(.interface(3)))])
        device.pipeline.arrival = [.filter(list, role: .plain), .route(.destination)]
        device.route("10.9.0.0/16", .interface(1))
      }
    }
  }

  @Test func `a forced way serves one route stage`() {
    check("10.9.0.1", ["on s1"]) { _, device in
      let list = device.list("pbr", [rule(.permit, .any, .forward(.interface(3)))])
      device.pipeline.arrival = [
        .filter(list, role: .plain), .route(.destination), .route(.destination),
      ]
      device.route("10.9.0.0/16", .interface(1))
    }
  }

  @Test func `forced discards, gateways and VRFs do as routes do`() {
    func force(_ hop: NextHop) -> (inout Plan, inout Device) -> Void {
      { _, device in
        device.vrfs.append(VRF(name: "b"))
        device.route("10.9.0.0/16", .interface(2), vrf: 1)
        let list = device.list("pbr", [rule(.permit, .any, .forward(hop))])
        device.pipeline.arrival = [.filter(list, role: .plain), .route(.destination)]
      }
    }
    check("10.9.0.1", [], losing: [.discarded], configure: force(.discard))
    check("10.9.0.1", ["on s2"], configure: force(.vrf(1)))
    check(
      "10.9.0.1", [], losing: [.unmodelledNeighbour],
      configure: force(.gateway("10.0.3.9", interface: nil)))
    check(
      "10.9.0.1", [], losing: [.noRoute],
      configure: force(.gateway("172.16.0.1", interface: nil)))
  }

  @Test func `a pipeline without a route has no way out`() {
    check("10.9.0.1", [], losing: [.noWayOut]) { _, device in device.pipeline.arrival = [] }
  }

  @Test func `the way out of packets to the device is the interface that owns the address`() {
    for (destination, egress) in [("10.0.2.1", 2), ("224.0.0.1", 0)] as [(IPAddress, UInt128)] {
      check(destination, ["to r"]) { _, device in
        let list = device.list("in", [rule(.permit, .field(.egress, Ranges(egress + 1)))])
        device.pipeline.input = [.filter(list, role: .plain)]
      }
    }
  }
}
