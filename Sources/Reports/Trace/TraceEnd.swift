public import Networks
public import Packets
public import Policies
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

  /// The first host with an address of a family in an extent, declared ones first; `nil` where
  /// there is none.
  public init?(in extent: ZoneExtent, _ family: Family, of network: Network) {
    for part in extent.parts {
      let values = part.declared[family].intersection(part.addresses[family])
      guard let value = values.least, let address = IPAddress(family, value) else { continue }
      self.init(address, on: part.segment, of: network)
      choices = extent.addressCount(family)
      return
    }
    for device in extent.devices {
      let addresses = network.devices[device].interfaces.filter(\.isUp).flatMap(\.addresses)
      guard let address = addresses.first(where: { $0.address.family == family }) else { continue }
      self.init(origin: .device(device), address: address.address, network.devices[device].name)
      choices = addresses.count
      return
    }
    for part in extent.parts {
      guard let value = part.addresses[family].least, let address = IPAddress(family, value)
      else { continue }
      self.init(address, on: part.segment, of: network)
      choices = extent.addressCount(family)
      return
    }
    return nil
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
