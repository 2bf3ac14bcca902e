import Canonical
import Formulas
import HeaderSpaces
import Networks
import Policies
import Testing

@testable import Reachability

extension NetworkMaker {
  /// Asks so many questions each about random networks, until something is wrong, which is recorded.
  ///
  /// The answer is how many questions met a limit; `nil` where something was wrong.
  static func ask(
    _ questions: Int, about networks: Int, liking: Liking, from first: UInt64,
    make: (inout NetworkMaker, Int) -> Network = { maker, _ in maker.make() },
    requirement: (inout NetworkMaker, Network) -> ResolvedRequirement = {
      $0.requirement(in: $1)
    },
    wrong: (_ requirement: ResolvedRequirement, Network, _ question: Int) throws -> String?
  ) throws -> Int? {
    var skipped = 0
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number) &+ first
      var maker = NetworkMaker(seed: seed, liking)
      let network = make(&maker, number)
      for question in 0..<questions {
        let asked = requirement(&maker, network)
        do {
          guard let found = try wrong(asked, network, question) else { continue }
          Issue.record("seed \(seed): \(found)\n\(asked.obligation)\n\(network.words)")
          return nil
        } catch is LimitReached {
          skipped += 1
        } catch is LoweringLimit {
          skipped += 1
        } catch is NotExpressible {
          skipped += 1
        }
      }
    }
    return skipped
  }
}
