import Documents
import Policies
import Reachability
import Testing

@testable import Projects

/// The example networks of the repository, which anybody can open.
@Suite struct `Example networks` {
  private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

  private func open(_ name: String) throws -> Project {
    let day = try #require(Day(year: 2025, month: 6, day: 1))
    return try Project.open("\(Self.root)/Topologies/\(name)", on: day)
  }

  /// The expected verdicts by requirement, in the order of the file.
  private func expected(_ name: String) throws -> [String] {
    let path = "\(Self.root)/Topologies/\(name)/expected.json"
    let bytes = try FileSystem.read(path, limit: 100_000)
    let entries = try #require(try JSONDocument.parse(bytes, file: "expected.json").object)
    return try entries.map { "\($0.key) \(try #require($0.value.string))" }
  }

  @Test(arguments: ["substation", "ministry", "caspian-power", "caspian-power-hardened"])
  func `every requirement has an expected verdict`(name: String) throws {
    let project = try open(name)
    let ids = try #require(project.policy).requirements.map(\.requirement.id)
    let verdicts = try expected(name).map { $0.split(separator: " ").map(String.init) }
    #expect(verdicts.map { $0[0] } == ids)
    #expect(Set(verdicts.map { $0[1] }).isSubset(of: ["holds", "violated", "undecided"]))
  }

  // The larger ones take too long unoptimised; the gate runs them with the optimised tool.
  @Test(arguments: ["substation", "ministry"])
  func `the verdicts are the expected ones`(name: String) throws {
    let project = try open(name)
    let result = verify(project.network, against: try #require(project.policy))
    #expect(
      result.answers.map { "\($0.requirement.id) \($0.verdict.name)" } == (try expected(name)))
    #expect(result.answers.compactMap(\.internalError) == [])
  }
}
