import Places

extension FieldReader {
  /// What a reading makes of each entry of an object whose keys the user chooses, in the order of
  /// the document.
  ///
  /// In XML each entry is an element `each` with the entry's key as its attribute `name`. The reading
  /// is given the key and a reader of the entry's object.
  public mutating func entries<Value>(
    _ key: String, each: String, required: Bool = false,
    _ reading: (Placed<String>, inout FieldReader) -> Value?
  ) -> [Value] {
    declare(key, .entries(of: .object([]), each: each), required: required, each: each)
    return namedItems(key, each: each, required: required).compactMap { name, source in
      read({ reading(name, &$0) }, from: source, named: quoted(name.value), isNamed: true) {
        .entries(of: $0, each: each)
      }
    }
  }

  /// The scalars of an object whose keys the user chooses, in the order of the document.
  public mutating func entries<Value>(
    _ key: String, each: String, _ scalar: Scalar<Value>, required: Bool = false
  ) -> [(name: Placed<String>, value: Value)] {
    declare(
      key, .entries(of: .scalar(scalar.form), each: each), required: required, each: each)
    return namedItems(key, each: each, required: required).compactMap { name, source in
      read(scalar, from: source, named: quoted(name.value), isNamed: true).map { (name, $0) }
    }
  }

  /// The arrays of scalars of an object whose keys the user chooses, in the order of the document.
  ///
  /// In XML each scalar is an element `item` inside that of its array.
  public mutating func entries<Value>(
    _ key: String, each: String, listing item: String, _ scalar: Scalar<Value>,
    required: Bool = false
  ) -> [(name: Placed<String>, values: [Value])] {
    declare(
      key, .entries(of: .list(of: .scalar(scalar.form), each: item), each: each),
      required: required, each: each)
    return namedItems(key, each: each, required: required).map { name, source in
      let items = items(of: source, each: item, named: quoted(name.value), isNamed: true)
      return (
        name, items.compactMap { read(scalar, from: $0, named: "each of \(quoted(name.value))") }
      )
    }
  }

  /// What a reading makes of the arrays of objects of an object whose keys the user chooses, in the
  /// order of the document.
  public mutating func entries<Value>(
    _ key: String, each: String, listing item: String, required: Bool = false,
    _ reading: (inout FieldReader) -> Value?
  ) -> [(name: Placed<String>, values: [Value])] {
    declare(
      key, .entries(of: .list(of: .object([]), each: item), each: each), required: required,
      each: each)
    return namedItems(key, each: each, required: required).map { name, source in
      let items = items(of: source, each: item, named: quoted(name.value), isNamed: true)
      return (
        name,
        items.compactMap {
          read(reading, from: $0, named: "each of \(quoted(name.value))") {
            .entries(of: .list(of: $0, each: item), each: each)
          }
        }
      )
    }
  }
}
