import Documents
import Places
import Testing

private func parse(_ text: String) throws(InputError) -> DocumentValue {
  try JSONDocument.parse(Array(text.utf8), file: "f")
}

@Suite struct `JSON values` {
  @Test func `entries keep their order and every key and value has its place`() throws {
    let value = try parse("{\r\n \"ü\": [1, {}],\n\t\"a\" :\"x\\u00e9\\ud83d\\ude00\\n\"}")
    let entries = try #require(value.object)
    #expect(entries.map(\.key) == ["ü", "a"])
    #expect(entries.map(\.keyPlace.description) == ["f:2:2", "f:3:2"])
    #expect(entries.map(\.value.place.description) == ["f:2:8", "f:3:7"])
    #expect(value["ü"]?.array?.map(\.place.column) == [9, 12])
    #expect(value["a"]?.string == "xé😀\n")
    #expect(value["b"] == nil)
    #expect(value["ü"]?.array?.first?.int == 1)
  }

  @Test func `numbers keep their text`() throws {
    let values = try #require(try parse("[1.0, -0, 1e400, 9223372036854775808, 12]").array)
    #expect(values.map(\.number) == ["1.0", "-0", "1e400", "9223372036854775808", "12"])
    #expect(values.map(\.int) == [nil, 0, nil, nil, 12])
    #expect(values.map(\.string) == [nil, nil, nil, nil, nil])
  }

  @Test func `of repeated keys the second is refused or the last kept`() throws {
    let text = "{\"a\": {\"a\": 1, \"b\": 2}, \"b\": 3, \n \"a\": 4}"
    let error = #expect(throws: InputError.self) { try parse(text) }
    #expect(error?.place == Place(file: "f", line: 2, column: 2))
    let value = try JSONDocument.parse(Array(text.utf8), file: "f", repeatedKeys: .keepLast)
    #expect(value.object?.map(\.key) == ["b", "a"])
    #expect(value["a"]?.int == 4)
  }
}
