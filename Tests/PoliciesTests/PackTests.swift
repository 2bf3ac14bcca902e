import Documents
import Networks
import Packets
import Places
import Testing

@testable import Policies

private func resolve(_ text: String) throws -> ResolvedPolicy {
  let policy = try Policy.parse(Array(text.utf8), as: .json, file: "policy.json")
  let day = try #require(Day(parsing: "2026-11-20"))
  return try ResolvedPolicy(policy, in: sampleNetwork(), on: day)
}

private let zones = """
  "policy": "p", "zones": { "office": { "kind": "business", "members": "segment:office" },
    "plant": { "kind": "ics", "members": "segment:station-7" },
    "outside": { "kind": "external", "members": "internet" } }
  """

@Suite struct `Packs of requirements` {
  @Test(arguments: [
    (
      "iec62443-3-3",
      [
        "SR5.1: office to plant", "SR5.2: outside to plant", "SR5.3: office to plant",
        "SR5.3: outside to plant", "SR1.13: outside to plant",
      ]
    ),
    (
      "nerc-cip-005-7",
      [
        "R1.2: outside to plant", "R1.2-second-interface: office to plant",
        "R1.2-second-interface: outside to plant", "R2.1: office to plant",
        "R2.1: outside to plant",
      ]
    ),
    (
      "nist-800-82r3",
      [
        "no-direct-business: office to plant", "no-direct-plant: plant to office", "no-exit: plant",
        "no-entry: outside to plant",
      ]
    ),
    (
      "cisa-cpg-2.0",
      ["3.I: office to plant", "3.S: outside to office", "3.S: outside to plant"]
    ),
  ])
  func `the kinds of zones imply requirements`(pack: String, ids: [String]) throws {
    let policy = try resolve("{ \(zones), \"packs\": [\"\(pack)\"] }")
    #expect(policy.requirements.map(\.requirement.id) == ids.map { "\(pack)/\($0)" })
    #expect(policy.requirements.allSatisfy { $0.requirement.pack == pack })
    #expect(policy.requirements.allSatisfy { !$0.requirement.clauses.isEmpty })
  }

  @Test func `what the policy says itself goes before a rule that lets nothing pass`() throws {
    let policy = try resolve(
      """
      { \(zones), "packs": ["iec62443-3-3", "nist-800-82r3"], "requirements": [
        { "id": "A", "allowOnly": { "from": "office", "to": "plant", "conduits": [] } },
        { "id": "B", "noExit": { "from": "plant", "except": "203.0.113.7" } } ] }
      """)
    let ids = policy.requirements.map(\.requirement.id)
    #expect(!ids.contains("iec62443-3-3/SR5.1: office to plant"))
    #expect(!ids.contains("nist-800-82r3/no-exit: plant"))
    #expect(ids.contains("iec62443-3-3/SR5.3: office to plant"))
    #expect(ids.prefix(2) == ["A", "B"])
  }

  @Test func `a waiver may name what a pack implies`() throws {
    let policy = try resolve(
      """
      { \(zones), "packs": ["cisa-cpg-2.0"], "waivers": [
        { "requirement": "cisa-cpg-2.0/3.I: office to plant", "flows": { "services": "ssh" },
          "owner": "x", "until": "2027-01-01", "why": "y" } ] }
      """)
    #expect(policy.requirements[0].waivers.count == 1)
  }

  @Test func `zones that overlap are not asked about, and a pack may imply nothing`() throws {
    let policy = try resolve(
      """
      { "policy": "p", "zones": { "office": { "kind": "business", "members": "segment:office" },
        "plant": { "kind": "ics", "members": ["segment:station-7", "10.10.0.7"] } },
        "packs": ["cisa-cpg-2.0"] }
      """)
    #expect(policy.requirements.isEmpty)
    #expect(policy.notices.contains { $0.message.contains("is not asked") })
    let none = try resolve(
      "{ \"policy\": \"p\", \"zones\": {}, \"packs\": [\"cisa-cpg-2.0\"] }")
    #expect(none.notices.map(\.kind) == [.finding])
  }

  @Test func `a pack that there is not is an error`() {
    #expect(throws: InputErrors.self) { try resolve("{ \(zones), \"packs\": [\"iec62443\"] }") }
  }

  @Test func `every service that a pack names is known`() throws {
    for pack in Pack.all {
      for rule in pack.rules {
        guard case .isolate(let names) = rule.sort else { continue }
        for name in names { _ = try ServiceSet(parsing: name) }
      }
    }
  }
}
