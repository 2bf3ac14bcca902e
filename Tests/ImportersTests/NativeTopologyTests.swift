import Importers
import Networks
import Packets
import Places
import Testing

@Suite struct `How a described network hangs together` {
  @Test func `a diode passes one way only`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.2.0.0/24"] } },
        "devices": { "d": { "kind": "diode", "from": "a", "to": "b" } } }
      """)
    #expect(try deliveries("udp 10.1.0.5:1 > 10.2.0.5:1", from: "a", in: network).count == 1)
    #expect(try deliveries("udp 10.2.0.5:1 > 10.1.0.5:1", from: "b", in: network) == [])
  }

  @Test func `a bridge filters without an address`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.1.0.0/24"] } },
        "devices": { "d": { "interfaces": { "x": { "segment": "a" }, "y": { "segment": "b" } },
          "bridges": [ { "between": ["x", "y"] } ], "stateful": true, "forwardFilter": "f",
          "filters": { "f": [ { "permit": { "in": "x", "services": "http" } } ] } } } }
      """)
    let there = "b 10.1.0.5:1 > 10.1.0.6:80"
    #expect(
      try deliveries("tcp 10.1.0.5:1 > 10.1.0.6:80", from: "a", in: network).contains(there))
    #expect(try deliveries("tcp 10.1.0.5:1 > 10.1.0.6:81", from: "a", in: network) == [])
    #expect(try deliveries("tcp 10.1.0.6:80 > 10.1.0.5:1", from: "b", in: network) == [])
  }

  @Test func `link-local addresses join nothing`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "devices": {
          "r": { "interfaces": { "x": { "addresses": ["10.1.0.1/24", "fe80::1/64"] },
            "y": { "addresses": "fe80::1/64" } } },
          "s": { "interfaces": { "x": { "addresses": ["10.2.0.1/24", "fe80::1/64"] } } } } }
      """)
    let names = ["inferred:10.1.0.0/24", "inferred:10.2.0.0/24", "unattached:r/y"]
    #expect(network.segments.map(\.name) == names)
    #expect(network.segments.map(\.subnets.count) == [1, 1, 1])
    #expect(network.devices[0].interfaces.map(\.segment) == [0, 2])
  }

  @Test func `interfaces in one subnet share a segment`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] } }, "devices": {
        "r": { "interfaces": { "x": { "addresses": "10.1.0.1/24" }, "y": { "addresses": "10.9.0.1/30" },
          "lo": { "addresses": "10.255.0.1/32" }, "none": {} } },
        "s": { "interfaces": { "x": { "addresses": "10.9.0.2/30" } } } } }
      """)
    let names = ["a", "inferred:10.9.0.0/30", "unattached:r/none"]
    #expect(network.segments.map(\.name) == names)
    #expect(summary(ofSegment: "inferred:10.9.0.0/30", in: network) == "10.9.0.0/30 r/y s/x")
    #expect(network.devices[0].interfaces.map(\.segment) == [0, 1, nil, 2])
    #expect(texts(network.notices, .inferred).count == 5)
    #expect(texts(network.notices, .finding) == [])
  }

  @Test func `a join that something speaks against is a condition`() throws {
    let cases = [
      // Another VRF of the same device.
      """
      "r": { "vrfs": ["v"], "interfaces": { "x": { "addresses": "10.1.0.1/24" },
        "y": { "addresses": "10.1.0.2/24", "vrf": "v" } } }
      """,
      // Another VLAN.
      """
      "r": { "interfaces": { "x": { "addresses": "10.1.0.1/24" } } },
      "s": { "interfaces": { "eth0.20": { "addresses": "10.1.0.2/24" } } }
      """,
      // An address that is there already.
      """
      "r": { "interfaces": { "x": { "addresses": "10.1.0.1/24" } } },
      "s": { "interfaces": { "x": { "addresses": "10.1.0.1/24" } } }
      """,
    ]
    for devices in cases {
      let network = try nativeNetwork(
        """
        { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"], "vlan": 10 },
            "far": { "subnets": ["10.7.0.0/24"] } },
          "devices": { \(devices),
            "t": { "interfaces": { "x": { "segment": "far", "addresses": "10.7.0.1/24" } } } } }
        """)
      #expect(network.conditions.conditions.map(\.name) == ["inferred:10.1.0.0/24"])
      #expect(network.conditions.conditions.map(\.scope) == [.global])
      #expect(texts(network.notices, .finding).count >= 1)
      let own = try #require(network.segments.last?.name)
      #expect(own.hasPrefix("inferred:10.1.0.0/24@"))
      let text = "udp 10.1.0.77:1 > 10.1.0.78:1"
      #expect(try deliveries(text, from: "a", in: network) == [])
      #expect(
        try deliveries(text, from: "a", in: network, conditions: true).contains {
          $0.hasPrefix(own)
        })
    }
  }

  @Test func `a subnet that several segments have is a condition for each`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.1.0.0/24"] } },
        "devices": { "r": { "interfaces": { "x": { "addresses": "10.1.0.1/24" } } } } }
      """)
    #expect(
      network.conditions.conditions.map(\.name) == [
        "inferred:10.1.0.0/24@a", "inferred:10.1.0.0/24@b",
      ])
  }

  @Test func `contradictions are findings`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/16"] } }, "devices": {
          "r": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.1/24" } } },
          "s": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.1/16" } } } },
        "endpoints": { "e": { "segment": "a", "addresses": ["10.1.0.1", "10.9.9.9"] },
          "f": { "segment": "a", "addresses": "10.9.9.9" } } }
      """)
    #expect(
      texts(network.notices, .finding) == [
        "interface 'x' of 'r' takes segment 'a' as 10.1.0.0/24, others as 10.1.0.0/16",
        "endpoint 'e' has 10.9.9.9, which no subnet of segment 'a' holds",
        "endpoint 'f' has 10.9.9.9, which no subnet of segment 'a' holds",
        "device 's' and device 'r' both have 10.1.0.1 on segment 'a'",
        "endpoint 'e' and device 'r' both have 10.1.0.1 on segment 'a'",
        "endpoint 'f' and endpoint 'e' both have 10.9.9.9 on segment 'a'",
      ])
  }

  @Test func `members of a redundancy group share addresses without a finding`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] } }, "devices": {
          "r": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.2/24" } } },
          "s": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.3/24" } } } },
        "ha": { "g": { "members": ["r", "s"], "addresses": "10.1.0.1" } } }
      """)
    #expect(texts(network.notices, .finding) == [])
    let to = "tcp 10.1.0.9:1 > 10.1.0.1:22"
    #expect(
      try deliveries(to, from: "a", in: network) == [
        "r 10.1.0.9:1 > 10.1.0.1:22", "s 10.1.0.9:1 > 10.1.0.1:22",
      ])
  }

  @Test func `members of a redundancy group that translate differently share no sessions`() throws {
    func network(_ target: String) throws -> Network {
      try nativeNetwork(
        """
        { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] } }, "devices": {
            "r": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.2/24" } },
              "nat": [ { "destination": { "to": "10.1.0.1", "translate": "10.9.0.1" } } ] },
            "s": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.3/24" } },
              "nat": [ { "destination": { "to": "10.1.0.1", "translate": "\(target)" } } ] } },
          "ha": { "g": { "members": ["r", "s"] } } }
        """)
    }
    #expect(try network("10.9.0.1").sessionPartners(of: 0) == [1])
    let different = try network("10.9.0.2")
    #expect(different.sessionPartners(of: 0) == [])
    #expect(
      texts(different.notices, .finding) == [
        "'r' and 's' of 'g' translate differently, so each is taken to keep its own sessions"
      ])
  }

  @Test func `lines join segments, devices and endpoints`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.2.0.0/24"] },
          "c": { "subnets": ["10.1.0.0/24"] } },
        "devices": {
          "r": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.1/24" } },
            "routes": [ { "to": "10.2.0.0/24", "interface": "link:1" } ] },
          "s": { "interfaces": { "x": { "segment": "b", "addresses": "10.2.0.1/24" } } } },
        "links": [ { "kind": "serial", "between": ["device:r", "device:s"] },
          { "kind": "wireless", "between": ["segment:a", "segment:c"] } ] }
      """)
    #expect(network.links.map(\.medium) == [.serial, .wireless])
    // The serial line reaches the other router, whose route is connected.
    #expect(
      try deliveries("tcp 10.1.0.9:1 > 10.2.0.9:22", from: "a", in: network).contains(
        "b 10.1.0.9:1 > 10.2.0.9:22"))
    #expect(
      try deliveries("tcp 10.1.0.9:1 > 10.1.0.8:22", from: "a", in: network) == [
        "c 10.1.0.9:1 > 10.1.0.8:22"
      ])
  }

  @Test func `a tunnel is a line that its security opens`() throws {
    func tunnel(_ keys: String) throws -> Network {
      try nativeNetwork(
        """
        { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.2.0.0/24"] },
            "other": { "subnets": ["10.3.0.0/24"] } },
          "devices": {
            "r": { "interfaces": { "x": { "segment": "a", "addresses": "10.1.0.1/24" } },
              "routes": [ { "to": "10.2.0.0/24", "via": "172.16.0.2" } ] },
            "s": { "interfaces": { "x": { "segment": "b", "addresses": "10.2.0.1/24" } } } },
          "tunnels": { "t": { \(keys), "ends": [ { "at": "device:r", "addresses": "172.16.0.1/30" },
            { "at": "device:s", "interface": "tun0", "addresses": "172.16.0.2/30" } ] } } }
        """)
    }
    let text = "tcp 10.1.0.9:1 > 10.2.0.9:22"
    let delivered = "b 10.1.0.9:1 > 10.2.0.9:22"
    let ipsec = try tunnel("\"kind\": \"ipsec\"")
    #expect(ipsec.conditions.conditions.map(\.name) == ["tunnel:t"])
    #expect(try deliveries(text, from: "a", in: ipsec) == [])
    #expect(try deliveries(text, from: "a", in: ipsec, conditions: true).contains(delivered))
    #expect(ipsec.devices[1].interfaces.map(\.name) == ["tun0", "x"])
    let gre = try tunnel("\"kind\": \"gre\"")
    #expect(gre.conditions.conditions.map(\.name) == ["tunnel:t/injection"])
    #expect(try deliveries(text, from: "a", in: gre).contains(delivered))
    #expect(try !deliveries(text, from: "other", in: gre).contains(delivered))
    #expect(try deliveries(text, from: "other", in: gre, conditions: true).contains(delivered))
    #expect(throws: InputErrors.self) { try tunnel("\"kind\": \"mystery\"") }
  }

  @Test func `an endpoint that forwards is a device too`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.2.0.0/24"] } },
        "endpoints": { "e": { "forwards": true, "interfaces": {
          "x": { "segment": "a", "addresses": "10.1.0.5" }, "y": { "addresses": "10.2.0.5" } } },
          "f": { "segment": "a", "addresses": "10.1.0.7" } } }
      """)
    #expect(network.devices.map(\.name) == ["endpoint:e"])
    #expect(network.endpoints[0].attachments.map(\.segment) == [0, 1])
    #expect(
      try deliveries("tcp 10.1.0.7:1 > 10.2.0.9:22", from: "a", in: network) == [
        "b 10.1.0.7:1 > 10.2.0.9:22"
      ])
  }

  @Test func `a host on a trunk is on each of its segments`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "b": { "subnets": ["10.2.0.0/24"] } },
        "endpoints": { "e": { "segment": "a", "addresses": "10.1.0.5" } },
        "switches": { "sw": { "segments": ["a", "b"] } },
        "trunks": [ { "between": ["switch:sw", "endpoint:e"], "segments": ["a", "b"] } ] }
      """)
    #expect(network.links.map(\.to) == [.segment(1)])
    #expect(texts(network.notices, .finding).count == 1)
  }
}

