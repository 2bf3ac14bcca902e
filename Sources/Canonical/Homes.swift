public import Networks
public import Places
public import Policies

/// Where a host is at home: addresses on one segment.
public struct Home: Hashable, Sendable {
  /// The segment.
  public var segment: Int
  /// The addresses there.
  public var addresses: AddressSet
}

/// A host that could join zones: an endpoint group, or a device that is a host.
public struct Resident: Hashable, Sendable {
  /// The name; that of a device begins with `device:`.
  public var name: String
  /// Where it is described.
  public var place: Place
}

extension Network {
  /// The hosts that join two zones at once, and are not altogether in a third.
  public func hosts(
    joining a: ZoneExtent, _ b: ZoneExtent, except: ZoneExtent?
  ) -> [(host: Resident, inA: [Home], inB: [Home])] {
    zip(homes(in: a, except: except), homes(in: b, except: except)).compactMap { left, right in
      if left.homes.isEmpty || right.homes.isEmpty { return nil }
      return (left.host, left.homes, right.homes)
    }
  }

  /// The names of the hosts with a home in a zone that are not altogether in another.
  func hosts(in zone: ZoneExtent, except: ZoneExtent?) -> [String] {
    homes(in: zone, except: except).filter { !$0.homes.isEmpty }.map(\.host.name)
  }

  /// The homes of every host in a zone; none of those that are altogether in another.
  private func homes(
    in zone: ZoneExtent, except: ZoneExtent?
  ) -> [(host: Resident, homes: [Home])] {
    var result: [(host: Resident, homes: [Home])] = []
    for (number, group) in endpoints.enumerated() {
      let all = homes(of: number)
      let isExcepted = except.map { zone in all.allSatisfy { $0.isOwned(by: zone) } } ?? false
      let inside = isExcepted ? [] : all.filter { $0.isOwned(by: zone) }
      result.append((Resident(name: group.name, place: group.place), inside))
    }
    // A host that forwards is an endpoint group, too.
    let forwarding = Set(endpoints.map { "endpoint:\($0.name)" })
    for (number, device) in devices.enumerated()
    where device.kind == .host && !forwarding.contains(device.name) {
      let isExcepted = except?.devices.contains(number) ?? false
      let inside = isExcepted ? [] : device.interfaces.compactMap { $0.home(in: zone) }
      result.append((Resident(name: "device:\(device.name)", place: device.place), inside))
    }
    return result
  }

  /// Where a group is at home, by its attachments and by links.
  private func homes(of group: Int) -> [Home] {
    var all = endpoints[group].attachments.map {
      Home(segment: $0.segment, addresses: $0.addresses)
    }
    for link in links {
      if let segment = link.segment(oppositeEndpoint: group) {
        all.append(Home(segment: segment, addresses: link.addresses))
      }
    }
    return all
  }
}

extension Home {
  fileprivate func isOwned(by zone: ZoneExtent) -> Bool {
    guard let part = zone[segment] else { return false }
    return addresses.isEmpty || !part.addresses.union(part.lines).intersection(addresses).isEmpty
  }
}

extension Interface {
  /// Where the interface is, if a zone names one of its addresses there, or it has none.
  fileprivate func home(in zone: ZoneExtent) -> Home? {
    guard isUp, let segment, let part = zone[segment] else { return nil }
    let isInside = ownAddresses.isEmpty || !part.answered.intersection(ownAddresses).isEmpty
    return isInside ? Home(segment: segment, addresses: ownAddresses) : nil
  }
}
