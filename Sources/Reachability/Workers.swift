import Dispatch
import Policies
import Synchronization

extension Verifier {
  /// The answers to requirements, in their order, found by two workers.
  ///
  /// Which requirement is whose hangs on the requirements only, and an answer not on what else is
  /// asked. So it does not matter which worker is faster.
  mutating func answers(
    _ requirements: [ResolvedRequirement], progress: (_ done: Int, _ of: Int) -> Void
  ) -> [VerificationResult.Answer] {
    let (own, others) = parts(of: requirements)
    let worker = others.isEmpty ? nil : Worker(copy(), requirements, others)
    worker?.start()
    var found: [Int: VerificationResult.Answer] = [:]
    for number in own {
      progress(found.count + (worker?.done ?? 0), requirements.count)
      found[number] = answer(requirements[number])
    }
    if let worker { found.merge(worker.wait()) { own, _ in own } }
    progress(requirements.count, requirements.count)
    return requirements.indices.compactMap { found[$0] }
  }

  /// The numbers of the requirements for each of two workers, by how much work they are likely to be.
  ///
  /// What asks about devices as senders is for one of them, so that those are followed only once.
  private func parts(of requirements: [ResolvedRequirement]) -> (first: [Int], second: [Int]) {
    var first: (numbers: [Int], weight: Int) = ([], 0)
    var second: (numbers: [Int], weight: Int) = ([], 0)
    let isOfDevices = requirements.map { requirement in
      senders(asked: requirement.obligation).contains { !$0.devices.isEmpty }
    }
    for number in requirements.indices where isOfDevices[number] {
      second.weight += second.numbers.isEmpty ? 100 : 10
      second.numbers.append(number)
    }
    for number in requirements.indices where !isOfDevices[number] {
      let weight = Self.weight(of: requirements[number].obligation)
      if first.weight <= second.weight {
        first.numbers.append(number)
        first.weight += weight
      } else {
        second.numbers.append(number)
        second.weight += weight
      }
    }
    return (first.numbers.sorted(), second.numbers.sorted())
  }

  /// How much work an obligation is likely to be, in milliseconds for a dozen devices.
  private static func weight(of obligation: Obligation<ZoneExtent>) -> Int {
    switch obligation {
    case .noExit: 10
    case .isolate, .allowOnly, .oneWay, .through, .managedFrom: 5
    case .mustReach, .noDualHomed: 1
    }
  }
}

/// A second verifier that answers some of the requirements meanwhile.
private final class Worker: Sendable {
  private let verifier: Mutex<Verifier>
  private let requirements: [ResolvedRequirement]
  /// The numbers of those that are this worker's.
  private let numbers: [Int]
  private let answers = Mutex<[Int: VerificationResult.Answer]>([:])
  private let group = DispatchGroup()

  init(
    _ verifier: consuming sending Verifier, _ requirements: [ResolvedRequirement], _ numbers: [Int]
  ) {
    self.verifier = Mutex(verifier)
    self.requirements = requirements
    self.numbers = numbers
  }

  /// How many are answered.
  var done: Int { answers.withLock { $0.count } }

  func start() {
    DispatchQueue.global().async(group: group) {
      self.verifier.withLock { verifier in
        for number in self.numbers {
          let answer = verifier.answer(self.requirements[number])
          self.answers.withLock { $0[number] = answer }
        }
      }
    }
  }

  /// The answers, by number, once all are there.
  func wait() -> [Int: VerificationResult.Answer] {
    group.wait()
    return answers.withLock { $0 }
  }
}
