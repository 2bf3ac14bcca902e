extension DocumentShape {
  /// The shape as a RELAX NG schema in XML, to be published and held against the reading.
  ///
  /// It allows what `Document` says of XML. The shape must be that of a whole file with a title.
  public var relaxNG: String {
    guard case .object(let fields) = self, let title = fields.first(where: \.isTitle) else {
      preconditionFailure("the shape of a file starts with its title")
    }
    var root = XMLText(
      "element", [("name", title.key)],
      Self.pattern(of: fields, isNamed: true, except: title.key))
    var sharing = SharedPatterns(of: root)
    let shared = sharing.shared(root)
    let namespaces = [
      ("xmlns", "http://relaxng.org/ns/structure/1.0"),
      ("datatypeLibrary", "http://www.w3.org/2001/XMLSchema-datatypes"),
    ]
    if sharing.definitions.isEmpty {
      root.attributes += namespaces
    } else {
      let start = XMLText("start", [], [shared])
      root = XMLText("grammar", namespaces, [start] + sharing.definitions)
    }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.rendered(indent: "")
  }

  /// What an object's element holds, in any order.
  private static func pattern(
    of fields: [Field], isNamed: Bool, except title: String? = nil
  ) -> [XMLText] {
    let parts = fields.filter { $0.key != title }.map(pattern)
    let name = isNamed ? [XMLText("attribute", [("name", "name")])] : []
    let all = name + parts
    if all.isEmpty { return [XMLText("empty")] }
    return all.count == 1 ? all : [XMLText("interleave", [], all)]
  }

  private static func pattern(of field: Field) -> XMLText {
    let key = [("name", field.key)]
    let all: [XMLText]
    switch field.shape {
    case .scalar(let scalar): all = scalar.inAttributeOrElement(field.key)
    case .object: all = [XMLText("element", key, field.shape.content(isNamed: false))]
    case .either(let scalar, let shape):
      let object = XMLText("element", key, shape.content(isNamed: false))
      all = scalar.inAttributeOrElement(field.key) + [object]
    case .list(let item, let each):
      all = repeated(field, each: each, item.content(isNamed: false))
    case .entries(let value, let each):
      all = repeated(field, each: each, value.content(isNamed: true))
    case .oneOrMany(let item, let each):
      let alone = item.alone(field.key)
      let many = repeated(field, each: each, item.content(isNamed: false))
      // An element alone with the key's name is one of many already where both names are one.
      all = (field.key == each ? Array(alone.prefix(1)) : alone) + many
    }
    let choice = all.count == 1 ? all[0] : XMLText("choice", [], all)
    return field.isRequired ? choice : XMLText("optional", [], [choice])
  }

  /// The elements of an array, alone or inside one with the key's name.
  private static func repeated(_ field: Field, each: String, _ content: [XMLText]) -> [XMLText] {
    let item = XMLText("element", [("name", each)], content)
    let direct = XMLText("oneOrMore", [], [item])
    if field.key == each { return [direct] }
    let around = XMLText(
      "element", [("name", field.key)], [XMLText("zeroOrMore", [], [item])])
    return [around, direct]
  }

  /// What an element with such a value holds; an entry's has its name too.
  private func content(isNamed: Bool) -> [XMLText] {
    let name = isNamed ? [XMLText("attribute", [("name", "name")])] : []
    switch self {
    case .scalar(let scalar): return name + [scalar.data]
    case .object(let fields): return Self.pattern(of: fields, isNamed: isNamed)
    case .either(let scalar, let shape):
      let object = XMLText("group", [], shape.content(isNamed: false))
      return name + [XMLText("choice", [], [scalar.data, object])]
    case .list(let item, let each), .oneOrMany(let item, let each):
      let element = XMLText("element", [("name", each)], item.content(isNamed: false))
      return name + [XMLText("zeroOrMore", [], [element])]
    case .entries(let value, let each):
      let element = XMLText("element", [("name", each)], value.content(isNamed: true))
      return name + [XMLText("zeroOrMore", [], [element])]
    }
  }

  /// A scalar that stands for an array of one.
  private func alone(_ key: String) -> [XMLText] {
    if case .scalar(let scalar) = self { return scalar.inAttributeOrElement(key) }
    return []
  }
}

