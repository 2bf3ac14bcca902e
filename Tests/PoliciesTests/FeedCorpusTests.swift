import Documents
import Glibc
import Policies
import Testing

@Suite struct `Feeds in public collections` {
  /// The files below a folder of the corpus, which is kept beside the package; none where it is not.
  static func files(_ folder: String) -> [String] {
    let place = packageDirectory.split(separator: "/").dropLast().joined(separator: "/")
    guard
      let pipe = unsafe popen("find '/\(place)/shared/corpus/\(folder)' -type f 2>/dev/null", "r")
    else { return [] }
    defer { _ = unsafe pclose(pipe) }
    var text: [UInt8] = []
    var byte = unsafe fgetc(pipe)
    while byte >= 0 {
      text.append(UInt8(truncatingIfNeeded: byte))
      byte = unsafe fgetc(pipe)
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init).sorted()
  }

  @Test func `every indicator of a bundle is counted once`() throws {
    let paths = Self.files("stix-json").filter { $0.hasSuffix(".json") }
    if paths.isEmpty { print("skipped: the corpus is not beside the package") }
    let day = try #require(Day(parsing: "2026-11-20"))
    for path in paths {
      let bytes = Array(contents(of: path).utf8)
      guard let document = try? JSONDocument.parse(bytes, file: path),
        document["type"]?.string == "bundle"
      else { continue }
      let indicators = (document["objects"]?.array ?? []).count {
        $0["type"]?.string == "indicator"
      }
      let feed = try Feed.parse(bytes, as: .stix, name: "f", file: path, on: day)
      let counts = feed.counts
      let counted =
        counts.used + counts.names + counts.other + counts.expired + counts.future
        + counts.unsupported
      #expect(counted == indicators, "\(path)")
      print(
        path.split(separator: "/").suffix(1).joined(), "indicators", indicators, "used",
        counts.used,
        "names", counts.names, "other", counts.other, "unsupported", counts.unsupported)
    }
  }

  @Test func `a public list is all addresses`() throws {
    let paths = Self.files("ip-lists").filter { $0.hasSuffix(".txt") }
    if paths.isEmpty { print("skipped: the corpus is not beside the package") }
    let day = try #require(Day(parsing: "2026-11-20"))
    for path in paths where !path.contains("README") {
      let feed = try Feed.parse(
        Array(contents(of: path).utf8), as: nil, name: "f", file: path, on: day)
      #expect(feed.counts.used > 0)
      #expect(feed.counts.unsupported == 0)
    }
  }
}
