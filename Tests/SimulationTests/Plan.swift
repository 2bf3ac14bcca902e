import Networks
public import Packets
import Places
import Simulation

extension IPAddress: ExpressibleByStringLiteral {
  /// An address that a test writes; a malformed one is a mistake in the test.
  public init(stringLiteral text: String) {
    guard let address = try? IPAddress(parsing: text) else { preconditionFailure(text) }
    self = address
  }
}

extension Prefix: ExpressibleByStringLiteral {
  /// A prefix that a test writes; a malformed one is a mistake in the test.
  public init(stringLiteral text: String) {
    guard let prefix = try? Prefix(parsing: text) else { preconditionFailure(text) }
    self = prefix
  }
}

/// A small network, built a line at a time.
struct Plan {
  var network = Network(name: "test", place: Place(file: "test"))
  private var line = 0

  private mutating func place() -> Place {
    line += 1
    return Place(file: "test", line: line)
  }

  mutating func segment(_ name: String, _ subnets: Prefix...) -> Int {
    network.segments.append(Segment(name: name, place: place(), subnets: subnets))
    return network.segments.count - 1
  }

  mutating func internet() -> Int {
    let index = segment("internet")
    network.internet = index
    return index
  }

  /// Adds a device with interfaces `eth0`, `eth1`, … on segments, with `address/length` each.
  mutating func device(
    _ name: String, _ ports: (segment: Int?, addresses: [String])...,
    configure: (inout Device) -> Void = { _ in }
  ) -> Int {
    var device = Device(name: name, place: place(), kind: .router)
    for (number, port) in ports.enumerated() {
      let addresses = port.addresses.map { text in
        guard let parsed = try? AddressInPrefix(parsing: text) else { preconditionFailure(text) }
        return Interface.Address(parsed.address, length: parsed.prefix.length)
      }
      var interface = Interface(name: "eth\(number)", place: place(), addresses: addresses)
      interface.segment = port.segment
      device.interfaces.append(interface)
    }
    configure(&device)
    network.devices.append(device)
    return network.devices.count - 1
  }

  mutating func hosts(
    _ name: String, on segment: Int, _ addresses: Prefix..., gateway: IPAddress? = nil
  ) -> Int {
    network.endpoints.append(
      EndpointGroup(
        name: name, place: place(),
        attachments: [
          .init(
            segment: segment, addresses: AddressSet(addresses), gateway: gateway, place: place())
        ]))
    return network.endpoints.count - 1
  }

  mutating func link(_ from: Link.Party, _ to: Link.Party) {
    network.links.append(Link(medium: .copper, from: from, to: to, place: place()))
  }

  mutating func condition(
    _ name: String, scope: Condition.Scope = .global, assumed: Bool? = nil
  ) -> Int {
    let place = place()
    return network.conditions.index(
      of: Condition(name: name, scope: scope, place: place, why: "a test", assumed: assumed))
  }

  /// A simulator in which exactly the named conditions are true.
  func simulator(
    true names: Set<String> = [], sessions: [Session] = [], candidates: Candidates = Candidates()
  ) -> Simulator {
    var simulator = Simulator(network: network, sessions: sessions, candidates: candidates)
    let conditions = simulator.network.conditions
    simulator.valuation = { index, _ in names.contains(conditions[index].name) }
    return simulator
  }
}

extension Device {
  /// Adds a static route.
  mutating func route(
    _ destination: Prefix, _ nextHops: NextHop..., distance: Int = 1, metric: Int = 0,
    condition: Int? = nil, vrf: Int = 0
  ) {
    let line = 1000 + vrfs[vrf].routes.count
    vrfs[vrf].routes.append(
      Route(
        to: destination, via: nextHops, distance: distance, metric: metric,
        condition: condition, place: Place(file: name, line: line)))
  }

