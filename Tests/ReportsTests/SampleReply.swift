import Networks
import Packets
import Places
import Policies
import Reachability
import Testing

@testable import Reports

/// A report on a gateway that lets an office ask a bay, so that the bay's replies come back.
struct SampleReply {
  let report: Report

  init() throws {
    let place = Place(file: "network.json", line: 1, column: 1)
    var network = Network(name: "asking", place: place)
    var gateway = Device(name: "gw", place: place, kind: .firewall)
    for (number, text) in ["10.1.0.1/29", "10.2.0.1/29"].enumerated() {
      let address = try AddressInPrefix(parsing: text)
      network.segments.append(
        Segment(name: ["office", "bay"][number], place: place, subnets: [address.prefix]))
      var interface = Interface(
        name: "eth\(number)", place: place,
        addresses: [.init(address.address, length: address.prefix.length)])
      interface.segment = number
      gateway.interfaces.append(interface)
    }
    let asking = ACL.Rule(
      name: "asking", place: place,
      match: .all([
        AddressSet([try Prefix(parsing: "10.1.0.0/29")]).asSource,
        AddressSet([try Prefix(parsing: "10.2.0.0/29")]).asDestination,
      ]), action: .permit)
    gateway.acls = [ACL(name: "forward", place: place, rules: [asking], end: .deny)]
    gateway.sessions = SessionBehaviour(opens: .any, bypassesFilters: true)
    gateway.pipeline.arrival = [.recall, .route(.destination)]
    gateway.pipeline.departure = [.filter(0, role: .forwardFilter), .remember]
    network.devices = [gateway]
    var policy = Policy(name: "one way", place: place)
    let ends = try ["segment:office", "segment:bay"].map {
      Selection([try Member(parsing: $0, at: place)], at: place)
    }
    policy.requirements = [
      Requirement(id: "R-1", obligation: .oneWay(from: ends[0], to: ends[1]), place: place)
    ]
    let resolved = try ResolvedPolicy(
      policy, in: network, on: try #require(Day(year: 2026, month: 5, day: 4)))
    report = Report(
      version: "1.2.3", network: network, policy: resolved, inputs: [], coverage: [], notices: [],
      result: verify(network, against: resolved))
  }
}

@Suite struct `Packets that open sessions in reports` {
  @Test func `every form has them with their ways`() throws {
    let report = try SampleReply().report
    let text = report.rendered(as: .text)
    #expect(text.contains("its reply") == false)
    #expect(text.contains("opened by"))
    #expect(text.contains("sent from office"))
    #expect(text.contains("opens a session"))
    let page = report.rendered(as: .markdown)
    #expect(page.contains("Opened by: `"))
    #expect(page.contains("opens a session"))
    #expect(report.rendered(as: .json).contains("\"openings\": ["))
  }
}
