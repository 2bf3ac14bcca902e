/// Sets out of one store, on their way to another.
public struct PackedSpaces: Sendable {
  /// The level of each node, and behind which of `edges` its own end; children come before parents.
  fileprivate var nodes: [(level: UInt32, end: Int)] = []
  /// The greatest value that follows an edge in the upper half, and the node in the lower: the two
  /// leaves, and then those of `nodes`.
  fileprivate var edges: [UInt64] = []
  /// The node of each set.
  fileprivate var sets: [Diagram.Node] = []

  /// No sets.
  public init() {}

  /// How many sets there are.
  public var count: Int { sets.count }
}

extension HeaderSpaceStore {
  /// The sets as plain values.
  ///
  /// - Complexity: O(*n*) in the nodes of the store, and in the edges of the sets.
  public func pack(_ spaces: [HeaderSpace]) -> PackedSpaces {
    var packed = PackedSpaces()
    var isPacked = [Bool](repeating: false, count: diagram.nodeCount)
    for space in spaces { isPacked[Int(space.node)] = true }
    // Children are made before their parents.
    for node in stride(from: diagram.nodeCount - 1, through: Diagram.fixedNodes, by: -1)
    where isPacked[node] {
      for edge in diagram.edgeRange(Diagram.Node(node)) {
        isPacked[Int(diagram.child(edge))] = true
      }
    }
    var moved = [Diagram.Node](repeating: Diagram.nothing, count: diagram.nodeCount)
    moved[Int(Diagram.everything)] = Diagram.everything
    for node in Diagram.fixedNodes..<diagram.nodeCount where isPacked[node] {
      for edge in diagram.edgeRange(Diagram.Node(node)) {
        packed.edges.append(
          UInt64(diagram.bound(edge)) << 32 | UInt64(moved[Int(diagram.child(edge))]))
      }
      moved[node] = Diagram.Node(packed.nodes.count + PackedSpaces.leaves)
      packed.nodes.append((diagram.level(Diagram.Node(node)), packed.edges.count))
    }
    packed.sets = spaces.map { moved[Int($0.node)] }
    return packed
  }

  /// The sets of another store, in their order.
  public mutating func unpack(_ packed: PackedSpaces) throws(LimitReached) -> [HeaderSpace] {
    var made: [Diagram.Node] = [Diagram.nothing, Diagram.everything]
    made.reserveCapacity(packed.nodes.count + PackedSpaces.leaves)
    var first = 0
    for (level, end) in packed.nodes {
      let base = diagram.pending.count
      for edge in packed.edges[first..<end] {
        let child = made[Int(edge & 0xffff_ffff)]
        diagram.push(base, UInt32(truncatingIfNeeded: edge >> 32), child)
      }
      made.append(try settle(diagram.finish(level, base)))
      first = end
    }
    return packed.sets.map { HeaderSpace(made[Int($0)]) }
  }
}

extension PackedSpaces {
  /// How many leaves come before `nodes`.
  fileprivate static let leaves = 2
}
