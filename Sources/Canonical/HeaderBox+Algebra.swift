public import Packets

extension HeaderBox {
  /// The intersections of each box of one list with each of another; empty ones are left out.
  public static func product(_ a: [HeaderBox], _ b: [HeaderBox]) -> [HeaderBox] {
    a.flatMap { x in b.map { x.intersection($0) } }.filter { !$0.isEmpty }
  }

  /// Disjoint boxes of what this box holds and another, which asks for no conditions, does not.
  func subtracting(_ other: HeaderBox) -> [HeaderBox] {
    if other.isEmpty || intersection(other).isEmpty { return [self] }
    var result: [HeaderBox] = []
    var rest = self
    for constraint in other.constraints {
      let outside = constraint.values.complement(upTo: constraint.field.greatest)
      let piece = rest.constrained(constraint.field, to: outside)
      if !piece.isEmpty { result.append(piece) }
      rest.constrain(constraint.field, to: constraint.values)
    }
    return result
  }

  /// Whether a packet that exists is in the box, ghosts and registers aside.
  var holdsPackets: Bool { HeaderBox.validPackets.contains { !$0.intersection(self).isEmpty } }
}
