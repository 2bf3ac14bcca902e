import Documents
public import Networks
import Packets
public import Places

/// One description file with the configurations that it names, ready to become part of a network.
public struct NetworkPart: Sendable {
  /// The content of one file.
  public struct Config: Sendable {
    /// The file's name for places.
    public var file: String
    /// Its content.
    public var bytes: [UInt8]

    /// Creates a content.
    public init(file: String, bytes: [UInt8]) {
      self.file = file
      self.bytes = bytes
    }
  }

  /// The description.
  public var description: NetworkDescription
  /// What is put before its names, after the same of each file that includes it, the outermost
  /// first; the outermost file's own is empty.
  ///
  /// A name is looked up with the longest first.
  public var prefixes: [String]
  /// The configurations by the device's name in the description.
  public var configs: [String: Config]

  /// Creates a part.
  public init(
    _ description: NetworkDescription, prefixes: [String] = [""], configs: [String: Config] = [:]
  ) {
    self.description = description
    self.prefixes = prefixes
    self.configs = configs
  }
}

/// A network with the counts of what was modelled in each file.
public struct AssembledNetwork: Sendable {
  /// The network.
  public var network: Network
  /// One count a configuration file.
  public var coverage: [Coverage]
}

/// Puts a network together from its descriptions, the outermost first, and their configurations.
///
/// - Throws: All errors: names that are not there or given twice, configurations that cannot be read.
public func assembleNetwork(
  _ parts: [NetworkPart], importers: [Importer] = Importer.all
) throws(InputErrors) -> AssembledNetwork {
  guard let outermost = parts.first else {
    throw InputErrors([InputError(at: Place(file: ""), "there is no network description")])
  }
  var assembly = Assembly(outermost.description, importers: importers)
  assembly.assemble(parts)
  guard assembly.errors.isEmpty else {
    throw InputErrors(assembly.errors.sorted { $0.place < $1.place })
  }
  return AssembledNetwork(network: assembly.finished(), coverage: assembly.context.coverage)
}

/// A network that is being put together.
struct Assembly {
  let importers: [Importer]
  var network: Network
  var context = ImportContext()
  var errors: [InputError] = []
  var segments: [String: Int] = [:]
  var devices: [String: Int] = [:]
  var endpoints: [String: Int] = [:]
  var switches: [String: Int] = [:]
  /// Interfaces that links and tunnels give devices, by device; they are there before its own.
  var addedInterfaces: [Int: [Interface]] = [:]
  /// Addresses that members of a redundancy group share, by device.
  var sharedAddresses: [Int: AddressSet] = [:]
  /// The devices of each redundancy group.
  var redundancyGroups: [Set<Int>] = []
  /// The names of the redundancy groups.
  var redundancyGroupNames: [Placed<String>] = []
  /// The part that each described segment and device is of, by position.
  var partOfSegment: [Int] = []
  var partOfDevice: [Int] = []
  /// The interfaces on each segment, while interfaces are attached.
  var portsBySegment: [Int: SegmentPorts] = [:]
  /// The segments that no description names.
  var inferredSegments: [Int] = []
  var waitingAttachments: [WaitingAttachment] = []
  var injections: [Injection] = []

  init(_ outermost: NetworkDescription, importers: [Importer]) {
    self.importers = importers
    network = Network(name: outermost.name, place: outermost.place)
  }

  mutating func assemble(_ parts: [NetworkPart]) {
    declareNames(parts)
    setOptions(parts)
    for part in parts { joinInternet(part) }
    for part in parts { addEndpoints(part) }
    for part in parts { addLinks(part) }
    for part in parts { addTunnels(part) }
    for part in parts { addDevices(part) }
    for part in parts { addRedundancyGroups(part) }
    attachInterfaces()
    addInterfaceSubnets()
    attachEndpoints()
    addForwardingHosts()
    attachToUnknown()
    for part in parts { addSwitches(part) }
    noteUnsharedSessions()
    checkBounds()
    noteFindings()
    addInjections()
  }

  /// The network with what the importers share.
  func finished() -> Network {
    var result = network
    result.conditions = context.conditions
    result.applications = context.applications
    result.notices = context.notices
    return result
  }
}

