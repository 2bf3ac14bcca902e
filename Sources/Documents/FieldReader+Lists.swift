import Places

extension FieldReader {
  /// The scalars of an array, in order; none where the object does not have the key.
  ///
  /// In XML each scalar is an element `each`.
  public mutating func values<Value>(
    _ key: String, each: String, _ scalar: Scalar<Value>, required: Bool = false
  ) -> [Value] {
    declare(key, .list(of: .scalar(scalar.form), each: each), required: required, each: each)
    return items(key, each: each, required: required)
      .compactMap { read(scalar, from: $0, named: "each of \(quoted(key))") }
  }

  /// The scalars of an array, or one alone; none where the object does not have the key.
  ///
  /// In XML, one alone may also be an attribute with the key's name.
  public mutating func oneOrMany<Value>(
    _ key: String, each: String, _ scalar: Scalar<Value>, required: Bool = false
  ) -> [Value] {
    declare(
      key, .oneOrMany(of: .scalar(scalar.form), each: each), required: required, each: each,
      attribute: true)
    if let source = alone(key, each: each) {
      return read(scalar, from: source, named: quoted(key)).map { [$0] } ?? []
    }
    return items(key, each: each, required: required)
      .compactMap { read(scalar, from: $0, named: "each of \(quoted(key))") }
  }

  /// What a reading makes of each object of an array, in order.
  public mutating func list<Value>(
    _ key: String, each: String, required: Bool = false,
    _ reading: (inout FieldReader) -> Value?
  ) -> [Value] {
    declare(key, .list(of: .object([]), each: each), required: required, each: each)
    return items(key, each: each, required: required).compactMap {
      read(reading, from: $0, named: "each of \(quoted(key))") { .list(of: $0, each: each) }
    }
  }

  /// What is made of each object or scalar of an array, in order.
  public mutating func list<Value>(
    _ key: String, each: String, orScalar scalar: Scalar<Value>, required: Bool = false,
    _ reading: (inout FieldReader) -> Value?
  ) -> [Value] {
    declare(key, .list(of: .object([]), each: each), required: required, each: each)
    return items(key, each: each, required: required).compactMap {
      read(reading, orScalar: scalar, from: $0, named: "each of \(quoted(key))") {
        .list(of: $0, each: each)
      }
    }
  }
}
