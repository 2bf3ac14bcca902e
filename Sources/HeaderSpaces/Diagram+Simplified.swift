/// Simple sets that hold one set and nothing of another.
extension Diagram {
  /// A set that holds all of the first and nothing of the second, and looks at less than the first
  /// where that leaves room.
  ///
  /// The sets have no common member. On each path a level is left out where what follows any of its
  /// values may follow all of them; where that cannot be, values that lead to some of the set lead to
  /// the same where they can, and the others lead nowhere.
  mutating func simplified(_ a: Node, apartFrom b: Node) -> Node {
    if a == Self.nothing || a == Self.everything { return a }
    if b == Self.nothing { return Self.everything }
    if let known = remembered(Operation.simplified, a, b) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let here = min(level(a), level(b))
    let result: Node
    if let (all, others) = joined(a, b, at: here) {
      result = simplified(all, apartFrom: others)
    } else {
      result = grouped(a, b, at: here)
    }
    depth -= 1
    remember(Operation.simplified, a, b, result)
    return result
  }

  /// What follows any values of a field's levels from one on in either set, unless both have
  /// something in common.
  private mutating func joined(_ a: Node, _ b: Node, at here: UInt32) -> (a: Node, b: Node)? {
    let all = follows(a, at: here)
    let others = follows(b, at: here)
    return isDisjoint(all, others) && !isOverflowing ? (all, others) : nil
  }

  /// What follows any values of a field's levels from one on.
  private mutating func follows(_ node: Node, at here: UInt32) -> Node {
    let tail = Int(here) < Levels.conditions ? Levels.tails[Int(here)] : [Int(here)]
    if level(node) > UInt32(tail[tail.count - 1]) { return node }
    var marks = [Bool](repeating: false, count: tail[tail.count - 1] + 1)
    for level in tail { marks[level] = true }
    return exists(node, marks, parameter(tail))
  }

  /// The node in which values that may lead to the same do.
  ///
  /// Where a field has levels below, only values are put together that need not look at them: a set
  /// in which many values of a level are followed by some of the next has as many ranges.
  private mutating func grouped(_ a: Node, _ b: Node, at here: UInt32) -> Node {
    let isLast = Int(here) >= Levels.conditions || Levels.tails[Int(here)].count == 1
    var groups: [(a: Node, b: Node)] = []
    var strips: [(bound: UInt32, node: Node, group: Int)] = []
    var edgeA = edgeRange(a).lowerBound
    var edgeB = edgeRange(b).lowerBound
    let (isInA, isInB) = (level(a) == here, level(b) == here)
    while true {
      let boundA = isInA ? bound(edgeA) : greatestValue(here)
      let boundB = isInB ? bound(edgeB) : greatestValue(here)
      let high = min(boundA, boundB)
      let part = (a: isInA ? child(edgeA) : a, b: isInB ? child(edgeB) : b)
      if part.a == Self.nothing || isOverflowing {
        strips.append((high, Self.nothing, -1))
      } else {
        if let flat = isLast ? part : joined(part.a, part.b, at: here + 1) {
          strips.append((high, Self.nothing, place(flat, &groups, after: strips.last?.group)))
        } else {
          strips.append((high, simplified(part.a, apartFrom: part.b), -1))
        }
      }
      if high == greatestValue(here) { break }
      if boundA == high { edgeA += 1 }
      if boundB == high { edgeB += 1 }
    }
    let children = groups.map { simplified($0.a, apartFrom: $0.b) }
    let base = pending.count
    for strip in strips {
      push(base, strip.bound, strip.group < 0 ? strip.node : children[strip.group])
    }
    return finish(here, base)
  }

  /// The number of the group that a part joins.
  private mutating func place(
    _ part: (a: Node, b: Node), _ groups: inout [(a: Node, b: Node)], after last: Int?
  ) -> Int {
    let recent = groups.indices.suffix(Self.mostGroups)
    for index in [last ?? -1].filter({ $0 >= 0 }) + recent {
      let group = groups[index]
      if isDisjoint(part.a, group.b), isDisjoint(group.a, part.b) {
        groups[index] = (union(group.a, part.a), union(group.b, part.b))
        return index
      }
    }
    groups.append(part)
    return groups.count - 1
  }

  /// How many groups a part is tried with.
  private static let mostGroups = 8
}
