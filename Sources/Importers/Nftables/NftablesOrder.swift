import Networks

/// The order in which what is registered at one hook runs.
enum NftablesOrder {
  /// What the kernel itself does at a hook.
  enum Point: Hashable {
    /// Puts fragments together.
    case reassemble
    /// Looks the session up.
    case recall
    /// Runs the chains of the type `nat`, and translates.
    case translate(TranslationEnd)
  }

  /// Something that runs at a priority.
  enum Item: Hashable {
    case chain(Int)
    case point(Point)
  }

  /// One step of the order.
  struct Step {
    var item: Item
    /// Which of several possible rounds it is, and of how many; `nil` where the order is certain.
    var round: (Int, of: Int)?
  }

  /// The kernel's priorities.
  enum Priority {
    static let reassemble = -400
    static let recall = -200
    static let translateDestination = -100
    static let translateSource = 100
  }

  /// Orders what has priorities.
  ///
  /// At the same priority the order is not defined. Where it matters, each chain gets several
  /// rounds, of which exactly one runs: enough for every order.
  ///
  /// The entries are ascending by priority, points in their own order; `conflict` says whether the
  /// order of two items matters.
  static func steps(
    of entries: [(priority: Int, item: Item)], conflict: (Item, Item) -> Bool
  ) -> [Step] {
    var steps: [Step] = []
    var rest = entries[...]
    while let priority = rest.first?.priority {
      let group = rest.prefix { $0.priority == priority }.map(\.item)
      rest = rest.dropFirst(group.count)
      let matters = group.indices.contains { first in
        group[(first + 1)...].contains { conflict(group[first], $0) }
      }
      if !matters {
        steps += group.map { Step(item: $0) }
        continue
      }
      let chains = group.filter { if case .chain = $0 { true } else { false } }
      let points = group.filter { if case .point = $0 { true } else { false } }
      // Every point stands between two blocks of rounds.
      let rounds = chains.count * (points.count + 1)
      for block in 0...points.count {
        for round in 0..<chains.count {
          steps += chains.map { Step(item: $0, round: (block * chains.count + round, of: rounds)) }
        }
        if block < points.count { steps.append(Step(item: points[block])) }
      }
    }
    return steps
  }
}
