import Testing

@Suite struct `The house` {
  /// What each target may import: itself never, a floor above never.
  static let rooms: [String: [String]] = {
    let ground = ["Packets", "Places"]
    return [
      "Places": [],
      "Packets": ["Places"],
      "Documents": ["CLibXML2", "Places", "Yams"],
      "HeaderSpaces": ["Packets"],
      "Networks": ground,
      "Simulation": ground + ["Networks"],
      "Importers": ground + ["Documents", "Networks"],
      "Policies": ground + ["Documents", "Networks"],
      "Canonical": ground + ["Networks", "Policies"],
      "Certificates": ground,
      "Formulas": ground + ["Networks", "Canonical", "Certificates"],
      "Reachability": ground + [
        "HeaderSpaces", "Networks", "Simulation", "Policies", "Canonical", "Certificates",
        "HeapModule",
      ],
      "Projects": ground + [
        "Documents", "HeaderSpaces", "Networks", "Simulation", "Importers", "Policies", "Canonical",
        "Certificates", "Reachability",
      ],
      "Reports": ground + [
        "HeaderSpaces", "Networks", "Simulation", "Policies", "Canonical", "Certificates",
        "Reachability",
      ],
      "CertificateChecker": [],
      "ProofChecker": ["CertificateChecker"],
      "firebreak-check": ["ProofChecker"],
      "firebreak": ground + [
        "ArgumentParser", "Networks", "Simulation", "Importers", "Policies", "Canonical",
        "Certificates", "ProofChecker", "Formulas", "Reachability", "Projects", "Reports",
      ],
    ]
  }()

  /// Modules of the system, and who may import them: only those that read files, write or end, the
  /// one that works with two threads, and the one that asks for large pages of memory.
  static let system: [String: [String]] = [
    "Glibc": ["HeaderSpaces", "Projects", "firebreak", "firebreak-check"],
    "Foundation": [],
    "Dispatch": ["Reachability"],
    "Synchronization": ["Reachability", "firebreak"],
  ]

  /// The targets in `Sources`, but for the one that is C.
  static let targets = Repository.names(in: "Sources").filter { $0 != "CLibXML2" }

  @Test func `every target has a room`() {
    #expect(Self.targets.count >= 10)
    #expect(Self.targets.filter { Self.rooms[$0] == nil } == [])
  }

  @Test func `a target imports only from floors below`() {
    var imports = 0
    for file in Repository.swift where file.path.hasPrefix("Sources/") {
      let target = String(file.path.split(separator: "/")[1])
      for module in file.lines.compactMap(Self.imported) {
        imports += 1
        let mayImport =
          Self.rooms[target]?.contains(module) == true
          || Self.system[module]?.contains(target) == true
        #expect(mayImport, "\(file.path) imports \(module)")
      }
    }
    #expect(imports > 20)
  }

  @Test func `no floor reaches into another's internals`() {
    for file in Repository.swift {
      for line in file.lines where line.contains("@testable" + " import") {
        let module = Self.imported(line) ?? ""
        #expect(file.path.hasPrefix("Tests/\(module)Tests/"), "\(file.path): \(line)")
      }
    }
  }

  @Test func `one person can read the checker in an evening`() {
    func code(in folder: String) -> Int {
      let files = Repository.swift.filter { $0.path.hasPrefix("Sources/\(folder)/") }
      return files.flatMap(\.lines).count { line in
        let text = line.drop { $0 == " " }
        return !text.isEmpty && !text.hasPrefix("//")
      }
    }
    #expect((500...1_000).contains(code(in: "CertificateChecker")))
    #expect((300...600).contains(code(in: "ProofChecker")))
    #expect((10...30).contains(code(in: "firebreak-check")))
  }

  /// Targets with sources whose tests are still to be written; empty when they are.
  static let awaitingTests: [String] = []

  @Test func `every target has tests`() {
    for target in Self.targets
    where !target.hasPrefix("firebreak-") && !Self.awaitingTests.contains(target) {
      if Repository.names(in: "Sources/\(target)") == ["Placeholder.swift"] { continue }
      let tests = Repository.swift.filter { $0.path.hasPrefix("Tests/\(target)Tests/") }
      let hasTest = tests.contains { $0.lines.contains { $0.contains("@Test") } }
      #expect(hasTest, "Tests/\(target)Tests")
    }
  }

  /// The module that a line imports, if it does.
  static func imported(_ line: String) -> String? {
    var words = line.split(separator: " ").map(String.init)
    words.removeAll { ["public", "internal", "private", "@testable"].contains($0) }
    guard words.first == "import", words.count >= 2 else { return nil }
    let name = ["struct", "enum", "class", "func"].contains(words[1]) ? words.last : words[1]
    return name?.split(separator: ".").first.map(String.init)
  }
}
