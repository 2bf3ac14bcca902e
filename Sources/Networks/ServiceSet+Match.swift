public import Packets

extension ServiceSet {
  /// The packets of these services, with the destination port read from `port`.
  public func match(port: HeaderField = .destinationPort) -> Match {
    if isAny { return .any }
    let parts = terms.map { $0.match(port: port) }
    return parts.count == 1 ? parts[0] : .some(parts)
  }
}

extension ServiceSet.Term {
  /// The packets of this part of a set, with the destination port read from `port`.
  public func match(port: HeaderField = .destinationPort) -> Match {
    switch self {
    case .any: return .any
    case .protocols(let numbers): return .field(.protocol, numbers)
    case .ports(let service):
      return .all([
        .field(.protocol, Ranges(UInt128(service.protocol))), .field(port, service.ports),
      ])
    case .icmp(let number, let types, let codes):
      // The type is there in the one family that the protocol belongs to.
      var parts: [Match] = [
        .field(.protocol, Ranges(UInt128(number))), .field(.icmpType, types),
      ]
      if codes != HeaderField.icmpCode.allValues { parts.append(.field(.icmpCode, codes)) }
      return .all(parts)
    case .etherType(let type): return .field(.etherType, Ranges(UInt128(type)))
    }
  }
}
