import Documents
import Networks
import Packets
import Places

extension Assembly {
  /// Builds the devices of a part: from the description alone, or with an importer.
  mutating func addDevices(_ part: NetworkPart) {
    for description in part.description.devices {
      let name = (part.prefixes.last ?? "") + description.name.value
      guard let index = devices[name] else { continue }
      if description.kind?.value == .diode {
        addDiode(description, index, in: part)
      } else {
        addDevice(description, index, in: part)
      }
    }
  }

  private mutating func addDevice(
    _ description: DeviceDescription, _ index: Int, in part: NetworkPart
  ) {
    var builder = DeviceBuilder(network.devices[index], description)
    builder.device.interfaces = addedInterfaces[index] ?? []
    if let vendor = description.vendor { builder.device.vendor = vendor }
    builder.addVRFs(&self)
    builder.addInterfaces(in: part, &self)
    if description.config == nil {
      builder.addRoutes(description.routes, &self)
      builder.addFiltering(&self)
    } else {
      readConfig(of: description, into: &builder, in: part)
    }
    network.devices[index] = builder.device
  }

  /// Lets an importer complete a device; what it does not know yet is then added.
  private mutating func readConfig(
    of description: DeviceDescription, into builder: inout DeviceBuilder, in part: NetworkPart
  ) {
    if let place = description.filtering.firstPlace ?? description.bridges.first?.place {
      fail(
        at: place, "the filtering of '\(description.name.value)' is in its configuration",
        hint: "leave it out here, or leave out \"config\"")
    }
    for interface in description.interfaces {
      for name in [interface.filterIn, interface.filterOut] {
        guard let name else { continue }
        fail(at: name.place, "the filters of '\(description.name.value)' are in its configuration")
      }
    }
    // A route may use an interface that only the configuration knows.
    let known = description.routes.filter { route in
      route.interface.map { builder.interfaces[$0.value] != nil } ?? true
    }
    builder.addRoutes(known, &self)
    guard let config = part.configs[description.name.value],
      let importer = importer(for: description, config)
    else { return }
    do {
      try importer.read(config.bytes, config.file, &builder.device, &context)
    } catch {
      errors.append(error)
      return
    }
    builder.indexNames()
    let rest = description.routes.filter { route in !known.contains { $0.place == route.place } }
    builder.addRoutes(rest, &self)
  }

  private mutating func importer(
    for description: DeviceDescription, _ config: NetworkPart.Config
  ) -> Importer? {
    let names = importers.map(\.name)
    if let format = description.format {
      if let importer = importers.first(where: { $0.name == format.value }) { return importer }
      let near = similarName(to: format.value, among: names)
      fail(
        at: format.place, "no format is named '\(format.value)'",
        hint: near.map { "did you mean '\($0)'?" }
          ?? "the formats are \(names.joined(separator: ", "))")
      return nil
    }
    if let importer = importers.first(where: { $0.recognises(config.bytes) }) { return importer }
    fail(
      at: description.config?.place ?? description.name.place,
      "the format of '\(config.file)' is not recognised",
      hint: "say \"format\": one of \(names.joined(separator: ", "))")
    return nil
  }

  /// A diode passes from its first interface to its second, whatever it is asked.
  private mutating func addDiode(
    _ description: DeviceDescription, _ index: Int, in part: NetworkPart
  ) {
    guard let from = description.from, let to = description.to,
      let source = segment(from, in: part), let target = segment(to, in: part)
    else { return }
    if let place = description.filtering.firstPlace ?? description.routes.first?.place
      ?? description.interfaces.first?.name.place ?? description.config?.place
    {
      fail(at: place, "a diode has \"from\" and \"to\" only")
    }
    if source == target { fail(at: to.place, "a diode leads to another segment") }
    var device = network.devices[index]
    for (name, segment) in [("from", source), ("to", target)] {
      var interface = Interface(name: name, place: description.name.place)
      interface.segment = segment
      device.interfaces.append(interface)
    }
    device.pipeline = Pipeline(arrival: [.bridge([1, nil])])
    network.devices[index] = device
  }
}

