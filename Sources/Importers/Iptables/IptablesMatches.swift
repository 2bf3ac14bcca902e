import Documents
import Packets

/// Says what rules of `iptables` ask for as expressions of `nft`.
///
/// Both ask the same kernel, and `iptables-nft` translates them so. What is not modelled becomes an
/// extension with its text.
struct IptablesMatches {
  /// Whether the rule is one of `ip6tables`.
  let isIPv6: Bool
  let options: IptablesOptions
  /// The alternatives of the rule, each a list of statements of which one packet meets at most one.
  private(set) var alternatives: [[DocumentTerm]] = [[]]

  init(_ options: IptablesOptions, isIPv6: Bool) {
    (self.options, self.isIPv6) = (options, isIPv6)
    for module in options.matches { add(module) }
  }

  /// Adds a statement to every alternative.
  private mutating func add(_ statement: DocumentTerm, at offset: Int) {
    for index in alternatives.indices { alternatives[index].append(.at(offset, statement)) }
  }

  /// A comparison.
  static func match(
    _ left: DocumentTerm, _ right: DocumentTerm, isNegated: Bool, _ op: String = "=="
  ) -> DocumentTerm {
    .entry(
      "match",
      .object([
        ("op", .string(isNegated ? (op == "in" ? "!" : "!=") : op)), ("left", left),
        ("right", right),
      ]))
  }

  static func payload(_ header: String, _ field: String) -> DocumentTerm {
    .entry("payload", .object([("protocol", .string(header)), ("field", .string(field))]))
  }

  static func key(_ kind: String, _ name: String) -> DocumentTerm {
    .entry(kind, .entry("key", .string(name)))
  }

  /// What is not modelled, with its text.
  static func opaque(_ type: String, _ name: String, _ text: String) -> DocumentTerm {
    .entry(
      "xt", .object([("type", .string(type)), ("name", .string(name)), ("text", .string(text))]))
  }

  /// Matches of which every option asks for something of its own.
  private static let separable: Set<String> = ["", "tcp", "sctp", "dccp", "conntrack"]

  private mutating func add(_ module: IptablesModule) {
    let owned = IptablesOptions.owned[module.name]
    let isKnown = module.options.allSatisfy { owned?.contains($0.name) == true }
    // An option that is not known may change what the others mean.
    if !isKnown && !Self.separable.contains(module.name) || owned == nil && !module.name.isEmpty {
      return add(Self.opaque("match", module.name, module.text), at: module.offset)
    }
    for option in module.options where !add(option) {
      add(Self.opaque("match", module.name, option.text), at: option.offset)
    }
  }

  /// Adds what an option asks for; false where that is not modelled.
  private mutating func add(_ option: IptablesOption) -> Bool {
    let count = ["tcp-flags": 2, "syn": 0, "fragment": 0][option.name] ?? 1
    guard option.values.count == count || option.name == "comment" else { return false }
    let value = option.values.first ?? ""
    switch option.name {
    case "comment": return true
    case "protocol": return addProtocol(value, option)
    case "source": return addAddress(value, "saddr", option)
    case "destination": return addAddress(value, "daddr", option)
    case "in-interface": return addInterface(value, "iifname", option)
    case "out-interface": return addInterface(value, "oifname", option)
    case "fragment":
      if isIPv6 { return false }
      let offset = DocumentTerm.entry(
        "&", .array([Self.payload("ip", "frag-off"), .number(0x1FFF)]))
      add(Self.match(offset, .number(0), isNegated: !option.isNegated), at: option.offset)
      return true
    case "source-port", "source-ports": return addPorts(value, "sport", option)
    case "destination-port", "destination-ports": return addPorts(value, "dport", option)
    case "ports": return addEitherPort(value, option)
    case "tcp-flags", "syn": return addFlags(option)
    case "icmp-type", "icmpv6-type": return addMessage(value, option)
    case "src-range": return addRange(value, "saddr", option)
    case "dst-range": return addRange(value, "daddr", option)
    case "mark": return addMark(value, option)
    case "state", "ctstate": return addStates(value, option)
    case "src-type": return addType(value, "saddr", option)
    case "dst-type": return addType(value, "daddr", option)
    default: return false
    }
  }

