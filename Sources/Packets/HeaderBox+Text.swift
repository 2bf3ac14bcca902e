extension HeaderBox: CustomStringConvertible {
  /// What a reader is told instead of numbers that only the model understands.
  public struct Names: Sendable {
    /// The name of a field's value: an interface, a VRF, an application; `nil` for the number.
    public var value: @Sendable (HeaderField, UInt128) -> String?
    /// The name of a condition.
    public var condition: @Sendable (Int) -> String

    /// Creates names; numbers stay numbers unless functions are given.
    public init(
      value: @escaping @Sendable (HeaderField, UInt128) -> String? = { _, _ in nil },
      condition: @escaping @Sendable (Int) -> String = { "condition \($0)" }
    ) {
      self.value = value
      self.condition = condition
    }
  }

  /// The box as people write flows, as in `10.1.0.0/16 -> 10.2.3.4 tcp/22,3389`.
  public var description: String { text() }

  /// The box as people write flows, with names for numbers.
  ///
  /// Constraints that the family implies, such as an EtherType of 0 in an IP packet, are left out.
  public func text(_ names: Names = Names()) -> String {
    if isEmpty { return "nothing" }
    var words: [String] = []
    if self[.family] == Ranges(UInt128(Family.nonIP.rawValue)) {
      let types = self[.etherType]
      words.append(
        "frames " + (types == HeaderField.etherType.allValues ? "any" : etherTypes(types)))
    } else {
      if let family = familyText { words.append(family) }
      words += [
        addresses(.sourceIPv4, .sourceIPv6), "->", addresses(.destinationIPv4, .destinationIPv6),
      ]
      words += [serviceText].compactMap { $0 }
      words += headerWords
    }
    words += constraints.compactMap { insideText($0, names) }
    for literal in literals {
      words.append((literal.value ? "if " : "unless ") + names.condition(literal.condition))
    }
    return words.joined(separator: " ")
  }
}

extension HeaderBox {
  private func holds(_ family: Family) -> Bool { self[.family].contains(UInt128(family.rawValue)) }

  private func isConstrained(_ field: HeaderField) -> Bool { self[field] != field.allValues }

  /// The family, where the addresses do not tell it.
  private var familyText: String? {
    guard isConstrained(.family) else { return nil }
    let fields: [HeaderField] =
      holds(.ipv4) ? [.sourceIPv4, .destinationIPv4] : [.sourceIPv6, .destinationIPv6]
    let held = Family.allCases.filter(holds)
    if held == [.ipv4, .ipv6] { return "IP" }
    if held.count == 1, fields.contains(where: isConstrained) { return nil }
    let names = ["IPv4", "IPv6", "frames"]
    return held.map { names[Int($0.rawValue)] }.joined(separator: "+")
  }

  /// The addresses of whichever families the box holds.
  private func addresses(_ ipv4: HeaderField, _ ipv6: HeaderField) -> String {
    var parts: [String] = []
    if holds(.ipv4), isConstrained(ipv4) { parts.append(list(self[ipv4], .ipv4)) }
    if holds(.ipv6), isConstrained(ipv6) { parts.append(list(self[ipv6], .ipv6)) }
    return parts.isEmpty ? "any" : parts.joined(separator: " / ")
  }

  private func list(_ values: Ranges, _ family: Family) -> String {
    let others = values.complement(upTo: family.greatestAddress)
    if !others.isEmpty, others.ranges.count < values.ranges.count {
      return "not " + list(others, family)
    }
    return values.addressText(family)
  }

  /// The protocol and the destination ports, where either is constrained.
  private var serviceText: String? {
    let ports = isConstrained(.destinationPort) ? numbers(self[.destinationPort], 0xffff) : nil
    guard isConstrained(.protocol) else { return ports.map { "port " + $0 } }
    let protocols = self[.protocol]
    let isShort = protocols.ranges.reduce(0) { $0 + $1.count } <= 8
    let others = protocols.complement(upTo: 255)
    let names =
      isShort
      ? protocols.ranges.flatMap { $0.map { ProtocolNames.text(UInt8($0)) } }.joined(separator: "+")
      : others.ranges.reduce(0) { $0 + $1.count } <= 8
        ? "not "
          + others.ranges.flatMap { $0.map { ProtocolNames.text(UInt8($0)) } }
          .joined(separator: "+")
        : "protocol " + numbers(protocols, 255)
    guard let ports else { return names }
    return isShort && !ports.hasPrefix("not") ? names + "/" + ports : names + " port " + ports
  }

