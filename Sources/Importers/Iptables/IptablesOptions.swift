/// An option of a rule, with what it is given.
struct IptablesOption {
  /// Its name without dashes, the long one.
  var name: String
  var values: [String]
  var isNegated: Bool
  /// Where it begins, in bytes of the file.
  var offset: Int

  /// The option as it is written.
  var text: String {
    ([isNegated ? "!" : "", "--\(name)"] + values).filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// A match of a rule by `-m`, or that its protocol brings along.
struct IptablesModule {
  var name: String
  var offset: Int
  var options: [IptablesOption] = []

  /// The match as it is written.
  var text: String { (["-m \(name)"] + options.map(\.text)).joined(separator: " ") }
}

/// The words of a rule by what they belong to.
struct IptablesOptions {
  /// The options that every rule may have, and those of the protocol, in their order.
  var matches: [IptablesModule] = []
  /// The target of `-j` or `-g`, and whether it is that of `-g`.
  var target: IptablesOption?
  var isGoto = false
  /// The options of the target.
  var targetOptions: [IptablesOption] = []

  /// The short names of options.
  private static let short: [String: String] = [
    "-p": "protocol", "-s": "source", "-d": "destination", "-i": "in-interface",
    "-o": "out-interface", "-f": "fragment", "-m": "match", "-j": "jump", "-g": "goto",
    "-c": "set-counters", "-4": "ipv4", "-6": "ipv6",
  ]
  /// Other names of options.
  private static let aliases: [String: String] = [
    "proto": "protocol", "src": "source", "dst": "destination", "sport": "source-port",
    "dport": "destination-port", "sports": "source-ports", "dports": "destination-ports",
  ]
  /// The options that every rule may have.
  private static let base: Set<String> = [
    "protocol", "source", "destination", "in-interface", "out-interface", "fragment",
  ]
  private static let ports: Set<String> = ["source-port", "destination-port"]
  /// The options of matches that are modelled.
  ///
  /// One that is not here is opaque.
  static let owned: [String: Set<String>] = [
    "tcp": ports.union(["tcp-flags", "syn"]), "udp": ports, "udplite": ports, "sctp": ports,
    "dccp": ports, "icmp": ["icmp-type"], "icmp6": ["icmpv6-type"],
    "multiport": ["source-ports", "destination-ports", "ports"],
    "iprange": ["src-range", "dst-range"], "mark": ["mark"], "state": ["state"],
    "conntrack": ["ctstate"], "addrtype": ["src-type", "dst-type"], "comment": ["comment"],
  ]
  /// The matches that a protocol brings along.
  private static let implied: [String: String] = [
    "tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "udplite": "udplite", "136": "udplite",
    "sctp": "sctp", "132": "sctp", "dccp": "dccp", "33": "dccp", "icmp": "icmp", "1": "icmp",
    "icmpv6": "icmp6", "ipv6-icmp": "icmp6", "58": "icmp6",
  ]

  /// Divides the words of a rule.
  init(_ words: [IptablesWord]) {
    var words = words[...]
    while !words.isEmpty { take(&words) }
  }

  /// Takes the next option with what it is given.
  private mutating func take(_ words: inout ArraySlice<IptablesWord>) {
    var isNegated = false
    while let word = words.first, word.isNegation {
      isNegated.toggle()
      words = words.dropFirst()
    }
    guard let word = words.popFirst() else {
      // A `!` that negates nothing: what it was meant for is not known.
      return attach(IptablesOption(name: "!", values: [], isNegated: false, offset: 0))
    }
    var name = Self.short[word.text] ?? word.text
    if name.hasPrefix("--") { name.removeFirst(2) }
    name = Self.aliases[name] ?? name
    var option = IptablesOption(
      name: name, values: [], isNegated: isNegated, offset: word.offset)
    guard word.isOption else { return attach(option) }
    // Older listings have the `!` behind the option.
    if words.first?.isNegation == true, Self.base.contains(name) || Self.isOwned(name) {
      option.isNegated.toggle()
      words = words.dropFirst()
    }
    while let next = words.first, !next.isOption || Int(next.text) != nil, !next.isNegation {
      option.values.append(next.text)
      words = words.dropFirst()
    }
    attach(option)
  }

  private static func isOwned(_ name: String) -> Bool {
    owned.values.contains { $0.contains(name) }
  }

  /// Gives an option to what it belongs to.
  private mutating func attach(_ option: IptablesOption) {
    switch option.name {
    case "set-counters", "ipv4", "ipv6": return
    case "match" where option.values.count == 1 && !option.isNegated && target == nil:
      matches.append(IptablesModule(name: option.values[0], offset: option.offset))
    case "jump", "goto":
      if target == nil, option.values.count == 1 {
        (target, isGoto) = (option, option.name == "goto")
      } else {
        targetOptions.append(option)
      }
    case _ where Self.base.contains(option.name):
      matches.append(
        IptablesModule(name: "", offset: option.offset, options: [option]))
      let name = option.values.first?.lowercased() ?? ""
      if option.name == "protocol", !option.isNegated, let module = Self.implied[name] {
        matches.append(IptablesModule(name: module, offset: option.offset))
      }
    case _ where target != nil: targetOptions.append(option)
    default:
      let owner = matches.lastIndex { Self.owned[$0.name]?.contains(option.name) == true }
      if let owner {
        matches[owner].options.append(option)
      } else if let last = matches.last, !last.name.isEmpty {
        matches[matches.count - 1].options.append(option)
      } else {
        matches.append(IptablesModule(name: "?", offset: option.offset, options: [option]))
      }
    }
  }

  /// The protocol that the rule asks for, as it is written, unless it asks for all but one.
  var protocolName: String? {
    matches.flatMap(\.options).first { $0.name == "protocol" && !$0.isNegated }?.values.first
  }
}
