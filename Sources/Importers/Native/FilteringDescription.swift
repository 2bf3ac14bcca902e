import Documents
import Networks
import Packets
import Places

/// What a device does to packets besides routing them, as it is described.
struct FilteringDescription: Sendable {
  var objects: [(name: Placed<String>, values: [Placed<AddressTerm>])]
  var filters: [(name: Placed<String>, values: [RuleDescription])]
  var nat: [TranslationDescription]
  var zones: [(name: Placed<String>, values: [Placed<String>])]
  var zonePolicies: [ZonePolicyDescription]
  var forwardFilter: Placed<String>?
  var inputFilter: Placed<String>?
  var management: ManagementDescription?
  var isStateful: Placed<Bool>?

  /// The first key that a device with a vendor's configuration cannot have.
  var firstPlace: Place? {
    let places: [Place?] = [
      objects.first?.name.place, filters.first?.name.place, nat.first?.place,
      zones.first?.name.place, zonePolicies.first?.place, forwardFilter?.place,
      inputFilter?.place, management?.place, isStateful?.place,
    ]
    return places.compactMap(\.self).min()
  }

  static func read(_ reader: inout FieldReader) -> Self {
    Self(
      objects: reader.entries(
        "objects", each: "object", listing: "address", Scalar.addressTerm.placed),
      filters: reader.entries("filters", each: "filter", listing: "rule") {
        RuleDescription.read(&$0)
      },
      nat: reader.list("nat", each: "nat") { TranslationDescription.read(&$0) },
      zones: reader.entries("zones", each: "zone", listing: "interface", Scalar.name.placed),
      zonePolicies: reader.list("zonePolicies", each: "zonePolicy") {
        ZonePolicyDescription.read(&$0)
      },
      forwardFilter: reader.value("forwardFilter", Scalar.name.placed),
      inputFilter: reader.value("inputFilter", Scalar.name.placed),
      management: reader.object("management") { ManagementDescription.read(&$0) },
      isStateful: reader.value("stateful", Scalar.boolean.placed))
  }
}

/// Addresses, or the name of an object that stands for addresses.
enum AddressTerm: Hashable, Sendable {
  case range(AddressRange)
  case object(String)
}

/// A rule of a filter as it is described.
struct RuleDescription: Sendable {
  /// What it does.
  enum Action: Sendable {
    case permit
    case deny
    case reject
    case jump(Placed<String>)
    case `return`
  }

  var name: String?
  var action: Action
  var match: MatchDescription
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    let name = reader.value("name", .name)
    let permit = reader.object("permit") { MatchDescription.read(&$0) }
    let deny = reader.object("deny") { MatchDescription.read(&$0) }
    let reject = reader.object("reject") { MatchDescription.read(&$0) }
    let back = reader.object("return") { MatchDescription.read(&$0) }
    let jump = reader.object("jump") { reader -> (Placed<String>?, MatchDescription)? in
      let filter = reader.value("filter", Scalar.name.placed, required: true)
      return (filter, MatchDescription.read(&reader))
    }
    let actions: [String: (Action, MatchDescription?)] = [
      "permit": (.permit, permit), "deny": (.deny, deny), "reject": (.reject, reject),
      "return": (.return, back),
    ]
    guard let key = reader.exactlyOne(of: "permit", "deny", "reject", "jump", "return") else {
      return nil
    }
    if key == "jump" {
      guard let (filter, match) = jump, let filter else { return nil }
      return Self(name: name, action: .jump(filter), match: match, place: reader.place)
    }
    guard let (action, match) = actions[key], let match else { return nil }
    return Self(name: name, action: action, match: match, place: reader.place)
  }
}

/// What a rule asks of a packet, as it is described: all of it, where a list means any of it.
struct MatchDescription: Sendable {
  var from: [Placed<AddressTerm>]
  var to: [Placed<AddressTerm>]
  var notFrom: [Placed<AddressTerm>]
  var notTo: [Placed<AddressTerm>]
  var services: [Placed<ServiceSet>]
  var notServices: [Placed<ServiceSet>]
  var protocols: [UInt8]
  var sourcePorts: [Ranges]
  var destinationPorts: [Ranges]
  var family: Family?
  var isEstablished: Placed<Bool>?
  var states: [Placed<StateName>]
  var isFragment: Bool?
  var inInterfaces: [Placed<String>]
  var outInterfaces: [Placed<String>]
  var applications: [String]
  var when: Placed<String>?
  var logs: Bool

  static func read(_ reader: inout FieldReader) -> Self {
    Self(
      from: reader.oneOrMany("from", each: "from", Scalar.addressTerm.placed),
      to: reader.oneOrMany("to", each: "to", Scalar.addressTerm.placed),
      notFrom: reader.oneOrMany("notFrom", each: "notFrom", Scalar.addressTerm.placed),
      notTo: reader.oneOrMany("notTo", each: "notTo", Scalar.addressTerm.placed),
      services: reader.oneOrMany("services", each: "service", Scalar.service.placed),
      notServices: reader.oneOrMany("notServices", each: "notService", Scalar.service.placed),
      protocols: reader.oneOrMany("protocol", each: "protocol", .protocolNumber),
      sourcePorts: reader.oneOrMany("sourcePorts", each: "sourcePort", .ports),
      destinationPorts: reader.oneOrMany("destinationPorts", each: "destinationPort", .ports),
      family: reader.value("family", .choice(of: ["ipv4", "ipv6"])).map {
        $0 == "ipv4" ? .ipv4 : .ipv6
      },
      isEstablished: reader.value("established", Scalar.boolean.placed),
      states: reader.oneOrMany("state", each: "state", Scalar.choice(of: StateName.self).placed),
      isFragment: reader.value("fragment", .boolean),
      inInterfaces: reader.oneOrMany("in", each: "in", Scalar.name.placed),
      outInterfaces: reader.oneOrMany("out", each: "out", Scalar.name.placed),
      applications: reader.oneOrMany("application", each: "application", .name),
      when: reader.value("when", Scalar.name.placed),
      logs: reader.value("log", .boolean) ?? false)
  }
}

/// The name of a connection state.
enum StateName: String, CaseIterable, Sendable {
  case untracked
  case new
  case established
  case related
  case invalid

  var state: ConnectionState {
    switch self {
    case .untracked: .untracked
    case .new: .new
    case .established: .established
    case .related: .related
    case .invalid: .invalid
    }
  }
}

/// A policy between two zones of a device.
struct ZonePolicyDescription: Sendable {
  var from: [Placed<String>]
  var to: [Placed<String>]
  var rules: [RuleDescription]
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    Self(
      from: reader.oneOrMany("from", each: "from", Scalar.name.placed),
      to: reader.oneOrMany("to", each: "to", Scalar.name.placed),
      rules: reader.list("rules", each: "rule", required: true) { RuleDescription.read(&$0) },
      place: reader.place)
  }
}

/// Who may manage a device, and by which services.
struct ManagementDescription: Sendable {
  var services: [ServiceSet]
  var from: [Placed<AddressTerm>]
  var interfaces: [Placed<String>]
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    Self(
      services: reader.oneOrMany("services", each: "service", .service),
      from: reader.oneOrMany("from", each: "from", Scalar.addressTerm.placed),
      interfaces: reader.oneOrMany("in", each: "in", Scalar.name.placed), place: reader.place)
  }
}
