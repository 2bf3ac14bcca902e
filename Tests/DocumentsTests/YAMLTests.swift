import Documents
import Places
import Testing

private func parse(_ text: String) throws(InputError) -> DocumentValue {
  try YAMLDocument.parse(Array(text.utf8), file: "f", limits: DocumentLimits(values: 200_000))
}

/// The error of a text that must be refused, as `line:column message`.
private func refusal(_ text: String) -> String {
  do {
    _ = try parse(text)
    return "accepted"
  } catch {
    return "\(error.place.line):\(error.place.column) \(error.message)"
  }
}

@Suite struct `YAML values` {
  @Test func `entries keep their order and have their places`() throws {
    let value = try parse("# ü\n\"ü*\": ['*x', é, {b: 1}]\r\na:\n  - x\n")
    let entries = try #require(value.object)
    #expect(entries.map(\.key) == ["ü*", "a"])
    #expect(entries.map(\.keyPlace.description) == ["f:2:1", "f:3:1"])
    let items = try #require(value["ü*"]?.array)
    #expect(items.map(\.string) == ["*x", "é", nil])
    #expect(items.map(\.place.column) == [9, 15, 19])
    #expect(items.last?["b"]?.place.column == 23)
    #expect(value["a"]?.array?.first?.place == Place(file: "f", line: 4, column: 5))
  }

  @Test func `lines end where YAML says and are counted as everywhere else`() throws {
    let value = try parse("a: 1\u{2028}b: 2\rc: 3\u{85}d: 4\ne: 5")
    #expect(value.object?.map(\.keyPlace.line) == [1, 1, 1, 1, 2])
    #expect(value.object?.map(\.keyPlace.column) == [1, 8, 13, 19, 1])
  }

  @Test(arguments: [
    ("~", "null"), ("no", "string no"), ("1:30", "string 1:30"),
    ("10.0.0.0/8", "string 10.0.0.0/8"), ("True", "boolean true"), ("'true'", "string true"),
    ("!!str 5", "string 5"), ("! 5", "string 5"), ("007", "number 7"), ("+12", "number 12"),
    ("0x1F", "number 31"), ("0o17", "number 15"), (".5", "number 0.5"), ("-5.", "number -5.0"),
    ("1e3", "number 1e3"), ("-x", "string -x"), ("!!int 5", "number 5"),
    ("1_000", "string 1_000"), ("0x", "string 0x"), ("seg-*", "string seg-*"),
    ("2027-01-31", "string 2027-01-31"), ("|\n  a*\n  b\n", "string a*\nb\n"), ("[]", "array"),
  ])
  func `plain scalars follow the core schema`(text: String, expected: String) throws {
    let value = try #require(try parse("x: \(text)")["x"])
    #expect("\(value.kind)" + (value.scalarText.map { " \($0)" } ?? "") == expected)
  }

  @Test func `a file of several documents is read where that is asked for`() throws {
    let text = "a: &a 1\n---\n# nothing\n---\n- 2\n- x\n...\n"
    let documents = try YAMLDocument.parseAll(Array(text.utf8), file: "f")
    #expect(documents.map(\.kind) == [.object, .null, .array])
    #expect(documents.last?.array?.first?.place == Place(file: "f", line: 5, column: 3))
    #expect(try YAMLDocument.parseAll([], file: "f").isEmpty)
    #expect(throws: InputError.self) {
      try YAMLDocument.parseAll(Array("a: &a 1\n---\nb: *a\n".utf8), file: "f")
    }
    #expect(throws: InputError.self) {
      try YAMLDocument.parseAll(
        Array("[1, 2]\n---\n[3]\n".utf8), file: "f", limits: DocumentLimits(values: 4))
    }
  }

  @Test func `an alias is a copy that keeps the places inside`() throws {
    let value = try parse("a: &a [1, &b {c: 2}]\nd: *a\ne: *b\nf: &a 7\ng: *a\n")
    #expect(value["d"]?.array?.last?["c"]?.int == 2)
    #expect(value["d"]?.keyPlace == Place(file: "f", line: 2, column: 1))
    #expect(value["d"]?.place == Place(file: "f", line: 1, column: 4))
    #expect(value["e"]?.object?.map(\.key) == ["c"])
    #expect(value["g"]?.int == 7)
  }

  @Test func `an alias names what had the name before it`() throws {
    let value = try parse("a: &a 1\nb: &b [*a]\nc: &a 2\nd: *b\n")
    #expect(value["d"]?.array?.map(\.int) == [1])
  }

  @Test func `what JSON cannot say is refused`() {
    #expect(refusal("") == "1:1 the document is empty")
    #expect(refusal("a: .inf").hasPrefix("1:4"))
    #expect(refusal("a: !thing x").hasPrefix("1:4 the tag"))
    #expect(refusal("a: !!int x").hasPrefix("1:4 the tag"))
    #expect(refusal("? [a]\n: b").hasPrefix("1:3 a key must be"))
    #expect(refusal("&a k: 1\n*a : 2").hasPrefix("1:1 a key must be"))
    #expect(refusal("a: *a").hasPrefix("1:4 \"*a\" names nothing"))
    #expect(refusal("a: &a [*a]").hasPrefix("1:8 \"*a\" names nothing"))
    #expect(refusal("a: 1\n---\nb: 2") == "3:1 there is a second document in the file")
    #expect(refusal("a: \u{E000}").hasPrefix("1:1 the character U+E000"))
    #expect(refusal("a: \"\\uE000\"").hasPrefix("1:1 the character U+E000"))
    #expect(refusal("ü: 1\na: 2\nü: 3").hasSuffix("\"ü\" occurs twice in one mapping"))
    #expect(refusal("a: [1\nb: 2").hasPrefix("2:"))
    #expect(refusal("a: \u{1}").hasPrefix("1:"))
  }

  @Test func `a bomb of aliases is refused`() {
    var text = "a0: &a0 [x, x]\n"
    for level in 1...60 {
      text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
    }
    #expect(refusal(text).hasSuffix("values"))
    #expect(refusal(text + "? *a60\n: 1\n") != "accepted")
    var tower = "a0: &a0 [x]\n"
    for level in 1...600 { tower += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    #expect(refusal(tower).hasSuffix("deep"))
  }

  @Test func `deep nesting is refused`() {
    #expect(refusal(String(repeating: "[", count: 900)) != "accepted")
    let deep = String(repeating: "[", count: 600) + String(repeating: "]", count: 600)
    #expect(refusal(deep).hasSuffix("deep"))
    #expect(refusal(String(repeating: "[", count: 100_000)) != "accepted")
    #expect(refusal(String(repeating: "- ", count: 100_000) + "a") != "accepted")
    #expect(refusal(String(repeating: "? ", count: 100_000) + "a") != "accepted")
    #expect(refusal(String(repeating: "{a: ", count: 100_000)) != "accepted")
  }
}
