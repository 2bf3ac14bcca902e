import Testing

/// A plant behind a firewall with an interface of which nothing says where it leads.
@Suite struct `Verdicts beyond an interface that joins nothing` {
  private static let zones = """
    "zones": { "plant": { "members": ["segment:plant"] }, "outside": { "members": ["internet"] },
      "admins": { "members": ["segment:admins"] } }
    """

  private func ask(
    _ requirement: String, spoofing: String, assuming outcome: Bool? = nil, filter: String = "{}",
    managed: String = "b"
  ) throws -> String {
    let network = """
      { "network": "n", "internet": { "segment": "edge" }, "spoofing": "\(spoofing)",
        "segments": { "edge": { "subnets": ["203.0.113.0/29"] },
          "plant": { "subnets": ["10.47.0.0/24"] }, "admins": { "subnets": ["10.9.0.0/24"] } },
        "devices": { "gw": { "stateful": true, "interfaces": {
            "b": { "segment": "plant", "addresses": "10.47.0.1/24" },
            "m": { "segment": "admins", "addresses": "10.9.0.1/24" }, "out": {} },
          "filters": { "f": [ { "permit": \(filter) } ] }, "forwardFilter": "f",
          "management": { "services": ["ssh"], "in": "\(managed)" },
          "routes": [{ "to": "0.0.0.0/0", "interface": "out" }] } } }
      """
    let assumed = outcome.map { ", \"assume\": { \"unattached:gw/out\": \($0) }" } ?? ""
    return try verdict(requirement, in: network, policy: Self.zones + assumed)
  }

  @Test(arguments: ["segment", "any"])
  func `who is beyond it gets in under its condition`(spoofing: String) throws {
    let asked = "\"isolate\": { \"from\": \"outside\", \"to\": \"plant\" }"
    for (outcome, verdict) in [
      (nil, "undecided unattached:gw/out"), (true, "violated connection"), (false, "holds"),
    ] as [(Bool?, String)] {
      #expect(try ask(asked, spoofing: spoofing, assuming: outcome) == verdict)
    }
  }

  @Test func `who is beyond it may claim any source`() throws {
    let asked = "\"isolate\": { \"from\": \"outside\", \"to\": \"plant\" }"
    let filter = "{ \"from\": \"10.9.0.0/24\" }"
    #expect(try ask(asked, spoofing: "any", filter: filter) == "undecided unattached:gw/out")
  }

  @Test(arguments: ["segment", "any"])
  func `nobody is there who manages the device, where it leads nowhere`(spoofing: String) throws {
    let asked = "\"managedFrom\": { \"devices\": \"device:gw\", \"from\": [\"admins\", \"plant\"] }"
    for (outcome, verdict) in [(nil, "undecided unattached:gw/out"), (false, "holds")]
      as [(Bool?, String)]
    {
      #expect(
        try ask(asked, spoofing: spoofing, assuming: outcome, managed: "out") == verdict)
    }
  }

  // With forged sources, hosts of the plant open sessions that concern those of the administrators.
  @Test(arguments: ["none", "segment"])
  func `nobody opens sessions from there, where it leads nowhere`(spoofing: String) throws {
    let asked = "\"replies\": \"forbid\", \"isolate\": { \"from\": \"plant\", \"to\": \"admins\" }"
    let filter = "{ \"in\": \"out\" }"
    #expect(try ask(asked, spoofing: spoofing, assuming: false, filter: filter) == "holds")
    #expect(
      try ask(asked, spoofing: spoofing, filter: filter) == "undecided unattached:gw/out")
  }
}
