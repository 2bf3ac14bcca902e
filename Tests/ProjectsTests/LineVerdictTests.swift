import Testing

/// Lines between an office and a plant that no segment carries.
@Suite struct `Verdicts past lines` {
  private func ask(_ requirement: String, between ends: String?, routes: String = "") throws
    -> String
  {
    let line = ends.map { ", \"links\": [ { \"kind\": \"serial\", \"between\": [\($0)] } ]" } ?? ""
    let network = """
      { "network": "n", "segments": { "office": { "subnets": ["10.1.0.0/24"] },
          "plant": { "subnets": ["10.2.0.0/24"] } },
        "devices": {
          "a": { "interfaces": { "lan": { "segment": "office", "addresses": "10.1.0.1/24" } },
            "routes": [\(routes)] },
          "b": { "interfaces": { "lan": { "segment": "plant", "addresses": "10.2.0.1/24" } } } },
        "endpoints": {
          "pc": { "segment": "office", "addresses": ["10.1.0.8"], "gateway": "10.1.0.1" },
          "plc": { "segment": "plant", "addresses": ["10.2.0.8"], "gateway": "10.2.0.1" } }\(line) }
      """
    return try verdict(
      requirement, in: network,
      policy:
        "\"zones\": { \"o\": { \"members\": [\"segment:office\"] }, \"p\": { \"members\": [\"10.2.0.0/24\"] } }"
    )
  }

  private static let apart = "\"isolate\": { \"from\": \"o\", \"to\": \"p\" }"

  @Test(arguments: [
    "\"endpoint:pc\", \"endpoint:plc\"", "\"endpoint:pc\", \"device:b\"",
    "\"device:a\", \"endpoint:plc\"", "\"device:a\", \"device:b\"",
  ])
  func `what a host or a device puts on a line reaches the other end`(ends: String) throws {
    let route = "{ \"to\": \"10.2.0.0/24\", \"interface\": \"link:1\" }"
    let routes = ends.contains("device:a") ? route : ""
    #expect(try ask(Self.apart, between: ends, routes: routes).hasPrefix("violated"))
  }

  @Test func `without a line there is no way`() throws {
    #expect(try ask(Self.apart, between: nil) == "holds")
    #expect(try ask(Self.apart, between: "\"device:a\", \"device:b\"") == "holds")
  }

  @Test func `a line is no way on which what must arrive counts`() throws {
    let asked =
      "\"mustReach\": { \"from\": \"o\", \"to\": \"endpoint:plc\", \"services\": [\"ssh\"] }"
    #expect(try ask(asked, between: "\"endpoint:pc\", \"endpoint:plc\"") == "violated lost")
  }
}
