public import Places

/// A checked reading of one object of a document.
///
/// It is asked for each key that the object may have, and collects everything that is wrong: a key
/// that it was not asked for, a value of another kind, a key that has to be there and is not. A key
/// must be asked for whatever the values of others are, so a reading asks first and decides then:
///
///     reader.list("routes", each: "route") { reader in
///       let to = reader.value("to", .prefix, required: true)
///       let via = reader.value("via", .address)
///       guard let to else { return nil }
///       return Route(to: to, via: via, place: reader.place)
///     }
///
/// A reading returns nil where it, or its reader, has found an error; the value is then of no
/// consequence, since errors end the run. If neither has, nil is an error by itself.
public struct FieldReader {
  let source: FieldSource
  /// Whether the object is an entry with a name, which is its attribute `name` in XML.
  let isNamed: Bool
  /// The errors found so far.
  var errors: [InputError] = []
  /// What the object may hold, as far as it was asked for.
  private(set) var fields: [DocumentShape.Field] = []
  /// The names of child elements that the keys may be written with in XML.
  private(set) var elementNames: [String] = []
  /// The names of attributes that the keys may be written with in XML.
  private(set) var attributeNames: [String] = []

  init(_ source: FieldSource, isNamed: Bool = false) {
    self.source = source
    self.isNamed = isNamed
    if isNamed {
      attributeNames.append("name")
    }
  }

  /// Creates a reader of nothing, to learn what a reading accepts.
  init(probing depth: Int, isNamed: Bool = false) {
    self.init(.probe(depth: depth), isNamed: isNamed)
  }

  /// Where the object starts.
  public var place: Place { source.place }

  /// Records an error that the reading has found.
  public mutating func refuse(_ message: String, at place: Place? = nil, hint: String? = nil) {
    errors.append(InputError(at: place ?? self.place, message, hint: hint))
  }

  /// How many errors have been found so far, to tell whether a part of a reading found any.
  public var errorCount: Int { errors.count }

  /// Whether the object has a key, which must have been asked for before.
  public func has(_ key: String) -> Bool { keyPlace(key) != nil }

  /// Where a key is, which must have been asked for before, if the object has it.
  public func keyPlace(_ key: String) -> Place? {
    guard let field = fields.first(where: { $0.key == key }) else {
      preconditionFailure("a key is asked for before its place: \(key)")
    }
    switch source {
    case .value(let value): return value[key]?.keyPlace
    case .element(let element):
      return element.attributePlace(key) ?? element.child(key)?.place
        ?? field.shape.itemName.flatMap { element.child($0)?.place }
    case .attribute, .probe: return nil
    }
  }

  /// Makes sure that the object has exactly one of several keys, which must have been asked for.
  ///
  /// - Returns: The key, or nil after recording an error.
  public mutating func exactlyOne(of keys: String...) -> String? {
    if case .probe = source { return nil }
    let present = keys.filter(has)
    if present.count == 1 { return present.first }
    let names = keys.map(quoted).joined(separator: ", ")
    refuse("exactly one of \(names) must be given", at: present.compactMap(keyPlace).max())
    return nil
  }

  /// The title of a file, whose key tells what kind of file it is.
  ///
  /// In XML the key is the name of the root element and the title its attribute `name`.
  public mutating func title(_ key: String) -> Placed<String>? {
    defer { elementNames.append("name") }
    guard case .element(let element) = source else {
      defer { fields[fields.count - 1].isTitle = true }
      return value(key, Scalar.name.placed, required: true)
    }
    if element.name != key {
      refuse("the root element must be <\(key)>, not <\(element.name)>")
    }
    return value("name", Scalar.name.placed, required: true)
  }
}

extension FieldReader {
  /// The value of a key that is a string, a number or a truth value.
  ///
  /// - Returns: nil where the object does not have the key, or after recording an error.
  public mutating func value<Value>(
    _ key: String, _ scalar: Scalar<Value>, required: Bool = false
  ) -> Value? {
    declare(key, .scalar(scalar.form), required: required, attribute: true)
    return single(key, required: required).flatMap { read(scalar, from: $0, named: quoted(key)) }
  }

  /// What a reading makes of the object that is the value of a key.
  ///
  /// - Returns: nil where the object does not have the key, or after recording an error.
  public mutating func object<Value>(
    _ key: String, required: Bool = false, _ reading: (inout FieldReader) -> Value?
  ) -> Value? {
    declare(key, .object([]), required: required)
    guard let source = single(key, required: required) else { return nil }
    return read(reading, from: source, named: quoted(key)) { $0 }
  }

  /// What is made of the value of a key that is a scalar or an object.
  ///
  /// In XML, an attribute or an element with text only is the scalar.
  public mutating func object<Value>(
    _ key: String, orScalar scalar: Scalar<Value>, required: Bool = false,
    _ reading: (inout FieldReader) -> Value?
  ) -> Value? {
    declare(key, .object([]), required: required, attribute: true)
    guard let source = single(key, required: required) else { return nil }
    return read(reading, orScalar: scalar, from: source, named: quoted(key)) { $0 }
  }
}

extension FieldReader {
  /// Notes that the object may have a key.
  mutating func declare(
    _ key: String, _ shape: DocumentShape, required: Bool, each: String? = nil,
    attribute: Bool = false
  ) {
    precondition(
      !fields.contains { $0.key == key } && !(each.map(elementNames.contains) ?? false)
        && !elementNames.contains(key) && !(isNamed && key == "name"),
      "two keys of one object are not written alike: \(key)")
    fields.append(DocumentShape.Field(key: key, shape: shape, isRequired: required, isTitle: false))
    elementNames.append(key)
    if let each, each != key { elementNames.append(each) }
    if attribute { attributeNames.append(key) }
  }

  /// Notes that an attribute, which is wrong, has been dealt with.
  mutating func declareAttribute(_ name: String) { attributeNames.append(name) }

  /// Notes what the value of the key that was asked for last may be.
  mutating func refineShape(_ change: (DocumentShape) -> DocumentShape) {
    guard case .probe = source, let last = fields.indices.last else { return }
    fields[last].shape = change(fields[last].shape)
  }

  /// Where the single value of a key comes from.
  private mutating func single(_ key: String, required: Bool) -> FieldSource? {
    var found: [FieldSource] = []
    switch source {
    case .probe(let depth): return .probe(depth: depth)
    case .value(let value): found = value[key].map { [.value($0)] } ?? []
    case .element(let element):
      if let text = element.attribute(key), let place = element.attributePlace(key) {
        found.append(.attribute(text: text, place: place))
      }
      found += element.children(key).map { .element($0) }
    case .attribute: break
    }
    if found.isEmpty, required { refuseMissing(key) }
    if found.count > 1 { refuse("\(quoted(key)) is given twice", at: found[1].place) }
    return found.first
  }

  /// Records that a key is not there.
  mutating func refuseMissing(_ key: String) { refuse("\(quoted(key)) is missing") }
}
