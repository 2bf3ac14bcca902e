/// Which nodes depend on conditions: most depend on none, and nobody has to look into those.
extension Diagram {
  /// Whether a node looks at a condition, or leads to one that does.
  @inline(__always)
  func dependsOnConditions(_ node: Node) -> Bool {
    let word = Int(node / 64)
    return word < conditional.count && conditional[word] >> UInt64(node % 64) & 1 == 1
  }

  /// Notes whether a node that was just made depends on conditions; its children are noted.
  @inline(__always)
  mutating func noteConditions(_ node: Node) {
    let level = level(node)
    if level == Self.leafLevel { return note(node, false) }
    // Conditions come after the levels that belong to fields.
    if Int(level) >= greatest.count { return note(node, true) }
    if conditional.count == 0 { return }
    var depends = false
    for edge in edgeRange(node) where dependsOnConditions(child(edge)) { depends = true }
    note(node, depends)
  }

  @inline(__always)
  private mutating func note(_ node: Node, _ depends: Bool) {
    let word = Int(node / 64)
    if word >= conditional.count {
      if !depends { return }
      conditional.append(repeating: 0, count: word + 1 - conditional.count)
    }
    let bit: UInt64 = 1 << UInt64(node % 64)
    // A node that was here before and was released may have left its bit.
    conditional[word] = depends ? conditional[word] | bit : conditional[word] & ~bit
  }

  /// Notes for all nodes anew whether they depend on conditions.
  mutating func noteAllConditions() {
    conditional.truncate(to: 0)
    for node in Self.fixedNodes..<nodeCount { noteConditions(Node(node)) }
  }
}
