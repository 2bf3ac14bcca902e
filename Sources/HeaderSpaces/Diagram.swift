/// Shared interval decision diagrams: the arena, the table that keeps them canonical, the cache.
///
/// A node looks at one level and has edges, each with the greatest value that follows it and the
/// node it leads to. **Invariant**: nodes are never changed; the bounds of a node's edges ascend and
/// end with the level's greatest value; two neighbouring edges lead to different nodes; a node has
/// at least two edges, leading to deeper levels; no two nodes are equal. So two sets are equal
/// exactly if their nodes are the same.
struct Diagram: ~Copyable {
  /// The index of a node.
  typealias Node = UInt32

  /// Where a node's edges are; they end where the next node's start.
  struct Record {
    var level: UInt32
    var first: UInt32
  }

  /// A remembered result.
  struct Result {
    var operation: UInt32
    var a: Node
    var b: UInt32
    var result: Node
  }

  /// The set without members.
  static let nothing: Node = 0
  /// The set of everything.
  static let everything: Node = 1
  /// The leaf of what a split leaves out; no set leads to it.
  static let ignored: Node = 2
  /// How many nodes there always are, which have no edges.
  static let fixedNodes = 3
  /// The level of leaves, below all others.
  static let leafLevel = UInt32.max

  /// The greatest number of edges.
  let limit: Int
  /// Whether an operation had to stop at a limit; its result then means nothing.
  var isOverflowing = false
  /// How deep the running operation is nested.
  var depth = 0

  var records = Buffer<Record>(capacity: 1024)
  var edges = Buffer<UInt64>(capacity: 4096)
  private var unique = NodeTable()
  private var cache = Buffer<Result>(repeating: Result(), count: 4096)
  private var cacheInsertions = 0

  /// Which nodes depend on conditions, one bit each; those behind the end do not.
  var conditional = Buffer<UInt64>()

  /// Edges of nodes under construction, a stack.
  var pending = Buffer<UInt64>()
  /// What first-match lists need; see `Diagram+FirstMatch`.
  var matching = Matching()
  /// What splitting by many leaves needs; see `Diagram+Split`.
  var splitting = Splitting()
  /// The greatest value of each level that belongs to a field.
  let greatest: Buffer<UInt32>
  /// Lists of levels and the like that cached operations take as parameters.
  var parameters: [[Int]: UInt32] = [:]

  /// In which order it looks at conditions.
  let order: ConditionOrder

  init(limit: Int, order: ConditionOrder) {
    self.order = order
    self.limit = min(limit, Int(UInt32.max) - 2)
    var greatest = Buffer<UInt32>()
    for chunk in Levels.chunks { greatest.append(chunk.greatest) }
    self.greatest = greatest
    // One more record than nodes, so that the last node's edges have an end, too.
    for _ in 0...Self.fixedNodes { records.append(Record(level: Self.leafLevel, first: 0)) }
  }

  /// The same nodes under the same indices; results are remembered anew.
  func copy() -> Diagram {
    var copy = Diagram(limit: limit, order: order)
    copy.records = records.copy()
    copy.edges = edges.copy()
    copy.unique = unique.copy()
    copy.conditional = conditional.copy()
    copy.parameters = parameters
    return copy
  }

  /// How many nodes there are, leaves included.
  var nodeCount: Int { records.count - 1 }

  /// The level that a node looks at.
  @inline(__always)
  func level(_ node: Node) -> UInt32 { records[Int(node)].level }

  /// The indices of a node's edges.
  @inline(__always)
  func edgeRange(_ node: Node) -> Range<Int> {
    Int(records[Int(node)].first)..<Int(records[Int(node) + 1].first)
  }

  /// The greatest value that follows an edge.
  @inline(__always)
  func bound(_ edge: Int) -> UInt32 { UInt32(truncatingIfNeeded: edges[edge] >> 32) }

  /// Where an edge leads.
  @inline(__always)
  func child(_ edge: Int) -> Node { Node(truncatingIfNeeded: edges[edge]) }

  /// The greatest value of a level.
  @inline(__always)
  func greatestValue(_ level: UInt32) -> UInt32 {
    Int(level) < greatest.count ? greatest[Int(level)] : 1
  }
}

extension Diagram.Result {
  /// No result; the operation 0 does not exist.
  init() {
    operation = 0
    a = 0
    b = 0
    result = 0
  }
}

extension Diagram {
  /// Adds an edge to the node under construction whose edges start at `base` of `pending`.
  @inline(__always)
  mutating func push(_ base: Int, _ bound: UInt32, _ child: Node) {
    let edge = UInt64(bound) << 32 | UInt64(child)
    let last = pending.count - 1
    if last >= base, Node(truncatingIfNeeded: pending[last]) == child {
      pending[last] = edge
    } else {
      pending.append(edge)
    }
  }

  /// The node with the pending edges from `base` on, which are taken off.
  @inline(__always)
  mutating func finish(_ level: UInt32, _ base: Int) -> Node {
    if pending.count == base + 1 {
      let child = Node(truncatingIfNeeded: pending[base])
      pending.truncate(to: base)
      return child
    }
    let node = intern(level, base)
    pending.truncate(to: base)
    return node
  }

