import Glibc
import Synchronization

/// A bar on standard error, for work that lasts more than a second, where a person watches.
final class ProgressBar: Sendable {
  private struct State {
    var stage = "reading"
    var done = 0
    var total = 0
    var isEnded = false
    var isDrawn = false
  }

  private let state = Mutex(State())

  /// A bar that draws itself once a second has passed; one that never does where standard error is
  /// no terminal.
  init() {
    guard Terminal.understandsEscapes(STDERR_FILENO) else { return }
    Task.detached(priority: .utility) { [self] in
      try await Task.sleep(for: .seconds(1))
      while draw() { try await Task.sleep(for: .milliseconds(100)) }
    }
  }

  /// Says what is going on.
  func show(_ stage: String, _ done: Int = 0, of total: Int = 0) {
    state.withLock { state in
      state.stage = stage
      state.done = done
      state.total = total
    }
  }

  /// Removes the bar.
  func end() {
    state.withLock { state in
      state.isEnded = true
      if state.isDrawn { Terminal.write("\r\u{1b}[K", to: STDERR_FILENO) }
    }
  }

  private func draw() -> Bool {
    state.withLock { state in
      if state.isEnded { return false }
      state.isDrawn = true
      var text = "\r\u{1b}[K" + state.stage
      if state.total > 0 {
        let width = 24
        let full = width * state.done / state.total
        let bar = String(repeating: "=", count: full) + String(repeating: " ", count: width - full)
        text += " [\(bar)] \(state.done) of \(state.total)"
      } else {
        text += " ..."
      }
      Terminal.write(text, to: STDERR_FILENO)
      return true
    }
  }
}
