import Canonical

/// The locations with the trails that packets may have there, and which leads to which.
///
/// A trail hangs on the way through the network only, so this is a walk through the graph.
struct ProofGraph {
  /// A location with a trail.
  struct Node: Hashable {
    var location: Int
    var trail: ProofTrail
  }

  /// A way from a node: for a match the outcome, for a `recall` 0 for `fresh` and 1 for
  /// `remembered`.
  struct Edge {
    var node: Int
    var way: Int
  }

  /// The nodes, in the order in which they were met.
  private(set) var nodes: [Node] = []
  /// The number of each node.
  private(set) var numbers: [Node: Int] = [:]
  /// For each node where it leads, one edge for each way.
  private(set) var successors: [[Edge]] = []
  /// For each node what leads there.
  private(set) var predecessors: [[Edge]] = []
  /// For each location its nodes.
  private(set) var nodesOfLocation: [[Int]]

  /// Walks a network from locations at which packets start.
  ///
  /// - Throws: `NoProof` where packets can have too many trails at one location.
  init(_ canonical: CanonicalNetwork, from starts: [Int]) throws {
    nodesOfLocation = [[Int]](repeating: [], count: canonical.locations.count)
    for start in starts { try meet(Node(location: start, trail: .untouched)) }
    var next = 0
    while next < nodes.count {
      let node = nodes[next]
      for (way, target) in Self.ways(of: node, in: canonical).enumerated() {
        let number = try meet(target)
        successors[next].append(Edge(node: number, way: way))
        predecessors[number].append(Edge(node: next, way: way))
      }
      next += 1
    }
  }

  @discardableResult private mutating func meet(_ node: Node) throws -> Int {
    if let known = numbers[node] { return known }
    if nodesOfLocation[node.location].count == Engine.greatestTrails {
      throw NoProof(reason: "packets have too many ways of translation at one place")
    }
    let number = nodes.count
    numbers[node] = number
    nodes.append(node)
    successors.append([])
    predecessors.append([])
    nodesOfLocation[node.location].append(number)
    return number
  }

  /// Where each way of a node leads.
  private static func ways(of node: Node, in canonical: CanonicalNetwork) -> [Node] {
    let location = canonical.locations[node.location]
    let trail: ProofTrail
    switch location {
    case .rewrite(let writes, _): trail = writes.reduce(node.trail) { $0.after($1) }
    case .recall, .leave: trail = .untouched
    default: trail = node.trail
    }
    return location.successors.map { Node(location: $0, trail: trail) }
  }
}

/// Why no certificate could be made.
struct NoProof: Error {
  /// One sentence without a final full stop.
  var reason: String
}
