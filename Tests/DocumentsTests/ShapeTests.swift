import Documents
import Places
import Testing

/// A reading with a key of every kind.
private func read(_ reader: inout FieldReader) -> String? {
  let title = reader.title("plant")
  _ = reader.value("level", .tenths(in: 0...35), required: true)
  _ = reader.value("vlan", .integer(in: 1...4094))
  _ = reader.values("subnets", each: "subnet", .string)
  _ = reader.oneOrMany("to", each: "to", .choice(of: ["a<b", "c"]))
  _ = reader.oneOrMany("include", each: "file", .string)
  _ = reader.object("in", orScalar: .string) { $0.value("filter", .name, required: true) }
  _ = reader.object("permit") { _ in "" }
  _ = reader.entries("assume", each: "assumption", .boolean)
  _ = reader.entries("filters", each: "filter", listing: "rule") { _ in "" }
  _ = reader.entries("zones", each: "zone") { name, reader in
    _ = reader.list("routes", each: "route", orScalar: .string) { $0.value("via", .string) }
    return name.value
  }
  return title?.value
}

@Suite struct `Published schemas` {
  @Test func `a shape is a JSON Schema with no other keys`() throws {
    let text = DocumentShape.accepted(by: read).jsonSchema(title: "A \"plant\"")
    let schema = try JSONDocument.parse(Array(text.utf8), file: "schema")
    #expect(schema["title"]?.string == "A \"plant\"")
    #expect(schema["additionalProperties"]?.bool == false)
    #expect(schema["required"]?.array?.map(\.string) == ["plant", "level"])
    let properties = try #require(schema["properties"])
    #expect(
      properties.object?.map(\.key) == [
        "plant", "level", "vlan", "subnets", "to", "include", "in", "permit", "assume", "filters",
        "zones",
      ])
    #expect(properties["level"]?["maximum"]?.number == "3.5")
    #expect(properties["vlan"]?["maximum"]?.int == 4094)
    #expect(properties["subnets"]?["items"]?["type"]?.string == "string")
    let to = try #require(properties["to"]?["anyOf"]?.array)
    #expect(to.first?["enum"]?.array?.map(\.string) == ["a<b", "c"])
    #expect(to.last?["items"]?["enum"]?.array?.count == 2)
    #expect(properties.descendant("permit", "properties")?.object?.isEmpty == true)
    #expect(properties.descendant("assume", "additionalProperties", "type")?.string == "boolean")
    #expect(
      properties.descendant("filters", "additionalProperties", "items", "type")?.string == "object")
    let zone = properties.descendant("zones", "additionalProperties", "properties", "routes")
    #expect(zone?.descendant("items", "anyOf")?.array?.count == 2)
  }

  @Test func `a shape is a RELAX NG schema that tells the same`() throws {
    let text = DocumentShape.accepted(by: read).relaxNG
    let schema = try XMLDocument.parse(Array(text.utf8), file: "schema").root
    #expect(schema.namespace == "http://relaxng.org/ns/structure/1.0")
    // What occurs twice is defined once, so the root is a grammar.
    let root = try #require(schema.descendant("start", "element"))
    #expect(root.attribute("name") == "plant")
    let parts = try #require(root.child("interleave"))
    let references = schema.elements("ref").map { $0.attribute("name") }
    let definitions = schema.children("define").map { $0.attribute("name") }
    #expect(!definitions.isEmpty)
    #expect(Set(references) == Set(definitions))
    #expect(Set(definitions).count == definitions.count)
    #expect(parts.child("attribute")?.attribute("name") == "name")
    #expect(parts.children("optional").count == 9)
    #expect(parts.children("choice").count == 1)
    let elements = XMLNames(schema).elements
    #expect(
      elements.isSuperset(of: [
        "level", "vlan", "subnets", "subnet", "to", "include", "file", "in", "permit", "assume",
        "assumption", "filters", "filter", "rule", "zones", "zone", "routes", "route", "via",
      ]))
  }
}

extension XMLElement {
  /// The elements of a name at any depth.
  fileprivate func elements(_ name: String) -> [XMLElement] {
    children.flatMap { ($0.name == name ? [$0] : []) + $0.elements(name) }
  }
}

/// The names of the elements that a RELAX NG schema describes.
private struct XMLNames {
  var elements: Set<String> = []

  init(_ schema: XMLElement) {
    if schema.name == "element", let name = schema.attribute("name") { elements.insert(name) }
    for child in schema.children { elements.formUnion(XMLNames(child).elements) }
  }
}
