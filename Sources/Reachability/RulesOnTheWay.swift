import Canonical
import HeaderSpaces
import HeapModule
import Networks
import Packets
import Policies

/// The rules that let parts of listed flows through.
///
/// The boxes of a list are told apart by a number in `HeaderField.listed`, which no stage reads or
/// writes, so that one walk backwards from where the flows were delivered serves all of them.
private struct Ways {
  /// The boxes, in terms of what was sent and what was delivered.
  let boxes: [HeaderBox]
  /// What can be at each location.
  let reaches: [Reach]
  /// The devices that are watched: the packets passed none of them.
  let watched: [Int]
  /// By reach and trail, the packets whose source is one that a box has, with the boxes' numbers.
  var senders: [[Trail: HeaderSpace]]
  /// By trail, the packets of the boxes with their numbers, as they are delivered.
  var delivered: [Trail: HeaderSpace] = [:]
  /// The packets at a location from which the boxes come, by location.
  var leading: [Int: HeaderSpace] = [:]
  /// What is to be followed backwards from a location.
  var waiting: [Int: HeaderSpace] = [:]
  /// The ranks of the locations where something waits.
  var queue = Heap<Int>()

  init(_ boxes: [HeaderBox], _ reaches: [Reach], watching watched: [Int]) {
    self.boxes = boxes
    self.reaches = reaches
    self.watched = watched
    senders = reaches.map { _ in [:] }
  }
}

extension Engine {
  /// For each box of packets as sent and delivered, the rules that some of them pass on their way, in
  /// the order in which packets come to them.
  ///
  /// - Complexity: One walk back from all deliveries, and one image for each location on it.
  mutating func rules(
    on boxes: [HeaderBox], of breaches: [Breach]
  ) throws(LimitReached) -> [[CanonicalNetwork.RuleReference]] {
    var found = [Set<RankedRule>](repeating: [], count: boxes.count)
    var rest = breaches
    while let first = rest.first {
      let alike = rest.filter { $0.origin == first.origin && $0.watched == first.watched }
      rest.removeAll { $0.origin == first.origin && $0.watched == first.watched }
      let reaches = try reaches(of: first.origin, around: first.watched)
      var ways = Ways(boxes, reaches, watching: first.watched)
      try retreat(from: alike, &ways)
      try collect(on: ways, into: &found)
    }
    return found.map { rules in
      var seen: Set<CanonicalNetwork.RuleReference> = []
      return rules.sorted().map(\.rule).filter { seen.insert($0).inserted }
    }
  }

  /// Finds the packets at each location from which the boxes come.
  private mutating func retreat(
    from breaches: [Breach], _ ways: inout Ways
  ) throws(LimitReached) {
    for breach in breaches {
      let listed = try delivered(on: breach.flow.trail, &ways)
      let delivered = try store.intersection(breach.flow.space, listed)
      let end: Int
      switch breach.delivery {
      case .segment(let segment): end = canonical.deliveredOnSegment[segment]
      case .device(let device): end = canonical.deliveredToDevice[device]
      }
      try lead(try store.project(delivered, away: Self.sentFields), to: end, &ways)
    }
    while let rank = ways.queue.popMax() {
      let location = plan.locations[rank]
      guard let news = ways.waiting.removeValue(forKey: location) else { continue }
      for before in predecessors(of: location) {
        for space in try origins(of: news, at: location, from: before, ways) {
          let possible = plan.isNoted[before] ? try possible(space, at: before, &ways) : space
          try lead(possible, to: before, &ways)
        }
      }
    }
  }

  /// What says how packets were sent.
  private static let sentFields = Trail.ghosts(in: .sent) + [.origin]

  /// The packets of all boxes with the boxes' numbers, as they are delivered.
  private mutating func delivered(
    on trail: Trail, _ ways: inout Ways
  ) throws(LimitReached) -> HeaderSpace {
    if let known = ways.delivered[trail] { return known }
    let numbered = ways.boxes.enumerated().map { number, box in
      trail.localised(box).constrained(.listed, to: Ranges(UInt128(number + 1)))
    }
    let made = try store.space(of: numbered)
    ways.delivered[trail] = made
    return made
  }

  /// Adds packets to those that lead to the boxes.
  private mutating func lead(
    _ space: HeaderSpace, to location: Int, _ ways: inout Ways
  ) throws(LimitReached) {
    let known = ways.leading[location] ?? .empty
    let news = try store.subtracting(known, from: try forgettingLoose(space))
    if news.isEmpty { return }
    ways.leading[location] = try store.union(known, news)
    if ways.waiting[location] == nil { ways.queue.insert(plan.ranks[location]) }
    ways.waiting[location] = try store.union(ways.waiting[location] ?? .empty, news)
  }

  /// The packets that a location sends into a set at another.
  private mutating func origins(
    of space: HeaderSpace, at target: Int, from location: Int, _ ways: Ways
  ) throws(LimitReached) -> [HeaderSpace] {
    if case .watch(let device, _) = canonical.locations[location] {
      return ways.watched.contains(device) ? [] : [space]
    }
    return try preimages(of: space, at: target, from: location).map(\.0)
  }

