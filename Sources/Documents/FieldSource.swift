import Places

/// Where one value of a document comes from.
enum FieldSource {
  /// A value of a JSON or YAML document.
  case value(DocumentValue)
  /// An element of an XML document.
  case element(XMLElement)
  /// An attribute of an XML document.
  case attribute(text: String, place: Place)
  /// Nowhere: the reading is only asked what it accepts.
  case probe(depth: Int)

  /// Where the value is.
  var place: Place {
    switch self {
    case .value(let value): value.place
    case .element(let element): element.place
    case .attribute(_, let place): place
    case .probe: Place(file: "")
    }
  }

  /// What the value is, with its article.
  var kindName: String {
    switch self {
    case .value(let value):
      switch value.kind {
      case .null: "null"
      case .boolean: "true or false"
      case .number: "a number"
      case .string: "a string"
      case .array: "an array"
      case .object: "an object"
      }
    case .element: "an element"
    case .attribute: "an attribute"
    case .probe: "nothing"
    }
  }

  /// The text of a scalar that is written in a form, or nil if it is not.
  func text(of form: DocumentShape.Scalar, isNamed: Bool) -> String? {
    switch self {
    case .attribute(let text, _): return text
    case .element(let element):
      guard element.isLeaf, element.attributes.allSatisfy({ isNamed && $0.name == "name" })
      else { return nil }
      return element.text
    case .value(let value):
      switch form {
      case .text, .choice: return value.string
      case .integer, .tenths: return value.number
      case .boolean: return value.kind == .boolean ? value.scalarText : nil
      }
    case .probe: return nil
    }
  }

  /// Whether this is written as an object would be, where a scalar would be possible too.
  var looksLikeObject: Bool {
    switch self {
    case .value(let value): value.kind == .object
    case .element(let element): !element.isLeaf || element.text.isEmpty
    case .attribute, .probe: false
    }
  }
}
