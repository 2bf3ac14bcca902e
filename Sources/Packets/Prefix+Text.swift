/// An address together with the prefix it lies in, as an interface has it: `10.30.0.7/24`.
public struct AddressInPrefix: Hashable, Sendable, CustomStringConvertible {
  /// The address with all its bits.
  public let address: IPAddress
  /// The prefix.
  ///
  /// **Invariant**: it holds the address.
  public let prefix: Prefix

  /// Reads `address/length`, or an address alone, whose prefix then holds just itself.
  public init(parsing text: some StringProtocol) throws(AddressError) {
    let bytes = Array(text.utf8)
    let slash = bytes.firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
    let address: IPAddress
    switch IPAddress.read(bytes[..<slash]) {
    case .success(let read): address = read
    case .failure(let reason): throw AddressError(String(text), reason)
    }
    self.address = address
    guard slash < bytes.endIndex else {
      prefix = Prefix(host: address)
      return
    }
    let digits = bytes[(slash + 1)...]
    let written = String(decoding: digits, as: UTF8.self)
    let isNumber = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    if isNumber, digits.count > 1, digits.first == UInt8(ascii: "0") {
      throw AddressError(String(text), .leadingZero(written))
    }
    guard isNumber, let length = Int(written), let prefix = Prefix(address, length: length) else {
      throw AddressError(String(text), .length(written, greatest: address.family.addressBits))
    }
    self.prefix = prefix
  }

  /// Whether the address is another than the prefix's first.
  public var hasHostBits: Bool { address != prefix.address }

  /// `address/length`.
  public var description: String { "\(address)/\(prefix.length)" }
}

extension Prefix: CustomStringConvertible {
  /// Reads `address/length`, or an address alone as the prefix that holds just it.
  ///
  /// Bits past the length are refused with the prefix that was probably meant; a format that allows
  /// them reads `AddressInPrefix` and takes its `prefix`.
  public init(parsing text: some StringProtocol) throws(AddressError) {
    let read = try AddressInPrefix(parsing: text)
    if read.hasHostBits { throw AddressError(String(text), .hostBits(read.prefix)) }
    self = read.prefix
  }

  /// `address/length`.
  public var description: String { "\(address)/\(length)" }
}

/// Consecutive addresses of one family.
public struct AddressRange: Hashable, Sendable, CustomStringConvertible {
  /// The family.
  public let family: Family
  /// The first and the last value.
  ///
  /// **Invariant**: within the family.
  public let range: ClosedRange<UInt128>

  /// The addresses of a prefix.
  public init(_ prefix: Prefix) {
    family = prefix.family
    range = prefix.range
  }

  /// The addresses between two values; `nil` where the family has no such address.
  public init?(_ family: Family, _ range: ClosedRange<UInt128>) {
    guard family != .nonIP, range.upperBound <= family.greatestAddress else { return nil }
    self.family = family
    self.range = range
  }

  /// Reads an address, a prefix without host bits, or `first-last`.
  public init(parsing text: some StringProtocol) throws(AddressError) {
    let bytes = Array(text.utf8)
    guard let dash = bytes.firstIndex(of: UInt8(ascii: "-")) else {
      self.init(try Prefix(parsing: text))
      return
    }
    let ends = [bytes[..<dash], bytes[(dash + 1)...]].map(IPAddress.read)
    var addresses: [IPAddress] = []
    for end in ends {
      switch end {
      case .success(let address): addresses.append(address)
      case .failure(let reason): throw AddressError(String(text), reason)
      }
    }
    if addresses[0].family != addresses[1].family {
      throw AddressError(String(text), .mixedFamilies)
    }
    if addresses[0].value > addresses[1].value { throw AddressError(String(text), .reversed) }
    self.init(addresses[0].family, from: addresses[0].value, through: addresses[1].value)
  }

  private init(_ family: Family, from first: UInt128, through last: UInt128) {
    self.family = family
    range = first...last
  }

  /// The one address, the one prefix, or `first-last`.
  public var description: String {
    let prefixes = Ranges.prefixes(of: range, family)
    if prefixes.count == 1, let prefix = prefixes.first {
      return prefix.length == family.addressBits
        ? prefix.address.description : prefix.description
    }
    guard let first = IPAddress(family, range.lowerBound),
      let last = IPAddress(family, range.upperBound)
    else { return "" }
    return "\(first)-\(last)"
  }
}

extension Ranges {
  /// The fewest prefixes that together hold exactly the addresses of a range, ascending.
  ///
  /// Values that the family lacks are left out.
  public static func prefixes(of range: ClosedRange<UInt128>, _ family: Family) -> [Prefix] {
    var result: [Prefix] = []
    let last = Swift.min(range.upperBound, family.greatestAddress)
    var next = range.lowerBound
    while next <= last, family != .nonIP {
      // The largest aligned block that starts here and does not pass the end.
      var hostBits = next == 0 ? family.addressBits : next.trailingZeroBitCount
      while hostBits > 0, (hostBits == 128 ? .max : (1 << UInt128(hostBits)) - 1) > last - next {
        hostBits -= 1
      }
      guard let address = IPAddress(family, next),
        let prefix = Prefix(address, length: family.addressBits - hostBits)
      else { break }
      result.append(prefix)
      if prefix.range.upperBound == last { break }
      next = prefix.range.upperBound + 1
    }
    return result
  }

  /// The fewest prefixes that together hold exactly the addresses of the set, ascending.
  public func prefixes(_ family: Family) -> [Prefix] {
    ranges.flatMap { Self.prefixes(of: $0, family) }
  }
}

extension Ranges {
  /// The addresses in words, separated by commas: addresses, prefixes, ranges, and a prefix that
  /// lacks a few as in `10.0.0.0/24(not 10.0.0.7)`.
  ///
  /// - Complexity: O(*n*) in the ranges.
  public func addressText(_ family: Family) -> String {
    var texts: [String] = []
    var rest = ranges[...]
    while let first = rest.first {
      let runs = (2...4).compactMap { rest.count < $0 ? nil : rest.prefix($0) }
      if let run = runs.last(where: { Self.isNearlyPrefix($0, family) }), let last = run.last {
        let hull = AddressRange(family, first.lowerBound...last.upperBound)
        let holes = Self.holes(in: run).compactMap { AddressRange(family, $0)?.description }
        texts.append("\(hull?.description ?? "")(not \(holes.joined(separator: ", ")))")
        rest = rest.dropFirst(run.count)
      } else {
        texts += [AddressRange(family, first)?.description].compactMap(\.self)
        rest = rest.dropFirst()
      }
    }
    return texts.joined(separator: ",")
  }

  /// Whether ranges are a prefix but for at most an eighth of it.
  private static func isNearlyPrefix(
    _ run: ArraySlice<ClosedRange<UInt128>>, _ family: Family
  ) -> Bool {
    guard let first = run.first, let last = run.last else { return false }
    let missing = holes(in: run).reduce(UInt128(0)) { $0 + ($1.upperBound - $1.lowerBound + 1) }
    return missing <= (last.upperBound - first.lowerBound) / 8
      && prefixes(of: first.lowerBound...last.upperBound, family).count == 1
  }

  /// What lies between ranges.
  private static func holes(
    in run: ArraySlice<ClosedRange<UInt128>>
  ) -> [ClosedRange<UInt128>] {
    zip(run, run.dropFirst()).map { ($0.upperBound + 1)...($1.lowerBound - 1) }
  }
}
