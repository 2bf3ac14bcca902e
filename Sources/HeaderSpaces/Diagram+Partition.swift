/// Diagrams with more than two leaves, and the sets they are made of.
extension Diagram {
  /// The leaves that stand for the targets 0, 1, 2 and so on; the first two are the usual ones.
  mutating func leaves(_ targets: Int) -> [Node] {
    (0..<targets).map { $0 < 2 ? Node($0) : leaf(UInt32($0)) }
  }

  private mutating func leaf(_ target: UInt32) -> Node {
    let base = pending.count
    pending.append(UInt64(target))
    pending.append(UInt64(target))
    let node = intern(Self.leafLevel, base)
    pending.truncate(to: base)
    return node
  }

  /// What a diagram gives a leaf: a set, and the leaf.
  struct Share {
    let leaf: Node
    let set: Node
  }

  /// Part of a node under construction for one leaf.
  private struct Strip {
    let leaf: Node
    let low: UInt32
    let high: UInt32
    let set: Node
  }

  /// For each leaf that a diagram can end in the packets for which it does, ascending by leaf.
  ///
  /// Each edge is looked at once for each leaf below it, not once for each leaf there is.
  mutating func shares(of cases: Node, _ known: inout [Node: [Share]]) -> [Share] {
    if level(cases) == Self.leafLevel { return [Share(leaf: cases, set: Self.everything)] }
    if let shares = known[cases] { return shares }
    if mustStop() { return [] }
    depth += 1
    var strips: [Strip] = []
    var low: UInt32 = 0
    for edge in edgeRange(cases) {
      let high = bound(edge)
      for share in shares(of: child(edge), &known) {
        strips.append(Strip(leaf: share.leaf, low: low, high: high, set: share.set))
      }
      low = high &+ 1
    }
    strips.sort { ($0.leaf, $0.low) < ($1.leaf, $1.low) }
    let here = level(cases)
    var result: [Share] = []
    var first = 0
    while first < strips.count {
      let base = pending.count
      let leaf = strips[first].leaf
      var next: UInt32 = 0
      while first < strips.count, strips[first].leaf == leaf {
        let strip = strips[first]
        if strip.low > next { push(base, strip.low - 1, Self.nothing) }
        push(base, strip.high, strip.set)
        next = strip.high &+ 1
        first += 1
      }
      if strips[first - 1].high < greatestValue(here) {
        push(base, greatestValue(here), Self.nothing)
      }
      result.append(Share(leaf: leaf, set: finish(here, base)))
    }
    depth -= 1
    known[cases] = result
    return result
  }
}
