import Foundation
import Testing

/// What the options do that ask about evidence and losses.
@Suite struct `Asking for more than verdicts` {
  /// Two firewalls in a row, in one redundancy group by name only.
  private static let network = """
    { "network": "n",
      "segments": { "a": { "subnets": ["10.1.0.0/24"] }, "m": { "subnets": ["10.9.0.0/24"] },
        "b": { "subnets": ["10.2.0.0/24"] } },
      "devices": {
        "fw-in": {
          "interfaces": {
            "x": { "segment": "a", "addresses": ["10.1.0.1/24"] },
            "y": { "segment": "m", "addresses": ["10.9.0.1/24"] } },
          "routes": [ { "to": "10.2.0.0/24", "via": "10.9.0.2" } ],
          "filters": { "f": [ { "name": "nobody", "deny": {} } ] }, "forwardFilter": "f" },
        "fw-out": {
          "interfaces": {
            "x": { "segment": "m", "addresses": ["10.9.0.2/24"] },
            "y": { "segment": "b", "addresses": ["10.2.0.1/24"] } },
          "routes": [ { "to": "10.1.0.0/24", "via": "10.9.0.1" } ],
          "filters": { "f": [ { "permit": { "services": "udp/53" } } ] }, "forwardFilter": "f" } } }
    """

  private func shell(_ services: String = #"["udp"]"#) throws -> Shell {
    let obligation = #""isolate": { "from": "a", "to": "b", "services": \#(services) }"#
    return try Shell([
      "n/network.json": Self.network, "n/policy.json": plainPolicy(obligation),
    ])
  }

  @Test func `evidence names what is needed, and the layers`() throws {
    let outcome = try shell().run("firebreak verify n --evidence")
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(
      outcome.output.contains("needed      fw-in, rule 'nobody' of f (n/network.json:10:27), stops")
    )
    #expect(outcome.output.contains("layers      1: it fails only without the filters of fw-in"))
    let both = try shell(#"["udp/54"]"#).run("firebreak verify n --evidence --format json").output
    #expect(both.contains(#""count": 2"#) && both.contains(#"["fw-in", "fw-out"]"#))
  }

  @Test func `without a device its filters are gone, and the report says so`() throws {
    let shell = try shell()
    let outcome = shell.run("firebreak verify n --without fw-in")
    #expect(outcome.status == 1 && outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines[1] == "without the filters of fw-in, so not as the network is")
    #expect(outcome.output.contains("fw-in filters nothing, as was asked"))
    #expect(shell.run("firebreak verify n --without fw-out").status == 0)
    #expect(
      shell.run("firebreak verify n --without fw-out --without fw-in --format json").output
        .contains(#""without": ["fw-in", "fw-out"]"#))
  }

  @Test func `a name that is unknown is refused, with the nearest`() throws {
    let outcome = try shell().run("firebreak verify n --without fw-ot")
    #expect(outcome.status == 3 && outcome.output == "")
    #expect(
      outcome.errors == """
        --without: error: no device or redundancy group is named 'fw-ot'
          hint: did you mean 'fw-out'?

        """)
  }

  @Test func `a redundancy group is all of its members`() throws {
    let shell = try shell(#"["udp/54"]"#)
    let network = Self.network.replacingOccurrences(
      of: #""network": "n","#,
      with: #""network": "n", "ha": { "pair": { "members": ["fw-in", "fw-out"] } },"#)
    try shell.write("n/network.json", Data(network.utf8))
    #expect(shell.run("firebreak verify n").status == 0)
    #expect(shell.run("firebreak verify n --without fw-in").status == 0)
    let both = shell.run("firebreak verify n --without pair")
    #expect(both.status == 1 && both.output.contains("without the filters of fw-in, fw-out"))
  }

  @Test func `losses are a table, and count`() throws {
    let shell = try shell()
    let outcome = shell.run("firebreak verify n --any-one-device-lost")
    #expect(outcome.status == 1 && outcome.errors == "")
    #expect(outcome.output.contains("Lost devices, and what then no longer holds\n"))
    #expect(outcome.output.contains("failed open  R\n"))
    let json = shell.run("firebreak verify n --any-one-device-lost --format json").output
    #expect(json.contains(#""exitStatus": 1"#) && json.contains(#""loss": "taken-over""#))
    let page = shell.run("firebreak verify n --any-one-device-lost --format markdown").output
    #expect(page.contains("| Lost | failed open | taken over | absent |"))
  }

  @Test func `what waivers excuse once a device is lost is marked, and does not count`() throws {
    let policy = plainPolicy(#""isolate": { "from": "a", "to": "b", "services": ["udp"] }"#)
    let waivers = """
      "waivers": [ { "requirement": "R", "flows": { "services": ["udp"] }, "owner": "us",
        "until": "2026-01-31", "why": "a test" } ],
      """
    let brace = try #require(policy.firstIndex(of: "{"))
    let shell = try Shell([
      "n/network.json": Self.network,
      "n/policy.json": "{ \(waivers)\(policy[policy.index(after: brace)...])",
    ])
    let asked = "firebreak verify n --any-one-device-lost --as-of"
    let outcome = shell.run("\(asked) 2026-01-31")
    #expect(outcome.status == 0 && outcome.errors == "")
    #expect(outcome.output.contains("failed open  R (waived)\n"))
    let json = shell.run("\(asked) 2026-01-31 --format json")
    let member = #"{ "requirement": "R", "verdict": "violated", "waived": true }"#
    #expect(json.status == 0 && json.output.contains(member))
    #expect(shell.run("\(asked) 2026-02-01").status == 1)
  }

  @Test func `the same inputs give the same bytes`() throws {
    let command = "firebreak verify Topologies/substation --evidence --any-one-device-lost"
    for format in ["text", "json", "markdown"] {
      let shell = try shell()
      let first = shell.run("\(command) --format \(format)")
      #expect(!first.output.isEmpty && first.errors == "")
      #expect(shell.run("\(command) --format \(format)") == first)
    }
  }

  @Test func `certificates are of the network without the filters`() throws {
    let shell = try shell(#"["udp/54"]"#)
    let made = shell.run("firebreak verify n --without fw-in --certificates proofs")
    #expect(made.status == 0 && made.errors == "")
    let check = shell.run("cat proofs/network.txt proofs/*.certificate | firebreak-check")
    #expect(check.status == 0 && check.output.contains("VERIFIED"))
    #expect(shell.run("firebreak verify n --without fw-in --recheck proofs").status == 0)
    let other = shell.run("firebreak verify n --recheck proofs")
    #expect(other.status == 1 && other.output.contains("REJECTED network.txt"))
  }
}
