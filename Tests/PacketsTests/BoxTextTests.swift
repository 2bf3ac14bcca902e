import Packets
import Testing

@Suite struct `Box text` {
  private static func box(_ constraints: [(HeaderField, Ranges)]) -> HeaderBox {
    var box = HeaderBox()
    for (field, values) in constraints { box.constrain(field, to: values) }
    return box
  }

  @Test(
    arguments: [
      ([], "any -> any"),
      ([(.family, Ranges(0))], "IPv4 any -> any"),
      ([(.family, Ranges(0...1))], "IP any -> any"),
      ([(.family, Ranges(1...2))], "IPv6+frames any -> any"),
      (
        [
          (.family, Ranges(0)), (.sourceIPv4, Ranges(0x0a01_0000...0x0a01_ffff)),
          (.destinationIPv4, Ranges(0x0a02_0304)), (.protocol, Ranges(6)),
          (.destinationPort, Ranges(values: [22, 3389])), (.etherType, Ranges(0)),
          (.sourceIPv6, Ranges(0)), (.nextHeader, Ranges(0)),
        ], "10.1.0.0/16 -> 10.2.3.4 tcp/22,3389"
      ),
      (
        [
          (.sourceIPv4, Ranges(0x0a00_0001...0x0a00_0009)), (.protocol, Ranges(values: [6, 17])),
          (.destinationPort, Ranges(53)), (.sourcePort, Ranges(1024...65535)),
        ], "10.0.0.1-10.0.0.9 -> any tcp+udp/53 from port 1024-65535"
      ),
      (
        [(.destinationIPv4, Ranges(0x0a00_0000...0x0aff_ffff).complement(upTo: 0xffff_ffff))],
        "any -> not 10.0.0.0/8"
      ),
      ([(.family, Ranges(1)), (.sourceIPv6, Ranges(1))], "::1 -> any"),
      (
        [(.sourceIPv4, Ranges([0x0a00_0000...0x0a00_0006, 0x0a00_0008...0x0a00_00ff]))],
        "10.0.0.0/24(not 10.0.0.7) -> any"
      ),
      (
        [(.sourceIPv4, Ranges([0x0a00_0000...0x0a00_0001, 4...5, 7...7, 9...9]))],
        "0.0.0.4/31,0.0.0.7,0.0.0.9,10.0.0.0/31 -> any"
      ),
      (
        [(.sourceIPv4, Ranges([0...1, 4...88, 91...127, 129...129]))],
        "0.0.0.0/25(not 0.0.0.2/31, 0.0.0.89-0.0.0.90),0.0.0.129 -> any"
      ),
      (
        [(.sourceIPv4, Ranges(1)), (.sourceIPv6, Ranges(2)), (.family, Ranges(0...1))],
        "IP 0.0.0.1 / ::2 -> any"
      ),
      (
        [(.protocol, Ranges(1)), (.icmpType, Ranges(8)), (.icmpCode, Ranges(0))],
        "any -> any icmp type 8 code 0"
      ),
      ([(.protocol, Ranges(6).complement(upTo: 255))], "any -> any not tcp"),
      ([(.protocol, Ranges(0...100))], "any -> any protocol 0-100"),
      ([(.destinationPort, Ranges(0...1023))], "any -> any port 0-1023"),
      (
        [(.destinationPort, Ranges(80).complement(upTo: 65535)), (.protocol, Ranges(6))],
        "any -> any tcp port not 80"
      ),
      ([(.tcpFlags, TCPFlags.initial), (.protocol, Ranges(6))], "any -> any tcp initial"),
      ([(.tcpFlags, TCPFlags.values(where: 18, equals: 2))], "any -> any flags syn,!ack"),
      (
        [(.tcpFlags, TCPFlags.values(where: 20, equals: 0).complement(upTo: 255))],
        "any -> any ack or rst"
      ),
      ([(.fragment, Ranges(1))], "any -> any later fragments"),
      ([(.family, Ranges(2)), (.etherType, Ranges(0x88b8))], "frames goose"),
      ([(.family, Ranges(2)), (.etherType, Ranges(0x0102))], "frames 0x0102"),
      (
        [(.ingress, Ranges(3)), (.connectionState, Ranges(1))],
        "any -> any connection state new ingress 3"
      ),
      (
        [(.sentSourceIPv4, Ranges(0x0a00_0000...0x0aff_ffff))],
        "any -> any sent source IPv4 10.0.0.0/8"
      ),
      ([(.protocol, .none)], "nothing"),
    ] as [([(HeaderField, Ranges)], String)])
  func `boxes read as flows`(constraints: [(HeaderField, Ranges)], text: String) {
    #expect(Self.box(constraints).description == text)
  }

  @Test func `names stand for numbers`() {
    var box = Self.box([(.ingress, Ranges(3))])
    box.constrain(Literal(5, true))
    box.constrain(Literal(6, false))
    let names = HeaderBox.Names(
      value: { field, value in field == .ingress && value == 3 ? "eth2" : nil },
      condition: { "gw/schedule:\($0)" })
    #expect(box.text(names) == "any -> any ingress eth2 if gw/schedule:5 unless gw/schedule:6")
  }
}
