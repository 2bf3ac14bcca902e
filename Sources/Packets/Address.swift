/// The family of a packet.
public enum Family: UInt8, Hashable, Sendable, CaseIterable {
  /// IPv4 (RFC 791).
  case ipv4 = 0
  /// IPv6 (RFC 8200).
  case ipv6 = 1
  /// A frame that carries no IP, told apart by its EtherType.
  case nonIP = 2

  /// How many bits an address has: 32, 128, or 0.
  public var addressBits: Int {
    switch self {
    case .ipv4: 32
    case .ipv6: 128
    case .nonIP: 0
    }
  }

  /// The greatest address value of the family.
  public var greatestAddress: UInt128 {
    switch self {
    case .ipv4: UInt128(UInt32.max)
    case .ipv6: .max
    case .nonIP: 0
    }
  }
}

/// One IPv4 or IPv6 address.
public struct IPAddress: Hashable, Sendable {
  /// `ipv4` or `ipv6`.
  public let family: Family
  /// The address in host order; an IPv4 address uses the low 32 bits.
  public let value: UInt128

  /// An IPv4 address from its 32 bits.
  public init(ipv4 value: UInt32) {
    family = .ipv4
    self.value = UInt128(value)
  }

  /// An IPv6 address from its 128 bits.
  public init(ipv6 value: UInt128) {
    family = .ipv6
    self.value = value
  }

  /// An address of a family from its value; `nil` where the value is too large or the family has
  /// no addresses.
  public init?(_ family: Family, _ value: UInt128) {
    guard family != .nonIP, value <= family.greatestAddress else { return nil }
    self.family = family
    self.value = value
  }
}

/// A network prefix: an address and how many of its leading bits count.
public struct Prefix: Hashable, Sendable {
  /// The first address.
  ///
  /// **Invariant**: bits past `length` are 0.
  public let address: IPAddress
  /// How many leading bits count: 0...32 or 0...128.
  ///
  /// **Invariant**: within the family's bits.
  public let length: Int

  /// The prefix of this length that holds `address`; `nil` where the length is out of range.
  public init?(_ address: IPAddress, length: Int) {
    guard length >= 0, length <= address.family.addressBits else { return nil }
    let hostBits = address.family.addressBits - length
    let network = hostBits == 128 ? 0 : (address.value >> UInt128(hostBits)) << UInt128(hostBits)
    guard let base = IPAddress(address.family, network) else { return nil }
    self.address = base
    self.length = length
  }

  /// The prefix that holds just one address.
  public init(host address: IPAddress) {
    self.address = address
    length = address.family.addressBits
  }

  /// The family of the addresses.
  public var family: Family { address.family }

  /// The first and the last address value.
  public var range: ClosedRange<UInt128> {
    let hostBits = family.addressBits - length
    let mask = hostBits >= 128 ? UInt128.max : (UInt128(1) << UInt128(hostBits)) - 1
    return address.value...(address.value | mask)
  }

  /// Whether the prefix holds the address.
  public func contains(_ other: IPAddress) -> Bool {
    other.family == family && range.contains(other.value)
  }
}
