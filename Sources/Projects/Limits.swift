public import Documents

/// The bounds on what one project may read, all in one place with their reasons.
///
/// What is beyond a bound is refused with an error that names it; nothing is ever cut short.
public struct Limits: Hashable, Sendable {
  /// The bounds on each document, its size above all.
  public var document: DocumentLimits
  /// The most bytes that all files may have together: what a machine of 16 GB reads in comfort, since
  /// a document takes about eight times its size as a tree.
  public var bytes = 1 << 30
  /// The most files; the largest fleet known to us has about 3,000 devices.
  public var files = 20_000
  /// The most levels of files that include each other: a fleet, its regions, stations and bays are
  /// four.
  public var includeDepth = 16
  /// The bounds that hold unless a caller chooses others.
  public init(document: DocumentLimits = .standard) { self.document = document }
}
