/// What a listing holds that decides nothing about where a packet goes.
///
/// Each entry has its reason here; whatever is not in these lists is modelled or opaque.
enum NftablesIrrelevant {
  /// Objects of the listing.
  static let objects: Set<String> = [
    // The versions of the tool.
    "metainfo",
    // Numbers that rules add to.
    "counter",
    // Named parameters; the statements that refer to them are conditions.
    "limit", "quota", "synproxy",
    // How long sessions are remembered. Sessions are taken to last.
    "ct timeout",
    // Security labels of the host, which packets do not carry.
    "secmark",
  ]

  /// Statements.
  static let statements: Set<String> = [
    // Counts.
    "counter", "last",
    // Labels of the host, and how long sessions are remembered.
    "secmark", "ct timeout",
    // Takes an option out of a TCP header; options are not modelled, and reading them is a condition.
    "reset",
  ]

  /// Keys of `meta … set`.
  static let metaWrites: Set<String> = [
    // Tracing, queueing on the way out, and labels of the host.
    "nftrace", "priority", "secmark",
  ]

  /// Keys of `ct … set` that only `ct` expressions read, which are conditions.
  static let connectionWrites: Set<String> = ["mark", "label", "event", "secmark"]

  /// Header fields that the model has not, by protocol; reading them is a condition.
  static let headerWrites: Set<String> = [
    "ip dscp", "ip ecn", "ip id", "ip length", "ip checksum", "ip6 dscp", "ip6 ecn",
    "ip6 flowlabel", "ip6 length", "tcp sequence", "tcp ackseq", "tcp window", "tcp checksum",
    "tcp urgptr", "udp length", "udp checksum", "sctp vtag", "sctp checksum", "icmp id",
    "icmp sequence", "icmp checksum", "icmpv6 id", "icmpv6 sequence", "icmpv6 checksum",
  ]

  /// Matches and targets of `iptables-nft` that are listed by name only.
  static let extensions: Set<String> = [
    // Texts and logs.
    "comment", "LOG", "NFLOG", "ULOG", "TRACE", "AUDIT", "LED", "RATEEST", "IDLETIMER",
    // Checksums, segment sizes and the type of service, which the model has not.
    "CHECKSUM", "TCPMSS", "TCPOPTSTRIP", "TOS", "DSCP", "ECN",
    // Queueing on the way out, and labels of the host.
    "CLASSIFY", "SECMARK", "CONNSECMARK",
    // Adds to sets that only matches read which are conditions.
    "SET",
  ]
}
