import Documents
import Packets
public import Places

extension Zone {
  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let kind = reader.value("kind", .choice(of: Kind.self))
    let purdue = reader.value("purdue", .tenths(in: 0...50))
    let before = reader.errorCount
    let members = reader.oneOrMany("members", each: "member", .member, required: true)
    if members.isEmpty, reader.errorCount == before {
      reader.refuse("the zone '\(name.value)' has no members", at: reader.keyPlace("members"))
    }
    if name.value.contains(":") || name.value.contains("*") || name.value.isEmpty {
      reader.refuse("a zone's name is not empty and has no ':' or '*'", at: name.place)
    }
    if name.value == "internet" {
      reader.refuse("'internet' is a member and cannot name a zone", at: name.place)
    }
    let place = reader.keyPlace("members") ?? name.place
    return Self(
      name: name.value, kind: kind, purdue: purdue.flatMap { PurdueLevel(tenths: $0) },
      members: Selection(members, at: place),
      place: name.place)
  }
}

extension FeedReference {
  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let path = reader.value("path", .name, required: true)
    let format = reader.value("format", .choice(of: FeedFormat.self))
    guard let path else { return nil }
    return Self(name: name.value, path: path, format: format, place: name.place)
  }
}

extension FieldReader {
  /// A selection of members; `nil` where the key is not there.
  mutating func selection(_ key: String, required: Bool = false) -> Selection? {
    let before = errorCount
    let members = oneOrMany(key, each: key, .member, required: required)
    guard let first = members.first else {
      if let place = keyPlace(key), errorCount == before {
        refuse("\"\(key)\" names nothing", at: place)
      }
      return nil
    }
    return Selection(members, at: first.place)
  }
}

extension Scalar where Value == Member {
  /// A member of a zone as text.
  static var member: Self {
    Self("a member such as segment:office") { text, place throws(InputError) in
      try Member(parsing: text, at: place)
    }
  }
}

extension Scalar where Value == Day {
  /// A day.
  static var day: Self { Self("a day such as 2027-01-31") { Day(parsing: $0) } }
}

extension Member {
  private static let kinds = ["segment", "endpoint", "role", "device", "zone", "feed"]

  /// Reads a member as a policy writes it.
  ///
  /// A text that has an address's characters only is an address; a bare name is a zone.
  public init(parsing text: String, at place: Place) throws(InputError) {
    if text == "internet" {
      self.init(.internet, at: place)
      return
    }
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, Self.kinds.contains(String(parts[0])) {
      self.init(try Self.selector(String(parts[0]), String(parts[1]), text, place), at: place)
      return
    }
    do {
      self.init(.addresses(try AddressRange(parsing: text)), at: place)
    } catch {
      guard parts.count == 1, !Self.looksLikeAddress(text) else {
        throw Self.unreadable(text, String(parts[0]), error, place)
      }
      if text.isEmpty { throw InputError(at: place, "a member cannot be empty") }
      if text.contains("*") {
        throw InputError(
          at: place, "'\(text)' does not say what it is a pattern of",
          hint: "write segment:\(text), endpoint:\(text), device:\(text) or role:\(text)")
      }
      self.init(.zone(text), at: place)
    }
  }

  private static func selector(
    _ kind: String, _ name: String, _ text: String, _ place: Place
  ) throws(InputError) -> Selector {
    if name.isEmpty { throw InputError(at: place, "'\(text)' names no \(kind)") }
    switch kind {
    case "segment": return .segment(NamePattern(name))
    case "endpoint": return .endpoint(NamePattern(name))
    case "role": return .role(NamePattern(name))
    case "device": return .device(NamePattern(name))
    case "zone": return .zone(name)
    default: return .feed(name)
    }
  }

  /// Whether a text is more likely a mistyped address than a zone's name.
  private static func looksLikeAddress(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    let isNumber = { (part: Substring.UTF8View.SubSequence) in
      part.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2F || $0 == 0x2D }
    }
    return parts.count > 2 && parts.allSatisfy { isNumber(Substring($0).utf8) }
      || text.utf8.contains(UInt8(ascii: "/"))
  }

  private static func unreadable(
    _ text: String, _ kind: String, _ error: AddressError, _ place: Place
  ) -> InputError {
    if text.contains(":"), !kind.isEmpty, !kind.allSatisfy(\.isHexDigit) {
      let near = similarName(to: kind, among: kinds)
      return InputError(
        at: place, "'\(kind):' is no kind of member",
        hint: near.map { "did you mean '\($0):'?" })
    }
    if case .hostBits(let prefix) = error.reason {
      return InputError(at: place, error.description, hint: "write \(prefix)")
    }
    return InputError(at: place, error.description)
  }
}
