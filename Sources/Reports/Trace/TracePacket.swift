public import Packets

extension Header {
  /// A packet that opens a session of a service between two addresses of one family; `nil` where no
  /// part of the service can be of that family, or it names a protocol without its port.
  ///
  /// Where the service is several ports or types, the first is taken.
  public init?(
    opening service: ServiceSet, from source: IPAddress, to destination: IPAddress,
    sourcePort: UInt16 = 49152, application: UInt16 = 0
  ) {
    guard source.family == destination.family else { return nil }
    for term in service.terms {
      guard var header = Self(opening: term, family: source.family) else { continue }
      header.source = source.value
      header.destination = destination.value
      header.application = application
      if header.has(.sourcePort) { header.sourcePort = sourcePort }
      header.normalise()
      self = header
      return
    }
    return nil
  }

  private init?(opening term: ServiceSet.Term, family: Family) {
    switch term {
    case .any, .etherType: return nil
    case .protocols(let numbers):
      guard let number = numbers.subtracting(IPProtocol.withPorts).least, numbers.ranges.count == 1
      else { return nil }
      let isEcho = number == UInt128(IPProtocol.icmp) || number == UInt128(IPProtocol.icmpv6)
      self.init(
        family: family, protocol: UInt8(truncatingIfNeeded: number),
        icmpType: isEcho ? (family == .ipv4 ? 8 : 128) : 0)
    case .ports(let service):
      guard let port = service.ports.least else { return nil }
      self.init(
        family: family, protocol: service.protocol,
        destinationPort: UInt16(truncatingIfNeeded: port),
        tcpFlags: service.protocol == IPProtocol.tcp ? TCPFlags.syn : 0)
    case .icmp(let number, let types, let codes):
      guard (number == IPProtocol.icmpv6) == (family == .ipv6), let type = types.least,
        let code = codes.least
      else { return nil }
      self.init(
        family: family, protocol: number, icmpType: UInt8(truncatingIfNeeded: type),
        icmpCode: UInt8(truncatingIfNeeded: code))
    }
  }
}
