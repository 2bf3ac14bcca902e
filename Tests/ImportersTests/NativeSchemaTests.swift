import Documents
import Glibc
import Importers
import Networks
import Testing

@Suite struct `The published schema of the network file` {
  @Test(arguments: ["json", "rng"])
  func `it says what the reading accepts, neither more nor less`(ending: String) throws {
    let shape = NetworkDescription.shape
    let text =
      ending == "json" ? shape.jsonSchema(title: "A Firebreak network") : shape.relaxNG
    let path = "\(packageDirectory)/Schemas/network.\(ending)"
    if unsafe getenv("UPDATE_GOLDEN") != nil { write(text, to: path) }
    #expect(contents(of: path) == text, "run with UPDATE_GOLDEN=1 and look at the difference")
    #expect(unsafe getenv("UPDATE_GOLDEN") == nil, "goldens were rewritten")
  }

  @Test func `xmllint takes the sample file and refuses one with an unknown element`() throws {
    guard unsafe system("xmllint --version >/dev/null 2>&1") == 0 else {
      print("skipped: xmllint is not installed")
      return
    }
    let good = "\(packageDirectory)/Topologies/ministry/network.xml"
    #expect(validates(good))
    let bad = "/tmp/firebreak-bad-network-\(getpid()).xml"
    write(contents(of: good).replacing("<segment ", with: "<sgement "), to: bad)
    #expect(!validates(bad))
    _ = unsafe unlink(bad)
  }

  private func validates(_ file: String) -> Bool {
    let schema = "\(packageDirectory)/Schemas/network.rng"
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

private func contents(of path: String) -> String {
  guard let file = unsafe fopen(path, "r") else { return "" }
  defer { _ = unsafe fclose(file) }
  var bytes: [UInt8] = []
  while case let byte = unsafe fgetc(file), byte != EOF {
    bytes.append(UInt8(truncatingIfNeeded: byte))
  }
  return String(decoding: bytes, as: UTF8.self)
}
@Suite struct `The page about the network file` {
  /// The texts between a fence of a language and its end.
  static func examples(in page: String, _ language: String) -> [String] {
    let text = contents(of: "\(packageDirectory)/Documentation/Formats/\(page)")
    return text.split(separator: "```\(language)\n").dropFirst().compactMap {
      $0.split(separator: "\n```").first.map(String.init)
    }
  }

  @Test func `its examples are read`() throws {
    let json = Self.examples(in: "Native.md", "json")
    let xml = Self.examples(in: "Native.md", "xml")
    #expect(json.count == 3)
    #expect(xml.count == 1)
    for text in json {
      _ = try NetworkDescription.parse(Array(text.utf8), as: .json, file: "Native.md")
    }
    _ = try NetworkDescription.parse(Array(xml[0].utf8), as: .xml, file: "Native.md")
    let plant = try nativeNetwork(json[1])
    #expect(plant.name == "small-plant")
    #expect(plant.notices == [])
  }

  @Test func `it names every key`() {
    let page = contents(of: "\(packageDirectory)/Documentation/Formats/Native.md")
    let keys = Set(
      NetworkDescription.shape.keyPaths.compactMap {
        $0.split(separator: ".").last.map { String($0).replacing("[]", with: "") }
      })
    let missing = keys.filter { $0 != "*" && !page.contains("`\($0)`") }
    #expect(missing.sorted() == [])
  }
}
