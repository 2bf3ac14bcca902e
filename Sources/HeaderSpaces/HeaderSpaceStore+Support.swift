public import Packets

extension HeaderSpaceStore {
  /// The fields that the set depends on, in their declared order.
  public func fields(in space: HeaderSpace) -> [HeaderField] {
    let levels = support(of: space)
    return Set(levels.filter { $0 < Levels.conditions }.map { Levels.chunks[$0].field }).sorted()
  }

  /// The conditions that the set depends on, ascending.
  public func conditions(in space: HeaderSpace) -> [Int] {
    if !diagram.dependsOnConditions(space.node) { return [] }
    let levels = support(of: space, skipping: { !diagram.dependsOnConditions($0) })
    return levels.filter { $0 >= Levels.conditions }.map(diagram.order.condition).sorted()
  }

  /// Whether the outcome of a condition matters for some packet.
  public func dependsOn(_ space: HeaderSpace, condition: Int) -> Bool {
    support(of: space).contains(diagram.order.level(of: condition))
  }

  /// How many nodes one set has, leaves not counted.
  public func nodeCount(of space: HeaderSpace) -> Int {
    var count = 0
    visit(space) { _ in count += 1 }
    return count
  }

  /// The levels that the set looks at, ascending; nodes that are skipped are not looked into.
  func support(
    of space: HeaderSpace, skipping isSkipped: (Diagram.Node) -> Bool = { _ in false }
  ) -> [Int] {
    var levels: Set<UInt32> = []
    visit(space, skipping: isSkipped) { levels.insert(diagram.level($0)) }
    return levels.map { Int($0) }.sorted()
  }

  /// Calls a function with each node of a set, without leaves and what is skipped.
  /// - Complexity: O(*n*) in the nodes and edges of the set.
  private func visit(
    _ space: HeaderSpace, skipping isSkipped: (Diagram.Node) -> Bool = { _ in false },
    _ body: (Diagram.Node) -> Void
  ) {
    var seen = [UInt64](repeating: 0, count: diagram.nodeCount / 64 + 1)
    var stack = [space.node]
    while let node = stack.popLast() {
      let bit: UInt64 = 1 << UInt64(node % 64)
      if diagram.level(node) == Diagram.leafLevel || seen[Int(node / 64)] & bit != 0 { continue }
      seen[Int(node / 64)] |= bit
      if isSkipped(node) { continue }
      body(node)
      for edge in diagram.edgeRange(node) { stack.append(diagram.child(edge)) }
    }
  }
}