  mutating func intern(_ level: UInt32, _ base: Int) -> Node {
    let count = pending.count - base
    let hash = Self.hash(level, pending, base..<pending.count)
    var place = unique.home(of: hash)
    while unique[place] != 0 {
      let entry = unique[place]
      if UInt32(truncatingIfNeeded: entry >> 32) == hash {
        let node = Node(truncatingIfNeeded: entry)
        if isEqual(node, level, base, count) { return node }
      }
      place = unique.place(after: place)
    }
    if edges.count + count > limit {
      isOverflowing = true
      return Self.nothing
    }
    let node = Node(records.count - 1)
    records[Int(node)].level = level
    edges.append(pending, from: base, count: count)
    records.append(Record(level: Self.leafLevel, first: UInt32(edges.count)))
    noteConditions(node)
    unique.put(hash, node, at: place, nodes: nodeCount)
    return node
  }

  /// The hash of a node, never 0: its last bit is 1.
  @inline(__always)
  private static func hash(_ level: UInt32, _ edges: borrowing Buffer<UInt64>, _ part: Range<Int>)
    -> UInt32
  {
    var mixed = UInt64(level) &* 0x9E37_79B9_7F4A_7C15
    for index in part {
      mixed = (mixed ^ edges[index]) &* 0xBF58_476D_1CE4_E5B9
      mixed ^= mixed >> 29
    }
    return UInt32(truncatingIfNeeded: mixed >> 16) | 1
  }

  @inline(__always)
  private func isEqual(_ node: Node, _ level: UInt32, _ base: Int, _ count: Int) -> Bool {
    let range = edgeRange(node)
    guard self.level(node) == level, range.count == count else { return false }
    for offset in 0..<count where edges[range.lowerBound + offset] != pending[base + offset] {
      return false
    }
    return true
  }
}

extension Diagram {
  /// Makes the table of nodes anew.
  mutating func rebuildUnique() {
    unique = NodeTable(nodes: nodeCount * 2)
    for node in Self.fixedNodes..<nodeCount {
      unique.add(Self.hash(records[node].level, edges, edgeRange(Node(node))), Node(node))
    }
  }

  /// Forgets all remembered results.
  mutating func forgetResults() {
    cache.fill(with: Result())
    cacheInsertions = 0
    matching.forget()
    splitting.forget()
  }

  @inline(__always)
  private func cacheSlot(_ operation: UInt32, _ a: Node, _ b: UInt32) -> Int {
    var mixed = (UInt64(a) << 32 | UInt64(b)) &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 32
    mixed = (mixed &+ UInt64(operation)) &* 0xBF58_476D_1CE4_E5B9
    return Int(truncatingIfNeeded: mixed >> 24) & (cache.count - 1)
  }

  /// The remembered result of an operation.
  @inline(__always)
  func remembered(_ operation: UInt32, _ a: Node, _ b: UInt32) -> Node? {
    let entry = cache[cacheSlot(operation, a, b)]
    return entry.operation == operation && entry.a == a && entry.b == b ? entry.result : nil
  }

  /// Remembers the result of an operation, unless it means nothing.
  @inline(__always)
  mutating func remember(_ operation: UInt32, _ a: Node, _ b: UInt32, _ result: Node) {
    if isOverflowing { return }
    cache[cacheSlot(operation, a, b)] = Result(operation: operation, a: a, b: b, result: result)
    cacheInsertions += 1
    if cacheInsertions > 2 * cache.count, cache.count < Self.mostRemembered(nodes: nodeCount) {
      growCache()
    }
  }

  /// How many results may be remembered while there are so many nodes: as many as stay in the
  /// processor's own memory, unless the nodes themselves take much more than that.
  static func mostRemembered(nodes: Int) -> Int { nodes < 1 << 20 ? 1 << 16 : 1 << 18 }

  private mutating func growCache() {
    var smaller = Buffer(repeating: Result(), count: cache.count * 4)
    swap(&smaller, &cache)
    for index in 0..<smaller.count where smaller[index].operation != 0 {
      let entry = smaller[index]
      cache[cacheSlot(entry.operation, entry.a, entry.b)] = entry
    }
    cacheInsertions = 0
  }

  /// The number that stands for a list of numbers in the cache.
  mutating func parameter(_ numbers: [Int]) -> UInt32 {
    if let known = parameters[numbers] { return known }
    let number = UInt32(parameters.count)
    parameters[numbers] = number
    return number
  }
}

extension Diagram {
  /// Makes the store usable again after an operation that did not get through.
  mutating func recover() {
    isOverflowing = false
    depth = 0
    pending.truncate(to: 0)
    splitting.strips.truncate(to: 0)
    matching.lists.truncate(to: 0)
    matching.cursors.truncate(to: 0)
    matching.events.truncate(to: 0)
    matching.active.truncate(to: 0)
  }
}
