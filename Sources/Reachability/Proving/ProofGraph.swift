import Canonical

/// Which locations packets come to, from where, and where the sets of a proof stop.
struct ProofGraph {
  /// A way from a location: for a match the outcome, for a `recall` 0 for `fresh` and 1 for
  /// `remembered`.
  struct Edge {
    var location: Int
    var way: Int
  }

  /// For each location what leads there of where packets can come.
  private(set) var predecessors: [[Edge]]
  /// For each location whether sets stop there.
  ///
  /// They do where packets from several places meet and where sessions are looked up or opened.
  /// Elsewhere they are passed through, and since every cycle has a place where packets enter it, that
  /// ends.
  private(set) var isStop: [Bool]
  /// For each location whether a packet there may open a session of the device that it is in, so that
  /// its trail matters.
  private(set) var isTracked: [Bool]
  /// For each device the locations where it opens sessions, and those where sessions are looked up.
  private(set) var remembers: [[Int]]
  private(set) var recalls: [[Int]]

  /// Walks a network from locations at which packets start.
  ///
  /// - Complexity: Linear in the locations and the ways between them.
  init(_ canonical: CanonicalNetwork, devices: Int, from starts: [Int]) {
    let count = canonical.locations.count
    predecessors = [[Edge]](repeating: [], count: count)
    isTracked = [Bool](repeating: false, count: count)
    remembers = [[Int]](repeating: [], count: devices)
    recalls = remembers
    var isMet = [Bool](repeating: false, count: count)
    var waiting = Array(Set(starts).sorted().reversed())
    var ways = [Int](repeating: 0, count: count)
    for start in waiting {
      isMet[start] = true
      ways[start] = 2
    }
    while let location = waiting.popLast() {
      for (way, next) in canonical.locations[location].successors.enumerated() {
        predecessors[next].append(Edge(location: location, way: way))
        ways[next] += 1
        if isMet[next] { continue }
        isMet[next] = true
        waiting.append(next)
      }
    }
    isStop = ways.map { $0 > 1 }
    for (index, location) in canonical.locations.enumerated() {
      switch location {
      case .recall(let device, _, _):
        recalls[device].append(index)
        isStop[index] = true
      case .remember(let device, _):
        remembers[device].append(index)
        isStop[index] = true
      default: break
      }
    }
    markTracked(canonical)
  }

  /// Marks what leads to where sessions are opened, in the device.
  private mutating func markTracked(_ canonical: CanonicalNetwork) {
    var waiting = Array(remembers.joined())
    while let location = waiting.popLast() {
      if isTracked[location] { continue }
      isTracked[location] = true
      for edge in predecessors[location] {
        switch canonical.locations[edge.location] {
        case .recall, .leave: break
        default: waiting.append(edge.location)
        }
      }
    }
  }
}

/// Why no certificate could be made.
struct NoProof: Error {
  /// One sentence without a final full stop.
  var reason: String
}
