import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `PAN-OS policy` {
  @Test func `the first rule that matches decides`() throws {
    let firewall = try Firewall("order")
    #expect(try firewall.reached(tcp("10.1.0.5", "203.0.113.7", 23), from: "ethernet1/1") == [])
    let other = try firewall.reached(tcp("10.1.0.5", "203.0.113.7", 24), from: "ethernet1/1")
    #expect(other == ["ethernet1/2"])
    let names = firewall.rules("security").map(\.name)
    #expect(
      names == [
        "no session", "expected sessions", "no telnet", "off", "all", "late", "intrazone-default",
        "interzone-default",
      ])
  }

  @Test func `actions and logging are those of the rule`() throws {
    let rules = try Firewall("order").rules("security").filter { $0.name != "no session" }
    #expect(rules.map(\.action) == [.permit, .deny, .permit, .permit, .reject, .permit, .deny])
    #expect(rules.map(\.logs) == [false, false, false, true, false, false, false])
    #expect(rules[1].place.line > 0)
    #expect(rules[5].place.line == 0)
  }

  @Test func `without a rule a zone reaches itself and no other`() throws {
    let firewall = try Firewall("defaults")
    let within = try firewall.reached(tcp("10.1.0.5", "10.4.0.5", 80), from: "ethernet1/1")
    #expect(within == ["ethernet1/4"])
    #expect(try firewall.reached(tcp("10.1.0.5", "10.3.0.5", 80), from: "ethernet1/1") == [])
  }

  @Test func `a disabled rule is no rule`() throws {
    let names = try Firewall("defaults").rules("security").map(\.name)
    #expect(names == ["no session", "no zone", "intrazone-default", "interzone-default"])
  }

  @Test func `an interface without a zone passes nothing`() throws {
    let firewall = try Firewall("defaults")
    #expect(try firewall.reached(tcp("10.5.0.5", "10.1.0.5", 80), from: "ethernet1/5") == [])
    #expect(try firewall.reached(tcp("10.1.0.5", "10.5.0.5", 80), from: "ethernet1/1") == [])
    #expect(firewall.hasNotice("interface 'ethernet1/5' is in no zone"))
  }

  @Test func `a rule's type says which pairs of its zones it is for`() throws {
    let firewall = try Firewall("rule-types")
    func reaches(_ port: UInt16, _ destination: String) throws -> Bool {
      let packet = tcp("10.1.0.5", destination, port)
      return try !firewall.reached(packet, from: "ethernet1/1").isEmpty
    }
    let inside = "10.4.0.5"
    let other = "10.3.0.5"
    #expect(try [1, 2, 3].map { try reaches($0, inside) } == [true, false, true])
    #expect(try [1, 2, 3].map { try reaches($0, other) } == [false, true, true])
  }

  @Test func `an intrazone rule for two zones is doubtful, and so is an unknown type`() throws {
    let firewall = try Firewall("rule-types")
    let within = tcp("10.1.0.5", "10.4.0.5", 4)
    #expect(try firewall.reached(within, from: "ethernet1/1") == [])
    let allowed = try firewall.reached(
      within, from: "ethernet1/1", assuming: ["malformed:odd/rule-type"])
    #expect(allowed == ["ethernet1/4"])
    let across = try firewall.reached(
      tcp("10.1.0.5", "10.3.0.5", 4), from: "ethernet1/1", assuming: ["malformed:odd/rule-type"])
    #expect(across == [])
    let strange = try firewall.reached(
      tcp("10.1.0.5", "10.3.0.5", 5), from: "ethernet1/1",
      assuming: ["malformed:strange/rule-type"])
    #expect(strange == ["ethernet1/3"])
  }

  @Test func `the default rules can be changed`() throws {
    let firewall = try Firewall("rule-types")
    #expect(try firewall.reached(tcp("10.1.0.5", "10.4.0.5", 80), from: "ethernet1/1") == [])
    let rule = try #require(firewall.rules("security").first { $0.name == "intrazone-default" })
    #expect(rule.action == .deny && rule.logs && rule.place.line > 0)
  }

  @Test(arguments: [
    (1, "user:plant\\engineers"), (2, "schedule:maintenance"), (3, "url-category:news"),
    (4, "source-hip:clean"), (6, "unmodelled:unknown part/weather"),
    (7, "malformed:empty disabled/disabled"), (8, "malformed:no source/source"),
    (9, "target:other firewall"), (11, "action:action"), (12, "from-zone:nowhere"),
  ])
  func `what the file does not settle is a condition`(_ port: UInt16, _ condition: String) throws {
    let firewall = try Firewall("criteria")
    let packet = tcp("10.1.0.5", "10.3.0.5", port)
    #expect(try firewall.reached(packet, from: "ethernet1/1") == [])
    let assumed = try firewall.reached(packet, from: "ethernet1/1", assuming: [condition])
    #expect(assumed == ["ethernet1/3"])
  }

  @Test(arguments: [5, 10, 13])
  func `what asks nothing is no condition`(_ port: UInt16) throws {
    let firewall = try Firewall("criteria")
    let packet = tcp("10.1.0.5", "10.3.0.5", port)
    #expect(try firewall.reached(packet, from: "ethernet1/1") == ["ethernet1/3"])
  }

  @Test func `a schedule has one outcome everywhere, a user one for each source`() throws {
    let conditions = try Firewall("criteria").context.conditions
    let schedule = try #require(conditions.index(named: "fw/schedule:maintenance"))
    #expect(conditions[schedule].scope == .global)
    let user = try #require(conditions.index(named: "fw/user:plant\\engineers"))
    #expect(
      conditions[user].scope == .evaluation(of: [.sourceIPv4, .sourceIPv6, .sourcePort]))
  }

  @Test func `rules against denial of service come before security`() throws {
    let firewall = try Firewall("early-lists")
    #expect(try firewall.reached(udp("10.1.0.5", "10.3.0.5", 514), from: "ethernet1/1") == [])
    let web = tcp("10.1.0.5", "10.3.0.5", 80)
    #expect(try firewall.reached(web, from: "ethernet1/1") == ["ethernet1/3"])
    let slow = try firewall.reached(
      web, from: "ethernet1/1", assuming: ["dos-protection:slow web"])
    #expect(slow == [])
  }

  @Test func `an authentication rule can only take away`() throws {
    let firewall = try Firewall("early-lists")
    let packet = tcp("10.3.0.5", "10.1.0.5", 80)
    #expect(try firewall.reached(packet, from: "ethernet1/3") == ["ethernet1/1"])
    let held = try firewall.reached(
      packet, from: "ethernet1/3", assuming: ["authentication:log in"])
    #expect(held == [])
  }

  @Test func `a rulebase that is not modelled may deny`() throws {
    let firewall = try Firewall("early-lists")
    let packet = tcp("10.1.0.5", "10.3.0.5", 22)
    #expect(try firewall.reached(packet, from: "ethernet1/1") == ["ethernet1/3"])
    let some = "rulebase:tunnel-inspect"
    #expect(try firewall.reached(packet, from: "ethernet1/1", assuming: [some]) == [])
    let passed = try firewall.reached(
      packet, from: "ethernet1/1", assuming: [some, "rulebase:tunnel-inspect-decision"])
    #expect(passed == ["ethernet1/3"])
  }

  @Test func `pushed rules go before and after the firewall's own`() throws {
    let firewall = try Firewall("pushed-rules")
    #expect(
      firewall.rules("security").map(\.name) == [
        "no session", "expected sessions", "first", "own", "last", "intrazone-default",
        "interzone-default",
      ])
    #expect(try firewall.reached(tcp("10.1.0.5", "10.3.0.5", 80), from: "ethernet1/1") == [])
    let other = try firewall.reached(tcp("10.1.0.5", "10.3.0.5", 443), from: "ethernet1/1")
    #expect(other == ["ethernet1/3"])
  }

  @Test func `a managed firewall whose file has no pushed rules may have any`() throws {
    let firewall = try Firewall("managed")
    let closed = tcp("10.1.0.5", "10.3.0.5", 22)
    let open = tcp("10.1.0.5", "10.3.0.5", 80)
    #expect(try firewall.reached(closed, from: "ethernet1/1") == [])
    #expect(try firewall.reached(open, from: "ethernet1/1") == ["ethernet1/3"])
    let pushed = "panorama:pushed-rules"
    #expect(try firewall.reached(open, from: "ethernet1/1", assuming: [pushed]) == [])
    let both = try firewall.reached(
      closed, from: "ethernet1/1", assuming: [pushed, "panorama:pushed-decision"])
    #expect(both == ["ethernet1/3"])
  }
}
