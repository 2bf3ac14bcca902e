import Documents
import Networks
import Packets

extension NftablesLowering {
  /// A statement of a rule that asks for a header's bits not to be a constant.
  private struct Negation {
    var statement: DocumentValue
    var title: String
    /// The packets of which the bits can be read.
    var presence: [Match]
    /// The packets of which they are another value than the constant.
    var match: Match
  }

  /// What a rule's negations of neighbouring header fields ask, by the statement.
  ///
  /// `nft` up to 1.0.9 loads neighbouring bits at once and compares them as one, also for `!=`: of
  /// `tcp sport != 5 tcp dport != 6` it makes a rule for all packets that do not have *both* ports, and
  /// lists that as the two comparisons (netfilter-devel, "Wrong payload merge of rule filter", March
  /// 2024; `iptables-nft` does the same). Which of the two the kernel has is a condition for each two
  /// neighbours.
  mutating func negations(
    of rule: NftablesRuleset.Rule, _ context: NftablesContext
  ) -> [Int: Match] {
    var found: [(bits: NftablesHeaderBits, statement: DocumentValue)] = []
    for statement in rule.statements {
      guard let match = statement["match"], match["op"]?.string == "!=",
        let bits = match["left"]?["payload"].flatMap(NftablesHeaderBits.init),
        match["right"].map(Self.isConstant) == true
      else { continue }
      found.append((bits, statement))
    }
    found.sort {
      ($0.bits.header.rawValue, $0.bits.offset) < ($1.bits.header.rawValue, $1.bits.offset)
    }
    var result: [Int: Match] = [:]
    var rest = found[...]
    while let first = rest.first {
      var run = [first]
      rest = rest.dropFirst()
      while let next = rest.first, run.last?.bits.isFollowed(by: next.bits) == true {
        run.append(next)
        rest = rest.dropFirst()
      }
      if run.count > 1 { join(run.map { negation($0.statement, context) }, &result) }
    }
    return result
  }

  private mutating func negation(
    _ statement: DocumentValue, _ context: NftablesContext
  ) -> Negation {
    let site = Site(value: statement, context: context)
    let operands = statement["match"]?["left"].map { self.operands(of: $0, context) } ?? []
    return Negation(
      statement: statement,
      title: operands.map(\.subject.title).joined(separator: " . "),
      presence: operands.flatMap(\.subject.dependencies),
      match: statement["match"].map { comparison($0, site) } ?? .any)
  }

  /// What each of some neighbours asks, whichever of them are compared as one.
  private mutating func join(_ run: [Negation], _ result: inout [Int: Match]) {
    let joints = run.indices.dropFirst().map { index in
      let value = run[index].statement
      let titles = "\(run[index - 1].title) and \(run[index].title)"
      noteOpaque(value, "whether '\(titles)' are compared as one")
      return Match.condition(
        condition(
          "negation", titles, at: value, scope: .global,
          "nft up to 1.0.9 compares negated fields that are neighbours as one"))
    }
    for index in run.indices {
      var options: [Match] = []
      for first in 0...index {
        for last in index..<run.count {
          var parts = Array(joints[first..<last])
          if first > 0 { parts.append(.not(joints[first - 1])) }
          if last < joints.count { parts.append(.not(joints[last])) }
          let block = run[first...last]
          if block.count > 1 { parts += block.flatMap(\.presence) }
          parts.append(.disjunction(block.map(\.match)))
          options.append(.conjunction(parts))
        }
      }
      result[run[index].statement.id] = .disjunction(options)
    }
  }

  /// Whether the right side is one value, rather than a set, a range or a prefix.
  private static func isConstant(_ right: DocumentValue) -> Bool {
    if right.string?.hasPrefix("@") == true { return false }
    return ["set", "range", "prefix", "concat"].allSatisfy { right[$0] == nil }
  }
}

/// Where in which header a `payload` expression reads how many bits.
struct NftablesHeaderBits: Hashable {
  /// What offsets count from.
  enum Header: String {
    case link = "ll"
    case network = "nh"
    case transport = "th"
    case inner = "ih"
  }

