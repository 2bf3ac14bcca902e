/// A set of services as a person names them: protocols, destination ports, ICMP types, EtherTypes.
public struct ServiceSet: Hashable, Sendable, CustomStringConvertible {
  /// One part of the set.
  public enum Term: Hashable, Sendable {
    /// Everything, frames without IP included.
    case any
    /// IP packets of these protocols, whatever their ports.
    case protocols(Ranges)
    /// Destination ports of a protocol.
    case ports(Service)
    /// ICMP (protocol 1, over IPv4) or ICMPv6 (protocol 58, over IPv6) of these types and codes.
    case icmp(protocol: UInt8, types: Ranges, codes: Ranges)
    /// Frames without IP of this EtherType.
    case etherType(UInt16)
  }

  /// The parts; a packet is in the set where it is in any of them.
  public var terms: [Term]

  /// The union of parts.
  public init(_ terms: [Term]) { self.terms = terms }

  /// Everything.
  public static let any = Self([.any])

  /// Whether the set is everything.
  public var isAny: Bool { terms.contains(.any) }

  /// The services in either set.
  public func union(_ other: Self) -> Self {
    Self(terms + other.terms.filter { !terms.contains($0) })
  }

  /// The parts as they are written, separated by commas and spaces.
  public var description: String { terms.map(\.description).joined(separator: ", ") }
}

extension ServiceSet.Term: CustomStringConvertible {
  /// The part as it is written: `tcp/443`, `icmp/8`, `gre`, `any`.
  public var description: String {
    switch self {
    case .any: return "any"
    case .protocols(let numbers):
      if numbers == HeaderField.protocol.allValues { return "ip" }
      return numbers.ranges.map { range in
        range.count == 1
          ? ProtocolNames.text(UInt8(truncatingIfNeeded: range.lowerBound))
          : "\(range.lowerBound)-\(range.upperBound)"
      }.joined(separator: ",")
    case .ports(let service): return service.description
    case .icmp(let number, let types, let codes):
      let name = ProtocolNames.text(number)
      let type = types.ranges.map { number in
        number.count == 1
          ? "\(number.lowerBound)" : "\(number.lowerBound)-\(number.upperBound)"
      }.joined(separator: ",")
      if codes == HeaderField.icmpCode.allValues { return "\(name)/\(type)" }
      return "\(name)/\(type)/\(codes.ranges.map { "\($0.lowerBound)" }.joined(separator: ","))"
    case .etherType(let type): return "ethertype/0x" + String(type, radix: 16)
    }
  }
}

/// Why a text names no service.
public struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong with the text.
  public enum Reason: Hashable, Sendable {
    /// There is no text.
    case empty
    /// No service or protocol has the name.
    case unknownName(String)
    /// A part is no number, no range and no known name.
    case unexpected(String)
    /// A number is larger than its field.
    case tooLarge(String, greatest: UInt128)
    /// A range ends before it starts.
    case reversed(String)
    /// The protocol has no ports.
    case noPorts(String)
  }

  /// The text that was read.
  public let text: String
  /// What is wrong with it.
  public let reason: Reason

  /// Creates an error.
  public init(_ text: String, _ reason: Reason) {
    self.text = text
    self.reason = reason
  }

  /// The error as a sentence without its full stop.
  public var description: String {
    let why =
      switch reason {
      case .empty: "it is empty"
      case .unknownName(let name): "no service or protocol is named '\(name)'"
      case .unexpected(let part): "'\(part)' is no number, no range and no known name"
      case .tooLarge(let part, let greatest): "\(part) is greater than \(greatest)"
      case .reversed(let part): "the range '\(part)' ends before it starts"
      case .noPorts(let name): "\(name) has no ports"
      }
    return "'\(text)' is no service: \(why)"
  }
}
