import Foundation

/// How many times random tests run: `standard` times `FIREBREAK_LAWS`, and a quarter of `standard`
/// where that is not set.
func rounds(_ standard: Int) -> Int {
  setting("FIREBREAK_LAWS").map { standard * $0 } ?? (standard + 3) / 4
}

/// The first seed of random tests: 1, or `FIREBREAK_SEED` where that is set.
let firstSeed = UInt64(setting("FIREBREAK_SEED") ?? 1)

private func setting(_ name: String) -> Int? {
  ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
}
