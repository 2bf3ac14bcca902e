import Networks
import Places
import Testing

@testable import Reports

@Suite struct `Hostile names` {
  @Test(arguments: [
    ("plain", "plain"), ("naïve 配電", "naïve 配電"), ("\u{1b}[31m", "\\u{1b}[31m"),
    ("a\nb\r\tc", "a\\u{a}b\\u{d}\\u{9}c"), ("\u{9b}31m", "\\u{9b}31m"),
    ("\u{202e}cba", "\\u{202e}cba"), ("\u{2028}\u{7f}", "\\u{2028}\\u{7f}"),
  ])
  func `steering characters are shown by number`(text: String, visible: String) {
    #expect(text.visible == visible)
  }

  @Test func `no input writes an escape sequence to a terminal`() throws {
    let sample = try Sample()
    #expect(sample.network.devices[0].acls[0].rules[0].name.contains("\u{1b}"))
    for format in ReportFormat.allCases {
      let text = sample.report.rendered(as: format)
      #expect(!text.unicodeScalars.contains { $0.isSteering && $0 != "\n" }, "\(format)")
    }
    let coloured = sample.report.rendered(as: .text, style: TextStyle(isColoured: true))
    let allowed =
      ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m"] + ["32", "31", "33"].map { "\u{1b}[1;\($0)m" }
    var rest = coloured
    for sequence in allowed { rest = rest.replacing(sequence, with: "") }
    #expect(rest != coloured)
    #expect(rest == sample.report.rendered(as: .text))
  }

  @Test func `errors are shown with their places and hints`() {
    let errors = InputErrors([
      InputError(
        at: Place(file: "a\u{1b}.json", line: 3, column: 7), "no\nzone", hint: "try \u{8}x"),
      InputError(at: Place(file: "b.json"), "gone"),
    ])
    let shown = Reports.text(of: errors, style: TextStyle())
    #expect(
      shown == """
        a\\u{1b}.json:3:7: error: no\\u{a}zone
          hint: try \\u{8}x
        b.json: error: gone
        2 errors

        """)
  }

  @Test(arguments: [
    (
      "*a* _b_ [c](d) `e` <f> | ~g~ &h; $i$",
      #"&#42;a&#42; &#95;b&#95; &#91;c&#93;(d) &#96;e&#96; &#60;f&#62; &#124; &#126;g&#126; &#38;h; &#36;i&#36;"#
    ),
    ("see http://a.b www.c.d @e", "see http&#58;//a.b www&#46;c.d &#64;e"),
    ("# heading", "&#35; heading"), ("- item", "&#45; item"), ("1. item", "&#49;. item"),
    ("a\\b", "a&#92;b"),
  ])
  func `text is no markup`(text: String, source: String) {
    var page = MarkdownPage()
    page.paragraph(.init(text))
    #expect(page.text == source + "\n\n")
  }

  @Test(arguments: [
    ("gw-7", "`gw-7`"), ("a`b", "<code>a&#96;b</code>"), ("a|b", "<code>a&#124;b</code>"),
    ("", "<code></code>"), ("<b>*", "`<b>*`"),
  ])
  func `code is no markup`(text: String, source: String) {
    var page = MarkdownPage()
    page.item(.code(text))
    #expect(page.text == "- \(source)\n")
  }
}

@Suite struct `Short lists` {
  @Test(arguments: [
    ("a,b,c,d e", "a,b,c,d e"), ("a,b,c,d,e x,y", "a,b,c,…(2 more) x,y"),
    ("a(not b, c, d, e),f g", "a(not b, c, d, e),f g"), ("", ""), ("a  b", "a  b"),
    ("a,b,c,d,e,f -> a,b,c,d,e,f", "a,b,c,…(3 more) -> a,b,c,…(3 more)"),
  ])
  func `long lists are cut with a count`(text: String, short: String) {
    #expect(text.withShortLists(of: 3) == short)
  }
}
