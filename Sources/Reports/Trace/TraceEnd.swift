public import Networks
public import Packets
import Policies
public import Simulation

/// One end of a traced packet: a host or a device, chosen among those that were named.
public struct TraceEnd: Hashable, Sendable {
  /// Where it sends from.
  public var origin: Origin
  /// Its address.
  public var address: IPAddress
  /// What it is: an endpoint group, a device, or a host of a segment.
  public var name: String
  /// Among how many addresses it was chosen; `nil` where they are too many to count.
  public var choices: Int?

  /// The hosts and devices in an extent that rules may tell apart, at most `limit`: declared ones
  /// first, then devices, then others.
  ///
  /// Of the addresses between two of the `cuts`, which no rule tells apart, the first is taken.
  static func ends(
    in extent: ZoneExtent, _ family: Family, of network: Network, cuts: [UInt128], limit: Int
  ) -> [Self] {
    let count = extent.addressCount(family)
    var result: [Self] = []
    func add(_ ranges: Ranges, on segment: Int) {
      for value in ranges.representatives(between: cuts, limit: limit - result.count) {
        guard let address = IPAddress(family, value) else { continue }
        var end = Self(address, on: segment, of: network)
        end.choices = count
        result.append(end)
      }
    }
    for part in extent.parts {
      add(part.declared[family].intersection(part.addresses[family]), on: part.segment)
    }
    for device in extent.devices {
      let addresses = network.devices[device].interfaces.filter(\.isUp).flatMap(\.addresses)
        .map(\.address).filter { $0.family == family }
      for address in addresses where result.count < limit {
        var end = Self(origin: .device(device), address: address, network.devices[device].name)
        end.choices = addresses.count
        result.append(end)
      }
    }
    for part in extent.parts {
      add(part.addresses[family].subtracting(part.declared[family]), on: part.segment)
    }
    return result
  }

  /// The device that an address ends at; `nil` where it is no device's own.
  public init?(deviceWith address: IPAddress, in network: Network) {
    for (index, device) in network.devices.enumerated() {
      for interface in device.interfaces
      where interface.isUp && interface.ownAddresses.contains(address) {
        self.init(origin: .device(index), address: address, device.name)
        return
      }
    }
    return nil
  }

  private init(_ address: IPAddress, on segment: Int, of network: Network) {
    for (group, endpoint) in network.endpoints.enumerated() {
      for (index, attachment) in endpoint.attachments.enumerated()
      where attachment.segment == segment && attachment.addresses.contains(address) {
        self.init(
          origin: .obedientEndpoint(group: group, attachment: index), address: address,
          "\(endpoint.name) on \(network.segments[segment].name)")
        return
      }
    }
    self.init(
      origin: .segment(segment), address: address, "a host on \(network.segments[segment].name)")
  }

  private init(origin: Origin, address: IPAddress, _ name: String) {
    self.origin = origin
    self.address = address
    self.name = name
    choices = 1
  }
}

extension ZoneExtent {
  /// How many addresses of a family it has; `nil` where they are too many to count.
  func addressCount(_ family: Family) -> Int? {
    var count = 0
    for range in parts.flatMap({ $0.addresses[family].ranges }) {
      let size = range.upperBound - range.lowerBound
      if size > 0xffff_ffff { return nil }
      count += Int(size) + 1
    }
    return count
  }
}

extension Ranges {
  /// The first value of each range, and every cut within one; at most `limit`.
  fileprivate func representatives(between cuts: [UInt128], limit: Int) -> [UInt128] {
    var result: [UInt128] = []
    for range in ranges {
      if result.count >= limit { break }
      result.append(range.lowerBound)
      var low = 0
      var high = cuts.count
      while low < high {
        let middle = (low + high) / 2
        if cuts[middle] <= range.lowerBound { low = middle + 1 } else { high = middle }
      }
      while low < cuts.count, cuts[low] <= range.upperBound, result.count < limit {
        result.append(cuts[low])
        low += 1
      }
    }
    return result
  }
}
