import Importers
import Networks
import Packets
import Simulation
import Testing

/// A packet as a test writes it: `tcp 10.0.0.1:1024 > 10.1.0.1:80`, `icmp 10.0.0.1 > 10.1.0.1`.
func packet(_ text: String, flags: UInt8 = TCPFlags.syn) throws -> Header {
  let words = text.split(separator: " ").map(String.init)
  let `protocol` = try #require(ProtocolNames.number(words[0]))
  func end(_ text: String) throws -> (IPAddress, UInt16) {
    let parts = text.split(separator: ":")
    return (try IPAddress(parsing: parts[0]), parts.count == 2 ? UInt16(parts[1]) ?? 0 : 0)
  }
  let (source, sourcePort) = try end(words[1])
  let (destination, destinationPort) = try end(words[3])
  return Header(
    family: .ipv4, source: source.value, destination: destination.value, protocol: `protocol`,
    sourcePort: sourcePort, destinationPort: destinationPort, icmpType: 8, tcpFlags: flags)
}

/// Where a packet that is sent on a segment can be delivered, other than on that segment.
func deliveries(
  _ text: String, from segment: String, in network: Network, conditions: Bool = false,
  flags: UInt8 = TCPFlags.syn
) throws -> [String] {
  let origin = try #require(network.segments.firstIndex { $0.name == segment })
  let simulator = Simulator(network: network, valuation: { _, _ in conditions })
  let (outcomes, isComplete) = simulator.deliveries(
    try packet(text, flags: flags), from: .segment(origin))
  #expect(isComplete)
  return outcomes.compactMap { outcome in
    switch outcome {
    case .delivered(origin, _): nil
    case .delivered(let segment, let header): "\(network.segments[segment].name) \(ends(header))"
    case .deliveredToDevice(let device, let header):
      "\(network.devices[device].name) \(ends(header))"
    case .lost: nil
    }
  }.sorted()
}

private func ends(_ header: Header) -> String {
  let texts = [(header.source, header.sourcePort), (header.destination, header.destinationPort)]
    .map { value, port in
      let address = IPAddress(ipv4: UInt32(truncatingIfNeeded: value)).description
      return port == 0 ? address : "\(address):\(port)"
    }
  return texts.joined(separator: " > ")
}

/// An office and a plant with one device between, whose further keys are given.
private func between(_ device: String) throws -> Network {
  try nativeNetwork(
    """
    { "network": "n",
      "segments": { "office": { "subnets": ["10.10.0.0/24"] }, "plant": { "subnets": ["10.47.0.0/24"] } },
      "devices": { "fw": { \(device) } } }
    """)
}

private let plain = """
  "interfaces": { "a": { "segment": "office", "addresses": "10.10.0.1/24" },
    "b": { "segment": "plant", "addresses": "10.47.0.1/24" } }
  """

private let toPlant = "tcp 10.10.0.5:2000 > 10.47.0.9:80"

@Suite struct `What a described filter passes` {
  /// Whether a forward filter with a first rule, which denies, lets the packet to the plant.
  private func passes(_ match: String, _ packet: String, flags: UInt8 = TCPFlags.syn) throws -> Bool
  {
    let network = try between(
      """
      \(plain), "forwardFilter": "f", "objects": { "plcs": ["10.47.0.8-10.47.0.10"], "all": ["plcs"] },
      "filters": { "f": [ { "deny": \(match) }, { "permit": {} } ] }
      """)
    return try !deliveries(packet, from: "office", in: network, flags: flags).isEmpty
  }

  @Test(arguments: [
    "{}", "{ \"from\": \"10.10.0.0/24\" }", "{ \"to\": [\"10.1.0.0/16\", \"10.47.0.9\"] }",
    "{ \"to\": \"all\" }", "{ \"notFrom\": \"10.11.0.0/16\" }", "{ \"notTo\": \"10.47.0.1\" }",
    "{ \"services\": \"tcp/80\" }", "{ \"services\": [\"udp\", \"http\"] }",
    "{ \"notServices\": \"udp\" }", "{ \"protocol\": [\"udp\", \"6\"] }",
    "{ \"sourcePorts\": \"1024-65535\" }", "{ \"destinationPorts\": \"22,80\" }",
    "{ \"family\": \"ipv4\" }", "{ \"established\": false }", "{ \"fragment\": false }",
    "{ \"in\": \"a\" }", "{ \"out\": \"b\" }", "{ \"state\": \"new\" }", "{ \"log\": true }",
    "{ \"from\": \"10.10.0.0/24\", \"services\": \"tcp/80\", \"in\": [\"b\", \"a\"] }",
  ])
  func `a match that fits`(match: String) throws {
    #expect(try !passes(match, toPlant))
  }