  private mutating func addProtocol(_ value: String, _ option: IptablesOption) -> Bool {
    let name = value.lowercased()
    if name == "all" || name == "0" { return !option.isNegated }
    let number =
      Int(name) ?? ProtocolNames.number(name == "icmpv6" ? "ipv6-icmp" : name).map(Int.init)
    // The kernel looks for the header after the extension headers, of which these are some.
    guard let number, 1...255 ~= number, !isIPv6 || ![43, 44, 51, 59, 60, 135].contains(number)
    else { return false }
    add(
      Self.match(Self.key("meta", "l4proto"), .number(number), isNegated: option.isNegated),
      at: option.offset)
    return true
  }

  private var header: String { isIPv6 ? "ip6" : "ip" }

  /// One address, with a length or a mask where it has one.
  private mutating func addAddress(
    _ value: String, _ field: String, _ option: IptablesOption
  ) -> Bool {
    let parts = value.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let family = isIPv6 ? Family.ipv6 : .ipv4
    guard (1...2).contains(parts.count), let address = Self.address(parts[0], family) else {
      return false
    }
    let bits = family == .ipv4 ? 32 : 128
    let left = Self.payload(header, field)
    let constant = DocumentTerm.string("\(address)")
    guard parts.count == 2, parts[1] != String(bits) else {
      add(Self.match(left, constant, isNegated: option.isNegated), at: option.offset)
      return true
    }
    if let length = Int(parts[1]) {
      guard 0...bits ~= length else { return false }
      let prefix = DocumentTerm.entry(
        "prefix", .object([("addr", constant), ("len", .number(length))]))
      add(Self.match(left, prefix, isNegated: option.isNegated), at: option.offset)
      return true
    }
    guard let mask = Self.address(parts[1], family) else { return false }
    let masked = DocumentTerm.entry("&", .array([left, .string("\(mask)")]))
    guard let shown = IPAddress(family, address.value & mask.value) else { return false }
    add(Self.match(masked, .string("\(shown)"), isNegated: option.isNegated), at: option.offset)
    return true
  }

  static func address(_ text: String, _ family: Family) -> IPAddress? {
    guard let address = try? IPAddress(parsing: text), address.family == family else { return nil }
    return address
  }

  private mutating func addInterface(
    _ value: String, _ key: String, _ option: IptablesOption
  ) -> Bool {
    if value.isEmpty { return false }
    if value == "+" { return !option.isNegated }
    // A plus at the end stands for any rest.
    let name = value.hasSuffix("+") ? value.dropLast() + "*" : value
    // What nft would take for a pattern is a name here.
    if !value.hasSuffix("+"), value.hasSuffix("*") { return false }
    add(
      Self.match(Self.key("meta", key), .string(name), isNegated: option.isNegated),
      at: option.offset)
    return true
  }

  /// The header whose ports are asked for.
  private var transport: String {
    let name = options.protocolName?.lowercased() ?? ""
    let number = Int(name) ?? ProtocolNames.number(name).map(Int.init) ?? 0
    return [6: "tcp", 17: "udp", 33: "dccp", 132: "sctp", 136: "udplite"][number] ?? "th"
  }

