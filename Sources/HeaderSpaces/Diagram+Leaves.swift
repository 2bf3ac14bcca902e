/// The leaves of diagrams that have more than two.
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

  /// The target that a leaf stands for.
  func target(ofLeaf leaf: Node) -> Int {
    leaf < 2 ? Int(leaf) : Int(edges[edgeRange(leaf).lowerBound])
  }
}
