/// Giving back what no set needs.
extension Diagram {
  /// How far the arenas were filled.
  struct Mark {
    let nodes: Int
    let edges: Int
  }

  /// Where the arenas end now.
  var mark: Mark { Mark(nodes: nodeCount, edges: edges.count) }

  /// Below this many edges past a mark it is not worth the walk over the tables to forget them.
  static let worthReleasing = 1 << 18

  /// Forgets all nodes made since the mark, where there are many; no set made since may be used.
  mutating func release(to mark: Mark) {
    if edges.count - mark.edges < Self.worthReleasing { return }
    records.truncate(to: mark.nodes + 1)
    edges.truncate(to: mark.edges)
    forgetResults()
    rebuildUnique()
  }

  /// Keeps only what the sets need, under new indices, which take the place of the old.
  ///
  /// - Complexity: O(*n*) in the nodes and edges before.
  mutating func compact(keeping sets: inout [Node]) {
    var isKept = [Bool](repeating: false, count: nodeCount)
    for set in sets { isKept[Int(set)] = true }
    // Children are made before their parents.
    for node in stride(from: nodeCount - 1, through: Self.fixedNodes, by: -1) where isKept[node] {
      if records[node].level == Self.leafLevel { continue }
      for edge in edgeRange(Node(node)) { isKept[Int(child(edge))] = true }
    }
    var moved = [Node](repeating: 0, count: nodeCount)
    for node in 0..<Self.fixedNodes { moved[node] = Node(node) }
    var nextNode = Self.fixedNodes
    var nextEdge = 0
    for node in Self.fixedNodes..<nodeCount where isKept[node] {
      let range = edgeRange(Node(node))
      let level = records[node].level
      for edge in range {
        let target = level == Self.leafLevel ? child(edge) : moved[Int(child(edge))]
        edges[nextEdge + edge - range.lowerBound] = edges[edge] & ~0xffff_ffff | UInt64(target)
      }
      records[nextNode] = Record(level: level, first: UInt32(nextEdge))
      moved[node] = Node(nextNode)
      nextNode += 1
      nextEdge += range.count
    }
    edges.truncate(to: nextEdge)
    records.truncate(to: nextNode)
    records.append(Record(level: Self.leafLevel, first: UInt32(nextEdge)))
    noteAllConditions()
    for index in sets.indices { sets[index] = moved[Int(sets[index])] }
    forgetResults()
    rebuildUnique()
  }
}
