/// The leaves of diagrams that have more than two.
extension Diagram {
  /// The leaves that stand for the targets 0, 1, 2 and so on; the first two are the usual ones.
  mutating func leaves(_ targets: Int) -> [Node] {
    (0..<targets).map { $0 < 2 ? Node($0) : leaf(UInt32($0)) }
  }

  /// A diagram with many leaves, in which a leaf stands for everything, and all others for nothing.
  mutating func only(_ leaf: Node, in cases: Node) -> Node {
    if level(cases) == Self.leafLevel { return cases == leaf ? Self.everything : Self.nothing }
    let operation = Operation.leaves + leaf
    if let known = remembered(operation, cases, 0) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let base = pending.count
    for edge in edgeRange(cases) {
      let part = only(leaf, in: child(edge))
      push(base, bound(edge), part)
    }
    let result = finish(level(cases), base)
    depth -= 1
    remember(operation, cases, 0, result)
    return result
  }

  private mutating func leaf(_ target: UInt32) -> Node {
    let base = pending.count
    pending.append(UInt64(target))
    pending.append(UInt64(target))
    let node = intern(Self.leafLevel, base)
    pending.truncate(to: base)
    return node
  }

  /// The target that a leaf stands for.
  func target(ofLeaf leaf: Node) -> Int {
    leaf < 2 ? Int(leaf) : Int(edges[edgeRange(leaf).lowerBound])
  }
}
