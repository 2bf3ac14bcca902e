import Documents
import Networks
import Packets
import Places

/// One rule of a device's NAT as it is described.
struct TranslationDescription: Sendable {
  /// What it does.
  enum Kind: Sendable {
    /// Rewrites the source, or exempts it where the target is `none`.
    case source(MatchDescription, Target)
    /// Rewrites the destination.
    case destination(MatchDescription, Target)
    /// Stands one prefix for another in both directions.
    case `static`(StaticDescription)
  }

  /// What an end is rewritten to.
  struct Target: Sendable {
    var addresses: [AddressRange]
    var isInterface: Bool
    var isExempt: Bool
    var ports: Placed<Ranges>?
    var place: Place
  }

  var name: String?
  var kind: Kind
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    let name = reader.value("name", .name)
    let source = reader.object("source") { readRule(&$0) }
    let destination = reader.object("destination") { readRule(&$0) }
    let fixed = reader.object("static") { StaticDescription.read(&$0) }
    guard let key = reader.exactlyOne(of: "source", "destination", "static") else { return nil }
    let kind: Kind? =
      switch key {
      case "source": source.map { .source($0.0, $0.1) }
      case "destination": destination.map { .destination($0.0, $0.1) }
      default: fixed.map { .static($0) }
      }
    return kind.map { Self(name: name, kind: $0, place: reader.place) }
  }

  private static func readRule(_ reader: inout FieldReader) -> (MatchDescription, Target)? {
    let before = reader.errorCount
    let match = MatchDescription.read(&reader)
    let targets = reader.oneOrMany("translate", each: "translate", .translationTarget)
    let ports = reader.value("ports", Scalar.ports.placed)
    if targets.isEmpty, ports == nil, reader.errorCount == before {
      reader.refuse("a translation needs \"translate\" or \"ports\"")
    }
    let ranges = targets.compactMap { target -> AddressRange? in
      if case .range(let range) = target { return range }
      return nil
    }
    if targets.count > 1, ranges.count < targets.count {
      reader.refuse(
        "\"interface\" and \"none\" stand alone", at: reader.keyPlace("translate"))
    }
    if let ports, ports.value.ranges.count != 1 {
      reader.refuse("translated ports are one port or one range", at: ports.place)
    }
    let target = Target(
      addresses: ranges, isInterface: targets.first == .interface,
      isExempt: targets.first == .exempt, ports: ports, place: reader.place)
    return (match, target)
  }
}

/// Two prefixes that stand for each other.
struct StaticDescription: Sendable {
  var inside: Prefix
  var outside: Prefix
  /// The interfaces on the outside; all where there is none.
  var interfaces: [Placed<String>]

  static func read(_ reader: inout FieldReader) -> Self? {
    let inside = reader.value("inside", .prefix, required: true)
    let outside = reader.value("outside", .prefix, required: true)
    let interfaces = reader.oneOrMany("on", each: "on", Scalar.name.placed)
    guard let inside, let outside else { return nil }
    guard inside.family == outside.family, inside.length == outside.length else {
      reader.refuse("\"inside\" and \"outside\" are of one family and one length")
      return nil
    }
    return Self(inside: inside, outside: outside, interfaces: interfaces)
  }
}

/// What a translation rewrites an address to.
enum TranslationTarget: Hashable, Sendable {
  case range(AddressRange)
  case interface
  case exempt
}

extension Scalar where Value == TranslationTarget {
  /// An address, a prefix, a range, `interface` or `none`.
  static var translationTarget: Self {
    Self("an address, a prefix, a range, \"interface\" or \"none\"") {
      text, place throws(InputError) in
      switch text {
      case "interface": .interface
      case "none": .exempt
      default: .range(try readAddressRange(text, at: place))
      }
    }
  }
}
