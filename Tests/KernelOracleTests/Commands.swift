import Foundation

/// What a command said.
struct CommandResult {
  var status: Int32
  var output: [UInt8]
  var errors: String
}

/// Something that the test itself could not do: neither the kernel's fault nor the model's.
struct Trouble: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// Runs a program with an input, and waits for it.
func run(_ words: [String], input: String = "") throws -> CommandResult {
  let folder = FileManager.default.temporaryDirectory
  let name = folder.appendingPathComponent("fb-\(getpid())-input").path
  let errorName = folder.appendingPathComponent("fb-\(getpid())-errors").path
  defer {
    try? FileManager.default.removeItem(atPath: name)
    try? FileManager.default.removeItem(atPath: errorName)
  }
  guard FileManager.default.createFile(atPath: name, contents: Data(input.utf8)),
    FileManager.default.createFile(atPath: errorName, contents: nil),
    let reading = FileHandle(forReadingAtPath: name),
    let errors = FileHandle(forWritingAtPath: errorName)
  else { throw Trouble("no temporary file can be written") }
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = words
  process.standardInput = reading
  process.standardError = errors
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  let text = FileManager.default.contents(atPath: errorName) ?? Data()
  return CommandResult(
    status: process.terminationStatus, output: Array(output),
    errors: String(decoding: text, as: UTF8.self))
}

/// Runs a program that has to succeed.
@discardableResult
func must(_ words: [String], input: String = "") throws -> [UInt8] {
  let result = try run(words, input: input)
  guard result.status == 0 else {
    throw Trouble("\(words.joined(separator: " ")): \(result.errors)")
  }
  return result.output
}
