import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `PAN-OS applications` {
  private func passes(
    _ packet: Header, _ fixture: String = "applications", assuming names: Set<String> = []
  ) throws -> Bool {
    let firewall = try Firewall(fixture)
    return try firewall.reached(packet, from: "ethernet1/1", assuming: names) == ["ethernet1/3"]
  }

  @Test func `application-default takes the ports from the applications`() throws {
    let labels = try Firewall("applications")
    let ssh = try labels.label("ssh")
    let ssl = try labels.label("ssl")
    #expect(try passes(tcp("10.1.0.5", "10.3.0.5", 22, application: ssh)))
    #expect(try passes(tcp("10.1.0.5", "10.3.0.5", 443, application: ssl)))
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.5", 443, application: ssh)))
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.5", 2222, application: ssh)))
  }

  @Test func `first packets pass until the application is identified`() throws {
    #expect(try passes(tcp("10.1.0.5", "10.3.0.5", 443)))
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.5", 444)))
    // With any service they pass on every port.
    #expect(try passes(tcp("10.1.0.5", "10.3.0.140", 502)))
    let other = UInt16(9999)
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.140", 502, application: other)))
  }

  @Test func `a rule that denies an application does not stop first packets`() throws {
    let ftp = try Firewall("applications").label("ftp")
    #expect(try passes(tcp("10.1.0.5", "10.3.0.130", 21)))
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.130", 21, application: ftp)))
  }

  @Test func `an application that its header tells may be known at once`() throws {
    let packet = icmp("10.1.0.5", "10.3.0.130", 8)
    #expect(try passes(packet))
    #expect(try !passes(packet, assuming: ["app-id:identified-by-header"]))
  }

  @Test func `packets of other protocols may pass until the application is known`() throws {
    let packet = icmp("10.1.0.5", "10.3.0.140", 8)
    #expect(try !passes(packet))
    #expect(try passes(packet, assuming: ["app-id:first-packets-of-other-protocols"]))
  }

  @Test func `an application of the file has the ports that it gives`() throws {
    let poll = try Firewall("applications").label("plant-poll")
    #expect(try passes(tcp("10.1.0.5", "10.3.0.150", 4001, application: poll)))
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.150", 4002, application: poll)))
    #expect(try passes(udp("10.1.0.5", "10.3.0.150", 4002)))
    #expect(try passes(icmp("10.1.0.5", "10.3.0.200", 8)))
    #expect(try !passes(icmp("10.1.0.5", "10.3.0.200", 13)))
  }

  @Test func `unknown default ports are a condition`() throws {
    let rare = try Firewall("applications").label("rare-app")
    let packet = tcp("10.1.0.5", "10.3.0.160", 4711, application: rare)
    #expect(try !passes(packet))
    #expect(try passes(packet, assuming: ["application-default:rare-app"]))
  }

  @Test func `with any application every one is held to its own ports`() throws {
    #expect(try passes(tcp("10.1.0.5", "10.3.0.170", 502)))
    let odd = tcp("10.1.0.5", "10.3.0.170", 33_333)
    #expect(try !passes(odd))
    #expect(try passes(odd, assuming: ["application-default:any"]))
  }

  @Test func `a filter is a condition, a group its members`() throws {
    let social = tcp("10.1.0.5", "10.3.0.180", 80, application: 9999)
    #expect(try !passes(social))
    #expect(try passes(social, assuming: ["application-filter:social"]))
    #expect(try passes(udp("10.1.0.5", "10.3.0.190", 53)))
    #expect(try passes(tcp("10.1.0.5", "10.3.0.190", 4000)))
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.190", 4002)))
  }

  @Test func `the built-in table is named where it was used`() throws {
    let firewall = try Firewall("applications")
    let notice = try #require(
      firewall.context.notices.first { $0.message.contains("built-in table") })
    #expect(notice.kind == .inferred && notice.message.hasSuffix("dns, ssh, ssl"))
  }

  @Test func `application override tells the application from the first packet on`() throws {
    let override = "application-override"
    #expect(try passes(tcp("10.1.0.5", "10.3.0.5", 4000), override))
    // What is overridden to another application is denied at once, whatever its content is.
    let poll = try Firewall(override).label("plant-poll")
    #expect(try !passes(tcp("10.1.0.5", "10.3.0.5", 5000, application: poll), override))
    #expect(try passes(tcp("10.1.0.5", "10.3.0.5", 5001), override))
  }

  @Test func `admitted applications may open further sessions`() throws {
    let firewall = try Firewall("sessions")
    let back = tcp("10.3.0.5", "10.1.0.5", 50_000)
    #expect(try firewall.reached(back, from: "ethernet1/3") == [])
    let expected = try firewall.reached(
      back, from: "ethernet1/3", assuming: ["alg:expected-sessions"])
    #expect(expected == ["ethernet1/1"])
    // Nothing that opens others is allowed between these zones.
    let outside = try firewall.reached(
      tcp("203.0.113.7", "10.1.0.5", 50_000), from: "ethernet1/2",
      assuming: ["alg:expected-sessions"])
    #expect(outside == [])
  }
}
