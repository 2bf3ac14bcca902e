extension ServiceSet {
  /// Reads one service: `any`, `ip`, a name of `ServiceNames` or `ProtocolNames`, or a protocol with
  /// ports or types.
  ///
  /// Ports are numbers, ranges, or names that the protocol has: `tcp/22,8000-8099`, `udp/53`,
  /// `tcp+udp/53`, `tcp/ssh`. ICMP takes a type, and after another slash a code: `icmp/echo-request`,
  /// `icmpv6/1/4`. `ethertype/0x88b8` (or `goose`, `sv`, `profinet-l2`, `arp`) is a frame without IP.
  /// A protocol may be a number: `47`. Case does not count.
  public init(parsing text: some StringProtocol) throws(ServiceError) {
    let text = text.lowercased()
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard let head = parts.first, !head.isEmpty else { throw ServiceError(text, .empty) }
    if parts.count == 1 {
      self.init(try Self.named(text))
      return
    }
    if head == "ethertype" {
      self.init([.etherType(try Self.etherType(parts.dropFirst().joined(separator: "/"), text))])
      return
    }
    var terms: [Term] = []
    for name in head.split(separator: "+", omittingEmptySubsequences: false) {
      guard let number = ProtocolNames.number(name) else {
        throw ServiceError(text, .unknownName(String(name)))
      }
      terms.append(try Self.term(number, Array(parts.dropFirst()), text))
    }
    self.init(terms)
  }

  private static func named(_ text: String) throws(ServiceError) -> [Term] {
    if text == "any" { return [.any] }
    if text == "ip" { return [.protocols(HeaderField.protocol.allValues)] }
    if text == "ping" {
      return [
        .icmp(protocol: IPProtocol.icmp, types: Ranges(8), codes: HeaderField.icmpCode.allValues),
        .icmp(
          protocol: IPProtocol.icmpv6, types: Ranges(128), codes: HeaderField.icmpCode.allValues),
      ]
    }
    if let type = EtherTypeNames.number(text) { return [.etherType(type)] }
    // Where a protocol and a service share a name (`ax.25`), the protocol is the wider one.
    if let number = ProtocolNames.number(text) { return [.protocols(Ranges(UInt128(number)))] }
    if let services = ServiceNames.lookup(text) { return services.map(Term.ports) }
    let protocols = text.split(separator: "+").map { ProtocolNames.number($0) }
    let numbers = protocols.compactMap(\.self)
    guard numbers.count == protocols.count, !numbers.isEmpty else {
      throw ServiceError(text, .unknownName(text))
    }
    return [.protocols(Ranges(values: numbers.map { UInt128($0) }))]
  }

  private static func term(
    _ number: UInt8, _ parts: [Substring], _ text: String
  ) throws(ServiceError) -> Term {
    if number == IPProtocol.icmp || number == IPProtocol.icmpv6 {
      guard parts.count <= 2 else { throw ServiceError(text, .unexpected(String(parts[2]))) }
      let types = try values(of: parts[0], in: .icmpType, text) { name in
        ICMPTypeNames.number(name, protocol: number).map { Ranges(UInt128($0)) }
      }
      let codes =
        parts.count == 1
        ? HeaderField.icmpCode.allValues
        : try values(of: parts[1], in: .icmpCode, text) { _ in nil }
      return .icmp(protocol: number, types: types, codes: codes)
    }
    guard IPProtocol.withPorts.contains(UInt128(number)) else {
      throw ServiceError(text, .noPorts(ProtocolNames.text(number)))
    }
    guard parts.count == 1 else { throw ServiceError(text, .unexpected(String(parts[1]))) }
    let ports = try values(of: parts[0], in: .destinationPort, text) { name in
      ServiceNames.lookup(name)?.first { $0.protocol == number }?.ports
    }
    return .ports(Service(number, ports))
  }

  /// Reads numbers, ranges and names separated by commas; `*` and `any` are every value.
  private static func values(
    of list: Substring, in field: HeaderField, _ text: String, named: (Substring) -> Ranges?
  ) throws(ServiceError) -> Ranges {
    var result = Ranges.none
    for part in list.split(separator: ",", omittingEmptySubsequences: false) {
      if part == "*" || part == "any" {
        result = field.allValues
      } else if let known = named(part) {
        result = result.union(known)
      } else {
        result = result.union(Ranges(try range(part, greatest: field.greatest, text)))
      }
    }
    return result
  }

  private static func range(
    _ part: Substring, greatest: UInt128, _ text: String
  ) throws(ServiceError) -> ClosedRange<UInt128> {
    let ends = part.split(separator: "-", omittingEmptySubsequences: false)
    var numbers: [UInt128] = []
    for end in ends {
      let isNumber = !end.isEmpty && end.utf8.allSatisfy { (0x30...0x39).contains($0) }
      guard isNumber, ends.count <= 2 else { throw ServiceError(text, .unexpected(String(part))) }
      guard let number = UInt128(end), number <= greatest else {
        throw ServiceError(text, .tooLarge(String(end), greatest: greatest))
      }
      numbers.append(number)
    }
    guard let first = numbers.first, let last = numbers.last, first <= last else {
      throw ServiceError(text, .reversed(String(part)))
    }
    return first...last
  }

  private static func etherType(
    _ number: String, _ text: String
  ) throws(ServiceError) -> UInt16 {
    if let known = EtherTypeNames.number(number) { return known }
    let hex = number.hasPrefix("0x") ? UInt16(number.dropFirst(2), radix: 16) : UInt16(number)
    guard let hex else { throw ServiceError(text, .unexpected(number)) }
    return hex
  }
}

