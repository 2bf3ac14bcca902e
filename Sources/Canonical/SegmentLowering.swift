import Networks
import Packets

extension Lowering {
  /// Defines where packets go that are sent or put on a segment (`Documentation/Semantics.md`,
  /// Movement, 1 to 3).
  mutating func lowerSegment(_ segment: Int) {
    origin = .segment(segment)
    if segment == network.internet {
      lowerInternet(segment)
    } else {
      lowerPut(segment)
      define(
        canonical.sent[segment],
        .choose(
          [canonical.put[segment]]
            + ports[segment].map { canonical.arrival[$0.device][$0.interface] }
            + unmodelledNeighbours(on: segment)))
    }
  }

  private mutating func lowerInternet(_ internet: Int) {
    let neighbours = Set(joined.flatMap { ports[$0] } + ports[internet]).sorted()
    define(
      canonical.sent[internet],
      .choose(
        [canonical.put[internet]] + neighbours.map { canonical.arrival[$0.device][$0.interface] }))
    let inward = Set(joined.compactMap { domains[$0].first }).sorted().map { segment in
      Owner(
        addresses: AddressSet(domains[segment].flatMap { network.segments[$0].subnets }),
        target: canonical.put[segment])
    }
    let entries = Self.cells(of: inward).map { cell in
      (boxes: cell.addresses.destinationBoxes, target: choose(cell.targets))
    }
    let owned = ownerEntries(
      on: [internet], delivering: canonical.deliveredOnSegment[internet])
    let rest = match(entries + owned, otherwise: canonical.deliveredOnSegment[internet])
    define(canonical.put[internet], .choose([routed(rest)]))
  }

  /// What is put on the internet for a translated address in no subnet may come to who translates it.
  private mutating func routed(_ rest: Int) -> Int {
    func owners(_ addresses: (Network.RoutedAddresses) -> AddressSet) -> [Owner] {
      network.routedAddresses.map {
        Owner(
          addresses: addresses($0),
          target: canonical.arrival[$0.port.device][$0.port.interface])
      }
    }
    let possible = Self.cells(of: owners(\.possible)).map { cell in
      (
        boxes: cell.addresses.destinationBoxes,
        target: add(.spread(main: rest, copies: cell.targets))
      )
    }
    let others = match(possible, otherwise: rest)
    let certain = Self.cells(of: owners(\.certain)).map { cell in
      (
        boxes: cell.addresses.destinationBoxes,
        target: add(.spread(main: choose(cell.targets), copies: [others]))
      )
    }
    return match(certain, otherwise: others)
  }

  private mutating func lowerPut(_ segment: Int) {
    let domain = domains[segment]
    let delivered = choose(domain.map { canonical.deliveredOnSegment[$0] })
    let everybody = choose(
      domain.map { canonical.deliveredOnSegment[$0] }
        + ports[segment].map { canonical.arrival[$0.device][$0.interface] })
    var entries = [(boxes: floodedBoxes(on: domain), target: everybody)]
    entries += ownerEntries(on: domain, delivering: delivered)
    var otherwise = delivered
    if let internet = network.internet, domain.contains(where: joined.contains) {
      let subnets = AddressSet(domain.flatMap { network.segments[$0].subnets })
      entries.append((subnets.destinationBoxes, delivered))
      entries.append((Network.linkLocal.destinationBoxes, delivered))
      otherwise = canonical.put[internet]
    }
    let rest = match(entries, otherwise: otherwise)
    let bridges = bridgingPorts[segment].map { canonical.arrival[$0.device][$0.interface] }
    define(canonical.put[segment], .choose([spread(rest, bridges, on: domain)]))
  }

  /// A bridge gets a copy of what is put on a segment for somebody there; what is for nobody there
  /// is for somebody behind a bridge.
  private mutating func spread(_ rest: Int, _ bridges: [Int], on domain: [Int]) -> Int {
    if bridges.isEmpty { return rest }
    let away = network.segments.indices.filter { !domain.contains($0) }
    let here = AddressSet(domain.flatMap { network.segments[$0].subnets })
      .subtracting(owned(on: away)).union(owned(on: domain))
    let near = add(.spread(main: rest, copies: bridges))
    let far = add(.spread(main: choose(bridges), copies: [rest]))
    return match([(here.destinationBoxes, near)], otherwise: far)
  }

