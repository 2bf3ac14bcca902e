import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation
import Testing

/// A small network, drawn a line at a time, with questions about it.
struct Sketch {
  var network = Network(name: "sketch", place: Place(file: "sketch"))
  private var line = 0

  private mutating func place() -> Place {
    line += 1
    return Place(file: "sketch", line: line)
  }

  mutating func segment(_ name: String, _ subnets: String...) -> Int {
    network.segments.append(Segment(name: name, place: place(), subnets: subnets.map(prefix)))
    return network.segments.count - 1
  }

  mutating func internet(joins segment: Int? = nil) -> Int {
    let index = self.segment("internet")
    network.internet = index
    network.internetJoins = segment
    return index
  }

  /// Adds a device with interfaces `eth0`, `eth1`, … on segments, with `address/length` each.
  mutating func device(
    _ name: String, _ ports: (segment: Int?, addresses: [String])...,
    configure: (inout Device) -> Void = { _ in }
  ) -> Int {
    var device = Device(name: name, place: place(), kind: .router)
    for (number, port) in ports.enumerated() {
      let addresses = port.addresses.map { text in
        guard let parsed = try? AddressInPrefix(parsing: text) else { preconditionFailure(text) }
        return Interface.Address(parsed.address, length: parsed.prefix.length)
      }
      var interface = Interface(name: "eth\(number)", place: place(), addresses: addresses)
      interface.segment = port.segment
      device.interfaces.append(interface)
    }
    configure(&device)
    network.devices.append(device)
    return network.devices.count - 1
  }

  /// Adds an endpoint group that joins segments with these addresses.
  mutating func hosts(
    _ name: String, _ attachments: (segment: Int, addresses: String, gateway: String?)...
  ) {
    let attached = attachments.map { attachment in
      EndpointGroup.Attachment(
        segment: attachment.segment, addresses: addresses(attachment.addresses),
        gateway: attachment.gateway.map(address), place: place())
    }
    network.endpoints.append(EndpointGroup(name: name, place: place(), attachments: attached))
  }

  mutating func link(_ from: Link.Party, _ to: Link.Party, addresses text: String = "") {
    network.links.append(
      Link(
        medium: .wireless, from: from, to: to,
        addresses: text.isEmpty ? .none : addresses(text), place: place()))
  }

  /// Has an endpoint group accept services and open others in turn.
  mutating func relays(_ group: Int, _ accepts: String, _ opens: String) {
    network.endpoints[group].relays.append(
      EndpointGroup.Relay(accepts: services(accepts), opens: services(opens), place: place()))
  }

  mutating func condition(
    _ name: String, scope: Condition.Scope = .global, assumed: Bool? = nil
  ) -> Int {
    let place = place()
    return network.conditions.index(
      of: Condition(name: name, scope: scope, place: place, why: "a test", assumed: assumed))
  }

  /// The answer to one requirement.
  func answer(
    _ obligation: Obligation<Selection>, count: Requirement.Count = .all,
    replies: Requirement.Replies = .allow, exits: Requirement.Exits = .all,
    waiving waived: [Conduit<Selection>] = [], until: String = "2030-01-01",
    beside others: [Obligation<Selection>] = []
  ) -> VerificationResult.Answer {
    var policy = Policy(name: "policy", place: Place(file: "policy"))
    policy.requirements = [
      Requirement(
        id: "R1", count: count, replies: replies, exits: exits, obligation: obligation,
        place: Place(file: "policy", line: 1))
    ]
    for (number, other) in others.enumerated() {
      policy.requirements.append(
        Requirement(id: "R\(number + 2)", obligation: other, place: policy.place))
    }
    guard let today = Day(parsing: "2025-06-01"), let until = Day(parsing: until) else {
      preconditionFailure("a day")
    }
    policy.waive(waived, until: until)
    do {
      let resolved = try ResolvedPolicy(policy, in: network, on: today)
      let answer = verify(network, against: resolved).answers[0]
      let contradiction = try contradiction(
        resolved.requirements[0], in: network, holds: answer.verdict.tellsHolding)
      #expect(contradiction == nil)
      for witness in answer.verdict.witnesses { network.expectOpenings(of: witness) }
      return answer
    } catch {
      preconditionFailure("\(error)")
    }
  }

  /// The verdict on one requirement, in words, with what it says about why.
  func verdict(
    _ obligation: Obligation<Selection>, count: Requirement.Count = .all,
    replies: Requirement.Replies = .allow, exits: Requirement.Exits = .all,
    waiving waived: [Conduit<Selection>] = [], until: String = "2030-01-01",
    beside others: [Obligation<Selection>] = []
  ) -> String {
    let answer = answer(
      obligation, count: count, replies: replies, exits: exits, waiving: waived, until: until,
      beside: others)
    return words(answer)
  }

  /// A verdict with the class of its witness, and what stood in the way.
  private func words(_ answer: VerificationResult.Answer) -> String {
    if let error = answer.internalError { return "error: \(error)" }
    switch answer.verdict {
    case .holds: return "holds"
    case .violated(let violation):
      let classes = violation.witnesses.map { $0.deliveryClass?.rawValue ?? "lost" }
      return (["violated"] + classes + (violation.isWaived ? ["waived"] : []))
        .joined(separator: " ")
    case .undecided(let doubt):
      if let limit = doubt.limit { return "undecided: \(limit)" }
      let names = doubt.conditions.map {
        network.conditions.conditions.indices.contains($0)
          ? network.conditions[$0].name : "unmodelled"
      }
      return (["undecided"] + names).joined(separator: " ")
    }
  }
}

