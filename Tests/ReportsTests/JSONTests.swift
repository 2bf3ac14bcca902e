import Foundation
import Testing

@testable import Reports

@Suite struct `JSON` {
  @Test func `strings are escaped so that a reader gets them back`() throws {
    let hostile = "\"\\\n\r\t\u{0}\u{1f}\u{7f}\u{2028}\u{202e}\u{1b}/é配\u{1F600}\u{E0001}"
    var writer = JSONWriter()
    writer.object { $0.member(hostile, hostile) }
    let read = try JSONSerialization.jsonObject(with: Data(writer.text.utf8))
    #expect(read as? [String: String] == [hostile: hostile])
    let steering = writer.text.unicodeScalars.filter { $0.isSteering && $0 != "\n" }
    #expect(steering.isEmpty)
  }

  @Test func `values are laid out`() {
    var writer = JSONWriter()
    writer.object { writer in
      writer.member("number", -3)
      writer.member("truth", true)
      writer.member("absent", ifAny: nil)
      writer.member("empty", [])
      writer.member("words", ["a", "b"])
      writer.member("objects", [1, 2]) { writer, number in
        writer.object(compact: true) {
          $0.member("n", number)
          $0.member("m") { $0.object { _ in } }
        }
      }
      writer.member("none") { $0.object { _ in } }
    }
    #expect(
      writer.text == """
        {
          "number": -3,
          "truth": true,
          "empty": [],
          "words": ["a", "b"],
          "objects": [
            { "n": 1, "m": {} },
            { "n": 2, "m": {} }
          ],
          "none": {}
        }
        """)
  }
}
