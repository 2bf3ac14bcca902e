import Testing

/// Senders that use addresses of their segment that are not theirs.
@Suite struct `Verdicts on forged sources` {
  /// A gateway that denies a part of the office's addresses and permits the rest.
  private static func network(denying source: String, beside other: String = "") -> String {
    """
    { "network": "n", "segments": { "office": { "subnets": ["10.1.0.0/29"] },
        "plant": { "subnets": ["10.2.0.0/24"] } },
      "devices": {
        "gw": { "interfaces": {
            "wan": { "segment": "office", "addresses": "10.1.0.1/29", "in": "f" },
            "lan": { "segment": "plant", "addresses": "10.2.0.1/24" } },
          "filters": { "f": [ { "deny": { "from": \(source) } }, { "permit": {} } ] } }\(other) } }
    """
  }

  private static let zones =
    "\"zones\": { \"o\": { \"members\": [\"segment:office\"] }, \"p\": { \"members\": [\"segment:plant\"] } }"

  private static func ask(denying source: String) throws -> String {
    try verdict(
      "\"isolate\": { \"from\": \"o\", \"to\": \"p\" }", in: network(denying: source),
      policy: zones)
  }

  @Test func `a neighbour's address is any sender's`() throws {
    #expect(try Self.ask(denying: "\"10.1.0.2\"").hasPrefix("violated"))
    #expect(try Self.ask(denying: "\"10.1.0.0/29\"") == "holds")
  }

  /// Linux forwards what a subnet's first and last address send.
  @Test func `a subnet's ends are any sender's, too`() throws {
    #expect(try Self.ask(denying: "\"10.1.0.1-10.1.0.6\"").hasPrefix("violated"))
  }

  @Test func `a conduit covers a subnet's ends if all its hosts are the conduit's`() throws {
    func ask(_ conduit: String) throws -> String {
      try verdict(
        "\"allowOnly\": { \"from\": \"o\", \"to\": \"p\", \"conduits\": [{ \"source\": \(conduit) }] }",
        in: Self.network(denying: "\"10.1.0.3-10.1.0.6\""),
        policy: Self.zones)
    }
    #expect(try ask("\"o\"") == "holds")
    #expect(try ask("\"10.1.0.2\"").hasPrefix("violated"))
  }

  /// Somebody may have the address of an interface that is down.
  @Test(arguments: [(true, "holds"), (false, "violated")])
  func `an interface that is down has no address of its subnet`(
    isUp: Bool, expected: String
  ) throws {
    let old = """
      , "old": { "interfaces": {
        "lan": { "segment": "office", "addresses": "10.1.0.2/29", "up": \(isUp) } } }
      """
    let conduit = "{ \"source\": \"10.1.0.3-10.1.0.6\" }"
    let verdict = try verdict(
      "\"allowOnly\": { \"from\": \"o\", \"to\": \"p\", \"conduits\": [\(conduit)] }",
      in: Self.network(denying: "\"10.1.0.2\"", beside: old), policy: Self.zones)
    #expect(verdict.hasPrefix(expected))
  }
}
