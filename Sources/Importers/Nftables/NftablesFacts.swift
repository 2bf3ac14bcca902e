import Documents
import Networks
import Packets

/// What holds for a ruleset as a whole, and changes what its rules mean.
struct NftablesFacts {
  /// The families that are tracked: those with any expression that needs connection tracking.
  private(set) var tracked: Set<Family> = []
  /// Whether anything exempts packets from tracking.
  private(set) var untracks = false
  /// Whether any comparison reads the mark.
  private(set) var readsMark = false
  /// Every mark that a packet can have, ascending; `nil` where they cannot be listed.
  private(set) var marks: [UInt128]?
  /// Every mark that a session can have, ascending.
  private(set) var connectionMarks: [UInt128] = [0]
  /// The sets that rules add elements to.
  private(set) var updatedSets: Set<NftablesRuleset.Name> = []
  /// Whether statements lead packets past all further chains.
  private(set) var leadsPastChains = false
  /// The statements that let a helper expect further connections.
  private(set) var helpers: [DocumentValue] = []
  /// The statements that hand established packets to a flowtable.
  private(set) var offloads: [DocumentValue] = []
  /// Whether sources are translated.
  private(set) var translatesSource = false
  /// Whether any statement may rewrite headers or states in the course of a chain.
  private(set) var rewrites = false
  /// The addresses and ports that rules write into headers.
  private(set) var writtenEnds: Set<HeaderField> = []
  /// The chains with statements that remember earlier packets, and those that call them.
  private(set) var remembers: Set<Int> = []
  /// What each chain, with all that it calls, may read and write.
  private(set) var footprints: [NftablesFootprint] = []
  /// A mark that no packet has.
  var unusedMark: UInt128 {
    var mark = UInt128(UInt32.max)
    while marks?.contains(mark) == true { mark -= 1 }
    return mark
  }

  /// The most marks that are told apart.
  private static let greatestMarkCount = 256

  private var markWrites: [DocumentValue] = []
  private var connectionMarkWrites: [DocumentValue] = []
  private var writesUnknownMarks = false

  init(of ruleset: NftablesRuleset) {
    for chain in ruleset.chains {
      for rule in chain.rules {
        for statement in rule.statements { read(statement, of: chain.name) }
      }
    }
    findMarks()
    footprints = NftablesFootprint.all(of: ruleset)
    remembers = Set(footprints.indices.filter { footprints[$0].remembers })
  }

  private mutating func read(_ statement: DocumentValue, of chain: NftablesRuleset.Name) {
    guard let entry = statement.object?.first else { return }
    let value = entry.value
    if Self.needsTracking(entry) {
      // A translation to one family's addresses tracks just that one.
      track(value["family"]?.string.flatMap(NftablesFamily.init(rawValue:)) ?? chain.family)
    }
    if entry.key == "mangle", value["key"]?["meta"] == nil, value["key"]?["ct"] == nil {
      rewrites = true
      writtenEnds.formUnion(Self.ends(writtenBy: value["key"]))
    }
    switch entry.key {
    case "notrack":
      untracks = true
      rewrites = true
    case "ct helper", "ct expectation": helpers.append(statement)
    case "flow":
      offloads.append(statement)
      leadsPastChains = true
    case "fwd", "dup", "synproxy": leadsPastChains = true
    case "snat", "masquerade": translatesSource = true
    case "queue": writesUnknownMarks = true
    case "xt":
      let name = value["name"]?.string ?? ""
      if !NftablesIrrelevant.extensions.contains(name), value["type"]?.string != "match" {
        writesUnknownMarks = true
      }
      if ["MASQUERADE", "SNAT", "NETMAP"].contains(name) { translatesSource = true }
    case "set", "map":
      if let name = value[entry.key]?.string, name.hasPrefix("@") {
        updatedSets.insert(
          .init(family: chain.family, table: chain.table, name: String(name.dropFirst())))
      }
    case "mangle":
      if value["key"]?["meta"]?["key"]?.string == "mark", let new = value["value"] {
        markWrites.append(new)
        return
      }
      if value["key"]?["ct"]?["key"]?.string == "mark", let new = value["value"] {
        connectionMarkWrites.append(new)
        return
      }
    default:
      if !Self.statements.contains(entry.key), !NftablesIrrelevant.statements.contains(entry.key) {
        writesUnknownMarks = true
      }
    }
    Self.visit(value) { key, inner in
      if key == "meta", inner["key"]?.string == "mark" { readsMark = true }
    }
  }

  /// The addresses and ports among what a statement writes.
  private static func ends(writtenBy key: DocumentValue?) -> [HeaderField] {
    switch key?["payload"]?["field"]?.string {
    case "saddr": [.sourceIPv4, .sourceIPv6]
    case "daddr": [.destinationIPv4, .destinationIPv6]
    case "sport": [.sourcePort]
    case "dport": [.destinationPort]
    case nil: TranslationEnd.source.fields + TranslationEnd.destination.fields
    default: []
    }
  }

