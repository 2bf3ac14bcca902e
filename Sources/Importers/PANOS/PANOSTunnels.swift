import Documents
import Networks
import Packets
import Places

extension PANOS.Reader {
  /// Reads what ends and starts tunnels at the firewall.
  ///
  /// A tunnel's interface is in the model. What crosses the tunnel is another network, which this
  /// file does not describe: the network's description joins the interface to a segment.
  mutating func readTunnels() {
    guard let network = roots.device.child("network") else { return }
    if let ike = child(network, "ike"), let list = child(ike, "gateway") {
      for entry in entries(list) { readGateway(entry) }
    }
    if let tunnel = child(network, "tunnel") {
      for kind in tunnel.children {
        ledger.model(kind)
        for entry in entries(kind) { readTunnel(entry, kind: kind.name) }
      }
    }
    if let profiles = child(network, "profiles") {
      for kind in ["zone-protection-profile", "interface-management-profile"] {
        if let list = child(profiles, kind) { _ = entries(list) }
      }
    }
    readRemoteAccess()
    readSharedGateways(network)
  }

  private mutating func readTunnel(_ entry: XMLElement, kind: String) {
    if entry.child("disabled")?.text == "yes" {
      ledger.modelAll(entry)
      return
    }
    ledger.opaque(entry)
    let interface =
      (entry.child("tunnel-interface") ?? entry.child("local-address")?.child("interface"))?.text
    let name = name(of: entry)
    notice(
      .opaque, at: entry.place,
      "what crosses the \(kind) tunnel '\(name)' is not modelled"
        + (interface.map { "; join interface '\($0)' to a segment in the network's description" }
          ?? ""))
  }

  /// A peer that may send ESP and IKE to the firewall.
  private mutating func readGateway(_ entry: XMLElement) {
    ledger.modelAll(entry)
    guard let name = entry.descendant("local-address", "interface")?.text,
      let index = interfaceByName[name]
    else { return }
    listeners.append(
      .init(
        name: "ike-gateway \(self.name(of: entry))", place: entry.place, interface: index,
        match: .disjunction([
          PANOS.ports(IPProtocol.udp, Ranges(values: [500, 4500])),
          .field(.protocol, Ranges(values: [50, 51])),
        ])))
  }

  /// The portals and gateways for remote users.
  private mutating func readRemoteAccess() {
    for system in systems.indices {
      guard let list = child(systems[system].element, "global-protect") else { continue }
      for kind in list.children {
        ledger.model(kind)
        for entry in entries(kind) {
          ledger.opaque(entry)
          notice(
            .opaque, at: entry.place,
            "what remote users send through the \(kind.name) '\(name(of: entry))' is not modelled; "
              + "join its tunnel interface to a segment in the network's description")
          let local =
            entry.descendant("local-address", "interface")
            ?? entry.descendant("portal-config", "local-address", "interface")
          guard let local, let index = interfaceByName[local.text] else { continue }
          listeners.append(
            .init(
              name: "\(kind.name) \(name(of: entry))", place: entry.place, interface: index,
              match: .disjunction([
                PANOS.ports(IPProtocol.tcp, Ranges(443)), PANOS.ports(IPProtocol.udp, Ranges(4501)),
                .field(.protocol, Ranges(50)),
              ])))
        }
      }
    }
  }

  /// The shared gateways, whose zones and rules the model does not describe.
  private mutating func readSharedGateways(_ network: XMLElement) {
    guard let list = child(network, "shared-gateway") else { return }
    for entry in entries(list) {
      ledger.opaque(entry)
      let names =
        entry.descendants("import", "network", "interface", "member")
        + ["layer3", "layer2", "virtual-wire", "tunnel"].flatMap {
          entry.descendants("zone", "entry", "network", $0, "member")
        }
      let indexes = Set(names.compactMap { interfaceByName[$0.text] }).sorted()
      guard !indexes.isEmpty else { continue }
      sharedGateways.append(
        .init(name: name(of: entry), place: entry.place, interfaces: indexes))
    }
  }
}

extension PANOS {
  /// A service of the box itself on one interface, besides those of a management profile.
  struct Listener {
    var name: String
    var place: Place
    var interface: Int
    var match: Match
  }

  /// A gateway that several virtual systems share.
  struct SharedGateway {
    var name: String
    var place: Place
    var interfaces: [Int]
  }
}
