import Documents
import Importers
import Networks
import Packets
import Places
import Testing

private let plant = """
  { "network": "plant",
    "segments": {
      "office": { "subnets": ["10.10.0.0/16", "2001:db8:10::/48"], "vlan": 10 },
      "dmz": { "subnets": "10.30.0.0/24" },
      "station": { "subnets": ["10.47.0.0/24"], "medium": "fibre" } },
    "internet": { "segment": "dmz" },
    "devices": {
      "core": { "kind": "router", "vendor": "acme", "vrfs": ["red"],
        "interfaces": {
          "vlan10": { "segment": "office", "addresses": ["10.10.0.1/16", "2001:db8:10::1/48"],
                      "in": "office-in", "reversePath": "strict" },
          "up": { "addresses": "10.30.0.2/24", "zone": "out", "up": false },
          "red": { "segment": "station", "addresses": "10.47.0.1/24", "vrf": "red" } },
        "routes": [ { "to": "0.0.0.0/0", "via": ["10.30.0.1", "10.30.0.3"], "distance": 5 },
          { "to": "10.99.0.0/16", "discard": true },
          { "to": "10.47.0.0/24", "nextVrf": "red" },
          { "to": "10.98.0.0/16", "interface": "red", "vrf": "red", "metric": 7 } ],
        "filters": { "office-in": [ { "deny": { "to": "10.47.0.0/16" } }, { "permit": {} } ] } },
      "diode": { "kind": "diode", "from": "dmz", "to": "station" } },
    "endpoints": {
      "jump": { "segment": "dmz", "addresses": ["10.30.0.5", "10.30.0.8-10.30.0.9"],
        "roles": ["jump-host"], "mfa": true, "gateway": "10.30.0.2", "published": "203.0.113.5",
        "relays": [ { "accepts": "tcp/3389", "opens": ["tcp/3389", "ssh"] } ],
        "services": ["tcp/3389"], "software": "os 1" },
      "eng": { "interfaces": { "nic0": { "segment": "office", "addresses": ["10.10.4.9"] },
        "nic1": { "segment": "station", "addresses": ["10.47.0.9"] } } } },
    "links": [ { "kind": "cellular", "between": ["endpoint:eng", "internet"],
                 "addresses": "198.51.100.7" } ],
    "spoofing": "none" }
  """

private let plantXML = """
  <network name="plant" spoofing="none">
    <segments>
      <segment name="office" vlan="10"><subnet>10.10.0.0/16</subnet>
        <subnet>2001:db8:10::/48</subnet></segment>
      <segment name="dmz" subnets="10.30.0.0/24"/>
      <segment name="station" medium="fibre" subnets="10.47.0.0/24"/>
    </segments>
    <internet segment="dmz"/>
    <device name="core" kind="router" vendor="acme">
      <vrf>red</vrf>
      <interface name="vlan10" segment="office" in="office-in" reversePath="strict">
        <address>10.10.0.1/16</address><address>2001:db8:10::1/48</address></interface>
      <interface name="up" addresses="10.30.0.2/24" zone="out" up="false"/>
      <interface name="red" segment="station" addresses="10.47.0.1/24" vrf="red"/>
      <route to="0.0.0.0/0" distance="5"><via>10.30.0.1</via><via>10.30.0.3</via></route>
      <route to="10.99.0.0/16" discard="true"/>
      <route to="10.47.0.0/24" nextVrf="red"/>
      <route to="10.98.0.0/16" interface="red" vrf="red" metric="7"/>
      <filter name="office-in"><rule><deny to="10.47.0.0/16"/></rule><rule><permit/></rule></filter>
    </device>
    <device name="diode" kind="diode" from="dmz" to="station"/>
    <endpoint name="jump" segment="dmz" mfa="true" gateway="10.30.0.2" published="203.0.113.5"
        software="os 1">
      <address>10.30.0.5</address><address>10.30.0.8-10.30.0.9</address>
      <role>jump-host</role>
      <relay accepts="tcp/3389"><opens>tcp/3389</opens><opens>ssh</opens></relay>
      <service>tcp/3389</service>
    </endpoint>
    <endpoint name="eng">
      <interface name="nic0" segment="office" addresses="10.10.4.9"/>
      <interface name="nic1" segment="station" addresses="10.47.0.9"/>
    </endpoint>
    <link kind="cellular" addresses="198.51.100.7">
      <between>endpoint:eng</between><between>internet</between></link>
  </network>
  """

