public import Packets

/// What a rule asks of a packet, as syntax.
///
/// **Semantics.** `field` holds where the packet has the field and its value is in the ranges: a
/// match on a field that a packet lacks does not match. Device fields (mark, registers) are always
/// there. `not` is plain logical negation, so `not(field(destinationPort, 80))` matches ICMP; an
/// importer whose vendor reads "port not 80" as "has a port, and it is not 80" says so.
public indirect enum Match: Hashable, Sendable {
  /// Every packet.
  case any
  /// No packet.
  case never
  /// The field is there and has one of these values.
  case field(HeaderField, Ranges)
  /// The condition, an index into `Network.conditions`, comes out true for this packet.
  case condition(Int)
  /// The inner match fails.
  case not(Match)
  /// All of these match; every packet where the list is empty.
  case all([Match])
  /// At least one of these matches; no packet where the list is empty.
  case some([Match])
}

/// Addresses of both families.
public struct AddressSet: Hashable, Sendable {
  /// The IPv4 addresses, as 32-bit values.
  public var ipv4: Ranges
  /// The IPv6 addresses.
  public var ipv6: Ranges

  /// Creates a set from its halves.
  public init(ipv4: Ranges = .none, ipv6: Ranges = .none) {
    self.ipv4 = ipv4
    self.ipv6 = ipv6
  }

  /// The addresses of prefixes.
  public init(_ prefixes: some Sequence<Prefix>) {
    let prefixes = Array(prefixes)
    ipv4 = Ranges(prefixes.filter { $0.family == .ipv4 }.map(\.range))
    ipv6 = Ranges(prefixes.filter { $0.family == .ipv6 }.map(\.range))
  }

  /// The set of one address.
  public init(_ address: IPAddress) { self.init([Prefix(host: address)]) }

  /// No address.
  public static let none = Self()

  /// Every address of both families.
  public static let all = Self(
    ipv4: Ranges(0...Family.ipv4.greatestAddress), ipv6: Ranges(0...UInt128.max))

  /// Whether there is no address.
  public var isEmpty: Bool { ipv4.isEmpty && ipv6.isEmpty }

  /// The addresses of one family.
  public subscript(family: Family) -> Ranges {
    get {
      switch family {
      case .ipv4: ipv4
      case .ipv6: ipv6
      case .nonIP: .none
      }
    }
    set {
      switch family {
      case .ipv4: ipv4 = newValue
      case .ipv6: ipv6 = newValue
      case .nonIP: break
      }
    }
  }

  /// Whether the address is in the set.
  public func contains(_ address: IPAddress) -> Bool {
    self[address.family].contains(address.value)
  }

  /// The addresses in either set.
  public func union(_ other: Self) -> Self {
    Self(ipv4: ipv4.union(other.ipv4), ipv6: ipv6.union(other.ipv6))
  }

  /// The addresses in both sets.
  public func intersection(_ other: Self) -> Self {
    Self(ipv4: ipv4.intersection(other.ipv4), ipv6: ipv6.intersection(other.ipv6))
  }

  /// The addresses that are not in the other set.
  public func subtracting(_ other: Self) -> Self {
    Self(ipv4: ipv4.subtracting(other.ipv4), ipv6: ipv6.subtracting(other.ipv6))
  }

  /// Every other address of both families.
  public var complement: Self { Self.all.subtracting(self) }

  /// The match "the source address is one of these".
  public var asSource: Match { match(.sourceIPv4, .sourceIPv6) }

  /// The match "the destination address is one of these".
  public var asDestination: Match { match(.destinationIPv4, .destinationIPv6) }

  private func match(_ v4: HeaderField, _ v6: HeaderField) -> Match {
    var parts: [Match] = []
    if !ipv4.isEmpty { parts.append(.field(v4, ipv4)) }
    if !ipv6.isEmpty { parts.append(.field(v6, ipv6)) }
    return parts.count == 1 ? parts[0] : .some(parts)
  }
}
