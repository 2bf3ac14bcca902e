import Documents
import Networks
import Packets
import Places

/// A device as it is described.
struct DeviceDescription: Sendable {
  var name: Placed<String>
  var kind: Placed<Device.Kind>?
  var vendor: String?
  var config: Placed<String>?
  var format: Placed<String>?
  var vrfs: [Placed<String>]
  var interfaces: [InterfaceDescription]
  var routes: [RouteDescription]
  var unknownRoutes: [Placed<String>]
  /// Pairs of interfaces that the device joins without routing.
  var bridges: [Bridge]
  /// The segments that a diode joins.
  var from: Placed<String>?
  var to: Placed<String>?
  var filtering: FilteringDescription

  /// Two interfaces between which every frame passes.
  struct Bridge: Sendable {
    var between: [Placed<String>]
    var place: Place

    static func read(_ reader: inout FieldReader) -> Self? {
      let before = reader.errorCount
      let names = reader.values("between", each: "between", Scalar.name.placed, required: true)
      if names.count != 2, reader.errorCount == before {
        reader.refuse(
          "a bridge is between two interfaces, not \(names.count)", at: reader.keyPlace("between"))
      }
      return Self(between: names, place: reader.place)
    }
  }

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let kind = reader.value("kind", Scalar.choice(of: Device.Kind.self).placed)
    let vendor = reader.value("vendor", .name)
    let config = reader.value("config", Scalar.name.placed)
    let format = reader.value("format", Scalar.name.placed)
    let vrfs = reader.values("vrfs", each: "vrf", Scalar.name.placed)
    let interfaces = reader.entries("interfaces", each: "interface") {
      InterfaceDescription.read($0, &$1)
    }
    let routes = reader.list("routes", each: "route") { RouteDescription.read(&$0) }
    let unknownRoutes = reader.oneOrMany(
      "unknownRoutes", each: "unknownRoutes", Scalar.name.placed)
    let bridges = reader.list("bridges", each: "bridge") { Bridge.read(&$0) }
    let from = reader.value("from", Scalar.name.placed)
    let to = reader.value("to", Scalar.name.placed)
    let filtering = FilteringDescription.read(&reader)
    reader.checkName(name, of: "device")
    let isDiode = kind?.value == .diode
    for (key, end) in [("from", from), ("to", to)] {
      if isDiode, end == nil, !reader.has(key) { reader.refuse("a diode needs \"\(key)\"") }
      if let end, !isDiode { reader.refuse("only a diode has \"\(key)\"", at: end.place) }
    }
    if format != nil, config == nil {
      reader.refuse("\"format\" is of no use without \"config\"", at: reader.keyPlace("format"))
    }
    return Self(
      name: name, kind: kind, vendor: vendor, config: config, format: format, vrfs: vrfs,
      interfaces: interfaces, routes: routes, unknownRoutes: unknownRoutes, bridges: bridges,
      from: from, to: to,
      filtering: filtering)
  }
}

/// An interface as it is described.
struct InterfaceDescription: Sendable {
  var name: Placed<String>
  var segment: Placed<String>?
  var addresses: [Placed<AddressInPrefix>]
  var filterIn: Placed<String>?
  var filterOut: Placed<String>?
  var vrf: Placed<String>?
  var zone: Placed<String>?
  var isUp: Bool?
  var reversePath: Interface.ReversePath?

  static func read(_ name: Placed<String>, _ reader: inout FieldReader) -> Self? {
    let segment = reader.value("segment", Scalar.name.placed)
    let addresses = reader.oneOrMany("addresses", each: "address", Scalar.addressInPrefix.placed)
    let filterIn = reader.value("in", Scalar.name.placed)
    let filterOut = reader.value("out", Scalar.name.placed)
    let vrf = reader.value("vrf", Scalar.name.placed)
    let zone = reader.value("zone", Scalar.name.placed)
    let isUp = reader.value("up", .boolean)
    let reversePath = reader.value("reversePath", .choice(of: Interface.ReversePath.self))
    return Self(
      name: name, segment: segment, addresses: addresses, filterIn: filterIn,
      filterOut: filterOut, vrf: vrf, zone: zone, isUp: isUp, reversePath: reversePath)
  }
}

/// A route as it is described.
struct RouteDescription: Sendable {
  var to: Prefix
  var via: [Placed<IPAddress>]
  var interface: Placed<String>?
  var nextVRF: Placed<String>?
  var discard: Bool
  var distance: Int
  var metric: Int
  var vrf: Placed<String>?
  var place: Place

  static func read(_ reader: inout FieldReader) -> Self? {
    let to = reader.value("to", .destination, required: true)
    let before = reader.errorCount
    let via = reader.oneOrMany("via", each: "via", Scalar.address.placed)
    let interface = reader.value("interface", Scalar.name.placed)
    let nextVRF = reader.value("nextVrf", Scalar.name.placed)
    let discard = reader.value("discard", .boolean) ?? false
    let distance = reader.value("distance", .integer(in: 0...255))
    let metric = reader.value("metric", .integer(in: 0...0xFFFF_FFFF))
    let vrf = reader.value("vrf", Scalar.name.placed)
    let ways = (via.isEmpty && interface == nil ? 0 : 1) + (nextVRF == nil ? 0 : 1)
    if ways + (discard ? 1 : 0) != 1, reader.errorCount == before {
      reader.refuse(
        "a route needs \"via\" or \"interface\", or \"nextVrf\", or \"discard\": true, "
          + "and only one of the three")
    }
    for gateway in via where to != nil && gateway.value.family != to?.family {
      reader.refuse("the next hop is of another family than the destination", at: gateway.place)
    }
    guard let to else { return nil }
    return Self(
      to: to, via: via, interface: interface, nextVRF: nextVRF, discard: discard,
      distance: distance ?? 1, metric: metric ?? 0, vrf: vrf, place: reader.place)
  }
}
