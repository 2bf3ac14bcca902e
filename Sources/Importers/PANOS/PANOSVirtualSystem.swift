import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// A zone of a virtual system.
  struct Zone {
    var name: String
    var place: Place
    /// Its interfaces, ascending.
    var interfaces: [Int]
    /// The virtual systems that an external zone stands for.
    var external: [String]
    /// The zone protection profile.
    var protection: PANOSValue?
  }

  /// One virtual system: its objects, zones and rules.
  struct VirtualSystem {
    let name: String
    let element: XMLElement
    var objects: ObjectScope
    var zones: [Zone] = []
    /// The interfaces of its zones, ascending.
    var interfaces: [Int] = []
    /// The virtual systems that it may send traffic to.
    var visible: [String] = []
    /// Its security list, an index into `Device.acls`.
    var security = -1

    init(name: String, element: XMLElement, objects: ObjectScope) {
      self.name = name
      self.element = element
      self.objects = objects
    }
  }

  /// What `yes` and `no` may turn out to be.
  enum Flag: Hashable {
    case yes
    case no
    /// Neither; where it stands.
    case unclear(Place)
  }
}

extension PANOS.Reader {
  /// A child that says `yes` or `no`; its absence means `no`.
  mutating func flag(_ element: XMLElement, _ name: String) -> PANOS.Flag {
    guard let value = value(element, name) else { return .no }
    switch value.text {
    case "yes": return .yes
    case "no": return .no
    default: return .unclear(value.place)
    }
  }

  /// Reads the zones and imports of all virtual systems.
  mutating func readVirtualSystems() {
    for index in systems.indices {
      let element = systems[index].element
      if let imported = descend(element, "import", "network", "interface") {
        checkImport(members(of: imported), in: index)
      }
      if let router = descend(element, "import", "network", "virtual-router") {
        _ = members(of: router)
      }
      if let routers = descend(element, "import", "network", "logical-router") {
        _ = members(of: routers)
      }
      if let wires = descend(element, "import", "network", "virtual-wire") {
        _ = members(of: wires)
      }
      if let visible = descend(element, "import", "visible-vsys") {
        systems[index].visible = members(of: visible).map(\.text)
      }
      readZones(of: index)
    }
    for (name, index) in interfaceByName.sorted(by: { $0.value < $1.value })
    where device.interfaces[index].zone == nil && !deadInterfaces.contains(index) {
      notice(
        .finding, at: device.interfaces[index].place,
        "interface '\(name)' is in no zone, so it passes nothing")
    }
  }

  private mutating func checkImport(_ members: [PANOSValue], in system: Int) {
    for member in members where interfaceByName[member.text] == nil {
      notice(
        .finding, at: member.place,
        "virtual system '\(systems[system].name)' imports interface '\(member.text)', which the "
          + "configuration does not have")
    }
  }

  private mutating func readZones(of system: Int) {
    guard let list = child(systems[system].element, "zone") else { return }
    let several = systems.count > 1
    for entry in entries(list) {
      let name = name(of: entry)
      var zone = PANOS.Zone(
        name: name, place: entry.place, interfaces: [], external: [], protection: nil)
      if let network = child(entry, "network") {
        for kind in ["layer3", "layer2", "virtual-wire", "tap", "tunnel"] {
          for member in members(network, kind) ?? [] {
            add(member, to: &zone, label: several ? "\(systems[system].name)/\(name)" : name)
          }
        }
        zone.external = (members(network, "external") ?? []).map(\.text)
        zone.protection = value(network, "zone-protection-profile")
      }
      zone.interfaces.sort()
      systems[system].zones.append(zone)
      systems[system].interfaces = (systems[system].interfaces + zone.interfaces).sorted()
    }
  }

  private mutating func add(_ member: PANOSValue, to zone: inout PANOS.Zone, label: String) {
    guard let index = interfaceByName[member.text] else {
      notice(
        .finding, at: member.place,
        "zone '\(label)' has interface '\(member.text)', which the configuration does not have")
      return
    }
    if let other = device.interfaces[index].zone, other != label {
      notice(
        .finding, at: member.place,
        "interface '\(member.text)' is already in zone '\(other)'")
    }
    device.interfaces[index].zone = label
    if !zone.interfaces.contains(index) { zone.interfaces.append(index) }
  }

  /// The interfaces that are in no zone and so pass nothing, ascending.
  var unzonedInterfaces: [Int] {
    let zoned = Set(systems.flatMap(\.interfaces))
    return device.interfaces.indices.filter { !zoned.contains($0) || deadInterfaces.contains($0) }
  }

  /// The values of `ingress` and `egress` for interfaces.
  static func registers(_ interfaces: [Int]) -> Ranges {
    Ranges(values: interfaces.map { UInt128($0) + 1 })
  }

  /// The interfaces that stand for a zone: its own, or those of the systems behind an external one.
  func interfaces(of zone: PANOS.Zone) -> [Int] {
    let behind = systems.filter { zone.external.contains($0.name) }.flatMap(\.interfaces)
    return (zone.interfaces + behind).sorted()
  }

  /// The match "comes in by this zone" or "will leave by it".
  func match(_ zone: PANOS.Zone, _ field: HeaderField) -> Match {
    let interfaces = interfaces(of: zone)
    return interfaces.isEmpty ? .never : .field(field, Self.registers(interfaces))
  }

  /// The match of a list of zones; `any` says nothing.
  mutating func match(zones members: [PANOSValue], _ field: HeaderField, in system: Int) -> Match {
    if members.contains(where: { $0.text == "any" }) { return .any }
    var interfaces: [Int] = []
    var parts: [Match] = []
    for member in members {
      if let zone = systems[system].zones.first(where: { $0.name == member.text }) {
        interfaces += self.interfaces(of: zone)
      } else {
        parts.append(.condition(unknownZone(member, field, in: system)))
      }
    }
    if !interfaces.isEmpty { parts.insert(.field(field, Self.registers(interfaces)), at: 0) }
    return .disjunction(parts)
  }

  /// The condition for a zone that the virtual system does not have.
  mutating func unknownZone(
    _ member: PANOSValue, _ field: HeaderField, in system: Int
  ) -> Int {
    condition(
      field == .ingress ? "from-zone" : "to-zone", qualified(member.text, in: system),
      Condition.ofPacket, at: member.place, "no zone has this name")
  }

  /// The zones of a list that exist, all of them for `any`.
  func zones(_ members: [PANOSValue], in system: Int) -> [PANOS.Zone] {
    let all = systems[system].zones
    if members.contains(where: { $0.text == "any" }) { return all }
    return all.filter { zone in members.contains { $0.text == zone.name } }
  }
}
