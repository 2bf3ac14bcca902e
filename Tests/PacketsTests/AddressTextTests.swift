import Packets
import Testing

@Suite struct `Address text` {
  @Test(
    arguments: [
      "0.0.0.0", "10.1.2.3", "255.255.255.255", "::", "::1", "2001:db8::1", "2001:db8:0:1::",
      "2001:db8:0:1:1:1:1:1", "1:2:3:4:5:6:7:8", "fe80::1:0:0:2", "::ffff:10.0.0.1", "1::",
      "0:1::",
    ]) func `the canonical text reads back as itself`(text: String) throws
  {
    #expect(try IPAddress(parsing: text).description == text)
  }

  @Test(
    arguments: [
      ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("0:0:0:0:0:0:0:0", "::"),
      ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
      ("::10.0.0.1", "::a00:1"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
      ("0001::0002", "1::2"), ("0:0:0:0:0:ffff:1.2.3.4", "::ffff:1.2.3.4"),
    ]) func `other spellings have one canonical text`(text: String, canonical: String) throws
  {
    #expect(try IPAddress(parsing: text).description == canonical)
  }

  @Test(
    arguments: [
      ("", .empty), ("10.1", .octetCount(2)), ("1.2.3.4.5", .octetCount(5)),
      ("256.1.1.1", .octetTooLarge("256")),
      ("1.2.3.9999999999999", .octetTooLarge("9999999999999")),
      ("010.1.1.1", .leadingZero("010")), ("1.2.3.00", .leadingZero("00")),
      ("1..2.3", .unexpected(".")), ("1.2.3.", .unexpected(".")), ("1.2.3.x", .unexpected("x")),
      ("1.2.3.-4", .unexpected("-")), ("1.2.3.+4", .unexpected("+")),
      (" 1.2.3.4", .unexpected(" ")),
      ("1.2.3.4 ", .unexpected(" ")), ("1.2.3.é", .unexpected("é")),
      ("1:2", .groupCount(2)), ("1:2:3:4:5:6:7:8:9", .groupCount(9)),
      ("1:2:3:4::5:6:7:8", .groupCount(8)), ("::1::", .twoCompressions),
      (":1::2", .singleColon), ("1::2:", .singleColon), (":", .singleColon),
      ("1:2:3:4:5:6:7:", .singleColon), (":::", .singleColon), ("1:::2", .singleColon),
      ("12345::", .groupTooLong("12345")), ("::g", .unexpected("g")), ("fe80::1%eth0", .zone),
      ("::1.2.3", .octetCount(3)), ("1.2.3.4::", .unexpected(".")),
      ("::1.2.3.400", .octetTooLarge("400")),
    ] as [(String, AddressError.Reason)])
  func `what is no address is refused with its reason`(
    text: String, reason: AddressError.Reason
  ) {
    #expect(throws: AddressError(text, reason)) { try IPAddress(parsing: text) }
  }

  @Test func `every prefix length reads back, and its bounds are right`() throws {
    for length in 0...32 {
      let prefix = try #require(Prefix(IPAddress(ipv4: 0xffff_ffff), length: length))
      #expect(try Prefix(parsing: prefix.description) == prefix)
    }
    for length in 0...128 {
      let prefix = try #require(Prefix(IPAddress(ipv6: .max), length: length))
      #expect(try Prefix(parsing: prefix.description) == prefix)
    }
  }

  @Test(
    arguments: [
      ("10.0.0.0/33", .length("33", greatest: 32)), ("10.0.0.0/", .length("", greatest: 32)),
      ("10.0.0.0/-1", .length("-1", greatest: 32)), ("10.0.0.0/+8", .length("+8", greatest: 32)),
      ("10.0.0.0/08", .leadingZero("08")), ("::/129", .length("129", greatest: 128)),
      ("10.0.0.0/8/8", .length("8/8", greatest: 32)), ("/8", .empty),
      ("1.2.3/24", .octetCount(3)),
    ] as [(String, AddressError.Reason)])
  func `what is no prefix is refused with its reason`(text: String, reason: AddressError.Reason) {
    #expect(throws: AddressError(text, reason)) { try Prefix(parsing: text) }
  }

  @Test func `host bits are refused in a prefix and kept in an interface address`() throws {
    let meant = try Prefix(parsing: "10.1.0.0/16")
    #expect(throws: AddressError("10.1.2.3/16", .hostBits(meant))) {
      try Prefix(parsing: "10.1.2.3/16")
    }
    let read = try AddressInPrefix(parsing: "10.1.2.3/16")
    #expect(read.prefix == meant)
    #expect(read.hasHostBits)
    #expect(read.address.description == "10.1.2.3")
  }

  @Test(
    arguments: [
      ("10.0.0.0-10.0.0.255", "10.0.0.0/24"), ("10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
      ("10.0.0.1", "10.0.0.1"), ("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0"),
      ("10.0.0.7-10.0.0.7", "10.0.0.7"), ("2001:db8::/32", "2001:db8::/32"),
    ]) func `ranges have one canonical text`(text: String, canonical: String) throws
  {
    #expect(try AddressRange(parsing: text).description == canonical)
  }

  @Test func `ranges that mix families or run backwards are refused`() {
    #expect(throws: AddressError("10.0.0.1-::1", .mixedFamilies)) {
      try AddressRange(parsing: "10.0.0.1-::1")
    }
    #expect(throws: AddressError("10.0.0.2-10.0.0.1", .reversed)) {
      try AddressRange(parsing: "10.0.0.2-10.0.0.1")
    }
  }

  @Test func `prefixes cover exactly the range, disjoint and fewest`() {
    var checked = 0
    for low in UInt128(0)...40 {
      for high in low...40 {
        let prefixes = Ranges.prefixes(of: low...high, .ipv4)
        #expect(Ranges(prefixes.map(\.range)) == Ranges(low...high))
        for (a, b) in zip(prefixes, prefixes.dropFirst()) {
          #expect(a.range.upperBound + 1 == b.range.lowerBound)
          // Two neighbours of one length that are halves of one prefix would not be fewest.
          let joined = Prefix(a.address, length: max(a.length - 1, 0))
          #expect(a.length != b.length || joined?.contains(b.address) == false)
        }
        checked += 1
      }
    }
    #expect(checked == 861)
    let all = Ranges.prefixes(of: 0...(.max), .ipv6)
    #expect(all.map(\.description) == ["::/0"])
  }

  @Test func `masks have a length only where they are contiguous`() throws {
    #expect(try IPAddress(parsing: "255.255.255.0").maskLength == 24)
    #expect(try IPAddress(parsing: "0.0.0.0").maskLength == 0)
    #expect(try IPAddress(parsing: "255.0.255.0").maskLength == nil)
  }
}
