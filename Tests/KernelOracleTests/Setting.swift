import Foundation

/// How many of something a test makes, unless the environment says otherwise.
func setting(_ name: String, _ standard: Int) -> Int {
  ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? standard
}
