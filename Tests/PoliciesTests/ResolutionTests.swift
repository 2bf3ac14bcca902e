import Networks
import Packets
import Places
import Policies
import Testing

private let there = Place(file: "policy.json", line: 1, column: 1)
private let today = Day(year: 2026, month: 11, day: 20)

private func member(_ text: String) -> Member {
  let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
  if text == "internet" { return Member(.internet, at: there) }
  if let range = try? AddressRange(parsing: text) { return Member(.addresses(range), at: there) }
  switch parts[0] {
  case "segment": return Member(.segment(NamePattern(parts[1])), at: there)
  case "endpoint": return Member(.endpoint(NamePattern(parts[1])), at: there)
  case "device": return Member(.device(NamePattern(parts[1])), at: there)
  case "role": return Member(.role(NamePattern(parts[1])), at: there)
  case "feed": return Member(.feed(parts[1]), at: there)
  default: return Member(.zone(text), at: there)
  }
}

private func select(_ texts: String...) -> Selection { Selection(texts.map(member), at: there) }

private func zone(_ name: String, _ texts: String...) -> Zone {
  Zone(name: name, members: Selection(texts.map(member), at: there), place: there)
}

private func resolve(
  _ zones: [Zone], _ obligations: [Obligation<Selection>] = [], in network: Network,
  feeds: [Feed] = []
) throws -> ResolvedPolicy {
  var policy = Policy(name: "test", place: there)
  policy.zones = zones
  policy.requirements = obligations.enumerated().map {
    Requirement(id: "R\($0)", obligation: $1, place: there)
  }
  return try ResolvedPolicy(policy, in: network, feeds: feeds, on: try #require(today))
}

private func errors(
  _ zones: [Zone], _ obligations: [Obligation<Selection>] = [], in network: Network
) -> [String] {
  do {
    _ = try resolve(zones, obligations, in: network)
    return []
  } catch let errors as InputErrors {
    return errors.errors.map(\.message)
  } catch {
    return ["\(error)"]
  }
}

@Suite struct `What a zone means in a network` {
  @Test func `a segment is its usable addresses without those of devices`() throws {
    let extent = try resolve([zone("z", "segment:station-7")], in: sampleNetwork()).zones[0]
    #expect(extent.parts.map(\.segment) == [1])
    #expect(extent.parts[0].addresses.ipv4 == Ranges([0x0A2F_0002...0x0A2F_0006]))
    #expect(extent.parts[0].declared == (try addresses("10.47.0.5")))
    #expect(extent.devices.isEmpty)
  }

  @Test func `a segment with IPv6 has its link-local addresses`() throws {
    let extent = try resolve([zone("z", "segment:station-7")], in: sampleNetwork()).zones[0]
    #expect(extent.parts[0].addresses.contains(try IPAddress(parsing: "fe80::1")))
    #expect(extent.parts[0].addresses.contains(try IPAddress(parsing: "2001:db8:47::9")))
  }

  @Test func `a pattern takes every segment that fits and has a host`() throws {
    let extent = try resolve([zone("z", "segment:*t*")], in: sampleNetwork()).zones[0]
    #expect(extent.parts.map(\.segment) == [1, 3])
  }

  @Test func `an address a device answers for belongs to the device alone`() throws {
    let network = try sampleNetwork()
    #expect(
      errors([zone("z", "10.47.0.1")], in: network) == ["no host has an address of '10.47.0.1'"])
    let extent = try resolve([zone("z", "device:gw-*")], in: network).zones[0]
    #expect(extent.parts.isEmpty)
    #expect(extent.devices == [1])
  }

  @Test func `a prefix is its addresses on every segment that holds them`() throws {
    let extent = try resolve([zone("z", "10.0.0.0/8")], in: sampleNetwork()).zones[0]
    #expect(extent.parts.map(\.segment) == [0, 1])
    #expect(
      extent.parts[0].addresses
        == (try resolve(
          [zone("z", "segment:office")], in: sampleNetwork()
        ).zones[0].parts[0].addresses))
  }

  @Test func `the internet is every routed address that no segment holds`() throws {
    let extent = try resolve([zone("z", "internet")], in: sampleNetwork()).zones[0]
    #expect(extent.parts.map(\.segment) == [3])
    #expect(extent.addresses.contains(try IPAddress(parsing: "203.0.113.7")))
    #expect(!extent.addresses.contains(try IPAddress(parsing: "10.10.0.7")))
    #expect(!extent.addresses.contains(try IPAddress(parsing: "2001:db8:47::9")))
  }

  @Test func `a segment without a subnet may hold any address`() throws {
    let extent = try resolve([zone("z", "segment:unnumbered")], in: sampleNetwork()).zones[0]
    #expect(extent.parts[0].addresses.contains(try IPAddress(parsing: "192.0.2.1")))
  }

  @Test func `an endpoint is its addresses, on its lines too`() throws {
    var network = try sampleNetwork()
    network.links = [
      Link(
        medium: .cellular, from: .endpoint(0), to: .segment(3),
        addresses: try addresses("198.51.100.9"), place: here)
    ]
    for text in ["endpoint:rtu-*", "role:rtu"] {
      let extent = try resolve([zone("z", text)], in: network).zones[0]
      #expect(extent.parts.map(\.segment) == [1, 3])
      #expect(extent.parts[0].addresses == (try addresses("10.47.0.5")))
      #expect(extent.parts[1].addresses == (try addresses("10.47.0.5", "198.51.100.9")))
    }
    let outside = try resolve([zone("z", "internet")], in: network).zones[0]
    #expect(!outside.addresses.contains(try IPAddress(parsing: "198.51.100.9")))
  }

  @Test func `a zone holds what its member zones hold`() throws {
    let zones = [
      zone("all", "office", "plant"), zone("office", "segment:office"),
      zone("plant", "segment:station-7"),
    ]
    let extents = try resolve(zones, in: sampleNetwork()).zones
    #expect(extents[0].parts == extents[1].parts + extents[2].parts)
    #expect(extents.map(\.name) == ["all", "office", "plant"])
  }

  @Test func `a feed is its addresses on every segment that holds them`() throws {
    let feed = Feed(
      name: "c2", place: there, addresses: try addresses("203.0.113.0/28", "10.10.0.66"))
    var policy = Policy(name: "p", place: there)
    policy.zones = [zone("z", "feed:c2")]
    let day = try #require(today)
    let zones = try ResolvedPolicy(policy, in: sampleNetwork(), feeds: [feed], on: day).zones
    #expect(zones[0].parts.map(\.segment) == [0, 3])
  }
}

