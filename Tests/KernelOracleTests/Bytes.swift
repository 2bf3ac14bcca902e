/// Numbers as they are on the wire.
extension [UInt8] {
  mutating func append(_ value: UInt16) { self += [UInt8(value >> 8), UInt8(value & 0xFF)] }

  mutating func append(_ value: UInt32) {
    append(UInt16(value >> 16))
    append(UInt16(value & 0xFFFF))
  }

  /// An address of either length.
  mutating func append(address value: UInt128, bytes: Int) {
    for index in (0..<bytes).reversed() {
      append(UInt8(truncatingIfNeeded: value >> UInt128(index * 8)))
    }
  }

  func number(at offset: Int, bytes: Int) -> UInt128 {
    self[offset..<offset + bytes].reduce(0) { $0 << 8 | UInt128($1) }
  }

  func short(at offset: Int) -> UInt16 { UInt16(number(at: offset, bytes: 2)) }

  mutating func put(_ value: UInt16, at offset: Int) {
    self[offset] = UInt8(value >> 8)
    self[offset + 1] = UInt8(value & 0xFF)
  }

  /// The checksum of the Internet (RFC 1071).
  var checksum: UInt16 {
    var sum: UInt32 = 0
    for index in stride(from: 0, to: count, by: 2) {
      let low = index + 1 < count ? self[index + 1] : 0
      sum += UInt32(self[index]) << 8 | UInt32(low)
    }
    while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
    return ~UInt16(sum)
  }
}
