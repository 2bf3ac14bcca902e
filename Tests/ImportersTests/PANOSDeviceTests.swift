import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `PAN-OS devices` {
  // MARK: Sessions

  @Test func `only the first segment of TCP opens a session`() throws {
    let firewall = try Firewall("sessions")
    let first = tcp("10.1.0.5", "203.0.113.7", 443)
    let later = tcp("10.1.0.5", "203.0.113.7", 443, flags: TCPFlags.ack)
    #expect(try firewall.reached(first, from: "ethernet1/1") == ["ethernet1/2"])
    #expect(try firewall.reached(later, from: "ethernet1/1") == [])
  }

  @Test func `the setting that lets any segment open one is honoured, by zone`() throws {
    let firewall = try Firewall("loose-sessions")
    let inside = tcp("10.1.0.5", "203.0.113.7", 443, flags: TCPFlags.ack)
    #expect(try firewall.reached(inside, from: "ethernet1/1") == ["ethernet1/2"])
    let strict = tcp("10.3.0.5", "203.0.113.7", 443, flags: TCPFlags.ack)
    #expect(try firewall.reached(strict, from: "ethernet1/3") == [])
    let first = tcp("10.3.0.5", "203.0.113.7", 443)
    #expect(try firewall.reached(first, from: "ethernet1/3") == ["ethernet1/2"])
  }

  @Test func `a zone that bypasses the check of paths lets any segment open one`() throws {
    let path = fixturePath("PANOS", "loose-sessions", "config.xml")
    let text = String(decoding: bytes(at: path), as: UTF8.self)
    for (setting, reached) in [("bypass", ["ethernet1/2"]), ("drop", [])] {
      let strict = "<tcp-reject-non-syn>yes</tcp-reject-non-syn>"
      let changed = text.replacing(strict, with: "<asymmetric-path>\(setting)</asymmetric-path>")
        .replacing("<tcp-reject-non-syn>no<", with: "<tcp-reject-non-syn>yes<")
      let firewall = try Firewall(Array(changed.utf8), "config.xml")
      let later = tcp("10.3.0.5", "203.0.113.7", 443, flags: TCPFlags.ack)
      #expect(try firewall.reached(later, from: "ethernet1/3") == Set(reached), "\(setting)")
      let other = tcp("10.1.0.5", "203.0.113.7", 443, flags: TCPFlags.ack)
      #expect(try firewall.reached(other, from: "ethernet1/1") == [])
    }
  }

  @Test func `zone protection can only take away`() throws {
    let firewall = try Firewall("loose-sessions")
    let packet = tcp("10.3.0.5", "203.0.113.7", 443)
    let dropped = try firewall.reached(
      packet, from: "ethernet1/3", assuming: ["zone-protection:strict"])
    #expect(dropped == [])
  }

  @Test func `an ICMP error needs a session, other types do not`() throws {
    let firewall = try Firewall("sessions")
    #expect(
      try firewall.reached(icmp("10.1.0.5", "203.0.113.7", 8), from: "ethernet1/1")
        == ["ethernet1/2"])
    #expect(
      try firewall.reached(icmp("10.1.0.5", "203.0.113.7", 13), from: "ethernet1/1")
        == ["ethernet1/2"])
    for type: UInt8 in [3, 5, 11, 12] {
      #expect(
        try firewall.reached(icmp("10.1.0.5", "203.0.113.7", type), from: "ethernet1/1") == [])
    }
  }

  @Test func `later fragments are put together before any rule sees them`() throws {
    let firewall = try Firewall("order")
    var fragment = tcp("10.1.0.5", "203.0.113.7", 80)
    fragment.set(.fragment, to: 1)
    #expect(try firewall.reached(fragment, from: "ethernet1/1") == [])
    let stages = firewall.device.pipeline
    #expect(stages.arrival.first == .reassemble && stages.departure.last == .fragment)
  }

  // MARK: Routes

  @Test func `routes go by prefix, distance and metric`() throws {
    let firewall = try Firewall("routing")
    #expect(firewall.device.vrfs.map(\.name) == ["inside", "outside", "no router: ethernet1/5"])
    let routes = firewall.device.vrfs[0].routes
    let far = routes.filter { $0.destination.description == "172.16.0.0/16" }
    #expect(far.map(\.metric) == [10, 20] && far.map(\.distance) == [10, 10])
    #expect(routes.contains { $0.destination.description == "172.16.9.0/24" && $0.distance == 20 })
    // What is not installed is no route.
    #expect(!routes.contains { $0.destination.description == "172.18.0.0/16" })
  }

  @Test func `a discard route loses the packet, another router looks again`() throws {
    let firewall = try Firewall("routing")
    #expect(try firewall.reached(tcp("10.1.0.5", "198.51.100.7", 80), from: "ethernet1/1") == [])
    let over = try firewall.reached(tcp("10.1.0.5", "203.0.113.7", 80), from: "ethernet1/1")
    #expect(over == ["ethernet1/2"])
    let back = try firewall.reached(tcp("203.0.113.7", "10.3.0.5", 80), from: "ethernet1/2")
    #expect(back == ["ethernet1/3"])
    let onLink = try firewall.reached(tcp("10.1.0.5", "172.19.0.9", 80), from: "ethernet1/1")
    #expect(onLink == ["ethernet1/3"])
  }

  @Test func `a monitored route and the routes of a protocol are conditions`() throws {
    let firewall = try Firewall("routing")
    let conditions = firewall.context.conditions
    let watched = firewall.device.vrfs[0].routes.first {
      $0.destination.description == "172.17.0.0/16"
    }
    #expect(
      try #require(watched?.condition)
        == conditions.index(named: "fw/path-monitor:inside/watched"))
    #expect(firewall.device.vrfs[0].unknownRoutes == nil)
    let unknown = try #require(firewall.device.vrfs[1].unknownRoutes)
    #expect(conditions[unknown].name == "fw/routes:outside")
    #expect(conditions[unknown].why.contains("by bgp") && !conditions[unknown].why.contains("ospf"))
  }

  // MARK: Interfaces

  @Test func `interfaces of every kind are there, and those that are down are`() throws {
    let firewall = try Firewall("interfaces")
    func interface(_ name: String) throws -> Interface {
      firewall.device.interfaces[try firewall.index(name)]
    }
    #expect(try interface("ethernet1/1.20").addresses.map(\.address) == [address("10.20.0.1")])
    #expect(try interface("ethernet1/1").addresses.count == 2)
    #expect(try interface("ae1").addresses.count == 1)
    #expect(try interface("loopback.1").zone == "loop")
    #expect(try !interface("ethernet1/6").isUp && !interface("ethernet1/8").isUp)
    #expect(!firewall.device.interfaces.contains { $0.name == "ethernet1/10" })
  }

  @Test func `a default route that comes at run time is a condition`() throws {
    let firewall = try Firewall("interfaces")
    #expect(firewall.conditions.contains("routes:default"))
    #expect(firewall.hasNotice("interface 'ethernet1/2' gets its address at run time"))
  }

  @Test func `an interface without a router forwards nothing`() throws {
    let firewall = try Firewall("interfaces")
    #expect(try firewall.reached(tcp("10.7.0.5", "10.1.0.5", 80), from: "ethernet1/7") == [])
    #expect(try firewall.reached(tcp("10.1.0.5", "10.7.0.5", 80), from: "ethernet1/1") == [])
    let routed = try firewall.reached(tcp("10.1.0.5", "10.20.0.5", 80), from: "ethernet1/1")
    #expect(routed == ["ethernet1/1.20"])
  }

  @Test func `a tunnel has its interface, and what crosses it is said to be missing`() throws {
    let firewall = try Firewall("interfaces")
    #expect(try firewall.device.interfaces[firewall.index("tunnel.1")].zone == "vpn")
    #expect(firewall.hasNotice("what crosses the ipsec tunnel 'partner' is not modelled"))
    #expect(firewall.context.notices.allSatisfy { !$0.message.contains("top-secret") })
  }

  @Test func `policy-based forwarding goes before the routes and changes the zone`() throws {
    let firewall = try Firewall("policy-forwarding")
    func ends(_ source: String, assuming names: Set<String> = []) throws -> Set<String> {
      let packet = tcp(source, "203.0.113.7", 80)
      return try firewall.reached(packet, from: "ethernet1/1", assuming: names)
    }
    #expect(try ends("10.1.0.8") == ["ethernet1/3"])
    #expect(try ends("10.1.0.9") == ["ethernet1/2"])
    #expect(try ends("10.1.0.10") == [])
    #expect(try ends("10.1.0.7") == ["ethernet1/2"])
    #expect(try ends("10.1.0.7", assuming: ["pbf-monitor:watched"]) == ["ethernet1/3"])
  }

  // MARK: Virtual wires

  @Test func `a virtual wire joins two interfaces under the security rules`() throws {
    let firewall = try Firewall("virtual-wire")
    let web = tcp("10.9.0.5", "10.9.0.6", 80)
    #expect(try firewall.reached(web, from: "ethernet1/1") == ["ethernet1/2"])
    #expect(try firewall.reached(web, from: "ethernet1/2") == [])
    let other = tcp("10.9.0.5", "10.9.0.6", 22)
    #expect(try firewall.reached(other, from: "ethernet1/1") == [])
    let routed = tcp("10.3.0.5", "10.4.0.5", 80)
    #expect(try firewall.reached(routed, from: "ethernet1/3") == [])
  }

  @Test func `a virtual wire passes frames without IP and multicast unasked`() throws {
    let firewall = try Firewall("virtual-wire")
    let frame = Header(family: .nonIP, etherType: 0x88b8)
    #expect(try firewall.reached(frame, from: "ethernet1/2") == ["ethernet1/1"])
    let multicast = udp("10.9.0.5", "239.1.1.1", 5000)
    #expect(try firewall.reached(multicast, from: "ethernet1/2") == ["ethernet1/1"])
  }

  // MARK: Virtual systems

  @Test func `between virtual systems both rulebases must allow`() throws {
    let firewall = try Firewall("virtual-systems")
    #expect(
      try firewall.reached(tcp("10.1.0.5", "10.3.0.5", 80), from: "ethernet1/1")
        == ["ethernet1/3"])
    // The second system allows only the built-in web service.
    #expect(try firewall.reached(tcp("10.1.0.5", "10.3.0.5", 22), from: "ethernet1/1") == [])
    // The first system's object is another host than the second's of the same name.
    #expect(try firewall.reached(tcp("10.1.0.5", "10.3.0.6", 80), from: "ethernet1/1") == [])
    #expect(
      try firewall.reached(tcp("203.0.113.7", "10.3.0.6", 22), from: "ethernet1/2")
        == ["ethernet1/3"])
  }

  @Test func `virtual systems without external zones are apart, whatever their rules say`() throws {
    let firewall = try Firewall("virtual-systems")
    #expect(try firewall.reached(tcp("10.4.0.5", "10.1.0.5", 80), from: "ethernet1/4") == [])
    #expect(try firewall.reached(tcp("10.4.0.5", "10.3.0.5", 80), from: "ethernet1/4") == [])
    #expect(try firewall.device.interfaces[firewall.index("ethernet1/4")].zone == "vsys3/apart")
  }

  // MARK: The box itself

  @Test func `the box takes what a management profile and a rule allow`() throws {
    let firewall = try Firewall("management")
    let ssh = tcp("10.1.0.9", "10.1.0.1", 22)
    #expect(try firewall.reached(ssh, from: "ethernet1/1") == ["box"])
    #expect(try firewall.reached(tcp("10.1.0.9", "10.1.0.1", 443), from: "ethernet1/1") == [])
    #expect(try firewall.reached(tcp("10.1.0.8", "10.1.0.1", 22), from: "ethernet1/1") == [])
    #expect(try firewall.reached(icmp("10.1.0.9", "10.1.0.1", 8), from: "ethernet1/1") == ["box"])
    // A rule allows this, but no profile does.
    #expect(try firewall.reached(tcp("203.0.113.7", "203.0.113.1", 22), from: "ethernet1/2") == [])
  }

  @Test func `an address of another zone needs a rule between the zones`() throws {
    let firewall = try Firewall("management")
    let loop = try firewall.reached(tcp("10.1.0.9", "192.0.2.1", 443), from: "ethernet1/1")
    #expect(loop == ["box"])
    #expect(try firewall.reached(icmp("10.1.0.9", "10.3.0.1", 8), from: "ethernet1/1") == [])
    #expect(try firewall.reached(icmp("10.3.0.9", "10.3.0.1", 8), from: "ethernet1/3") == ["box"])
  }

  @Test func `the management port is apart from zones and routes`() throws {
    let firewall = try Firewall("management")
    let port = "management"
    let ssh = try firewall.reached(tcp("192.168.1.9", "192.168.1.2", 22), from: port)
    #expect(ssh == ["box"])
    #expect(try firewall.reached(tcp("192.168.1.99", "192.168.1.2", 22), from: port) == [])
    #expect(try firewall.reached(tcp("192.168.1.9", "192.168.1.2", 23), from: port) == [])
    #expect(try firewall.reached(tcp("192.168.1.9", "10.1.0.5", 22), from: port) == [])
    #expect(try firewall.reached(tcp("10.1.0.9", "192.168.1.9", 22), from: "ethernet1/1") == [])
    let snmp = udp("192.168.1.9", "192.168.1.2", 161)
    #expect(try firewall.reached(snmp, from: port) == [])
    #expect(try firewall.reached(snmp, from: port, assuming: ["management:snmp"]) == ["box"])
  }

  @Test func `the management port knows no session of the dataplane`() throws {
    let firewall = try Firewall("management")
    let rule = try #require(firewall.rules("management port").first)
    let port = UInt128(try firewall.index("management")) + 1
    #expect(rule.match == .field(.ingress, Ranges(port)))
    #expect(rule.effects == [.untrack])
    let stages = firewall.device.pipeline.arrival
    let list = try #require(firewall.device.acls.firstIndex { $0.name == "management port" })
    let asked = try #require(stages.firstIndex(of: .filter(list, role: .plain)))
    let lookup = try #require(stages.firstIndex(of: .recall))
    #expect(asked < lookup)
  }
}
