import Packets

/// The words that stand for numbers in a listing.
enum NftablesSymbols {
  /// The TCP flags.
  static let tcpFlags: [String: UInt128] = [
    "fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128,
  ]

  /// The bits of `ct state`.
  static let connectionStates: [String: UInt128] = [
    "invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64,
  ]

  /// The bits of `ct status`.
  static let connectionStatus: [String: UInt128] = [
    "expected": 1, "seen-reply": 2, "assured": 4, "confirmed": 8, "snat": 16, "dnat": 32,
    "dying": 512,
  ]

  /// The values of `ct direction`.
  static let directions: [String: UInt128] = ["original": 0, "reply": 1]

  /// The values of `meta nfproto`.
  static let netfilterFamilies: [String: UInt128] = [
    "inet": 1, "ipv4": 2, "arp": 3, "netdev": 5, "bridge": 7, "ipv6": 10,
  ]

  /// The EtherTypes.
  static let etherTypes: [String: UInt128] = [
    "ip": 0x0800, "arp": 0x0806, "vlan": 0x8100, "8021q": 0x8100, "ip6": 0x86DD, "8021ad": 0x88A8,
  ]

  /// The results of `fib … type`.
  static let addressTypes: [String: UInt128] = [
    "unspec": 0, "unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5,
    "blackhole": 6, "unreachable": 7, "prohibit": 8, "throw": 9, "nat": 10, "xresolve": 11,
  ]

  /// The types of ICMP.
  static let icmpTypes: [String: UInt128] = [
    "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5,
    "echo-request": 8, "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11,
    "parameter-problem": 12, "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15,
    "info-reply": 16, "address-mask-request": 17, "address-mask-reply": 18,
  ]

  /// The types of ICMPv6.
  static let icmpv6Types: [String: UInt128] = [
    "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
    "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
    "mld-listener-done": 132, "mld-listener-reduction": 132, "nd-router-solicit": 133,
    "nd-router-advert": 134, "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136,
    "nd-redirect": 137, "router-renumbering": 138, "ind-neighbor-solicit": 141,
    "ind-neighbor-advert": 142, "mld2-listener-report": 143,
  ]

  /// The codes of ICMP; the tool prints these words for a code of any type.
  static let icmpCodes: [String: UInt128] = [
    "net-unreachable": 0, "host-unreachable": 1, "prot-unreachable": 2, "port-unreachable": 3,
    "frag-needed": 4, "net-prohibited": 9, "host-prohibited": 10, "admin-prohibited": 13,
  ]

  /// The codes of ICMPv6; the tool prints these words for a code of any type.
  static let icmpv6Codes: [String: UInt128] = [
    "no-route": 0, "admin-prohibited": 1, "addr-unreachable": 3, "port-unreachable": 4,
    "policy-fail": 5, "reject-route": 6,
  ]

  /// Names of protocols that the listing uses and `ProtocolNames` does not have.
  static let protocols: [String: UInt128] = [
    "comp": 108, "ip": 0, "ipv6-auth": 51, "ipv6-crypt": 50,
  ]
}
