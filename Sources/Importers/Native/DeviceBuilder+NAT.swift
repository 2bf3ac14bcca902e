import Documents
import Networks
import Packets
import Places

extension DeviceBuilder {
  /// Adds the translations: one list for each end, indices into `Device.acls`; `nil` where there
  /// are none.
  mutating func addTranslations(
    _ described: [TranslationDescription], _ assembly: inout Assembly
  ) -> (source: Int, destination: Int)? {
    guard let first = described.first else { return nil }
    var source: [ACL.Rule] = []
    var destination: [ACL.Rule] = []
    for (number, translation) in described.enumerated() {
      let name = translation.name ?? "nat \(number + 1)"
      switch translation.kind {
      case .source(let match, let target):
        guard let asked = self.match(match, &assembly) else { continue }
        let index = add(target, ports: nil, named: name)
        source.append(
          ACL.Rule(
            name: name, place: translation.place, match: asked,
            effects: index.map { [.translateSource($0)] } ?? [], action: .permit, logs: match.logs))
        answer(for: AddressSet.ofRanges(target.addresses), on: match.outInterfaces)
      case .destination(let match, let target):
        guard let asked = self.match(match, &assembly) else { continue }
        let index = add(target, ports: askedPorts(of: match), named: name)
        destination.append(
          ACL.Rule(
            name: name, place: translation.place, match: asked,
            effects: index.map { [.translateDestination($0)] } ?? [], action: .permit,
            logs: match.logs))
        if index != nil { answer(for: addresses(match.to, &assembly), on: match.inInterfaces) }
      case .static(let pair):
        add(pair, named: name, at: translation.place, &source, &destination, &assembly)
      }
    }
    device.acls.append(
      ACL(name: "source NAT", place: first.place, rules: source, end: .permit))
    device.acls.append(
      ACL(name: "destination NAT", place: first.place, rules: destination, end: .permit))
    return (device.acls.count - 2, device.acls.count - 1)
  }

  /// Adds the translation of a rule; `nil` where the rule exempts packets from translation.
  private mutating func add(
    _ target: TranslationDescription.Target, ports asked: ClosedRange<UInt16>?, named name: String
  ) -> Int? {
    if target.isExempt { return nil }
    let address: Translation.Address? =
      target.isInterface
      ? .interface
      : target.addresses.isEmpty ? nil : .pool(AddressSet.ofRanges(target.addresses))
    device.translations.append(
      Translation(
        name: name, place: target.place, address: address,
        port: target.ports.flatMap { port(to: $0.value, from: asked) }))
    return device.translations.count - 1
  }

  /// A range of ports as long as the asked one is shifted, any other is chosen from.
  private func port(
    to ports: Ranges, from asked: ClosedRange<UInt16>?
  ) -> Translation.Port? {
    guard let range = ports.ranges.first else { return nil }
    let first = UInt16(truncatingIfNeeded: range.lowerBound)
    let last = UInt16(truncatingIfNeeded: range.upperBound)
    if let asked, asked.count > 1, asked.count == range.count {
      return .shift(from: asked, to: first)
    }
    return .any(first...last)
  }

  /// The one range of destination ports that a rule asks for.
  private func askedPorts(of match: MatchDescription) -> ClosedRange<UInt16>? {
    var ranges = match.destinationPorts.reduce(Ranges.none) { $0.union($1) }
    for services in match.services {
      for case .ports(let service) in services.value.terms { ranges = ranges.union(service.ports) }
    }
    guard ranges.ranges.count == 1, let range = ranges.ranges.first else { return nil }
    let first = UInt16(truncatingIfNeeded: range.lowerBound)
    return first...UInt16(truncatingIfNeeded: range.upperBound)
  }

  private mutating func add(
    _ pair: StaticDescription, named name: String, at place: Place,
    _ source: inout [ACL.Rule], _ destination: inout [ACL.Rule], _ assembly: inout Assembly
  ) {
    let inside = AddressSet([pair.inside])
    let outside = AddressSet([pair.outside])
    let out = pair.interfaces.isEmpty ? [] : [field(.egress, of: pair.interfaces, &assembly)]
    let back = pair.interfaces.isEmpty ? [] : [field(.ingress, of: pair.interfaces, &assembly)]
    device.translations.append(
      Translation(
        name: name, place: place, address: .prefix(from: pair.inside, to: pair.outside)))
    source.append(
      ACL.Rule(
        name: name, place: place, match: .all([inside.asSource] + out),
        effects: [.translateSource(device.translations.count - 1)], action: .permit))
    device.translations.append(
      Translation(
        name: name, place: place, address: .prefix(from: pair.outside, to: pair.inside)))
    destination.append(
      ACL.Rule(
        name: name, place: place, match: .all([outside.asDestination] + back),
        effects: [.translateDestination(device.translations.count - 1)], action: .permit))
    answer(for: outside, on: pair.interfaces)
  }

  /// Lets interfaces answer for translated addresses that lie in a subnet of theirs.
  private mutating func answer(for translated: AddressSet, on names: [Placed<String>]) {
    let listed = Set(names.flatMap { zones[$0.value] ?? interfaces[$0.value].map { [$0] } ?? [] })
    for index in device.interfaces.indices where names.isEmpty || listed.contains(index) {
      let interface = device.interfaces[index]
      let subnets = AddressSet(interface.addresses.map(\.subnet))
      let answered = translated.intersection(subnets).subtracting(interface.ownAddresses)
      device.interfaces[index].answersFor = interface.answersFor.union(answered)
    }
  }
}

extension AddressSet {
  /// The addresses of several ranges.
  static func ofRanges(_ ranges: [AddressRange]) -> AddressSet {
    ranges.reduce(.none) { $0.union(AddressSet($1)) }
  }
}
