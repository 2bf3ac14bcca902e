/// Numbers that are the same in every run with the same seed (SplitMix64), for random tests.
package struct SplitMix: RandomNumberGenerator, Sendable {
  package var state: UInt64

  package init(_ seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  package mutating func pick<Value>(_ values: [Value]) -> Value { values[below(values.count)] }

  /// How many of something: each number from `least` on half as likely as the one before.
  package mutating func few(_ least: Int, _ greatest: Int) -> Int {
    var count = least
    while count < greatest, chance(55) { count += 1 }
    return count
  }
}
