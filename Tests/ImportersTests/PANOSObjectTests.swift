import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `PAN-OS objects` {
  /// Whether a packet to an address of the other zone, on the port of one rule, is let through.
  private func passes(
    _ rule: UInt16, _ destination: String, assuming names: Set<String> = []
  ) throws -> Bool {
    let firewall = try Firewall("addresses")
    let packet = tcp("10.1.0.5", destination, rule)
    return try firewall.reached(packet, from: "ethernet1/1", assuming: names) == ["ethernet1/3"]
  }

  @Test func `groups hold groups, in the old form too`() throws {
    for inside in ["10.3.0.5", "10.3.0.64", "10.3.0.79", "10.3.0.100", "10.3.0.110"] {
      #expect(try passes(1, inside), "\(inside)")
    }
    for outside in ["10.3.0.6", "10.3.0.63", "10.3.0.80", "10.3.0.111"] {
      #expect(try !passes(1, outside), "\(outside)")
    }
    #expect(try passes(2, "10.3.0.5") && !passes(2, "10.3.0.6"))
  }

  @Test func `a group that contains itself is a condition`() throws {
    #expect(try passes(3, "10.3.0.5"))
    #expect(try !passes(3, "10.3.0.6"))
    #expect(try passes(3, "10.3.0.6", assuming: ["address-group-destination:circle a"]))
  }

  @Test func `a dynamic group holds the tagged objects and perhaps others`() throws {
    #expect(try passes(4, "10.3.0.150"))
    #expect(try !passes(4, "10.3.0.151"))
    #expect(try passes(4, "10.3.0.151", assuming: ["dynamic-group-destination:tagged"]))
  }

  @Test func `a domain name is a condition, negated too`() throws {
    let name = "fqdn-destination:name"
    #expect(try !passes(5, "10.3.0.5") && passes(5, "10.3.0.5", assuming: [name]))
    #expect(try passes(7, "10.3.0.5") && !passes(7, "10.3.0.5", assuming: [name]))
  }

  @Test func `an external list is a condition`() throws {
    #expect(try passes(6, "10.3.0.5"))
    #expect(try !passes(6, "10.3.0.5", assuming: ["external-list-destination:blocked"]))
  }

  @Test func `negation is of the whole list`() throws {
    #expect(try !passes(8, "10.3.0.5") && passes(8, "10.3.0.6"))
  }

  @Test func `sources are negated together, and nothing else of the rule is`() throws {
    let firewall = try Firewall("narrow-matches")
    func passes(_ source: String, _ port: UInt16) throws -> Bool {
      try firewall.reached(udp(source, "10.3.0.5", port), from: "ethernet1/1") == ["ethernet1/3"]
    }
    #expect(
      try ["10.1.0.4", "10.1.0.5", "10.1.0.6", "10.1.0.7"].map { try passes($0, 53) }
        == [true, false, false, true])
    #expect(try !passes("10.1.0.4", 54))
    #expect(try !passes("10.1.0.5", 54))
  }

  @Test func `a service with ports holds no ICMP, and any service holds all`() throws {
    let firewall = try Firewall("narrow-matches")
    let inwards = try firewall.reached(icmp("10.1.0.4", "10.3.0.5", 8), from: "ethernet1/1")
    #expect(inwards == [])
    let outwards = try firewall.reached(icmp("10.1.0.4", "203.0.113.7", 8), from: "ethernet1/1")
    #expect(outwards == ["ethernet1/2"])
  }

  @Test func `a virtual system's object goes before a shared one`() throws {
    #expect(try passes(9, "10.3.0.200") && !passes(9, "10.3.0.201"))
    #expect(try passes(10, "10.3.0.202"))
  }

  @Test func `a bit that is set in a wildcard mask does not count`() throws {
    #expect(try passes(11, "10.3.0.3") && passes(11, "10.3.0.253") && passes(11, "10.3.0.77"))
    #expect(try !passes(11, "10.3.0.2"))
  }

  @Test func `a region of the file is a set, a country a condition`() throws {
    #expect(try passes(12, "10.3.0.3") && !passes(12, "10.3.0.4"))
    #expect(try !passes(13, "10.3.0.3"))
    #expect(try passes(13, "10.3.0.3", assuming: ["region-destination:AQ"]))
  }

  @Test func `an unresolved name is neither any nor none`() throws {
    #expect(try !passes(14, "10.3.0.5"))
    #expect(try passes(14, "10.3.0.5", assuming: ["address-destination:nobody"]))
    #expect(try !passes(15, "10.3.0.5"))
    #expect(try passes(15, "10.3.0.5", assuming: ["address-destination:odd"]))
  }

  @Test func `the IPv6 prefix of length 0 holds IPv4 too`() throws {
    #expect(try passes(16, "10.3.0.5"))
    let zero = try #require(try panosLiteral("0.0.0.0/0"))
    #expect(zero.ipv6.isEmpty)
  }

  /// What a literal in a rule stands for, by the rule that a small configuration gets.
  private func panosLiteral(_ text: String) throws -> AddressSet? {
    let firewall = try Firewall(
      Array(
        """
        <config><devices><entry name="localhost.localdomain"><vsys><entry name="vsys1"><rulebase>
        <security><rules><entry name="r"><from><member>any</member></from><to><member>any</member>
        </to><source><member>\(text)</member></source><destination><member>any</member>
        </destination><service><member>any</member></service><application><member>any</member>
        </application><action>deny</action></entry></rules></security></rulebase></entry></vsys>
        </entry></devices></config>
        """.utf8), "inline")
    let rule = firewall.rules("security").first { $0.name == "r" }
    guard case .field(let field, let ranges) = rule?.match else {
      return nil
    }
    return field == .sourceIPv4 ? AddressSet(ipv4: ranges) : AddressSet(ipv6: ranges)
  }

  @Test func `a rule can hold addresses, prefixes and ranges themselves`() throws {
    for inside in ["10.3.0.9", "10.3.0.16", "10.3.0.19", "10.3.0.40", "10.3.0.41"] {
      #expect(try passes(17, inside), "\(inside)")
    }
    #expect(try !passes(17, "10.3.0.20") && !passes(17, "10.3.0.42"))
  }

  @Test func `the roles of one name are two conditions`() throws {
    let firewall = try Firewall("addresses")
    #expect(firewall.conditions.contains("fqdn-destination:name"))
    #expect(!firewall.conditions.contains("fqdn-source:name"))
  }

  @Test func `built-in services are there, and a definition goes before`() throws {
    let firewall = try Firewall("services")
    func open(_ port: UInt16, _ destination: String, _ source: String = "10.1.0.5") throws -> Bool {
      let packet = tcp(source, destination, port)
      let interface = source == "10.1.0.5" ? "ethernet1/1" : "ethernet1/3"
      return try !firewall.reached(packet, from: interface).isEmpty
    }
    #expect(try open(80, "10.3.0.5") && open(8080, "10.3.0.5") && !open(81, "10.3.0.5"))
    #expect(try open(9443, "203.0.113.7") && !open(443, "203.0.113.7"))
    // A service may even be called any.
    #expect(try open(7777, "10.1.0.5", "10.3.0.5") && !open(7778, "10.1.0.5", "10.3.0.5"))
  }

  @Test func `services have lists, ranges, source ports and groups`() throws {
    let firewall = try Firewall("services")
    func open(_ packet: Header) throws -> Bool {
      try firewall.reached(packet, from: "ethernet1/1") == ["ethernet1/3"]
    }
    for port: UInt16 in [389, 646, 1000, 1010] {
      #expect(try open(tcp("10.1.0.5", "10.3.0.5", port)), "\(port)")
    }
    #expect(try !open(tcp("10.1.0.5", "10.3.0.5", 1011)))
    #expect(try open(udp("10.1.0.5", "10.3.0.5", 500, from: 500)))
    #expect(try !open(udp("10.1.0.5", "10.3.0.5", 500)))
    #expect(try open(udp("10.1.0.5", "10.3.0.5", 123)))
    #expect(try !open(tcp("10.1.0.5", "10.3.0.5", 123)))
  }

  @Test func `unknown services and circles of groups are conditions`() throws {
    let firewall = try Firewall("services")
    let odd = tcp("10.1.0.5", "10.3.0.5", 4444)
    #expect(try firewall.reached(odd, from: "ethernet1/1") == [])
    let named = try firewall.reached(odd, from: "ethernet1/1", assuming: ["service:nobody"])
    #expect(named == ["ethernet1/3"])
    let loop = udp("10.3.0.5", "203.0.113.7", 124)
    #expect(try firewall.reached(loop, from: "ethernet1/3") == [])
    let assumed = try firewall.reached(loop, from: "ethernet1/3", assuming: ["service:loop a"])
    #expect(assumed == ["ethernet1/2"])
  }
}
