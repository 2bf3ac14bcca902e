public import Networks
public import Packets
public import Simulation

/// What becomes of one packet, for the outcomes of the conditions that it meets.
public struct Trace: Sendable {
  /// One case: outcomes of conditions, and the way that the packet then takes.
  public struct Case: Sendable {
    /// The outcomes; the others do not matter to it.
    public var literals: [Literal]
    /// The way: a shortest one to its delivery, or the most telling one to its loss.
    public var walk: Walk
    /// What becomes of it.
    public var fate: Fate
    /// The way of the reply, to where it must go or to its loss; `nil` where none is sent.
    public var back: Walk?
    /// Whether the reply gets back.
    public var isAnswered: Bool

    /// What the delivery amounts to; `nil` where the packet does not arrive where it was to go.
    public var deliveryClass: DeliveryClass? {
      if case .delivered(let deliveryClass) = fate { deliveryClass } else { nil }
    }
    /// Whether the packet is delivered where it was to go.
    public var isDelivered: Bool { deliveryClass != nil }
  }

  /// What becomes of a packet in one case.
  public enum Fate: Hashable, Sendable {
    /// It arrives where it was to go.
    case delivered(DeliveryClass)
    /// It arrives at somebody else: a translation takes it there.
    case elsewhere
    /// It arrives at nobody.
    case lost
  }

  /// The most combinations of outcomes that are tried.
  public static let greatestCaseCount = 64
  /// The most ways that are looked at to find a telling loss.
  public static let greatestWalkCount = 1000

  /// The packet as sent.
  public let header: Header
  /// Where it is sent.
  public let origin: Origin
  /// The cases, those in which it is delivered first, and lost last; never empty.
  public private(set) var cases: [Case] = []
  /// Whether every combination of outcomes is in a case.
  public private(set) var isComplete = true
  /// The conditions of the network, and those of unmodelled neighbours after them.
  public let conditions: [Condition]

  /// Follows a packet; `isWanted` says which deliveries count.
  ///
  /// Each condition is taken alike for every packet and every device that asks it.
  public init(
    of header: Header, from origin: Origin, in network: Network,
    reaching isWanted: (Outcome) -> Bool
  ) {
    self.header = header
    self.origin = origin
    var simulator = Simulator(network: network)
    conditions = simulator.network.conditions.conditions
    var waiting: [[Int: Bool]] = [[:]]
    var found: [Case] = []
    while let known = waiting.popLast() {
      if found.count + waiting.count >= Self.greatestCaseCount {
        isComplete = false
        if !found.isEmpty { break }
      }
      simulator.valuation = { condition, _ in known[condition] ?? false }
      let shortest = simulator.firstWalk(header, from: origin) {
        $0.delivered != nil && isWanted($0)
      }
      if let walk = shortest {
        let delivered = simulator.delivered(walk, from: origin)
        waiting += Self.others(than: delivered.literals, known)
        found.append(delivered)
        continue
      }
      let lost = simulator.losses(of: header, from: origin) { $0.delivered == nil }
      let open = lost.asked.filter { known[$0] == nil }
      if let condition = open.first {
        for outcome in [true, false] {
          waiting.append(known.merging([condition: outcome]) { $1 })
        }
        continue
      }
      let literals = known.sorted { $0.key < $1.key }.map { Literal($0.key, $0.value) }
      let away = simulator.firstWalk(header, from: origin, reaching: network.hasHome)
      let walk =
        away ?? lost.walk ?? simulator.firstWalk(header, from: origin, reaching: { _ in true })
      guard let walk else { continue }
      found.append(
        Case(
          literals: literals, walk: walk, fate: away == nil ? .lost : .elsewhere, back: nil,
          isAnswered: false))
    }
    cases =
      found.filter(\.isDelivered) + found.filter { $0.fate == .elsewhere }
      + found.filter { $0.fate == .lost }
  }

  /// The outcomes besides those of a case and within those that are known: the first of the case's
  /// outcomes turned round, then the first kept and the second turned round, and so on.
  private static func others(than literals: [Literal], _ known: [Int: Bool]) -> [[Int: Bool]] {
    var kept = known
    var result: [[Int: Bool]] = []
    for literal in literals where known[literal.condition] == nil {
      result.append(kept.merging([literal.condition: !literal.value]) { $1 })
      kept[literal.condition] = literal.value
    }
    return result.reversed()
  }
}

extension Simulator {
  /// A delivery, with what becomes of the reply.
  fileprivate func delivered(_ walk: Walk, from origin: Origin) -> Trace.Case {
    let deliveryClass = deliveryClass(of: walk, from: origin)
    var back = wayBack(of: walk, to: origin)
    let isAnswered = back != nil
    if back == nil, let delivered = walk.outcome.delivered, let replier = walk.outcome.replier {
      back = remembering(walk).losses(of: reply(to: delivered), from: replier).walk
    }
    let asked = (walk.conditions + (back?.conditions ?? []))
    let settled = asked.filter { network.conditions[$0.condition].assumed == nil }
    return Trace.Case(
      literals: Array(Set(settled)).sorted(), walk: walk,
      fate: .delivered(deliveryClass ?? .stray), back: back, isAnswered: isAnswered)
  }

  /// The most telling way to lose a packet, and the conditions that any way asks.
  ///
  /// A way tells more, the more devices it passes; one that ends in a circle tells least.
  func losses(
    of header: Header, from origin: Origin, where isWanted: (Outcome) -> Bool = { _ in true }
  ) -> (walk: Walk?, asked: [Int]) {
    var best: Walk?
    var asked: [Int] = []
    var left = Trace.greatestWalkCount
    search(header, from: origin) { walk in
      for literal in walk.conditions
      where network.conditions[literal.condition].assumed == nil
        && !asked.contains(literal.condition)
      {
        asked.append(literal.condition)
      }
      if isWanted(walk.outcome), walk.telling > (best?.telling ?? Int.min) { best = walk }
      left -= 1
      return left > 0
    }
    return (best, asked)
  }
}

extension Walk {
  /// How much a loss tells: a circle little, a fragment of what was sent whole not much more; then
  /// by the number of devices and of steps.
  fileprivate var telling: Int {
    let devices = hops.filter { $0.kind == .arrival }.count
    let isCircle = outcome == .lost(.loop) || outcome == .lost(.hopLimit)
    let isCut = hops.contains { $0.kind == .fragment }
    return (isCircle ? 0 : 2_000_000) - (isCut ? 1_000_000 : 0) + devices * 1000
      + min(hops.count, 999)
  }
}

extension Outcome {
  /// Where the reply to a delivered packet is sent.
  fileprivate var replier: Origin? {
    switch self {
    case .delivered(let segment, _): .segment(segment)
    case .deliveredToDevice(let device, _): .device(device)
    case .lost: nil
    }
  }
}
