import Documents
import Networks
import Packets
import Places

extension DeviceBuilder {
  /// What a description asks of a packet; `nil` and an error where a name is not there.
  func match(_ match: MatchDescription, _ assembly: inout Assembly) -> Match? {
    let before = assembly.errors.count
    var parts: [Match] = []
    if !match.from.isEmpty { parts.append(addresses(match.from, &assembly).asSource) }
    if !match.to.isEmpty { parts.append(addresses(match.to, &assembly).asDestination) }
    if !match.notFrom.isEmpty {
      parts.append(.not(addresses(match.notFrom, &assembly).asSource))
    }
    if !match.notTo.isEmpty { parts.append(.not(addresses(match.notTo, &assembly).asDestination)) }
    if !match.services.isEmpty { parts.append(union(match.services).match()) }
    if !match.notServices.isEmpty { parts.append(.not(union(match.notServices).match())) }
    if !match.protocols.isEmpty {
      parts.append(.field(.protocol, Ranges(values: match.protocols.map { UInt128($0) })))
    }
    if !match.sourcePorts.isEmpty {
      parts.append(.field(.sourcePort, match.sourcePorts.reduce(.none) { $0.union($1) }))
    }
    if !match.destinationPorts.isEmpty {
      parts.append(
        .field(.destinationPort, match.destinationPorts.reduce(.none) { $0.union($1) }))
    }
    if let family = match.family {
      parts.append(.field(.family, Ranges(UInt128(family.rawValue))))
    }
    parts += sessionParts(match)
    if !match.inInterfaces.isEmpty {
      parts.append(field(.ingress, of: match.inInterfaces, &assembly))
    }
    if !match.outInterfaces.isEmpty {
      parts.append(field(.egress, of: match.outInterfaces, &assembly))
    }
    if !match.applications.isEmpty {
      let labels = match.applications.map { assembly.context.application(named: $0) }
      parts.append(.field(.application, Ranges(values: labels.map { UInt128($0) })))
    }
    if let when = match.when {
      parts.append(
        .condition(
          assembly.globalCondition(
            "\(device.name)/\(when.value)", at: when.place,
            "the description does not say whether '\(when.value)' is so")))
    }
    guard assembly.errors.count == before else { return nil }
    return parts.isEmpty ? .any : parts.count == 1 ? parts[0] : .all(parts)
  }

  /// The parts of a match about sessions, flags and fragments.
  private func sessionParts(_ match: MatchDescription) -> [Match] {
    var parts: [Match] = []
    if let established = match.isEstablished {
      let flags = TCPFlags.values(where: TCPFlags.ack, equals: TCPFlags.ack)
        .union(TCPFlags.values(where: TCPFlags.rst, equals: TCPFlags.rst))
      let segment = Match.field(.tcpFlags, flags)
      parts.append(established.value ? segment : .not(segment))
    }
    if !match.states.isEmpty {
      let values = match.states.map { UInt128($0.value.state.rawValue) }
      parts.append(.field(.connectionState, Ranges(values: values)))
    }
    if let fragment = match.isFragment {
      parts.append(.field(.fragment, Ranges(fragment ? 1 : 0)))
    }
    return parts
  }

  /// The match "the packet came in, or leaves, by one of these interfaces or zones".
  func field(
    _ field: HeaderField, of names: [Placed<String>], _ assembly: inout Assembly
  ) -> Match {
    let indices = names.flatMap { name -> [Int] in
      zones[name.value] ?? interface(name, &assembly).map { [$0] } ?? []
    }
    return .field(field, Ranges(values: indices.map { UInt128($0 + 1) }))
  }

  private func union(_ services: [Placed<ServiceSet>]) -> ServiceSet {
    services.reduce(ServiceSet([])) { $0.union($1.value) }
  }

  /// The addresses that terms stand for.
  func addresses(_ terms: [Placed<AddressTerm>], _ assembly: inout Assembly) -> AddressSet {
    terms.reduce(.none) { set, term in
      switch term.value {
      case .range(let range): return set.union(AddressSet(range))
      case .object(let name):
        if let object = objects[name] { return set.union(object) }
        unknown(
          "object", Placed(name, at: term.place), among: objects.keys.sorted(), &assembly)
        return set
      }
    }
  }

