import Documents
import Places
import Testing

@Suite struct `Values that are made` {
  @Test func `have the places of the text that they were made from`() throws {
    let text = Array("first line\n  second\n".utf8)
    let term = DocumentTerm.object([
      ("numbers", .at(13, .array([.number(7), .at(14, .number("8"))]))), ("none", .null),
      ("name", .string("x\u{301}")),
    ])
    let value = DocumentValue(term, from: text, file: "a.rules")
    #expect(value["numbers"]?.array?.map(\.int) == [7, 8])
    #expect(value["numbers"]?.place.line == 2)
    #expect(value["numbers"]?.array?.map(\.place.column) == [3, 4])
    #expect(value["none"]?.isNull == true)
    #expect(value["name"]?.string == "x\u{301}")
    #expect(value["name"]?.place.line == 1)
    #expect(value["other"] == nil)
    #expect(Set([value.id] + value.children.map(\.id)).count == 4)
  }
}
