public import Packets

/// An exact set of packets as a list of disjoint boxes, by direct subtraction.
///
/// The second, independent implementation of the algebra of `HeaderSpaceStore`: it needs no store
/// and is quick where few boxes are left, and slow, or enormous, where many are.
public struct BoxSpace: Hashable, Sendable {
  /// The boxes.
  ///
  /// **Invariant**: none is empty, no two overlap.
  public private(set) var boxes: [HeaderBox]

  /// The set without members.
  public init() { boxes = [] }

  /// What any of the boxes holds.
  public init(_ boxes: [HeaderBox]) {
    self.boxes = []
    for box in boxes { self = union(Self(disjoint: [box])) }
  }

  private init(disjoint boxes: [HeaderBox]) { self.boxes = boxes.filter { !$0.isEmpty } }

  /// The set of everything.
  public static let everything = Self(disjoint: [HeaderBox()])

  /// Whether the set has no members.
  public var isEmpty: Bool { boxes.isEmpty }

  /// The members of either set.
  public func union(_ other: Self) -> Self {
    Self(disjoint: boxes + other.subtracting(self).boxes)
  }

  /// The members of both sets.
  public func intersection(_ other: Self) -> Self {
    Self(disjoint: boxes.flatMap { box in other.boxes.map { box.intersection($0) } })
  }

  /// The members that are not in the other set.
  public func subtracting(_ other: Self) -> Self {
    var rest = boxes
    for box in other.boxes { rest = rest.flatMap { $0.subtracting(box) } }
    return Self(disjoint: rest)
  }

  /// What is not in the set.
  public var complement: Self { Self.everything.subtracting(self) }

  /// Whether every member is in the other set.
  public func isSubset(of other: Self) -> Bool { subtracting(other).isEmpty }

  /// Whether the sets have no common member.
  public func isDisjoint(with other: Self) -> Bool { intersection(other).isEmpty }

  /// Whether both sets have the same members.
  public func hasSameMembers(as other: Self) -> Bool {
    isSubset(of: other) && other.isSubset(of: self)
  }

  /// For each target exactly what first-match order sends there.
  public static func partition(by rules: [MatchRule], targets: Int, default: Int) -> [Self] {
    var result = [Self](repeating: Self(), count: targets)
    var rest = everything
    for rule in rules {
      let match = Self(rule.boxes)
      result[rule.target].boxes += rest.intersection(match).boxes
      rest = rest.subtracting(match)
    }
    result[`default`].boxes += rest.boxes
    return result
  }
}

extension HeaderBox {
  /// Disjoint boxes that together hold what this box holds and the other does not.
  public func subtracting(_ other: HeaderBox) -> [HeaderBox] {
    if isEmpty { return [] }
    if intersection(other).isEmpty { return [self] }
    var pieces: [HeaderBox] = []
    var rest = self
    for constraint in other.constraints {
      let outside = rest[constraint.field].subtracting(constraint.values)
      if !outside.isEmpty { pieces.append(rest.constrained(constraint.field, to: outside)) }
      rest.constrain(constraint.field, to: constraint.values)
    }
    for literal in other.literals where !rest.literals.contains(literal) {
      var piece = rest
      piece.constrain(Literal(literal.condition, !literal.value))
      pieces.append(piece)
      rest.constrain(literal)
    }
    return pieces
  }
}
