import Documents
import Networks
import Packets
import Places

/// An endpoint group as it is described.
struct EndpointDescription: Sendable {
  /// Where it joins a segment.
  struct Attachment: Sendable {
    var name: String
    var segment: Placed<String>?
    var addresses: [Placed<AddressRange>]
    var gateway: IPAddress?
    var place: Place
  }

  /// A relay.
  struct Relay: Sendable {
    var accepts: [ServiceSet]
    var opens: [ServiceSet]
    var place: Place
  }

  var name: Placed<String>
  var attachments: [Attachment]
  var roles: [String]
  var mfa: Bool?
  var forwards: Bool
  var relays: [Relay]
  var services: [ServiceSet]?
  var published: [IPAddress]
  var software: [String]

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let before = reader.errorCount
    let segment = reader.value("segment", Scalar.name.placed)
    let addresses = reader.oneOrMany("addresses", each: "address", Scalar.addressRange.placed)
    let gateway = reader.value("gateway", .address)
    var attachments = reader.entries("interfaces", each: "interface") { name, reader in
      Attachment(
        name: name.value, segment: reader.value("segment", Scalar.name.placed),
        addresses: reader.oneOrMany("addresses", each: "address", Scalar.addressRange.placed),
        gateway: reader.value("gateway", .address), place: name.place)
    }
    let hasOwn = segment != nil || !addresses.isEmpty
    if hasOwn, !attachments.isEmpty {
      reader.refuse(
        "an endpoint has \"interfaces\", or \"segment\" and \"addresses\", not both",
        at: reader.keyPlace("interfaces"))
    } else if hasOwn {
      attachments.append(
        Attachment(
          name: "", segment: segment, addresses: addresses, gateway: gateway, place: name.place))
    } else if attachments.isEmpty, reader.errorCount == before {
      reader.refuse(
        "the endpoint is nowhere", at: name.place,
        hint: "give it \"segment\" and \"addresses\", or \"interfaces\"")
    } else if gateway != nil {
      reader.refuse("each interface has its own \"gateway\"", at: reader.keyPlace("gateway"))
    }
    let roles = reader.oneOrMany("roles", each: "role", .name)
    let mfa = reader.value("mfa", .boolean)
    let forwards = reader.value("forwards", .boolean) ?? false
    let relays = reader.list("relays", each: "relay") { Relay.read(&$0) }
    let services = reader.oneOrMany("services", each: "service", .service)
    let hasServices = reader.has("services")
    let published = reader.oneOrMany("published", each: "published", .address)
    let software = reader.oneOrMany("software", each: "software", .name)
    reader.checkName(name, of: "endpoint")
    return Self(
      name: name, attachments: attachments, roles: roles, mfa: mfa, forwards: forwards,
      relays: relays, services: hasServices ? services : nil, published: published,
      software: software)
  }
}

extension EndpointDescription.Relay {
  static func read(_ reader: inout FieldReader) -> Self? {
    let accepts = reader.oneOrMany("accepts", each: "accepts", .service, required: true)
    let opens = reader.oneOrMany("opens", each: "opens", .service, required: true)
    return Self(accepts: accepts, opens: opens, place: reader.place)
  }
}
