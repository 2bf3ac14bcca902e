import Testing

/// Two sites that the internet joins; the second has translated addresses that its provider routes to
/// it, and that lie in no subnet.
@Suite struct `Translated addresses in no subnet` {
  private func ask(_ requirement: String, nat: String, hosts: String = "") throws -> String {
    let network = """
      { "network": "n", "internet": { "segment": ["east-edge", "west-edge"] },
        "segments": { "east-edge": { "subnets": ["203.0.113.0/30"] }, "west-edge": { "subnets": ["203.0.113.4/30"] },
          "east": { "subnets": ["10.1.0.0/24"] }, "west": { "subnets": ["10.2.0.0/24"] } },
        "devices": {
          "fw-east": { "stateful": true, "interfaces": {
              "wan": { "segment": "east-edge", "addresses": "203.0.113.2/30" },
              "lan": { "segment": "east", "addresses": "10.1.0.1/24" } },
            "filters": { "f": [ { "permit": { "in": "lan" } } ] }, "forwardFilter": "f",
            "routes": [ { "to": "0.0.0.0/0", "via": "203.0.113.1" } ],
            "nat": [ { "source": { "out": "wan", "translate": "192.0.2.0/28" } } ] },
          "fw-west": { "stateful": true, "interfaces": {
              "wan": { "segment": "west-edge", "addresses": "203.0.113.6/30" },
              "lan": { "segment": "west", "addresses": "10.2.0.1/24" } },
            "filters": { "f": [ { "permit": { "to": "10.2.0.5", "services": "https" } } ] },
            "forwardFilter": "f", "routes": [ { "to": "0.0.0.0/0", "via": "203.0.113.5" } ],
            "nat": [ \(nat) ] } },
        "endpoints": { "east-pc": { "segment": "east", "addresses": ["10.1.0.8"], "gateway": "10.1.0.1" },
          "server": { "segment": "west", "addresses": ["10.2.0.5"], "gateway": "10.2.0.1"\(hosts) } } }
      """
    return try verdict(
      requirement, in: network,
      policy:
        "\"zones\": { \"e\": { \"members\": [\"segment:east\"] }, \"w\": { \"members\": [\"segment:west\"] } }"
    )
  }

  private static let apart = "\"isolate\": { \"from\": \"e\", \"to\": \"w\" }"
  private static let together = """
    "mustReach": { "from": "e", "to": "endpoint:server", "services": ["https"] }
    """

  @Test(arguments: [
    "{ \"destination\": { \"to\": \"198.51.100.10\", \"services\": \"https\", \"translate\": \"10.2.0.5\" } }",
    "{ \"destination\": { \"in\": \"wan\", \"services\": \"https\", \"translate\": \"10.2.0.5\" } }",
    "{ \"static\": { \"outside\": \"198.51.100.10/32\", \"inside\": \"10.2.0.5/32\" } }",
  ])
  func `the internet may route to them, also from another site`(nat: String) throws {
    #expect(try ask(Self.apart, nat: nat) == "violated connection")
  }

  @Test func `what nobody translates goes nowhere`() throws {
    #expect(try ask(Self.apart, nat: "") == "holds")
    let other =
      "{ \"destination\": { \"to\": \"10.9.9.9\", \"services\": \"https\", \"translate\": \"10.2.0.5\" } }"
    #expect(try ask(Self.apart, nat: other) == "holds")
  }

  @Test func `one that is published is surely routed, and so are the sources of those who ask`()
    throws
  {
    let nat =
      "{ \"destination\": { \"to\": \"198.51.100.10\", \"services\": \"https\", \"translate\": \"10.2.0.5\" } }"
    #expect(try ask(Self.together, nat: nat) == "violated lost")
    let published = ", \"published\": [\"198.51.100.10\"]"
    #expect(try ask(Self.together, nat: nat, hosts: published) == "holds")
    #expect(try ask(Self.together, nat: "", hosts: published) == "violated lost")
  }
}