  /// Looks the objects up, each after those that it names.
  ///
  /// - Complexity: O(*n*) in the objects and what they name, besides joining their addresses.
  mutating func addObjects(
    _ described: [(name: Placed<String>, values: [Placed<AddressTerm>])],
    _ assembly: inout Assembly
  ) {
    let positions = Dictionary(
      described.enumerated().map { ($1.name.value, $0) }, uniquingKeysWith: { first, _ in first })
    // Of each object, those that name it, and how many it waits for.
    var users = described.map { _ in [Int]() }
    var missing = described.map { _ in 0 }
    for (index, object) in described.enumerated() {
      for case .object(let name) in object.values.lazy.map(\.value) {
        guard let other = positions[name] else { continue }
        users[other].append(index)
        missing[index] += 1
      }
    }
    var ready = described.indices.filter { missing[$0] == 0 }
    var next = 0
    while next < ready.count {
      let (name, terms) = described[ready[next]]
      objects[name.value] = addresses(terms, &assembly)
      for user in users[ready[next]] {
        missing[user] -= 1
        if missing[user] == 0 { ready.append(user) }
      }
      next += 1
    }
    for (index, object) in described.enumerated() where missing[index] > 0 {
      assembly.fail(
        at: object.name.place, "the object '\(object.name.value)' holds itself, or one that does")
      objects[object.name.value] = AddressSet.none
    }
  }

  /// Learns which interfaces are in each zone.
  mutating func addZones(
    _ described: [(name: Placed<String>, values: [Placed<String>])], _ assembly: inout Assembly
  ) {
    for (name, members) in described {
      zones[name.value, default: []] += members.compactMap { interface($0, &assembly) }
      for member in members {
        guard let index = interfaces[member.value] else { continue }
        if let other = device.interfaces[index].zone, other != name.value {
          assembly.fail(at: member.place, "'\(member.value)' is in zone '\(other)' already")
        }
        device.interfaces[index].zone = name.value
      }
    }
    for (index, interface) in device.interfaces.enumerated() {
      guard let zone = interface.zone, zones[zone]?.contains(index) != true else { continue }
      zones[zone, default: []].append(index)
    }
  }

  /// A list of all zone policies, whose end denies; `nil` where there is none.
  mutating func addZonePolicies(
    _ policies: [ZonePolicyDescription], _ assembly: inout Assembly
  ) -> Int? {
    guard let first = policies.first else { return nil }
    var rules = sessionRules(first.place)
    for (number, policy) in policies.enumerated() {
      let names = [policy.from, policy.to].map { ends in
        ends.isEmpty ? "any" : ends.map(\.value).joined(separator: "+")
      }
      var parts: [Match] = []
      for (field, ends) in [(HeaderField.ingress, policy.from), (.egress, policy.to)]
      where !ends.isEmpty { parts.append(zone(field, ends, &assembly)) }
      let name = "\(names[0]) to \(names[1])"
      let list = ACL(
        name: name, place: policy.place, rules: self.rules(policy.rules, &assembly), end: .deny)
      device.acls.append(list)
      rules.append(
        ACL.Rule(
          name: "\(number + 1): \(name)", place: policy.place, match: .all(parts),
          action: .jump(device.acls.count - 1)))
    }
    device.acls.append(ACL(name: "zones", place: first.place, rules: rules, end: .deny))
    return device.acls.count - 1
  }

  private func zone(
    _ field: HeaderField, _ names: [Placed<String>], _ assembly: inout Assembly
  ) -> Match {
    var indices: [Int] = []
    for name in names {
      if let members = zones[name.value] {
        indices += members
      } else {
        unknown("zone", name, among: zones.keys.sorted(), &assembly)
      }
    }
    return .field(field, Ranges(values: indices.map { UInt128($0 + 1) }))
  }
}

extension AddressSet {
  /// The addresses of a range.
  init(_ range: AddressRange) {
    self.init()
    self[range.family] = Ranges(range.range)
  }
}
