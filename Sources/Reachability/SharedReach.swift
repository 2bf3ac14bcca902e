import Canonical
import HeaderSpaces
import Networks
import Packets

/// Sources that are followed together, since many questions ask about parts of them.
///
/// What becomes of a packet does not hang on what else is sent, so the packets of some senders are
/// those of all, with only the sources that those have. Where two places may send the same source,
/// the packets note which one it was.
struct SharedSources: Sendable {
  /// The places at which packets start, one of each location, without `HeaderField.origin`.
  var starts: [ReachKey.Start]
  /// For each start, the packets of which the source may start elsewhere, too.
  var ambiguous: [HeaderSpace]
  /// What can be at each location, once that was asked.
  var flows: [[Flow]]?
}

/// What is followed before any question is asked.
struct Preparation: Sendable {
  /// The packets that are asked about.
  var asked: [ReachKey.Start]
  /// All that anybody sends, where there are sessions that it may open.
  var everything: [ReachKey.Start] = []
  /// The sources that are followed together, if there are any; an index into `Engine.shared`.
  var group: Int?
  /// Whether sessions are learnt from these.
  var learnsMeanwhile = false
}

/// Those of the packets in a shared reach that certain senders sent.
struct SourceSelection: Sendable {
  /// Its number, under which the engine keeps what it holds.
  var number: Int
  /// Boxes of their sources as sent and their origins.
  var boxes: [HeaderBox]
}

extension Engine {
  /// Plans to follow these packets together; the answer is their number in `shared`.
  mutating func share(_ asked: [ReachKey.Start]) throws(LimitReached) -> Int? {
    var starts: [ReachKey.Start] = []
    for start in asked {
      if let index = starts.firstIndex(where: { $0.location == start.location }) {
        starts[index].space = try store.union(starts[index].space, start.space)
      } else {
        starts.append(start)
      }
    }
    if starts.count < 2 || starts.count >= Int(HeaderField.origin.greatest) { return nil }
    starts.sort { $0.location < $1.location }
    var seen = HeaderSpace.empty
    var repeated = HeaderSpace.empty
    for start in starts {
      let sources = try sources(of: start.space)
      let again = try store.intersection(seen, sources)
      repeated = try store.union(repeated, again)
      seen = try store.union(seen, sources)
    }
    var ambiguous: [HeaderSpace] = []
    for start in starts { ambiguous.append(try store.intersection(start.space, repeated)) }
    shared.append(SharedSources(starts: starts, ambiguous: ambiguous))
    return shared.count - 1
  }

  /// A set without all but its sources.
  private mutating func sources(of space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    let others = HeaderField.allCases.filter { $0 != .sourceIPv4 && $0 != .sourceIPv6 }
    return try store.project(space, away: others)
  }

  /// What these starts share with others; `nil` where they are no part of what is shared.
  mutating func sharedReach(for key: ReachKey) throws(LimitReached) -> Reach? {
    guard key.watched.isEmpty else { return nil }
    for group in shared.indices {
      if let reach = try sharedReach(for: key, in: group) { return reach }
    }
    return nil
  }

  private mutating func sharedReach(
    for key: ReachKey, in group: Int
  ) throws(LimitReached) -> Reach? {
    let shared = shared[group]
    var boxes: [HeaderBox] = []
    for start in key.sources {
      guard let number = shared.starts.firstIndex(where: { $0.location == start.location })
      else { return nil }
      let whole = shared.starts[number].space
      let sources = try sources(of: start.space)
      // Only what differs from the whole by its sources can be told from it later.
      guard try store.intersection(whole, sources) == start.space else { return nil }
      let ambiguous = try store.intersection(sources, shared.ambiguous[number])
      let noted = try self.sources(of: ambiguous)
      let plain = try store.subtracting(noted, from: sources)
      boxes += try sourceBoxes(of: noted, origin: UInt128(number + 1))
      boxes += try sourceBoxes(of: plain, origin: 0)
    }
    guard let flows = try sharedFlows(of: group) else { return nil }
    selections.append([:])
    let selection = SourceSelection(number: selections.count - 1, boxes: boxes)
    return Reach(flows: flows, selection: selection)
  }

