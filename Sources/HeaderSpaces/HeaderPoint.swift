public import Packets

/// One member of a header space: a value for each field and the outcomes that matter.
public struct HeaderPoint: Hashable, Sendable {
  private var values: [UInt128]
  /// The outcomes of the conditions that were decided on the way, ascending by condition.
  public private(set) var literals: [Literal]

  /// The point whose fields are all 0, without outcomes.
  public init() {
    values = [UInt128](repeating: 0, count: HeaderField.allCases.count)
    literals = []
  }

  /// The value of a field.
  public subscript(field: HeaderField) -> UInt128 {
    get { values[Int(field.rawValue)] }
    set { values[Int(field.rawValue)] = newValue }
  }

  /// The outcome of a condition; false where it was not decided.
  public func outcome(_ condition: Int) -> Bool {
    literals.contains { $0.condition == condition && $0.value }
  }

  mutating func append(_ literal: Literal) { literals.append(literal) }

  /// The packet that the wire fields describe; fields that it lacks are dropped.
  public var header: Header {
    let family = Family(rawValue: UInt8(truncatingIfNeeded: self[.family])) ?? .nonIP
    return Header(
      family: family,
      source: self[family == .ipv4 ? .sourceIPv4 : .sourceIPv6],
      destination: self[family == .ipv4 ? .destinationIPv4 : .destinationIPv6],
      protocol: UInt8(truncatingIfNeeded: self[.protocol]),
      nextHeader: UInt8(truncatingIfNeeded: self[.nextHeader]),
      sourcePort: UInt16(truncatingIfNeeded: self[.sourcePort]),
      destinationPort: UInt16(truncatingIfNeeded: self[.destinationPort]),
      icmpType: UInt8(truncatingIfNeeded: self[.icmpType]),
      icmpCode: UInt8(truncatingIfNeeded: self[.icmpCode]),
      tcpFlags: UInt8(truncatingIfNeeded: self[.tcpFlags]),
      isLaterFragment: self[.fragment] != 0,
      application: UInt16(truncatingIfNeeded: self[.application]),
      etherType: UInt16(truncatingIfNeeded: self[.etherType]))
  }
}

extension HeaderSpaceStore {
  /// A member of the set, or `nil` where it is empty.
  ///
  /// The sets in `preferences` are tried in order; each one that still leaves a member narrows the
  /// choice. Of what is left the member has the least values, in the order of the levels, and 0 in
  /// every field that does not matter. The same question always has the same answer.
  public mutating func member(of space: HeaderSpace, preferring preferences: [HeaderBox] = [])
    throws(LimitReached) -> HeaderPoint?
  {
    var narrowed = space
    for box in preferences {
      let next = try restrict(narrowed, to: box)
      if !next.isEmpty { narrowed = next }
    }
    if narrowed.isEmpty { return nil }
    var point = HeaderPoint()
    var node = narrowed.node
    while node != Diagram.everything {
      let level = Int(diagram.level(node))
      var value: UInt32 = 0
      for edge in diagram.edgeRange(node) {
        if diagram.child(edge) != Diagram.nothing {
          node = diagram.child(edge)
          break
        }
        value = diagram.bound(edge) + 1
      }
      if level < Levels.conditions {
        let chunk = Levels.chunks[level]
        point[chunk.field] |= UInt128(value) << UInt128(chunk.shift)
      } else {
        point.append(Literal(diagram.order.condition(at: level), value == 1))
      }
    }
    return point
  }

  /// Whether the set holds the packet whose stored fields and outcomes these functions give.
  /// - Complexity: O(*n* log *m*) in the levels of the set and the edges of a node.
  public func contains(
    _ space: HeaderSpace, value: (HeaderField) -> UInt128,
    outcome: (Int) -> Bool = { _ in false }
  ) -> Bool {
    var node = space.node
    while diagram.level(node) != Diagram.leafLevel {
      let level = Int(diagram.level(node))
      let wanted: UInt32
      if level < Levels.conditions {
        let chunk = Levels.chunks[level]
        wanted = chunk.part(of: value(chunk.field))
      } else {
        wanted = outcome(diagram.order.condition(at: level)) ? 1 : 0
      }
      let edges = diagram.edgeRange(node)
      var low = edges.lowerBound
      var high = edges.upperBound - 1
      while low < high {
        let middle = (low + high) / 2
        if diagram.bound(middle) < wanted { low = middle + 1 } else { high = middle }
      }
      node = diagram.child(low)
    }
    return node == Diagram.everything
  }

  /// Whether the set holds the point.
  public func contains(_ space: HeaderSpace, _ point: HeaderPoint) -> Bool {
    contains(space, value: { point[$0] }, outcome: { point.outcome($0) })
  }
}
