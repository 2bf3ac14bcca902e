import Networks
import Packets
import Places
import Policies
import Reachability
import Testing

@testable import Reports

/// A station behind a gateway, in a network whose names are hostile.
///
/// The gateway permits remote desktop to one host, and the historian's port to another under a
/// schedule that nothing settles.
struct Sample {
  static let escape = "\u{1b}[31m"

  let policy: ResolvedPolicy
  let network: Network
  let report: Report

  /// The sample; with `evidence` also what cannot be left out, and what a loss does.
  init(evidence: Bool = false) throws {
    var network = try Self.network()
    let schedule = network.conditions.index(
      of: Condition(
        name: "gw/schedule:maintenance", scope: .global, place: Self.place(30),
        why: "the schedule's hours are not in the configuration"))
    if evidence {
      _ = network.conditions.index(
        of: Condition(
          name: "gw/helper:ftp", scope: .global, place: Self.place(31),
          why: "which ports a helper opens is not modelled", assumed: false))
    }
    network.devices = [try Self.gateway(schedule: schedule)]
    network.notices = [
      Notice(.finding, at: Self.place(3), "two subnets overlap"),
      Notice(.inferred, at: Self.place(9), "'wan' joins office, whose subnet holds its address"),
      Notice(.opaque, at: Self.place(30), "the schedule is not modelled"),
    ]
    let policy = try ResolvedPolicy(
      Self.policy(), in: network, on: try #require(Day(year: 2026, month: 5, day: 4)))
    var coverage = Coverage(file: "gw.conf")
    coverage.modelled = 4
    coverage.irrelevant = 2
    coverage.opaque = [Coverage.Element("time-range", at: Place(file: "gw.conf", line: 30))]
    self.policy = policy
    self.network = network
    var result = verify(network, against: policy, withMatrix: true)
    if evidence {
      result.addEvidence(for: policy, in: network)
      result.addLosses(for: policy, in: network)
    }
    report = Report(
      version: "1.2.3", network: network, policy: policy,
      inputs: [
        Report.Input(
          file: "network.json", size: 12, digest: String(repeating: "0123456789abcdef", count: 4))
      ], coverage: [coverage], notices: network.notices,
      result: result)
  }

  private static func place(_ line: Int) -> Place {
    Place(file: "network.json", line: line, column: 3)
  }

  private static func network() throws -> Network {
    var network = Network(name: "sample", place: place(1))
    network.segments = [
      Segment(name: "office", place: place(2), subnets: [try Prefix(parsing: "10.1.0.0/29")]),
      Segment(name: "bay", place: place(3), subnets: [try Prefix(parsing: "10.2.0.0/29")]),
    ]
    return network
  }

  private static func gateway(schedule: Int) throws -> Device {
    var device = Device(name: "gw", place: place(5), kind: .firewall)
    for (number, text) in ["10.1.0.1/29", "10.2.0.1/29"].enumerated() {
      let address = try AddressInPrefix(parsing: text)
      var interface = Interface(
        name: ["wan", "lan"][number], place: place(6 + number),
        addresses: [.init(address.address, length: address.prefix.length)])
      interface.segment = number
      device.interfaces.append(interface)
    }
    let rules = [
      ACL.Rule(
        name: "vendor \(escape)| `rdp` <b>", place: place(10),
        match: try permit("10.2.0.2", port: 3389), action: .permit),
      ACL.Rule(
        name: "maintenance", place: place(11),
        match: .all([.condition(schedule), try permit("10.2.0.3", port: 5450)]),
        action: .permit),
    ]
    device.acls = [ACL(name: "from-office", place: place(9), rules: rules, end: .deny)]
    device.pipeline.arrival = [.ingressFilter([0, nil]), .route(.destination)]
    return device
  }

  private static func permit(_ destination: String, port: UInt128) throws -> Match {
    .all([
      AddressSet([try Prefix(parsing: destination)]).asDestination,
      .field(.protocol, Ranges(UInt128(IPProtocol.tcp))), .field(.destinationPort, Ranges(port)),
    ])
  }

  private static func policy() throws -> Policy {
    var policy = Policy(name: "stations", place: Place(file: "policy.json", line: 1, column: 1))
    policy.zones = [
      Zone(name: "office", members: selection(.segment(NamePattern("office"))), place: place(1)),
      Zone(name: "bay", members: selection(.segment(NamePattern("bay"))), place: place(2)),
    ]
    for (id, service, why) in [
      ("OT-1", "tcp/502", nil), ("OT-2", "tcp/3389", "nobody sits at a *station's* screen"),
      ("OT-3", "tcp/5450", nil), ("OT-4", "tcp/3389", nil),
    ] {
      policy.requirements.append(
        Requirement(
          id: id, severity: .critical, why: why, clauses: ["iec62443-3-3:SR5.1"],
          obligation: .isolate(
            from: selection(.zone("office")), to: selection(.zone("bay")),
            services: try ServiceSet(parsing: service)),
          place: Place(file: "policy.json", line: policy.requirements.count + 7, column: 5)))
    }
    policy.waivers = [
      Waiver(
        requirement: Reference("OT-4", at: place(20)),
        flows: Conduit(source: nil, destination: nil, place: place(20)), owner: "OT",
        until: try #require(Day(year: 2027, month: 1, day: 31)), why: "commissioning",
        place: place(20))
    ]
    return policy
  }

  private static func selection(_ selector: Member.Selector) -> Selection {
    let place = Place(file: "policy.json", line: 4, column: 9)
    return Selection([Member(selector, at: place)], at: place)
  }
}
