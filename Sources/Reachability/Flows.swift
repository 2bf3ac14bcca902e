import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

extension Engine {
  /// The fields of a listed flow: who sent it, where it was delivered, and as what.
  private static let flowFields: Set<HeaderField> = [
    .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol,
    .destinationPort, .icmpType, .fragment, .etherType, .sessionUse,
  ]

  /// The most boxes that a list has.
  static let greatestListLength = 1_000

  /// All flows of breaches as a short list, each with the rules that a member passes where a
  /// simulator is given to replay it.
  mutating func list(
    _ breaches: [Breach], to: ZoneExtent?, simulator: Simulator?
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
    var entries: [FlowList.Entry] = []
    for box in cover.boxes {
      var rules: [RulePassed] = []
      if let simulator {
        rules = try rulesPassed(by: box, of: breaches, to: to, simulator: simulator)
      }
      entries.append(FlowList.Entry(box: box, rules: rules))
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

  /// The rules that a member of a listed box passes on its way.
  private mutating func rulesPassed(
    by box: HeaderBox, of breaches: [Breach], to: ZoneExtent?, simulator: Simulator
  ) throws(LimitReached) -> [RulePassed] {
    var asSent = box
    for (field, ghost) in [
      (HeaderField.sourceIPv4, HeaderField.sentSourceIPv4), (.sourceIPv6, .sentSourceIPv6),
    ] {
      asSent = asSent.without(field).constrained(ghost, to: box[field])
    }
    for breach in try narrow(breaches, to: [asSent]) {
      guard let suspect = try suspect(in: breach, to: to),
        let witness = try replay(suspect, in: simulator)
      else { continue }
      return rulesPassed(on: witness.walk)
    }
    return []
  }

  /// The rules that let a packet through on a walk, in order.
  func rulesPassed(on walk: Walk) -> [RulePassed] {
    walk.hops.flatMap { hop in
      hop.matched.map {
        RulePassed(device: hop.name, list: $0.listName, rule: $0.name, place: $0.place)
      }
    }
  }
}