@Suite struct `Configurations that a description names` {
  /// An importer that gives a device two interfaces, one of which it may have already.
  private static let toy = Importer(
    name: "toy", recognises: { $0.first == UInt8(ascii: "!") },
    read: { bytes, file, device, context throws(InputError) in
      if bytes.count > 50 { throw InputError(at: Place(file: file), "it is too long") }
      for (name, text) in [("eth0", "10.1.0.1/24"), ("eth1", "10.2.0.1/24")] {
        guard let address = try? AddressInPrefix(parsing: text) else { continue }
        let own = Interface.Address(address.address, length: address.prefix.length)
        if let index = device.interfaces.firstIndex(where: { $0.name == name }) {
          device.interfaces[index].addresses.append(own)
        } else {
          device.interfaces.append(
            Interface(name: name, place: Place(file: file), addresses: [own]))
        }
      }
      device.vendor = "toy"
      context.coverage.append(Coverage(file: file))
    })

  private func network(_ config: String, _ keys: String = "") throws -> Network {
    try nativeNetwork(
      """
      { "network": "n", "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "dmz": { "subnets": ["10.9.0.0/24"] } },
        "devices": { "r": { "config": "r.cfg", \(keys)
          "interfaces": { "eth0": { "segment": "dmz" } },
          "routes": [ { "to": "0.0.0.0/0", "via": "10.2.0.9", "interface": "eth1" } ] } } }
      """,
      configs: ["r": NetworkPart.Config(file: "r.cfg", bytes: Array(config.utf8))],
      importers: [Self.toy])
  }

  @Test func `the importer completes what the description says`() throws {
    for keys in ["", "\"format\": \"toy\", "] {
      let network = try network("!x", keys)
      let device = try #require(network.devices.first)
      #expect(device.vendor == "toy")
      #expect(device.interfaces.map(\.name) == ["eth0", "eth1"])
      #expect(device.interfaces.map(\.segment) == [1, 2])
      #expect(network.segments.map(\.name) == ["a", "dmz", "inferred:10.2.0.0/24"])
      let gateway = try IPAddress(parsing: "10.2.0.9")
      #expect(device.vrfs[0].routes.map(\.nextHops) == [[.gateway(gateway, interface: 1)]])
    }
  }

  @Test func `an unknown format and content that cannot be read are errors`() {
    #expect(throws: InputErrors.self) { try network("x") }
    #expect(throws: InputErrors.self) { try network("!x", "\"format\": \"toi\", ") }
    #expect(throws: InputErrors.self) { try network("!" + String(repeating: "x", count: 60)) }
  }
}
