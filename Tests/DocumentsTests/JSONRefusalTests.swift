import Documents
import Places
import Testing

/// The error of a document that must be refused, as `line:column message`.
private func refusal(_ bytes: [UInt8], limits: DocumentLimits = .standard) -> String {
  do {
    _ = try JSONDocument.parse(bytes, file: "f", limits: limits)
    return "accepted"
  } catch {
    return "\(error.place.line):\(error.place.column) \(error.message)"
  }
}

private func refusal(_ text: String, limits: DocumentLimits = .standard) -> String {
  refusal(Array(text.utf8), limits: limits)
}

@Suite struct `JSON that is refused` {
  @Test(arguments: [
    ("", "1:1 the document is empty"),
    (" \n ", "2:2 the document is empty"),
    ("{\"é\": 1,\r\n \"b\" 2}", "2:6 expected : after the key"),
    ("[1,\n 2,]", "2:3 a comma has to be followed by a value"),
    ("{\"a\": 1,}", "1:8 a comma has to be followed by a value"),
    ("[1 2]", "1:4 expected , or ] for what starts at 1:1"),
    (
      "[\n{\"a\": [1, 2", "2:12 the document ends too early: expected , or ] for what starts at 2:7"
    ),
    ("{a: 1}", "1:2 expected a key in double quotes for what starts at 1:1"),
    ("[01]", "1:3 a number cannot start with 0"),
    ("[-]", "1:3 expected a digit"), ("[1.]", "1:4 expected a digit"),
    ("[tru]", "1:2 expected a value"), ("[NaN]", "1:2 expected a value"),
    ("[\"a\tb\"]", "1:4 a control character in a string has to be escaped"),
    ("[\"a\\x\"]", "1:4 the escape is not known"),
    ("[\"\\u12g4\"]", "1:3 expected four hexadecimal digits after \\u"),
    ("[\"\\ud800\"]", "1:3 the escape is half of a surrogate pair, which stands for no text"),
    (
      "[\"\\ud800\\u0041\"]", "1:3 the escape is half of a surrogate pair, which stands for no text"
    ),
    ("[\"\\udc00\"]", "1:3 the escape is half of a surrogate pair, which stands for no text"),
    ("\"a", "1:1 the string is not closed"), ("[\"\\", "1:3 the escape is not known"),
    ("1 2", "1:3 there is more after the end of the document"),
    ("{\"a\": {\"b\": 1, \"b\": 2}}", "1:16 the key \"b\" occurs twice in one object"),
  ])
  func `an error is told where it is`(text: String, expected: String) {
    #expect(refusal(text) == expected)
  }

  @Test func `a document cut anywhere is refused`() {
    let bytes = Array("{\"é\": [1.5e+3, true, \"\\u00e9\\\\\", null], \"b\": {\"c\": -0}}".utf8)
    #expect(refusal(bytes) == "accepted")
    for length in bytes.indices {
      #expect(refusal(Array(bytes[..<length])) != "accepted", "\(length) bytes")
    }
  }

  @Test func `bytes that are not UTF-8 are refused at their place`() {
    #expect(refusal(Array("[1,\n\"é".utf8) + [0xC3, 0x22, 0x5D]).hasPrefix("2:4 the text is not"))
    #expect(refusal([0x22, 0xED, 0xA0, 0x80, 0x22]).hasPrefix("1:2 "))
    #expect(refusal([0xFF, 0xFE, 0x5B, 0, 0x5D, 0]).hasPrefix("1:1 the text is not valid UTF-8"))
  }

  @Test func `a byte order mark belongs to no column`() throws {
    let bytes = [0xEF, 0xBB, 0xBF] + Array("[1]".utf8)
    let value = try JSONDocument.parse(bytes, file: "f")
    #expect(value.place == Place(file: "f", line: 1, column: 1))
    #expect(value.array?.first?.place.column == 2)
  }

  @Test func `the bounds hold`() {
    for piece in ["[", "{\"a\":"] {
      let expected = "1:\(512 * piece.utf8.count + 1) the document is nested more than 512 deep"
      #expect(refusal(String(repeating: piece, count: 1_000_000)) == expected)
    }
    let most = String(repeating: "[", count: 512) + String(repeating: "]", count: 512)
    #expect(refusal(most) == "accepted")
    let four = DocumentLimits(values: 4)
    #expect(refusal("[1,2,3]", limits: four) == "accepted")
    #expect(refusal("[1,2,3,4]", limits: four) == "1:8 the document has more than 4 values")
    let small = DocumentLimits(bytes: 3)
    #expect(refusal("[12]", limits: small).hasSuffix("4 bytes, more than the 3 allowed"))
  }

  @Test func `keys are told apart by their bytes`() throws {
    // Swift finds both spellings of the letter equal.
    let text = "{\"\u{E9}\": 1, \"e\u{301}\": 2}"
    let value = try JSONDocument.parse(Array(text.utf8), file: "f")
    #expect(value["\u{E9}"]?.int == 1)
    #expect(value["e\u{301}"]?.int == 2)
  }
}

@Suite struct `Nearest names` {
  @Test func `fewest typing errors win`() {
    let names = ["segments", "devices", "endpoints", "links"]
    #expect(nearestName(to: "sgements", among: names) == "segments")
    for (name, meant) in [
      ("sgements", "segments"), ("xxgmenx", "segments"), ("xxxmenx", nil), ("z", nil),
    ] {
      #expect(similarName(to: name, among: ["segments"]) == meant, "\(name)")
    }
    #expect(similarName(to: "z", among: ["a"]) == "a")
    #expect(nearestName(to: "Device", among: names) == "devices")
    #expect(nearestName(to: "lniks", among: names) == "links")
    #expect(nearestName(to: "", among: names) == "links")
    #expect(nearestName(to: "x", among: []) == nil)
    #expect(nearestName(to: "ab", among: ["ba", "abc"]) == "ba")
  }
}
