import Documents
import Packets

/// Says what the target of a rule does as statements of `nft`.
struct IptablesTarget {
  let isIPv6: Bool
  let options: IptablesOptions
  /// The chain of the rule, and all chains of the table.
  let chain: String
  let chains: Set<String>

  /// The statements of the target, none of a rule that only counts.
  var statements: [DocumentTerm] {
    guard let target = options.target, let name = target.values.first else { return [] }
    let made = statements(of: name) ?? [IptablesMatches.opaque("target", name, text)]
    return made.map { .at(target.offset, $0) }
  }

  /// The target as it is written.
  private var text: String {
    let name = options.target?.values.first ?? ""
    return (["-j \(name)"] + options.targetOptions.map(\.text)).joined(separator: " ")
  }

  /// The values of an option that is there once, with one value.
  private func value(_ name: String) -> String? {
    let found = options.targetOptions.filter { $0.name == name }
    guard found.count == 1, found[0].values.count == 1, !found[0].isNegated else { return nil }
    return found[0].values[0]
  }

  /// Whether there are no options but these.
  private func hasOnly(_ names: Set<String>) -> Bool {
    options.targetOptions.allSatisfy { names.contains($0.name) }
  }

  /// The statements of a target; `nil` where it is not modelled.
  private func statements(of name: String) -> [DocumentTerm]? {
    if chains.contains(name) {
      guard options.targetOptions.isEmpty else { return nil }
      let verb = options.isGoto ? "goto" : "jump"
      return [.entry(verb, .entry("target", .string(name)))]
    }
    if options.isGoto { return nil }
    switch name {
    case "ACCEPT", "DROP", "RETURN":
      return options.targetOptions.isEmpty ? [.entry(name.lowercased(), .null)] : nil
    case "REJECT":
      // A reset answers TCP alone, and the rule asks for it already.
      return [.entry("reject", .null)]
    case "LOG", "NFLOG", "ULOG": return [.entry("log", .null)]
    case "NOTRACK": return [.entry("notrack", .null)]
    case "CT": return tracking
    case "MARK": return marking
    case "CONNMARK": return connectionMarking
    case "DNAT": return translation("dnat", "to-destination")
    case "SNAT": return translation("snat", "to-source")
    case "NETMAP": return netmap
    case "REDIRECT", "MASQUERADE":
      guard hasOnly(["to-ports", "random", "random-fully"]) else { return nil }
      var entries: [(key: String, value: DocumentTerm)] = []
      if !options.targetOptions.filter({ $0.name == "to-ports" }).isEmpty {
        guard let port = value("to-ports").flatMap(Self.ports) else { return nil }
        entries.append(("port", port))
      }
      return [.entry(name.lowercased(), .object(entries))]
    case "NFQUEUE", "QUEUE": return [.entry("queue", .null)]
    default: return nil
    }
  }

  /// `NETMAP`, where the chain tells which end it translates: the host bits stay.
  private var netmap: [DocumentTerm]? {
    guard hasOnly(["to"]), let parts = value("to")?.split(separator: "/"), parts.count == 2,
      let address = IptablesMatches.address(String(parts[0]), isIPv6 ? .ipv6 : .ipv4),
      let length = Int(parts[1])
    else { return nil }
    let prefix = DocumentTerm.entry(
      "prefix", .object([("addr", .string("\(address)")), ("len", .number(length))]))
    let value = DocumentTerm.object([("addr", prefix), ("flags", .string("netmap"))])
    switch chain {
    case "PREROUTING", "OUTPUT": return [.entry("dnat", value)]
    case "POSTROUTING", "INPUT": return [.entry("snat", value)]
    default: return nil
    }
  }

  /// `CT`: only an exemption decides anything, besides helpers, which expect further connections.
  private var tracking: [DocumentTerm]? {
    if options.targetOptions.count == 1, options.targetOptions[0].name == "notrack" {
      return [.entry("notrack", .null)]
    }
    guard let helper = value("helper"), options.targetOptions.count == 1 else { return nil }
    return [.entry("ct helper", .string(helper))]
  }

  private static var mark: DocumentTerm { IptablesMatches.key("meta", "mark") }
  private static var connectionMark: DocumentTerm { IptablesMatches.key("ct", "mark") }

  /// What a mark is where some of its bits are cleared, and others set or turned.
  private static func mark(
    _ old: DocumentTerm, clearing mask: UInt32, _ op: String, _ bits: DocumentTerm
  ) -> DocumentTerm {
    if mask == .max { return bits }
    return .entry(op, .array([.entry("&", .array([old, .number(~mask)])), bits]))
  }

