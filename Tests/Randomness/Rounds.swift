import Foundation

/// How many times random tests run: `standard` times `FIREBREAK_LAWS`, and a quarter of `standard`
/// where that is not set, but no fewer than a test needs to find what it counts.
package func rounds(_ standard: Int, atLeast least: Int = 1) -> Int {
  max(least, setting("FIREBREAK_LAWS").map { standard * $0 } ?? (standard + 3) / 4)
}

/// A number in the environment.
package func setting(_ name: String) -> Int? {
  ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
}
