/// The encoding of an XML document as its first bytes and its declaration tell it.
///
/// It follows appendix F of XML 1.0: a byte order mark, else the pattern of `<?`, else the
/// declaration, else UTF-8.
struct XMLEncoding {
  /// The name of the encoding to decode from; nil where the text is UTF-8 already.
  private(set) var nameToDecode: String?
  /// How many bytes of byte order mark go before the text, where it has to be decoded.
  private(set) var markLength = 0
  /// Why the declaration cannot be true.
  private(set) var contradiction: String?

  init(of bytes: [UInt8]) {
    if let (name, mark) = Self.wideEncoding(bytes) {
      nameToDecode = name
      markLength = mark
      return
    }
    guard let declared = Self.declaredEncoding(bytes) else { return }
    let name = declared.uppercased()
    if name == "UTF-8" || name == "UTF8" { return }
    if Self.isWide(name) {
      contradiction = "the document says it is in \(declared), but its bytes are not"
    } else if LineTable.markLength(bytes) > 0 {
      contradiction = "the document says it is in \(declared), but starts with the mark of UTF-8"
    } else {
      nameToDecode = declared
    }
  }

  /// Why a document's declaration contradicts the encoding it was decoded from.
  static func contradiction(in text: [UInt8], decodedFrom name: String) -> String? {
    guard isWide(name), let declared = declaredEncoding(text), !isWide(declared.uppercased())
    else { return nil }
    return "the document says it is in \(declared), but its bytes are in \(name)"
  }

  private static func isWide(_ name: String) -> Bool {
    ["UTF-16", "UTF-32", "UCS-2", "UCS-4", "ISO-10646", "UTF16", "UTF32"]
      .contains { name.hasPrefix($0) }
  }

  /// An encoding with two or four bytes a character, and how long its byte order mark is.
  private static func wideEncoding(_ bytes: [UInt8]) -> (String, Int)? {
    let patterns: [(String, [UInt8], Int)] = [
      ("UTF-32BE", [0, 0, 0xFE, 0xFF], 4), ("UTF-32LE", [0xFF, 0xFE, 0, 0], 4),
      ("UTF-32BE", [0, 0, 0, 0x3C], 0), ("UTF-32LE", [0x3C, 0, 0, 0], 0),
      ("UTF-16BE", [0xFE, 0xFF], 2), ("UTF-16LE", [0xFF, 0xFE], 2),
      ("UTF-16BE", [0, 0x3C], 0), ("UTF-16LE", [0x3C, 0], 0),
    ]
    return patterns.first { bytes.starts(with: $0.1) }.map { ($0.0, $0.2) }
  }

  /// The encoding that the declaration of a text names, where it is compatible with ASCII so far.
  private static func declaredEncoding(_ bytes: [UInt8]) -> String? {
    let start = LineTable.markLength(bytes)
    let declaration = bytes[start...].prefix(400).prefix { $0 != UInt8(ascii: ">") }
    guard declaration.starts(with: "<?xml".utf8) else { return nil }
    var words = declaration.split { $0.isXMLSpace || $0 == UInt8(ascii: "=") }[...]
    while let word = words.popFirst() {
      guard word.elementsEqual("encoding".utf8), let value = words.first else { continue }
      let quotes = [UInt8(ascii: "\""), UInt8(ascii: "'")]
      let name = value.prefix { $0 != UInt8(ascii: "?") }.filter { !quotes.contains($0) }
      return String(decoding: name, as: UTF8.self)
    }
    return nil
  }
}