extension Verdict {
  /// Whether the requirement holds.
  ///
  /// It is `nil` where a bound was met; what is undecided for other reasons does not hold.
  fileprivate var tellsHolding: Bool? {
    switch self {
    case .holds: true
    case .violated: false
    case .undecided(let doubt): (doubt.limit?.contains("limit") ?? false) ? nil : false
    }
  }
}

func address(_ text: String) -> IPAddress {
  guard let address = try? IPAddress(parsing: text) else { preconditionFailure(text) }
  return address
}

func prefix(_ text: String) -> Prefix {
  guard let prefix = try? Prefix(parsing: text) else { preconditionFailure(text) }
  return prefix
}

/// The addresses of `10.0.0.1 10.0.0.8/29 10.0.1.1-10.0.1.9`.
func addresses(_ text: String) -> AddressSet {
  text.split(separator: " ").reduce(.none) { set, part in
    guard let range = try? AddressRange(parsing: part) else { preconditionFailure(text) }
    return range.family == .ipv4
      ? set.union(AddressSet(ipv4: Ranges(range.range)))
      : set.union(AddressSet(ipv6: Ranges(range.range)))
  }
}

func services(_ text: String) -> ServiceSet {
  guard let services = try? ServiceSet(parsing: text) else { preconditionFailure(text) }
  return services
}

/// Members of a policy as they are written, separated by spaces.
func members(_ text: String) -> Selection {
  let place = Place(file: "policy", line: 1)
  let members = text.split(separator: " ").map { part in
    guard let member = try? Member(parsing: String(part), at: place) else {
      preconditionFailure(text)
    }
    return member
  }
  return Selection(members, at: place)
}

func isolate(_ from: String, _ to: String, _ text: String? = nil) -> Obligation<Selection> {
  .isolate(from: members(from), to: members(to), services: text.map(services) ?? .any)
}

func mustReach(_ from: String, _ to: String, _ text: String) -> Obligation<Selection> {
  .mustReach(from: members(from), to: members(to), services: services(text))
}

func conduit(_ from: String?, _ to: String?, _ text: String? = nil) -> Conduit<Selection> {
  Conduit(
    source: from.map(members), destination: to.map(members),
    services: text.map(services) ?? .any, place: Place(file: "policy", line: 1))
}

func allowOnly(
  _ from: String, _ to: String, _ conduits: Conduit<Selection>...
) -> Obligation<Selection> {
  .allowOnly(from: members(from), to: members(to), conduits: conduits)
}

/// A rule without a name of its own.
func rule(
  _ action: ACL.Action, _ match: Match = .any, _ effects: Effect..., logs: Bool = false
) -> ACL.Rule {
  ACL.Rule(
    name: "", place: Place(file: ""), match: match, effects: effects, action: action, logs: logs)
}

func from(_ text: String) -> Match { addresses(text).asSource }
func to(_ text: String) -> Match { addresses(text).asDestination }
func tcp(_ ports: ClosedRange<UInt128>) -> Match {
  .all([.field(.protocol, Ranges(6)), .field(.destinationPort, Ranges(ports))])
}
func tcp(_ port: UInt128) -> Match { tcp(port...port) }
let isEstablished = Match.field(
  .connectionState, Ranges(values: [UInt128(ConnectionState.established.rawValue)]))

extension Device {
  /// Adds a static route.
  mutating func route(
    _ destination: String, _ nextHops: NextHop..., distance: Int = 1, condition: Int? = nil,
    vrf: Int = 0
  ) {
    let line = 1000 + vrfs[vrf].routes.count
    vrfs[vrf].routes.append(
      Route(
        to: prefix(destination), via: nextHops, distance: distance, condition: condition,
        place: Place(file: name, line: line)))
  }

  /// Adds a list and returns its index.
  mutating func list(_ name: String, _ rules: [ACL.Rule], end: ACL.End = .deny) -> Int {
    var placed = rules
    for index in placed.indices {
      placed[index].place = Place(file: name, line: index + 1)
      if placed[index].name.isEmpty { placed[index].name = "\(index + 1)" }
    }
    acls.append(ACL(name: name, place: Place(file: name), rules: placed, end: end))
    return acls.count - 1
  }

  /// Adds a translation and returns its index.
  mutating func translation(
    _ name: String, _ address: Translation.Address? = nil, port: Translation.Port? = nil
  ) -> Int {
    translations.append(
      Translation(name: name, place: Place(file: name, line: 1), address: address, port: port))
    return translations.count - 1
  }

  /// Filters what it forwards with these rules.
  mutating func filters(_ rules: ACL.Rule..., end: ACL.End = .deny) {
    let list = list("forward", rules, end: end)
    pipeline.departure.append(.filter(list, role: .forwardFilter))
  }

  /// Remembers what it forwards: looked up first, remembered last.
  mutating func remembers(bypassing: Bool = false, opens: Match = .any) {
    sessions = SessionBehaviour(opens: opens, bypassesFilters: bypassing)
    pipeline.arrival.insert(.recall, at: 0)
    pipeline.departure.append(.remember)
    pipeline.output.insert(.recall, at: 0)
    pipeline.output.append(.remember)
  }
}

extension Policy {
  /// Waives flows of the first requirement.
  mutating func waive(_ flows: [Conduit<Selection>], until day: Day) {
    waivers = flows.map {
      Waiver(
        requirement: Reference("R1", at: place), flows: $0, owner: "us", until: day, why: "a test",
        place: place)
    }
  }
}
