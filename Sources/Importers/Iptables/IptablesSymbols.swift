/// Names and numbers of `iptables` (iptables-extensions(8)).
enum IptablesSymbols {
  /// A type of ICMP by its name or number, with a code; no type for `any`, `nil` for what is none.
  static func message(_ text: String, isIPv6: Bool) -> (type: Int?, code: Int?)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    if parts.count <= 2, let type = Int(parts[0]), 0...255 ~= type {
      guard parts.count == 2 else { return (type, nil) }
      guard let code = Int(parts[1]), 0...255 ~= code else { return nil }
      return (type, code)
    }
    if text == "any", !isIPv6 { return (nil, nil) }
    return (isIPv6 ? icmpv6 : icmp)[text].map { ($0.0, $0.1) }
  }

  private static let icmp: [String: (Int, Int?)] = [
    "echo-reply": (0, nil), "pong": (0, nil), "destination-unreachable": (3, nil),
    "network-unreachable": (3, 0), "host-unreachable": (3, 1), "protocol-unreachable": (3, 2),
    "port-unreachable": (3, 3), "fragmentation-needed": (3, 4), "source-route-failed": (3, 5),
    "network-unknown": (3, 6), "host-unknown": (3, 7), "network-prohibited": (3, 9),
    "host-prohibited": (3, 10), "TOS-network-unreachable": (3, 11),
    "TOS-host-unreachable": (3, 12), "communication-prohibited": (3, 13),
    "host-precedence-violation": (3, 14), "precedence-cutoff": (3, 15), "source-quench": (4, nil),
    "redirect": (5, nil), "network-redirect": (5, 0), "host-redirect": (5, 1),
    "TOS-network-redirect": (5, 2), "TOS-host-redirect": (5, 3), "echo-request": (8, nil),
    "ping": (8, nil), "router-advertisement": (9, nil), "router-solicitation": (10, nil),
    "time-exceeded": (11, nil), "ttl-exceeded": (11, nil), "ttl-zero-during-transit": (11, 0),
    "ttl-zero-during-reassembly": (11, 1), "parameter-problem": (12, nil),
    "ip-header-bad": (12, 0), "required-option-missing": (12, 1), "timestamp-request": (13, nil),
    "timestamp-reply": (14, nil), "address-mask-request": (17, nil),
    "address-mask-reply": (18, nil),
  ]

  private static let icmpv6: [String: (Int, Int?)] = [
    "destination-unreachable": (1, nil), "no-route": (1, 0), "communication-prohibited": (1, 1),
    "beyond-scope": (1, 2), "address-unreachable": (1, 3), "port-unreachable": (1, 4),
    "failed-policy": (1, 5), "reject-route": (1, 6), "packet-too-big": (2, nil),
    "time-exceeded": (3, nil), "ttl-exceeded": (3, nil), "ttl-zero-during-transit": (3, 0),
    "ttl-zero-during-reassembly": (3, 1), "parameter-problem": (4, nil), "bad-header": (4, 0),
    "unknown-header-type": (4, 1), "unknown-option": (4, 2), "echo-request": (128, nil),
    "ping": (128, nil), "echo-reply": (129, nil), "pong": (129, nil),
    "router-solicitation": (133, nil), "router-advertisement": (134, nil),
    "neighbour-solicitation": (135, nil), "neighbor-solicitation": (135, nil),
    "neighbour-advertisement": (136, nil), "neighbor-advertisement": (136, nil),
    "redirect": (137, nil),
  ]

  /// A number of 32 bits, decimal or after `0x` hexadecimal.
  static func word(_ text: some StringProtocol) -> UInt32? {
    let lower = text.lowercased()
    return lower.hasPrefix("0x") ? UInt32(lower.dropFirst(2), radix: 16) : UInt32(lower)
  }

  /// A mark with a mask behind a slash, which is all bits where it has none.
  static func mark(_ text: String) -> (mark: UInt32, mask: UInt32)? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), let mark = word(parts[0]),
      let mask = parts.count == 2 ? word(parts[1]) : .max
    else { return nil }
    return (mark, mask)
  }
}
