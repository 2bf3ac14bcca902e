import Documents
import Networks
import Packets
import Places

extension Importer {
  /// Rulesets of Linux's netfilter as `iptables-save` and `ip6tables-save` write them, both in one
  /// file or one of them.
  public static let iptables = Importer(
    name: "iptables", recognises: { IptablesListing.isListing($0) },
    read: { bytes, file, device, context throws(InputError) in
      let listing = try IptablesReading.read(bytes, file: file)
      let translation = try IptablesTranslation(listing, file: file)
      let root = DocumentValue(translation.term, from: bytes, file: file)
      var ruleset = try NftablesRuleset(reading: root)
      ruleset.hidesDependencies = false
      ruleset.nameByNumber()
      NftablesLowering.lower(ruleset, of: file, into: &device, &context)
      for (table, isIPv6) in zip(listing.tables, translation.families) where table.isIPv6 == nil {
        let program = isIPv6 ? "ip6tables" : "iptables"
        context.notices.append(
          Notice(
            .finding,
            at: ruleset.tables.first { $0.name.table == table.name }?.value.place
              ?? Place(file: file),
            "no remark says which program wrote the table '\(table.name)'; it is taken to be \(program)"
          ))
      }
    })
}

/// A listing of `iptables-save` as the one of `nft` that says the same to the same kernel.
struct IptablesTranslation {
  private var objects: [DocumentTerm] = []
  /// Which tables are those of IPv6.
  let families: [Bool]

  /// The listing as `nft` would have written it.
  var term: DocumentTerm { .entry("nftables", .array(objects)) }

  /// When the chains of a table are called: `NF_IP_PRI_*` of the kernel's `netfilter_ipv4.h`.
  private static let priorities = [
    "raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50,
  ]

  init(_ listing: IptablesListing, file: String) throws(InputError) {
    families = listing.tables.map { $0.isIPv6 ?? Self.isIPv6($0) }
    var seen: Set<String> = []
    for (table, isIPv6) in zip(listing.tables, families) {
      let name = "\(isIPv6 ? "ip6tables" : "iptables") \(table.name)"
      guard seen.insert(name).inserted else {
        throw InputError(
          at: Place(file: file),
          "the table '\(table.name)' is there twice for \(isIPv6 ? "IPv6" : "IPv4")",
          hint: "of two listings of one program the second replaces the first")
      }
      add(table, isIPv6: isIPv6)
    }
    for isIPv6 in [false, true] where !families.contains(isIPv6) { addUnlisted(isIPv6: isIPv6) }
  }

  /// Whether a table that does not say its family speaks of IPv6.
  private static func isIPv6(_ table: IptablesListing.Table) -> Bool {
    for word in table.chains.flatMap(\.rules).flatMap(\.words) where !word.isQuoted {
      let text = word.text.split(separator: "/").first.map(String.init) ?? ""
      if ["ipv6-icmp", "icmpv6", "icmp6", "--icmpv6-type"].contains(text) { return true }
      if text.contains(":"), IptablesMatches.address(text, .ipv6) != nil { return true }
    }
    return false
  }

  private mutating func add(_ kind: String, _ entries: [(key: String, value: DocumentTerm)]) {
    objects.append(.entry(kind, .object(entries)))
  }

  private static func family(_ isIPv6: Bool) -> (key: String, value: DocumentTerm) {
    ("family", .string(isIPv6 ? "ip6" : "ip"))
  }

  private mutating func add(_ table: IptablesListing.Table, isIPv6: Bool) {
    let (family, name) = (Self.family(isIPv6), DocumentTerm.string(table.name))
    objects.append(
      .at(table.offset, .entry("table", .object([family, ("name", name)]))))
    for chain in table.chains {
      var entries = [family, ("table", name), ("name", .string(chain.name))]
      if let policy = chain.policy { entries += Self.base(chain.name, of: table.name, policy) }
      objects.append(.at(chain.offset, .entry("chain", .object(entries))))
    }
    let chains = Set(table.chains.map(\.name))
    for chain in table.chains {
      for (number, rule) in chain.rules.enumerated() {
        let options = IptablesOptions(rule.words)
        let matches = IptablesMatches(options, isIPv6: isIPv6)
        let target = IptablesTarget(
          isIPv6: isIPv6, options: options, chain: chain.name, chains: chains)
        let comment = options.matches.flatMap(\.options).first { $0.name == "comment" }
        for statements in matches.alternatives {
          var entries = [family, ("table", name), ("chain", .string(chain.name))]
          entries.append(("number", .number(number + 1)))
          if let text = comment?.values.first { entries.append(("comment", .string(text))) }
          entries.append(("expr", .array(statements + target.statements)))
          objects.append(.at(rule.offset, .entry("rule", .object(entries))))
        }
      }
    }
  }

  /// What makes a chain one that the kernel calls.
  private static func base(
    _ chain: String, of table: String, _ policy: String
  ) -> [(key: String, value: DocumentTerm)] {
    let hook = chain.lowercased()
    var (type, priority) = ("filter", priorities[table] ?? 0)
    if table == "nat" {
      type = "nat"
      // Sources are translated last.
      if hook == "input" || hook == "postrouting" { priority = 100 }
    } else if table == "mangle", hook == "output" {
      // What is marked there is routed anew.
      type = "route"
    }
    return [
      ("type", .string(type)), ("hook", .string(hook)), ("prio", .number(priority)),
      ("policy", .string(policy.lowercased())),
    ]
  }

  /// Adds what stands for the listing of a family that the file does not have.
  private mutating func addUnlisted(isIPv6: Bool) {
    let (family, name) = (Self.family(isIPv6), DocumentTerm.string("not listed"))
    add("table", [family, ("name", name)])
    for hook in ["prerouting", "input", "forward", "output"] {
      add(
        "chain",
        [
          family, ("table", name), ("name", .string(hook)), ("type", .string("filter")),
          ("hook", .string(hook)), ("prio", .number(hook == "prerouting" ? -150 : 0)),
          ("policy", .string("accept")),
        ])
      let program = isIPv6 ? "ip6tables" : "iptables"
      add(
        "rule",
        [
          family, ("table", name), ("chain", .string(hook)),
          ("expr", .array([.entry("not listed", .string(program))])),
        ])
    }
  }
}

extension NftablesRuleset {
  /// Names the rules as `iptables --line-numbers` does, with their comments.
  fileprivate mutating func nameByNumber() {
    for chain in chains.indices {
      for rule in chains[chain].rules.indices {
        let value = chains[chain].rules[rule].value
        guard let number = value["number"]?.int else { continue }
        let comment = value["comment"]?.string.map { " \"\($0)\"" } ?? ""
        chains[chain].rules[rule].name = "rule \(number)\(comment)"
      }
    }
  }
}