extension DocumentShape.Scalar {
  /// A scalar under a key: an attribute, or an element with text.
  fileprivate func inAttributeOrElement(_ key: String) -> [XMLText] {
    [
      XMLText("attribute", [("name", key)], [data]), XMLText("element", [("name", key)], [data]),
    ]
  }

  fileprivate var data: XMLText {
    func range(_ type: String, _ lower: String, _ upper: String) -> XMLText {
      XMLText(
        "data", [("type", type)],
        [
          XMLText("param", [("name", "minInclusive")], text: lower),
          XMLText("param", [("name", "maxInclusive")], text: upper),
        ])
    }
    switch self {
    case .text: return XMLText("data", [("type", "string")])
    case .choice(let names):
      return XMLText("choice", [], names.map { XMLText("value", text: $0) })
    case .boolean:
      return XMLText("choice", [], ["true", "false"].map { XMLText("value", text: $0) })
    case .integer(let bounds):
      return range("integer", "\(bounds.lowerBound)", "\(bounds.upperBound)")
    case .tenths(let bounds):
      return range(
        "decimal", decimal(ofTenths: bounds.lowerBound), decimal(ofTenths: bounds.upperBound))
    }
  }
}

/// An element of an XML text that is being written.
private struct XMLText {
  var name: String
  var attributes: [(String, String)]
  var children: [XMLText]
  var text: String

  init(
    _ name: String, _ attributes: [(String, String)] = [], _ children: [XMLText] = [],
    text: String = ""
  ) {
    self.name = name
    self.attributes = attributes
    self.children = children
    self.text = text
  }

  func rendered(indent: String) -> String {
    let start = indent + "<" + name + attributes.map { " \($0)=\"\(Self.escaped($1))\"" }.joined()
    if !text.isEmpty { return "\(start)>\(Self.escaped(text))</\(name)>\n" }
    if children.isEmpty { return start + "/>\n" }
    let inner = children.map { $0.rendered(indent: indent + "  ") }.joined()
    return "\(start)>\n\(inner)\(indent)</\(name)>\n"
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      .replacing("\"", with: "&quot;")
  }
}

/// The patterns of elements that occur more than once in a schema, each to be defined once.
private struct SharedPatterns {
  /// The definitions in the order in which they are first needed.
  private(set) var definitions: [XMLText] = []
  private var occurrences: [String: Int] = [:]
  private var names: [String: String] = [:]
  private var used: Set<String> = []

  init(of root: XMLText) { count(root) }

  private mutating func count(_ text: XMLText) {
    if let key = text.key {
      occurrences[key, default: 0] += 1
      if occurrences[key] != 1 { return }
    }
    for child in text.children { count(child) }
  }

  /// The text with references in place of what occurs more than once.
  mutating func shared(_ text: XMLText) -> XMLText {
    guard let key = text.key, occurrences[key, default: 0] > 1 else { return inside(text) }
    if let name = names[key] { return XMLText("ref", [("name", name)]) }
    let base = text.attributes.first?.1 ?? text.name
    var name = base
    var number = 1
    while !used.insert(name).inserted {
      number += 1
      name = "\(base)-\(number)"
    }
    names[key] = name
    let index = definitions.count
    definitions.append(XMLText("define", [("name", name)]))
    definitions[index].children = [inside(text)]
    return XMLText("ref", [("name", name)])
  }

  private mutating func inside(_ text: XMLText) -> XMLText {
    var result = text
    result.children = text.children.map { shared($0) }
    return result
  }
}

extension XMLText {
  /// What tells an element worth sharing from others; `nil` for everything else.
  fileprivate var key: String? {
    guard name == "element", !(children.first?.children.isEmpty ?? true) else { return nil }
    let text = rendered(indent: "")
    return text.utf8.count > 500 ? text : nil
  }
}