/// One device that is being built from its description.
struct DeviceBuilder {
  var device: Device
  let description: DeviceDescription
  /// The interfaces and VRFs by name.
  private(set) var interfaces: [String: Int] = [:]
  private(set) var vrfs: [String: Int] = [:]
  /// The filters by name, indices into `Device.acls`.
  var filters: [String: Int] = [:]
  /// The objects by name, once they are looked up.
  var objects: [String: AddressSet] = [:]
  /// The interfaces of each zone.
  var zones: [String: [Int]] = [:]

  init(_ device: Device, _ description: DeviceDescription) {
    self.device = device
    self.description = description
  }

  /// Learns the names that the device has by now.
  mutating func indexNames() {
    interfaces = Dictionary(
      device.interfaces.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    vrfs = Dictionary(
      device.vrfs.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  mutating func addVRFs(_ assembly: inout Assembly) {
    for name in description.vrfs where name.value != "default" {
      if device.vrfs.contains(where: { $0.name == name.value }) {
        assembly.fail(at: name.place, "the VRF '\(name.value)' is given twice")
      }
      device.vrfs.append(VRF(name: name.value))
    }
    indexNames()
    for name in description.unknownRoutes {
      let condition = assembly.globalCondition(
        "\(device.name)/routing:\(name.value)", at: name.place,
        "the routes that '\(device.name)' learns by \(name.value) are not given")
      for vrf in device.vrfs.indices { device.vrfs[vrf].unknownRoutes = condition }
    }
  }

  mutating func addInterfaces(in part: NetworkPart, _ assembly: inout Assembly) {
    for described in description.interfaces {
      var interface = Interface(
        name: described.name.value, place: described.name.place,
        addresses: described.addresses.map {
          Interface.Address($0.value.address, length: $0.value.prefix.length)
        })
      if let segment = described.segment {
        interface.segment = assembly.segment(segment, in: part)
      }
      if let vrf = described.vrf { interface.vrf = self.vrf(vrf, &assembly) ?? 0 }
      interface.zone = described.zone?.value
      interface.isUp = described.isUp ?? true
      interface.reversePath = described.reversePath ?? .none
      if let line = interfaces[interface.name] {
        // A tunnel names an interface that is described here too.
        if described.segment != nil {
          assembly.fail(
            at: described.name.place, "a tunnel says already where '\(interface.name)' is")
        }
        interface.segment = device.interfaces[line].segment
        interface.addresses = device.interfaces[line].addresses + interface.addresses
        device.interfaces[line] = interface
      } else {
        device.interfaces.append(interface)
      }
    }
    indexNames()
  }

  mutating func addRoutes(_ routes: [RouteDescription], _ assembly: inout Assembly) {
    for route in routes {
      let vrf = route.vrf.map { self.vrf($0, &assembly) } ?? 0
      let interface = route.interface.map { self.interface($0, &assembly) }
      guard let vrf, interface != .some(nil) else { continue }
      var hops: [NextHop] = route.via.map { .gateway($0.value, interface: interface ?? nil) }
      if hops.isEmpty, let interface, let interface { hops = [.interface(interface)] }
      if let next = route.nextVRF, let index = self.vrf(next, &assembly) { hops = [.vrf(index)] }
      if route.discard { hops = [.discard] }
      device.vrfs[vrf].routes.append(
        Route(
          to: route.to, via: hops, distance: route.distance, metric: route.metric,
          place: route.place))
    }
  }

  /// The interface of a name; `nil` and an error where there is none.
  func interface(_ name: Placed<String>, _ assembly: inout Assembly) -> Int? {
    if let index = interfaces[name.value] { return index }
    unknown("interface", name, among: device.interfaces.map(\.name), &assembly)
    return nil
  }

  /// The VRF of a name; `nil` and an error where there is none.
  func vrf(_ name: Placed<String>, _ assembly: inout Assembly) -> Int? {
    if let index = vrfs[name.value] { return index }
    unknown("VRF", name, among: device.vrfs.map(\.name), &assembly)
    return nil
  }

  func unknown(
    _ what: String, _ name: Placed<String>, among names: @autoclosure () -> [String],
    _ assembly: inout Assembly
  ) {
    let near = assembly.nearName(to: name.value, among: names())
    assembly.fail(
      at: name.place, "'\(device.name)' has no \(what) '\(name.value)'",
      hint: near.map { "did you mean '\($0)'?" })
  }
}
