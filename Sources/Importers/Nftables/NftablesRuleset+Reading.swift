import Documents
import Places

extension NftablesRuleset {
  /// The keys of commands, which a file for `nft -f` may hold and a listing does not.
  private static let commands: Set<String> = [
    "add", "create", "insert", "replace", "delete", "destroy", "flush", "list", "reset", "rename",
  ]

  /// Whether a document has the envelope of a listing.
  static func isListing(_ root: DocumentValue) -> Bool { root["nftables"]?.kind == .array }

  /// Reads a listing.
  ///
  /// - Throws: Where the document is not a listing. An object that is not understood is kept as
  ///   unknown.
  init(reading root: DocumentValue) throws(InputError) {
    let hint = "write the file with 'nft -j list ruleset'"
    guard root.kind == .object, let list = root["nftables"] else {
      throw InputError(
        at: root.place, "this is no nftables ruleset: an object with 'nftables' is needed",
        hint: hint)
    }
    guard list.kind == .array else {
      throw InputError(at: list.place, "'nftables' is no array", hint: hint)
    }
    for entry in root.object ?? [] where entry.key != "nftables" {
      unknown.append(entry.value)
    }
    var rules: [(DocumentValue, DocumentValue)] = []
    for item in list.children {
      let entries = item.object ?? []
      guard let entry = entries.first, entries.count == 1 else {
        unknown.append(item)
        continue
      }
      if Self.commands.contains(entry.key) {
        throw InputError(
          at: entry.keyPlace, "'\(entry.key)' is a command, and a listing has only objects",
          hint: hint)
      }
      switch entry.key {
      case "rule": rules.append((item, entry.value))
      default: if !add(entry) { unknown.append(item) }
      }
    }
    for (item, rule) in rules where !add(rule: rule) { unknown.append(item) }
  }

  /// Adds an object other than a rule; false where it is not understood.
  private mutating func add(_ entry: DocumentValue.Entry) -> Bool {
    let value = entry.value
    switch entry.key {
    case "table":
      guard let name = Self.name(of: value, table: "name") else { return false }
      tables.append(Table(name: name, activity: Self.activity(of: value), value: value))
      return true
    case "chain": return add(chain: value)
    case "set", "map": return add(set: value)
    case "flowtable", "ct helper", "ct expectation":
      objects.append(value)
      return true
    default:
      guard NftablesIrrelevant.objects.contains(entry.key) else { return false }
      objects.append(value)
      return true
    }
  }

  private static func name(of value: DocumentValue, table: String = "table") -> Name? {
    guard let text = value["family"]?.string, let family = NftablesFamily(rawValue: text),
      let table = value[table]?.string, let name = value["name"]?.string
    else { return nil }
    return Name(family: family, table: table, name: name)
  }

  /// Whether a table runs.
  ///
  /// Version 1.0.6 prints another text than `dormant` for a dormant table, so
  /// that any flag but those that are known to change nothing leaves it open.
  private static func activity(of table: DocumentValue) -> Activity {
    guard let flags = table["flags"] else { return .active }
    let words = flags.string.map { [$0] } ?? flags.array?.map { $0.string ?? "" } ?? [""]
    if words.contains("dormant") { return .dormant }
    return words.allSatisfy { ["owner", "persist"].contains($0) } ? .active : .unknown
  }

  private mutating func add(chain value: DocumentValue) -> Bool {
    guard let name = Self.name(of: value) else { return false }
    var chain = Chain(name: name, base: nil, value: value)
    if value["hook"] != nil || value["type"] != nil {
      guard let hook = value["hook"]?.string.flatMap(NftablesHook.init(rawValue:)),
        let type = value["type"]?.string, ["filter", "nat", "route"].contains(type),
        let priority = value["prio"]?.int
      else { return false }
      let policy = value["policy"]?.string ?? "accept"
      guard policy == "accept" || policy == "drop" else { return false }
      chain.base = Base(
        type: type, hook: hook, priority: priority, devices: Self.devices(of: value),
        dropsByPolicy: policy == "drop")
    }
    return add(chain)
  }

  private static func devices(of value: DocumentValue) -> [String] {
    guard let devices = value["dev"] else { return [] }
    return devices.string.map { [$0] } ?? devices.array?.compactMap(\.string) ?? []
  }

  private mutating func add(set value: DocumentValue) -> Bool {
    guard let name = Self.name(of: value) else { return false }
    let elements = value["elem"].map { $0.array ?? [$0] } ?? []
    let flags = value["flags"].map { $0.array?.compactMap(\.string) ?? [$0.string ?? ""] } ?? []
    var expires = false
    var counts = (value["stmt"].map { $0.array ?? [$0] } ?? []).allSatisfy {
      $0.object?.first?.key == "counter"
    }
    for element in elements {
      let inner = element["elem"] ?? element.array?.first?["elem"]
      for entry in inner?.object ?? [] {
        switch entry.key {
        case "val", "comment", "counter": break
        case "timeout", "expires": expires = true
        default: counts = false
        }
      }
    }
    return add(
      NamedSet(
        name: name, value: value, elements: elements,
        changes: expires || value["timeout"] != nil
          || flags.contains { $0 == "dynamic" || $0 == "timeout" },
        hasStatements: !counts))
  }

  private mutating func add(rule value: DocumentValue) -> Bool {
    guard let text = value["family"]?.string, let family = NftablesFamily(rawValue: text),
      let table = value["table"]?.string, let chain = value["chain"]?.string,
      let index = chainIndex[Name(family: family, table: table, name: chain)],
      let statements = value["expr"]?.array
    else { return false }
    let handle = value["handle"]?.int.map { "handle \($0)" }
    let comment = value["comment"]?.string
    let name = [handle, comment.map { "\"\($0)\"" }].compactMap { $0 }.joined(separator: " ")
    chains[index].rules.append(
      Rule(
        name: name.isEmpty ? "rule \(chains[index].rules.count + 1)" : name, value: value,
        statements: statements))
    return true
  }
}
