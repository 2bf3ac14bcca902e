import Documents
import Networks
import Packets
import Places

/// A segment as it is described.
struct SegmentDescription: Sendable {
  var name: Placed<String>
  var subnets: [Placed<Prefix>]
  var vlan: Int?
  var medium: Medium?

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let subnets = reader.oneOrMany("subnets", each: "subnet", Scalar.prefix.placed)
    let vlan = reader.value("vlan", .integer(in: 1...4094))
    let medium = reader.value("medium", .choice(of: Medium.self))
    reader.checkName(name, of: "segment")
    return Self(name: name, subnets: subnets, vlan: vlan, medium: medium)
  }
}

/// What the internet is joined to.
struct InternetDescription: Sendable {
  var segments: [Placed<String>]
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    let segments = reader.oneOrMany(
      "segment", each: "segment", Scalar.name.placed, required: true)
    return Self(segments: segments, place: reader.place)
  }
}

/// A line besides the segments.
struct LinkDescription: Sendable {
  var medium: Medium
  var between: [Placed<PartyName>]
  var addresses: [Placed<AddressInPrefix>]
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    let medium = reader.value("kind", .choice(of: Medium.self))
    let before = reader.errorCount
    let between = reader.values("between", each: "between", Scalar.party.placed, required: true)
    if between.count != 2, reader.errorCount == before {
      reader.refuse(
        "a link is between two parties, not \(between.count)", at: reader.keyPlace("between"))
    }
    let addresses = reader.oneOrMany(
      "addresses", each: "address", Scalar.addressInPrefix.placed)
    return Self(
      medium: medium ?? .copper, between: between, addresses: addresses, place: reader.place)
  }
}

/// One end of a link, a trunk or a tunnel by its name.
enum PartyName: Hashable, Sendable {
  case endpoint(String)
  case segment(String)
  case device(String)
  case `switch`(String)
  case internet
}

/// A tunnel between two devices or endpoints.
struct TunnelDescription: Sendable {
  /// One end.
  struct End: Sendable {
    var party: Placed<PartyName>
    var interface: Placed<String>?
    var addresses: [Placed<AddressInPrefix>]
    var place: Place
  }

  /// What it takes to get in.
  enum Security: String, CaseIterable, Sendable {
    /// Nothing: GRE, IPIP, SIT, VXLAN.
    case plain
    /// Both ends prove who they are: IPsec, WireGuard, TLS.
    case authenticated
  }

  var name: Placed<String>
  var kind: String?
  var security: Security?
  var ends: [End]

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let kind = reader.value("kind", .name)
    let security = reader.value("security", .choice(of: Security.self))
    let before = reader.errorCount
    let ends = reader.list("ends", each: "end", required: true) { reader -> End? in
      let party = reader.value("at", Scalar.party.placed, required: true)
      let interface = reader.value("interface", Scalar.name.placed)
      let addresses = reader.oneOrMany(
        "addresses", each: "address", Scalar.addressInPrefix.placed)
      guard let party else { return nil }
      return End(party: party, interface: interface, addresses: addresses, place: reader.place)
    }
    if ends.count != 2, reader.errorCount == before {
      reader.refuse("a tunnel has two ends, not \(ends.count)", at: reader.keyPlace("ends"))
    }
    reader.checkName(name, of: "tunnel")
    return Self(name: name, kind: kind, security: security, ends: ends)
  }
}

/// Devices that stand in for each other.
struct RedundancyGroupDescription: Sendable {
  var name: Placed<String>
  var members: [Placed<String>]
  var addresses: [Placed<IPAddress>]

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let members = reader.values("members", each: "member", Scalar.name.placed, required: true)
    let addresses = reader.oneOrMany("addresses", each: "address", Scalar.address.placed)
    return Self(name: name, members: members, addresses: addresses)
  }
}

/// A switch: the segments that share its hardware.
struct SwitchDescription: Sendable {
  var name: Placed<String>
  var segments: [Placed<String>]

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let segments = reader.oneOrMany("segments", each: "segment", Scalar.name.placed)
    reader.checkName(name, of: "switch")
    return Self(name: name, segments: segments)
  }
}

/// A line that carries several VLANs.
struct TrunkDescription: Sendable {
  var between: [Placed<PartyName>]
  var segments: [Placed<String>]
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    let before = reader.errorCount
    let between = reader.values("between", each: "between", Scalar.party.placed, required: true)
    if between.count != 2, reader.errorCount == before {
      reader.refuse(
        "a trunk is between two parties, not \(between.count)", at: reader.keyPlace("between"))
    }
    let segments = reader.oneOrMany(
      "segments", each: "segment", Scalar.name.placed, required: true)
    return Self(between: between, segments: segments, place: reader.place)
  }
}

extension FieldReader {
  /// Refuses a name that could not be told from a pattern or a member.
  mutating func checkName(_ name: Placed<String>, of what: String) {
    if name.value.isEmpty || name.value.contains("*") {
      refuse("the name of a \(what) is not empty and has no '*'", at: name.place)
    }
    let isReserved = ["inferred:", "unattached"].contains { name.value.hasPrefix($0) }
    if what == "segment", name.value == "internet" || isReserved {
      refuse("'\(name.value)' is reserved and cannot name a segment", at: name.place)
    }
  }
}
