import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

extension Engine {
  /// Where the packets of a zone's hosts start.
  mutating func hostStarts(of extent: ZoneExtent) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for part in extent.parts { result.append(try start(of: part)) }
    return result.filter { !$0.space.isEmpty }
  }

  /// Where the packets of a zone's devices start.
  mutating func deviceStarts(of extent: ZoneExtent) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for device in extent.devices { result += try starts(ofDevice: device) }
    return result.filter { !$0.space.isEmpty }
  }

  /// Where the packets of one part of a zone start.
  mutating func start(of part: ZoneExtent.Part) throws(LimitReached) -> ReachKey.Start {
    try start(traffic.start(of: part))
  }

  /// Where a device's own packets start.
  mutating func starts(ofDevice device: Int) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for packets in traffic.starts(ofDevice: device) { result.append(try start(packets)) }
    return result
  }

  /// Everything that any host in the network can send.
  mutating func everySender() throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for packets in traffic.everySender() { result.append(try start(packets)) }
    return result.filter { !$0.space.isEmpty }
  }

  /// Those of some packets that exist.
  private mutating func start(_ packets: Claims.Packets) throws(LimitReached) -> ReachKey.Start {
    let space = try store.space(of: packets.boxes)
    return ReachKey.Start(
      location: packets.location, space: try store.intersection(space, valid))
  }
}
