import Packets

/// The order in which diagrams look at the fields of a packet, cut into chunks of few bits.
///
/// A wide field is several levels, its most significant bits first, so that diagrams share what two
/// prefixes have in common and an edge fits into 64 bits. Conditions come after all fields.
enum Levels {
  /// Some bits of one field.
  struct Chunk {
    /// The field.
    let field: HeaderField
    /// How many bits of the field lie below the chunk.
    let shift: Int
    /// The greatest value of the chunk.
    let greatest: UInt32
    /// How many bits the chunk has.
    let bits: Int

    /// The chunk of a value of the field.
    func part(of value: UInt128) -> UInt32 {
      UInt32(truncatingIfNeeded: value >> UInt128(shift) & (UInt128(1) << UInt128(bits) - 1))
    }
  }

  /// The fields in the order of the levels.
  ///
  /// Few values and much influence first: with the registers on top a set falls apart into the
  /// cases that a device tells apart, and the ghosts, which no filter reads, share below. The
  /// protocol before the addresses makes 10,000 rules 1.5 times as fast as behind them, and wild
  /// lists 3.5 times; ports before the addresses would be 4 to 30 times slower. One level for 16
  /// bits beats two for 8 by a third, and one for 32 doubles the edges.
  ///
  /// IPv6 comes before IPv4 since a valid packet's address of the other family is 0: that test has 16
  /// levels for IPv6, which stand once above all IPv4 instead of below each IPv4 source.
  static let order: [HeaderField] = [
    .family, .ingress, .egress, .vrf, .nextHop, .destinationTranslation, .sourceTranslation,
    .connectionState, .connectionDirection, .connectionStatus, .monitor, .sessionUse, .mark,
    .protocol, .nextHeader, .sourceIPv6, .destinationIPv6, .sourceIPv4, .destinationIPv4,
    .destinationPort, .sourcePort, .icmpType, .icmpCode, .tcpFlags, .fragment, .application,
    .etherType,
    .sentSourceIPv6, .sentDestinationIPv6, .sentSourceIPv4, .sentDestinationIPv4,
    .sentSourcePort, .sentDestinationPort,
    .sessionSourceIPv6, .sessionDestinationIPv6, .sessionSourceIPv4, .sessionDestinationIPv4,
    .sessionSourcePort, .sessionDestinationPort,
  ]

  /// The chunks by level.
  static let chunks: [Chunk] = {
    precondition(
      Set(order).count == HeaderField.allCases.count && order.count == Set(order).count,
      "every field has its levels")
    return order.flatMap(chunks(of:))
  }()

  private static func chunks(of field: HeaderField) -> [Chunk] {
    let bits = chunkBits(of: field)
    return stride(from: field.bits - bits, through: 0, by: -bits).map { shift in
      let greatest = field.greatest >> UInt128(shift) & ((1 << UInt128(bits)) - 1)
      return Chunk(field: field, shift: shift, greatest: UInt32(greatest), bits: bits)
    }
  }

  /// The levels of a field by its raw value.
  static let byField: [Range<Int>] = {
    var result = [Range<Int>](repeating: 0..<0, count: HeaderField.allCases.count)
    for (level, chunk) in chunks.enumerated() {
      let index = Int(chunk.field.rawValue)
      let first = result[index].isEmpty ? level : result[index].lowerBound
      result[index] = first..<(level + 1)
    }
    return result
  }()

  /// The level of condition 0.
  static let conditions = chunks.count

  /// The levels of a field.
  static func of(_ field: HeaderField) -> Range<Int> { byField[Int(field.rawValue)] }

  /// How many bits one level of a field has.
  static func chunkBits(of field: HeaderField) -> Int {
    switch field.bits {
    case 128, 32: field == .mark ? 32 : 16
    default: field.bits
    }
  }
}
