extension IPAddress: CustomStringConvertible, Comparable {
  /// Reads an IPv4 address of four decimal octets or an IPv6 address (RFC 4291, section 2.2).
  ///
  /// Leading zeros in an octet, zones and shorthands such as `10.1` are refused.
  /// - Throws: `AddressError` with the exact reason.
  public init(parsing text: some StringProtocol) throws(AddressError) {
    switch Self.read(Array(text.utf8)[...]) {
    case .success(let address): self = address
    case .failure(let reason): throw AddressError(String(text), reason)
    }
  }

  /// Dotted decimal, or the one text that RFC 5952 gives an IPv6 address.
  public var description: String {
    if family == .ipv4 { return Self.dotted(UInt32(truncatingIfNeeded: value)) }
    if value >> 32 == 0xffff {
      return "::ffff:" + Self.dotted(UInt32(truncatingIfNeeded: value))
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: value >> UInt128(112 - 16 * $0)) }
    let zeros = Self.longestZeros(in: groups)
    let hex = { (part: ArraySlice<UInt16>) in
      part.map { String($0, radix: 16) }.joined(separator: ":")
    }
    guard zeros.count > 1 else { return hex(groups[...]) }
    return hex(groups[..<zeros.lowerBound]) + "::" + hex(groups[zeros.upperBound...])
  }

  /// Orders addresses by family, then by value.
  public static func < (a: Self, b: Self) -> Bool {
    (a.family.rawValue, a.value) < (b.family.rawValue, b.value)
  }

  /// The length of the prefix whose mask this address is; `nil` where the bits have gaps.
  ///
  /// It is 24 for `255.255.255.0`.
  public var maskLength: Int? {
    let ones = value.nonzeroBitCount
    return Prefix(self, length: ones)?.address == self ? ones : nil
  }

  private static func dotted(_ value: UInt32) -> String {
    "\(value >> 24).\(value >> 16 & 255).\(value >> 8 & 255).\(value & 255)"
  }

  /// The longest run of zero groups, the first of several; empty where there is none.
  private static func longestZeros(in groups: [UInt16]) -> Range<Int> {
    var best = 0..<0
    var start = 0
    for (index, group) in groups.enumerated() {
      if group != 0 { start = index + 1 }
      if index + 1 - start > best.count { best = start..<(index + 1) }
    }
    return best
  }
}

extension IPAddress {
  /// Reads an address of either family.
  static func read(_ text: ArraySlice<UInt8>) -> Result<IPAddress, AddressReason> {
    if text.isEmpty { return .failure(.empty) }
    if text.contains(UInt8(ascii: "%")) { return .failure(.zone) }
    if text.contains(UInt8(ascii: ":")) { return readIPv6(text).map(IPAddress.init(ipv6:)) }
    return readIPv4(text).map(IPAddress.init(ipv4:))
  }

  private static func readIPv4(_ text: ArraySlice<UInt8>) -> Result<UInt32, AddressReason> {
    let octets = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    var value: UInt32 = 0
    for octet in octets {
      if octet.isEmpty { return .failure(.unexpected(".")) }
      for byte in octet where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
        return .failure(.unexpected(character(in: text, at: byte)))
      }
      let written = String(decoding: octet, as: UTF8.self)
      if octet.count > 1, octet.first == UInt8(ascii: "0") {
        return .failure(.leadingZero(written))
      }
      guard let number = UInt8(written) else { return .failure(.octetTooLarge(written)) }
      value = value << 8 | UInt32(number)
    }
    return octets.count == 4 ? .success(value) : .failure(.octetCount(octets.count))
  }

  private static func readIPv6(_ text: ArraySlice<UInt8>) -> Result<UInt128, AddressReason> {
    let colon = UInt8(ascii: ":")
    var groups: [UInt16] = []
    var gap: Int?
    var index = text.startIndex
    while index < text.endIndex {
      if text[index] == colon {
        guard index + 1 < text.endIndex, text[index + 1] == colon else {
          return .failure(.singleColon)
        }
        if gap != nil { return .failure(.twoCompressions) }
        gap = groups.count
        index += 2
        continue
      }
      let end = text[index...].firstIndex(of: colon) ?? text.endIndex
      let group = text[index..<end]
      if end == text.endIndex, group.contains(UInt8(ascii: ".")) {
        switch readIPv4(group) {
        case .success(let value): groups += [UInt16(value >> 16), UInt16(value & 0xffff)]
        case .failure(let reason): return .failure(reason)
        }
      } else {
        switch readGroup(group) {
        case .success(let value): groups.append(value)
        case .failure(let reason): return .failure(reason)
        }
      }
      index = end
      if end < text.endIndex {
        // One colon parts two groups; two are a gap, which the next round reads.
        if end + 1 == text.endIndex { return .failure(.singleColon) }
        if text[end + 1] != colon { index = end + 1 }
      }
    }
    guard gap == nil ? groups.count == 8 : groups.count < 8 else {
      return .failure(.groupCount(groups.count))
    }
    let zeros = [UInt16](repeating: 0, count: 8 - groups.count)
    groups.insert(contentsOf: zeros, at: gap ?? groups.count)
    return .success(groups.reduce(UInt128(0)) { $0 << 16 | UInt128($1) })
  }

  private static func readGroup(_ group: ArraySlice<UInt8>) -> Result<UInt16, AddressReason> {
    var value: UInt16 = 0
    for (position, byte) in group.enumerated() {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 128 else {
        return .failure(.unexpected(character(in: group, at: byte)))
      }
      if position == 4 {
        return .failure(.groupTooLong(String(decoding: group, as: UTF8.self)))
      }
      value = value << 4 | UInt16(digit)
    }
    return .success(value)
  }

  /// The whole character that a byte belongs to, for a message.
  private static func character(in text: ArraySlice<UInt8>, at byte: UInt8) -> String {
    for character in String(decoding: text, as: UTF8.self)
    where character.utf8.contains(byte) { return String(character) }
    return "?"
  }
}

/// The reasons as an error of their own, so that the readers can hand them on.
typealias AddressReason = AddressError.Reason

extension AddressError.Reason: Error {}
