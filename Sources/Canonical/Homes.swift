public import Networks
public import Policies

/// Where an endpoint group is at home: addresses on one segment.
public struct Home: Hashable, Sendable {
  /// The segment.
  public var segment: Int
  /// The addresses there.
  public var addresses: AddressSet
}

extension Network {
  /// The endpoint groups that join two zones at once, and are not altogether in a third.
  public func groups(
    joining a: ZoneExtent, _ b: ZoneExtent, except: ZoneExtent?
  ) -> [(group: Int, inA: [Home], inB: [Home])] {
    endpoints.indices.compactMap { group in
      if isExcepted(group, except) { return nil }
      let inA = homes(of: group, in: a)
      let inB = homes(of: group, in: b)
      return inA.isEmpty || inB.isEmpty ? nil : (group, inA, inB)
    }
  }

  /// The endpoint groups with a home in a zone that are not altogether in another.
  func groups(in zone: ZoneExtent, except: ZoneExtent?) -> [Int] {
    endpoints.indices.filter { group in
      !isExcepted(group, except) && !homes(of: group, in: zone).isEmpty
    }
  }

  private func isExcepted(_ group: Int, _ except: ZoneExtent?) -> Bool {
    guard let except else { return false }
    return homes(of: group).allSatisfy { $0.isOwned(by: except) }
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

  private func homes(of group: Int, in zone: ZoneExtent) -> [Home] {
    homes(of: group).filter { $0.isOwned(by: zone) }
  }
}

extension Home {
  fileprivate func isOwned(by zone: ZoneExtent) -> Bool {
    guard let part = zone[segment] else { return false }
    return addresses.isEmpty || !part.addresses.union(part.lines).intersection(addresses).isEmpty
  }
}