  var header: Header
  /// The first bit.
  var offset: Int
  /// The number of bits.
  var length: Int

  /// Reads the value of a `payload` entry; `nil` where it does not read whole bytes.
  init?(_ payload: DocumentValue) {
    let place: (Header, Int, Int)?
    if let name = payload["protocol"]?.string, let field = payload["field"]?.string {
      place = Self.place(of: field, in: name)
    } else if let header = payload["base"]?.string.flatMap(Header.init(rawValue:)),
      let offset = payload["offset"]?.int, let length = payload["len"]?.int
    {
      place = (header, offset, length)
    } else {
      place = nil
    }
    guard let place, place.1 >= 0, place.2 > 0, place.1 % 8 == 0, place.2 % 8 == 0 else {
      return nil
    }
    (header, offset, length) = place
  }

  /// Whether these bits end where others begin, and both fit into one register of 128 bits.
  func isFollowed(by other: Self) -> Bool {
    header == other.header && offset.addingReportingOverflow(length) == (other.offset, false)
      && length.addingReportingOverflow(other.length).partialValue <= 128
      && other.length <= 128
  }

  private static func place(of field: String, in name: String) -> (Header, Int, Int)? {
    let fields: [String: (Int, Int)]
    let header: Header
    switch name {
    case "ether": (header, fields) = (.link, ethernet)
    case "ip": (header, fields) = (.network, ipv4)
    case "ip6": (header, fields) = (.network, ipv6)
    case "icmp", "icmpv6", "igmp": (header, fields) = (.transport, icmp)
    case "ah", "esp", "comp": (header, fields) = (.transport, security[name] ?? [:])
    default: (header, fields) = (.transport, transport[name] ?? ports)
    }
    return fields[field].map { (header, $0.0, $0.1) }
  }

  // The layouts, in bits, of the fields that are whole bytes: IEEE 802.3; RFC 791, 8200, 792, 4443 and
  // 2236; 9293, 768, 3828, 9260 and 4340; 4302, 4303 and 3173.
  private static let ethernet = ["daddr": (0, 48), "saddr": (48, 48), "type": (96, 16)]
  private static let ipv4 = [
    "length": (16, 16), "id": (32, 16), "frag-off": (48, 16), "ttl": (64, 8), "protocol": (72, 8),
    "checksum": (80, 16), "saddr": (96, 32), "daddr": (128, 32),
  ]
  private static let ipv6 = [
    "length": (32, 16), "nexthdr": (48, 8), "hoplimit": (56, 8), "saddr": (64, 128),
    "daddr": (192, 128),
  ]
  private static let icmp = [
    "type": (0, 8), "code": (8, 8), "mrt": (8, 8), "checksum": (16, 16), "id": (32, 16),
    "sequence": (48, 16), "mtu": (48, 16), "gateway": (32, 32), "group": (32, 32),
    "max-delay": (32, 16), "parameter-problem": (32, 32), "packet-too-big": (32, 32),
  ]
  private static let ports = ["sport": (0, 16), "dport": (16, 16)]
  private static let transport = [
    "tcp": [
      "sport": (0, 16), "dport": (16, 16), "sequence": (32, 32), "ackseq": (64, 32),
      "flags": (104, 8), "window": (112, 16), "checksum": (128, 16), "urgptr": (144, 16),
    ],
    "udp": ["sport": (0, 16), "dport": (16, 16), "length": (32, 16), "checksum": (48, 16)],
    "udplite": ["sport": (0, 16), "dport": (16, 16), "csumcov": (32, 16), "checksum": (48, 16)],
    "sctp": ["sport": (0, 16), "dport": (16, 16), "vtag": (32, 32), "checksum": (64, 32)],
  ]
  private static let security = [
    "ah": [
      "nexthdr": (0, 8), "hdrlength": (8, 8), "reserved": (16, 16), "spi": (32, 32),
      "sequence": (64, 32),
    ],
    "esp": ["spi": (0, 32), "sequence": (32, 32)],
    "comp": ["nexthdr": (0, 8), "flags": (8, 8), "cpi": (16, 16)],
  ]
}
