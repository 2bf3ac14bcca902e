import Randomness
import Packets

/// Chooses packets at the bounds of what the rules and Firebreak's answers speak of.
struct PacketMaker {
  var random: SplitMix
  let topology: Topology

  /// A packet that somebody on the segment sends.
  mutating func make(from segment: Int, _ model: Model) -> Header {
    let pairs = model.flows.filter { $0.key.from == segment && !$0.value.boxes.isEmpty }
      .sorted { $0.key.to < $1.key.to }
    if !pairs.isEmpty, random.chance(45) {
      let (pair, flows) = random.pick(pairs)
      if let witness = flows.witness, random.chance(10), isFair(witness) { return witness }
      return member(of: random.pick(flows.boxes), from: segment, to: pair.to)
    }
    return anything(from: segment)
  }

  /// Whether the test can send such a packet at all.
  private func isFair(_ header: Header) -> Bool {
    let types: [UInt8] = header.family == .ipv4 ? [0, 8] : [128, 129]
    return [6, 17, 1, 58, 47, 50].contains(header.protocol) && header.family != .nonIP
      && !header.isLaterFragment && (header.family == .ipv4 || header.nextHeader == header.protocol)
      && (header.protocol != 1 || header.family == .ipv4)
      && (header.protocol != 58 || header.family == .ipv6)
      && (!header.has(.icmpType) || types.contains(header.icmpType))
  }

  private mutating func anything(from segment: Int) -> Header {
    let family: Family = random.chance(68) ? .ipv4 : .ipv6
    let homes = random.chance(88) ? [segment] : Array(0..<topology.hostSegments)
    let source = address(family, of: random.pick(homes))
    let destination = address(family, of: random.below(topology.hostSegments))
    var header = Header(family: source.family, source: source.value)
    header.destination = destination.family == source.family ? destination.value : source.value
    fill(&header)
    return header
  }

  /// An address of a segment, where it has any of the family.
  private mutating func address(_ family: Family, of segment: Int) -> IPAddress {
    let prefixes = topology.segments[segment]
    let fitting = prefixes.filter { $0.family == family }
    let prefix = random.pick(fitting.isEmpty ? prefixes : fitting)
    let last = prefix.family == .ipv4 ? 14 : 15
    let offset = UInt128(1 + random.below(last))
    return IPAddress(prefix.family, prefix.address.value + offset) ?? prefix.address
  }

  private mutating func fill(_ header: inout Header) {
    let icmp: UInt8 = header.family == .ipv4 ? 1 : 58
    header.protocol = random.pick([6, 6, 6, 6, 17, 17, 17, icmp, icmp, 47, 50])
    header.nextHeader = header.protocol
    header.sourcePort = random.chance(80) ? UInt16(1024 + random.below(60_000)) : port()
    header.destinationPort = port()
    header.icmpType =
      random.chance(75) ? (header.family == .ipv4 ? 8 : 128) : (header.family == .ipv4 ? 0 : 129)
    header.icmpCode = random.chance(85) ? 0 : UInt8(random.below(3))
    header.tcpFlags = random.pick([2, 2, 2, 2, 2, 16, 18, 24, 4, 17, 0, 0xC2])
    header.normalise()
  }

  private mutating func port() -> UInt16 {
    let known = random.pick(RulesetMaker.ports)
    return UInt16(max(1, known + random.pick([-1, 0, 0, 0, 1, 2, 300])))
  }

  /// A corner of a box of the engine's answer, or what lies just outside.
  private mutating func member(of box: HeaderBox, from segment: Int, to: Int) -> Header {
    var header = anything(from: segment)
    if let family = value(box, .family) {
      let wanted: Family = family == 1 ? .ipv6 : .ipv4
      if header.family != wanted {
        header = Header(
          family: wanted, source: address(wanted, of: segment).value,
          destination: address(wanted, of: to).value)
        fill(&header)
      }
    }
    if let number = value(box, .protocol), [1, 6, 17, 47, 50, 58].contains(number) {
      let isICMP = number == 1 || number == 58
      let icmp: UInt8 = header.family == .ipv4 ? 1 : 58
      header.protocol = isICMP ? icmp : UInt8(number)
      header.nextHeader = header.protocol
      if isICMP { header.icmpType = header.family == .ipv4 ? 8 : 128 }
      if header.tcpFlags == 0, header.protocol == 6 { header.tcpFlags = 2 }
      if header.destinationPort == 0 { header.destinationPort = port() }
      if header.sourcePort == 0 { header.sourcePort = 40_000 }
    }
    header.normalise()
    let addresses: [HeaderField] =
      header.family == .ipv4 ? [.sourceIPv4, .destinationIPv4] : [.sourceIPv6, .destinationIPv6]
    for field in addresses + [.destinationPort] {
      guard let corner = value(box, field) else { continue }
      let near = random.pick([0, 0, 0, 0, 1, -1])
      let value = near < 0 ? corner - min(corner, 1) : corner + UInt128(near)
      header.set(field, to: value)
    }
    let types: [UInt128] = header.family == .ipv4 ? [0, 8] : [128, 129]
    if let type = value(box, .icmpType), types.contains(type) {
      header.set(.icmpType, to: type)
    }
    if !isKnown(header.source, header.family) {
      header.source = address(header.family, of: segment).value
    }
    if !isKnown(header.destination, header.family) {
      header.destination = address(header.family, of: to).value
    }
    header.normalise()
    return header
  }

  /// Whether the destination is an address that the test gives to somebody.
  private func isKnown(_ value: UInt128, _ family: Family) -> Bool {
    guard let address = IPAddress(family, value) else { return false }
    return topology.segments[..<topology.hostSegments].contains { prefixes in
      prefixes.contains {
        $0.contains(address) && value != $0.range.lowerBound
          && (family == .ipv6 || value != $0.range.upperBound)
      }
    }
  }

  /// The least or the greatest value of a range of a constrained field.
  private mutating func value(_ box: HeaderBox, _ field: HeaderField) -> UInt128? {
    guard box.constraints.contains(where: { $0.field == field }) else { return nil }
    let ranges = box[field].ranges
    if ranges.isEmpty { return nil }
    let range = random.pick(ranges)
    return random.chance(50) ? range.lowerBound : range.upperBound
  }
}
