import Places

/// The bounds on one input document, all in one place with their reasons.
///
/// A document beyond a bound is refused with an error that names it; nothing is ever cut short.
public struct DocumentLimits: Hashable, Sendable {
  /// The most bytes a document may have.
  ///
  /// The largest configuration known to us has 36 MB. Positions are kept in 32 bits, so this must
  /// stay below 1 GiB, which leaves room for a text that grows fourfold when decoded to UTF-8.
  public var bytes: Int
  /// The most levels of elements, arrays and objects inside one another.
  ///
  /// No known format needs more than about 40. Readers may recurse this deep.
  public var depth: Int
  /// The most attributes one XML element may have, since finding a repeated one is quadratic.
  public var attributes: Int
  /// The most values a YAML document may have once its aliases are followed.
  ///
  /// Aliases let a few lines name more values than a machine can hold.
  public var values: Int

  /// Creates bounds.
  public init(
    bytes: Int = 200_000_000, depth: Int = 512, attributes: Int = 1000, values: Int = 5_000_000
  ) {
    self.bytes = min(bytes, 1 << 30)
    self.depth = depth
    self.attributes = attributes
    self.values = values
  }

  /// The bounds that hold unless a caller chooses others.
  public static let standard = Self()

  /// Refuses a document that is too large.
  func check(size: Int, of file: String) throws(InputError) {
    guard size > bytes else { return }
    throw InputError(
      at: Place(file: file), "the document has \(size) bytes, more than the \(bytes) allowed")
  }
}
