public import Places

/// How one text, number or truth value of a document is written, and what it is read as.
///
/// A kind of value that a format uses is a static member of its own:
///
///     extension Scalar where Value == Port {
///       static var port: Self { Scalar("a port such as 443") { Port($0) } }
///     }
public struct Scalar<Value> {
  /// What a JSON or YAML document has to write; XML writes all of them as text.
  let form: DocumentShape.Scalar
  /// What a person is told to write.
  let expected: String
  private let parse: (String, Place) throws(InputError) -> Value?

  /// Describes a string that stands for something else.
  ///
  /// - Parameters:
  ///   - expected: What has to be there, with its article and perhaps an example, to complete the
  ///     sentence *"x" is not …*.
  ///   - parse: Gives the value that a text stands for, or nil where it stands for none.
  public init(_ expected: String, parse: @escaping (String) -> Value?) {
    self.init(form: .text(expected: expected), expected: expected) { text, _ in parse(text) }
  }

  /// Describes a string whose reading can say itself what is wrong with it.
  public init(
    _ expected: String, parse: @escaping (String, Place) throws(InputError) -> Value?
  ) {
    self.init(form: .text(expected: expected), expected: expected, parse: parse)
  }

  init(
    form: DocumentShape.Scalar, expected: String,
    parse: @escaping (String, Place) throws(InputError) -> Value?
  ) {
    self.form = form
    self.expected = expected
    self.parse = parse
  }

  /// The same, with the place it was read from.
  public var placed: Scalar<Placed<Value>> {
    Scalar<Placed<Value>>(form: form, expected: expected) { text, place throws(InputError) in
      try parse(text, place).map { Placed($0, at: place) }
    }
  }

  /// What a text stands for.
  func value(of text: String, at place: Place) throws(InputError) -> Value {
    if let value = try parse(text, place) { return value }
    var hint: String?
    if case .choice(let names) = form, let nearest = nearestName(to: text, among: names) {
      hint = "the nearest is \(quoted(nearest))"
    }
    throw InputError(at: place, "\(quoted(text)) is not \(expected)", hint: hint)
  }
}

extension Scalar where Value == String {
  /// Any string.
  public static var string: Self { Self("a string") { $0 } }

  /// A string that is not empty.
  public static var name: Self {
    Self("a name, which cannot be empty") { $0.isEmpty ? nil : $0 }
  }

  /// One of several strings.
  public static func choice(of names: [String]) -> Self {
    Self(form: .choice(names), expected: "one of \(names.joined(separator: ", "))") { text, _ in
      names.contains(text) ? text : nil
    }
  }
}

extension Scalar where Value == Bool {
  /// True or false.
  public static var boolean: Self {
    Self(form: .boolean, expected: "true or false") { text, _ in
      text == "true" ? true : text == "false" ? false : nil
    }
  }
}

extension Scalar where Value == Int {
  /// A whole number in a range.
  public static func integer(in range: ClosedRange<Int>) -> Self {
    let bounds = "from \(range.lowerBound) to \(range.upperBound)"
    return Self(form: .integer(range), expected: "a whole number \(bounds)") { text, _ in
      // Int would also take a sign before zero and leading zeros, which JSON does not.
      Int(text).flatMap { range.contains($0) && String($0) == text ? $0 : nil }
    }
  }

  /// A number with at most one decimal, as its tenths: 35 for `3.5`.
  public static func tenths(in range: ClosedRange<Int>) -> Self {
    let ends = [range.lowerBound, range.upperBound].map(decimal)
    let expected = "a number from \(ends[0]) to \(ends[1])"
    return Self(form: .tenths(range), expected: expected) { text, _ in
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      let isPlain = parts.allSatisfy { part in
        !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      }
      guard isPlain, parts.count <= 2, parts[0].utf8.count <= 9, let whole = Int(parts[0]) else {
        return nil
      }
      guard parts.count == 1 || parts[1].utf8.count == 1 else { return nil }
      let tenths = whole * 10 + (parts.count == 2 ? Int(parts[1]) ?? 0 : 0)
      return range.contains(tenths) ? tenths : nil
    }
  }
}

extension Scalar where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the cases of an enumeration, by its raw value.
  public static func choice(of cases: Value.Type) -> Self {
    let names = cases.allCases.map(\.rawValue)
    return Self(form: .choice(names), expected: "one of \(names.joined(separator: ", "))") {
      text, _ in Value(rawValue: text)
    }
  }
}
