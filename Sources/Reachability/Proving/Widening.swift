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
    let there = try engine.store.restrict(set, to: box)
    if !there.isEmpty { return nil }
    var wide = box
    for fields in Self.order {
      let open = wide.without(fields)
      if open == wide { continue }
      if try engine.store.restrict(set, to: open).isEmpty {
        wide = open
        continue
      }
      for field in fields where wide[field] != field.allValues {
        wide = try widen(wide, field, outside: set)
      }
    }
    for literal in wide.literals {
      let open = wide.without(literal)
      if try engine.store.restrict(set, to: open).isEmpty { wide = open }
    }
    return wide
  }

  private mutating func widen(
    _ box: HeaderBox, _ field: HeaderField, outside set: HeaderSpace
  ) throws -> HeaderBox {
    let open = box.without(field)
    let wrong = try engine.store.restrict(set, to: open)
    if wrong.isEmpty { return open }
    let values = try engine.store.values(of: field, in: wrong)
    var free = values.complement(upTo: field.greatest)
    if free.ranges.count > Self.greatestRanges {
      // The ranges around what there was are enough, and shorter.
      let own = box[field]
      free = Ranges(free.ranges.filter { !own.intersection(Ranges($0)).isEmpty })
    }
    return open.constrained(field, to: free)
  }

  private static let greatestRanges = 24

  /// The fields in the order in which a box is widened, those together that often all go.
  private static let order: [[HeaderField]] = {
    let late: [[HeaderField]] = [
      [.icmpType, .icmpCode, .tcpFlags, .fragment, .application, .etherType, .nextHeader],
      [.sourcePort], [.sourceIPv6], [.sourceIPv4], [.destinationPort], [.protocol],
      [.destinationIPv6], [.destinationIPv4], [.family], [.ingress, .egress, .vrf],
      [.destinationTranslation, .sourceTranslation, .connectionState], [.sessionUse], [.origin],
    ]
    let named = Set(late.joined())
    return [HeaderField.allCases.filter { !named.contains($0) }] + late
  }()
}