extension Assembly {
  private mutating func declareNames(_ parts: [NetworkPart]) {
    for (number, part) in parts.enumerated() {
      let prefix = part.prefixes.last ?? ""
      partOfSegment += part.description.segments.map { _ in number }
      partOfDevice += part.description.devices.map { _ in number }
      for segment in part.description.segments {
        declare(segment.name, prefix, "segment", \.segments, at: network.segments.count)
        network.segments.append(
          Segment(
            name: prefix + segment.name.value, place: segment.name.place,
            subnets: segment.subnets.map(\.value), vlan: segment.vlan,
            medium: segment.medium ?? .copper))
      }
      for device in part.description.devices {
        declare(device.name, prefix, "device", \.devices, at: network.devices.count)
        network.devices.append(
          Device(
            name: prefix + device.name.value, place: device.name.place,
            kind: device.kind?.value ?? .firewall))
      }
      for endpoint in part.description.endpoints {
        declare(endpoint.name, prefix, "endpoint", \.endpoints, at: network.endpoints.count)
        network.endpoints.append(
          EndpointGroup(
            name: prefix + endpoint.name.value, place: endpoint.name.place, attachments: []))
      }
      for item in part.description.switches {
        declare(item.name, prefix, "switch", \.switches, at: switches.count)
      }
    }
  }

  private mutating func declare(
    _ name: Placed<String>, _ prefix: String, _ what: String,
    _ table: WritableKeyPath<Self, [String: Int]>, at index: Int
  ) {
    if self[keyPath: table].updateValue(index, forKey: prefix + name.value) != nil {
      fail(
        at: name.place, "two \(what)s are named '\(prefix + name.value)'",
        hint: prefix.isEmpty ? nil : "give one of the included files another \"prefix\"")
    }
  }

  private mutating func setOptions(_ parts: [NetworkPart]) {
    network.routing = parts.first?.description.routing?.value ?? .configured
    network.spoofing = parts.first?.description.spoofing?.value ?? .segment
    for part in parts.dropFirst() {
      if let routing = part.description.routing, routing.value != network.routing {
        fail(at: routing.place, "the outermost file says how routing is taken")
      }
      if let spoofing = part.description.spoofing, spoofing.value != network.spoofing {
        fail(at: spoofing.place, "the outermost file says which sources senders use")
      }
    }
  }

  private mutating func joinInternet(_ part: NetworkPart) {
    guard let internet = part.description.internet else { return }
    let index = internetSegment(at: internet.place)
    for reference in internet.segments {
      guard let segment = segment(reference, in: part) else { continue }
      if network.internetJoins == nil {
        network.internetJoins = segment
      } else {
        network.links.append(
          Link(
            medium: .copper, from: .segment(index), to: .segment(segment),
            place: reference.place))
      }
    }
  }

  /// The internet, which is there from now on.
  mutating func internetSegment(at place: Place) -> Int {
    if let internet = network.internet { return internet }
    network.internet = network.segments.count
    segments["internet"] = network.segments.count
    network.segments.append(Segment(name: "internet", place: place))
    return network.segments.count - 1
  }
}

extension Assembly {
  mutating func fail(at place: Place, _ message: String, hint: String? = nil) {
    errors.append(InputError(at: place, message, hint: hint))
  }

  mutating func note(_ kind: Notice.Kind, at place: Place, _ message: String) {
    context.notices.append(Notice(kind, at: place, message))
  }

  /// The segment of a name as a part's file means it; `nil` and an error where there is none.
  mutating func segment(_ name: Placed<String>, in part: NetworkPart) -> Int? {
    look(up: name, in: segments, part, "segment")
  }

  /// The device of a name as a part's file means it; `nil` and an error where there is none.
  mutating func device(_ name: Placed<String>, in part: NetworkPart) -> Int? {
    look(up: name, in: devices, part, "device")
  }

  /// The endpoint of a name as a part's file means it; `nil` and an error where there is none.
  mutating func endpoint(_ name: Placed<String>, in part: NetworkPart) -> Int? {
    look(up: name, in: endpoints, part, "endpoint")
  }

  /// The index of a name, looked up with the part's own prefix first and the outermost last.
  mutating func look(
    up name: Placed<String>, in table: [String: Int], _ part: NetworkPart, _ what: String
  ) -> Int? {
    for prefix in part.prefixes.reversed() {
      if let index = table[prefix + name.value] { return index }
    }
    let near = nearName(to: name.value, among: table.keys.sorted())
    fail(
      at: name.place, "no \(what) is named '\(name.value)'",
      hint: near.map { "did you mean '\($0)'?" })
    return nil
  }

  /// The name that may have been meant, for the first errors.
  func nearName(to name: String, among names: @autoclosure () -> [String]) -> String? {
    errors.count < nearestNameLimit ? similarName(to: name, among: names()) : nil
  }

  /// The condition of this name, which is global.
  mutating func globalCondition(_ name: String, at place: Place, _ why: String) -> Int {
    context.conditions.index(of: Condition(name: name, scope: .global, place: place, why: why))
  }
}
