public import Places

/// A document in any of the forms that the project's own files may have.
///
/// One reading takes all of them, since XML is accepted in the same shape as JSON:
///
/// - An object is an element. A key whose value is a scalar is an attribute, or a child element that
///   holds the text. A key whose value is an object is a child element.
/// - An array is one child element for each item, with a singular name that the format tells
///   (`<subnet>` for `subnets`). They stand in the object's element itself, or in one child element
///   that has the key's name.
/// - An object whose keys are names that the user chooses is written like an array; the key of each
///   entry is the attribute `name`.
/// - The first key of a file, which tells its kind and its title, is the name of the root element
///   and its attribute `name`.
public enum Document: Sendable {
  /// A JSON or YAML document.
  case value(DocumentValue)
  /// An XML document.
  case element(XMLElement)

  /// A form of document.
  public enum Format: String, Hashable, Sendable, CaseIterable {
    /// JSON (RFC 8259).
    case json
    /// XML 1.0.
    case xml
    /// YAML 1.2, of which what JSON can say too.
    case yaml

    /// The form that a file's name tells by its ending.
    public init?(fileName: String) {
      switch fileName.split(separator: ".").last?.lowercased() {
      case "json": self = .json
      case "xml": self = .xml
      case "yaml", "yml": self = .yaml
      default: return nil
      }
    }
  }

  /// Reads a document of a form.
  public static func parse(
    _ bytes: [UInt8], as format: Format, file: String, limits: DocumentLimits = .standard
  ) throws(InputError) -> Self {
    switch format {
    case .json: .value(try JSONDocument.parse(bytes, file: file, limits: limits))
    case .xml: .element(try XMLDocument.parse(bytes, file: file, limits: limits).root)
    case .yaml: .value(try YAMLDocument.parse(bytes, file: file, limits: limits))
    }
  }

  /// Reads what the document says, checking all of it.
  ///
  /// - Parameter reading: Asks the reader for every key that the document may have.
  /// - Returns: What the reading returned. No key of the document has then been left unread, and
  ///   the reading has found no error.
  /// - Throws: All errors, in the order of their places.
  public func read<Value>(
    _ reading: (inout FieldReader) -> Value?
  ) throws(InputErrors) -> Value {
    var reader: FieldReader
    switch self {
    case .value(let value): reader = FieldReader(.value(value))
    case .element(let element): reader = FieldReader(.element(element))
    }
    let result = reader.run(reading)
    if let result, reader.errors.isEmpty { return result }
    throw InputErrors(reader.errors.sorted { $0.place < $1.place })
  }
}
