/// A search for few of many parts that are enough for a requirement to hold.
protocol HalvingSearch {
  /// What may be kept or left out.
  associatedtype Part

  /// Whether these parts are enough.
  mutating func holds(keeping kept: [Part]) throws(QuestionsExhausted) -> Bool
}

extension HalvingSearch {
  /// Those of the candidates that are needed beside others, with which they are enough.
  ///
  /// This goes by halves (U. Junker, "QuickXplain", AAAI 2004): what one half needs if the other is
  /// kept, then what the other needs beside that.
  mutating func smallest(
    of candidates: [Part], beside others: [Part], isKnownNotEnough: Bool
  ) throws(QuestionsExhausted) -> [Part] {
    if !isKnownNotEnough, try holds(keeping: others) { return [] }
    if candidates.count <= 1 { return candidates }
    let first = Array(candidates.prefix(candidates.count / 2))
    let second = Array(candidates.dropFirst(candidates.count / 2))
    let fromSecond = try smallest(of: second, beside: others + first, isKnownNotEnough: false)
    let fromFirst = try smallest(
      of: first, beside: others + fromSecond, isKnownNotEnough: fromSecond.isEmpty)
    return fromFirst + fromSecond
  }
}
