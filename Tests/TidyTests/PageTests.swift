import Testing

@Suite struct `Pages and fixtures` {
  @Test func `every path that a page names is there`() {
    var count = 0
    let known = Set(Repository.paths)
    for page in Repository.pages {
      for (number, line) in page.lines.enumerated() {
        let paths = Self.paths(in: line, of: page.path)
        count += paths.count
        let missing = paths.filter { !known.contains($0) }
        #expect(missing == [], "\(page.path):\(number + 1)")
      }
    }
    #expect(count > 0)
  }

  @Test func `every fixture has a reader`() {
    let folders = Repository.paths.filter { $0.hasSuffix("/Fixtures") && Repository.isFolder($0) }
    for fixtures in folders {
      let tests = String(fixtures.dropLast("/Fixtures".count))
      let readers = Repository.swift.filter { $0.path.hasPrefix(tests + "/") }
      for format in Repository.names(in: fixtures) where !format.hasPrefix(".") {
        let isRead = readers.contains { $0.lines.contains { $0.contains("\"\(format)") } }
        #expect(isRead, "no test in \(tests) names \(format)")
        let empty = Repository.names(in: "\(fixtures)/\(format)").filter { name in
          let path = "\(fixtures)/\(format)/\(name)"
          return Repository.isFolder(path) && Repository.names(in: path).isEmpty
        }
        #expect(empty == [], "\(fixtures)/\(format)")
      }
    }
  }

  @Test func `every network has what a reader needs`() {
    for network in Repository.names(in: "Topologies") {
      let names = Repository.names(in: "Topologies/\(network)")
      #expect(names.contains("README.md"), "\(network)")
      #expect(names.contains("expected.json"), "\(network)")
      for part in ["network.", "policy."] {
        #expect(names.filter { $0.hasPrefix(part) }.count == 1, "\(network): \(part)")
      }
    }
  }

  @Test(arguments: [
    ("see `Sources/Places/Place.swift`.", ["Sources/Places/Place.swift"]),
    ("see `Sources/<Target>/` and `make test` and `a/b`", []),
    (
      "[a](Documentation/Semantics.md#places), [b](https://x.org/a.md)",
      ["Documentation/Semantics.md"]
    ),
    ("`STYLE.md`, `Tests/**/*.swift`, `Scripts/tests`", ["STYLE.md", "Scripts/tests"]),
  ])
  func `paths are found in a line`(line: String, paths: [String]) {
    #expect(Self.paths(in: line, of: "README.md") == paths)
  }

  /// The paths from the root that a line of a page names, in backticks or as the target of a link.
  static func paths(in line: String, of page: String) -> [String] {
    let roots = [
      ".ci/", "Benchmarks/", "Documentation/", "Fuzzing/", "Scripts/", "Sources/", "Tests/",
      "Topologies/",
    ]
    let code = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
      .filter { text in
        let isRooted = roots.contains { text.hasPrefix($0) }
        let isTop = text.hasSuffix(".md") && !text.contains("/") && text.first?.isUppercase == true
        return (isRooted || isTop && page.contains("/") == false)
          && !text.contains { "<*{ …".contains($0) }
      }
    let folder = page.split(separator: "/").dropLast().map { $0 + "/" }.joined()
    let links = line.split(separator: "](").dropFirst().compactMap { part -> String? in
      let target = String(part.prefix { $0 != ")" && $0 != "#" })
      if target.isEmpty || target.contains(":") || target.hasPrefix("..") { return nil }
      return folder + target
    }
    return (code + links).map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
  }
}