  /// The addresses that interfaces and declared endpoints have on segments.
  private func owned(on segments: [Int]) -> AddressSet {
    var result = linkedAddresses(on: segments)
    for group in network.endpoints {
      for attachment in group.attachments where segments.contains(attachment.segment) {
        result = result.union(attachment.addresses)
      }
    }
    for device in network.devices {
      for interface in device.interfaces {
        if let segment = interface.segment, interface.isUp, segments.contains(segment) {
          result = result.union(interface.answeredAddresses)
        }
      }
    }
    return result
  }

  /// What reaches a whole domain: non-IP frames, multicast, and broadcasts.
  private func floodedBoxes(on domain: [Int]) -> [HeaderBox] {
    let broadcasts = domain.reduce(AddressSet.none) {
      $0.union(network.directedBroadcasts(on: $1))
    }
    let addresses = Network.multicast.union(broadcasts)
    let frames = HeaderBox().constrained(
      .family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    return [frames] + addresses.destinationBoxes
  }

  /// Entries for the destinations that interfaces on a domain answer for, each leading to the
  /// interfaces that do and, where an endpoint group owns it too, to delivery.
  private mutating func ownerEntries(
    on domain: [Int], delivering delivered: Int
  ) -> [(boxes: [HeaderBox], target: Int)] {
    let endpoints = network.endpoints.flatMap(\.attachments)
      .filter { domain.contains($0.segment) }
      .reduce(linkedAddresses(on: domain)) { $0.union($1.addresses) }
    let answering = (domain.first.map { ports[$0] } ?? []).map { port in
      Owner(
        addresses: network.devices[port.device].interfaces[port.interface].answeredAddresses,
        target: canonical.arrival[port.device][port.interface])
    }
    let cells = Self.cells(of: answering)
    var entries: [(boxes: [HeaderBox], target: Int)] = []
    for cell in cells {
      let owners = cell.targets
      let shared = cell.addresses.intersection(endpoints)
      if !shared.isEmpty {
        entries.append((shared.destinationBoxes, choose(owners + [delivered])))
      }
      let rest = cell.addresses.subtracting(shared)
      if !rest.isEmpty { entries.append((rest.destinationBoxes, choose(owners))) }
    }
    return entries
  }

  /// Who takes packets to some addresses.
  private struct Owner {
    var addresses: AddressSet
    var target: Int
  }

  /// The addresses of several owners, cut into disjoint sets of which each has the same owners.
  private static func cells(
    of owners: [Owner]
  ) -> [(addresses: AddressSet, targets: [Int])] {
    var cells: [(addresses: AddressSet, targets: [Int])] = []
    var covered = AddressSet.none
    for owner in owners {
      var remaining = owner.addresses
      if remaining.isEmpty { continue }
      if !remaining.intersection(covered).isEmpty {
        for index in cells.indices {
          let both = cells[index].addresses.intersection(remaining)
          if both.isEmpty { continue }
          let only = cells[index].addresses.subtracting(both)
          let targets = cells[index].targets
          cells[index] = (both, targets + [owner.target])
          if !only.isEmpty { cells.append((only, targets)) }
          remaining = remaining.subtracting(both)
        }
      }
      covered = covered.union(remaining)
      if !remaining.isEmpty { cells.append((remaining, [owner.target])) }
    }
    return cells
  }

  /// The addresses that links give endpoint groups on the segments of a domain.
  private func linkedAddresses(on domain: [Int]) -> AddressSet {
    network.links.reduce(.none) { result, link in
      if case (.segment, .segment) = (link.from, link.to) { return result }
      let joins = [link.from, link.to].contains { party in
        if case .segment(let segment) = party { return domain.contains(segment) }
        return false
      }
      return joins ? result.union(link.addresses) : result
    }
  }
}