  /// A list of ports and ranges `LOW:HIGH`; `nil` where it is none.
  static func ports(_ value: String, isSet: Bool = false) -> DocumentTerm? {
    var members: [DocumentTerm] = []
    for part in value.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      switch ends.count {
      case 1 where !ends[0].isEmpty: members.append(.string(ends[0]))
      case 2:
        let (low, high) = (ends[0].isEmpty ? "0" : ends[0], ends[1].isEmpty ? "65535" : ends[1])
        members.append(.entry("range", .array([.string(low), .string(high)])))
      default: return nil
      }
    }
    return members.count == 1 && !isSet ? members[0] : .entry("set", .array(members))
  }

  private mutating func addPorts(
    _ value: String, _ field: String, _ option: IptablesOption
  ) -> Bool {
    // The extension `multiport` asks for a set, also where it has one member.
    guard let ports = Self.ports(value, isSet: option.name.hasSuffix("-ports")) else {
      return false
    }
    add(
      Self.match(Self.payload(transport, field), ports, isNegated: option.isNegated),
      at: option.offset)
    return true
  }

  /// Either port is one of these: the source is, or the destination and not the source.
  private mutating func addEitherPort(_ value: String, _ option: IptablesOption) -> Bool {
    guard let ports = Self.ports(value, isSet: true) else { return false }
    func asks(_ field: String, isNegated: Bool) -> DocumentTerm {
      .at(
        option.offset,
        Self.match(Self.payload(transport, field), ports, isNegated: isNegated))
    }
    let neither = [asks("sport", isNegated: true), asks("dport", isNegated: true)]
    if option.isNegated {
      for index in alternatives.indices { alternatives[index] += neither }
      return true
    }
    // Two alternatives double the rule, which one rule may do once.
    if alternatives.count > 1 { return false }
    let second = [neither[0], asks("dport", isNegated: false)]
    alternatives = [
      alternatives[0] + [asks("sport", isNegated: false)], alternatives[0] + second,
    ]
    return true
  }

  private mutating func addFlags(_ option: IptablesOption) -> Bool {
    let bits = [
      "FIN": 1, "SYN": 2, "RST": 4, "PSH": 8, "ACK": 16, "URG": 32, "ALL": 63, "NONE": 0,
    ]
    func flags(_ list: String) -> Int? {
      var all = 0
      for word in list.split(separator: ",") {
        guard let bit = bits[word.uppercased()] else { return nil }
        all |= bit
      }
      return all
    }
    let lists = option.name == "syn" ? ["FIN,SYN,RST,ACK", "SYN"] : option.values
    guard lists.count == 2, let mask = flags(lists[0]), let set = flags(lists[1]) else {
      return false
    }
    let left = DocumentTerm.entry(
      "&", .array([Self.payload("tcp", "flags"), .number(mask)]))
    add(Self.match(left, .number(set), isNegated: option.isNegated), at: option.offset)
    return true
  }

  /// A type of ICMP, with a code where it has one.
  private mutating func addMessage(_ value: String, _ option: IptablesOption) -> Bool {
    let isOwn = (option.name == "icmpv6-type") == isIPv6
    guard isOwn, let (type, code) = IptablesSymbols.message(value, isIPv6: isIPv6) else {
      return false
    }
    let name = isIPv6 ? "icmpv6" : "icmp"
    guard let type else { return !option.isNegated }
    let left = Self.payload(name, "type")
    guard let code else {
      add(Self.match(left, .number(type), isNegated: option.isNegated), at: option.offset)
      return true
    }
    if option.isNegated { return false }
    add(Self.match(left, .number(type), isNegated: false), at: option.offset)
    add(Self.match(Self.payload(name, "code"), .number(code), isNegated: false), at: option.offset)
    return true
  }

  private mutating func addRange(
    _ value: String, _ field: String, _ option: IptablesOption
  ) -> Bool {
    let ends = value.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    let family = isIPv6 ? Family.ipv6 : .ipv4
    guard let low = Self.address(ends[0], family), ends.count <= 2,
      let high = ends.count == 2 ? Self.address(ends[1], family) : low, low.value <= high.value
    else { return false }
    let range = DocumentTerm.entry("range", .array([.string("\(low)"), .string("\(high)")]))
    add(
      Self.match(Self.payload(header, field), range, isNegated: option.isNegated),
      at: option.offset)
    return true
  }

  /// A mark, and the bits of it that are looked at.
  private mutating func addMark(_ value: String, _ option: IptablesOption) -> Bool {
    guard let (mark, mask) = IptablesSymbols.mark(value) else { return false }
    let all = Self.key("meta", "mark")
    let left = mask == .max ? all : .entry("&", .array([all, .number(mask)]))
    add(Self.match(left, .number(mark), isNegated: option.isNegated), at: option.offset)
    return true
  }

  /// States of connections, or what was translated of them.
  private mutating func addStates(_ value: String, _ option: IptablesOption) -> Bool {
    let words = value.lowercased().split(separator: ",").map(String.init)
    let states: Set = ["new", "established", "related", "invalid", "untracked"]
    let isState = words.allSatisfy(states.contains)
    guard !words.isEmpty, isState || words.allSatisfy(["snat", "dnat"].contains) else {
      return false
    }
    add(
      Self.match(
        Self.key("ct", isState ? "state" : "status"), .array(words.map { .string($0) }),
        isNegated: option.isNegated, "in"), at: option.offset)
    return true
  }

  private mutating func addType(
    _ value: String, _ field: String, _ option: IptablesOption
  ) -> Bool {
    // Of several types of IPv6 a packet has to be all that routes do not tell.
    if isIPv6, value != "LOCAL" { return false }
    let words = value.lowercased().split(separator: ",").map { DocumentTerm.string(String($0)) }
    let type = DocumentTerm.entry(
      "fib",
      .object([("result", .string("type")), ("flags", .array([.string(field)]))]))
    let right = words.count == 1 ? words[0] : .entry("set", .array(words))
    add(Self.match(type, right, isNegated: option.isNegated), at: option.offset)
    return !words.isEmpty
  }
}
