extension XMLElement {
  /// The child elements in document order.
  public var children: Children { Children(tree: tree, position: id + 1, end: Int(node.end)) }

  /// The child elements of one element in document order.
  public struct Children: Sequence, IteratorProtocol, Sendable {
    let tree: XMLTree
    var position: Int
    let end: Int

    /// The next child.
    public mutating func next() -> XMLElement? {
      guard position < end else { return nil }
      defer { position = Int(tree.nodes[position].end) }
      return XMLElement(tree: tree, id: position)
    }
  }

  /// Whether the element has no child elements.
  public var isLeaf: Bool { Int(node.end) == id + 1 }

  /// The first child element with a local name.
  public func child(_ name: String) -> XMLElement? {
    guard let number = tree.names.index(of: name) else { return nil }
    return children.first { $0.node.name == number }
  }

  /// The child elements with a local name, in document order.
  public func children(_ name: String) -> [XMLElement] {
    guard let number = tree.names.index(of: name) else { return [] }
    return children.filter { $0.node.name == number }
  }

  /// The element at the end of a path of local names, each the first such child.
  ///
  /// An empty path ends at this element.
  public func descendant(_ path: String...) -> XMLElement? { descendant(path) }

  /// The element at the end of a path of local names, each the first such child.
  public func descendant(_ path: [String]) -> XMLElement? {
    var element = self
    for name in path {
      guard let child = element.child(name) else { return nil }
      element = child
    }
    return element
  }

  /// All elements at the end of a path of local names, in document order.
  public func descendants(_ path: String...) -> [XMLElement] {
    path.reduce([self]) { found, name in found.flatMap { $0.children(name) } }
  }

  /// The element around this one; the root has none.
  public var parent: XMLElement? {
    id == 0 ? nil : XMLElement(tree: tree, id: Int(node.parent))
  }

  /// The numbers of this element and all elements inside it, at any depth.
  public var subtreeIDs: Range<Int> { id..<Int(node.end) }

  /// The names from the root to this element, as in `config/devices/entry`.
  public var path: String {
    var names = [name]
    var element = self
    while let parent = element.parent {
      names.append(parent.name)
      element = parent
    }
    return names.reversed().joined(separator: "/")
  }
}
