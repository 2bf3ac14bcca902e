import Documents
import Places
import Testing

/// The error of a document that must be refused, as `line:column message`.
private func refusal(_ bytes: [UInt8], limits: DocumentLimits = .standard) -> String {
  do {
    _ = try XMLDocument.parse(bytes, file: "f", limits: limits)
    return "accepted"
  } catch {
    return "\(error.place.line):\(error.place.column) \(error.message)"
  }
}

private func refusal(_ text: String, limits: DocumentLimits = .standard) -> String {
  refusal(Array(text.utf8), limits: limits)
}

@Suite struct `XML that is refused` {
  @Test func `a text that is not well-formed is refused at its place`() {
    #expect(refusal("") == "1:1 the document is empty")
    #expect(refusal("  \n") == "2:1 the document is empty")
    #expect(refusal("x").hasPrefix("1:1 "))
    #expect(refusal("<a>\n<b>ü</a>").hasPrefix("2:6 opening and ending tag mismatch"))
    #expect(refusal("<a>\n<b>ü</a>").hasSuffix("which starts at 2:1"))
    #expect(refusal("<a>\r\n<b>").hasPrefix("2:4 "))
    #expect(refusal("<a><b").hasPrefix("1:"))
    #expect(refusal("<a/><b/>").hasPrefix("1:5 "))
    #expect(refusal("<a x='1' x='2'/>").contains("x redefined"))
    #expect(refusal("<a xmlns:p='u' xmlns:q='u' p:x='1' q:x='2'/>") != "accepted")
    #expect(refusal("<a x='<'/>").hasPrefix("1:"))
    #expect(refusal("<a>&#0;</a>").hasPrefix("1:"))
    #expect(refusal("<a>\u{1}</a>").hasPrefix("1:4"))
    #expect(refusal("<a>\n &nope; </a>").hasPrefix("2:"))
    #expect(refusal("<a>]]></a>") != "accepted")
    #expect(refusal("<a><!-- -- --></a>") != "accepted")
    #expect(refusal("<a><![CDATA[x</a>") != "accepted")
  }

  @Test func `a document cut anywhere is refused`() {
    let text =
      "<?xml version='1.0'?>\n<!-- c --><a x='é&amp;'>t<b>&#233;<![CDATA[<]]></b><?p q?></a>"
    let bytes = Array(text.utf8)
    #expect(refusal(bytes) == "accepted")
    for length in bytes.indices {
      #expect(refusal(Array(bytes[..<length])) != "accepted", "\(length) bytes")
    }
  }

  @Test func `bytes that are not UTF-8 are refused at their place`() {
    #expect(refusal(Array("<a>\né".utf8) + [0xFF] + Array("</a>".utf8)).hasPrefix("2:3 "))
    #expect(refusal(Array("<a b='".utf8) + [0xC0, 0x80] + Array("'/>".utf8)).hasPrefix("1:7 "))
    #expect(refusal(Array("<a>".utf8) + [0xED, 0xA0, 0x80] + Array("</a>".utf8)) != "accepted")
    #expect(refusal(Array("<a><!-- ".utf8) + [0x80] + Array(" --></a>".utf8)).hasPrefix("1:9 "))
  }

  @Test func `entities are never declared`() {
    let bomb = """
      <!DOCTYPE lolz [
       <!ENTITY a "0123456789">
       <!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
       <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
      ]><lolz>&c;</lolz>
      """
    #expect(refusal(bomb).hasPrefix("1:16 a document type with declarations of its own"))
    let file = "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>"
    #expect(refusal(file).hasPrefix("1:13 a document type"))
    let parameter = "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://h/'> %x;]><a/>"
    #expect(refusal(parameter).hasPrefix("1:13 a document type"))
    let defaults = "<!DOCTYPE a SYSTEM 'a.dtd' [ <!ATTLIST a b CDATA 'c'> ]><a/>"
    #expect(refusal(defaults).contains("a document type"))
    #expect(refusal("<!DOCTYPE a SYSTEM '/etc/passwd'>\n<a>&x;</a>").hasPrefix("2:"))
    #expect(refusal("<!DOCTYPE a PUBLIC 'p' '/etc/passwd'><a b='&x;'/>") != "accepted")
    #expect(refusal("<!DOCTYPE a [<!-- c -->]><a/>") != "accepted")
  }

  @Test func `a document type that declares nothing is harmless`() {
    #expect(refusal("<!DOCTYPE a><a/>") == "accepted")
    #expect(refusal("<!DOCTYPE a [ ]><a/>") == "accepted")
    #expect(refusal("<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>") == "accepted")
  }

  @Test func `the bounds hold`() {
    let deep = String(repeating: "<a>", count: 1_000_000)
    #expect(refusal(deep) == "1:1537 the document is nested more than 512 deep")
    let most = String(repeating: "<a>", count: 512) + String(repeating: "</a>", count: 512)
    #expect(refusal(most) == "accepted")
    let attributes = (0...1000).map { " a\($0)='1'" }.joined()
    #expect(
      refusal("<x>\n<a\(attributes)/></x>")
        == "2:1 the element has more than 1000 attributes or namespaces")
    let namespaces = (0...1000).map { " xmlns:a\($0)='1'" }.joined()
    #expect(refusal("<x\(namespaces)/>").hasPrefix("1:1 the element has more than 1000"))
    let names = (0..<2000).map { "<n\($0)/>" }.joined()
    #expect(refusal("<x>\(names)</x>", limits: DocumentLimits(names: 3000)) == "accepted")
    #expect(refusal("<x>\(names)</x>", limits: DocumentLimits(names: 1000)).contains("names"))
    #expect(
      refusal("<x>\n<y/><y/></x>", limits: DocumentLimits(values: 2))
        == "2:5 the document has more than 2 values")
    #expect(
      refusal("<a/>", limits: DocumentLimits(bytes: 3))
        == "0:0 the document has 4 bytes, more than the 3 allowed")
  }

  @Test func `a declaration of a wrong encoding is refused`() {
    let wide = "<?xml version='1.0' encoding='UTF-8'?><a/>".utf16
    let little = wide.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    #expect(refusal(little).hasPrefix("1:0 the document says it is in UTF-8, but"))
    #expect(refusal("<?xml version='1.0' encoding='UTF-16'?><a/>").contains("its bytes are not"))
    #expect(refusal("<?xml version='1.0' encoding='KLINGON'?><a/>").contains("is not known"))
    let ascii = Array("<?xml version='1.0' encoding='US-ASCII'?>\n<a>".utf8) + [0xE9]
    #expect(refusal(ascii + Array("</a>".utf8)).hasPrefix("2:4 the text is not valid US-ASCII"))
    let marked = [0xEF, 0xBB, 0xBF] + Array("<?xml version='1.0' encoding='latin1'?><a/>".utf8)
    #expect(refusal(marked).contains("starts with the mark of UTF-8"))
  }
}
