import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

extension Verifier {
  /// A set of packets that must arrive, with the segment that they are sent on.
  private struct Sending {
    var segment: Int
    var addresses: AddressSet
    var gateway: [Family: IPAddress]
  }

  /// Decides whether a connection is possible from every declared address of one zone to every one
  /// of another, whatever is chosen on the way.
  ///
  /// A host that is published under other addresses may be reached by those instead of its own.
  mutating func decideMustReach(
    _ from: ZoneExtent, _ to: ZoneExtent, services: ServiceSet
  ) throws(LimitReached) -> Decision {
    let from = atHome(from)
    var rest = Self.declared(atHome(to))
    var decisions: [Decision] = []
    for group in network.endpoints where !group.published.isEmpty {
      let goal = Self.part(of: rest, ownedBy: group)
      if goal.isEmpty { continue }
      rest = Self.subtracting(goal, from: rest)
      var decision = try decide(from, goal, services)
      if !decision.holds {
        let published = AddressSet(group.published.map { Prefix(host: $0) })
        decision = try decide(from, goal, services, by: published)
      }
      decisions.append(decision)
    }
    if !rest.isEmpty { decisions.append(try decide(from, rest, services)) }
    return decisions.first { $0.verdict.name == "violated" } ?? decisions.first { !$0.holds }
      ?? Decision(.holds(Proof()))
  }

  /// Decides the same for those packets to a goal that are sent to its own addresses or to others.
  private mutating func decide(
    _ from: ZoneExtent, _ goal: ZoneExtent, _ services: ServiceSet, by others: AddressSet? = nil
  ) throws(LimitReached) -> Decision {
    let own = engine.destinationBoxes(goal)
    let published = (others ?? AddressSet.none).destinationBoxes
    let packets = try packets(to: others == nil ? own : published, services: services)
    var starts: [ReachKey.Start] = []
    for sending in sendings(from: from) {
      let space = try engine.restrict(packets, toSources: sending.addresses)
      starts += try engine.obedientStarts(
        space, on: sending.segment, gateway: sending.gateway)
    }
    for device in from.devices {
      for start in try engine.starts(ofDevice: device) {
        let space = try engine.store.intersection(start.space, packets)
        starts.append(ReachKey.Start(location: start.location, space: space))
      }
    }
    guard starts.contains(where: { !$0.space.isEmpty }) else {
      return Decision(
        .undecided(
          Doubt(limit: "no packet of the services has a source and a destination in the zones")))
    }
    var failing: [Breach] = []
    for start in starts where !start.space.isEmpty {
      // Which gateway a host uses is a choice, too: each is a start of its own.
      guard let found = try failures(of: [start], from: from, to: goal) else {
        let limit = "more than \(Engine.greatestPlanCount) ways of choosing"
        return Decision(.undecided(Doubt(limit: limit)))
      }
      failing += found
    }
    return try decision(on: failing, from: from, to: goal)
  }

  /// The packets that fail on their way, and those whose replies fail on theirs.
  ///
  /// What devices remember, and so whether a reply passes, hangs on the way that the packet took;
  /// so the ways of choosing are gone through one by one.
  private mutating func failures(
    of starts: [ReachKey.Start], from: ZoneExtent, to goal: ZoneExtent
  ) throws(LimitReached) -> [Breach]? {
    let known = engine.memories
    engine.sharesSessions = false
    defer {
      engine.memories = known
      engine.sharesSessions = true
    }
    engine.memories = known.map { _ in SessionMemory() }
    var failing = try engine.passage(of: starts, to: goal, learning: false, answers: false).failing
    var plans: [[Int: Int]] = [[:]]
    var count = 0
    while let plan = plans.popLast() {
      count += 1
      if count > Engine.greatestPlanCount { return nil }
      engine.memories = known.map { _ in SessionMemory() }
      let learnt = try engine.passage(
        of: starts, to: goal, learning: true, answers: false, plan: plan)
      if let (location, options) = learnt.openChoice {
        for option in (0..<options).reversed() {
          plans.append(plan.merging([location: option]) { $1 })
        }
        continue
      }
      failing += try unanswered(learnt, from: from, goal: goal)
    }
    return failing.filter { !$0.space.isEmpty }.map {
      Breach(delivery: .segment(goal.parts.first?.segment ?? 0), flow: $0, origin: from)
    }
  }

