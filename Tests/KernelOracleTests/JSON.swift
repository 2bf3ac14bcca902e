/// A JSON value that is written, with the keys of its objects in their order.
indirect enum JSON: Hashable, Sendable {
  case null
  case yes
  case no
  case number(Int)
  case text(String)
  case list([JSON])
  case object([Pair])

  struct Pair: Hashable, Sendable {
    var key: String
    var value: JSON
  }

  var description: String {
    switch self {
    case .null: "null"
    case .yes: "true"
    case .no: "false"
    case .number(let value): "\(value)"
    case .text(let text): Self.quoted(text)
    case .list(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
    case .object(let pairs):
      "{"
        + pairs.map { Self.quoted($0.key) + ": " + $0.value.description }
        .joined(separator: ", ") + "}"
    }
  }

  private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  init(stringLiteral value: String) { self = .text(value) }
}

extension JSON: ExpressibleByIntegerLiteral {
  init(integerLiteral value: Int) { self = .number(value) }
}

extension JSON: ExpressibleByArrayLiteral {
  init(arrayLiteral elements: JSON...) { self = .list(elements) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(elements.map { Pair(key: $0.0, value: $0.1) })
  }
}

extension JSON: ExpressibleByNilLiteral {
  init(nilLiteral: ()) { self = .null }
}
