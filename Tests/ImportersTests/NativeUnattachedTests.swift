import Importers
import Networks
import Packets
import Testing

@Suite struct `An interface of which nothing says where it leads` {
  /// A plant behind a router with a second interface, beside what the internet is joined to.
  private func network(_ interface: String, routes: String, more: String = "") throws -> Network {
    try nativeNetwork(
      """
      { "network": "n", "internet": { "segment": "edge" },
        "segments": { "edge": { "subnets": ["203.0.113.0/29"] },
          "plant": { "subnets": ["10.47.0.0/24"] }\(more) },
        "devices": { "gw": { "interfaces": {
            "b": { "segment": "plant", "addresses": "10.47.0.1/24" }, "out": \(interface) },
          "routes": [\(routes)] } } }
      """)
  }

  private static let away = "tcp 10.47.0.9:2000 > 8.8.8.8:443"

  @Test(arguments: [
    ("{}", "{ \"to\": \"0.0.0.0/0\", \"interface\": \"out\" }"),
    ("{}", "{ \"to\": \"0.0.0.0/0\", \"via\": \"10.9.0.2\", \"interface\": \"out\" }"),
    (
      "{ \"addresses\": \"10.9.0.1/32\" }",
      "{ \"to\": \"0.0.0.0/0\", \"interface\": \"out\" }"
    ),
    (
      "{ \"addresses\": \"10.9.0.1/30\" }",
      "{ \"to\": \"0.0.0.0/0\", \"interface\": \"out\" }"
    ),
    (
      "{ \"segment\": \"line\", \"addresses\": \"10.9.0.1/30\" }",
      "{ \"to\": \"0.0.0.0/0\", \"interface\": \"out\" }"
    ),
  ])
  func `it may lead to the internet, under its condition`(interface: String, route: String) throws {
    let network = try network(interface, routes: route, more: ", \"line\": {}")
    let open = try deliveries(Self.away, from: "plant", in: network, conditions: true)
    #expect(open.contains("internet 10.47.0.9:2000 > 8.8.8.8:443"))
    #expect(try deliveries(Self.away, from: "plant", in: network).isEmpty)
    #expect(network.conditions.index(named: "unattached:gw/out") != nil)
  }

  @Test func `the internet may come in by it`() throws {
    let network = try network("{}", routes: "")
    let sent = "tcp 8.8.8.8:2000 > 10.47.0.9:502"
    let open = try deliveries(sent, from: "internet", in: network, conditions: true)
    #expect(open.contains("plant 8.8.8.8:2000 > 10.47.0.9:502"))
    #expect(try deliveries(sent, from: "internet", in: network).isEmpty)
  }

  @Test func `two of them may lead to each other`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "segments": { "office": { "subnets": ["10.10.0.0/24"] },
          "plant": { "subnets": ["10.47.0.0/24"] } },
        "devices": {
          "a": { "interfaces": { "in": { "segment": "office", "addresses": "10.10.0.1/24" }, "t": {} },
            "routes": [ { "to": "0.0.0.0/0", "interface": "t" } ] },
          "b": { "interfaces": { "in": { "segment": "plant", "addresses": "10.47.0.1/24" }, "t": {} } } } }
      """)
    let sent = "tcp 10.10.0.5:2000 > 10.47.0.9:80"
    let open = try deliveries(sent, from: "office", in: network, conditions: true)
    #expect(open.contains("plant 10.10.0.5:2000 > 10.47.0.9:80"))
    #expect(try deliveries(sent, from: "office", in: network).isEmpty)
  }

  @Test(arguments: [
    ("{ \"addresses\": \"10.9.0.1/32\" }", ""), ("{ \"up\": false }", ""),
    (
      "{ \"segment\": \"line\" }",
      "{ \"to\": \"10.9.0.0/24\", \"interface\": \"out\" }"
    ),
    (
      "{ \"segment\": \"edge\", \"addresses\": \"203.0.113.2/29\" }",
      "{ \"to\": \"0.0.0.0/0\", \"interface\": \"out\" }"
    ),
  ])
  func `a loopback, one that is down, and one whose segment is known lead nowhere else`(
    interface: String, route: String
  ) throws {
    let network = try network(
      interface, routes: route, more: ", \"line\": { \"subnets\": [\"10.9.0.0/24\"] }")
    #expect(network.conditions.index(named: "unattached:gw/out") == nil)
  }

  @Test func `a loopback's name says that it leads nowhere`() throws {
    let network = try nativeNetwork(
      """
      { "network": "n", "internet": { "segment": "s" }, "segments": { "s": {} },
        "devices": { "gw": { "interfaces": { "lo": {}, "lo0": {}, "loopback.1": {}, "lora0": {} } } } }
      """)
    let names = network.conditions.conditions.map(\.name)
    #expect(names == ["unattached:gw/lora0"])
  }
}
