import Documents
import Networks
import Packets
import Places

extension Assembly {
  /// Learns which devices stand in for each other, and lets each answer for the shared addresses.
  mutating func addRedundancyGroups(_ part: NetworkPart) {
    for group in part.description.redundancyGroups {
      let members = group.members.compactMap { device($0, in: part) }
      if members.count < 2, group.members.count < 2 {
        fail(at: group.name.place, "the group '\(group.name.value)' has fewer than two members")
      }
      redundancyGroups.append(Set(members))
      network.redundancyGroups.append(Set(members).sorted())
      redundancyGroupNames.append(group.name)
      network.redundancyGroupNames.append((part.prefixes.last ?? "") + group.name.value)
      for address in group.addresses {
        for member in members { share(address, with: member) }
      }
    }
  }

  /// Says where members of a group cannot share their sessions.
  mutating func noteUnsharedSessions() {
    for (group, members) in zip(redundancyGroupNames, network.redundancyGroups) {
      guard let first = members.first,
        let other = members.first(where: { !network.translatesAlike(first, $0) })
      else { continue }
      note(
        .finding, at: group.place,
        "'\(network.devices[first].name)' and '\(network.devices[other].name)' of "
          + "'\(group.value)' translate differently, so each is taken to keep its own sessions"
      )
    }
  }

  private mutating func share(_ address: Placed<IPAddress>, with device: Int) {
    let single = AddressSet(address.value)
    sharedAddresses[device] = (sharedAddresses[device] ?? .none).union(single)
    let holding = network.devices[device].interfaces.indices.filter { index in
      network.devices[device].interfaces[index].addresses.contains {
        $0.subnet.contains(address.value)
      }
    }
    if holding.isEmpty {
      fail(
        at: address.place,
        "no interface of '\(network.devices[device].name)' is in a subnet with \(address.value)")
    }
    for index in holding {
      let local = network.devices[device].interfaces[index].localAddresses
      network.devices[device].interfaces[index].localAddresses = local.union(single)
    }
  }

  /// Checks the switches and trunks of a part against the rest.
  ///
  /// Which hardware carries a segment has no bearing on what reaches it, but a host on a trunk is
  /// on each of its segments.
  mutating func addSwitches(_ part: NetworkPart) {
    for item in part.description.switches {
      for reference in item.segments { _ = segment(reference, in: part) }
    }
    for trunk in part.description.trunks {
      let carried = trunk.segments.compactMap { segment($0, in: part) }
      for name in trunk.between {
        if case .switch(let text) = name.value {
          _ = look(up: Placed(text, at: name.place), in: switches, part, "switch")
        } else if let party = party(name, in: part) {
          join(party, toTrunkOf: carried, at: name.place)
        }
      }
    }
  }

  private mutating func join(_ party: Link.Party, toTrunkOf carried: [Int], at place: Place) {
    switch party {
    case .segment: fail(at: place, "a trunk is between switches, devices and endpoints")
    case .endpoint(let index):
      let group = network.endpoints[index]
      for segment in carried where !group.attachments.contains(where: { $0.segment == segment }) {
        network.links.append(
          Link(medium: .copper, from: party, to: .segment(segment), place: place))
        note(
          .finding, at: place,
          "the trunk gives endpoint '\(group.name)' segment "
            + "'\(network.segments[segment].name)', where it has no interface")
      }
    case .device(let index):
      let device = network.devices[index]
      for segment in carried where !device.interfaces.contains(where: { $0.segment == segment }) {
        note(
          .finding, at: place,
          "the trunk gives device '\(device.name)' segment "
            + "'\(network.segments[segment].name)', where it has no interface")
      }
    }
  }

  /// Notes what contradicts: addresses outside the subnets, and addresses that two have.
  mutating func noteFindings() {
    for group in network.endpoints {
      for attachment in group.attachments where attachment.segment != network.internet {
        let segment = network.segments[attachment.segment]
        let outside = attachment.addresses.subtracting(AddressSet(segment.subnets))
          .subtracting(Network.linkLocal)
        guard !segment.subnets.isEmpty, let address = outside.first else { continue }
        note(
          .finding, at: attachment.place,
          "endpoint '\(group.name)' has \(address), which no subnet of segment "
            + "'\(segment.name)' holds")
      }
    }
    noteDuplicates()
  }

  /// Who has an address on a segment.
  private struct Owner {
    var name: String
    var device: Int?
    var addresses: AddressSet
    var place: Place
  }

  private mutating func noteDuplicates() {
    var owners: [[Owner]] = network.segments.map { _ in [] }
    for (d, device) in network.devices.enumerated() where !device.name.hasPrefix("endpoint:") {
      for interface in device.interfaces where interface.isUp {
        guard let segment = interface.segment else { continue }
        owners[segment].append(
          Owner(
            name: "device '\(device.name)'", device: d,
            addresses: interface.ownAddresses.subtracting(sharedAddresses[d] ?? .none)
              .subtracting(interface.subnetRouterAddresses),
            place: interface.place))
      }
    }
    for group in network.endpoints {
      for attachment in group.attachments {
        owners[attachment.segment].append(
          Owner(
            name: "endpoint '\(group.name)'", addresses: attachment.addresses,
            place: attachment.place))
      }
    }
    for (segment, owners) in owners.enumerated() {
      var seen = AddressSet.none
      for (index, owner) in owners.enumerated() {
        defer { seen = seen.union(owner.addresses) }
        // Most owners share nothing with all that came before, which is quick to see.
        if owner.addresses.intersection(seen).isEmpty { continue }
        for other in owners[..<index] {
          guard let address = owner.addresses.intersection(other.addresses).first,
            !isExpected(owner.device, other.device)
          else { continue }
          note(
            .finding, at: owner.place,
            "\(owner.name) and \(other.name) both have \(address) on segment "
              + "'\(network.segments[segment].name)'")
          break
        }
      }
    }
  }

  private func isExpected(_ a: Int?, _ b: Int?) -> Bool {
    guard let a, let b else { return false }
    return areRedundant(a, b)
  }
}

extension AddressSet {
  /// The first address, of IPv4 where there is one.
  fileprivate var first: IPAddress? {
    ipv4.least.flatMap { IPAddress(.ipv4, $0) } ?? ipv6.least.flatMap { IPAddress(.ipv6, $0) }
  }
}
