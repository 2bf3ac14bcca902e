import Canonical
import Networks
import Packets
import Places
import Policies
import Testing

/// A zone of these addresses on a segment.
private func zone(_ name: String, _ segment: Int, _ text: String) throws -> ZoneExtent {
  let part = ZoneExtent.Part(
    segment: segment, addresses: try addresses(text), declared: .none)
  return ZoneExtent(name: name, place: here, parts: [part])
}

/// A requirement of this id.
private func requirement(
  _ id: String, _ obligation: Obligation<ZoneExtent>, count: Requirement.Count = .all
) -> ResolvedRequirement {
  let nobody = Selection([], at: here)
  let written = Requirement(
    id: id, count: count, obligation: .oneWay(from: nobody, to: nobody), place: here)
  return ResolvedRequirement(requirement: written, obligation: obligation)
}

/// The text of a router that lets port 80 through, and of what is asked about it.
private func text(
  _ requirements: [ResolvedRequirement] = [], remarks: Bool = false,
  change: (inout Device) throws -> Void = { _ in }
) throws -> String {
  var network = try plan { device in
    device.acls = [list("forward", [rule(port(80...80), .permit, name: "web")])]
    device.pipeline.departure.append(.filter(0, role: .forwardFilter))
    try change(&device)
  }
  network.devices[0].name = "gate way\nat @ home"
  let canonical = try lower(network)
  let claims = claims(of: requirements, in: network, canonical: canonical)
  let inputs = [Problem.Input(digest: String(repeating: "0", count: 64), path: "my net%.json")]
  let problem = Problem(network, canonical, claims, inputs: inputs)
  let bytes = problem.text(with: remarks ? Remarks(network, canonical) : nil).bytes
  return String(decoding: bytes, as: UTF8.self)
}

