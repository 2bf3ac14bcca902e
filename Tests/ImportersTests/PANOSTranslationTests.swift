import Networks
import Packets
import Simulation
import Testing

@Suite struct `PAN-OS translation` {
  @Test func `security matches the address before translation with the zone after it`() throws {
    let firewall = try Firewall("destination-nat")
    let served = try firewall.deliveries(
      tcp("203.0.113.99", "203.0.113.10", 8080), from: "ethernet1/2")
    #expect(served == ["ethernet1/3 203.0.113.99:40000 > 10.3.0.5:8080"])
    // The rule that names the inner address does not match a packet for the outer one.
    let inner = try firewall.reached(tcp("203.0.113.99", "203.0.113.11", 80), from: "ethernet1/2")
    #expect(inner == [])
  }

  @Test func `a NAT rule asks for the zone of the route to the original destination`() throws {
    let firewall = try Firewall("destination-nat")
    // The rule that names the inner zone never matches, so the packet stays in the outer one.
    let walks = try firewall.deliveries(
      tcp("203.0.113.99", "203.0.113.12", 80), from: "ethernet1/2")
    #expect(!walks.contains { $0.hasPrefix("ethernet1/3") })
  }

  @Test func `a disabled NAT rule, or one for another way out, is passed over`() throws {
    let firewall = try Firewall("narrow-matches")
    let served = try firewall.deliveries(
      tcp("203.0.113.99", "203.0.113.10", 80), from: "ethernet1/2")
    #expect(served == ["ethernet1/3 203.0.113.99:40000 > 10.3.0.5:80"])
    #expect(!firewall.rules("nat").contains { $0.name == "off" })
  }

  @Test func `a port of the firewall's own address can lead inside`() throws {
    let firewall = try Firewall("destination-nat")
    let web = try firewall.deliveries(tcp("203.0.113.99", "203.0.113.1", 8080), from: "ethernet1/2")
    #expect(web == ["ethernet1/3 203.0.113.99:40000 > 10.3.0.7:80"])
    let other = try firewall.reached(tcp("203.0.113.99", "203.0.113.1", 22), from: "ethernet1/2")
    #expect(other == [])
  }

