import Documents
import Places

/// The address family of a table.
enum NftablesFamily: String, Hashable, Sendable {
  case ip, ip6, inet, arp, bridge, netdev
}

/// Where a base chain is called.
enum NftablesHook: String, Hashable, Sendable {
  case ingress, prerouting, input, forward, output, postrouting, egress
}

/// What `nft -j list ruleset` listed, before it means anything.
///
/// Statements and expressions stay JSON values, which know their places.
struct NftablesRuleset {
  /// Whether the chains of a table run.
  enum Activity: Hashable {
    case active, dormant, unknown
  }

  /// A name within a table.
  struct Name: Hashable {
    var family: NftablesFamily
    var table: String
    var name: String
  }

  /// A table.
  struct Table {
    var name: Name
    var activity: Activity
    var value: DocumentValue
  }

  /// What makes a chain a base chain.
  struct Base {
    /// The type: `filter`, `nat`, `route`.
    var type: String
    var hook: NftablesHook
    var priority: Int
    /// The interfaces of an ingress or egress chain.
    var devices: [String]
    var dropsByPolicy: Bool
  }

  /// A chain with its rules.
  struct Chain {
    var name: Name
    var base: Base?
    var value: DocumentValue
    var rules: [Rule] = []

    /// The name as people write it.
    var title: String { "\(name.family.rawValue) \(name.table) \(name.name)" }
  }

  /// A rule.
  struct Rule {
    var name: String
    var value: DocumentValue
    var statements: [DocumentValue]
  }

  /// A named set or map.
  struct NamedSet {
    var name: Name
    var value: DocumentValue
    var elements: [DocumentValue]
    /// Whether its content changes while the device runs.
    var changes: Bool
    /// Whether a look-up runs statements besides counting.
    var hasStatements: Bool
  }

  var tables: [Table] = []
  var chains: [Chain] = []
  var sets: [NamedSet] = []
  /// Objects that no rule needs, by the name of their kind.
  var objects: [DocumentValue] = []
  /// Objects of kinds that are not known.
  var unknown: [DocumentValue] = []
  /// Whether rules leave out what a header's fields imply, as `nft` lists them.
  var hidesDependencies = true
  private(set) var chainIndex: [Name: Int] = [:]
  private(set) var setIndex: [Name: Int] = [:]

  /// The activity of a table; that of one that is not listed is unknown.
  func activity(of name: Name) -> Activity {
    tables.first { $0.name.family == name.family && $0.name.table == name.table }?.activity
      ?? .active
  }

  mutating func add(_ chain: Chain) -> Bool {
    guard chainIndex[chain.name] == nil else { return false }
    chainIndex[chain.name] = chains.count
    chains.append(chain)
    return true
  }

  mutating func add(_ set: NamedSet) -> Bool {
    guard setIndex[set.name] == nil else { return false }
    setIndex[set.name] = sets.count
    sets.append(set)
    return true
  }
}
