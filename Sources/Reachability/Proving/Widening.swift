import HeaderSpaces
import Packets

extension Prover {
  /// A box that holds another and nothing of a set, as wide as it goes field by field; `nil` where the
  /// box itself holds something of the set.
  ///
  /// The order of the fields says what is given up first: what a device notes, then what most rules
  /// do not look at, addresses late, and last who sent the packet.
  mutating func widen(_ box: HeaderBox, outside set: HeaderSpace) throws -> HeaderBox? {
    if set.isEmpty { return HeaderBox() }
    if try !isDisjoint(box, from: set) { return nil }
    var wide = try withoutTrail(box, outside: set)
    for fields in Self.order {
      let open = wide.without(fields)
      if open == wide { continue }
      if try isDisjoint(open, from: set) {
        wide = open
        continue
      }
      for field in fields where wide[field] != field.allValues {
        wide = try widen(wide, field, outside: set)
      }
    }
    for literal in wide.literals {
      let open = wide.without(literal)
      if try isDisjoint(open, from: set) { wide = open }
    }
    return wide
  }

  /// A box that says nothing of what was done to packets, or as little as it can.
  ///
  /// A track is opened with its ghost, or stays: only of one track, or of all with any ghost, is it
  /// exact what writes make of them.
  private mutating func withoutTrail(
    _ box: HeaderBox, outside set: HeaderSpace
  ) throws -> HeaderBox {
    let open = box.without(Self.trail)
    if try isDisjoint(open, from: set) { return open }
    var wide = box
    for (field, track) in zip(Trail.tracked, ProofTrail.fields) {
      guard let ghost = Trail.ghost(of: field, in: .sent) else { continue }
      let open = wide.without([track, ghost])
      if try isDisjoint(open, from: set) { wide = open }
    }
    return wide
  }

  private mutating func widen(
    _ box: HeaderBox, _ field: HeaderField, outside set: HeaderSpace
  ) throws -> HeaderBox {
    let open = box.without(field)
    let wrong = try engine.store.values(
      of: field, in: set, and: try engine.store.space(of: open))
    return open.constrained(field, to: wrong.complement(upTo: field.greatest))
  }

  /// Whether a box has nothing of a set; nothing is built but the box.
  mutating func isDisjoint(_ box: HeaderBox, from set: HeaderSpace) throws -> Bool {
    try engine.store.isDisjoint(try engine.store.space(of: box), set)
  }

  /// The fields in the order in which a box is widened, those together that often all go.
  private static let order: [[HeaderField]] = {
    let late: [[HeaderField]] = [
      [.icmpType, .icmpCode, .tcpFlags, .fragment, .application, .etherType, .nextHeader],
      [.sourcePort], [.sourceIPv6], [.sourceIPv4], [.destinationPort], [.protocol],
      [.destinationIPv6], [.destinationIPv4], [.family], [.ingress, .egress, .vrf],
      [.destinationTranslation, .sourceTranslation, .connectionState], [.sessionUse], [.origin],
    ]
    let named = Set(late.joined() + ProofTrail.fields)
    return [HeaderField.allCases.filter { !named.contains($0) }] + late
  }()
}
