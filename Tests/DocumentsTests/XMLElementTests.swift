import Documents
import Places
import Testing

private func parse(_ text: String) throws(InputError) -> XMLElement {
  try XMLDocument.parse(Array(text.utf8), file: "f").root
}

@Suite struct `XML elements` {
  private let text = """
    <config xmlns="u" xmlns:p="v">
      <rules><entry name="b"><to><member>x</member><member>y</member></to></entry>
        <p:entry name="a"/><other/></rules>
      <rules><entry name="c"/></rules>
    </config>
    """

  @Test func `children are found by name in document order`() throws {
    let root = try parse(text)
    #expect(root.children.map(\.name) == ["rules", "rules"])
    #expect(root.child("rules")?.children("entry").map { $0.attribute("name") } == ["b", "a"])
    #expect(root.descendants("rules", "entry").map { $0.attribute("name") } == ["b", "a", "c"])
    let members = root.descendant("rules", "entry", "to")?.children("member")
    #expect(members?.map(\.text) == ["x", "y"])
    #expect(root.descendant("rules", "entry", "from") == nil)
    #expect(root.child("never") == nil)
    #expect(root.descendant() == root)
  }

  @Test func `every element has a number and its descendants follow it`() throws {
    let document = try XMLDocument.parse(Array(text.utf8), file: "f")
    #expect(document.elements.map(\.id) == Array(0..<document.elementCount))
    #expect(document.elements.map(\.name).first == "config")
    let entry = try #require(document.root.descendant("rules", "entry"))
    #expect(
      entry.subtreeIDs.map { document.elements[$0].name } == ["entry", "to", "member", "member"])
    #expect(entry.path == "config/rules/entry")
    #expect(entry.parent?.name == "rules")
    #expect(document.root.parent == nil)
  }

  @Test func `names keep their prefix and namespace`() throws {
    let entries = try #require(try parse(text).child("rules")?.children("entry"))
    #expect(entries.map(\.prefix) == [nil, "p"])
    #expect(entries.map(\.namespace) == ["u", "v"])
    let loose = try parse("<a><junos:b junos:c='d'/></a>")
    #expect(loose.child("b")?.prefix == "junos")
    #expect(loose.child("b")?.namespace == nil)
    #expect(loose.child("b")?.attributes.first?.prefix == "junos")
  }

  @Test func `text joins what stands around child elements`() throws {
    let root = try parse("<a> x<b> in </b>&lt;<![CDATA[&]]> &#x1F600;\r\n<c/> </a>")
    #expect(root.text == "x<& 😀")
    #expect(root.rawText == " x<& 😀\n ")
    #expect(root.child("b")?.text == "in")
    #expect(root.child("b")?.rawText == " in ")
    #expect(root.child("c")?.hasText == false)
    #expect(try parse("<a>\n <b/>\n</a>").rawText == "")
    #expect(try parse("<a>\n </a>").rawText == "\n ")
  }

  @Test func `references in attributes are replaced and line ends are spaces`() throws {
    #expect(try parse("<a b='&amp;&#38;&lt;\n&#10;é'/>").attribute("b") == "&&< \né")
  }

  @Test func `other encodings are decoded`() throws {
    let declared = "<?xml version='1.0' encoding='ISO-8859-1'?>\n<a b='x'>"
    let latin = Array(declared.utf8) + [0xE9, 0x3C, 0x63, 0x2F, 0x3E] + Array("</a>".utf8)
    let root = try XMLDocument.parse(latin, file: "f").root
    #expect(root.text == "é")
    // The column counts the bytes of the text in UTF-8.
    #expect(root.child("c")?.place == Place(file: "f", line: 2, column: 12))

    let text = "<?xml version='1.0' encoding='UTF-16'?><a>é😀</a>"
    for isLittle in [true, false] {
      for mark in [[], [0xFEFF as UInt16]] {
        let bytes = (mark + Array(text.utf16)).flatMap { unit in
          isLittle
            ? [UInt8(unit & 0xFF), UInt8(unit >> 8)] : [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        }
        #expect(try XMLDocument.parse(bytes, file: "f").root.text == "é😀")
      }
    }
    let marked: [UInt8] = [0xEF, 0xBB, 0xBF] + Array("<a><b/></a>".utf8)
    #expect(try XMLDocument.parse(marked, file: "f").root.child("b")?.place.column == 4)
  }

  @Test func `places stay exact in a long document`() throws {
    // Long enough for many pieces, with line ends and characters of every width at their edges.
    var text = "<r>"
    for number in 0..<30_000 {
      text += "<e\(number % 7) é='\(number)'>ü😀\(String(repeating: "x", count: number % 11))"
      text += "</e\(number % 7)>" + (number % 3 == 0 ? "\r\n" : number % 3 == 1 ? "\n\n" : " ")
    }
    let bytes = Array((text + "</r>").utf8)
    try expectExactPlaces(in: bytes, file: "f")
  }
}

@Suite(
  .enabled(if: corpus("panos-xml") != nil, "the public configurations are not beside the package"))
struct `XML of real devices` {
  @Test func `every element and attribute of every file is where it says`() throws {
    var count = 0
    for name in ["panos-xml", "junos-xml", "opnsense-xml", "pfsense-xml", "scl-xml", "nmap-xml"] {
      for path in corpus(name).map(files) ?? [] where path.hasSuffix("xml") || path.hasSuffix("scd")
      {
        let bytes = contents(of: path)
        guard (try? XMLDocument.parse(bytes, file: path)) != nil else { continue }
        try expectExactPlaces(in: bytes, file: path)
        count += 1
      }
    }
    #expect(count > 20)
  }
}

/// Expects that at the place of each element and attribute there is its name in the text.
private func expectExactPlaces(in bytes: [UInt8], file: String) throws {
  let document = try XMLDocument.parse(bytes, file: file)
  let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  func stands(_ text: String, at place: Place) -> Bool {
    guard lines.indices.contains(place.line - 1) else { return false }
    return lines[place.line - 1].dropFirst(place.column - 1).starts(with: text.utf8)
  }
  var wrong: [Place] = []
  for element in document.elements {
    let name = (element.prefix.map { "\($0):" } ?? "") + element.name
    if !stands("<\(name)", at: element.place) { wrong.append(element.place) }
    for attribute in element.attributes {
      let name = (attribute.prefix.map { "\($0):" } ?? "") + attribute.name
      if !stands(name, at: attribute.place) { wrong.append(attribute.place) }
    }
  }
  #expect(wrong.isEmpty, "\(wrong.prefix(3))")
}
