import Foundation
import Testing

@Suite struct `The same inputs` {
  /// The networks that an unoptimised build answers in seconds, and where it is optimised all.
  private static let networks =
    ["substation", "ministry"]
    + (Shell.isOptimised ? ["caspian-power", "caspian-power-hardened"] : [])

  @Test(arguments: networks, ["text", "json", "markdown"])
  func `give the same report byte for byte`(network: String, format: String) throws {
    let shell = try Shell()
    let command = "firebreak verify Topologies/\(network) --as-of 2026-11-20 --format \(format)"
    let first = shell.run(command)
    #expect([0, 1, 2].contains(first.status))
    #expect(first.errors == "")
    #expect(first.output.hasSuffix("\n"))
    // Hashing is seeded anew in each process.
    for _ in 0..<2 { #expect(shell.run(command) == first) }
    // Where they are does not matter, but for the paths, which are as they were named.
    let elsewhere = shell.run(
      "cp -rL Topologies copy; mkdir -p a/b; cd a/b; mv ../../copy Topologies; \(command)")
    #expect(elsewhere == first)
  }

  @Test(arguments: networks)
  func `give the same listings and traces`(network: String) throws {
    let shell = try Shell()
    let topics =
      ["overview", "zones", "requirements", "segments", "devices", "endpoints"]
      + ["conditions", "inferred", "findings", "unmodelled", "remarks", "coverage"]
    let command = topics.map { "firebreak show Topologies/\(network) \($0)" }
      .joined(separator: " && ")
    let first = shell.run(command)
    #expect(first.status == 0)
    #expect(first.errors == "")
    #expect(shell.run(command) == first)
  }

  @Test func `are traced in the same way`() throws {
    let shell = try Shell()
    let command = "firebreak trace Topologies/substation --from office --to bay --service tcp/3389"
    let first = shell.run(command)
    #expect(first.status == 0)
    #expect(first.output.contains("pairs of hosts, until one got through"))
    #expect(first.output.contains("'supplier, remove after test' permits"))
    #expect(shell.run(command) == first)
  }
}
