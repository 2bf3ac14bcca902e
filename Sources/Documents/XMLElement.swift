public import Places

/// One element of an XML document.
///
/// It is a cursor: a number and the shared document. Names are local names; a document's prefixes
/// matter only to a reader that asks for `prefix` or `namespace`.
public struct XMLElement: Sendable, Equatable {
  let tree: XMLTree
  /// The element's number in document order, from 0 for the root.
  public let id: Int

  init(tree: XMLTree, id: Int) {
    self.tree = tree
    self.id = id
  }

  var node: XMLTree.Node { tree.nodes[id] }

  /// Whether both are the same element of the same document.
  public static func == (a: Self, b: Self) -> Bool { a.id == b.id && a.tree === b.tree }

  /// The local name.
  public var name: String { tree.names.names[Int(node.name)] }

  /// The prefix before the name, if there is one.
  public var prefix: String? { tree.namespaces[Int(node.namespace)].prefix }

  /// The namespace, if the element is in one.
  public var namespace: String? { tree.namespaces[Int(node.namespace)].uri }

  /// Where the element's `<` is.
  public var place: Place { tree.lines.place(at: node.offset) }

  /// The element's own character data without the white space at its ends.
  ///
  /// The data before, between and after child elements is joined; what is inside them is not part
  /// of it. White space is what XML calls so: space, tab and line ends.
  public var text: String {
    var start = Int(node.textStart)
    var end = start + Int(node.textLength)
    while start < end, tree.text[start].isXMLSpace { start += 1 }
    while start < end, tree.text[end - 1].isXMLSpace { end -= 1 }
    return start == end ? "" : String(decoding: tree.text[start..<end], as: UTF8.self)
  }

  /// The element's own character data as it stands.
  ///
  /// It is empty where an element with children has nothing but white space between them.
  public var rawText: String { tree.string(node.textStart, node.textLength) }

  /// Whether the element has character data of its own other than white space.
  public var hasText: Bool {
    let start = Int(node.textStart)
    return !tree.text[start..<start + Int(node.textLength)].allSatisfy(\.isXMLSpace)
  }
}

/// One attribute of an XML element.
public struct XMLAttribute: Sendable {
  /// The local name.
  public let name: String
  /// The prefix before the name, if there is one.
  public let prefix: String?
  /// The namespace, if the attribute is in one.
  public let namespace: String?
  /// The value, with its references replaced and its line ends turned into spaces.
  public let value: String
  /// Where the name starts.
  public let place: Place
}

extension XMLElement {
  /// The attributes in document order, without the declarations of namespaces.
  public var attributes: [XMLAttribute] {
    attributeRange.map { attribute(at: $0) }
  }

  /// The value of the attribute with a local name.
  public func attribute(_ name: String) -> String? {
    attributeIndex(name).map {
      tree.string(tree.attributes[$0].valueStart, tree.attributes[$0].valueLength)
    }
  }

  /// Where the attribute with a local name is.
  public func attributePlace(_ name: String) -> Place? {
    attributeIndex(name).map { tree.lines.place(at: tree.attributes[$0].offset) }
  }

  private var attributeRange: Range<Int> {
    Int(node.firstAttribute)..<Int(node.firstAttribute + node.attributeCount)
  }

  private func attributeIndex(_ name: String) -> Int? {
    guard node.attributeCount > 0, let number = tree.names.index(of: name) else { return nil }
    return attributeRange.first { tree.attributes[$0].name == number }
  }

  private func attribute(at index: Int) -> XMLAttribute {
    let attribute = tree.attributes[index]
    let namespace = tree.namespaces[Int(attribute.namespace)]
    return XMLAttribute(
      name: tree.names.names[Int(attribute.name)], prefix: namespace.prefix,
      namespace: namespace.uri,
      value: tree.string(attribute.valueStart, attribute.valueLength),
      place: tree.lines.place(at: attribute.offset))
  }
}