  @Test(arguments: [
    "{ \"from\": \"10.10.1.0/24\" }", "{ \"to\": \"10.47.0.1\" }", "{ \"notFrom\": \"10.10.0.5\" }",
    "{ \"notTo\": \"plcs\" }", "{ \"services\": \"tcp/81\" }", "{ \"notServices\": [\"tcp\"] }",
    "{ \"protocol\": \"udp\" }", "{ \"sourcePorts\": \"22\" }",
    "{ \"destinationPorts\": \"81-90\" }",
    "{ \"family\": \"ipv6\" }", "{ \"established\": true }", "{ \"fragment\": true }",
    "{ \"in\": \"b\" }", "{ \"out\": \"a\" }", "{ \"state\": [\"established\", \"invalid\"] }",
    "{ \"application\": \"web\" }", "{ \"when\": \"schedule:night\" }",
    "{ \"from\": \"10.10.0.0/24\", \"services\": \"tcp/81\" }",
  ])
  func `a match that does not fit`(match: String) throws {
    #expect(try passes(match, toPlant))
  }

  @Test func `established is what carries ACK or RST`() throws {
    let match = "{ \"established\": true }"
    #expect(try passes(match, toPlant, flags: TCPFlags.syn))
    #expect(try !passes(match, toPlant, flags: TCPFlags.ack))
    #expect(try !passes(match, toPlant, flags: TCPFlags.rst))
  }

  @Test func `a list ends in deny, and a list that is jumped to returns`() throws {
    let filters = """
      \(plain), "forwardFilter": "f", "filters": {
        "f": [ { "jump": { "filter": "g", "services": "tcp" } }, { "permit": { "to": "10.47.0.9" } } ],
        "g": [ { "return": { "services": "tcp/80" } }, { "reject": { "services": "tcp/23" } },
               { "permit": { "services": "tcp/8080" } } ] }
      """
    let network = try between(filters)
    #expect(
      try deliveries(toPlant, from: "office", in: network) == [
        "plant 10.10.0.5:2000 > 10.47.0.9:80"
      ])
    for (port, count) in [(23, 0), (24, 1), (8080, 1)] {
      let text = "tcp 10.10.0.5:2000 > 10.47.0.9:\(port)"
      #expect(try deliveries(text, from: "office", in: network).count == count, "\(port)")
    }
    let other = "tcp 10.10.0.5:2000 > 10.47.0.8:80"
    #expect(try deliveries(other, from: "office", in: network) == [])
    let udp = "udp 10.10.0.5:2000 > 10.47.0.9:80"
    #expect(try deliveries(udp, from: "office", in: network).count == 1)
  }

  @Test func `interface filters see packets on their way in and out`() throws {
    for (key, segment, count) in [("in", "a", 0), ("out", "b", 0), ("out", "a", 1), ("in", "b", 1)]
    {
      let network = try between(
        plain.replacing("\"\(segment)\": {", with: "\"\(segment)\": { \"\(key)\": \"none\",")
          + ", \"filters\": { \"none\": [] }")
      #expect(
        try deliveries(toPlant, from: "office", in: network).count == count, "\(key) \(segment)")
    }
  }

  @Test func `an open question is a condition of the device`() throws {
    let network = try between(
      """
      \(plain), "forwardFilter": "f",
      "filters": { "f": [ { "permit": { "when": "schedule:night" } } ] }
      """)
    #expect(network.conditions.conditions.map(\.name) == ["fw/schedule:night"])
    #expect(try deliveries(toPlant, from: "office", in: network) == [])
    #expect(try deliveries(toPlant, from: "office", in: network, conditions: true).count == 1)
  }

  @Test func `what is for the device itself passes the input filter and the management rule`()
    throws
  {
    let network = try between(
      """
      \(plain), "management": { "services": ["ssh", "https"], "from": "10.10.0.0/28", "in": "a" }
      """)
    let ssh = "tcp 10.10.0.5:2000 > 10.10.0.1:22"
    #expect(
      try deliveries(ssh, from: "office", in: network) == ["fw 10.10.0.5:2000 > 10.10.0.1:22"])
    let telnet = "tcp 10.10.0.5:2000 > 10.10.0.1:23"
    #expect(try deliveries(telnet, from: "office", in: network) == [])
    let other = "tcp 10.10.0.77:2000 > 10.10.0.1:22"
    #expect(try deliveries(other, from: "office", in: network) == [])
    #expect(try deliveries("tcp 10.10.0.5:2000 > 10.47.0.1:22", from: "plant", in: network) == [])
    let open = try between(plain)
    #expect(try deliveries(telnet, from: "office", in: open).count == 1)
  }
}

@Suite struct `What a described device remembers and translates` {
  /// Whether the answer to a packet from the office to the plant gets back.
  private func answers(_ device: String, _ text: String = toPlant) throws -> Bool {
    let network = try between(device)
    let simulator = Simulator(network: network)
    return simulator.roundTrip(try packet(text), from: .segment(0)) { outcome in
      if case .delivered(segment: 1, _) = outcome { return true }
      return false
    } != nil
  }

