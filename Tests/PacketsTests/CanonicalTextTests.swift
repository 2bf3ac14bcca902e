import Packets
import Testing

@Suite struct `Canonical text` {
  private func text(_ build: (inout CanonicalText) -> Void) -> String {
    var text = CanonicalText()
    build(&text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  @Test func `a box is its fields in order, then its literals`() {
    var box = HeaderBox()
    box.constrain(Literal(12, false))
    box.constrain(Literal(3, true))
    box.constrain(.destinationPort, to: Ranges([22...22, 80...443]))
    box.constrain(.family, to: Ranges(0))
    box.constrain(.sourceIPv4, to: Ranges(0x0A00_0000...0x0A00_00FF))
    #expect(
      text { $0.add(box) }
        == "family=0 sourceIPv4=10.0.0.0-10.0.0.255 destinationPort=22,80-443 +3 -12")
  }

  @Test func `everything is a star, and nothing says so`() {
    #expect(text { $0.add(HeaderBox()) } == "*")
    #expect(text { $0.add(HeaderBox().constrained(.vrf, to: .none)) } == "family=none")
  }

  @Test func `IPv6 addresses have eight groups`() {
    #expect(
      text { $0.add(0x2001_0db8_0000_0000_0000_0000_0000_0001, of: .sourceIPv6) }
        == "2001:db8:0:0:0:0:0:1")
    #expect(
      text { $0.add(.max, of: .sessionDestinationIPv6) }
        == "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")
  }

  @Test(arguments: [
    (0, "0"), (9, "9"), (10, "10"), (UInt128(UInt64.max), "18446744073709551615"),
    (UInt128(UInt64.max) + 1, "18446744073709551616"),
    (UInt128.max, "340282366920938463463374607431768211455"),
  ])
  func `numbers are decimal`(_ number: UInt128, _ expected: String) {
    #expect(text { $0.add(number) } == expected)
  }

  @Test func `each field has one name`() {
    for field in HeaderField.allCases {
      #expect(HeaderField(canonicalName: field.canonicalName) == field)
    }
    #expect(HeaderField.protocol.canonicalName == "protocol")
    #expect(HeaderField(canonicalName: "ttl") == nil)
  }
}
