import Foundation
import Formulas

/// A solver that is installed.
struct Solver {
  var name: String
  var arguments: [String]

  /// Those that are; a test that needs one says so where there is none.
  static let installed: [Self] = {
    let known = [
      Self(name: "z3", arguments: ["-T:60"]),
      Self(name: "cvc5", arguments: ["--incremental", "--tlimit=60000"]),
    ]
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let found = known.filter { solver in
      path.split(separator: ":").contains {
        FileManager.default.isExecutableFile(atPath: "\($0)/\(solver.name)")
      }
    }
    if found.isEmpty { print("skipped: no solver is installed") }
    return found
  }()

  /// The answers to the questions of a script; what is expected is not told.
  func answers(to script: SolverScript) throws -> [String] {
    let file = NSTemporaryDirectory() + "firebreak-formulas-" + UUID().uuidString + ".smt2"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let lines = script.text.split(separator: "\n").filter { !$0.hasPrefix("(set-info :status") }
    try lines.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments + [file]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: "\n").map(String.init)
  }
}