  /// The statements that write no mark.
  private static let statements: Set<String> = [
    "match", "accept", "drop", "return", "continue", "jump", "goto", "reject", "vmap", "log",
    "limit", "quota", "ct count", "meter", "dnat", "snat", "masquerade", "redirect", "tproxy",
    // What is not listed is of one family, and changes no mark that the rules of the other ask for.
    "not listed",
  ]

  /// Whether a statement makes the kernel track connections. (Chains of the type `nat` alone do not.)
  private static func needsTracking(_ entry: DocumentValue.Entry) -> Bool {
    switch entry.key {
    case "dnat", "snat", "masquerade", "redirect", "flow", "synproxy", "ct helper",
      "ct expectation", "ct timeout", "ct count":
      return true
    case "xt":
      let names: Set = [
        "conntrack", "state", "connmark", "connlabel", "connbytes", "connlimit", "helper", "CT",
        "CONNMARK", "MASQUERADE", "SNAT", "DNAT", "REDIRECT", "NETMAP", "SYNPROXY", "nat",
      ]
      return names.contains(entry.value["name"]?.string ?? "")
    default:
      var found = false
      visit(entry.value) { key, _ in
        if key == "ct" || key == "ct count" { found = true }
      }
      return found
    }
  }

  private mutating func track(_ family: NftablesFamily) {
    switch family {
    case .ip: tracked.insert(.ipv4)
    case .ip6: tracked.insert(.ipv6)
    case .inet, .bridge: tracked.formUnion([.ipv4, .ipv6])
    case .arp, .netdev: break
    }
  }

  /// Shows every entry of every object inside a value.
  static func visit(_ value: DocumentValue, _ show: (String, DocumentValue) -> Void) {
    for child in value.children {
      if let key = child.key { show(key, child) }
      visit(child, show)
    }
  }

  private mutating func findMarks() {
    if writesUnknownMarks { rewrites = true }
    guard !writesUnknownMarks else { return }
    var found: Set<UInt128> = [0]
    var connections: Set<UInt128> = [0]
    while true {
      let before = found.count + connections.count
      for write in markWrites {
        guard let new = NftablesMark.values(of: write, found, connections) else { return }
        found.formUnion(new)
      }
      for write in connectionMarkWrites {
        guard let new = NftablesMark.values(of: write, found, connections) else { return }
        connections.formUnion(new)
      }
      let after = found.count + connections.count
      if after > Self.greatestMarkCount { return }
      if after == before { break }
    }
    marks = found.sorted()
    connectionMarks = connections.sorted()
  }
}

/// Reads what a mark is set to.
enum NftablesMark {
  /// The value of an expression for one mark of the packet and one of the session; `nil` where it
  /// depends on more.
  static func value(
    of value: DocumentValue, mark: UInt128, connectionMark: UInt128
  ) -> UInt128? {
    let greatest = UInt128(UInt32.max)
    if let number = value.number ?? value.string {
      return NftablesSubject.digits(number).flatMap { $0 <= greatest ? $0 : nil }
    }
    guard let entry = value.object?.first, value.object?.count == 1 else { return nil }
    switch entry.key {
    case "meta" where entry.value["key"]?.string == "mark": return mark
    case "ct" where entry.value["key"]?.string == "mark" && entry.value["dir"] == nil:
      return connectionMark
    case "&", "|", "^", "<<", ">>":
      let parts = (entry.value.array ?? []).map {
        self.value(of: $0, mark: mark, connectionMark: connectionMark)
      }
      guard var result = parts.first.flatMap({ $0 }), parts.count > 1 else { return nil }
      for part in parts.dropFirst() {
        guard let part else { return nil }
        switch entry.key {
        case "&": result &= part
        case "|": result |= part
        case "^": result ^= part
        case "<<": result = part < 32 ? (result << part) & greatest : 0
        default: result = part < 32 ? result >> part : 0
        }
      }
      return result
    default: return nil
    }
  }

  /// The values of an expression for all these marks; `nil` where they cannot be listed.
  static func values(
    of expression: DocumentValue, _ marks: Set<UInt128>, _ connectionMarks: Set<UInt128>
  ) -> Set<UInt128>? {
    if let map = expression["map"] {
      guard let elements = map["data"]?["set"]?.array else { return nil }
      var result: Set<UInt128> = []
      for element in elements {
        guard let data = element.array?.last, let new = values(of: data, marks, connectionMarks)
        else { return nil }
        result.formUnion(new)
      }
      return result
    }
    let readsMark = reads("meta", in: expression)
    let readsConnection = reads("ct", in: expression)
    var result: Set<UInt128> = []
    for mark in readsMark ? marks.sorted() : [0] {
      for connectionMark in readsConnection ? connectionMarks.sorted() : [0] {
        let new = value(of: expression, mark: mark, connectionMark: connectionMark)
        guard let new else { return nil }
        result.insert(new)
      }
    }
    return result
  }

  /// Whether an expression reads anything of a kind.
  static func reads(_ kind: String, in expression: DocumentValue) -> Bool {
    var found = expression[kind] != nil
    NftablesFacts.visit(expression) { key, _ in if key == kind { found = true } }
    return found
  }
}
