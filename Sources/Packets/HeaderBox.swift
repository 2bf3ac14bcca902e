/// An outcome of one condition, named by its index in the network's table of conditions.
public struct Literal: Hashable, Sendable, Comparable {
  /// The condition.
  public var condition: Int
  /// Its outcome.
  public var value: Bool

  /// Creates a literal.
  public init(_ condition: Int, _ value: Bool) {
    self.condition = condition
    self.value = value
  }

  /// Orders literals by condition, false first.
  public static func < (a: Self, b: Self) -> Bool {
    (a.condition, a.value ? 1 : 0) < (b.condition, b.value ? 1 : 0)
  }
}

/// A product of constraints, one a field, and of condition outcomes.
///
/// A field without a constraint may have any value. A constraint speaks of the stored value, which
/// is 0 where a packet lacks the field (`Header.stored`): a box that means "has port 0" must say so
/// with the protocol and the fragment bit.
public struct HeaderBox: Hashable, Sendable {
  /// What one field may be.
  public struct Constraint: Hashable, Sendable {
    /// The field.
    public let field: HeaderField
    /// Its values; never all values of the field.
    public let values: Ranges
  }

  /// The constraints.
  ///
  /// **Invariant**: ascending by field, at most one a field.
  public private(set) var constraints: [Constraint] = []
  /// The condition outcomes.
  ///
  /// **Invariant**: ascending by condition, at most one a condition.
  public private(set) var literals: [Literal] = []
  /// Whether the box is empty.
  ///
  /// **Invariant**: true where any constraint is empty or two literals contradict each other.
  public private(set) var isEmpty = false
  private var hasContradiction = false

  /// The box of everything.
  public init() {}

  /// The values that a field may have.
  public subscript(field: HeaderField) -> Ranges {
    for constraint in constraints where constraint.field == field { return constraint.values }
    return field.allValues
  }

  /// Narrows a field to values.
  public mutating func constrain(_ field: HeaderField, to values: Ranges) {
    let index = constraints.firstIndex { $0.field >= field } ?? constraints.count
    let exists = index < constraints.count && constraints[index].field == field
    let narrowed = (exists ? constraints[index].values : field.allValues).intersection(values)
    if exists { constraints.remove(at: index) }
    if narrowed.isEmpty { isEmpty = true }
    if narrowed != field.allValues {
      constraints.insert(Constraint(field: field, values: narrowed), at: index)
    }
  }

  /// The box with one more constraint.
  public func constrained(_ field: HeaderField, to values: Ranges) -> Self {
    var result = self
    result.constrain(field, to: values)
    return result
  }

  /// Narrows the box to one outcome of a condition.
  public mutating func constrain(_ literal: Literal) {
    let index = literals.firstIndex { $0.condition >= literal.condition } ?? literals.count
    if index < literals.count, literals[index].condition == literal.condition {
      if literals[index].value != literal.value {
        hasContradiction = true
        isEmpty = true
      }
      return
    }
    literals.insert(literal, at: index)
  }

  /// The box without its constraint on a field.
  public func without(_ field: HeaderField) -> Self {
    var result = self
    result.constraints.removeAll { $0.field == field }
    result.isEmpty = hasContradiction || result.constraints.contains { $0.values.isEmpty }
    return result
  }

  /// The box without its constraint on the literal's condition; a contradiction stays one.
  public func without(_ literal: Literal) -> Self {
    var result = self
    result.literals.removeAll { $0.condition == literal.condition }
    return result
  }

  /// What both boxes hold.
  public func intersection(_ other: Self) -> Self {
    var result = self
    for constraint in other.constraints {
      result.constrain(constraint.field, to: constraint.values)
    }
    for literal in other.literals { result.constrain(literal) }
    if other.isEmpty { result.isEmpty = true }
    if other.hasContradiction { result.hasContradiction = true }
    return result
  }

  /// Whether the box holds a packet whose stored fields and outcomes these functions give.
  public func contains(
    value: (HeaderField) -> UInt128, outcome: (Int) -> Bool = { _ in false }
  ) -> Bool {
    !isEmpty && constraints.allSatisfy { $0.values.contains(value($0.field)) }
      && literals.allSatisfy { outcome($0.condition) == $0.value }
  }

  /// Boxes that together hold exactly the packets that exist: those whose lacking fields are 0.
  ///
  /// Device fields, ghosts and conditions are left open. The boxes are disjoint.
  public static let validPackets: [HeaderBox] = {
    var boxes: [HeaderBox] = []
    let zero = Ranges(0)
    for family in [Family.ipv4, .ipv6] {
      var ip = HeaderBox()
      ip.constrain(.family, to: Ranges(UInt128(family.rawValue)))
      ip.constrain(.etherType, to: zero)
      ip.constrain(family == .ipv4 ? .sourceIPv6 : .sourceIPv4, to: zero)
      ip.constrain(family == .ipv4 ? .destinationIPv6 : .destinationIPv4, to: zero)
      if family == .ipv4 { ip.constrain(.nextHeader, to: zero) }
      let icmp = UInt128(family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6)
      let first = ip.constrained(.fragment, to: zero)
      let noPorts = { (box: HeaderBox) in
        box.constrained(.sourcePort, to: zero).constrained(.destinationPort, to: zero)
      }
      let noType = { (box: HeaderBox) in
        box.constrained(.icmpType, to: zero).constrained(.icmpCode, to: zero)
      }
      let noFlags = { (box: HeaderBox) in box.constrained(.tcpFlags, to: zero) }
      let tcp = Ranges(UInt128(IPProtocol.tcp))
      boxes.append(noType(first.constrained(.protocol, to: tcp)))
      boxes.append(
        noFlags(
          noType(first.constrained(.protocol, to: IPProtocol.withPorts.subtracting(tcp)))))
      boxes.append(noFlags(noPorts(first.constrained(.protocol, to: Ranges(icmp)))))
      let rest = IPProtocol.withPorts.union(Ranges(icmp)).complement(upTo: 255)
      boxes.append(noFlags(noType(noPorts(first.constrained(.protocol, to: rest)))))
      boxes.append(noFlags(noType(noPorts(ip.constrained(.fragment, to: Ranges(1))))))
    }
    var frame = HeaderBox()
    frame.constrain(.family, to: Ranges(UInt128(Family.nonIP.rawValue)))
    for field in HeaderField.allCases
    where field > .family && field < .etherType {
      frame.constrain(field, to: zero)
    }
    boxes.append(frame)
    return boxes
  }()
}
