import Packets

/// What becomes of devices that are lost.
public enum DeviceLoss: String, Hashable, Sendable, CaseIterable {
  /// They fail open: their filters are gone, and they forward whatever their routes carry.
  case failedOpen = "failed-open"
  /// An intruder has them: their filters are gone, and what comes in may go out by any interface, to
  /// any neighbour there, as it is or rewritten to anything.
  case takenOver = "taken-over"
  /// They are gone: nobody answers for their addresses, and what is handed to them is lost.
  case absent
}

extension Network {
  /// The network after some devices were lost.
  public func losing(_ devices: Set<Int>, by loss: DeviceLoss) -> Network {
    switch loss {
    case .failedOpen: withoutFilters(of: devices)
    case .takenOver: takenOver(devices)
    case .absent: absent(devices)
    }
  }

  /// The network with devices that are bridges between all their interfaces and may write anything.
  ///
  /// Or they forward, translate and answer without filters as they did, and write then.
  ///
  /// What they send without having been sent anything is still their own, and no zone's.
  private func takenOver(_ lost: Set<Int>) -> Network {
    var network = withoutFilters(of: lost)
    for index in lost.sorted() where devices[index].standsForItself {
      let device = devices[index]
      let condition = network.conditions.index(
        of: Condition(
          name: "\(device.name)/lost:taken over", scope: .global, place: device.place,
          why: "the question is what happens when \(device.name) is taken over", assumed: true))
      network.devices[index].joinInterfaces(under: condition)
    }
    return network
  }

  /// The interfaces of an absent device stay, so that nobody else seems to be meant by its
  /// addresses; but what others of its redundancy group answer for, too, they do alone.
  private func absent(_ lost: Set<Int>) -> Network {
    var network = self
    for index in lost.sorted() where devices[index].standsForItself {
      for group in redundancyGroups where group.contains(index) {
        let others = group.filter { !lost.contains($0) }.flatMap { devices[$0].interfaces }
        let answered = others.reduce(AddressSet.none) { $0.union($1.answeredAddresses) }
        network.devices[index].leave(answered)
      }
      network.devices[index].fallSilent()
    }
    return network
  }
}

extension Device {
  /// Lets what comes in leave by any interface, with any values, or go on; but a diode passes one
  /// direction, whoever has it.
  ///
  /// The interface by which a packet came in becomes any; a bridge then leads from each to another,
  /// and from one that is nowhere on along the pipeline.
  fileprivate mutating func joinInterfaces(under condition: Int) {
    if kind == .diode { return }
    let joined = interfaces.indices.filter { interfaces[$0].isUp && interfaces[$0].segment != nil }
    let (onward, elsewhere) = (interfaces.count, interfaces.count + 1)
    for name in ["onward", "elsewhere"] {
      var interface = Interface(name: name, place: place)
      interface.isUp = false
      interfaces.append(interface)
    }
    var exits = [Int?](repeating: nil, count: interfaces.count)
    exits[onward] = onward
    // With the one that is nowhere, an interface that is alone is part of a bridge, too.
    let ring = joined + [elsewhere]
    for (number, interface) in ring.enumerated() {
      exits[interface] = ring[(number + 1) % ring.count]
    }
    let fields = HeaderField.allCases.filter { $0 <= .etherType }
    let rules = [fields + [.ingress], [.ingress]].map { writes in
      ACL.Rule(
        name: "taken over", place: place, match: .any,
        action: .opaque(condition: condition, writes: writes))
    }
    acls.append(ACL(name: "taken over", place: place, rules: rules, end: .permit))
    // What leaves is not held to what translations made of it.
    let last = ACL.Rule(
      name: "taken over", place: place, match: .any,
      action: .opaque(condition: condition, writes: fields))
    acls.append(ACL(name: "taken over, leaving", place: place, rules: [last], end: .permit))
    for line in [\Pipeline.arrival, \.departure] {
      pipeline[keyPath: line].removeAll { if case .bridge = $0 { true } else { false } }
    }
    pipeline.arrival.insert(
      contentsOf: [.filter(acls.count - 2, role: .plain), .bridge(exits)], at: 0)
    pipeline.departure.append(.filter(acls.count - 1, role: .plain))
    for line in [\Pipeline.arrival, \.departure] {
      for (number, stage) in pipeline[keyPath: line].enumerated() {
        pipeline[keyPath: line][number] = stage.padded(to: interfaces.count)
      }
    }
  }

  /// No longer answers for some addresses.
  fileprivate mutating func leave(_ addresses: AddressSet) {
    for index in interfaces.indices {
      interfaces[index].localAddresses = interfaces[index].localAddresses.subtracting(addresses)
      interfaces[index].answersFor = interfaces[index].answersFor.subtracting(addresses)
    }
  }

  /// Loses all that comes in and all that it would send.
  fileprivate mutating func fallSilent() {
    acls.append(ACL(name: "absent", place: place, end: .deny))
    pipeline.arrival.insert(.filter(acls.count - 1, role: .plain), at: 0)
    pipeline.output.insert(.filter(acls.count - 1, role: .plain), at: 0)
  }
}

extension Stage {
  /// The stage with an entry for each of so many interfaces.
  fileprivate func padded(to count: Int) -> Self {
    func padded(_ list: [Int?]) -> [Int?] {
      list + [Int?](repeating: nil, count: max(0, count - list.count))
    }
    return switch self {
    case .ingressFilter(let lists): .ingressFilter(padded(lists))
    case .egressFilter(let lists): .egressFilter(padded(lists))
    case .bridge(let exits): .bridge(padded(exits))
    case .filter, .natFilter, .recall, .route, .translateDestination, .translateSource, .remember,
      .reassemble, .fragment:
      self
    }
  }
}
