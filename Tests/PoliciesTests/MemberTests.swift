import Networks
import Packets
import Places
import Policies
import Testing

@Suite struct `Beside a policy` {
  private static let place = Place(file: "--from")

  private func policy(in network: Network) throws -> ResolvedPolicy {
    var policy = Policy(name: "test", place: here)
    let office = Member(.segment(NamePattern("office")), at: here)
    let station = Member(.segment(NamePattern("station-*")), at: here)
    policy.zones = [
      Zone(name: "office", members: Selection([office], at: here), place: here),
      Zone(name: "control", members: Selection([station], at: here), place: here),
    ]
    for id in ["SEG-1", "SEG-2", "LOG-1"] {
      policy.requirements.append(
        Requirement(
          id: id,
          obligation: .isolate(
            from: Selection([office], at: here), to: Selection([station], at: here), services: .any),
          place: here))
    }
    return try ResolvedPolicy(
      policy, in: network, on: try #require(Day(year: 2026, month: 11, day: 20)))
  }

  @Test func `a zone's name means what it means in the policy`() throws {
    let network = try sampleNetwork()
    let policy = try policy(in: network)
    let member = try Member(parsing: "control", at: Self.place)
    #expect(try policy.extent(of: member, in: network).parts == policy.zones[1].parts)
  }

  @Test func `an address means the segment that holds it`() throws {
    let network = try sampleNetwork()
    let member = try Member(parsing: "10.47.0.5", at: Self.place)
    let extent = try policy(in: network).extent(of: member, in: network)
    #expect(extent.parts.map(\.segment) == [1])
    #expect(extent.place == Self.place)
  }

  @Test(arguments: ["controls", "segment:x", "feed:f", "192.168.1.1"])
  func `a name that is not there is an error with its place`(text: String) throws {
    let network = try sampleNetwork()
    let policy = try policy(in: network)
    let member = try Member(parsing: text, at: Self.place)
    #expect {
      try policy.extent(of: member, in: network)
    } throws: { error in
      (error as? InputErrors)?.errors.map(\.place) == [Self.place]
    }
  }

  @Test(arguments: [("rtu-7", "endpoint"), ("transit", "segment"), ("gw-7", "device")])
  func `the bare name of something else is pointed out`(name: String, kind: String) throws {
    let network = try sampleNetwork()
    let policy = try policy(in: network)
    let member = try Member(parsing: name, at: Self.place)
    #expect {
      try policy.extent(of: member, in: network)
    } throws: { error in
      (error as? InputErrors)?.errors.first?.hint == "the \(kind) is '\(kind):\(name)'"
    }
  }

  @Test func `requirements are kept by patterns of their ids`() throws {
    let policy = try policy(in: sampleNetwork())
    func kept(_ patterns: String...) -> [String] {
      policy.keeping(requirements: patterns.map(NamePattern.init)).requirements.map {
        $0.requirement.id
      }
    }
    #expect(kept("SEG-*") == ["SEG-1", "SEG-2"])
    #expect(kept("LOG-1", "SEG-2") == ["SEG-2", "LOG-1"])
    #expect(kept("x") == [])
  }
}