  /// Boxes of the packets that were sent from these sources, IPv4 or IPv6; a frame's are both 0.
  private mutating func sourceBoxes(
    of sources: HeaderSpace, origin: UInt128
  ) throws(LimitReached) -> [HeaderBox] {
    var result: [HeaderBox] = []
    for (field, other) in [
      (HeaderField.sourceIPv4, HeaderField.sourceIPv6), (.sourceIPv6, .sourceIPv4),
    ] {
      let alone = try store.restrict(sources, other, to: Ranges(0))
      let values = try store.values(of: field, in: alone)
      guard !values.isEmpty, let ghost = Trail.ghost(of: field, in: .sent),
        let otherGhost = Trail.ghost(of: other, in: .sent)
      else { continue }
      result.append(
        HeaderBox().constrained(ghost, to: values).constrained(otherGhost, to: Ranges(0))
          .constrained(.origin, to: Ranges(origin)))
    }
    return result
  }

  /// Plans what is followed before any question is asked.
  mutating func plan(
    asked: [ReachKey.Start], ofDevices: [ReachKey.Start]
  ) throws(LimitReached) -> Preparation {
    var plan = Preparation(asked: asked)
    if canonical.hasSessions.contains(true) {
      plan.everything = try everySender()
      // Where everybody may send as anybody, every packet would have to say who sent it. And what is
      // asked about must open no sessions that nobody would without the question.
      if network.spoofing != .any, !asked.isEmpty, try isPart(asked, of: plan.everything) {
        plan.group = try share(asked + plan.everything)
        plan.learnsMeanwhile = plan.group != nil
      }
    }
    if plan.group == nil { plan.group = try share(asked) }
    _ = try share(ofDevices)
    return plan
  }

  /// Learns what devices remember from all that may be sent, and follows what is asked about.
  ///
  /// Both come from one fixpoint where that is not too large.
  mutating func prepare(_ plan: Preparation, with worker: Worker?) throws(LimitReached) {
    var group = plan.group
    if plan.learnsMeanwhile, let whole = group {
      if try follow(group: whole, mode: .both, with: worker) { return }
      group =
        try together(with: worker) { engine, _ throws(LimitReached) in
          engine.memories = engine.memories.map { _ in SessionMemory() }
          return try engine.share(plan.asked)
        }.first ?? nil
    }
    if !plan.everything.isEmpty { try learnSessions(from: plan.everything, with: worker) }
    if let group { _ = try follow(group: group, mode: .following, with: worker) }
  }

  /// Whether everything that some starts send others do, at the same places.
  private mutating func isPart(
    _ some: [ReachKey.Start], of all: [ReachKey.Start]
  ) throws(LimitReached) -> Bool {
    for start in some {
      guard let whole = all.first(where: { $0.location == start.location }),
        try store.isSubset(start.space, of: whole.space)
      else { return false }
    }
    return true
  }

  /// The fixpoint of all that is shared, made when it is first asked for; `nil` where it is too
  /// large, so that smaller ones have to do.
  private mutating func sharedFlows(of group: Int) throws(LimitReached) -> [[Flow]]? {
    if let made = shared[group].flows { return made }
    _ = try follow(group: group, mode: .following, with: nil)
    return shared[group].flows
  }

  /// The packets that are followed for a group, with the origins of those that may start elsewhere.
  mutating func sources(
    of shared: SharedSources
  ) throws(LimitReached) -> [ReachKey.Start] {
    var result: [ReachKey.Start] = []
    for (number, start) in shared.starts.enumerated() {
      let noted = try store.assign(
        .origin, Ranges(UInt128(number + 1)), in: shared.ambiguous[number])
      let plain = try store.subtracting(shared.ambiguous[number], from: start.space)
      result.append(
        ReachKey.Start(location: start.location, space: try store.union(noted, plain)))
    }
    return result
  }

  /// The packets of a reach at a location, as far as they are in a set.
  mutating func flows(
    of reach: Reach, at location: Int, within wanted: HeaderSpace = .everything
  ) throws(LimitReached) -> [Flow] {
    var result: [Flow] = []
    for flow in reach.flows[location] {
      var space = try store.intersection(flow.space, wanted)
      if space.isEmpty { continue }
      guard let selection = reach.selection else {
        result.append(flow.with(space))
        continue
      }
      let selected = try selected(by: selection, on: flow.trail)
      space = try store.intersection(space, selected)
      if space.isEmpty { continue }
      result.append(
        Flow(trail: flow.trail, space: try store.assign(.origin, Ranges(0), in: space)))
    }
    return result
  }

  /// What a selection holds among packets with this trail, made once for each.
  mutating func selected(
    by selection: SourceSelection, on trail: Trail
  ) throws(LimitReached) -> HeaderSpace {
    if let known = selections[selection.number][trail] { return known }
    let made = try store.space(of: selection.boxes.map(trail.localised))
    selections[selection.number][trail] = made
    return made
  }
}
