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

/// Which target each packet goes to: a first-match list as a diagram with a leaf for each target.
public struct HeaderCases: Hashable, Sendable {
  let node: Diagram.Node
  /// How many targets there are.
  public let targets: Int
}

extension HeaderSpaceStore {
  /// Where first-match order sends each packet; what no rule matches goes to `default`.
  ///
  /// What goes to ignored targets is left out when a set is split, and costs nothing there.
  public mutating func cases(
    by rules: [MatchRule], targets: Int, default: Int, ignoring ignored: Set<Int> = []
  ) throws(LimitReached) -> HeaderCases {
    precondition(`default` >= 0 && `default` < targets, "the default is one of the targets")
    var leaves = diagram.leaves(targets)
    for target in ignored { leaves[target] = Diagram.ignored }
    let start = diagram.matching.lists.count
    for rule in rules {
      precondition(rule.target >= 0 && rule.target < targets, "a rule leads to one of the targets")
      for box in rule.boxes {
        let node = diagram.box(box)
        diagram.appendRule(start, node, value: leaves[rule.target])
      }
    }
    diagram.appendRule(start, Diagram.everything, value: leaves[`default`])
    return try settle(HeaderCases(node: diagram.firstMatch(start), targets: targets))
  }

  /// The parts of a set that go to each target, ascending; targets to which nothing goes are left
  /// out, and so are those that are ignored.
  ///
  /// - Complexity: One walk for all targets, where an intersection with what goes to each would be
  ///   one for each.
  public mutating func split(
    _ space: HeaderSpace, by cases: HeaderCases
  ) throws(LimitReached) -> [(target: Int, space: HeaderSpace)] {
    let parts = diagram.split(space.node, by: cases.node)
    var result: [(target: Int, space: HeaderSpace)] = []
    result.reserveCapacity(parts.count)
    for index in parts {
      let part = diagram.splitting.parts[index]
      let target = diagram.target(ofLeaf: Diagram.Node(truncatingIfNeeded: part >> 32))
      result.append((target, HeaderSpace(Diagram.Node(truncatingIfNeeded: part))))
    }
    result.sort { $0.target < $1.target }
    return try settle(result)
  }

  /// What goes to one target that is not ignored.
  public mutating func space(of target: Int, in cases: HeaderCases) throws(LimitReached)
    -> HeaderSpace
  {
    let leaf = diagram.leaves(target + 1)[target]
    return try settle(HeaderSpace(diagram.only(leaf, in: cases.node)))
  }

  /// For each target exactly what first-match order sends there.
  ///
  /// The result has one set for each of `targets`; they are disjoint and together hold everything.
  /// What no rule matches goes to `default`.
  public mutating func partition(
    by rules: [MatchRule], targets: Int, default: Int
  ) throws(LimitReached) -> [HeaderSpace] {
    let cases = try cases(by: rules, targets: targets, default: `default`)
    var result = [HeaderSpace](repeating: .empty, count: targets)
    for part in try split(.everything, by: cases) { result[part.target] = part.space }
    return result
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
