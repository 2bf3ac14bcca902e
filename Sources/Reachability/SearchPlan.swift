import Canonical

/// In which order a fixpoint goes through a network, and where it waits for more.
///
/// Packets that come to a *joint* wait there until those that are before it have come, and what was
/// there before does not move on again. Between joints there is one way to each location and no
/// cycle, so packets move on at once, and nothing about them is noted.
struct SearchPlan: Sendable {
  /// For each location its place in the order: before its successors, but for those by which cycles
  /// close.
  let ranks: [Int]
  /// The locations in order.
  let locations: [Int]
  /// For each location, whether packets wait there.
  let isJoint: [Bool]
  /// For each location, whether what was there is noted: at joints, and where packets are denied.
  let isNoted: [Bool]

  /// For each location, whether packets are lost there.
  private let isLost: [Bool]
  /// For each location, whether packets are delivered there.
  private let isDelivered: [Bool]

  /// For each table the outcomes by which packets are lost wherever it is asked.
  let lostOutcomes: [Set<Int>]

  /// Whether nobody asks what comes to a location.
  func isEnd(_ location: Int, _ mode: ReachMode) -> Bool {
    isLost[location] || mode == .learning && isDelivered[location]
  }

  /// Plans a network; with `notingLosses` what was there is noted before every loss.
  ///
  /// - Complexity: Linear in the locations and the ways between them.
  init(_ canonical: CanonicalNetwork, notingLosses: Bool = false) {
    let successors = canonical.locations.map(\.successors)
    var ways = [Int](repeating: 0, count: successors.count)
    for next in successors.joined() { ways[next] += 1 }
    var isJoint = ways.map { $0 != 1 }
    for location in canonical.sent + canonical.output + canonical.put
      + canonical.deliveredOnSegment + canonical.deliveredToDevice
    {
      isJoint[location] = true
    }
    isLost = canonical.locations.map { if case .drop = $0 { true } else { false } }
    isDelivered = canonical.locations.map { if case .deliver = $0 { true } else { false } }
    var isNoted = isJoint
    for (index, location) in canonical.locations.enumerated() {
      switch location {
      case .recall: isJoint[index] = true
      case .match(_, let targets):
        let denies = targets.contains { canonical.locations[$0] == .drop(.denied) }
        if denies { isNoted[index] = true }
      default: break
      }
    }
    if notingLosses {
      let isLost = isLost
      for (index, next) in successors.enumerated() where next.contains(where: { isLost[$0] }) {
        isNoted[index] = true
      }
    }
    self.isJoint = isJoint
    self.isNoted = isNoted
    lostOutcomes = Self.lostOutcomes(of: canonical)
    locations = Self.order(successors, from: canonical.sent + canonical.output)
    var ranks = [Int](repeating: 0, count: successors.count)
    for (rank, location) in locations.enumerated() { ranks[location] = rank }
    self.ranks = ranks
  }

  private static func lostOutcomes(of canonical: CanonicalNetwork) -> [Set<Int>] {
    var result = canonical.tables.map { Set(0..<$0.outcomes) }
    for case .match(let table, let targets) in canonical.locations {
      for (outcome, target) in targets.enumerated() {
        if case .drop = canonical.locations[target] { continue }
        result[table].remove(outcome)
      }
    }
    return result
  }

  /// The locations in reverse postorder of a depth-first walk.
  private static func order(_ successors: [[Int]], from roots: [Int]) -> [Int] {
    var isMet = [Bool](repeating: false, count: successors.count)
    var postorder: [Int] = []
    for root in roots + Array(successors.indices) where !isMet[root] {
      var path = [(location: root, met: 0)]
      isMet[root] = true
      while let (location, met) = path.last {
        if met == successors[location].count {
          postorder.append(location)
          path.removeLast()
          continue
        }
        path[path.count - 1].met += 1
        let next = successors[location][met]
        if !isMet[next] {
          isMet[next] = true
          path.append((next, 0))
        }
      }
    }
    return postorder.reversed()
  }
}