  private let oneWay = """
    \(plain), "forwardFilter": "f", "filters": { "f": [ { "permit": { "in": "a" } } ] }
    """

  @Test func `a stateful device passes answers and a stateless one does not`() throws {
    #expect(try answers("\(oneWay), \"stateful\": true"))
    #expect(try !answers(oneWay))
    #expect(try !answers("\(oneWay), \"stateful\": false"))
  }

  @Test func `interface filters of a stateful device pass answers too`() throws {
    let filtered =
      plain.replacing("\"b\": {", with: "\"b\": { \"in\": \"none\",")
      + ", \"filters\": { \"none\": [] }"
    #expect(try !answers(filtered))
    #expect(try answers("\(filtered), \"stateful\": true"))
  }

  @Test func `rules may ask for the state where nothing else does`() throws {
    let rules = """
      \(plain), "forwardFilter": "f", "filters": { "f": [ { "permit": { "in": "a" } },
        { "permit": { "state": ["established", "related"] } } ] }
      """
    #expect(try answers(rules))
  }

  @Test func `zones pass what their policies permit`() throws {
    let zones = """
      \(plain), "stateful": true, "zones": { "in": ["a"], "out": ["b"] }, "zonePolicies": [
        { "from": "in", "to": "out", "rules": [ { "permit": { "services": "http" } } ] },
        { "to": "in", "rules": [ { "deny": {} } ] }, { "rules": [ { "permit": { "services": "ping" } } ] } ]
      """
    #expect(try answers(zones))
    #expect(try !answers(zones, "tcp 10.10.0.5:2000 > 10.47.0.9:81"))
    #expect(try answers(zones, "icmp 10.10.0.5 > 10.47.0.9"))
    let network = try between(zones)
    #expect(try deliveries("tcp 10.47.0.9:80 > 10.10.0.5:2000", from: "plant", in: network) == [])
    #expect(try deliveries("icmp 10.47.0.9 > 10.10.0.5", from: "plant", in: network) == [])
    #expect(network.devices[0].interfaces.map(\.zone) == ["in", "out"])
  }

  @Test func `a source is translated to the interface or a pool, and answers come back`() throws {
    for (target, expected) in [("interface", "10.47.0.1"), ("10.47.0.200", "10.47.0.200")] {
      let device = """
        \(plain), "nat": [ { "source": { "from": "10.10.0.9", "translate": "none" } },
          { "source": { "from": "10.10.0.0/24", "out": "b", "translate": "\(target)",
                        "ports": "40000" } } ]
        """
      let network = try between(device)
      #expect(
        try deliveries(toPlant, from: "office", in: network) == [
          "plant \(expected):40000 > 10.47.0.9:80"
        ])
      #expect(try answers(device))
      #expect(
        try deliveries("tcp 10.10.0.9:2000 > 10.47.0.9:80", from: "office", in: network) == [
          "plant 10.10.0.9:2000 > 10.47.0.9:80"
        ])
    }
  }

  @Test func `a destination is translated with its port, on the segment where the device answers`()
    throws
  {
    let device = """
      \(plain), "nat": [ { "destination": { "to": "10.10.0.100", "services": "tcp/8080",
        "translate": "10.47.0.9", "ports": "80" } },
        { "destination": { "to": "10.10.0.100", "destinationPorts": "9000-9009",
        "translate": "10.47.0.9", "ports": "100-109" } } ]
      """
    let network = try between(device)
    #expect(
      try deliveries("tcp 10.10.0.5:2000 > 10.10.0.100:8080", from: "office", in: network) == [
        "plant 10.10.0.5:2000 > 10.47.0.9:80"
      ])
    #expect(
      try deliveries("tcp 10.10.0.5:2000 > 10.10.0.100:9004", from: "office", in: network) == [
        "plant 10.10.0.5:2000 > 10.47.0.9:104"
      ])
    #expect(try answers(device, "tcp 10.10.0.5:2000 > 10.10.0.100:8080"))
    #expect(
      network.devices[0].interfaces[0].answersFor.contains(try IPAddress(parsing: "10.10.0.100")))
  }

  @Test func `a static translation works both ways`() throws {
    let network = try between(
      """
      \(plain), "nat": [ { "static": { "inside": "10.47.0.16/28", "outside": "10.10.0.112/28", "on": "a" } } ]
      """)
    #expect(
      try deliveries("tcp 10.10.0.5:2000 > 10.10.0.117:80", from: "office", in: network) == [
        "plant 10.10.0.5:2000 > 10.47.0.21:80"
      ])
    #expect(
      try deliveries("tcp 10.47.0.21:80 > 10.10.0.5:2000", from: "plant", in: network) == [
        "office 10.10.0.117:80 > 10.10.0.5:2000"
      ])
  }
}
