import Canonical
import HeaderSpaces
import Networks
import Packets

extension Engine {
  /// The fields of a listed flow: who sent it, where it was delivered, and as what.
  private static let flowFields: Set<HeaderField> = [
    .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol,
    .destinationPort, .icmpType, .fragment, .etherType, .sessionUse,
  ]

  /// The most boxes that a list has.
  static let greatestListLength = 1_000

  /// The most rules that are listed with a box.
  static let greatestRuleCount = 100

  /// All flows of breaches as a short list, each with the rules that let it through where these are
  /// asked for.
  mutating func list(
    _ breaches: [Breach], withRules: Bool
  ) throws(LimitReached) -> FlowList {
    var all = HeaderSpace.empty
    for breach in breaches {
      let flows = try flows(of: breach)
      all = try store.union(all, flows)
    }
    // Of the bounds on what a flow owes to sessions the least says what it needs.
    let greatest = HeaderField.sessionUse.greatest
    let more = try store.shift(.sessionUse, 0...greatest - 1, to: 1, in: all)
    all = try store.subtracting(more, from: all)
    let ignored = HeaderField.allCases.filter { !Self.flowFields.contains($0) }
    let real = try store.project(valid, away: ignored)
    let cover = try store.boxes(of: all, within: real, limit: Self.greatestListLength)
    var rules = cover.boxes.map { _ in [CanonicalNetwork.RuleReference]() }
    if withRules { rules = try self.rules(on: cover.boxes.map(Self.asSent), of: breaches) }
    var entries: [FlowList.Entry] = []
    for (box, references) in zip(cover.boxes, rules) {
      let listed = references.prefix(Self.greatestRuleCount).map { rulePassed($0) }
      entries.append(
        FlowList.Entry(
          box: box, rules: listed, hasMoreRules: references.count > Self.greatestRuleCount))
    }
    return FlowList(entries: entries, isTruncated: cover.isTruncated)
  }

  /// A breach's packets with the source as sent, and only the fields of a listed flow.
  private mutating func flows(of breach: Breach) throws(LimitReached) -> HeaderSpace {
    var space = breach.flow.space
    for field in [HeaderField.sourceIPv4, .sourceIPv6] {
      guard let ghost = Trail.ghost(of: field, in: .sent) else { continue }
      switch breach.flow.trail[field] {
      case .same: break
      case .moved(let distance): space = try moved(field, by: 0 &- distance, in: space)
      case .kept:
        space = try store.project(space, away: [field])
        space = try store.rename(ghost, to: field, in: space)
      }
    }
    let literals = store.conditions(in: space)
    space = try store.existentially(space, over: literals)
    return try store.project(
      space, away: HeaderField.allCases.filter { !Self.flowFields.contains($0) })
  }

  /// A listed box, whose source is that of the packets as they were sent.
  private static func asSent(_ box: HeaderBox) -> HeaderBox {
    var result = box
    for (field, ghost) in [
      (HeaderField.sourceIPv4, HeaderField.sentSourceIPv4), (.sourceIPv6, .sentSourceIPv6),
    ] {
      result = result.without(field).constrained(ghost, to: box[field])
    }
    return result
  }

  private func rulePassed(_ reference: CanonicalNetwork.RuleReference) -> RulePassed {
    let device = network.devices[reference.device]
    let list = device.acls[reference.acl]
    let rule = list.rules.indices.contains(reference.rule) ? list.rules[reference.rule] : nil
    return RulePassed(
      device: device.name, list: list.name, rule: rule?.name ?? "end of \(list.name)",
      place: rule?.place ?? list.place)
  }
}
