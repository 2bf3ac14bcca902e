import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Movement between devices` {
  @Test func `a packet on a flat segment is delivered there`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24", "2001:db8::/64")
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.9"), from: lan) == ["on lan"])
    #expect(simulator.ends(tcp("2001:db8::5", "2001:db8::9"), from: lan) == ["on lan"])
    #expect(simulator.ends(tcp("10.0.0.5", "192.0.2.1"), from: lan) == ["on lan"])
  }

  @Test func `a sender may use any neighbour as its gateway`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let left = plan.segment("left", "10.0.1.0/24")
    let right = plan.segment("right", "10.0.1.0/24")
    _ = plan.device("r1", (lan, ["10.0.0.1/24"]), (left, ["10.0.1.1/24"]))
    _ = plan.device("r2", (lan, ["10.0.0.2/24"]), (right, ["10.0.1.2/24"]))
    let host = plan.hosts("host", on: lan, "10.0.0.5/32", gateway: "10.0.0.2")
    let simulator = plan.simulator()
    let packet = tcp("10.0.0.5", "10.0.1.9")
    #expect(simulator.ends(packet, from: lan) == ["on lan", "on left", "on right"])
    let obedient = Origin.obedientEndpoint(group: host, attachment: 0)
    #expect(simulator.ends(packet, from: obedient) == ["on right"])
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.9"), from: obedient) == ["on lan"])
  }

  @Test func `an address that a device answers for is not delivered on the segment`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"])) {
      $0.interfaces[0].answersFor = AddressSet("10.0.0.50")
      $0.interfaces[0].localAddresses = AddressSet("10.0.0.60")
    }
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.1"), from: lan) == ["to r"])
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.60"), from: lan) == ["to r"])
    // The translated address is not the device's own: it routes the packet back and it loops.
    #expect(simulator.ends(tcp("10.0.0.5", "10.0.0.50"), from: lan) == [])
    #expect(simulator.losses(tcp("10.0.0.5", "10.0.0.50"), from: .segment(lan)) == [.loop])
  }

  @Test func `an address that a group owns too may be delivered or arrive`() {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    _ = plan.device("r", (lan, ["10.0.0.1/24"]))
    _ = plan.hosts("twin", on: lan, "10.0.0.1/32")
    #expect(plan.simulator().ends(tcp("10.0.0.5", "10.0.0.1"), from: lan) == ["on lan", "to r"])
  }

  @Test func `linked segments share a domain`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let c = plan.segment("c", "10.0.2.0/24")
    plan.link(.segment(a), .segment(b))
    _ = plan.device("r", (b, ["10.0.1.1/24"]), (c, ["10.0.2.1/24"]))
    let simulator = plan.simulator()
    #expect(
      simulator.ends(tcp("10.0.0.5", "10.0.2.9"), from: a) == ["on a", "on b", "on c"])
  }

  @Test func `a host that a link joins to a segment sends there too`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let group = plan.hosts("rtu", on: a, "10.0.0.5/32")
    plan.link(.endpoint(group), .segment(b))
    let simulator = plan.simulator()
    let packet = tcp("10.0.0.5", "10.0.1.9")
    #expect(
      simulator.ends(packet, from: .endpoint(group: group, attachment: 0)) == ["on a", "on b"])
    #expect(simulator.ends(packet, from: a) == ["on a"])
  }

  @Test(
    arguments: [
      "224.0.0.5", "239.255.255.255", "255.255.255.255", "10.0.0.255", "ff02::1",
    ] as [IPAddress])
  func `multicast and broadcast reach the whole segment and no further`(group: IPAddress) {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24", "2001:db8::/64")
    let b = plan.segment("b", "10.0.1.0/24")
    _ = plan.device(
      "r", (a, ["10.0.0.1/24", "2001:db8::1/64"]), (b, ["10.0.1.1/24"])
    ) { $0.route("0.0.0.0/0", .interface(1)) }
    let source: IPAddress = group.family == .ipv4 ? "10.0.0.5" : "2001:db8::5"
    #expect(plan.simulator().ends(udp(source, group), from: a) == ["on a", "to r"])
  }

  @Test func `the broadcast address of another subnet is forwarded like any address`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    _ = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]))
    let c = plan.segment("c", "10.0.2.0/24")
    _ = plan.device("r2", (b, ["10.0.1.2/24"]), (c, ["10.0.2.1/24"])) {
      $0.route("10.0.0.0/24", .gateway("10.0.1.1", interface: nil))
    }
    // The router owns both subnets, so their broadcasts are for itself.
    let simulator = plan.simulator()
    #expect(simulator.ends(udp("10.0.0.5", "10.0.1.255"), from: a) == ["on a", "to r"])
    // The second router does not know the first one's far subnet, and forwards.
    #expect(
      simulator.ends(udp("10.0.2.5", "10.0.0.255"), from: c) == ["on c", "to r"])
  }

  @Test func `a frame without IP stays on its domain`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    _ = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]))
    let frame = Header(family: .nonIP, etherType: 0x88b8)
    #expect(plan.simulator().ends(frame, from: a) == ["on a"])
    #expect(plan.simulator().losses(frame, from: .segment(a)) == [.noRoute])
  }

  @Test func `link-local packets are not forwarded`() {
    var plan = Plan()
    let a = plan.segment("a", "2001:db8:0::/64")
    let b = plan.segment("b", "2001:db8:1::/64")
    _ = plan.device("r", (a, ["2001:db8:0::1/64"]), (b, ["2001:db8:1::1/64"]))
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("fe80::5", "2001:db8:1::9"), from: a) == ["on a"])
    #expect(
      simulator.losses(tcp("fe80::5", "2001:db8:1::9"), from: .segment(a)) == [.linkLocalSource])
    #expect(simulator.ends(tcp("fe80::5", "2001:db8::1"), from: a) == ["to r"])
    #expect(simulator.ends(tcp("fe80::5", "fe80::1"), from: a) == ["on a", "to r"])
  }

  @Test func `an interface that is down takes and gives nothing`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let r = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]))
    #expect(plan.simulator().ends(tcp("10.0.0.5", "10.0.1.9"), from: a) == ["on a", "on b"])
    plan.network.devices[r].interfaces[1].isUp = false
    #expect(plan.simulator().ends(tcp("10.0.0.5", "10.0.1.9"), from: a) == ["on a"])
    #expect(
      plan.simulator().losses(tcp("10.0.0.5", "10.0.1.9"), from: .segment(a)) == [.noRoute])
    plan.network.devices[r].interfaces[1].isUp = true
    plan.network.devices[r].interfaces[1].segment = nil
    #expect(
      plan.simulator().losses(tcp("10.0.0.5", "10.0.1.9"), from: .segment(a)) == [.interfaceDown])
  }

  @Test func `a packet of a device's own leaves by its routes`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let r = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]))
    let simulator = plan.simulator()
    #expect(simulator.ends(tcp("10.0.0.1", "10.0.1.9"), from: .device(r)) == ["on b"])
    #expect(simulator.ends(tcp("10.0.0.1", "10.0.1.1"), from: .device(r)) == ["to r"])
    // What the device floods comes back to it with its own address as the source, and is refused.
    #expect(simulator.ends(udp("10.0.0.1", "224.0.0.5"), from: .device(r)) == ["on a", "on b"])
  }

  @Test func `routers that point at each other lose the packet`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    _ = plan.device("r1", (a, ["10.0.0.1/24"])) {
      $0.route("0.0.0.0/0", .gateway("10.0.0.2", interface: nil))
    }
    _ = plan.device("r2", (a, ["10.0.0.2/24"])) {
      $0.route("0.0.0.0/0", .gateway("10.0.0.1", interface: nil))
    }
    let simulator = plan.simulator()
    #expect(simulator.losses(tcp("10.0.0.5", "192.0.2.1"), from: .segment(a)) == [.loop])
    #expect(simulator.deliveries(tcp("10.0.0.5", "192.0.2.1"), from: .segment(a)).isComplete)
  }

  @Test func `every neighbour is a next hop where routing may be anything`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let c = plan.segment("c", "10.0.2.0/24")
    _ = plan.device("r1", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) {
      $0.interfaces[0].reversePath = .strict
    }
    _ = plan.device("r2", (b, ["10.0.1.2/24"]), (c, ["10.0.2.1/24"]))
    let packet = tcp("192.0.2.1", "10.0.2.9")
    #expect(plan.simulator().ends(packet, from: a) == ["on a"])
    plan.network.routing = .any
    #expect(plan.simulator().ends(packet, from: a) == ["on a", "on b", "on c"])
  }
}