  /// Adds a list and returns its index.
  mutating func list(_ name: String, _ rules: [ACL.Rule], end: ACL.End = .deny) -> Int {
    var placed = rules
    for index in placed.indices {
      placed[index].place = Place(file: name, line: index + 1)
      if placed[index].name.isEmpty { placed[index].name = "\(index + 1)" }
    }
    acls.append(ACL(name: name, place: Place(file: name), rules: placed, end: end))
    return acls.count - 1
  }

  /// Adds a translation and returns its index.
  mutating func translation(
    _ name: String, _ address: Translation.Address? = nil, port: Translation.Port? = nil
  ) -> Int {
    translations.append(
      Translation(name: name, place: Place(file: name, line: 1), address: address, port: port))
    return translations.count - 1
  }
}

/// A rule without a name of its own.
func rule(
  _ action: ACL.Action, _ match: Match = .any, _ effects: Effect..., logs: Bool = false
) -> ACL.Rule {
  ACL.Rule(
    name: "", place: Place(file: ""), match: match, effects: effects, action: action, logs: logs)
}

func from(_ prefixes: Prefix...) -> Match { AddressSet(prefixes).asSource }
func to(_ prefixes: Prefix...) -> Match { AddressSet(prefixes).asDestination }
func port(_ values: ClosedRange<UInt128>) -> Match { .field(.destinationPort, Ranges(values)) }
func state(_ states: ConnectionState...) -> Match {
  .field(.connectionState, Ranges(values: states.map { UInt128($0.rawValue) }))
}

func tcp(
  _ source: IPAddress, _ destination: IPAddress, _ port: UInt16 = 443,
  from sourcePort: UInt16 = 40000,
  flags: UInt8 = TCPFlags.syn
) -> Header {
  Header(
    family: source.family, source: source.value, destination: destination.value,
    protocol: IPProtocol.tcp, sourcePort: sourcePort, destinationPort: port, tcpFlags: flags)
}

func udp(
  _ source: IPAddress, _ destination: IPAddress, _ port: UInt16 = 53,
  from sourcePort: UInt16 = 40000
) -> Header {
  Header(
    family: source.family, source: source.value, destination: destination.value,
    protocol: IPProtocol.udp, sourcePort: sourcePort, destinationPort: port)
}

func icmp(_ source: IPAddress, _ destination: IPAddress, type: UInt8, code: UInt8 = 0) -> Header {
  Header(
    family: source.family, source: source.value, destination: destination.value,
    protocol: source.family == .ipv4 ? IPProtocol.icmp : IPProtocol.icmpv6, icmpType: type,
    icmpCode: code)
}

func fragment(of header: Header) -> Header {
  var fragment = header
  fragment.set(.fragment, to: 1)
  return fragment
}

extension Simulator {
  /// Where a packet is delivered, in words.
  ///
  /// The words are `on` a segment or `to` a device, and `as` another
  /// packet where it was changed, sorted.
  func ends(_ header: Header, from origin: Origin) -> [String] {
    deliveries(header, from: origin).outcomes.compactMap { words($0, header) }.sorted()
  }

  func ends(_ header: Header, from segment: Int) -> [String] {
    ends(header, from: .segment(segment))
  }

  /// Why a packet can be lost, sorted.
  func losses(_ header: Header, from origin: Origin) -> [Loss] {
    var found: Set<Loss> = []
    search(header, from: origin) { walk in
      if case .lost(let loss) = walk.outcome { found.insert(loss) }
      return true
    }
    return found.sorted { $0.rawValue < $1.rawValue }
  }

  private func words(_ outcome: Outcome, _ sent: Header) -> String? {
    guard let delivered = outcome.delivered else { return nil }
    let place: String
    switch outcome {
    case .delivered(let segment, _): place = "on \(network.segments[segment].name)"
    case .deliveredToDevice(let device, _): place = "to \(network.devices[device].name)"
    case .lost: return nil
    }
    return delivered == sent ? place : "\(place) as \(delivered)"
  }
}
