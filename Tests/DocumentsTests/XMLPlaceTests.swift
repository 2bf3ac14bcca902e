import Documents
import Places
import Testing

@Suite struct `XML places` {
  @Test func `an element is where its bracket is and an attribute where its name is`() throws {
    let text =
      "<?xml version='1.0'?>\r\n<a>\r\n  ü<b x='1'\n   xmlns:y='u'  y:z = \"&lt;2\"/>\n</a>"
    let root = try XMLDocument.parse(Array(text.utf8), file: "f").root
    #expect(root.place == Place(file: "f", line: 2, column: 1))
    #expect(root.text == "ü")
    let b = try #require(root.child("b"))
    #expect(b.place == Place(file: "f", line: 3, column: 5))
    #expect(b.attributes.map(\.name) == ["x", "z"])
    #expect(b.attributes.map(\.value) == ["1", "<2"])
    #expect(b.attributes.map(\.prefix) == [nil, "y"])
    #expect(b.attributes.map(\.namespace) == [nil, "u"])
    #expect(b.attributePlace("x") == Place(file: "f", line: 3, column: 8))
    #expect(b.attributePlace("z") == Place(file: "f", line: 4, column: 17))
  }
}
