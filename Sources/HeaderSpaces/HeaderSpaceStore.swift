public import Packets

/// Where header spaces live: shared diagrams, each distinct set stored once.
///
/// A store is passed `inout` and belongs to one worker. It only grows, up to its limit; an operation
/// that would pass the limit throws `LimitReached` and changes no set, so an answer is exact or
/// there is none.
public struct HeaderSpaceStore: ~Copyable, Sendable {
  var diagram: Diagram

  /// Creates a store that may hold so many edges.
  ///
  /// An edge takes about 20 bytes with all that serves it. A set that depends on more than some 400
  /// conditions at once passes the limit, too.
  ///
  /// Sets are smaller where conditions that are asked one after another are so in `conditions`, an
  /// order of those from 0 on; others come after them.
  public init(limit: Int = 50_000_000, conditions: [Int] = []) {
    diagram = Diagram(limit: limit, order: ConditionOrder(conditions))
  }

  private init(_ diagram: consuming Diagram) { self.diagram = diagram }

  /// A store for another worker: every set of this one means the same there.
  ///
  /// - Complexity: O(*n*) in the edges of the store, which are copied as plain memory.
  public func copy() -> Self { Self(diagram.copy()) }

  /// How many nodes the diagrams of all sets have together.
  public var nodeCount: Int { diagram.nodeCount }

  /// How many edges the diagrams of all sets have together; this is what the limit bounds.
  public var edgeCount: Int { diagram.edges.count }

  /// How many edges there may be.
  public var limit: Int { diagram.limit }

  /// Forgets every set but these, and gives these anew, in the same order.
  ///
  /// No other set made before may be used any more; those that are needed again are made again.
  /// - Complexity: O(*n*) in the edges of the store.
  public mutating func compact(keeping spaces: [HeaderSpace]) -> [HeaderSpace] {
    var nodes = spaces.map(\.node)
    diagram.compact(keeping: &nodes)
    return nodes.map { HeaderSpace($0) }
  }

  /// Ends an operation: its result, or the error if it did not get through.
  mutating func settle<Value>(_ value: Value) throws(LimitReached) -> Value {
    if diagram.isOverflowing {
      diagram.recover()
      throw LimitReached(limit: diagram.limit)
    }
    return value
  }
}

extension HeaderSpaceStore {
  /// What the box holds.
  public mutating func space(of box: HeaderBox) throws(LimitReached) -> HeaderSpace {
    try settle(HeaderSpace(diagram.box(box)))
  }

  /// What any of the boxes holds.
  public mutating func space(of boxes: [HeaderBox]) throws(LimitReached) -> HeaderSpace {
    let start = diagram.matching.lists.count
    for box in boxes {
      let node = diagram.box(box)
      diagram.appendRule(start, node, value: Diagram.everything)
    }
    diagram.appendRule(start, Diagram.everything, value: Diagram.nothing)
    return try settle(HeaderSpace(diagram.firstMatch(start)))
  }

  /// The packets that exist: those whose lacking fields are 0; see `HeaderBox.validPackets`.
  public mutating func valid() throws(LimitReached) -> HeaderSpace {
    try space(of: HeaderBox.validPackets)
  }

  /// The members of either set.
  public mutating func union(_ a: HeaderSpace, _ b: HeaderSpace) throws(LimitReached)
    -> HeaderSpace
  {
    try settle(HeaderSpace(diagram.union(a.node, b.node)))
  }

  /// The members of any of the sets.
  public mutating func union(_ spaces: [HeaderSpace]) throws(LimitReached) -> HeaderSpace {
    try settle(HeaderSpace(diagram.union(of: spaces.map(\.node))))
  }

  /// The members of both sets.
  public mutating func intersection(_ a: HeaderSpace, _ b: HeaderSpace) throws(LimitReached)
    -> HeaderSpace
  {
    try settle(HeaderSpace(diagram.intersection(a.node, b.node)))
  }

  /// The members of the first set that are not in the second.
  public mutating func subtracting(_ b: HeaderSpace, from a: HeaderSpace) throws(LimitReached)
    -> HeaderSpace
  {
    try settle(HeaderSpace(diagram.subtraction(a.node, b.node)))
  }

  /// What is not in the set.
  public mutating func complement(_ a: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    try settle(HeaderSpace(diagram.complement(a.node)))
  }

  /// A set that holds all of one and nothing of another, and looks at less than it where that leaves
  /// room.
  ///
  /// What the sets have in common, if anything, it holds.
  public mutating func simplified(_ a: HeaderSpace, apartFrom b: HeaderSpace)
    throws(LimitReached) -> HeaderSpace
  {
    let others = diagram.isDisjoint(a.node, b.node) ? b.node : diagram.subtraction(b.node, a.node)
    return try settle(HeaderSpace(diagram.simplified(a.node, apartFrom: others)))
  }

  /// Whether every member of the first set is in the second.
  public mutating func isSubset(_ a: HeaderSpace, of b: HeaderSpace) throws(LimitReached) -> Bool {
    try settle(diagram.isSubset(a.node, b.node))
  }

  /// How far the store is filled, to go back to.
  public struct Mark: Sendable {
    fileprivate let mark: Diagram.Mark
  }

  /// Where the store ends now.
  public var mark: Mark { Mark(mark: diagram.mark) }

  /// Forgets all sets made since the mark, where they are more than what was there before; none of
  /// them may be used.
  /// - Complexity: Linear in what was there before, and so, over many calls, in what is made.
  public mutating func release(to mark: Mark) {
    if diagram.mark.edges > 2 * mark.mark.edges { diagram.release(to: mark.mark) }
  }

  /// Whether the sets have no common member.
  public mutating func isDisjoint(_ a: HeaderSpace, _ b: HeaderSpace) throws(LimitReached) -> Bool {
    try settle(diagram.isDisjoint(a.node, b.node))
  }
}
