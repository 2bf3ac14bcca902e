import Foundation

/// The files of the repository, as text.
enum Repository {
  /// A text file.
  struct File: Sendable {
    /// The path from the root.
    var path: String
    /// The lines, without their ends.
    var lines: [String]
    /// The bytes.
    var bytes: Data

    /// Where the file holds a text first, as `path:line`, or nil.
    func firstPlace(of text: String) -> String? {
      guard let found = bytes.range(of: Data(text.utf8)) else { return nil }
      let line = bytes[..<found.lowerBound].reduce(into: 1) { $0 += $1 == 10 ? 1 : 0 }
      return "\(path):\(line)"
    }
  }

  /// The root, found beside this file.
  static let root: String = {
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  }()

  /// The top folders that belong to the repository.
  private static let folders = [
    ".ci", "Benchmarks", "Documentation", "Fuzzing", "Scripts", "Sources", "Tests", "Topologies",
  ]

  /// Every path below the root that belongs to the repository, folders included, sorted.
  static let paths: [String] = {
    let files = FileManager.default
    let top = (try? files.contentsOfDirectory(atPath: root)) ?? []
    var paths = top.filter {
      folders.contains($0) || $0.contains(".") || $0.first?.isUppercase == true
    }
    for folder in folders {
      let below = (try? files.subpathsOfDirectory(atPath: "\(root)/\(folder)")) ?? []
      paths += below.lazy.filter { !$0.contains(".build") }.map { "\(folder)/\($0)" }
    }
    return paths.filter { !$0.hasPrefix(".build") && !$0.hasPrefix(".git/") && $0 != ".git" }
      .sorted()
  }()

  /// The Swift files of the sources and the tests, the manifest included.
  static let swift: [File] = paths.filter { $0.hasSuffix(".swift") }.compactMap(read)

  /// The pages.
  static let pages: [File] = paths.filter { $0.hasSuffix(".md") }.compactMap(read)

  /// The names in a folder, sorted.
  static func names(in folder: String) -> [String] {
    paths.compactMap { path in
      guard path.hasPrefix(folder + "/") else { return nil }
      let name = path.dropFirst(folder.count + 1)
      return name.contains("/") ? nil : String(name)
    }
  }

  /// Whether the path is a folder.
  static func isFolder(_ path: String) -> Bool {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(path)")) != nil
  }

  /// The text file at a path, or nil where it is a folder or not text.
  static func read(_ path: String) -> File? {
    guard !isFolder(path), let bytes = FileManager.default.contents(atPath: "\(root)/\(path)"),
      let text = String(data: bytes, encoding: .utf8)
    else { return nil }
    var lines = text.components(separatedBy: "\n")
    if lines.last == "" { lines.removeLast() }
    return File(path: path, lines: lines, bytes: bytes)
  }
}
