/// What a reading accepts: its keys and their values, for a test to hold a published schema against.
public indirect enum DocumentShape: Hashable, Sendable {
  /// A string, a number or a truth value.
  case scalar(Scalar)
  /// An object with these keys and no others.
  case object([Field])
  /// An array; in XML each item has the singular name.
  case list(of: DocumentShape, each: String)
  /// An array, or an item alone.
  case oneOrMany(of: DocumentShape, each: String)
  /// An object whose keys are names that the user chooses; in XML each entry has the singular name.
  case entries(of: DocumentShape, each: String)
  /// A scalar or an object.
  case either(Scalar, DocumentShape)

  /// A string, a number or a truth value.
  public enum Scalar: Hashable, Sendable {
    /// A string, and what has to be in it, such as *a name, which cannot be empty*.
    case text(expected: String)
    /// One of several strings.
    case choice([String])
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number with at most one decimal, given by its tenths.
    case tenths(ClosedRange<Int>)
    /// True or false.
    case boolean
  }

  /// One key of an object.
  public struct Field: Hashable, Sendable {
    /// The key.
    public var key: String
    /// What its value is.
    public var shape: DocumentShape
    /// Whether the key has to be there.
    public var isRequired: Bool
    /// Whether the key tells what kind of file it is in, and its value the file's title.
    public var isTitle: Bool
  }

  /// What a reading accepts, found by running it on no document at all.
  ///
  /// The reading must ask for every key whatever the values of others are. A reading that nests in
  /// itself is followed 12 levels deep.
  public static func accepted<Value>(by reading: (inout FieldReader) -> Value?) -> DocumentShape {
    var reader = FieldReader(probing: 0)
    _ = reading(&reader)
    return .object(reader.fields)
  }

  /// Every key with the path to it, as in `segments.*.subnets[]`, in the order of reading.
  public var keyPaths: [String] { paths(after: "") }

  /// The name of each item's element in XML, if the value has items.
  var itemName: String? {
    switch self {
    case .list(_, let each), .oneOrMany(_, let each), .entries(_, let each): each
    case .scalar, .object, .either: nil
    }
  }

  private func paths(after prefix: String) -> [String] {
    switch self {
    case .scalar: []
    case .object(let fields):
      fields.flatMap { field in
        let path = prefix.isEmpty ? field.key : "\(prefix).\(field.key)"
        return [path] + field.shape.paths(after: path)
      }
    case .list(let item, _), .oneOrMany(let item, _): item.paths(after: "\(prefix)[]")
    case .entries(let value, _): value.paths(after: "\(prefix).*")
    case .either(_, let shape): shape.paths(after: prefix)
    }
  }
}
