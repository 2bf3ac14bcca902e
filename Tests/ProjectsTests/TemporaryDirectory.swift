import Glibc

/// A directory for one test, removed at its end.
final class TemporaryDirectory {
  let path: String

  init() {
    var template = Array(("/tmp/firebreak-test-" + String(repeating: "X", count: 6)).utf8CString)
    let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
      unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
    }
    precondition(made, "a temporary directory can be made")
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { _ = unsafe system("rm -r '\(path)'") }

  /// Writes a file, and the directories that it is in.
  func write(_ name: String, _ text: String) {
    if let slash = name.lastIndex(of: "/") {
      _ = unsafe system("mkdir -p '\(path)/\(name[..<slash])'")
    }
    guard let file = unsafe fopen("\(path)/\(name)", "w") else {
      preconditionFailure("a file can be written")
    }
    _ = unsafe fputs(text, file)
    _ = unsafe fclose(file)
  }

  /// Makes a symbolic link.
  func link(_ name: String, to target: String) { _ = unsafe symlink(target, "\(path)/\(name)") }
}