@Suite struct `A network of the native format` {
  @Test func `segments have their subnets and those of the interfaces`() throws {
    let network = try nativeNetwork(plant)
    #expect(network.name == "plant")
    #expect(network.segments.map(\.name) == ["office", "dmz", "station", "internet"])
    #expect(
      summary(ofSegment: "office", in: network) == "10.10.0.0/16 2001:db8:10::/48 core/vlan10 eng")
    #expect(summary(ofSegment: "dmz", in: network) == "10.30.0.0/24 core/up diode/from jump")
    #expect(
      summary(ofSegment: "station", in: network) == "10.47.0.0/24 core/red diode/to eng")
    #expect(network.segments[0].vlan == 10)
    #expect(network.segments[2].medium == .fibre)
    #expect(network.internet == 3)
    #expect(network.internetJoins == 1)
    #expect(network.spoofing == .none)
    #expect(network.routing == .configured)
  }

  @Test func `a device has its interfaces, routes and filters`() throws {
    let core = try #require(try nativeNetwork(plant).devices.first)
    #expect(core.kind == .router)
    #expect(core.vendor == "acme")
    #expect(core.vrfs.map(\.name) == ["default", "red"])
    #expect(core.interfaces.map(\.name) == ["vlan10", "up", "red"])
    #expect(core.interfaces.map(\.isUp) == [true, false, true])
    #expect(core.interfaces.map(\.vrf) == [0, 0, 1])
    #expect(core.interfaces[0].reversePath == .strict)
    #expect(core.interfaces[1].zone == "out")
    let gateways = try ["10.30.0.1", "10.30.0.3"].map { try IPAddress(parsing: $0) }
    #expect(
      core.vrfs[0].routes.map(\.nextHops) == [
        gateways.map { .gateway($0, interface: nil) }, [.discard], [.vrf(1)],
      ])
    #expect(core.vrfs[0].routes[0].distance == 5)
    #expect(core.vrfs[1].routes.map(\.nextHops) == [[.interface(2)]])
    #expect(core.vrfs[1].routes[0].metric == 7)
    #expect(core.acls.map(\.name) == ["office-in"])
    #expect(core.acls[0].end == .deny)
    #expect(core.acls[0].rules.map(\.action) == [.deny, .permit])
    #expect(core.acls[0].rules[0].place.line == 18)
    #expect(core.pipeline.arrival == [.ingressFilter([0, nil, nil]), .route(.destination)])
    #expect(core.pipeline.departure.isEmpty)
    #expect(core.sessions == nil)
  }

  @Test func `a diode passes one way only`() throws {
    let diode = try nativeNetwork(plant).devices[1]
    #expect(diode.kind == .diode)
    #expect(diode.interfaces.map(\.segment) == [1, 2])
    #expect(diode.pipeline.arrival == [.bridge([1, nil])])
  }

  @Test func `an endpoint group has its addresses and what it does`() throws {
    let network = try nativeNetwork(plant)
    let jump = try #require(network.endpoints.first)
    #expect(jump.roles == ["jump-host"])
    #expect(jump.mfa == true)
    #expect(jump.attachments.map(\.segment) == [1])
    #expect(
      jump.attachments[0].addresses.ipv4
        == Ranges([0x0A1E_0005...0x0A1E_0005, 0x0A1E_0008...0x0A1E_0009]))
    #expect(jump.attachments[0].gateway == (try IPAddress(parsing: "10.30.0.2")))
    #expect(jump.relays.map(\.accepts.description) == ["tcp/3389"])
    #expect(jump.relays.map(\.opens.description) == ["tcp/3389, tcp/22"])
    #expect(jump.services?.description == "tcp/3389")
    #expect(jump.published.map(\.description) == ["203.0.113.5"])
    #expect(network.endpoints[1].attachments.map(\.name) == ["nic0", "nic1"])
    #expect(network.links.map(\.from) == [.endpoint(1)])
    #expect(network.links.map(\.to) == [.segment(3)])
    #expect(network.links[0].addresses.contains(try IPAddress(parsing: "198.51.100.7")))
  }

  @Test func `XML of the same shape gives the same network`() throws {
    let json = try nativeNetwork(plant)
    let xml = try nativeNetwork(plantXML, as: .xml)
    #expect(withoutPlaces(json) == withoutPlaces(xml))
  }

  @Test func `what is concluded is noted`() throws {
    #expect(
      texts(try nativeNetwork(plant).notices, .inferred) == [
        "interface 'up' of 'core' is on segment 'dmz', whose subnet it is in"
      ])
  }
}

/// A value as text without its places.
private func withoutPlaces(_ value: Any) -> String {
  if value is Place { return "" }
  let mirror = Mirror(reflecting: value)
  if mirror.children.isEmpty { return "\(value)" }
  // A table of indices repeats what the list beside it says, in no order.
  if mirror.displayStyle == .dictionary { return "" }
  return "("
    + mirror.children.map { "\($0.label ?? ""):\(withoutPlaces($0.value))" }.joined(separator: " ")
    + ")"
}
