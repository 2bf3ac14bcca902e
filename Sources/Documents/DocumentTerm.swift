/// A value that is made rather than read, for text in other languages that says the same.
///
/// A reader of such a text writes down what it found as terms; the `DocumentValue` of a term knows
/// the places of that text.
public indirect enum DocumentTerm: Sendable {
  /// Nothing.
  case null
  /// A string.
  case string(String)
  /// A number, in decimal digits.
  case number(String)
  /// Values in order.
  case array([DocumentTerm])
  /// Values by key; no key occurs twice.
  case object([(key: String, value: DocumentTerm)])
  /// A value that begins at an offset in bytes; what is inside it does too where it says nothing.
  case at(Int, DocumentTerm)

  /// An object with one entry.
  public static func entry(_ key: String, _ value: DocumentTerm) -> Self { .object([(key, value)]) }

  /// A number.
  public static func number(_ value: some BinaryInteger) -> Self { .number(String(value)) }
}

extension DocumentValue {
  /// The value that a term says, with the places of the text that it was made from.
  ///
  /// - Parameters:
  ///   - term: The value. It is not deep: reading it is recursive.
  ///   - bytes: The text.
  ///   - file: The name of the file that has the text.
  /// - Complexity: O(*n*) in the values and the bytes.
  public init(_ term: DocumentTerm, from bytes: [UInt8], file: String) {
    var builder = DocumentTreeBuilder()
    builder.write(term, key: nil, at: 0)
    self.init(tree: DocumentTree(builder, lines: LineTable(bytes, file: file)), id: 0)
  }
}

extension DocumentTreeBuilder {
  fileprivate mutating func write(_ term: DocumentTerm, key: Key?, at offset: Int) {
    switch term {
    case .at(let place, let inner): write(inner, key: key, at: place)
    case .null: _ = add(DocumentValue.Kind.null, key: key, at: offset)
    case .string(let string): add(string, .string, key, at: offset)
    case .number(let digits): add(digits, .number, key, at: offset)
    case .array(let values):
      let index = add(DocumentValue.Kind.array, key: key, at: offset)
      for value in values { write(value, key: nil, at: offset) }
      end(index)
    case .object(let entries):
      let index = add(DocumentValue.Kind.object, key: key, at: offset)
      for entry in entries {
        write(entry.value, key: self.key(entry.key, at: offset), at: offset)
      }
      end(index)
    }
  }

  private mutating func add(
    _ string: String, _ kind: DocumentValue.Kind, _ key: Key?, at offset: Int
  ) {
    let start = text.count
    text += string.utf8
    _ = add(kind, key: key, at: offset, textFrom: start)
  }
}
