import Foundation

/// What a command gave.
struct Outcome: Equatable {
  var status: Int32
  var output: String
  var errors: String
}

/// A directory in which commands are run as a user runs them, removed at its end.
final class Shell {
  private let path: String

  /// Creates a directory with files of these names and texts.
  init(_ files: KeyValuePairs<String, String> = [:]) throws {
    path = NSTemporaryDirectory() + "firebreak-test-" + UUID().uuidString
    for folder in ["work", "log"] {
      try FileManager.default.createDirectory(
        atPath: "\(path)/\(folder)", withIntermediateDirectories: true)
    }
    for (name, text) in files { try write(name, Data(text.utf8)) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, and the directories that it is in.
  func write(_ name: String, _ bytes: Data) throws {
    let file = URL(fileURLWithPath: "\(path)/work/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
  }

  /// Runs a command of the shell in the directory, with the tool that was built with this test as
  /// `firebreak`, and with `Topologies` as in the repository.
  func run(_ command: String) -> Outcome {
    let script = """
      export PATH='\(Self.tools)':"$PATH" LC_ALL=C
      unset NO_COLOR TERM
      ln -sfn '\(Self.root)/Topologies' '\(path)/work/Topologies'
      cd '\(path)/work'
      \(command)
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "exec timeout 300 sh -c \"$1\" >\"$2/output\" 2>\"$2/errors\" </dev/null", "sh", script,
      "\(path)/log",
    ]
    do {
      try process.run()
    } catch {
      return Outcome(status: -1, output: "", errors: "\(error)")
    }
    process.waitUntilExit()
    return Outcome(
      status: process.terminationStatus, output: text(of: "output"), errors: text(of: "errors"))
  }

  private func text(of name: String) -> String {
    let bytes = FileManager.default.contents(atPath: "\(path)/log/\(name)") ?? Data()
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether the tool may be asked much: in the run of the random laws, which is optimised.
  static let isOptimised = ProcessInfo.processInfo.environment["FIREBREAK_LAWS"] != nil

  /// Where the test was built, which is where the tool is.
  private static let tools: String = {
    let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return own.deletingLastPathComponent().path
  }()

  /// The root of the package.
  private static let root =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
}

/// Two segments with a router between them.
let plainNetwork = """
  { "network": "n",
    "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.2.0.0/24"] } },
    "devices": { "r": {
      "interfaces": {
        "x": { "segment": "a", "addresses": ["10.1.0.1/24"] },
        "y": { "segment": "b", "addresses": ["10.2.0.1/24"] } },
      "filters": { "f": [ { "permit": { "services": "tcp/22" } } ] }, "forwardFilter": "f" } } }
  """

/// A policy with one requirement, with the words of its obligation.
func plainPolicy(_ obligation: String) -> String {
  """
  { "policy": "p",
    "zones": { "a": { "members": ["segment:a"] }, "b": { "members": ["segment:b"] } },
    "requirements": [ { "id": "R", \(obligation) } ] }
  """
}
