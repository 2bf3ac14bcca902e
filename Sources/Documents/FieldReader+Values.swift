import Places

extension FieldReader {
  /// Reads a scalar from where it is.
  mutating func read<Value>(
    _ scalar: Scalar<Value>, from source: FieldSource, named name: String, isNamed: Bool = false
  ) -> Value? {
    if case .probe = source { return nil }
    guard let text = source.text(of: scalar.form, isNamed: isNamed) else {
      refuse(
        "\(name) must be \(scalar.expected), not \(source.kindName)", at: source.place,
        hint: hint(for: scalar.form, insteadOf: source))
      return nil
    }
    do {
      return try scalar.value(of: text, at: source.place)
    } catch {
      errors.append(error)
      return nil
    }
  }

  private func hint(for form: DocumentShape.Scalar, insteadOf source: FieldSource) -> String? {
    guard case .value(let value) = source else { return nil }
    switch (form, value.kind) {
    case (_, .null): return "leave the key out"
    case (.text, .number), (.text, .boolean), (.choice, .number), (.choice, .boolean):
      return "put it in quotes"
    case (.integer, .string), (.tenths, .string), (.boolean, .string): return "leave out the quotes"
    default: return nil
    }
  }

  /// Reads an object from where it is, and notes its shape where only that is asked for.
  mutating func read<Value>(
    _ reading: (inout FieldReader) -> Value?, from source: FieldSource, named name: String,
    isNamed: Bool = false, shape: (DocumentShape) -> DocumentShape
  ) -> Value? {
    switch source {
    case .probe(let depth):
      guard depth < 12 else { return nil }
      var inner = FieldReader(probing: depth + 1, isNamed: isNamed)
      _ = reading(&inner)
      refineShape { _ in shape(.object(inner.fields)) }
      return nil
    case .value(let value) where value.kind != .object:
      refuse("\(name) must be an object, not \(source.kindName)", at: source.place)
      return nil
    case .attribute:
      refuse("\(name) must be an element, not an attribute", at: source.place)
      return nil
    case .value, .element:
      var inner = FieldReader(source, isNamed: isNamed)
      // The errors move in and out again, so that collecting them costs nothing.
      swap(&inner.errors, &errors)
      let result = inner.run(reading)
      swap(&inner.errors, &errors)
      return result
    }
  }

  /// Reads an object or a scalar from where it is.
  mutating func read<Value>(
    _ reading: (inout FieldReader) -> Value?, orScalar scalar: Scalar<Value>,
    from source: FieldSource, named name: String, shape: (DocumentShape) -> DocumentShape
  ) -> Value? {
    if case .probe = source {
      return read(reading, from: source, named: name) { shape(.either(scalar.form, $0)) }
    }
    return source.looksLikeObject
      ? read(reading, from: source, named: name, shape: shape)
      : read(scalar, from: source, named: name)
  }

  /// Lets a reading read the object, and finds the keys that it did not ask for.
  mutating func run<Value>(_ reading: (inout FieldReader) -> Value?) -> Value? {
    if case .value(let value) = source, value.kind != .object {
      refuse("the document must be an object, not \(source.kindName)")
      return nil
    }
    let before = errors.count
    let result = reading(&self)
    refuseUnknownKeys()
    // Nothing may be passed over in silence, whatever a reading forgets to say.
    if result == nil, errors.count == before { refuse("this does not say enough") }
    return result
  }
}
