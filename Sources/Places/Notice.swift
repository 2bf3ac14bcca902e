/// Something that an importer, or the model's builder, wants a person to know about an input.
public struct Notice: Hashable, Sendable {
  /// What a notice is about.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// An element that affects traffic and became a condition or an opaque step.
    case opaque
    /// A conclusion that the input does not state, such as a shared segment.
    case inferred
    /// Two inputs that contradict each other, or something suspicious.
    case finding
    /// A plain remark.
    case remark
  }

  /// What the notice is about.
  public var kind: Kind
  /// Where it is.
  public var place: Place
  /// One sentence without a final full stop.
  public var message: String

  /// Creates a notice.
  public init(_ kind: Kind, at place: Place, _ message: String) {
    self.kind = kind
    self.place = place
    self.message = message
  }
}

/// One error in an input, with its place and, where one is known, what to do about it.
public struct InputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Where the error is.
  public var place: Place
  /// What is wrong, one sentence without a final full stop.
  public var message: String
  /// What the user can do about it.
  public var hint: String?

  /// Creates an error.
  public init(at place: Place, _ message: String, hint: String? = nil) {
    self.place = place
    self.message = message
    self.hint = hint
  }

  /// The error as one line, and the hint as a second one.
  public var description: String {
    "\(place): error: \(message)" + (hint.map { "\n  hint: \($0)" } ?? "")
  }
}

/// All the errors found in the inputs, in the order of their places.
///
/// Never empty.
public struct InputErrors: Error, Hashable, Sendable, CustomStringConvertible {
  /// The errors.
  public var errors: [InputError]

  /// Wraps one or more errors.
  public init(_ errors: [InputError]) { self.errors = errors }

  /// One error a line.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
