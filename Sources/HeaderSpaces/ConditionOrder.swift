/// The order in which diagrams look at conditions, after all fields.
///
/// A set of packets that pass one of two conditions, and then one of two others, and so on, is small
/// where those that belong together are looked at together, and doubles with each pair where they
/// are not.
struct ConditionOrder: Sendable {
  /// Conditions in order; those that are not among them come after them, by number.
  private let conditions: [Int]
  /// The position of each condition in it.
  private let ranks: [Int]

  /// An order of the conditions from 0 on, each of which is there once.
  init(_ conditions: [Int]) {
    var ranks = [Int](repeating: -1, count: conditions.count)
    for (rank, condition) in conditions.enumerated() where ranks.indices.contains(condition) {
      ranks[condition] = rank
    }
    precondition(!ranks.contains(-1), "each condition has one place in the order")
    self.conditions = conditions
    self.ranks = ranks
  }

  /// The level at which diagrams look at a condition.
  func level(of condition: Int) -> Int {
    Levels.conditions + (ranks.indices.contains(condition) ? ranks[condition] : condition)
  }

  /// The condition at which diagrams look at a level.
  func condition(at level: Int) -> Int {
    let rank = level - Levels.conditions
    return conditions.indices.contains(rank) ? conditions[rank] : rank
  }
}
