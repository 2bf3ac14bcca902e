import Packets
import Testing

@Suite struct `Service and protocol names` {
  @Test(
    arguments: [
      ("modbus", "tcp/502 udp/502"), ("dnp3", "tcp/20000 udp/20000"),
      ("DNP3", "tcp/20000 udp/20000"),
      ("iec104", "tcp/2404 udp/2404"), ("mms", "tcp/102 udp/102"), ("opcua", "tcp/4840 udp/4840"),
      ("enip", "tcp/44818 udp/2222,44818"), ("bacnet", "udp/47808"),
      ("hart-ip", "tcp/5094 udp/5094"), ("profinet", "tcp/34962-34964 udp/34962-34964"),
      ("ssh", "tcp/22"), ("dhcp", "udp/67-68"),
    ]) func `a name gives its protocols and ports`(name: String, services: String) throws
  {
    let found = try #require(ServiceNames.lookup(name))
    #expect(found.map(\.description).joined(separator: " ") == services)
  }

  @Test func `every name in the table leads to a port and every line has one`() {
    #expect(ServiceNames.all.count > 200)
    for name in ServiceNames.all {
      #expect(ServiceNames.lookup(name)?.isEmpty == false, "\(name)")
    }
    #expect(ServiceNames.lookup("no-such-service") == nil)
  }

  @Test func `a port has one usual name`() {
    #expect(ServiceNames.name(6, 502) == "modbus")
    #expect(ServiceNames.name(6, 443) == "https")
    #expect(ServiceNames.name(17, 443) == "quic")
    #expect(ServiceNames.name(6, 102) == "iso-tsap")
    #expect(ServiceNames.name(6, 1) == nil)
  }

  @Test func `protocols have numbers, names and aliases`() {
    #expect(ProtocolNames.number("GRE") == 47)
    #expect(ProtocolNames.name(47) == "gre")
    #expect(ProtocolNames.number("ipv6-icmp") == 58)
    #expect(ProtocolNames.number("255") == 255)
    #expect(ProtocolNames.number("256") == nil)
    #expect(ProtocolNames.number("06") == nil)
    #expect(ProtocolNames.number("0") == 0)
    #expect(ProtocolNames.number("") == nil)
    #expect(ProtocolNames.text(254) == "254")
    for number in UInt8.min...UInt8.max {
      #expect(ProtocolNames.number(ProtocolNames.text(number)) == number)
    }
  }
}
