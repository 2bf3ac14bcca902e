import Packets

extension Match {
  /// The destinations that packets which fit can have at most.
  var destinations: AddressSet {
    switch self {
    case .any, .condition, .not: return .all
    case .never: return .none
    case .field(.destinationIPv4, let values): return AddressSet(ipv4: values)
    case .field(.destinationIPv6, let values): return AddressSet(ipv6: values)
    case .field: return .all
    case .all(let parts): return parts.reduce(.all) { $0.intersection($1.destinations) }
    case .some(let parts): return parts.reduce(.none) { $0.union($1.destinations) }
    }
  }
}

extension Device {
  /// The addresses that sources are given, beyond those of interfaces.
  fileprivate var givenAddresses: AddressSet {
    var chosen: Set<Int> = []
    for case .translateSource(let index) in acls.flatMap(\.rules).flatMap(\.effects) {
      chosen.insert(index)
    }
    return chosen.reduce(.none) { result, index in
      switch translations[index].address {
      case .pool(let pool): result.union(pool)
      case .prefix(_, let to): result.union(AddressSet([to]))
      case .interface, nil: result
      }
    }
  }

  /// The destinations that rules may replace.
  fileprivate var replacedDestinations: AddressSet {
    var result = AddressSet.none
    for rule in acls.flatMap(\.rules) {
      let translates = rule.effects.contains {
        if case .translateDestination = $0 { return true }
        return false
      }
      if translates { result = result.union(rule.match.destinations) }
    }
    return result
  }
}

extension Network {
  /// Addresses in nobody's subnet for which the internet may have a route to one of our interfaces.
  public struct RoutedAddresses: Hashable, Sendable {
    /// The interface.
    public var port: Port
    /// Those that are surely ours: others' sources are translated to them, or a host is published
    /// under them.
    public var certain: AddressSet
    /// Those that a rule there would translate, were they routed there.
    public var possible: AddressSet
  }

  /// The translated addresses that the internet may route to us although they lie in no subnet, by
  /// the interfaces that it has as neighbours.
  public var routedAddresses: [RoutedAddresses] {
    guard let internet else { return [] }
    let outside = addresses(on: internet)
    let published = AddressSet(endpoints.flatMap(\.published).map { Prefix(host: $0) })
    let segments = Set(internetJoinedSegments.flatMap { domain(of: $0) } + [internet])
    let given = devices.map { $0.givenAddresses.intersection(outside) }
    let replaced = devices.map { $0.replacedDestinations.intersection(outside) }
    return segments.flatMap { ports(on: $0) }.sorted().compactMap { port in
      let (given, replaced) = (given[port.device], replaced[port.device])
      let certain = given.union(replaced.intersection(published))
      let possible = replaced.subtracting(certain)
      if certain.isEmpty && possible.isEmpty { return nil }
      return RoutedAddresses(port: port, certain: certain, possible: possible)
    }
  }
}
