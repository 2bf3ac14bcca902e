import Documents
import Networks
import Packets

extension NftablesLowering {
  /// One way in which a rule translates: for these packets, to these values.
  private struct Option {
    var match: Match?
    var family: Family?
    var address: Translation.Address?
    var port: Translation.Port?
  }

  /// A `dnat`, `snat`, `redirect` or `masquerade` statement, which also ends the chain.
  mutating func translate(
    _ entry: DocumentValue.Entry, _ end: TranslationEnd, _ draft: inout Draft
  ) {
    guard draft.context.nat == end else {
      opaque(
        "nat", entry.key, writes: end.fields, "the chain does not translate this end",
        &draft)
      return
    }
    settle(&draft)
    guard let options = options(of: entry, end, draft) else {
      opaque(
        "nat", entry.key, writes: end.fields, "the new address or port is not known",
        &draft)
      return
    }
    for option in options {
      var parts = option.match.map { [$0] } ?? []
      if let family = option.family { parts.append(Self.isFamily(family)) }
      let isKept = end == .source && option.port == nil
      for (ports, port) in isKept ? Self.portClasses : [(nil, option.port)] {
        let index = device.translations.count
        device.translations.append(
          Translation(
            name: draft.rule.name, place: draft.statement.place, address: option.address,
            port: port))
        let effect: Effect =
          end == .source ? .translateSource(index) : .translateDestination(index)
        let before = draft.effects
        draft.effects.append(effect)
        let match = ports.map { Match.field(.sourcePort, Ranges($0)) }
        add(.permit, also: .all(parts + (match.map { [$0] } ?? [])), &draft)
        draft.effects = before
      }
    }
  }

  /// The classes of source ports.
  ///
  /// A source port that is not named is kept if nobody else has it; otherwise the kernel takes
  /// another of the same class. Packets without ports come last.
  private static let portClasses: [(ClosedRange<UInt128>?, Translation.Port?)] = [
    (0...511, .any(0...511)), (512...1023, .any(512...1023)),
    (1024...0xFFFF, .any(1024...0xFFFF)), (nil, nil),
  ]

  /// The ways in which a statement translates; `nil` where it cannot be read.
  private mutating func options(
    of entry: DocumentValue.Entry, _ end: TranslationEnd, _ draft: Draft
  ) -> [Option]? {
    let value = entry.value
    var named: Family?
    switch value["family"]?.string ?? family.rawValue {
    case "ip": named = .ipv4
    case "ip6": named = .ipv6
    default: break
    }
    var port: Translation.Port?
    if let text = value["port"] {
      guard let read = Self.port(text) else { return portMap(text, entry, named, draft) }
      port = read
    }
    if entry.key == "redirect" || entry.key == "masquerade" {
      return interfaceOptions(entry.key, named, port, draft)
    }
    guard let address = value["addr"] else {
      return port == nil ? nil : [Option(family: named, port: port)]
    }
    let isNetmap =
      value["flags"]?.string == "netmap" || Self.lists(value["flags"], "netmap")
    if let map = address["map"] {
      return mapped(map, named, port, keepsHostBits: isNetmap, draft)
    }
    guard let target = Self.addresses(address, named) else { return nil }
    guard isNetmap else {
      return [Option(family: target.family, address: .pool(target.set), port: port)]
    }
    return netmap(target, end, port, draft)
  }

  private static func lists(_ flags: DocumentValue?, _ flag: String) -> Bool {
    flags?.children.contains { $0.string == flag } ?? false
  }

  /// The address of an interface: the one in for a destination, the one out for a source.
  private func interfaceOptions(
    _ key: String, _ family: Family?, _ port: Translation.Port?, _ draft: Draft
  ) -> [Option] {
    let families = family.map { [$0] } ?? [.ipv4, .ipv6]
    if key == "redirect", draft.context.hook == .output {
      return families.map { family in
        let loopback =
          family == .ipv4
          ? AddressSet(IPAddress(ipv4: 0x7F00_0001)) : AddressSet(IPAddress(ipv6: 1))
        return Option(family: family, address: .pool(loopback), port: port)
      }
    }
    return families.flatMap { family in
      // Which of several addresses the kernel takes depends on the next hop and on scopes.
      let choices = device.interfaces.enumerated().compactMap { index, interface in
        let own = interface.addresses.map(\.address).filter { $0.family == family }
        if own.isEmpty { return stranger(key, family).map { (index, $0) } }
        return own.count > 1 ? (index, AddressSet(own.map { Prefix(host: $0) })) : nil
      }
      let field = key == "redirect" ? HeaderField.ingress : .egress
      return choices.map { index, set in
        Option(
          match: .field(field, Ranges(UInt128(index) + 1)), family: family, address: .pool(set),
          port: port)
      } + [Option(family: family, address: .interface, port: port)]
    }
  }

  /// What is taken where an interface has no address of the family: link-local ones, which are not
  /// described, and for a source those of other interfaces before.
  private func stranger(_ key: String, _ family: Family) -> AddressSet? {
    if key == "masquerade" {
      let others = device.interfaces.flatMap(\.addresses).map(\.address)
        .filter { $0.family == family }
      if !others.isEmpty { return AddressSet(others.map { Prefix(host: $0) }) }
    }
    return family == .ipv6 ? Network.linkLocal : nil
  }

