public import Places

/// One value of a JSON or YAML document.
///
/// It is a cursor: a number and the shared document. Where a value is not of the kind that is asked
/// for, the answer is nil.
public struct DocumentValue: Sendable, Equatable {
  /// What a value is.
  public enum Kind: UInt8, Hashable, Sendable {
    /// Nothing.
    case null
    /// True or false.
    case boolean
    /// A number, kept as it is written.
    case number
    /// A string.
    case string
    /// Values in order.
    case array
    /// Values by key, in the order of the document.
    case object
  }

  /// One entry of an object.
  public struct Entry: Sendable {
    /// The key.
    public let key: String
    /// Where the key is.
    public let keyPlace: Place
    /// The value.
    public let value: DocumentValue
  }

  let tree: DocumentTree
  /// The value's number in document order, from 0 for the root.
  ///
  /// Keys have no numbers of their own.
  public let id: Int

  init(tree: DocumentTree, id: Int) {
    self.tree = tree
    self.id = id
  }

  var node: DocumentTree.Node { tree.nodes[id] }

  /// Whether both are the same value of the same document.
  public static func == (a: Self, b: Self) -> Bool { a.id == b.id && a.tree === b.tree }

  /// What the value is.
  public var kind: Kind { node.kind }

  /// Where the value starts.
  public var place: Place { tree.lines.place(at: node.offset) }

  /// The value's key, if it is in an object.
  public var key: String? {
    node.key == .max ? nil : tree.names.names[Int(node.key)]
  }

  /// Where the value's key is, if it is in an object.
  public var keyPlace: Place? {
    node.key == .max ? nil : tree.lines.place(at: node.keyOffset)
  }

  /// The numbers of this value and all values inside it, at any depth.
  public var subtreeIDs: Range<Int> { id..<Int(node.end) }

  /// How many values the whole document has.
  public var documentCount: Int { tree.nodes.count }
}

extension DocumentValue {
  /// Whether the value is null.
  public var isNull: Bool { kind == .null }

  /// The truth value.
  public var bool: Bool? { kind == .boolean ? text == "true" : nil }

  /// The string.
  public var string: String? { kind == .string ? text : nil }

  /// The number as it is written.
  public var number: String? { kind == .number ? text : nil }

  /// The number, if it is written without a fraction or an exponent and fits.
  public var int: Int? { kind == .number ? Int(text) : nil }

  /// The number, rounded to the nearest one that fits.
  public var double: Double? { kind == .number ? Double(text) : nil }

  /// The string, the number as it is written, or `true` or `false`.
  public var scalarText: String? {
    switch kind {
    case .string, .number, .boolean: text
    case .null, .array, .object: nil
    }
  }

  /// The values of the array in order.
  public var array: [DocumentValue]? { kind == .array ? Array(children) : nil }

  /// The entries of the object in the order of the document.
  public var object: [Entry]? {
    guard kind == .object else { return nil }
    return children.map { child in
      Entry(
        key: tree.names.names[Int(child.node.key)],
        keyPlace: tree.lines.place(at: child.node.keyOffset), value: child)
    }
  }

  /// The values in the array or object, in the order of the document; none in any other value.
  public var children: Children { Children(tree: tree, position: id + 1, end: Int(node.end)) }

  /// The value of a key, if this is an object that has the key.
  ///
  /// - Complexity: O(*n*) in the entries.
  public subscript(key: String) -> DocumentValue? {
    guard kind == .object, let number = tree.names.index(of: key) else { return nil }
    return children.first { $0.node.key == number }
  }

  /// The value at the end of a path of keys.
  ///
  /// An empty path ends at this value.
  public func descendant(_ path: String...) -> DocumentValue? {
    var value = self
    for key in path {
      guard let next = value[key] else { return nil }
      value = next
    }
    return value
  }

  private var text: String {
    let start = Int(node.textStart)
    return String(decoding: tree.text[start..<start + Int(node.textLength)], as: UTF8.self)
  }

  /// The values inside one value in the order of the document.
  public struct Children: Sequence, IteratorProtocol, Sendable {
    let tree: DocumentTree
    var position: Int
    let end: Int

    /// The next value.
    public mutating func next() -> DocumentValue? {
      while position < end {
        let value = DocumentValue(tree: tree, id: position)
        position = Int(value.node.end)
        if !value.node.isReplaced { return value }
      }
      return nil
    }
  }
}