@Suite struct `What is refused in a policy for a network` {
  @Test func `names that are not there`() throws {
    let zones = [
      zone("a", "segment:ofice"), zone("b", "endpoint:x*"), zone("c", "device:gw-8"),
      zone("d", "nowhere"), zone("e", "feed:none"), zone("f", "role:boss"),
    ]
    #expect(
      errors(zones, in: try sampleNetwork()) == [
        "no segment is named 'ofice'", "no endpoint has a name like 'x*'",
        "no device is named 'gw-8'", "no zone is named 'nowhere'", "no feed is named 'none'",
        "no role is named 'boss'",
      ])
  }

  @Test func `a zone that is a member of itself`() throws {
    let zones = [zone("a", "b"), zone("b", "segment:office", "a")]
    #expect(errors(zones, in: try sampleNetwork()) == ["the zone 'a' is a member of itself"])
  }

  @Test func `a zone without an address`() throws {
    let network = try sampleNetwork()
    #expect(errors([zone("a", "192.168.0.0/16")], in: network).count == 1)
    #expect(errors([zone("a", "segment:transit")], in: network).count == 1)
  }

  @Test func `an address at both ends of a requirement`() throws {
    let found = errors(
      [zone("a", "segment:office"), zone("b", "10.10.0.7", "segment:station-7")],
      [.isolate(from: select("a"), to: select("b"), services: .any)], in: try sampleNetwork())
    #expect(
      found == ["10.10.0.7 on segment 'office' is in both 'a' and 'b', between which 'R0' is"])
  }

  @Test func `traffic that must arrive however packets are routed`() throws {
    var network = try sampleNetwork()
    let asked = Obligation.mustReach(
      from: select("segment:office"), to: select("segment:station-7"), services: .any)
    #expect(errors([], [asked], in: network) == [])
    network.routing = .any
    #expect(
      errors([], [asked], in: network) == [
        "'R0' is a mustReach, which has no answer with \"routing\": \"any\""
      ])
  }

  @Test func `a device at both ends of a requirement`() throws {
    let found = errors(
      [], [.oneWay(from: select("device:*"), to: select("device:fw"))], in: try sampleNetwork())
    #expect(found.count == 1)
  }
}

@Suite struct `What is odd about a policy in a network` {
  @Test func `hosts in no zone, overlapping zones, conduits that never apply`() throws {
    let network = try sampleNetwork()
    let conduit = Conduit(source: select("segment:station-7"), destination: nil, place: there)
    let notices = try resolve(
      [zone("a", "segment:office"), zone("b", "10.10.0.7"), zone("c", "10.47.0.6")],
      [.allowOnly(from: select("a"), to: select("c"), conduits: [conduit])], in: network
    ).notices.map(\.message)
    #expect(
      notices == [
        "the zones 'a' and 'b' overlap: both have 10.10.0.7 on segment 'office'",
        "not every host of segment 'station-7' is in a zone: 10.47.0.2 is in none",
        "endpoint 'rtu-7' is in no zone with 10.47.0.5",
        "the conduit never applies: nothing of 'segment:station-7' is in 'a'",
      ])
  }
}

