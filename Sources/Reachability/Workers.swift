import Dispatch
import Policies
import Synchronization

extension Verifier {
  /// The answers to requirements, in their order, found by this verifier and a worker.
  ///
  /// Which requirement is whose hangs on the requirements only, and an answer not on what else is
  /// asked. So it does not matter which of the two is faster.
  mutating func answers(
    to requirements: [ResolvedRequirement], with worker: Worker?,
    progress: (_ done: Int, _ of: Int) -> Void
  ) -> [VerificationResult.Answer] {
    var (own, others) = parts(of: requirements)
    if worker == nil {
      own = Array(requirements.indices)
      others = []
    }
    let done = Counter()
    let numbers = others
    let theirs = worker?.start { verifier in
      numbers.map { number in
        defer { done.increment() }
        return verifier.answer(requirements[number])
      }
    }
    var found: [(number: Int, answer: VerificationResult.Answer)] = []
    for number in own {
      progress(found.count + done.value, requirements.count)
      found.append((number, answer(requirements[number])))
    }
    if let theirs { found += zip(others, theirs.wait()).map { (number: $0, answer: $1) } }
    progress(requirements.count, requirements.count)
    return found.sorted { $0.number < $1.number }.map(\.answer)
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

/// A second verifier, on a thread of its own.
final class Worker: Sendable {
  private let verifier: Mutex<Verifier>

  init(_ verifier: consuming sending Verifier) { self.verifier = Mutex(verifier) }

  /// Begins a task; it ends before the next one begins.
  func start<Result: Sendable>(
    _ task: @escaping @Sendable (inout Verifier) -> Result
  ) -> Task<Result> {
    let started = Task<Result>()
    started.run { self.verifier.withLock { task(&$0) } }
    return started
  }

  /// What a worker is doing.
  final class Task<Result: Sendable>: Sendable {
    private let result = Mutex<Result?>(nil)
    private let group = DispatchGroup()

    fileprivate func run(_ task: @escaping @Sendable () -> Result) {
      DispatchQueue.global().async(group: group) {
        let made = task()
        self.result.withLock { $0 = made }
      }
    }

    /// What came of it, once it has ended.
    func wait() -> Result {
      group.wait()
      guard let made = result.withLock({ $0 }) else {
        preconditionFailure("a task that has ended has a result")
      }
      return made
    }
  }
}

/// How many requirements a worker has answered.
private final class Counter: Sendable {
  private let count = Atomic(0)

  var value: Int { count.load(ordering: .relaxed) }

  func increment() { count.add(1, ordering: .relaxed) }
}
