import Randomness

/// The first seed of random tests: 1, or `FIREBREAK_SEED` where that is set.
let firstSeed = UInt64(setting("FIREBREAK_SEED") ?? 1)
