import Dispatch
import Synchronization

/// The values of a function of numbers, in their order, found by two workers.
///
/// Each value is found by itself, so that it does not matter which worker finds it. `progress` is
/// called between values, with how many there are, and of how many.
func sideBySide<Value: Sendable>(
  count: Int, progress: (_ done: Int, _ of: Int) -> Void,
  _ value: @Sendable @escaping (Int) -> Value
) -> [Value] {
  let state = Mutex<(next: Int, found: [Int: Value])>((0, [:]))
  // The values of numbers that nobody has taken yet, until there are none.
  let work: @Sendable (_ tell: (Int) -> Void) -> Void = { tell in
    while true {
      let (number, done) = state.withLock { state in
        defer { state.next += 1 }
        return (state.next, state.found.count)
      }
      if number >= count { return }
      tell(done)
      let found = value(number)
      state.withLock { $0.found[number] = found }
    }
  }
  let group = DispatchGroup()
  if count > 1 { DispatchQueue.global().async(group: group) { work { _ in } } }
  work { progress($0, count) }
  group.wait()
  progress(count, count)
  return state.withLock { state in (0..<count).compactMap { state.found[$0] } }
}
