extension DocumentShape {
  /// The shape as a JSON Schema (draft 2020-12), to be published and held against the reading.
  public func jsonSchema(title: String) -> String {
    let head: [(String, JSONText)] = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string(title)),
    ]
    return JSONText.object(head + schema).rendered(indent: "") + "\n"
  }

  private var schema: [(String, JSONText)] {
    switch self {
    case .scalar(let scalar): return scalar.schema
    case .object(let fields):
      let required = fields.filter(\.isRequired).map { JSONText.string($0.key) }
      return [
        ("type", .string("object")),
        ("properties", .object(fields.map { ($0.key, .object($0.shape.schema)) })),
      ] + (required.isEmpty ? [] : [("required", .array(required))]) + [
        ("additionalProperties", .literal("false"))
      ]
    case .list(let item, _):
      return [("type", .string("array")), ("items", .object(item.schema))]
    case .oneOrMany(let item, let each):
      let many = DocumentShape.list(of: item, each: each)
      return [("anyOf", .array([.object(item.schema), .object(many.schema)]))]
    case .entries(let value, _):
      return [("type", .string("object")), ("additionalProperties", .object(value.schema))]
    case .either(let scalar, let shape):
      return [("anyOf", .array([.object(scalar.schema), .object(shape.schema)]))]
    }
  }
}

extension DocumentShape.Scalar {
  fileprivate var schema: [(String, JSONText)] {
    switch self {
    case .text(let expected):
      [("type", .string("string")), ("description", .string(expected))]
    case .choice(let names): [("enum", .array(names.map { .string($0) }))]
    case .integer(let range):
      [
        ("type", .string("integer")), ("minimum", .literal("\(range.lowerBound)")),
        ("maximum", .literal("\(range.upperBound)")),
      ]
    case .tenths(let range):
      [
        ("type", .string("number")), ("description", .string("at most one decimal")),
        ("minimum", .literal(decimal(ofTenths: range.lowerBound))),
        ("maximum", .literal(decimal(ofTenths: range.upperBound))),
      ]
    case .boolean: [("type", .string("boolean"))]
    }
  }
}

/// A number given by its tenths, with one decimal where it is not whole.
func decimal(ofTenths number: Int) -> String {
  let magnitude = number.magnitude
  return (number < 0 ? "-" : "") + "\(magnitude / 10)"
    + (magnitude % 10 == 0 ? "" : ".\(magnitude % 10)")
}

/// A JSON text that is being written.
private indirect enum JSONText {
  case object([(String, JSONText)])
  case array([JSONText])
  case string(String)
  /// A number or a truth value.
  case literal(String)

  func rendered(indent: String) -> String {
    let inner = indent + "  "
    switch self {
    case .literal(let text): return text
    case .string(let text): return Self.escaped(text)
    case .object(let entries):
      let lines = entries.map {
        "\(inner)\(Self.escaped($0)): \($1.rendered(indent: inner))"
      }
      return lines.isEmpty ? "{}" : "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
    case .array(let items):
      let lines = items.map { inner + $0.rendered(indent: inner) }
      return lines.isEmpty ? "[]" : "[\n\(lines.joined(separator: ",\n"))\n\(indent)]"
    }
  }

  private static func escaped(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": result += "\\\(scalar)"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
