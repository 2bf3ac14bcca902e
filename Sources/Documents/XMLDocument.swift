public import Places

/// An XML document as a tree of elements that know their places.
///
/// Elements are numbered from 0 in document order, so that a reader can keep an array with one
/// state for each element and show that it has left none out.
public struct XMLDocument: Sendable {
  let tree: XMLTree

  /// Reads a document.
  ///
  /// Nothing outside the bytes is ever read: no entity is resolved but the five predefined ones and
  /// character references, and a document that declares its own is refused. A document in another
  /// encoding than UTF-8 says so by a byte order mark or its declaration; places count the bytes of
  /// its text in UTF-8.
  ///
  /// - Complexity: O(*n*) in the bytes.
  public static func parse(
    _ bytes: [UInt8], file: String, limits: DocumentLimits = .standard
  ) throws(InputError) -> Self {
    Self(tree: try parseXML(bytes, file: file, limits: limits))
  }

  /// The file's name.
  public var file: String { tree.lines.file }

  /// The outermost element.
  public var root: XMLElement { XMLElement(tree: tree, id: 0) }

  /// How many elements there are.
  public var elementCount: Int { tree.nodes.count }

  /// All elements in document order; the element at position *n* has the `id` *n*.
  public var elements: Elements { Elements(tree: tree) }

  /// All elements of a document in document order.
  public struct Elements: RandomAccessCollection, Sendable {
    let tree: XMLTree

    /// The number of the root.
    public var startIndex: Int { 0 }

    /// How many elements there are.
    public var endIndex: Int { tree.nodes.count }

    /// The element with a number.
    public subscript(position: Int) -> XMLElement {
      precondition(tree.nodes.indices.contains(position), "an element's id is in its document")
      return XMLElement(tree: tree, id: position)
    }
  }
}
