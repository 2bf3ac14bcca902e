/// One JSON or YAML document in flat arrays, which every cursor into it shares.
///
/// It is a class so that a cursor holds one reference instead of four; it never changes. Values are
/// numbered in document order, so what is inside a value are the numbers that follow its own, up to
/// its `end`.
final class DocumentTree: Sendable {
  /// One value.
  struct Node: Sendable {
    var kind: DocumentValue.Kind
    /// Whether a later entry with the same key has replaced this one.
    var isReplaced = false
    /// The number of its key, if it is in an object.
    var key: UInt32 = .max
    /// Where its key is, if it is in an object.
    var keyOffset: UInt32 = 0
    /// Where the value starts.
    var offset: UInt32
    /// The number after that of the last value inside.
    var end: UInt32
    /// Where its text is in `text`.
    var textStart: UInt32 = 0
    /// How long its text is.
    var textLength: UInt32 = 0
  }

  let lines: LineTable
  let names: NameTable
  let nodes: [Node]
  /// The texts of strings without their escapes, and of numbers and truth values, in UTF-8.
  let text: [UInt8]

  init(_ builder: consuming DocumentTreeBuilder, lines: LineTable) {
    self.lines = lines
    names = builder.names
    nodes = builder.nodes
    text = builder.text
  }
}

/// A tree that is being read, value by value in document order.
struct DocumentTreeBuilder {
  private(set) var names = NameTable()
  private(set) var nodes: [DocumentTree.Node] = []
  var text: [UInt8] = []
  /// For each key, the object in which it was last seen while looking for repeated ones.
  private var owners: [UInt32] = []
  /// For each key, the value it had there.
  private var holders: [Int] = []

  /// A key of an object, and where it is.
  struct Key {
    var name: UInt32
    var offset: Int
  }

  /// The number of a key.
  mutating func key(_ name: String, at offset: Int) -> Key {
    Key(name: names.insert(name), offset: offset)
  }

  /// Adds a value whose text is what has been added to `text` since it had a length.
  mutating func add(
    _ kind: DocumentValue.Kind, key: Key?, at offset: Int, textFrom start: Int? = nil
  ) -> Int {
    let index = nodes.count
    var node = DocumentTree.Node(
      kind: kind, offset: UInt32(offset), end: UInt32(index + 1))
    if let key {
      node.key = key.name
      node.keyOffset = UInt32(key.offset)
    }
    if let start {
      node.textStart = UInt32(start)
      node.textLength = UInt32(text.count - start)
    }
    nodes.append(node)
    return index
  }

  /// Ends an array or an object.
  mutating func end(_ index: Int) { nodes[index].end = UInt32(nodes.count) }

  /// How many values a value is, with all inside it.
  func count(in index: Int) -> Int { Int(nodes[index].end) - index }

  /// How many levels of values a value has, itself included.
  ///
  /// - Complexity: O(*n*) in the values inside it.
  func height(of index: Int) -> Int {
    var ends: [UInt32] = []
    var height = 0
    for inner in index..<Int(nodes[index].end) {
      while let end = ends.last, end <= inner { ends.removeLast() }
      ends.append(nodes[inner].end)
      height = max(height, ends.count)
    }
    return height
  }

  /// Adds a copy of an earlier value under another key; what is inside it keeps its places.
  mutating func copy(_ index: Int, key: Key?) {
    let distance = UInt32(nodes.count - index)
    let copied = nodes.count
    for inner in index..<Int(nodes[index].end) {
      var node = nodes[inner]
      node.end += distance
      nodes.append(node)
    }
    nodes[copied].key = key?.name ?? .max
    nodes[copied].keyOffset = UInt32(key?.offset ?? 0)
  }

  /// Finds the keys that occur more than once in an object that has ended.
  ///
  /// Of several entries with one key, all but the last are marked as replaced.
  ///
  /// - Returns: The second entry of the first key that is repeated, if one is.
  /// - Complexity: O(*n*) in the entries of the object.
  mutating func replaceRepeatedKeys(of object: Int) -> DocumentTree.Node? {
    while owners.count < names.names.count {
      owners.append(.max)
      holders.append(0)
    }
    var repeated: DocumentTree.Node?
    var child = object + 1
    while child < nodes[object].end {
      let key = Int(nodes[child].key)
      if owners[key] == object {
        nodes[holders[key]].isReplaced = true
        if repeated == nil { repeated = nodes[child] }
      }
      owners[key] = UInt32(object)
      holders[key] = child
      child = Int(nodes[child].end)
    }
    return repeated
  }
}
