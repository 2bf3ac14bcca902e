import Documents
import Glibc
import Testing

@testable import Policies

@Suite struct `The published schema of the policy file` {
  @Test(arguments: ["json", "rng"])
  func `it says what the reading accepts, neither more nor less`(ending: String) throws {
    let shape = Policy.shape
    let text =
      ending == "json" ? shape.jsonSchema(title: "A Firebreak policy") : shape.relaxNG
    let path = "\(packageDirectory)/Schemas/policy.\(ending)"
    if unsafe getenv("UPDATE_GOLDEN") != nil { write(text, to: path) }
    #expect(contents(of: path) == text, "run with UPDATE_GOLDEN=1 and look at the difference")
    #expect(unsafe getenv("UPDATE_GOLDEN") == nil, "goldens were rewritten")
  }

  @Test func `xmllint takes the sample file and refuses one with an unknown element`() throws {
    guard unsafe system("xmllint --version >/dev/null 2>&1") == 0 else {
      print("skipped: xmllint is not installed")
      return
    }
    let good = "/tmp/firebreak-good-policy-\(getpid()).xml"
    write(sampleXML, to: good)
    #expect(validates(good))
    let bad = "/tmp/firebreak-bad-policy-\(getpid()).xml"
    write(contents(of: good).replacing("<zone ", with: "<zoen "), to: bad)
    #expect(!validates(bad))
    _ = unsafe unlink(bad)
    _ = unsafe unlink(good)
  }

  private func validates(_ file: String) -> Bool {
    let schema = "\(packageDirectory)/Schemas/policy.rng"
    return unsafe system("xmllint --noout --relaxng '\(schema)' '\(file)' >/dev/null 2>&1") == 0
  }
}

/// The directory of the package, found from this file.
let packageDirectory = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

private func write(_ text: String, to path: String) {
  guard let file = unsafe fopen(path, "w") else { return }
  _ = unsafe fputs(text, file)
  _ = unsafe fclose(file)
}

func contents(of path: String) -> String {
  guard let file = unsafe fopen(path, "r") else { return "" }
  defer { _ = unsafe fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = unsafe fgetc(file), byte != EOF {
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
  return String(decoding: bytes, as: UTF8.self)
}

@Suite struct `The page about the policy file` {
  private let page: String = contents(of: "\(packageDirectory)/Documentation/Formats/Policy.md")

  @Test func `its example is read`() throws {
    let example = try #require(
      page.split(separator: "```json\n").dropFirst().first?.split(separator: "\n```").first)
    let policy = try Policy.parse(Array(example.utf8), as: .json, file: "Policy.md")
    #expect(policy.requirements.count == 3)
  }

  @Test func `it names every key`() {
    let later = ["atLeast", "collector", "physical", "requirements", "losses"]
    let keys = Set(
      Policy.shape.keyPaths.compactMap {
        $0.split(separator: ".").last.map { String($0).replacing("[]", with: "") }
      })
    let missing = keys.filter { key in
      key != "*" && !later.contains(key) && !page.contains("`\(key)`")
    }
    #expect(missing.sorted() == [])
  }

  @Test func `it names every pack`() {
    let missing = Pack.all.map(\.name).filter { !page.contains("`\($0)`") }
    #expect(missing == [])
  }
}