  @Test func `a range is translated at the same offset`() throws {
    let firewall = try Firewall("destination-nat")
    let rules = firewall.rules("nat").filter { $0.name == "range" }
    #expect(rules.count == 1)
    guard case .translateDestination(let index) = try #require(rules.first?.effects.first) else {
      Issue.record("the rule translates no destination")
      return
    }
    let from = try Prefix(parsing: "203.0.113.32/30")
    let to = try Prefix(parsing: "10.3.0.64/30")
    #expect(firewall.device.translations[index].address == .prefix(from: from, to: to))
  }

  @Test func `a translation to a domain name may lead anywhere`() throws {
    let firewall = try Firewall("destination-nat")
    let rule = try #require(firewall.rules("nat").first { $0.name == "named" })
    guard case .translateDestination(let index) = try #require(rule.effects.first) else {
      Issue.record("the rule translates no destination")
      return
    }
    #expect(firewall.device.translations[index].address == .pool(.all))
    #expect(firewall.hasNotice("what the rule 'named' translates to is not in the file"))
  }

  @Test func `the firewall answers for translated addresses of its subnets`() throws {
    let firewall = try Firewall("destination-nat")
    let outer = firewall.device.interfaces[try firewall.index("ethernet1/2")]
    #expect(outer.answersFor.contains(address("203.0.113.10")))
    #expect(outer.answersFor.contains(address("203.0.113.35")))
    #expect(!outer.answersFor.contains(address("203.0.113.1")))
    #expect(!outer.answersFor.contains(address("203.0.113.14")))
    #expect(firewall.device.interfaces[try firewall.index("ethernet1/3")].answersFor.isEmpty)
  }

  @Test func `a rule without translation exempts from the rules below`() throws {
    let firewall = try Firewall("source-nat")
    let exempt = try firewall.deliveries(tcp("10.1.0.9", "203.0.113.7", 80), from: "ethernet1/1")
    #expect(exempt == ["ethernet1/2 10.1.0.9:40000 > 203.0.113.7:80"])
  }

  @Test func `static translation keeps the port and works in both directions`() throws {
    let firewall = try Firewall("source-nat")
    let out = try firewall.deliveries(tcp("10.1.0.5", "203.0.113.7", 80), from: "ethernet1/1")
    #expect(out == ["ethernet1/2 203.0.113.40:40000 > 203.0.113.7:80"])
    let back = try firewall.deliveries(tcp("203.0.113.7", "203.0.113.40", 22), from: "ethernet1/2")
    #expect(back == ["ethernet1/1 203.0.113.7:40000 > 10.1.0.5:22"])
    // A rule in one direction has no reverse.
    let block = try firewall.reached(tcp("203.0.113.7", "203.0.113.65", 22), from: "ethernet1/2")
    #expect(block == [])
  }

  @Test func `static translation of ranges that are aligned differently maps each address`() throws
  {
    let firewall = try Firewall("source-nat")
    for offset in 0..<4 {
      let source = "10.1.0.\(16 + offset)"
      let out = try firewall.deliveries(tcp(source, "203.0.113.7", 80), from: "ethernet1/1")
      #expect(out == ["ethernet1/2 203.0.113.\(65 + offset):40000 > 203.0.113.7:80"])
    }
  }

  @Test func `dynamic translation takes the interface's address and any high port`() throws {
    let firewall = try Firewall("source-nat")
    let out = try firewall.deliveries(tcp("10.1.0.77", "203.0.113.7", 80), from: "ethernet1/1")
    #expect(out.contains("ethernet1/2 203.0.113.1:1024 > 203.0.113.7:80"))
    #expect(out.contains("ethernet1/2 203.0.113.1:65535 > 203.0.113.7:80"))
    #expect(out.allSatisfy { $0.contains(" 203.0.113.1:") })
  }

  @Test func `a pool of addresses keeps the port`() throws {
    let firewall = try Firewall("source-nat")
    let out = try firewall.deliveries(tcp("10.3.0.9", "203.0.113.7", 80), from: "ethernet1/3")
    #expect(
      out == [
        "ethernet1/2 203.0.113.80:40000 > 203.0.113.7:80",
        "ethernet1/2 203.0.113.81:40000 > 203.0.113.7:80",
      ])
  }

  @Test func `one rule translates both ends`() throws {
    let firewall = try Firewall("two-way-nat")
    let out = try firewall.deliveries(tcp("10.1.0.5", "10.1.0.200", 80), from: "ethernet1/1")
    #expect(out.contains("ethernet1/3 10.3.0.1:1024 > 10.3.0.5:80"))
    #expect(out.allSatisfy { $0.hasPrefix("ethernet1/3 10.3.0.1:") })
  }

  @Test func `translation between the families is an opaque step`() throws {
    let firewall = try Firewall("families-nat")
    #expect(firewall.conditions.contains("nat64:six to four"))
    let list = try #require(firewall.rules("family translation").first)
    guard case .opaque(_, let writes) = list.action else {
      Issue.record("the step is not opaque")
      return
    }
    #expect(writes.contains(.family) && writes.contains(.sourceIPv4))
  }

  @Test func `prefix translation of IPv6 changes more than the prefix`() throws {
    let firewall = try Firewall("families-nat")
    let rule = try #require(firewall.rules("nat").first { $0.name == "prefix" })
    guard case .translateSource(let index) = try #require(rule.effects.first) else {
      Issue.record("the rule translates no source")
      return
    }
    let prefix = try Prefix(parsing: "2001:db8:2::/64")
    #expect(firewall.device.translations[index].address == .pool(AddressSet([prefix])))
  }

  @Test func `replies ride the session and need no rule`() throws {
    let firewall = try Firewall("destination-nat")
    let simulator = firewall.simulator(assuming: [])
    let outer = try firewall.index("ethernet1/2")
    let inner = try firewall.index("ethernet1/3")
    let trip = simulator.roundTrip(
      tcp("203.0.113.99", "203.0.113.10", 8080), from: .segment(outer)
    ) { outcome in
      if case .delivered(inner, _) = outcome { true } else { false }
    }
    #expect(trip?.back.outcome.delivered?.source == address("203.0.113.10").value)
  }
}
