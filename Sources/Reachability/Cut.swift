import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

/// The search for the decisions that stop what would break one requirement.
///
/// Each question is a verification of the network in which all decisions but some let packets pass.
/// Letting more pass never delivers less, so what is known of some decisions tells about fewer, and
/// about more.
struct CutSearch: HalvingSearch {
  let network: Network
  /// What answers the questions.
  var questions: FilterQuestions
  /// All decisions there are.
  private let all: [Denial]
  /// Decisions that are known to be enough, and decisions that are known not to be.
  private var enough: [Set<Denial>] = []
  private var notEnough: [Set<Denial>] = []

  init(_ questions: FilterQuestions) {
    network = questions.network
    all = network.denials
    self.questions = questions
  }

  /// A cut, found among the decisions that packets meet first where these are enough; `nil` where a
  /// bound was met before any was found.
  mutating func cut(beginning first: [Denial]) -> BlockingCut? {
    do {
      if try holds(keeping: []) { return BlockingCut(remarks: withoutFilters()) }
      for candidates in widening(first) where try holds(keeping: candidates) {
        return decided(candidates)
      }
    } catch {}
    return nil
  }

  /// The decisions that packets meet first; with them those of the same devices; and all.
  private func widening(_ first: [Denial]) -> [[Denial]] {
    let known = Set(first)
    let devices = Set(first.map(\.device))
    let ordered = all.filter(known.contains)
    let near = all.filter { !known.contains($0) && devices.contains($0.device) }
    let far = all.filter { !devices.contains($0.device) }
    return [ordered, ordered + near, ordered + near + far]
  }

  /// Few of the candidates that are enough; of few candidates all.
  ///
  /// Halves find few among many. Where nearly all are needed they find nothing, and then most questions
  /// are left for the candidates one by one.
  private mutating func fewer(_ candidates: [Denial]) -> [Denial] {
    if candidates.count <= Self.few { return candidates }
    let bound = questions.bound
    defer { questions.bound = bound }
    questions.bound = questions.count + (bound - questions.count) / 4
    do {
      return try smallest(of: candidates, beside: [], isKnownNotEnough: true)
    } catch {
      let known = enough.min { $0.count < $1.count } ?? Set(candidates)
      return candidates.filter(known.contains)
    }
  }

  /// So many decisions are looked at one by one.
  private static let few = 6

  mutating func holds(keeping kept: [Denial]) throws(QuestionsExhausted) -> Bool {
    let asked = Set(kept)
    if enough.contains(where: asked.isSuperset) { return true }
    if notEnough.contains(where: asked.isSubset) { return false }
    let isEnough =
      try questions.breach(
        in: network.passing(all.filter { !asked.contains($0) }), listing: false) == nil
    if isEnough { enough.append(asked) } else { notEnough.append(asked) }
    return isEnough
  }

  /// A cut among candidates that are enough, each decision with what it alone stops.
  ///
  /// That each is needed beside the others is asked of each, so that it hangs on no reasoning about
  /// what more or fewer decisions would do.
  private mutating func decided(_ candidates: [Denial]) -> BlockingCut {
    var kept = candidates
    var stops: [Denial: FlowList] = [:]
    var isMinimal = true
    do {
      kept = fewer(candidates)
      var waiting = kept
      // What packets meet last is left out first.
      while let denial = waiting.popLast() {
        let rest = Set(kept).subtracting([denial])
        if let stopped = try questions.breach(
          in: network.passing(all.filter { !rest.contains($0) }), listing: true)
        {
          stops[denial] = stopped
        } else {
          // Without it the others may stop more: they are asked about again, once all were.
          kept.removeAll { $0 == denial }
          enough.append(rest)
          waiting = stops.keys.sorted() + waiting
          stops = [:]
        }
      }
    } catch {
      let known = enough.filter { $0.isSubset(of: kept) }.min { $0.count < $1.count }
      kept = known?.sorted() ?? kept
      isMinimal = false
    }
    let rules = kept.sorted().map { ($0, network.blockingRule($0)) }
      .sorted { ($0.1.place, $0.0) < ($1.1.place, $1.0) }
    return BlockingCut(
      decisions: rules.map {
        BlockingCut.Decision(rule: $1, stops: stops[$0] ?? FlowList())
      }, isMinimal: isMinimal)
  }

  /// What stops packets where no filter is needed.
  private func withoutFilters() -> [String] {
    let open = network.passing(all)
    guard let canonical = try? lower(open),
      var verifier = try? Verifier(
        open, canonical, limits: questions.limits.verification, notingLosses: true),
      let ends = try? verifier.ends(of: questions.requirement)
    else { return ["no filter is needed"] }
    return ["no filter is needed"] + ends
  }
}
