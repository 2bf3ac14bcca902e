import Networks
import Packets
import Places
import Testing

private let here = Place(file: "test")

private func prefix(_ text: String) throws -> Prefix { try Prefix(parsing: text) }

/// Two offices joined by a link, the internet beside them, and a segment with IPv6.
private func network() throws -> Network {
  var network = Network(name: "test", place: here)
  network.segments = [
    Segment(name: "office", place: here, subnets: [try prefix("192.0.2.0/24")]),
    Segment(name: "annex", place: here, subnets: [try prefix("198.51.100.0/31")]),
    Segment(name: "lab", place: here, subnets: [try prefix("2001:db8:7::/64")]),
    Segment(name: "internet", place: here),
  ]
  network.internet = 3
  network.internetJoins = 2
  for (from, to) in [(0, 1), (2, 3)] {
    network.links.append(
      Link(medium: .fibre, from: .segment(from), to: .segment(to), place: here))
  }
  return network
}

@Suite struct `Who owns an address` {
  @Test func `the internet owns what is routed and of no segment`() throws {
    let network = try network()
    let outside = network.addresses(on: 3)
    let owned = ["203.0.113.1", "2001:db8:8::1", "2600::1"]
    let notOwned = [
      "192.0.2.1", "198.51.100.1", "10.0.0.1", "224.0.0.1", "2001:db8:7::1", "fe80::1",
    ]
    for text in owned { #expect(outside.contains(try IPAddress(parsing: text)), "\(text)") }
    for text in notOwned { #expect(!outside.contains(try IPAddress(parsing: text)), "\(text)") }
  }

  @Test func `links join segments to one domain, but never through the internet`() throws {
    let network = try network()
    #expect(network.domain(of: 1) == [0, 1])
    #expect(network.domain(of: 2) == [2])
    #expect(network.domain(of: 3) == [3])
    #expect(network.internetJoinedSegments == [2])
  }

  @Test func `a segment with IPv6 has link-local addresses`() throws {
    let network = try network()
    #expect(network.addresses(on: 2).contains(try IPAddress(parsing: "fe80::5")))
    #expect(!network.addresses(on: 0).contains(try IPAddress(parsing: "fe80::5")))
  }

  @Test func `a subnet of two addresses has no directed broadcast`() throws {
    let network = try network()
    let broadcasts = network.directedBroadcasts(on: 0)
    #expect(broadcasts == AddressSet(try IPAddress(parsing: "192.0.2.255")))
    #expect(network.directedBroadcasts(on: 1).isEmpty)
  }

  @Test func `what a sender may pretend to be follows the network's spoofing`() throws {
    var network = try network()
    let office = network.spoofableAddresses(on: 0)
    // The first and the last address of a subnet are nobody's, and so anybody's.
    let inside = ["192.0.2.0", "192.0.2.1", "192.0.2.254", "192.0.2.255"]
    let outside = ["192.0.1.255", "192.0.3.0", "198.51.100.0"]
    for text in inside { #expect(office.contains(try IPAddress(parsing: text)), "\(text)") }
    for text in outside { #expect(!office.contains(try IPAddress(parsing: text)), "\(text)") }
    let internet = network.spoofableAddresses(on: 3)
    #expect(internet == network.inside.complement.subtracting(Network.multicast))
    network.spoofing = .any
    #expect(network.spoofableAddresses(on: 0) == .all)
  }
}
