/// How much of one input file is modelled: every element is counted in exactly one state.
///
/// The fourth state, malformed, has no count, since a malformed element ends the run or, in vendor
/// content, becomes an opaque condition with a notice.
public struct Coverage: Hashable, Sendable {
  /// One element that was not modelled.
  public struct Element: Hashable, Sendable {
    /// What it is: an element path or a keyword.
    public var name: String
    /// Where it is.
    public var place: Place

    /// Creates an element.
    public init(_ name: String, at place: Place) {
      self.name = name
      self.place = place
    }
  }

  /// The file.
  public var file: String
  /// How many elements are in the model.
  public var modelled = 0
  /// How many elements a list in the source names as irrelevant to traffic.
  public var irrelevant = 0
  /// The elements that became a condition or an opaque step, in document order.
  public var opaque: [Element] = []

  /// Creates an empty count for a file.
  public init(file: String) { self.file = file }
}
