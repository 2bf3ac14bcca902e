import Randomness
import Documents
import Places
import Testing

/// What a mutation may put into a text: what means something in one of the formats.
private let pieces: [[UInt8]] =
  [
    "<", ">", "</a>", "<a b='", "\"", "'", "&amp;", "&x;", "<![CDATA[", "]]>", "<!--",
    "<!DOCTYPE a [",
    "<?xml encoding='UTF-16'?>", "{", "}", "[", "]", ",", ":", "\\u", "\\ud800", "1e", "-", "0",
    "\n",
    "\r\n", "\t", " ", "&a ", "*a", "? ", ": ", "- ", "|\n", ">-\n", "!!int ", "!<", "%YAML 1.1\n",
    "---\n", "...\n", "#", "@", "`", "é", "\u{2028}", "\u{E000}", "\u{FEFF}",
  ].map { Array($0.utf8) } + [[0], [0xFF], [0xC3], [0x80], [0xFF, 0xFE], [0xED, 0xA0, 0x80]]

private func mutated(_ bytes: [UInt8], using random: inout SplitMix) -> [UInt8] {
  var bytes = bytes
  for _ in 0...Int.random(in: 0..<3, using: &random) {
    let start = Int.random(in: 0...bytes.count, using: &random)
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes.removeSubrange(start...)
    case 1:
      let end = min(bytes.count, start + Int.random(in: 0..<6, using: &random))
      bytes.removeSubrange(start..<end)
    case 2:
      let end = min(bytes.count, start + Int.random(in: 0..<20, using: &random))
      bytes.insert(contentsOf: bytes[start..<end], at: Int.random(in: 0...start, using: &random))
    default: bytes.insert(contentsOf: pieces.randomElement(using: &random) ?? [], at: start)
    }
  }
  return bytes
}

@Suite struct `Mutated documents` {
  private static let originals: [(Document.Format, String)] = [
    (.json, "{\"a\": [1, -2.5e3, true, null, \"x\\u00e9\\n\"], \"b\": {\"c\": {}, \"d\": []}}"),
    (.xml, "<?xml version='1.0'?>\n<a xmlns:p='u' b='é&lt;'>t<p:c/><![CDATA[<]]><!-- c --></a>"),
    (.yaml, "a: &a [1, 'x', \"y\\n\", {b: ~}]\n? c\n: *a\nd: |\n  text\n  more\ne: >-\n  f\n- g\n"),
    (.yaml, "- - a: 1\n    b: !!str 2\n  - &x {k: v, l: [m]}\n- *x\n- # c\n  'é': \"\\u00e9\"\n"),
  ]

  @Test(arguments: originals.indices)
  func `are read or refused at a place inside the text`(index: Int) {
    let (format, text) = Self.originals[index]
    var random = SplitMix(20_260_731 &+ UInt64(index))
    var accepted = 0
    let rounds = 3000
    for round in 0..<rounds {
      let bytes = mutated(Array(text.utf8), using: &random)
      do {
        _ = try Document.parse(bytes, as: format, file: "f")
        accepted += 1
      } catch {
        let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
        let isInside =
          error.place.line <= lines.count
          && error.place.column <= 3 * bytes.count + 1
        #expect(isInside, "round \(round) of seed 20260731 + \(index): \(error)")
      }
    }
    #expect(0 < accepted && accepted < rounds)
    print("\(format) \(index): \(accepted) of \(rounds) accepted, seed 20260731 + \(index)")
  }
}