/// The names of EtherTypes (IEEE registrations; the control protocols and what they rest on).
public enum EtherTypeNames {
  /// The EtherType of a name; `nil` where it is unknown.
  ///
  /// Case does not count.
  public static func number(_ name: some StringProtocol) -> UInt16? {
    let name = name.lowercased()
    return table.first { $0.name == name }?.type
  }

  /// The name of an EtherType; `nil` where it has none here.
  public static func name(_ type: UInt16) -> String? { table.first { $0.type == type }?.name }

  private static let table: [(name: String, type: UInt16)] = [
    ("arp", 0x0806), ("goose", 0x88b8), ("gse", 0x88b9), ("sv", 0x88ba), ("ptp-l2", 0x88f7),
    ("profinet-l2", 0x8892), ("ethercat-l2", 0x88a4), ("powerlink", 0x88ab), ("sercos", 0x88cd),
    ("lldp", 0x88cc), ("prp", 0x88fb), ("mrp", 0x88e3), ("bacnet-ethernet", 0x82), ("mpls", 0x8847),
    ("pppoe", 0x8864), ("eapol", 0x888e),
  ]
}

/// The names of ICMP and ICMPv6 types (IANA, "ICMP Type Numbers" and "ICMPv6 Parameters").
public enum ICMPTypeNames {
  /// The type of a name for protocol 1 or 58; `nil` where it is unknown.
  ///
  /// Case does not count.
  public static func number(_ name: some StringProtocol, protocol: UInt8) -> UInt8? {
    let name = name.lowercased()
    let table = `protocol` == IPProtocol.icmpv6 ? v6 : v4
    return table.first { $0.name == name }?.type
  }

  private static let v4: [(name: String, type: UInt8)] = [
    ("echo-reply", 0), ("destination-unreachable", 3), ("unreachable", 3), ("source-quench", 4),
    ("redirect", 5), ("echo-request", 8), ("echo", 8), ("router-advertisement", 9),
    ("router-solicitation", 10), ("time-exceeded", 11), ("parameter-problem", 12),
    ("timestamp-request", 13), ("timestamp-reply", 14), ("address-mask-request", 17),
    ("address-mask-reply", 18),
  ]

  private static let v6: [(name: String, type: UInt8)] = [
    ("destination-unreachable", 1), ("unreachable", 1), ("packet-too-big", 2),
    ("time-exceeded", 3), ("parameter-problem", 4), ("echo-request", 128), ("echo", 128),
    ("echo-reply", 129), ("mld-listener-query", 130), ("mld-listener-report", 131),
    ("mld-listener-done", 132), ("router-solicitation", 133), ("nd-router-solicit", 133),
    ("router-advertisement", 134), ("nd-router-advert", 134), ("neighbour-solicitation", 135),
    ("neighbor-solicitation", 135), ("nd-neighbor-solicit", 135), ("neighbour-advertisement", 136),
    ("neighbor-advertisement", 136), ("nd-neighbor-advert", 136), ("redirect", 137),
  ]
}