  /// The packets that arrived but whose replies do not get back, in terms of the packet.
  private mutating func unanswered(
    _ learnt: Passage, from: ZoneExtent, goal: ZoneExtent
  ) throws(LimitReached) -> [Flow] {
    for device in network.devices.indices { try engine.settleMemory(of: device) }
    var replies: [ReachKey.Start] = []
    for (delivery, flow) in learnt.arrived {
      let space = try engine.replies(to: flow.space)
      switch delivery {
      case .device(let device):
        replies.append(
          ReachKey.Start(location: engine.canonical.output[device], space: space))
      case .segment(let segment):
        for sending in sendings(from: goal) where sending.segment == segment {
          let own = try engine.restrict(space, toSources: sending.addresses)
          replies += try engine.obedientStarts(
            own, on: segment, gateway: sending.gateway)
        }
      }
    }
    let back = try engine.passage(
      of: replies, to: Self.declared(atHome(from)), learning: false, answers: true)
    var result: [Flow] = []
    for flow in back.failing {
      // In terms of the packet that is not answered, the reply's ends are exchanged.
      var asked = flow
      asked.space = try engine.swapped(flow.space)
      asked.trail = .untouched
      result.append(asked)
    }
    return result
  }

  /// The parts of an extent where its addresses are at home, without those on lines.
  private func atHome(_ extent: ZoneExtent) -> ZoneExtent {
    var result = extent
    result.parts = extent.parts.filter { part in
      if !network.segments[part.segment].hasUndeclaredHosts { return false }
      let home = network.addresses(on: part.segment)
      return home.isEmpty || part.addresses.isEmpty
        || !part.addresses.intersection(home).isEmpty
    }
    return result
  }

  /// The verdict on packets that fail.
  ///
  /// The sender chooses the application, and a service does not name it: what must arrive does so
  /// where it does under some label.
  private mutating func decision(
    on failing: [Breach], from: ZoneExtent, to: ZoneExtent
  ) throws(LimitReached) -> Decision {
    var labels = Ranges.none
    for breach in failing {
      labels = labels.union(
        try engine.store.values(of: .application, in: breach.flow.space))
    }
    if labels != HeaderField.application.allValues {
      let working = labels.complement(upTo: HeaderField.application.greatest)
      if working != Ranges(0) { return Decision(.holds(Proof())) }
    }
    switch try engine.judge(failing).kind {
    case .never: return Decision(.holds(Proof()))
    case .always(let sure):
      var violation = Violation(
        witnesses: [], flows: try engine.list(failing, withRules: false))
      if let witness = try lostWitness(in: sure) { violation.witnesses = [witness] }
      return Decision(.violated(violation))
    case .sometimes(let literals):
      var doubt = Doubt(conditions: engine.conditions(of: literals))
      doubt.flows = try engine.list(failing, withRules: false)
      doubt.witness = try lostWitness(in: failing)
      return Decision(.undecided(doubt))
    }
  }

  /// A packet that does not arrive, or is not answered, with the way that it takes to its loss.
  private mutating func lostWitness(
    in breaches: [Breach]
  ) throws(LimitReached) -> Witness? {
    for breach in breaches {
      guard var suspect = try engine.suspect(in: breach, to: nil) else { continue }
      // What is lost may be the reply; shown is the packet that asks for it.
      let isReply = suspect.sent.has(.tcpFlags) && suspect.sent.tcpFlags != TCPFlags.syn
      if isReply { suspect.sent.tcpFlags = TCPFlags.syn }
      var simulator = simulator
      simulator.sharesSessions = false
      let outcomes = engine.outcomes(of: suspect)
      simulator.valuation = { condition, _ in outcomes[condition] ?? false }
      for origin in obedientOrigins(of: suspect) {
        let search = simulator.walks(suspect.sent, from: origin, limit: 64)
        guard
          let walk = search.walks.first(where: { ($0.outcome.delivered != nil) == isReply })
            ?? search.walks.first
        else { continue }
        return Witness(
          header: suspect.sent, origin: origin, walk: walk,
          deliveryClass: nil,
          literals: outcomes.sorted { $0.key < $1.key }.map { Literal($0.key, $0.value) },
          needsSessions: false)
      }
    }
    return nil
  }

