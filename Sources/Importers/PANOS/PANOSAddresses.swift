import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// Which end of a packet an address is compared with.
  enum Role: String {
    case source
    case destination

    /// The scope of a condition about the address alone.
    var scope: Condition.Scope {
      switch self {
      case .source: Condition.ofSource
      case .destination: Condition.ofDestination
      }
    }

    /// The match "the address is one of these".
    func match(_ set: AddressSet) -> Match {
      if set == .all {
        return .disjunction([
          .field(.family, Ranges(UInt128(Family.ipv4.rawValue))),
          .field(.family, Ranges(UInt128(Family.ipv6.rawValue))),
        ])
      }
      if set.isEmpty { return .never }
      switch self {
      case .source: return set.asSource
      case .destination: return set.asDestination
      }
    }
  }

  /// What a list of addresses stands for: a set that it certainly holds, and parts that the file
  /// does not settle.
  struct Addresses {
    /// A part whose addresses are not in the file.
    struct Unknown: Hashable {
      var kind: String
      var name: String
      var place: Place
      var why: String
    }

    var isAny = false
    var set = AddressSet.none
    var unknown: [Unknown] = []

    /// The set where the list is known to be just that.
    var exact: AddressSet? { unknown.isEmpty && !isAny ? set : nil }

    /// All that any of these stands for.
    ///
    /// - Complexity: O(*n* log *n*) in the ranges of all.
    init(union parts: [Self] = []) {
      isAny = parts.contains { $0.isAny }
      set.ipv4 = Ranges(parts.flatMap(\.set.ipv4.ranges))
      set.ipv6 = Ranges(parts.flatMap(\.set.ipv6.ranges))
      var seen: Set<Unknown> = []
      unknown = parts.flatMap(\.unknown).filter { seen.insert($0).inserted }
    }
  }
}

extension PANOS.Reader {
  /// The most bits of a wildcard mask with others in between: each doubles the ranges.
  private static let wildcardLimit = 12
  /// The most groups inside one another.
  static let nestingLimit = 64

  /// What the members of a list stand for.
  mutating func addresses(_ members: [PANOSValue], in system: Int) -> PANOS.Addresses {
    var parts: [PANOS.Addresses] = []
    for member in members {
      if member.text == "any" {
        var any = PANOS.Addresses()
        any.isAny = true
        parts.append(any)
      } else {
        parts.append(address(member, in: system, path: []))
      }
    }
    // A cached group needs no sorting again.
    return parts.count == 1 ? parts[0] : PANOS.Addresses(union: parts)
  }

  /// The match of a list of addresses at one end.
  mutating func match(_ addresses: PANOS.Addresses, _ role: PANOS.Role) -> Match {
    if addresses.isAny { return .any }
    var parts = [role.match(addresses.set)]
    for part in addresses.unknown {
      parts.append(
        .condition(
          condition(
            "\(part.kind)-\(role.rawValue)", part.name, role.scope, at: part.place, part.why)))
    }
    return .disjunction(parts)
  }

  /// What one name or literal stands for.
  ///
  /// The path has the groups around it, so that a group inside itself is noticed.
  mutating func address(
    _ member: PANOSValue, in system: Int, path: [String]
  ) -> PANOS.Addresses {
    let kinds: [PANOS.ObjectKind] = [.address, .addressGroup, .externalList, .region]
    guard let found = find(member.text, kinds, in: system) else {
      return literalOrUnknown(member, in: system)
    }
    switch found.kind {
    case .address: return addressObject(found)
    case .addressGroup: return addressGroup(found, in: system, path: path)
    case .region:
      guard let list = found.element.child("address") else { return unknown(found, "region") }
      return PANOS.Addresses(union: members(of: list).map { literal($0, found) })
    default:
      ledger.opaque(found.element)
      return unknown(found, "external-list", why: "the content of an external list is not given")
    }
  }

  private func unknown(
    _ found: PANOS.FoundObject, _ kind: String, why: String = "the addresses are not in the file"
  ) -> PANOS.Addresses {
    var result = PANOS.Addresses()
    result.unknown = [
      .init(kind: kind, name: found.qualifiedName, place: found.element.place, why: why)
    ]
    return result
  }

  private mutating func addressObject(_ found: PANOS.FoundObject) -> PANOS.Addresses {
    let element = found.element
    var result = PANOS.Addresses()
    let kinds = element.children.filter {
      !PANOS.Irrelevant.names.contains($0.name)
    }
    guard kinds.count == 1, let kind = kinds.first else {
      return unknown(found, "address", why: "the address object has not exactly one value")
    }
    let value = PANOSValue(text: kind.text, place: kind.place)
    switch kind.name {
    case "ip-netmask", "ip-range":
      return literal(value, found)
    case "fqdn":
      ledger.opaque(kind)
      return unknown(found, "fqdn", why: "the addresses of a domain name are not in the file")
    case "ip-wildcard":
      guard let set = Self.wildcard(value.text) else {
        ledger.opaque(kind)
        return unknown(found, "address", why: "the wildcard mask is not understood")
      }
      result.set = set
      return result
    default:
      ledger.opaque(kind)
      return unknown(found, "address", why: "this kind of address object is not modelled")
    }
  }

