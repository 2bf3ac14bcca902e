public import Networks
public import Packets
public import Places

/// Rewrites matches as unions of boxes over stored field values.
struct MatchBoxes {
  /// The conditions, for outcomes that the input settled.
  var conditions: ConditionTable
  /// Where the rule is, for errors.
  var place: Place
  /// How the rules of a device see its registers; `nil` for matches on what is on the wire.
  var registers: VisibleRegisters?

  /// Boxes whose union holds exactly the packets, among those that exist, which the match matches.
  func boxes(of match: Match) throws(LoweringLimit) -> [HeaderBox] {
    try boxes(match, isNegated: false)
  }

  private func boxes(_ match: Match, isNegated: Bool) throws(LoweringLimit) -> [HeaderBox] {
    switch match {
    case .any: return isNegated ? [] : [HeaderBox()]
    case .never: return isNegated ? [HeaderBox()] : []
    case .field(let field, let values):
      let codes = registers?.codes(field, values) ?? values
      return isNegated ? lacking(field, or: codes) : having(field, in: codes)
    case .condition(let index):
      if let assumed = conditions[index].assumed {
        return assumed != isNegated ? [HeaderBox()] : []
      }
      var box = HeaderBox()
      box.constrain(Literal(CanonicalNetwork.literal(index), !isNegated))
      return [box]
    case .not(let inner): return try boxes(inner, isNegated: !isNegated)
    case .all(let parts):
      return isNegated ? try union(parts, isNegated: true) : try product(parts, isNegated: false)
    case .some(let parts):
      return isNegated ? try product(parts, isNegated: true) : try union(parts, isNegated: false)
    }
  }

  private func union(_ parts: [Match], isNegated: Bool) throws(LoweringLimit) -> [HeaderBox] {
    var result: [HeaderBox] = []
    for part in parts {
      result += try boxes(part, isNegated: isNegated)
      try check(result.count)
    }
    return result
  }

  private func product(_ parts: [Match], isNegated: Bool) throws(LoweringLimit) -> [HeaderBox] {
    var result = [HeaderBox()]
    for part in parts {
      let factors = try boxes(part, isNegated: isNegated)
      try check(result.count * factors.count)
      var next: [HeaderBox] = []
      next.reserveCapacity(result.count * factors.count)
      for box in result {
        for factor in factors {
          let both = box.intersection(factor)
          if !both.isEmpty { next.append(both) }
        }
      }
      result = next
      if result.isEmpty { break }
    }
    return result
  }

  private func check(_ count: Int) throws(LoweringLimit) {
    if count > LoweringBounds.boxesInMatch {
      throw LoweringLimit(
        message: "a match needs more than \(LoweringBounds.boxesInMatch) boxes", place: place)
    }
  }

  /// The packets that have the field with one of the values.
  ///
  /// Packets that lack it store 0, so only a set with 0 in it must ask for the field itself.
  private func having(_ field: HeaderField, in values: Ranges) -> [HeaderBox] {
    let narrowed = values.intersection(field.allValues)
    if narrowed.isEmpty { return [] }
    let box = HeaderBox().constrained(field, to: narrowed)
    return narrowed.contains(0) ? Self.having(field).map { $0.intersection(box) } : [box]
  }

  /// The packets that lack the field or have another value.
  private func lacking(_ field: HeaderField, or values: Ranges) -> [HeaderBox] {
    let others = values.complement(upTo: field.greatest)
    var result = others.isEmpty ? [] : [HeaderBox().constrained(field, to: others)]
    if values.contains(0) { result += Self.lacking(field) }
    return result
  }

  /// Boxes of the packets that have a field; disjoint, among packets that exist.
  static func having(_ field: HeaderField) -> [HeaderBox] {
    let ipv4 = HeaderBox().constrained(.family, to: Ranges(0))
    let ipv6 = HeaderBox().constrained(.family, to: Ranges(1))
    let whole = HeaderBox().constrained(.fragment, to: Ranges(0))
    switch field {
    case .sourceIPv4, .destinationIPv4: return [ipv4]
    case .sourceIPv6, .destinationIPv6, .nextHeader: return [ipv6]
    case .protocol, .fragment, .application:
      return [HeaderBox().constrained(.family, to: Ranges(0...1))]
    case .sourcePort, .destinationPort:
      return [
        whole.constrained(.family, to: Ranges(0...1))
          .constrained(.protocol, to: IPProtocol.withPorts)
      ]
    case .tcpFlags:
      return [
        whole.constrained(.family, to: Ranges(0...1))
          .constrained(.protocol, to: Ranges(UInt128(IPProtocol.tcp)))
      ]
    case .icmpType, .icmpCode:
      return [
        whole.intersection(ipv4).constrained(.protocol, to: Ranges(UInt128(IPProtocol.icmp))),
        whole.intersection(ipv6).constrained(.protocol, to: Ranges(UInt128(IPProtocol.icmpv6))),
      ]
    case .etherType: return [HeaderBox().constrained(.family, to: Ranges(2))]
    default: return [HeaderBox()]
    }
  }

  /// Boxes of the packets that lack a field.
  static func lacking(_ field: HeaderField) -> [HeaderBox] {
    var remaining = [HeaderBox()]
    for box in having(field) {
      remaining = remaining.flatMap { $0.subtracting(box) }
    }
    return remaining
  }
}

/// Boxes whose union holds exactly the packets, among those that exist, which a match matches.
///
/// Conditions become the literals `CanonicalNetwork.literal`, settled ones their outcome.
public func headerBoxes(
  of match: Match, conditions: ConditionTable, place: Place
) throws(LoweringLimit) -> [HeaderBox] {
  try MatchBoxes(conditions: conditions, place: place).boxes(of: match)
}
