public import Documents
import Networks
import Packets
public import Places

/// One file of the project's own network format, as it stands: nothing is looked up yet.
public struct NetworkDescription: Sendable {
  /// Another file whose network is part of this one.
  public struct Include: Hashable, Sendable {
    /// The path as written, relative to this file.
    public var path: String
    /// What is put before the names in it, or `nil` for the name of its network.
    public var prefix: String?
    /// Where it is named.
    public var place: Place
  }

  /// A device's configuration in its vendor's format.
  public struct ConfigReference: Hashable, Sendable {
    /// The device's name in this file.
    public var device: String
    /// The path as written, relative to this file.
    public var path: String
    /// The name of the format, or `nil` where it is to be recognised.
    public var format: String?
    /// Where it is named.
    public var place: Place
  }

  /// The network's name.
  public let name: String
  /// Where the description starts.
  public let place: Place
  /// The files that belong to it.
  public let includes: [Include]
  let segments: [SegmentDescription]
  let internet: InternetDescription?
  let devices: [DeviceDescription]
  let endpoints: [EndpointDescription]
  let links: [LinkDescription]
  let tunnels: [TunnelDescription]
  let redundancyGroups: [RedundancyGroupDescription]
  let switches: [SwitchDescription]
  let trunks: [TrunkDescription]
  let routing: Placed<Network.Routing>?
  let spoofing: Placed<Network.Spoofing>?

  /// The configurations that devices have, in the order of the file.
  public var configs: [ConfigReference] {
    devices.compactMap { device in
      device.config.map { config in
        ConfigReference(
          device: device.name.value, path: config.value, format: device.format?.value,
          place: config.place)
      }
    }
  }

  /// Reads a network description.
  ///
  /// - Throws: All errors, each with its place: unknown keys, texts that are no addresses or
  ///   services, names that are given twice.
  public static func parse(
    _ bytes: [UInt8], as format: Document.Format, file: String,
    limits: DocumentLimits = .standard
  ) throws(InputErrors) -> Self {
    let document: Document
    do {
      document = try Document.parse(bytes, as: format, file: file, limits: limits)
    } catch {
      throw InputErrors([error])
    }
    return try document.read { Self.read(&$0) }
  }

  /// What a network description may hold.
  public static var shape: DocumentShape { DocumentShape.accepted { Self.read(&$0) } }

  static func read(_ reader: inout FieldReader) -> Self? {
    let title = reader.title("network")
    let includes = reader.list("include", each: "file", orScalar: .include) { Include.read(&$0) }
    let segments = reader.entries("segments", each: "segment") { SegmentDescription.read($0, &$1) }
    let internet = reader.object("internet") { InternetDescription.read(&$0) }
    let devices = reader.entries("devices", each: "device") { DeviceDescription.read($0, &$1) }
    let endpoints = reader.entries("endpoints", each: "endpoint") {
      EndpointDescription.read($0, &$1)
    }
    let links = reader.list("links", each: "link") { LinkDescription.read(&$0) }
    let tunnels = reader.entries("tunnels", each: "tunnel") { TunnelDescription.read($0, &$1) }
    let groups = reader.entries("ha", each: "group") { RedundancyGroupDescription.read($0, &$1) }
    let switches = reader.entries("switches", each: "switch") { SwitchDescription.read($0, &$1) }
    let trunks = reader.list("trunks", each: "trunk") { TrunkDescription.read(&$0) }
    let routing = reader.value("routing", Scalar.choice(of: Network.Routing.self).placed)
    let spoofing = reader.value("spoofing", Scalar.choice(of: Network.Spoofing.self).placed)
    guard let title else { return nil }
    return Self(
      name: title.value, place: reader.place, includes: includes, segments: segments,
      internet: internet, devices: devices, endpoints: endpoints, links: links, tunnels: tunnels,
      redundancyGroups: groups, switches: switches, trunks: trunks, routing: routing,
      spoofing: spoofing)
  }
}

extension NetworkDescription.Include {
  static func read(_ reader: inout FieldReader) -> Self? {
    let path = reader.value("path", .name, required: true)
    let prefix = reader.value("prefix", .name)
    guard let path else { return nil }
    return Self(path: path, prefix: prefix, place: reader.place)
  }
}

extension Scalar where Value == NetworkDescription.Include {
  /// The path of an included file.
  static var include: Self {
    Self("the path of a file") { text, place in
      text.isEmpty ? nil : NetworkDescription.Include(path: text, prefix: nil, place: place)
    }
  }
}
