extension DocumentShape {
  /// The shape as a JSON Schema (draft 2020-12), to be published and held against the reading.
  public func jsonSchema(title: String) -> String {
    let head: [(String, JSONText)] = [
      ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
      ("title", .string(title)),
    ]
    var sharing = SharedSchemas(of: .object(schema))
    guard case .object(let body) = sharing.shared(.object(schema), isRoot: true) else { return "" }
    let definitions =
      sharing.definitions.isEmpty ? [] : [("$defs", JSONText.object(sharing.definitions))]
    return JSONText.object(head + body + definitions).rendered(indent: "") + "\n"
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

/// The schemas of objects that occur more than once, each to be defined once.
private struct SharedSchemas {
  /// The definitions in the order in which they are first needed.
  private(set) var definitions: [(String, JSONText)] = []
  private var occurrences: [String: Int] = [:]
  private var names: [String: String] = [:]

  init(of root: JSONText) { count(root) }

  private mutating func count(_ text: JSONText) {
    if let key = text.key {
      occurrences[key, default: 0] += 1
      if occurrences[key] != 1 { return }
    }
    for child in text.children { count(child) }
  }

  /// The text with references in place of what occurs more than once; a definition is named after
  /// the key that it first stands under.
  mutating func shared(
    _ text: JSONText, under name: String = "part", isRoot: Bool = false
  ) -> JSONText {
    guard !isRoot, let key = text.key, occurrences[key, default: 0] > 1 else {
      return inside(text, under: name)
    }
    if let known = names[key] { return reference(known) }
    let taken = definitions.filter { $0.0 == name || $0.0.hasPrefix(name + "-") }.count
    let own = taken == 0 ? name : "\(name)-\(taken + 1)"
    names[key] = own
    let index = definitions.count
    definitions.append((own, text))
    definitions[index].1 = inside(text, under: name)
    return reference(own)
  }

  private func reference(_ name: String) -> JSONText {
    .object([("$ref", .string("#/$defs/\(name)"))])
  }

  private mutating func inside(_ text: JSONText, under name: String) -> JSONText {
    switch text {
    case .object(let entries):
      let isSchema = ["items", "anyOf", "properties", "additionalProperties"]
      return .object(
        entries.map { ($0, shared($1, under: isSchema.contains($0) ? name : $0)) })
    case .array(let items): return .array(items.map { shared($0, under: name) })
    case .string, .literal: return text
    }
  }
}

extension JSONText {
  fileprivate var children: [JSONText] {
    switch self {
    case .object(let entries): entries.map { $0.1 }
    case .array(let items): items
    case .string, .literal: []
    }
  }

  /// What tells the schema of an object or a choice from others; `nil` for everything else.
  fileprivate var key: String? {
    guard case .object(let entries) = self else { return nil }
    let isWorth = entries.contains { $0.0 == "anyOf" || $0.0 == "properties" }
    guard isWorth else { return nil }
    let text = rendered(indent: "")
    return text.utf8.count > 200 ? text : nil
  }
}
