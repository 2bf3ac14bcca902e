/// One XML document in flat arrays, which every cursor into it shares.
///
/// It is a class so that a cursor holds one reference instead of seven; it never changes.
/// Elements are numbered in document order, so the descendants of an element are the numbers that
/// follow its own, up to its `end`.
final class XMLTree: Sendable {
  /// One element.
  struct Node: Sendable {
    /// The number of the local name.
    var name: UInt32
    /// The number of the prefix and namespace; 0 is neither.
    var namespace: UInt32
    /// The number of the element around this one; the root's is its own.
    var parent: UInt32
    /// The number after the last descendant's.
    var end: UInt32
    /// Where the `<` is.
    var offset: UInt32
    /// Where its character data is in `text`.
    var textStart: UInt32
    /// How long its character data is.
    var textLength: UInt32
    /// The number of its first attribute.
    var firstAttribute: UInt32
    /// How many attributes it has.
    var attributeCount: UInt32
  }

  /// One attribute.
  struct Attribute: Sendable {
    var name: UInt32
    var namespace: UInt32
    /// Where the first byte of the name is.
    var offset: UInt32
    var valueStart: UInt32
    var valueLength: UInt32
  }

  /// A prefix and the namespace it stands for.
  struct Namespace: Hashable, Sendable {
    var prefix: String?
    var uri: String?
  }

  let lines: LineTable
  let names: NameTable
  let namespaces: [Namespace]
  let nodes: [Node]
  let attributes: [Attribute]
  /// All character data and attribute values, in UTF-8.
  let text: [UInt8]

  init(_ builder: consuming XMLTreeBuilder, lines: LineTable) {
    self.lines = lines
    names = builder.names
    namespaces = builder.namespaces
    nodes = builder.nodes
    attributes = builder.attributes
    text = builder.text
  }

  /// The text in a range of `text`.
  func string(_ start: UInt32, _ length: UInt32) -> String {
    length == 0 ? "" : String(decoding: text[Int(start)..<Int(start) + Int(length)], as: UTF8.self)
  }
}