  private static func set(_ key: DocumentTerm, _ value: DocumentTerm) -> [DocumentTerm] {
    [.entry("mangle", .object([("key", key), ("value", value)]))]
  }

  /// What an option makes of a mark.
  private func changed(_ old: DocumentTerm) -> DocumentTerm? {
    guard options.targetOptions.count == 1, let option = options.targetOptions.first,
      option.values.count == 1, let (mark, mask) = IptablesSymbols.mark(option.values[0])
    else { return nil }
    switch option.name {
    case "set-xmark": return Self.mark(old, clearing: mask, "^", .number(mark))
    case "set-mark": return Self.mark(old, clearing: mask, "|", .number(mark))
    case "and-mark" where mask == .max: return .entry("&", .array([old, .number(mark)]))
    case "or-mark" where mask == .max: return .entry("|", .array([old, .number(mark)]))
    case "xor-mark" where mask == .max: return .entry("^", .array([old, .number(mark)]))
    default: return nil
    }
  }

  private var marking: [DocumentTerm]? { changed(Self.mark).map { Self.set(Self.mark, $0) } }

  private var connectionMarking: [DocumentTerm]? {
    if let new = changed(Self.connectionMark) { return Self.set(Self.connectionMark, new) }
    guard hasOnly(["save-mark", "restore-mark", "nfmask", "ctmask", "mask"]) else { return nil }
    let names = options.targetOptions.map(\.name)
    let restores = names.contains("restore-mark")
    guard restores != names.contains("save-mark") else { return nil }
    func mask(_ name: String) -> UInt32? {
      guard names.contains(name) || names.contains("mask") else { return .max }
      return value(names.contains(name) ? name : "mask").flatMap { IptablesSymbols.word($0) }
    }
    guard let packet = mask("nfmask"), let connection = mask("ctmask") else { return nil }
    func bits(_ mark: DocumentTerm, _ mask: UInt32) -> DocumentTerm {
      mask == .max ? mark : .entry("&", .array([mark, .number(mask)]))
    }
    if restores {
      let new = bits(Self.connectionMark, connection)
      return Self.set(Self.mark, Self.mark(Self.mark, clearing: packet, "^", new))
    }
    let new = bits(Self.mark, packet)
    return Self.set(
      Self.connectionMark, Self.mark(Self.connectionMark, clearing: connection, "^", new))
  }

  private static func ports(_ text: String) -> DocumentTerm? {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
    guard (1...2).contains(ends.count), ends.allSatisfy({ UInt16($0) != nil }) else { return nil }
    return ends.count == 1
      ? .number(ends[0]) : .entry("range", .array(ends.map { .number($0) }))
  }

  /// `[ADDRESS[-ADDRESS]][:PORT[-PORT]]`, an IPv6 address in brackets where a port follows.
  private func translation(_ statement: String, _ option: String) -> [DocumentTerm]? {
    guard hasOnly([option, "random", "random-fully", "persistent"]), let text = value(option) else {
      return nil
    }
    var (addresses, ports) = (text[...], text[text.endIndex...])
    if isIPv6, text.hasPrefix("[") {
      guard let close = text.firstIndex(of: "]") else { return nil }
      addresses = text[text.index(after: text.startIndex)..<close]
      let rest = text[text.index(after: close)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      ports = rest.dropFirst()
      if ports.isEmpty != rest.isEmpty { return nil }
    } else if !isIPv6, let colon = text.firstIndex(of: ":") {
      (addresses, ports) = (text[..<colon], text[text.index(after: colon)...])
      if ports.isEmpty { return nil }
    }
    var entries: [(key: String, value: DocumentTerm)] = []
    if !addresses.isEmpty {
      let family = isIPv6 ? Family.ipv6 : .ipv4
      let ends = addresses.split(separator: "-", omittingEmptySubsequences: false)
      let read = ends.compactMap { IptablesMatches.address(String($0), family) }
      guard read.count == ends.count, (1...2).contains(read.count) else { return nil }
      let terms = read.map { DocumentTerm.string("\($0)") }
      entries.append(("addr", terms.count == 1 ? terms[0] : .entry("range", .array(terms))))
    }
    if !ports.isEmpty {
      guard let port = Self.ports(String(ports)) else { return nil }
      entries.append(("port", port))
    }
    return entries.isEmpty ? nil : [.entry(statement, .object(entries))]
  }
}