  private func obedientOrigins(of suspect: Suspect) -> [Origin] {
    var result: [Origin] = []
    for (number, group) in network.endpoints.enumerated() {
      for (index, attachment) in group.attachments.enumerated()
      where attachment.addresses[suspect.sent.family].contains(suspect.sent.source)
        && suspect.origin[attachment.segment] != nil
      {
        result.append(.obedientEndpoint(group: number, attachment: index))
      }
    }
    return result + engine.origins(of: suspect)
  }

  /// Who sends: each declared group by its own gateway, or the whole segment where none is declared.
  private func sendings(from extent: ZoneExtent) -> [Sending] {
    var result: [Sending] = []
    for part in extent.parts {
      var rest = part.declared.isEmpty ? part.addresses : part.declared
      rest = rest.subtracting(Network.linkLocal).subtracting(
        engine.traffic.addressesByLine(on: part.segment))
      for group in network.endpoints {
        for attachment in group.attachments where attachment.segment == part.segment {
          let own = attachment.addresses.intersection(rest)
          guard !own.isEmpty, let gateway = attachment.gateway else { continue }
          result.append(
            Sending(
              segment: part.segment, addresses: own, gateway: [gateway.family: gateway]))
          rest = rest.subtracting(own)
        }
      }
      if !rest.isEmpty {
        result.append(Sending(segment: part.segment, addresses: rest, gateway: [:]))
      }
    }
    return result
  }

  /// An extent with only the declared addresses, on segments where any is declared.
  private static func declared(_ extent: ZoneExtent) -> ZoneExtent {
    var result = extent
    result.parts = extent.parts.map { part in
      var part = part
      if !part.declared.isEmpty { part.addresses = part.declared }
      part.addresses = part.addresses.subtracting(Network.linkLocal)
      return part
    }
    return result
  }

  /// The part of an extent that an endpoint group has.
  private static func part(of extent: ZoneExtent, ownedBy group: EndpointGroup) -> ZoneExtent {
    var result = extent
    result.devices = []
    result.parts = extent.parts.compactMap { part in
      var own = part
      let attached = group.attachments.filter { $0.segment == part.segment }
      let addresses = attached.reduce(AddressSet.none) { $0.union($1.addresses) }
      own.addresses = addresses.intersection(part.addresses)
      own.declared = own.addresses
      return own.addresses.isEmpty ? nil : own
    }
    return result
  }

  /// An extent without the addresses of another.
  private static func subtracting(_ goal: ZoneExtent, from extent: ZoneExtent) -> ZoneExtent {
    var result = extent
    result.parts = extent.parts.compactMap { part in
      guard let other = goal[part.segment] else { return part }
      var rest = part
      rest.addresses = part.addresses.subtracting(other.addresses)
      rest.declared = part.declared.subtracting(other.addresses)
      return rest.addresses.isEmpty ? nil : rest
    }
    return result
  }

  /// The opening packets of the services to some destinations, from unprivileged ports.
  private mutating func packets(
    to destinations: [HeaderBox], services: ServiceSet
  ) throws(LimitReached) -> HeaderSpace {
    let tcp = Ranges(UInt128(IPProtocol.tcp))
    let plain = ZoneTraffic.outside.constrained(.fragment, to: Ranges(0))
      .constrained(.monitor, to: Ranges(0)).constrained(.origin, to: Ranges(0))
    let kinds = [
      plain.constrained(.protocol, to: tcp)
        .constrained(.tcpFlags, to: Ranges(UInt128(TCPFlags.syn)))
        .constrained(.sourcePort, to: Ranges(1024...65535)),
      plain.constrained(.protocol, to: IPProtocol.withPorts.subtracting(tcp))
        .constrained(.sourcePort, to: Ranges(1024...65535)),
      plain.constrained(.protocol, to: IPProtocol.withPorts.complement(upTo: 255)),
    ]
    let wanted = HeaderBox.product(
      HeaderBox.product(kinds, engine.traffic.boxes(of: services)), destinations)
    var space = try engine.store.space(of: wanted)
    space = try engine.store.intersection(space, engine.valid)
    return try engine.withoutExtensionHeaders(space)
  }
}
