import Networks
import Packets
import Places

/// How a list of rules runs: the doc comments of `ACL`.
extension Simulator {
  /// One way in which a list can end for a packet.
  struct ListResult {
    var state: PacketState
    /// Why the packet is lost, or `nil` where it goes on.
    var loss: Loss?
    var matched: [Hop.Matched]
    var asked: [Literal]
  }

  /// A list that is being run.
  private struct Frame {
    var list: Int
    var next = 0
    /// The lists that went to this one.
    var left: [Int] = []
  }

  /// A run so far: the lists that jumped to each other, the innermost last.
  private struct Run {
    var state: PacketState
    var frames: [Frame]
    var jumpCount = 0
    var matched: [Hop.Matched] = []
    var asked: [Literal] = []

    /// Whether the list is being run, or went to one that is.
    func isRunning(_ list: Int) -> Bool {
      frames.contains { $0.list == list || $0.left.contains(list) }
    }

    func result(_ loss: Loss?) -> ListResult {
      ListResult(state: state, loss: loss, matched: matched, asked: asked)
    }
  }

  /// The ways in which a list can end, several only where a rule's action is not modelled.
  func run(_ list: Int, of device: Device, on state: PacketState) -> [ListResult] {
    var results: [ListResult] = []
    var waiting = [Run(state: state, frames: [Frame(list: list)])]
    while var run = waiting.popLast() {
      results += proceed(&run, device, &waiting) ?? [end(of: list, device, run)]
    }
    return results
  }

  /// Runs until a rule decides, or leaves choices in `waiting`; `nil` where the list ends before.
  private func proceed(
    _ run: inout Run, _ device: Device, _ waiting: inout [Run]
  ) -> [ListResult]? {
    while let frame = run.frames.last {
      let list = device.acls[frame.list]
      guard frame.next < list.rules.count else {
        run.frames.removeLast()
        continue
      }
      run.frames[run.frames.count - 1].next += 1
      let rule = list.rules[frame.next]
      guard matches(rule.match, run.state, &run.asked) else { continue }
      for effect in rule.effects { perform(effect, on: &run.state) }
      run.matched.append(
        Hop.Matched(
          list: frame.list, listName: list.name, rule: frame.next, name: rule.name,
          place: rule.place, logs: rule.logs, effect: rule.action.words(in: device)))
      switch rule.action {
      case .permit: return [run.result(nil)]
      case .deny, .reject: return [run.result(.denied)]
      case .next: continue
      case .return: run.frames.removeLast()
      case .jump(let target):
        if run.isRunning(target) { return [run.result(.jumpCycle)] }
        run.jumpCount += 1
        if run.jumpCount > Self.greatestJumpCount { return [run.result(.jumpLimit)] }
        run.frames.append(Frame(list: target))
      case .goto(let target):
        if run.isRunning(target) { return [run.result(.jumpCycle)] }
        let left = frame.left + [frame.list]
        run.frames[run.frames.count - 1] = Frame(list: target, left: left)
      case .opaque(let condition, let writes):
        let acts = outcome(of: condition, for: run.state.header, &run.asked)
        return acts ? chooseOpaque(writes, run, &waiting) : [run.result(.opaque)]
      }
    }
    return nil
  }

  /// The ways in which an unmodelled action lets a packet go on: for each combination of values
  /// that it may write, it permits the packet, or leaves it to the next rule.
  private func chooseOpaque(
    _ writes: [HeaderField], _ run: Run, _ waiting: inout [Run]
  ) -> [ListResult] {
    var written = run
    var permitted: [ListResult] = []
    for state in combinations(of: writes, on: run.state) {
      written.state = state
      permitted.append(written.result(nil))
      waiting.append(written)
    }
    return permitted
  }

  /// The packet with every combination of the values that are tried for these fields.
  private func combinations(of fields: [HeaderField], on state: PacketState) -> [PacketState] {
    var states = [state]
    for field in Set(fields).sorted() {
      var written: [PacketState] = []
      for before in states {
        guard let current = before[field] else {
          written.append(before)
          continue
        }
        for value in candidates.choices(for: field, from: field.allValues, current: current) {
          var after = before
          after.set(field, to: value)
          if !written.contains(after) { written.append(after) }
          if written.count >= Self.greatestCombinationCount { break }
        }
      }
      states = written
    }
    return states
  }

  /// The policy of the list that the stage runs decides, whichever list the packet is in.
  private func end(of list: Int, _ device: Device, _ run: Run) -> ListResult {
    let acl = device.acls[list]
    var ended = run
    ended.matched.append(
      Hop.Matched(
        list: list, listName: acl.name, rule: nil, name: "end of \(acl.name)", place: acl.place,
        logs: false, effect: acl.end == .permit ? "permits" : "denies"))
    return ended.result(acl.end == .permit ? nil : .listEnd)
  }

  private func perform(_ effect: Effect, on state: inout PacketState) {
    switch effect {
    case .set(let field, let value): state.set(field, to: value)
    case .translateDestination(let index):
      if isSettled(.destination, of: state) { return }
      state.destinationTranslation = index + 1
      state.plannedDestination = nil
    case .translateSource(let index):
      if !isSettled(.source, of: state) { state.sourceTranslation = index + 1 }
    case .untrack: state.isUntracked = true
    case .forward(let nextHop): state.forced = nextHop
    }
  }
}

extension ACL.Action {
  /// What the action does, in words.
  func words(in device: Device) -> String {
    switch self {
    case .permit: "permits"
    case .deny: "denies"
    case .reject: "rejects"
    case .jump(let target): "jumps to \(device.acls[target].name)"
    case .goto(let target): "goes to \(device.acls[target].name)"
    case .return: "returns"
    case .next: "goes on"
    case .opaque: "does what is not modelled"
    }
  }
}
