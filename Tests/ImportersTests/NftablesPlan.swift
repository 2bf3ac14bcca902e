import Importers
import Networks
import Packets
import Places
import Simulation

/// A router between three segments that runs a ruleset.
///
/// Its interfaces are `eth0` on `inside` (10.1.0.1/24, 2001:db8:1::1/64), `eth1` on `outside`
/// (10.2.0.1/24, 2001:db8:2::1/64) and `eth2` on `side` (10.3.0.1/24, 2001:db8:3::1/64).
struct NftablesPlan {
  let network: Network
  let context: ImportContext
  static let segments = ["inside", "outside", "side"]

  init(
    _ ruleset: [UInt8], file: String = "ruleset.json", by importer: Importer = .nftables,
    withoutIPv6: Set<String> = []
  ) throws(InputError) {
    let place = Place(file: "network.json")
    var network = Network(name: "test", place: place)
    var device = Device(name: "gw", place: place, kind: .router)
    for (index, name) in Self.segments.enumerated() {
      let number = UInt32(index + 1)
      let v4 = IPAddress(ipv4: 0x0A00_0001 | number << 16)
      let v6 = IPAddress(ipv6: 0x2001_0DB8 << 96 | UInt128(number) << 80 | 1)
      var interface = Interface(
        name: "eth\(index)", place: place,
        addresses: [.init(v4, length: 24), .init(v6, length: 64)])
      if withoutIPv6.contains(interface.name) { interface.addresses.removeLast() }
      interface.segment = index
      device.interfaces.append(interface)
      network.segments.append(
        Segment(name: name, place: place, subnets: interface.addresses.map(\.subnet)))
    }
    network.spoofing = .any
    var context = ImportContext()
    try importer.read(ruleset, file, &device, &context)
    network.devices = [device]
    network.conditions = context.conditions
    self.network = network
    self.context = context
  }

  var device: Device { network.devices[0] }

  /// Simulators with different outcomes of the conditions: none true, all true, and each bit of their
  /// indices both ways.
  var simulators: [Simulator] {
    var valuations: [Simulator.Valuation] = [{ _, _ in false }, { _, _ in true }]
    for bit in 0..<6 {
      valuations.append { condition, _ in condition >> bit & 1 == 0 }
      valuations.append { condition, _ in condition >> bit & 1 == 1 }
    }
    return valuations.map { Simulator(network: network, valuation: $0) }
  }
}

/// One line of a fixture's `packets.txt`: what becomes of a packet.
///
/// It reads `VERDICT SEGMENT PACKET [as PACKET]`; the verdicts are
/// - `passes`: it is delivered on another segment, whatever the conditions, as the second packet;
/// - `local`: it is delivered to the router;
/// - `blocked`: it is not delivered at all, whatever the conditions;
/// - `may`: it is delivered or not, and conditions decide.
struct NftablesProbe {
  enum Verdict: String {
    case passes, local, blocked, may
  }

  var verdict: Verdict
  var origin: Int
  var sent: Header
  var delivered: Header?

  init?(_ line: String) {
    var words = line.split(separator: " ").map(String.init)[...]
    guard let verdict = words.popFirst().flatMap(Verdict.init(rawValue:)),
      let segment = words.popFirst().flatMap({ NftablesPlan.segments.firstIndex(of: $0) })
    else { return nil }
    self.verdict = verdict
    origin = segment
    let parts = words.split(separator: "as")
    guard let sent = parts.first.flatMap({ Self.packet($0) }), parts.count <= 2 else { return nil }
    self.sent = sent
    if parts.count == 2 {
      guard let delivered = Self.packet(parts[1]) else { return nil }
      self.delivered = delivered
    }
  }

  /// Reads `tcp 10.1.0.5:40000 > 10.2.0.5:22 syn`.
  private static func packet(_ words: ArraySlice<String>) -> Header? {
    var words = words
    guard let name = words.popFirst(), let number = ProtocolNames.number(name),
      let from = words.popFirst().flatMap({ end($0) }), words.popFirst() == ">",
      let to = words.popFirst().flatMap({ end($0) })
    else { return nil }
    var header = Header(
      family: from.0.family, source: from.0.value, destination: to.0.value, protocol: number,
      sourcePort: from.1, destinationPort: to.1)
    while let word = words.popFirst() {
      switch word {
      case "type": header.icmpType = words.popFirst().flatMap { UInt8($0) } ?? 0
      case "code": header.icmpCode = words.popFirst().flatMap { UInt8($0) } ?? 0
      case "fragment": header.isLaterFragment = true
      case "next": header.nextHeader = words.popFirst().flatMap { UInt8($0) } ?? 0
      default:
        guard let flag = flags[word] else { return nil }
        header.tcpFlags |= flag
      }
    }
    header.normalise()
    return header
  }

  private static let flags: [String: UInt8] = [
    "fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ece": 64, "cwr": 128, "none": 0,
  ]

  private static func end(_ text: String) -> (IPAddress, UInt16)? {
    var address = text
    var port: UInt16 = 0
    if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
      address = String(text[text.index(after: text.startIndex)..<close])
      port = UInt16(text[text.index(close, offsetBy: 2)...]) ?? 0
    } else if text.split(separator: ":").count == 2 {
      let parts = text.split(separator: ":")
      address = String(parts[0])
      port = UInt16(parts[1]) ?? 0
    }
    guard let parsed = try? IPAddress(parsing: address) else { return nil }
    return (parsed, port)
  }
}