  /// What else the header must be.
  private var headerWords: [String] {
    var words: [String] = []
    if isConstrained(.sourcePort) {
      words.append("from port " + numbers(self[.sourcePort], 0xffff))
    }
    if isConstrained(.icmpType) { words.append("type " + numbers(self[.icmpType], 255)) }
    if isConstrained(.icmpCode) { words.append("code " + numbers(self[.icmpCode], 255)) }
    if isConstrained(.tcpFlags) { words.append(TCPFlags.text(self[.tcpFlags])) }
    if self[.fragment] == Ranges(0) { words.append("no later fragments") }
    if self[.fragment] == Ranges(1) { words.append("later fragments") }
    if holds(.ipv6), isConstrained(.nextHeader) {
      words.append("next header " + numbers(self[.nextHeader], 255))
    }
    if holds(.nonIP), isConstrained(.etherType) {
      words.append("ethertype " + etherTypes(self[.etherType]))
    }
    return words
  }

  /// Constraints on what a device notes and on ghosts.
  private func insideText(_ constraint: Constraint, _ names: Names) -> String? {
    let field = constraint.field
    guard field >= .mark || field == .application else { return nil }
    let others = constraint.values.complement(upTo: field.greatest)
    let isNegative = others.ranges.count < constraint.values.ranges.count
    let shown = isNegative ? others : constraint.values
    let family: Family? =
      switch field {
      case .sentSourceIPv4, .sentDestinationIPv4, .sessionSourceIPv4, .sessionDestinationIPv4: .ipv4
      case .sentSourceIPv6, .sentDestinationIPv6, .sessionSourceIPv6, .sessionDestinationIPv6: .ipv6
      default: nil
      }
    let texts = shown.ranges.map { range in
      if let family, let addresses = AddressRange(family, range) { return addresses.description }
      if range.lowerBound == range.upperBound {
        return names.value(field, range.lowerBound) ?? Self.name(field, range.lowerBound)
      }
      return "\(range.lowerBound)-\(range.upperBound)"
    }
    return Self.words(field) + (isNegative ? " not " : " ") + texts.joined(separator: ",")
  }

  /// The field's name in words: `sent source IPv4`.
  private static func words(_ field: HeaderField) -> String {
    var words: [String] = [""]
    for character in "\(field)" {
      if character.isUppercase, words[words.count - 1] != "I" { words.append("") }
      words[words.count - 1].append(character)
    }
    return words.map { $0.hasPrefix("IP") ? $0 : $0.lowercased() }.joined(separator: " ")
  }

  private static func name(_ field: HeaderField, _ value: UInt128) -> String {
    if field == .connectionState, let state = ConnectionState(rawValue: UInt8(value)) {
      return "\(state)"
    }
    return "\(value)"
  }

  private static func etherType(_ number: UInt16) -> String {
    if let name = EtherTypeNames.name(number) { return name }
    let digits = String(number, radix: 16)
    return "0x" + String(repeating: "0", count: 4 - digits.count) + digits
  }

  private func etherTypes(_ values: Ranges) -> String {
    let others = values.complement(upTo: 0xffff)
    if !others.isEmpty, others.ranges.count < values.ranges.count {
      return "not " + etherTypes(others)
    }
    return values.ranges.map { range in
      let first = Self.etherType(UInt16(range.lowerBound))
      return range.count == 1 ? first : first + "-" + Self.etherType(UInt16(range.upperBound))
    }.joined(separator: ",")
  }

  /// Numbers and ranges, or `not` and the fewer others.
  private func numbers(_ values: Ranges, _ greatest: UInt128) -> String {
    let others = values.complement(upTo: greatest)
    if !others.isEmpty, others.ranges.count < values.ranges.count {
      return "not " + numbers(others, greatest)
    }
    return values.ranges.map {
      $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
    }.joined(separator: ",")
  }
}

extension TCPFlags {
  /// A set of flag values in words: `initial`, `flags syn,!ack`, or the numbers.
  static func text(_ values: Ranges) -> String {
    if values == initial { return "initial" }
    if values == initial.complement(upTo: 255) { return "not initial" }
    let all = values.ranges.flatMap { Array($0) }.map { UInt8(truncatingIfNeeded: $0) }
    let common = all.reduce(UInt8.max, &)
    let fixed = common | ~all.reduce(0, |)
    if Self.values(where: fixed, equals: common) == values {
      let names = ["fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr"]
      let words = names.enumerated().compactMap { bit, name in
        fixed >> UInt8(bit) & 1 == 0 ? nil : (common >> UInt8(bit) & 1 == 1 ? name : "!" + name)
      }
      return "flags " + words.joined(separator: ",")
    }
    if values == Self.values(where: ack | rst, equals: 0).complement(upTo: 255) {
      return "ack or rst"
    }
    return "flags "
      + values.ranges.map {
        $0.lowerBound == $0.upperBound ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
      }.joined(separator: ",")
  }
}