@Suite struct `Conditions that a policy settles` {
  private func network() throws -> Network {
    var network = try sampleNetwork()
    for name in ["fw/schedule:night", "gw-7/schedule:night", "tunnel:t"] {
      _ = network.conditions.index(
        of: Condition(name: name, scope: .global, place: here, why: "it is not given"))
    }
    return network
  }

  private func settle(_ names: [(String, Bool)]) throws -> [Bool?] {
    var network = try network()
    var policy = Policy(name: "p", place: there)
    policy.assume = names.map { Assumption(name: $0.0, outcome: $0.1, place: there) }
    try policy.settleConditions(of: &network)
    return network.conditions.conditions.map(\.assumed)
  }

  @Test func `a full name settles one and a name without its device all`() throws {
    #expect(try settle([("fw/schedule:night", false)]) == [false, nil, nil])
    #expect(try settle([("schedule:night", true), ("tunnel:t", false)]) == [true, true, false])
  }

  @Test func `an unmodelled neighbour may be settled before a route is followed`() throws {
    #expect(try settle([("unmodelled:office/10.10.0.254", false)]) == [nil, nil, nil, false])
    #expect(throws: InputErrors.self) { try settle([("unmodelled:ofice/10.10.0.254", false)]) }
    #expect(throws: InputErrors.self) { try settle([("unmodelled:office/10.10.0.", false)]) }
  }

  @Test func `an unknown name and a contradiction are refused`() throws {
    #expect(throws: InputErrors.self) { try settle([("schedule:day", true)]) }
    #expect(throws: InputErrors.self) {
      try settle([("fw/schedule:night", true), ("schedule:night", false)])
    }
  }
}

@Suite struct `Policies with very many names` {
  @Test(arguments: [100, 101, 5000])
  func `zones may be members of each other a hundred deep`(count: Int) throws {
    let zones = (1..<count).map { zone("z\($0)", "z\($0 + 1)") }
    let found = errors(zones + [zone("z\(count)", "segment:station-7")], in: try sampleNetwork())
    #expect(found.isEmpty == (count == 100))
    #expect(
      found.first == nil
        || found.first == "zones that are members of each other go more than 100 deep")
  }

  @Test func `only the first errors come with the nearest name`() throws {
    let zones = (1...5000).map { zone("z\($0)", "segment:statoin-\($0)") }
    do {
      _ = try resolve(zones, in: try sampleNetwork())
      Issue.record("names that are not there were accepted")
    } catch let errors as InputErrors {
      #expect(errors.errors.count == 5000)
      #expect(errors.errors.count { $0.hint != nil } == 100)
    }
  }
}

@Suite struct `Patterns of names` {
  @Test(arguments: [
    ("*", "", true), ("*", "abc", true), ("a*", "abc", true), ("*c", "abc", true),
    ("a*c", "abc", true), ("a*b*c", "axxbyyc", true), ("a*b*c", "axxcyy", false),
    ("station-*", "station-7", true), ("station-*", "substation-7", false), ("abc", "abcd", false),
    ("a*a", "a", false), ("**", "x", true),
  ])
  func `a star stands for any run`(pattern: String, name: String, fits: Bool) {
    #expect(NamePattern(pattern).matches(name) == fits)
  }
}

@Suite struct `Days` {
  @Test(arguments: ["2026-01-31", "2024-02-29", "2000-02-29"])
  func `a day that there is`(text: String) {
    #expect(Day(parsing: text)?.description == text)
  }

  @Test(arguments: [
    "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-31", "26-01-31",
    "2026-01-32", "2026/01/31", "",
  ])
  func `a day that there is not`(text: String) { #expect(Day(parsing: text) == nil) }

  @Test func `nothing arrives between addresses of different families`() throws {
    let zones = [
      zone("v4", "10.47.0.5"), zone("v6", "2001:db8:47::9"), zone("any", "segment:office"),
    ]
    func between(_ from: String, _ to: String) -> Obligation<Selection> {
      .mustReach(from: select(from), to: select(to), services: .any)
    }
    #expect(
      errors(zones, [between("v4", "v6")], in: try sampleNetwork()) == [
        "'v4' and 'v6', between which 'R0' is, have no address family in common"
      ])
    #expect(errors(zones, [between("v4", "any")], in: try sampleNetwork()) == [])
    #expect(
      errors(
        zones, [.isolate(from: select("v4"), to: select("v6"), services: .any)],
        in: try sampleNetwork()) == [])
  }
}
