public import Places

/// A YAML document, as far as it says what JSON could say too.
public enum YAMLDocument {
  /// Reads a document.
  public static func parse(
    _ bytes: [UInt8], file: String, limits: DocumentLimits = .standard
  ) throws(InputError) -> DocumentValue {
    throw InputError(at: Place(file: file), "YAML is not read yet")
  }
}
