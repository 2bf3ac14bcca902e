/// One concrete packet, as a filter sees it.
///
/// **Invariant** kept by `normalise()`: a field that the packet lacks is 0, so that two packets
/// which no filter can tell apart are equal.
public struct Header: Hashable, Sendable {
  /// The family.
  public var family: Family
  /// The source address; 0 for a non-IP frame.
  public var source: UInt128
  /// The destination address; 0 for a non-IP frame.
  public var destination: UInt128
  /// The upper protocol.
  public var `protocol`: UInt8
  /// The first next header of IPv6.
  public var nextHeader: UInt8
  /// The source port.
  public var sourcePort: UInt16
  /// The destination port.
  public var destinationPort: UInt16
  /// The ICMP or ICMPv6 type.
  public var icmpType: UInt8
  /// The ICMP or ICMPv6 code.
  public var icmpCode: UInt8
  /// The TCP flags.
  public var tcpFlags: UInt8
  /// Whether it is a later fragment.
  public var isLaterFragment: Bool
  /// The application label.
  public var application: UInt16
  /// The EtherType of a non-IP frame.
  public var etherType: UInt16

  /// A packet from its parts, normalised.
  ///
  /// `nextHeader` is the protocol unless it is given.
  public init(
    family: Family, source: UInt128 = 0, destination: UInt128 = 0, protocol: UInt8 = 0,
    nextHeader: UInt8? = nil, sourcePort: UInt16 = 0, destinationPort: UInt16 = 0,
    icmpType: UInt8 = 0, icmpCode: UInt8 = 0, tcpFlags: UInt8 = 0, isLaterFragment: Bool = false,
    application: UInt16 = 0, etherType: UInt16 = 0
  ) {
    self.family = family
    self.source = source
    self.destination = destination
    self.protocol = `protocol`
    self.nextHeader = nextHeader ?? `protocol`
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.icmpType = icmpType
    self.icmpCode = icmpCode
    self.tcpFlags = tcpFlags
    self.isLaterFragment = isLaterFragment
    self.application = application
    self.etherType = etherType
    normalise()
  }

  /// Whether the packet has the field at all.
  ///
  /// Only wire fields can be had.
  public func has(_ field: HeaderField) -> Bool {
    let isIP = family != .nonIP
    switch field {
    case .family: return true
    case .sourceIPv4, .destinationIPv4: return family == .ipv4
    case .sourceIPv6, .destinationIPv6, .nextHeader: return family == .ipv6
    case .protocol, .fragment, .application: return isIP
    case .sourcePort, .destinationPort:
      return isIP && !isLaterFragment && IPProtocol.withPorts.contains(UInt128(`protocol`))
    case .icmpType, .icmpCode:
      return !isLaterFragment
        && (family == .ipv4 && `protocol` == IPProtocol.icmp
          || family == .ipv6 && `protocol` == IPProtocol.icmpv6)
    case .tcpFlags: return isIP && !isLaterFragment && `protocol` == IPProtocol.tcp
    case .etherType: return !isIP
    default: return false
    }
  }

  /// The value of a wire field, or `nil` where the packet lacks it.
  public subscript(field: HeaderField) -> UInt128? { has(field) ? stored(field) : nil }

  /// The stored value of a wire field: 0 where the packet lacks it or the field is none of the wire.
  public func stored(_ field: HeaderField) -> UInt128 {
    switch field {
    case .family: UInt128(family.rawValue)
    case .sourceIPv4: family == .ipv4 ? source : 0
    case .sourceIPv6: family == .ipv6 ? source : 0
    case .destinationIPv4: family == .ipv4 ? destination : 0
    case .destinationIPv6: family == .ipv6 ? destination : 0
    case .protocol: UInt128(`protocol`)
    case .nextHeader: UInt128(nextHeader)
    case .sourcePort: UInt128(sourcePort)
    case .destinationPort: UInt128(destinationPort)
    case .icmpType: UInt128(icmpType)
    case .icmpCode: UInt128(icmpCode)
    case .tcpFlags: UInt128(tcpFlags)
    case .fragment: isLaterFragment ? 1 : 0
    case .application: UInt128(application)
    case .etherType: UInt128(etherType)
    default: 0
    }
  }

  /// The packet's value set, where it has the field; without effect where it lacks it.
  public mutating func set(_ field: HeaderField, to value: UInt128) {
    guard has(field) else { return }
    switch field {
    case .sourceIPv4, .sourceIPv6: source = value
    case .destinationIPv4, .destinationIPv6: destination = value
    case .protocol: `protocol` = UInt8(truncatingIfNeeded: value)
    case .nextHeader: nextHeader = UInt8(truncatingIfNeeded: value)
    case .sourcePort: sourcePort = UInt16(truncatingIfNeeded: value)
    case .destinationPort: destinationPort = UInt16(truncatingIfNeeded: value)
    case .icmpType: icmpType = UInt8(truncatingIfNeeded: value)
    case .icmpCode: icmpCode = UInt8(truncatingIfNeeded: value)
    case .tcpFlags: tcpFlags = UInt8(truncatingIfNeeded: value)
    case .fragment: isLaterFragment = value != 0
    case .application: application = UInt16(truncatingIfNeeded: value)
    case .etherType: etherType = UInt16(truncatingIfNeeded: value)
    default: break
    }
    normalise()
  }

  /// Sets every field that the packet lacks to 0.
  public mutating func normalise() {
    if family == .nonIP {
      self = Self(nonIP: etherType)
      return
    }
    etherType = 0
    if family == .ipv4 { nextHeader = 0 }
    source &= family.greatestAddress
    destination &= family.greatestAddress
    if !has(.sourcePort) {
      sourcePort = 0
      destinationPort = 0
    }
    if !has(.icmpType) {
      icmpType = 0
      icmpCode = 0
    }
    if !has(.tcpFlags) { tcpFlags = 0 }
  }

  private init(nonIP etherType: UInt16) {
    family = .nonIP
    source = 0
    destination = 0
    `protocol` = 0
    nextHeader = 0
    sourcePort = 0
    destinationPort = 0
    icmpType = 0
    icmpCode = 0
    tcpFlags = 0
    isLaterFragment = false
    application = 0
    self.etherType = etherType
  }
}
