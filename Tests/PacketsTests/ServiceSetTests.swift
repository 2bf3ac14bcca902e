import Packets
import Testing

@Suite struct `Sets of services` {
  @Test(arguments: [
    ("any", "any"), ("ip", "ip"), ("tcp", "tcp"), ("47", "gre"), ("gre", "gre"),
    ("tcp/22", "tcp/22"), ("TCP/22", "tcp/22"), ("tcp/22,8000-8099", "tcp/22,8000-8099"),
    ("udp/53-60", "udp/53-60"), ("tcp+udp/53", "tcp/53, udp/53"), ("tcp/ssh", "tcp/22"),
    ("icmp/echo-request", "icmp/8"), ("icmpv6/echo-request", "icmpv6/128"),
    ("icmp/3/4", "icmp/3/4"), ("icmp/*", "icmp/0-255"), ("modbus", "tcp/502, udp/502"),
    ("goose", "ethertype/0x88b8"), ("ethertype/0x88ba", "ethertype/0x88ba"),
    ("ping", "icmp/8, icmpv6/128"), ("esp", "esp"), ("6/22", "tcp/22"),
  ])
  func `a text and the text it is written back as`(text: String, written: String) throws {
    let services = try ServiceSet(parsing: text)
    #expect(services.description == written)
    if services.terms.count == 1 { #expect(try ServiceSet(parsing: written) == services) }
  }

  @Test(arguments: [
    ("", ServiceError.Reason.empty), ("tpc/22", .unknownName("tpc")),
    ("htttp", .unknownName("htttp")), ("tcp/", .unexpected("")),
    ("tcp/65536", .tooLarge("65536", greatest: 65535)),
    ("tcp/22-", .unexpected("22-")), ("tcp/30-20", .reversed("30-20")), ("gre/1", .noPorts("gre")),
    ("tcp/22/3", .unexpected("3")), ("icmp/256", .tooLarge("256", greatest: 255)),
    ("icmp/8/0/1", .unexpected("1")), ("tcp/1-2-3", .unexpected("1-2-3")),
    ("ethertype/0x10000", .unexpected("0x10000")), ("tcp/+5", .unexpected("+5")),
  ])
  func `a text that is no service`(text: String, reason: ServiceError.Reason) {
    #expect(throws: ServiceError(text, reason)) { try ServiceSet(parsing: text) }
  }

  @Test func `everything in a union is everything`() throws {
    let union = try ServiceSet(parsing: "tcp/22").union(.any)
    #expect(union.isAny)
    #expect(!(try ServiceSet(parsing: "ip").isAny))
  }
}
