/// An XML tree that is being read, element by element in document order.
struct XMLTreeBuilder {
  private(set) var names = NameTable()
  private(set) var namespaces: [XMLTree.Namespace] = [.init()]
  private var namespaceIndices: [XMLTree.Namespace: UInt32] = [:]
  private(set) var nodes: [XMLTree.Node] = []
  private(set) var attributes: [XMLTree.Attribute] = []
  private(set) var text: [UInt8] = []
  /// The elements whose end has not been seen, outermost first.
  private(set) var open: [Open] = []
  /// The character data of the open elements, outermost first.
  ///
  /// What is inside a child is taken out when the child ends, so each element's own is in one piece.
  private(set) var pending: [UInt8] = []

  /// An element whose end has not been seen.
  struct Open {
    var node: UInt32
    /// Where its character data starts in `pending`.
    var pendingStart: Int
    /// How many namespaces are in scope inside it.
    var namespaces: Int
  }

  /// The number of a local name.
  mutating func name(_ string: String) -> UInt32 { names.insert(string) }

  /// The number of a prefix and namespace.
  mutating func namespace(_ namespace: XMLTree.Namespace) -> UInt32 {
    if let index = namespaceIndices[namespace] { return index }
    let index = UInt32(namespaces.count)
    namespaces.append(namespace)
    namespaceIndices[namespace] = index
    return index
  }

  /// Starts an element.
  mutating func start(name: UInt32, namespace: UInt32, at offset: UInt32, namespaces: Int) {
    let index = UInt32(nodes.count)
    nodes.append(
      XMLTree.Node(
        name: name, namespace: namespace, parent: open.last?.node ?? index, end: index + 1,
        offset: offset, textStart: 0, textLength: 0, firstAttribute: UInt32(attributes.count),
        attributeCount: 0))
    open.append(Open(node: index, pendingStart: pending.count, namespaces: namespaces))
  }

  /// Adds an attribute to the element that was started last.
  mutating func attribute(
    name: UInt32, namespace: UInt32, at offset: UInt32, value: some Collection<UInt8>
  ) {
    attributes.append(
      XMLTree.Attribute(
        name: name, namespace: namespace, offset: offset, valueStart: UInt32(text.count),
        valueLength: UInt32(value.count)))
    text.append(contentsOf: value)
    nodes[nodes.count - 1].attributeCount += 1
  }

  /// Adds character data to the innermost open element.
  mutating func characters(_ bytes: some Collection<UInt8>) { pending.append(contentsOf: bytes) }

  /// Ends the innermost open element.
  mutating func end() {
    guard let ended = open.popLast() else { return }
    let index = Int(ended.node)
    nodes[index].end = UInt32(nodes.count)
    let length = pending.count - ended.pendingStart
    guard length > 0 else { return }
    // White space between child elements is layout; keeping it would double the tree.
    let isLeaf = nodes.count == index + 1
    if isLeaf || !pending[ended.pendingStart...].allSatisfy(\.isXMLSpace) {
      nodes[index].textStart = UInt32(text.count)
      nodes[index].textLength = UInt32(length)
      text.append(contentsOf: pending[ended.pendingStart...])
    }
    pending.removeLast(length)
  }
}

extension UInt8 {
  /// Whether the byte is white space in XML.
  var isXMLSpace: Bool { self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D }
}
