/// An exact set of packets, as an index into the store that made it.
///
/// It means something only in that store, and there two sets are equal exactly if they are `==`.
public struct HeaderSpace: Hashable, Sendable {
  let node: Diagram.Node

  init(_ node: Diagram.Node) { self.node = node }

  /// The set without members.
  public static let empty = Self(Diagram.nothing)
  /// The set of everything, also of what no packet can be; see `HeaderSpaceStore.valid()`.
  public static let everything = Self(Diagram.everything)

  /// Whether the set has no members.
  public var isEmpty: Bool { node == Diagram.nothing }
}

/// An operation on header spaces needed more room, or more steps, than it may take.
///
/// The store stays usable: every set made before is what it was.
public struct LimitReached: Error, Hashable, Sendable, CustomStringConvertible {
  /// How many edges, rows or cuts there may be.
  public let limit: Int

  /// Creates an error.
  public init(limit: Int) { self.limit = limit }

  /// The error as a sentence without its full stop.
  public var description: String { "the sets of packets pass the limit of \(limit)" }
}
