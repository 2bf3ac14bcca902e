import Glibc
import Importers
import Networks
import Packets
import Places
import Simulation
import Testing

/// The importer under test.
let panos = Importer.all.first { $0.name == "panos" } ?? Importer.all[0]

/// The root of the package.
private let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

/// The folder of public test files that may lie beside the package, or nil where it is absent.
func corpusFolder(_ name: String) -> String? {
  let path = "\(root)/../shared/corpus/\(name)"
  guard let folder = unsafe opendir(path) else { return nil }
  unsafe closedir(folder)
  return path
}

/// The paths of the files in a folder and the folders in it, sorted.
func files(under path: String) -> [String] {
  guard let folder = unsafe opendir(path) else { return [path] }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) {
      unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted().flatMap { files(under: "\(path)/\($0)") }
}

/// The bytes of a file; none where it cannot be read.
func bytes(at path: String) -> [UInt8] {
  guard let file = unsafe fopen(path, "rb") else { return [] }
  defer { unsafe fclose(file) }
  var bytes: [UInt8] = []
  var piece = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = unsafe fread(&piece, 1, piece.count, file)
    if count == 0 { return bytes }
    bytes += piece[..<count]
  }
}

/// The path of one of the fixtures.
func fixturePath(_ format: String, _ name: String, _ file: String) -> String {
  "\(root)/Tests/ImportersTests/Fixtures/\(format)/\(name)/\(file)"
}

/// A firewall of a fixture, alone in a network with a segment on each of its interfaces.
struct Firewall {
  let device: Device
  let context: ImportContext
  let network: Network

  /// Reads `config.xml` of a fixture of PAN-OS.
  init(_ fixture: String) throws(InputError) {
    try self.init(bytes(at: fixturePath("PANOS", fixture, "config.xml")), "config.xml")
  }

  /// Reads a configuration.
  init(_ bytes: [UInt8], _ file: String) throws(InputError) {
    var device = Device(name: "fw", place: Place(file: file), kind: .firewall)
    var context = ImportContext()
    try panos.read(bytes, file, &device, &context)
    var network = Network(name: "test", place: Place(file: "test"))
    for index in device.interfaces.indices {
      let interface = device.interfaces[index]
      network.segments.append(
        Segment(
          name: interface.name, place: interface.place,
          subnets: interface.addresses.map(\.subnet)))
      device.interfaces[index].segment = index
    }
    network.devices = [device]
    network.conditions = context.conditions
    network.applications = context.applications
    self.device = device
    self.context = context
    self.network = network
  }

  /// The index of an interface, and of the segment on it.
  func index(_ interface: String) throws -> Int {
    try #require(device.interfaces.firstIndex { $0.name == interface }, "\(interface)")
  }

  /// The label of an application.
  func label(_ name: String) throws -> UInt16 {
    UInt16(try #require(context.applications.firstIndex(of: name), "\(name)"))
  }

  /// A simulator in which exactly the named conditions are true.
  func simulator(assuming names: Set<String>, _ candidates: [Header] = []) -> Simulator {
    for name in names {
      #expect(network.conditions.index(named: "fw/\(name)") != nil, "there is no condition \(name)")
    }
    let conditions = network.conditions
    var simulator = Simulator(network: network, candidates: Candidates(for: candidates))
    simulator.valuation = { index, _ in
      let name = index < conditions.conditions.count ? conditions[index].name : ""
      return names.contains { "fw/\($0)" == name }
    }
    return simulator
  }

  /// What a packet becomes that is sent on an interface's segment, one text a delivery.
  ///
  /// It is `interface source:port > destination:port`, where the interface is the one whose segment
  /// it is on, or `box`. Left out are a delivery on the segment that it was sent on, and later
  /// fragments of it.
  func deliveries(
    _ header: Header, from interface: String, assuming names: Set<String> = []
  ) throws -> Set<String> {
    let segment = try index(interface)
    let simulator = simulator(assuming: names)
    let found = simulator.deliveries(header, from: .segment(segment))
    #expect(found.isComplete)
    return Set(
      found.outcomes.compactMap { outcome in
        switch outcome {
        case .delivered(let other, let found)
        where other == segment || found.isLaterFragment && !header.isLaterFragment: nil
        case .delivered(let other, let header): text(header, network.segments[other].name)
        case .deliveredToDevice(_, let header): text(header, "box")
        case .lost: nil
        }
      })
  }

  /// The interfaces by whose segments a packet is delivered, or `box`.
  func reached(
    _ header: Header, from interface: String, assuming names: Set<String> = []
  ) throws -> Set<String> {
    Set(
      try deliveries(header, from: interface, assuming: names).map {
        $0.split(separator: " ").first.map(String.init) ?? ""
      })
  }

  private func text(_ header: Header, _ where: String) -> String {
    let source = IPAddress(header.family, header.source)?.description ?? "-"
    let destination = IPAddress(header.family, header.destination)?.description ?? "-"
    guard header.has(.destinationPort) else { return "\(`where`) \(source) > \(destination)" }
    return "\(`where`) \(source):\(header.sourcePort) > \(destination):\(header.destinationPort)"
  }

  /// The names of the conditions, without the device's.
  var conditions: [String] {
    context.conditions.conditions.map { String($0.name.drop { $0 != "/" }.dropFirst()) }
  }

  /// The rules of the list of a name.
  func rules(_ list: String) -> [ACL.Rule] {
    device.acls.first { $0.name == list }?.rules ?? []
  }

  /// Whether a notice at a line holds these words.
  func hasNotice(_ words: String) -> Bool {
    context.notices.contains { $0.message.contains(words) && $0.place.line > 0 }
  }
}

/// An address that a test writes.
func address(_ text: String) -> IPAddress {
  guard let address = try? IPAddress(parsing: text) else { preconditionFailure(text) }
  return address
}

/// A packet of TCP that opens a connection, from port 40000.
func tcp(
  _ source: String, _ destination: String, _ port: UInt16, application: UInt16 = 0,
  flags: UInt8 = TCPFlags.syn
) -> Header {
  Header(
    family: address(source).family, source: address(source).value,
    destination: address(destination).value, protocol: IPProtocol.tcp, sourcePort: 40_000,
    destinationPort: port, tcpFlags: flags, application: application)
}

/// A packet of UDP.
func udp(_ source: String, _ destination: String, _ port: UInt16, from: UInt16 = 40_000) -> Header {
  Header(
    family: address(source).family, source: address(source).value,
    destination: address(destination).value, protocol: IPProtocol.udp, sourcePort: from,
    destinationPort: port)
}

/// A packet of ICMP of a type.
func icmp(
  _ source: String, _ destination: String, _ type: UInt8, application: UInt16 = 0
) -> Header {
  let family = address(source).family
  return Header(
    family: family, source: address(source).value, destination: address(destination).value,
    protocol: family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6, icmpType: type,
    application: application)
}
