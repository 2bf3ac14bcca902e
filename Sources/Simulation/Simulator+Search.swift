public import Packets

extension Simulator {
  /// Where a packet is between two steps.
  enum Position: Hashable {
    /// Sent on a segment by somebody there.
    case sent(Int)
    /// Put on a segment.
    case put(Int)
    /// In the cloud of unmodelled neighbours.
    case unmodelled
    /// At an interface, about to come in.
    case arriving(device: Int, interface: Int)
    /// Before a stage of a device's pipeline.
    case stage(device: Int, Phase, Int)
    /// Nowhere any more.
    case ended(Outcome)
  }

  /// One of the lists of a pipeline.
  enum Phase: Hashable {
    case arrival, departure, input, output
  }

  /// A step: where it leads, and what there is to tell about it.
  struct Step {
    var position: Position
    var state: PacketState
    var hop: Hop?
  }

  private struct Node {
    var step: Step
    var parent: Int?
    var arrivals: Int
  }

  private struct Moment: Hashable {
    var position: Position
    var state: PacketState
  }

  /// The ways that a packet can go: one for each combination of choices, depth first.
  ///
  /// The search ends after `limit` walks. It is exact but for choices among very many values, of
  /// which it tries the candidates and the bounds of each range.
  public func walks(_ header: Header, from origin: Origin, limit: Int = 1000) -> Search {
    var found: [Walk] = []
    let isComplete = search(header, from: origin) { walk in
      found.append(walk)
      return found.count < limit
    }
    return Search(walks: found, isComplete: isComplete && found.count < limit)
  }

  /// Visits the ways that a packet can go, depth first, until the visitor returns `false`.
  /// - Returns: Whether the visitor saw all of them, no bound having ended the search.
  @discardableResult
  public func search(
    _ header: Header, from origin: Origin, visit: (Walk) -> Bool
  ) -> Bool {
    var path: [Node] = []
    var waiting = start(header, from: origin).reversed().map { (depth: 0, step: $0) }
    var count = 0
    while let (depth, step) = waiting.popLast() {
      count += 1
      if count > Self.greatestStepCount { return false }
      path.removeLast(path.count - depth)
      path.append(Node(step: step, parent: nil, arrivals: arrivals(path.last, step)))
      if case .ended(let outcome) = step.position {
        if !visit(walk(path.map(\.step), outcome)) { return false }
        continue
      }
      if let lost = loss(of: path) {
        waiting.append((path.count, lost))
        continue
      }
      for next in successors(of: step).reversed() { waiting.append((path.count, next)) }
    }
    return true
  }

  /// A shortest walk whose outcome is wanted, found breadth first; `nil` where there is none.
  ///
  /// No loop is ever followed, and none is ever the outcome.
  public func firstWalk(
    _ header: Header, from origin: Origin, reaching isWanted: (Outcome) -> Bool
  ) -> Walk? {
    var found: Walk?
    explore(start(header, from: origin)) { nodes, index in
      guard case .ended(let outcome) = nodes[index].step.position, isWanted(outcome) else {
        return true
      }
      found = walk(trail(to: index, in: nodes), outcome)
      return false
    }
    return found
  }

  /// A walk on which a wanted session is opened, the shortest way there, and then to the nearest
  /// delivery, or loss where there is none; `nil` where no walk opens it.
  public func firstWalk(
    _ header: Header, from origin: Origin, opening isWanted: (Session) -> Bool
  ) -> Walk? {
    var opening: [Step] = []
    explore(start(header, from: origin)) { nodes, index in
      guard let opened = nodes[index].step.hop?.opened, isWanted(opened) else { return true }
      opening = trail(to: index, in: nodes)
      return false
    }
    guard let last = opening.last else { return nil }
    var found: Walk?
    explore([last]) { nodes, index in
      guard case .ended(let outcome) = nodes[index].step.position else { return true }
      if found == nil || outcome.delivered != nil {
        found = walk(opening + trail(to: index, in: nodes).dropFirst(), outcome)
      }
      return outcome.delivered == nil
    }
    return found
  }

  /// Every delivery of the packet, in the order of the shortest ways, and whether these are all.
  public func deliveries(
    _ header: Header, from origin: Origin
  ) -> (outcomes: [Outcome], isComplete: Bool) {
    var seen: Set<Outcome> = []
    var outcomes: [Outcome] = []
    let isComplete = explore(start(header, from: origin)) { nodes, index in
      if case .ended(let outcome) = nodes[index].step.position, outcome.delivered != nil,
        seen.insert(outcome).inserted
      {
        outcomes.append(outcome)
      }
      return true
    }
    return (outcomes, isComplete)
  }

  /// Visits each step's first occurrence, breadth first, until the visitor returns `false`.
  @discardableResult
  private func explore(
    _ steps: [Step], visit: (_ nodes: [Node], _ index: Int) -> Bool
  ) -> Bool {
    var nodes: [Node] = []
    var seen: Set<Moment> = []
    var isComplete = true
    func enqueue(_ step: Step, parent: Int?) {
      guard seen.insert(Moment(position: step.position, state: step.state)).inserted else { return }
      let before = parent.map { nodes[$0] }
      nodes.append(Node(step: step, parent: parent, arrivals: arrivals(before, step)))
    }
    for step in steps { enqueue(step, parent: nil) }
    var next = 0
    while next < nodes.count {
      let node = nodes[next]
      if !visit(nodes, next) { return false }
      let isEnd = if case .ended = node.step.position { true } else { false }
      if isEnd {
        next += 1
        continue
      }
      if node.arrivals > Self.greatestHopCount || nodes.count > Self.greatestStepCount {
        isComplete = false
      } else {
        for step in successors(of: node.step) { enqueue(step, parent: next) }
      }
      next += 1
    }
    return isComplete
  }

  private func arrivals(_ before: Node?, _ step: Step) -> Int {
    let count = before?.arrivals ?? 0
    if case .arriving = step.position { return count + 1 }
    return count
  }

  /// The loss that ends a path because it turned back on itself or became too long.
  private func loss(of path: [Node]) -> Step? {
    guard let last = path.last else { return nil }
    if last.arrivals > Self.greatestHopCount {
      return end(.hopLimit, "passed \(Self.greatestHopCount) devices", after: path)
    }
    if case .stage = last.step.position { return nil }
    let isLoop = path.dropLast().contains {
      $0.step.position == last.step.position && $0.step.state == last.step.state
    }
    return isLoop ? end(.loop, "is where it was before", after: path) : nil
  }

  private func end(_ loss: Loss, _ reason: String, after path: [Node]) -> Step? {
    guard let last = path.last, let told = path.last(where: { $0.step.hop != nil })?.step.hop
    else { return nil }
    var hop = Hop(
      location: told.location, name: told.name, kind: .end, effect: reason, state: last.step.state)
    hop.passed = false
    return Step(position: .ended(.lost(loss)), state: last.step.state, hop: hop)
  }

  private func trail(to index: Int, in nodes: [Node]) -> [Step] {
    var result: [Step] = []
    var next: Int? = index
    while let current = next {
      result.append(nodes[current].step)
      next = nodes[current].parent
    }
    return result.reversed()
  }

  private func walk(_ steps: [Step], _ outcome: Outcome) -> Walk {
    let hops = steps.compactMap(\.hop)
    return Walk(hops: hops, outcome: outcome, sessions: hops.compactMap(\.opened))
  }
}