@Suite struct `The text of a canonical network` {
  @Test func `has a line for each thing`() throws {
    let a = try zone("a", 0, "10.1.0.0/24")
    let b = try zone("b", 1, "10.2.0.0/24")
    let lines = try text([
      requirement("no web", .isolate(from: a, to: b, services: .any)),
      requirement("@", .noDualHomed(a, b, except: nil)),
      requirement("get", .mustReach(from: a, to: b, services: try ServiceSet(parsing: "tcp/80"))),
    ]).split(separator: "\n").map(String.init)
    let digest = String(repeating: "0", count: 64)
    #expect(lines.first == "firebreak-network 1")
    for line in [
      "input \(digest) my%20net%25.json", "answer 0 8 0", "answer 1 128 129", "segment 1",
      "device 0", "table 0", "drop denied", "deliver segment 0", "deliver device 0",
      "entry 0 destinationPort=80", "tag 1", "claim 0 never no%20web 1", "claim 1 apart %40",
      "claim 2 must get", "goal", "trip",
    ] {
      #expect(lines.contains { $0 == line || $0.hasSuffix(" " + line) }, "\(line)")
    }
    let forbidden = lines.filter { $0.hasPrefix("forbid ") }
    #expect(forbidden.count == 3)
    #expect(forbidden.contains { $0.contains("destinationIPv4=10.2.0.0-10.2.0.255") })
    #expect(forbidden.allSatisfy { $0.hasSuffix(" sessionUse=0-2") })
    let trip = lines.drop { $0 != "trip" }.dropFirst()
    #expect(
      trip.map { String($0.prefix { $0 != " " }) }
        == ["asks", "arrives", "answers", "answers", "returns"])
    for part in ["protocol=6 ", " sourcePort=1024-65535 destinationPort=80 ", " tcpFlags=2 "] {
      #expect(trip.first?.contains(part) == true, "\(part) in \(trip)")
    }
  }

  @Test func `has nothing in names that is not seen`() throws {
    let a = try zone("a", 0, "10.1.0.0/24")
    let b = try zone("b", 1, "10.2.0.0/24")
    let name = "a\u{85}\u{A0}b\u{2028}c\u{202E}\u{200B}é–北"
    let claim = try text([requirement(name, .isolate(from: a, to: b, services: .any))])
      .split(separator: "\n").first { $0.hasPrefix("claim 0 ") }
    #expect(claim == "claim 0 never a%C2%85%C2%A0b%E2%80%A8c%E2%80%AE%E2%80%8Bé–北 1")
  }

  @Test func `says in remarks where lines come from`() throws {
    let plain = try text()
    let remarked = try text(remarks: true)
    let stripped = remarked.split(separator: "\n", omittingEmptySubsequences: false).map {
      (line: Substring) -> String in
      String(line.firstRange(of: " @ ").map { line[..<$0.lowerBound] } ?? line)
    }
    #expect(stripped.joined(separator: "\n") == plain)
    #expect(remarked.contains("device 0 @ gate way%0Aat @ home at test\n"))
    #expect(remarked.contains("entry 0 destinationPort=80 @ gate way%0Aat @ home/forward/web at "))
  }

  @Test func `is the same after it was read`() throws {
    let written = try text(
      [
        requirement(
          "R",
          .allowOnly(
            from: try zone("a", 0, "10.1.0.0/24"), to: try zone("b", 1, "10.2.0.0/24"),
            conduits: [
              Conduit(
                source: try zone("c", 0, "10.1.0.8/29"), destination: nil,
                services: .management, place: here)
            ]))
      ]
    ) { device in
      device.translations = [
        Translation(name: "hide", place: here, address: .pool(try addresses("192.0.2.1/32"))),
        Translation(
          name: "move", place: here,
          address: .prefix(from: try prefix("10.1.0.0/24"), to: try prefix("10.0.0.0/24")),
          port: .shift(from: 80...90, to: 8080)),
      ]
      device.sessions = SessionBehaviour(opens: .any, bypassesFilters: true)
      device.pipeline.arrival.insert(.recall, at: 0)
      device.pipeline.departure += [.translateSource, .remember]
    }
    let distance = UInt128(0) &- 0x1_0000
    #expect(written.contains("translation 0 1 replaced same\n"))
    #expect(written.contains("translation 0 2 moved:\(distance) moved:8000\n"))
    #expect(written.contains("sessions 0 related bypass\n"))
    #expect(written.contains("tag 2\n"))
    #expect(written.contains(" origin=1"))
    let read = try Problem(parsing: Array(written.utf8))
    #expect(String(decoding: read.text().bytes, as: UTF8.self) == written)
  }

  @Test(arguments: [
    ("", 1), ("firebreak-network 2\n", 1), ("firebreak-network 1", 1),
    ("firebreak-network 1\nvalid\n", 2), ("firebreak-network 1\nvalid * *\n", 2),
    ("firebreak-network 1\nvalid family=3\n", 2), ("firebreak-network 1\nvalid famly=0\n", 2),
    ("firebreak-network 1\nvalid family=0-0\n", 2), ("firebreak-network 1\nvalid family=0,1\n", 2),
    ("firebreak-network 1\nvalid protocol=6 family=0\n", 2),
    ("firebreak-network 1\nvalid family=0  protocol=6\n", 2),
    ("firebreak-network 1\nvalid sourceIPv4=10.0.0\n", 2),
    ("firebreak-network 1\nvalid sourceIPv4=10.0.0.256\n", 2),
    ("firebreak-network 1\nvalid sourceIPv6=1::2\n", 2),
    ("firebreak-network 1\nvalid +1 +0\n", 2), ("firebreak-network 1\nvalid family=00\n", 2),
    ("firebreak-network 1\nsegment 1\n", 2), ("firebreak-network 1\nsegment 0 0\n", 2),
    ("firebreak-network 1\n# a remark\nwatched 0\n", 3),
    ("firebreak-network 1\ndevice 0\nsessions 1\n", 3),
    ("firebreak-network 1\ndevice 0\ntranslation 0 2 same same\n", 3),
    ("firebreak-network 1\ntable 0\nlocation 0 drop denied\n", 3),
    ("firebreak-network 1\ntable 0\nentry 0 *\n", 4),
    ("firebreak-network 1\ntable 0\nor *\n", 3),
    ("firebreak-network 1\ntable 0\nentry 1 *\notherwise 0\nlocation 0 match 0 0\n", 5),
    ("firebreak-network 1\nlocation 0 choose 1\n", 2),
    ("firebreak-network 1\nlocation 0 rewrite 0 set mark 1 set mark 2\n", 2),
    ("firebreak-network 1\nlocation 0 rewrite 0 shift mark 1-2,4 5\n", 2),
    ("firebreak-network 1\nsender 0 *\n", 2), ("firebreak-network 1\nforbid 0 *\n", 2),
    ("firebreak-network 1\nclaim 0 never R 1\n", 2),
    ("firebreak-network 1\nclaim 0 apart R%2\n", 2),
    ("firebreak-network 1\nclaim 0 must R\nforbid 0 *\n", 3),
    ("firebreak-network 1\nclaim 0 must R\ntrip\n", 3),
    ("firebreak-network 1\nclaim 0 must R\ngoal\nasks 0 *\n", 4),
    ("firebreak-network 1\nclaim 0 must R\ngoal\ntrip\nanswers 0 0 *\n", 5),
    ("firebreak-network 1\nclaim 0 apart R\ngoal\n", 3),
  ])
  func `an error has its line`(text: String, line: Int) throws {
    let error = #expect(throws: ProblemError.self) { try Problem(parsing: Array(text.utf8)) }
    #expect(error?.line == line, "\(text): \(error?.description ?? "none")")
  }
}