  /// Those packets that can be at a location, sent from a source of the box that they belong to.
  private mutating func possible(
    _ space: HeaderSpace, at location: Int, _ ways: inout Ways
  ) throws(LimitReached) -> HeaderSpace {
    var all = HeaderSpace.empty
    for (number, reach) in ways.reaches.enumerated() {
      for flow in reach.flows[location] {
        var met = try store.intersection(space, flow.space)
        if met.isEmpty { continue }
        met = try store.intersection(met, try senders(of: number, on: flow.trail, &ways))
        all = try store.union(all, try store.project(met, away: Self.sentFields))
      }
    }
    return all
  }

  /// The packets of a reach with the numbers of the boxes whose sources they were sent from.
  private mutating func senders(
    of reach: Int, on trail: Trail, _ ways: inout Ways
  ) throws(LimitReached) -> HeaderSpace {
    if let known = ways.senders[reach][trail] { return known }
    var numbered: [(sent: HeaderBox, numbers: [UInt128])] = []
    for (number, box) in ways.boxes.enumerated() {
      let sent = box.onlySent()
      if let index = numbered.firstIndex(where: { $0.sent == sent }) {
        numbered[index].numbers.append(UInt128(number + 1))
      } else {
        numbered.append((sent, [UInt128(number + 1)]))
      }
    }
    var made = try store.space(
      of: numbered.map { sent, numbers in
        trail.localised(sent).constrained(.listed, to: Ranges(values: numbers))
      })
    if let selection = ways.reaches[reach].selection {
      made = try store.intersection(made, try selected(by: selection, on: trail))
    }
    ways.senders[reach][trail] = made
    return made
  }

  /// Follows the packets that lead to the boxes forwards from joint to joint, and notes the rules that
  /// they pass.
  private mutating func collect(
    on ways: Ways, into found: inout [Set<RankedRule>]
  ) throws(LimitReached) {
    for joint in ways.leading.keys.sorted() where plan.isJoint[joint] {
      var moving = [(space: ways.leading[joint] ?? .empty, location: joint)]
      while let (space, location) = moving.popLast() {
        if case .match(let table, _) = canonical.locations[location] {
          try collect(from: space, in: table, at: location, into: &found)
        }
        for (next, target) in try destinations(of: space, from: location, ways) {
          guard !plan.isJoint[target], let leading = ways.leading[target] else { continue }
          let met = try store.intersection(next, leading)
          if !met.isEmpty { moving.append((met, target)) }
        }
      }
    }
  }

  /// Where packets go next on the way to the next joint.
  private mutating func destinations(
    of space: HeaderSpace, from location: Int, _ ways: Ways
  ) throws(LimitReached) -> [(space: HeaderSpace, location: Int)] {
    let flow = Flow(trail: .untouched, space: space)
    var result: [(space: HeaderSpace, location: Int)]
    switch canonical.locations[location] {
    case .choose(let options): return options.map { (space, $0) }
    case .spread(let main, let copies): return ([main] + copies).map { (space, $0) }
    case .match(let table, let targets):
      return try split(space, by: table).map { ($0.space, targets[$0.target]) }
    case .remember(_, let next): return [(space, next)]
    case .watch(let device, let next):
      return ways.watched.contains(device) ? [] : [(space, next)]
    case .leave(let next): return [(try leave(flow, .following).space, next)]
    case .rewrite(let writes, let next): result = [(try write(writes, flow).space, next)]
    case .recall(let device, let fresh, let remembered):
      result = [(space, fresh)]
      for taken in try recalled(flow, device: device) { result.append((taken.space, remembered)) }
    case .deliver, .drop: return []
    }
    for index in result.indices {
      let plain = try store.project(result[index].space, away: Trail.ghosts(in: .sent))
      result[index].space = try forgettingLoose(plain)
    }
    return result
  }

  /// Notes which rules of a table take packets on.
  private mutating func collect(
    from space: HeaderSpace, in table: Int, at location: Int, into found: inout [Set<RankedRule>]
  ) throws(LimitReached) {
    for part in try split(space, by: table) {
      for (rule, taken) in try parts(of: part.space, in: table, outcome: part.target) {
        let ranked = RankedRule(rank: plan.ranks[location], rule: rule)
        for range in try store.values(of: .listed, in: taken).ranges {
          for number in range { found[Int(number) - 1].insert(ranked) }
        }
      }
    }
  }
}

/// A rule with its place among the locations, which is about the order in which packets meet rules.
private struct RankedRule: Hashable, Comparable {
  var rank: Int
  var rule: CanonicalNetwork.RuleReference

  static func < (a: Self, b: Self) -> Bool { (a.rank, a.rule) < (b.rank, b.rule) }
}

extension HeaderBox {
  /// Only what the box says of sources as sent.
  fileprivate func onlySent() -> HeaderBox {
    var result = HeaderBox()
    for field in [HeaderField.sentSourceIPv4, .sentSourceIPv6] {
      result.constrain(field, to: self[field])
    }
    return result
  }
}
