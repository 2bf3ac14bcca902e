import Documents
import Places
import Testing

/// The parsing tests of JSONTestSuite, where they lie beside the package.
private let suite = corpus("json-conformance").map { "\($0)/test_parsing" }

@Suite(.enabled(if: suite != nil, "JSONTestSuite is not beside the package"))
struct `JSON conformance` {
  @Test func `what must be accepted is, and what must be refused is`() {
    var counts: [Character: Int] = [:]
    for path in suite.map(files) ?? [] {
      guard let name = path.split(separator: "/").last, let kind = name.first else { continue }
      counts[kind, default: 0] += 1
      let accepted: Bool
      do {
        _ = try JSONDocument.parse(contents(of: path), file: path, repeatedKeys: .keepLast)
        accepted = true
      } catch {
        #expect(error.place.line > 0)
        accepted = false
      }
      if kind == "y" { #expect(accepted, "\(name)") }
      if kind == "n" { #expect(!accepted, "\(name)") }
    }
    #expect(counts == ["y": 95, "n": 188, "i": 35])
  }
}
