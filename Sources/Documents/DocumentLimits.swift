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
  /// The most bytes a YAML document may have, whose reading takes some forty times as many.
  public var yamlBytes: Int
  /// The most levels of elements, arrays and objects inside one another.
  ///
  /// No known format needs more than about 40. Readers may recurse this deep.
  public var depth: Int
  /// The most values or elements a document may have, once the aliases of YAML are followed.
  ///
  /// Each takes about 36 bytes. Aliases let a few lines name more values than a machine can hold.
  public var values: Int
  /// The most attributes one XML element may have, and the most namespaces in scope at once, since
  /// libxml2 finds both by looking through all of them.
  public var attributes: Int
  /// The most different names an XML document may have for elements, attributes and namespaces.
  ///
  /// libxml2's table of names does not grow beyond some 16,000 rows, so looking up many more of
  /// them takes quadratic time. No known format has more than about a thousand.
  public var names: Int

  /// Creates bounds.
  public init(
    bytes: Int = 200_000_000, yamlBytes: Int = 20_000_000, depth: Int = 512,
    values: Int = 20_000_000, attributes: Int = 1000,
    names: Int = 100_000
  ) {
    self.bytes = min(bytes, 1 << 30)
    self.yamlBytes = min(yamlBytes, self.bytes)
    self.depth = depth
    self.values = values
    self.attributes = attributes
    self.names = names
  }

  /// The bounds that hold unless a caller chooses others.
  public static let standard = Self()

  /// Refuses a document that is too large.
  func check(size: Int, of file: String, atMost limit: Int? = nil) throws(InputError) {
    let limit = limit ?? bytes
    guard size > limit else { return }
    throw InputError(
      at: Place(file: file), "the document has \(size) bytes, more than the \(limit) allowed")
  }

  /// What is said of a document that is nested too deep.
  var tooDeep: String { "the document is nested more than \(depth) deep" }

  /// What is said of a document with too many values or elements.
  var tooMany: String { "the document has more than \(values) values" }
}
