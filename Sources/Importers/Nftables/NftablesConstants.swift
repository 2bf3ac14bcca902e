import Documents
import Packets

/// Reads the constants of a listing as the values of a subject.
extension NftablesSubject {
  /// The values that a constant, range, prefix, or set of these stands for; `nil` where it cannot be
  /// read.
  func values(of value: DocumentValue) -> Ranges? {
    guard value.kind == .object else { return single(value).map { Ranges($0) } }
    if let members = value["set"] {
      var ranges: [ClosedRange<UInt128>] = []
      for member in members.array ?? [members] {
        guard let part = values(of: member) else { return nil }
        ranges += part.ranges
      }
      return Ranges(ranges)
    }
    if let element = value["elem"] { return element["val"].flatMap { values(of: $0) } }
    if let prefix = value["prefix"] { return self.prefix(prefix) }
    if let range = value["range"] {
      guard let ends = range.array, ends.count == 2, let low = single(ends[0]),
        let high = single(ends[1]), low <= high
      else { return nil }
      return Ranges(low...high)
    }
    return single(value).map { Ranges($0) }
  }

  private func prefix(_ value: DocumentValue) -> Ranges? {
    guard let base = value["addr"].flatMap({ single($0) }), let length = value["len"]?.int
    else { return nil }
    let bits = 128 - greatest.leadingZeroBitCount
    guard length >= 0, length <= bits else { return nil }
    let host = UInt128(bits - length)
    let mask: UInt128 = host >= 128 ? .max : (UInt128(1) << host) - 1
    return Ranges((base & ~mask)...(base | mask))
  }

  /// The one value that a constant stands for: a number, a word, or the union of flags.
  func single(_ value: DocumentValue) -> UInt128? {
    switch value.kind {
    case .number: return value.number.flatMap { UInt128($0) }.flatMap { $0 <= greatest ? $0 : nil }
    case .string: return value.string.flatMap { number(of: $0) }
    case .boolean: return datatype == .existence ? (value.bool == true ? 1 : 0) : nil
    case .array: return union(value)
    case .object:
      if let flags = value["|"] { return union(flags) }
      return nil
    case .null: return nil
    }
  }

  private func union(_ flags: DocumentValue) -> UInt128? {
    var bits: UInt128 = 0
    for flag in flags.children {
      guard let bit = single(flag) else { return nil }
      bits |= bit
    }
    return bits
  }

  private func number(of text: String) -> UInt128? {
    switch datatype {
    case .address(let family):
      guard let address = try? IPAddress(parsing: text), address.family == family else {
        return nil
      }
      return address.value
    case .protocolNumber:
      let number = ProtocolNames.number(text).map { UInt128($0) }
      return NftablesSymbols.protocols[text] ?? number ?? Self.digits(text)
    case .port:
      if let number = Self.digits(text) { return number <= greatest ? number : nil }
      let ranges = ServiceNames.lookup(text)?.map(\.ports) ?? []
      guard let ports = ranges.first, ranges.allSatisfy({ $0 == ports }),
        ports.least == ports.greatest
      else { return nil }
      return ports.least
    case .words(let words): return words[text] ?? Self.digits(text)
    case .interface, .existence: return nil
    }
  }

  /// The number that decimal or, after `0x`, hexadecimal digits write.
  static func digits(_ text: String) -> UInt128? {
    text.hasPrefix("0x") ? UInt128(text.dropFirst(2), radix: 16) : UInt128(text)
  }
}
