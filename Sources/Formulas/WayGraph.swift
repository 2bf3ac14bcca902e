import Canonical

/// The locations, each with the trails that packets can have there, that lie on a way from where
/// packets start to where a question is asked.
struct WayGraph {
  /// A location with a trail.
  struct Node: Hashable {
    var location: Int
    var trail: Trail
  }

  /// A way from a node: which of the location's successors it is, and whether it leads back.
  struct Edge {
    var way: Int
    var target: Int
    var isBack = false
  }

  /// The most nodes.
  static let greatest = 100_000

  private(set) var nodes: [Node] = []
  private(set) var numbers: [Node: Int] = [:]
  /// For each node its ways that lead on to what is asked about.
  private(set) var edges: [[Edge]] = []
  /// The nodes, each before those to which it leads but for the ways back.
  private(set) var order: [Int] = []

  /// - Throws: `NotExpressible` where there are too many nodes.
  init(
    _ system: TransitionSystem, from starts: [Int], to goals: Set<Int>
  ) throws(NotExpressible) {
    for start in starts { meet(Node(location: start, trail: Trail())) }
    var next = 0
    while next < nodes.count {
      guard nodes.count <= Self.greatest else {
        throw NotExpressible(reason: "the network is too large to follow every way")
      }
      let node = nodes[next]
      let trail = Self.trail(after: node, system)
      for (way, successor) in system.locations[node.location].successors.enumerated() {
        let target = meet(Node(location: successor, trail: trail))
        edges[next].append(Edge(way: way, target: target))
      }
      next += 1
    }
    keepLeading(to: goals)
    sort(from: starts)
  }

  @discardableResult private mutating func meet(_ node: Node) -> Int {
    if let known = numbers[node] { return known }
    numbers[node] = nodes.count
    nodes.append(node)
    edges.append([])
    return nodes.count - 1
  }

  private static func trail(after node: Node, _ system: TransitionSystem) -> Trail {
    switch system.locations[node.location] {
    case .recall, .leave: return Trail()
    case .rewrite(let writes, _):
      var moving = Moving(packet: PacketTerms(conditions: system.conditions.count))
      for tracked in Trail.tracked {
        moving.packet[tracked.track] = Term.value(node.trail[tracked.field])
      }
      var variables = Variables()
      for write in writes { moving.perform(write, system, &variables) }
      // Whatever is written, what follows from a known track is known.
      return Trail(moving.packet) ?? Trail()
    case .choose, .spread, .match, .remember, .watch, .deliver, .drop: return node.trail
    }
  }

  /// Leaves out the ways that lead to no goal.
  private mutating func keepLeading(to goals: Set<Int>) {
    var predecessors = [[Int]](repeating: [], count: nodes.count)
    for (node, ways) in edges.enumerated() {
      for way in ways { predecessors[way.target].append(node) }
    }
    var leads = nodes.map { goals.contains($0.location) }
    var waiting = nodes.indices.filter { leads[$0] }
    while let node = waiting.popLast() {
      for earlier in predecessors[node] where !leads[earlier] {
        leads[earlier] = true
        waiting.append(earlier)
      }
    }
    for node in edges.indices { edges[node].removeAll { !leads[$0.target] } }
  }

  /// Puts the nodes in order, and finds the ways that lead back.
  private mutating func sort(from starts: [Int]) {
    var state = [Int](repeating: 0, count: nodes.count)
    var finished: [Int] = []
    for start in starts {
      guard let root = numbers[Node(location: start, trail: Trail())], state[root] == 0 else {
        continue
      }
      var stack = [(node: root, next: 0)]
      state[root] = 1
      while let (node, next) = stack.last {
        if next == edges[node].count {
          state[node] = 2
          finished.append(node)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let target = edges[node][next].target
        if state[target] == 1 {
          edges[node][next].isBack = true
        } else if state[target] == 0 {
          state[target] = 1
          stack.append((target, 0))
        }
      }
    }
    order = finished.reversed()
  }
}
