import Networks
import Policies

/// The search for the fewest devices whose filters must be gone before a requirement fails.
///
/// Devices whose filters are enough by themselves tell that one of them must be among those: so the
/// fewest that have one of each such set are the first to be asked about. Where these do not make
/// the requirement fail, the others are enough, and some of them are one more such set. The search
/// ends with sets of which no smaller one can make it fail (E. Moreno-Centeno and R. Karp, "The
/// Implicit Hitting Set Approach", Operations Research 61, 2013).
struct LayerSearch: HalvingSearch {
  let network: Network
  let limits: EvidenceLimits
  /// What answers the questions.
  private var questions: FilterQuestions
  /// The devices that filter.
  private let points: [Int]
  /// Sets of devices whose filters alone are enough.
  private var enough: [[Int]] = []
  /// What was asked: the devices without filters, and whether it held.
  private var known: [Set<Int>: Bool] = [:]

  init(_ questions: FilterQuestions) {
    network = questions.network
    limits = questions.limits
    points = network.filteringDevices
    self.questions = questions
  }

  /// The layers; the search begins with devices that are likely to be enough.
  mutating func layers(beginning first: Set<Int>) -> Layers {
    var layers = Layers(count: 1, isExact: false)
    do {
      if try holds(without: Set(points)) { return Layers(count: nil, isExact: true) }
      // Half of the questions are kept for sets of devices that may make it fail.
      let bound = questions.bound
      questions.bound = questions.count + (bound - questions.count) / 2
      do {
        try learn(beginning: points.filter(first.contains))
      } catch {}
      questions.bound = bound
      for count in 1...max(1, points.count) {
        layers.count = count
        if try failing(of: count, into: &layers) {
          layers.isExact = true
          return layers
        }
      }
    } catch {
      layers.isExact = !layers.sets.isEmpty
      layers.hasMoreSets = true
    }
    return layers
  }

  /// Finds the sets of so many devices without whose filters the requirement fails; whether there is
  /// one.
  private mutating func failing(
    of count: Int, into layers: inout Layers
  ) throws(QuestionsExhausted) -> Bool {
    var asked: Set<[Int]> = []
    var isSettled = false
    while !isSettled {
      isSettled = true
      for lost in hitting(count) where asked.insert(lost).inserted {
        if layers.sets.count >= limits.sets {
          layers.hasMoreSets = true
          return true
        }
        if try holds(without: Set(lost)) {
          try learn(beginning: points.filter { !lost.contains($0) })
          // What was just learnt rules out others.
          isSettled = false
          break
        }
        layers.sets.append(lost.map { network.devices[$0].name })
      }
    }
    return !layers.sets.isEmpty
  }

  /// Notes devices whose filters are enough, as few as can be, if these are.
  private mutating func learn(beginning candidates: [Int]) throws(QuestionsExhausted) {
    guard try holds(keeping: candidates) else { return }
    var kept = candidates
    do {
      kept = try smallest(of: candidates, beside: [], isKnownNotEnough: true)
    } catch {
      // More than are needed tell less, but nothing wrong.
      enough.append(kept)
      throw error
    }
    enough.append(kept)
  }

  /// The sets of so many devices, of which each has one of every set that is enough; ascending.
  private func hitting(_ count: Int) -> [[Int]] {
    var result: Set<[Int]> = []
    var waiting: [[Int]] = [[]]
    while let some = waiting.popLast(), result.count <= limits.questions {
      if let missed = enough.first(where: { $0.allSatisfy { !some.contains($0) } }) {
        if some.count < count { waiting += missed.reversed().map { some + [$0] } }
      } else {
        result.insert(some.sorted())
      }
    }
    return result.sorted { $0.lexicographicallyPrecedes($1) }
  }

  mutating func holds(keeping kept: [Int]) throws(QuestionsExhausted) -> Bool {
    try holds(without: Set(points).subtracting(kept))
  }

  private mutating func holds(without lost: Set<Int>) throws(QuestionsExhausted) -> Bool {
    if lost.isEmpty { return true }
    if let answer = known[lost] { return answer }
    let answer =
      try questions.breach(in: network.withoutFilters(of: lost), listing: false) == nil
    known[lost] = answer
    return answer
  }
}