  private static func port(_ value: DocumentValue) -> Translation.Port? {
    let subject = NftablesSubject(
      title: "port", datatype: .port, greatest: 0xFFFF, reading: .field(.destinationPort))
    guard let values = subject.values(of: value), values.ranges.count == 1,
      let low = values.least, let high = values.greatest
    else { return nil }
    return .any(UInt16(low)...UInt16(high))
  }

  /// The addresses that a constant, range or prefix stands for.
  private static func addresses(
    _ value: DocumentValue, _ family: Family?
  ) -> (family: Family, set: AddressSet)? {
    for candidate in family.map({ [$0] }) ?? [.ipv4, .ipv6] {
      let subject = NftablesSubject(
        title: "address", datatype: .address(candidate), greatest: candidate.greatestAddress,
        reading: .field(.sourceIPv4))
      guard let values = subject.values(of: value) else { continue }
      var set = AddressSet.none
      set[candidate] = values
      return (candidate, set)
    }
    return nil
  }

  /// The ways of `addr: { map }`: an element's data is an address, or an address and a port.
  private mutating func mapped(
    _ map: DocumentValue, _ family: Family?, _ port: Translation.Port?, keepsHostBits: Bool,
    _ draft: Draft
  ) -> [Option]? {
    guard let key = map["key"], let data = map["data"], let pairs = pairs(of: data), !pairs.changes
    else { return nil }
    let operands = operands(of: key, draft.context)
    var options: [Option] = []
    var tried: [Match] = []
    for (key, data) in pairs.pairs {
      var option = Option(port: port)
      let parts = data["concat"]?.array ?? [data]
      guard let target = parts.first.flatMap({ Self.addresses($0, family) }), parts.count <= 2
      else { return nil }
      if parts.count == 2 {
        guard let port = Self.port(parts[1]) else { return nil }
        option.port = port
      }
      option.family = target.family
      option.address = .pool(target.set)
      if key.string == "*" {
        option.match = .all(presence(operands, draft.site()) + [.not(.some(tried))])
      } else {
        let site = draft.site((tried.count + 1) * 2)
        let match = membership(operands, of: key, isNegated: false, site)
        tried.append(match)
        option.match = match
        if keepsHostBits {
          guard let pair = Self.prefixPair(key, target, operands) else { return nil }
          option.address = pair
        }
      }
      options.append(option)
    }
    return options
  }

  /// A map from prefixes to prefixes of the same length keeps the host bits.
  private static func prefixPair(
    _ key: DocumentValue, _ target: (family: Family, set: AddressSet), _ operands: [NftablesOperand]
  ) -> Translation.Address? {
    guard operands.count == 1,
      let from = operands[0].subject.values(of: key)?.prefixes(target.family),
      case let to = target.set[target.family].prefixes(target.family),
      from.count == 1, to.count == 1, from[0].length == to[0].length,
      operands[0].subject.datatype == .address(target.family)
    else { return nil }
    return .prefix(from: from[0], to: to[0])
  }

  /// The ways of `port: { map }`.
  private mutating func portMap(
    _ value: DocumentValue, _ entry: DocumentValue.Entry, _ family: Family?, _ draft: Draft
  ) -> [Option]? {
    guard let map = value["map"], let key = map["key"], let data = map["data"],
      let pairs = pairs(of: data), !pairs.changes
    else { return nil }
    var target: (family: Family, set: AddressSet)?
    if let address = entry.value["addr"] {
      target = Self.addresses(address, family)
      if target == nil { return nil }
    }
    let operands = operands(of: key, draft.context)
    var options: [Option] = []
    for (index, (key, data)) in pairs.pairs.enumerated() {
      guard key.string != "*", let port = Self.port(data) else { return nil }
      let match = membership(operands, of: key, isNegated: false, draft.site((index + 1) * 2))
      var found = [Option(family: target?.family ?? family, port: port)]
      if let target { found[0].address = .pool(target.set) }
      if entry.key == "redirect" || entry.key == "masquerade" {
        found = interfaceOptions(entry.key, family, port, draft)
      }
      options += found.map { option in
        var option = option
        option.match = option.match.map { .all([match, $0]) } ?? match
        return option
      }
    }
    return options
  }

  /// `netmap` with one prefix: the host bits of the old address are kept.
  private func netmap(
    _ target: (family: Family, set: AddressSet), _ end: TranslationEnd, _ port: Translation.Port?,
    _ draft: Draft
  ) -> [Option]? {
    let isIPv4 = target.family == .ipv4
    let field: HeaderField =
      switch end {
      case .source: isIPv4 ? .sourceIPv4 : .sourceIPv6
      case .destination: isIPv4 ? .destinationIPv4 : .destinationIPv6
      }
    let to = target.set[target.family].prefixes(target.family)
    guard to.count == 1 else { return nil }
    // The prefix that the rule asks for, of the same length, tells the host bits.
    for match in draft.matches.flatMap(\.conjuncts) {
      guard case .field(field, let values) = match else { continue }
      let from = values.prefixes(target.family)
      guard from.count == 1, from[0].length >= to[0].length,
        let whole = Prefix(from[0].address, length: to[0].length)
      else { continue }
      return [Option(family: target.family, address: .prefix(from: whole, to: to[0]), port: port)]
    }
    return nil
  }
}

extension TranslationEnd {
  /// The address and the port of the end.
  var fields: [HeaderField] {
    switch self {
    case .source: [.sourceIPv4, .sourceIPv6, .sourcePort]
    case .destination: [.destinationIPv4, .destinationIPv6, .destinationPort]
    }
  }
}
