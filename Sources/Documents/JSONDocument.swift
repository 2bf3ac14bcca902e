public import Places

/// A JSON document (RFC 8259), read with the place of every value and every key.
///
/// The parser is the project's own because no available one tells where a value is, and an error
/// in a policy without a line is no use to the person who has to mend it.
public enum JSONDocument {
  /// What to do when an object has a key twice, which RFC 8259 section 4 leaves open.
  public enum RepeatedKeys: Hashable, Sendable {
    /// The document is refused, since two readers could see two different things in it.
    case refuse
    /// The last entry counts.
    case keepLast
  }

  /// Reads a document.
  ///
  /// The text must be UTF-8; a byte order mark before it is skipped. Beyond the grammar, a string
  /// with half a surrogate pair is refused, since it stands for no text.
  ///
  /// - Returns: The outermost value, whose `id` is 0.
  /// - Complexity: O(*n*) in the bytes.
  public static func parse(
    _ bytes: [UInt8], file: String, repeatedKeys: RepeatedKeys = .refuse,
    limits: DocumentLimits = .standard
  ) throws(InputError) -> DocumentValue {
    try limits.check(size: bytes.count, of: file)
    let lines = LineTable(bytes, file: file)
    try lines.checkUTF8(bytes)
    var parser = JSONParser(bytes, lines: lines, repeatedKeys: repeatedKeys, limits: limits)
    try parser.parseDocument()
    return DocumentValue(tree: DocumentTree(parser.builder, lines: lines), id: 0)
  }
}