  private mutating func addressGroup(
    _ found: PANOS.FoundObject, in system: Int, path: [String]
  ) -> PANOS.Addresses {
    let element = found.element
    if path.contains(found.qualifiedName) {
      return unknown(found, "address-group", why: "the address group contains itself")
    }
    if path.count >= Self.nestingLimit {
      return unknown(found, "address-group", why: "the address groups are nested too deep")
    }
    let key = "\(system)/\(found.qualifiedName)"
    if let known = addressGroups[key] { return known }
    var parts: [PANOS.Addresses] = []
    var inner: [PANOSValue] = element.children("member").map {
      PANOSValue(text: $0.text, place: $0.place)
    }
    for list in element.children("static") { inner += members(of: list) }
    for member in inner {
      parts.append(address(member, in: system, path: path + [found.qualifiedName]))
    }
    for dynamic in element.children("dynamic") {
      let filter = dynamic.child("filter")?.text ?? ""
      if let tags = PANOS.TagFilter(parsing: filter) {
        parts.append(tagged(tags, in: system, path: path + [found.qualifiedName]))
      }
      ledger.opaque(dynamic)
      parts.append(
        unknown(
          found, "dynamic-group",
          why: "hosts may be registered with the tags of a dynamic group while the firewall runs"))
    }
    if hasOthers(element, than: ["member", "static", "dynamic"]) {
      parts.append(unknown(found, "address-group", why: "a part of the group is not modelled"))
    }
    let result = PANOS.Addresses(union: parts)
    addressGroups[key] = result
    return result
  }

  /// Whether an object has elements that nothing understands, which stay opaque.
  mutating func hasOthers(_ element: XMLElement, than known: Set<String>) -> Bool {
    var result = false
    for child in element.children
    where !known.contains(child.name) && !PANOS.Irrelevant.names.contains(child.name) {
      ledger.opaque(child)
      result = true
    }
    return result
  }

  /// The addresses of the objects whose tags fit a dynamic group.
  private mutating func tagged(
    _ filter: PANOS.TagFilter, in system: Int, path: [String]
  ) -> PANOS.Addresses {
    var parts: [PANOS.Addresses] = []
    let lists = [systems[system].element, roots.config.child("shared")].compactMap { $0 }
    for list in lists {
      for entry in list.descendants("address", "entry")
      where filter.matches(Set(entry.descendants("tag", "member").map(\.text))) {
        let member = PANOSValue(text: name(of: entry), place: entry.place)
        var found = address(member, in: system, path: path)
        // A tagged object only adds to the lower bound.
        found.unknown = []
        parts.append(found)
      }
    }
    return PANOS.Addresses(union: parts)
  }

  /// A literal, a predefined list or region, or a name that nothing has.
  private mutating func literalOrUnknown(
    _ member: PANOSValue, in system: Int
  ) -> PANOS.Addresses {
    var result = PANOS.Addresses()
    if let set = Self.literal(member.text) {
      result.set = set
      return result
    }
    let isRegion =
      member.text.count == 2 && member.text.allSatisfy { $0.isLetter && $0.isUppercase }
    let kind = isRegion ? "region" : member.text.hasPrefix("panw-") ? "external-list" : "address"
    let why =
      switch kind {
      case "region": "the addresses of a region come with content updates"
      case "external-list": "the content of a predefined list comes with content updates"
      default: "no address object has this name"
      }
    result.unknown = [
      .init(kind: kind, name: qualified(member.text, in: system), place: member.place, why: why)
    ]
    return result
  }

  private func literal(_ value: PANOSValue, _ found: PANOS.FoundObject) -> PANOS.Addresses {
    guard let set = Self.literal(value.text) else {
      return unknown(found, "address", why: "the value is no address")
    }
    var result = PANOS.Addresses()
    result.set = set
    return result
  }

  /// The set that an address, a prefix (host bits do not matter) or a range stands for.
  ///
  /// An IPv6 prefix of at most 96 zero bits holds every IPv4 address too.
  static func literal(_ text: String) -> AddressSet? {
    if text.utf8.contains(UInt8(ascii: "-")) {
      guard let range = try? AddressRange(parsing: text) else { return nil }
      var set = AddressSet.none
      set[range.family] = Ranges(range.range)
      return set
    }
    guard let prefix = try? AddressInPrefix(parsing: text).prefix else { return nil }
    var set = AddressSet([prefix])
    if prefix.family == .ipv6, prefix.length <= 96, prefix.address.value == 0 {
      set.ipv4 = AddressSet.all.ipv4
    }
    return set
  }

  /// The set of `address/mask`, where a set bit of the mask does not count.
  static func wildcard(_ text: String) -> AddressSet? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = try? IPAddress(parsing: parts[0]),
      let mask = try? IPAddress(parsing: parts[1]), address.family == .ipv4, mask.family == .ipv4
    else { return nil }
    let low = mask.value.trailingZeroBitCount == 0 ? (~mask.value).trailingZeroBitCount : 0
    let block = (UInt128(1) << UInt128(low)) - 1
    let spread = mask.value & ~block
    guard spread.nonzeroBitCount <= wildcardLimit else { return nil }
    let base = address.value & ~mask.value
    var starts: [UInt128] = [base]
    for bit in 0..<UInt128(32) where spread >> bit & 1 == 1 {
      starts += starts.map { $0 | 1 << bit }
    }
    return AddressSet(ipv4: Ranges(starts.map { $0...($0 | block) }))
  }
}
