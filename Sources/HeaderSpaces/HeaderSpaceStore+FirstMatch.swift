public import Packets

/// A line of a first-match list: what it matches, and which target it sends that to.
public struct MatchRule: Hashable, Sendable {
  /// What the rule matches: what any of the boxes holds.
  public var boxes: [HeaderBox]
  /// The target, counted from 0.
  public var target: Int

  /// Creates a rule.
  public init(_ boxes: [HeaderBox], target: Int) {
    self.boxes = boxes
    self.target = target
  }
}

extension HeaderSpaceStore {
  /// For each target exactly what first-match order sends there.
  ///
  /// The result has one set for each of `targets`; they are disjoint and together hold everything.
  /// What no rule matches goes to `default`.
  public mutating func partition(
    by rules: [MatchRule], targets: Int, default: Int
  ) throws(LimitReached) -> [HeaderSpace] {
    precondition(`default` >= 0 && `default` < targets, "the default is one of the targets")
    let leaves = diagram.leaves(targets)
    let start = diagram.matching.lists.count
    for rule in rules {
      precondition(rule.target >= 0 && rule.target < targets, "a rule leads to one of the targets")
      for box in rule.boxes {
        let node = diagram.box(box)
        diagram.appendRule(start, node, value: leaves[rule.target])
      }
    }
    diagram.appendRule(start, Diagram.everything, value: leaves[`default`])
    let cases = diagram.firstMatch(start)
    if targets == 2 {
      let permitted = HeaderSpace(cases)
      return [try settle(HeaderSpace(diagram.complement(cases))), permitted]
    }
    var known: [Diagram.Node: [Diagram.Share]] = [:]
    let shares = diagram.shares(of: cases, &known)
    var sets: [Diagram.Node: HeaderSpace] = [:]
    for share in shares { sets[share.leaf] = HeaderSpace(share.set) }
    return try settle(leaves.map { sets[$0] ?? .empty })
  }

  /// What the list permits, in first-match order; a rule that is not `permitting` denies.
  ///
  /// `default` says whether what no rule matches is permitted.
  public mutating func permitted(
    by rules: [(boxes: [HeaderBox], isPermitting: Bool)], default: Bool = false
  ) throws(LimitReached) -> HeaderSpace {
    let start = diagram.matching.lists.count
    for rule in rules {
      let value = rule.isPermitting ? Diagram.everything : Diagram.nothing
      for box in rule.boxes {
        let node = diagram.box(box)
        diagram.appendRule(start, node, value: value)
      }
    }
    diagram.appendRule(
      start, Diagram.everything, value: `default` ? Diagram.everything : Diagram.nothing)
    return try settle(HeaderSpace(diagram.firstMatch(start)))
  }
}

extension HeaderSpaceStore {
  /// For each rule exactly what it matches and no rule before it does; empty where it is shadowed.
  ///
  /// For a few rules of many `effectiveMatch(of:in:)` is quicker.
  public mutating func effectiveMatches(of rules: [MatchRule]) throws(LimitReached)
    -> [HeaderSpace]
  {
    let own = rules.enumerated().map { MatchRule($1.boxes, target: $0) }
    return try partition(by: own, targets: rules.count + 1, default: rules.count).dropLast()
  }

  /// Exactly what one rule matches and no rule before it does; empty where it is shadowed.
  ///
  /// Only the earlier rules that meet the rule are looked at.
  public mutating func effectiveMatch(of index: Int, in rules: [MatchRule]) throws(LimitReached)
    -> HeaderSpace
  {
    let boxes = rules[index].boxes
    let start = diagram.matching.lists.count
    for rule in rules[..<index] {
      for box in rule.boxes where boxes.contains(where: { !$0.isDisjoint(with: box) }) {
        let node = diagram.box(box)
        diagram.appendRule(start, node, value: Diagram.nothing)
      }
    }
    for box in boxes {
      let node = diagram.box(box)
      diagram.appendRule(start, node, value: Diagram.everything)
    }
    diagram.appendRule(start, Diagram.everything, value: Diagram.nothing)
    return try settle(HeaderSpace(diagram.firstMatch(start)))
  }
}
