import Networks
import Packets

/// How a packet moves between devices: `Documentation/Semantics.md`, "Movement".
extension Simulator {
  /// The first steps of a packet.
  func start(_ header: Header, from origin: Origin) -> [Step] {
    let state = PacketState(header)
    switch origin {
    case .segment(let segment): return [sending(state, on: segment)]
    case .device(let device): return starts(of: state, at: device)
    case .endpoint(let group, let attachment):
      let home = network.endpoints[group].attachments[attachment].segment
      let linked = linkedSegments(of: .endpoint(group))
      return ([home] + linked.filter { $0 != home }).map { sending(state, on: $0) }
    case .obedientEndpoint(let group, let attachment):
      return obedientStart(state, network.endpoints[group].attachments[attachment])
    }
  }

  /// The steps that follow a step, in a fixed order.
  func successors(of step: Step) -> [Step] {
    switch step.position {
    case .sent(let segment): afterSending(step.state, on: segment)
    case .put(let segment):
      segment == network.internet
        ? afterPuttingOnInternet(step.state, segment) : afterPutting(step.state, on: segment)
    case .unmodelled: afterUnmodelledNeighbour(step.state)
    case .arriving(let device, let interface):
      afterArriving(step.state, Port(device: device, interface: interface))
    case .stage(let device, let phase, let index):
      afterStage(step.state, at: device, phase, index)
    case .ended: []
    }
  }

  private func sending(_ state: PacketState, on segment: Int) -> Step {
    let hop = tell(.sent, on: segment, "sends", state)
    return Step(position: .sent(segment), state: state, hop: hop)
  }

  private func starts(of state: PacketState, at device: Int) -> [Step] {
    var steps: [Step] = []
    for vrf in network.devices[device].vrfs.indices {
      var own = state
      own.vrf = vrf
      let hop = tell(.sent, at: device, "sends", own)
      steps.append(Step(position: .stage(device: device, .output, 0), state: own, hop: hop))
    }
    return steps + linkedSegments(of: .device(device)).map { sending(state, on: $0) }
  }

  private func obedientStart(
    _ state: PacketState, _ attachment: EndpointGroup.Attachment
  ) -> [Step] {
    let sent = sending(state, on: attachment.segment)
    let header = state.header
    let address = IPAddress(header.family, header.destination)
    let isOnLink =
      address.map { address in
        Network.linkLocal.contains(address) || Network.multicast.contains(address)
          || network.segments[attachment.segment].subnets.contains { $0.contains(address) }
      } ?? true
    if isOnLink {
      return [Step(position: .put(attachment.segment), state: state, hop: sent.hop)]
    }
    guard let gateway = attachment.gateway else { return [sent] }
    guard let told = sent.hop else { return [sent] }
    return handing(state, to: gateway, on: attachment.segment, telling: told)
  }

  /// The segments to which links join an endpoint group or device.
  func linkedSegments(of party: Link.Party) -> [Int] {
    var found: Set<Int> = []
    for link in network.links {
      if link.from == party, case .segment(let other) = link.to { found.insert(other) }
      if link.to == party, case .segment(let other) = link.from { found.insert(other) }
    }
    return found.sorted()
  }

  /// Rule 1: it is put on the segment, or arrives at any neighbour, an unmodelled one included.
  private func afterSending(_ state: PacketState, on segment: Int) -> [Step] {
    var ports = neighbourhood.domain(of: segment).ports
    if segment == network.internet {
      ports += neighbourhood.domains.filter(\.isJoined).flatMap(\.ports)
    }
    let unmodelled = neighbourhood.domain(of: segment).unmodelledNextHops
    return [Step(position: .put(segment), state: state, hop: nil)]
      + ports.map { Step(position: arriving($0), state: state, hop: nil) }
      + unmodelled.map { nextHop in
        let hop = tell(.put, on: nextHop.segment, "", state)
        return handingToUnmodelled(nextHop.gateway, on: nextHop.segment, state, hop)
      }
  }

  /// Rule 2, and rule 6 for bridging ports.
  private func afterPutting(_ state: PacketState, on segment: Int) -> [Step] {
    let domain = neighbourhood.domain(of: segment)
    let header = state.header
    let deliveries = domain.segments.map { delivering(state, on: $0) }
    guard let address = IPAddress(header.family, header.destination) else {
      return deliveries + crossing(state, from: segment, to: domain.ports)
    }
    if Network.multicast.contains(address) || domain.hasDirectedBroadcast(address) {
      return deliveries + crossing(state, from: segment, to: domain.ports)
    }
    let bridged = crossing(state, from: segment, to: domain.bridgingPorts)
    let answering = domain.ports(answeringFor: address)
    if !answering.isEmpty {
      let isOwned = domain.owned.contains { $0.contains(address) }
      return crossing(state, from: segment, to: answering) + bridged + (isOwned ? deliveries : [])
    }
    let isInside =
      domain.subnets.contains { $0.contains(address) } || Network.linkLocal.contains(address)
    if domain.isJoined && !isInside, let internet = network.internet {
      let hop = tell(.put, on: segment, "goes on to the internet", state)
      return [Step(position: .put(internet), state: state, hop: hop)] + bridged
    }
    return deliveries + bridged
  }

  /// Rule 3.
  private func afterPuttingOnInternet(_ state: PacketState, _ internet: Int) -> [Step] {
    guard let address = IPAddress(state.header.family, state.header.destination) else {
      return [delivering(state, on: internet)]
    }
    let routed = neighbourhood.routedAddresses.filter {
      $0.certain.contains(address) || $0.possible.contains(address)
    }
    return crossing(state, from: internet, to: routed.map(\.port))
      + afterPuttingOnInternet(state, internet, to: address)
  }

  private func afterPuttingOnInternet(
    _ state: PacketState, _ internet: Int, to address: IPAddress
  ) -> [Step] {
    let joined = neighbourhood.domains.filter { domain in
      domain.isJoined && domain.subnets.contains { $0.contains(address) }
    }
    let inward = joined.map { domain in
      let hop = tell(.put, on: internet, "goes on to the network", state)
      return Step(position: .put(domain.segments[0]), state: state, hop: hop)
    }
    if !inward.isEmpty { return inward }
    let domain = neighbourhood.domain(of: internet)
    let answering = domain.ports(answeringFor: address)
    if answering.isEmpty { return [delivering(state, on: internet)] }
    let isOwned = domain.owned.contains { $0.contains(address) }
    return crossing(state, from: internet, to: answering)
      + (isOwned ? [delivering(state, on: internet)] : [])
  }

  private func delivering(_ state: PacketState, on segment: Int) -> Step {
    let hop = tell(.delivery, on: segment, "is delivered", state)
    let outcome = Outcome.delivered(segment: segment, state.header)
    return Step(position: .ended(outcome), state: state, hop: hop)
  }

  private func crossing(_ state: PacketState, from segment: Int, to ports: [Port]) -> [Step] {
    ports.map { port in
      let hop = tell(.put, on: segment, "goes to \(network.devices[port.device].name)", state)
      return Step(position: arriving(port), state: state, hop: hop)
    }
  }

  private func arriving(_ port: Port) -> Position {
    .arriving(device: port.device, interface: port.interface)
  }

  /// Rule 4.
  private func afterArriving(_ state: PacketState, _ port: Port) -> [Step] {
    let interface = network.devices[port.device].interfaces[port.interface]
    var inside = PacketState(state.header)
    inside.ingress = port.interface + 1
    inside.vrf = interface.vrf
    var asked: [Literal] = []
    let passes = !claimsOwnSource(inside, at: port) && passesReversePath(inside, at: port, &asked)
    var hop = tell(.arrival, at: port.device, "", inside)
    hop.conditions = asked
    hop.passed = passes
    if !passes {
      hop.place = interface.place
      hop.effect = "fails the reverse path check"
      return [Step(position: .ended(.lost(.reversePath)), state: inside, hop: hop)]
    }
    return [
      Step(position: .stage(device: port.device, .arrival, 0), state: inside, hop: hop)
    ]
  }

  /// Rule 5, and rule 6 for what a bridge sends out.
  func emitting(_ state: PacketState, from device: Int) -> [Step] {
    var hop = tell(.emission, at: device, "", state)
    let outside = PacketState(state.header)
    let interfaces = network.devices[device].interfaces
    let index = state.egress - 1
    guard interfaces.indices.contains(index) else {
      hop.effect = "has no way out"
      hop.passed = false
      return [Step(position: .ended(.lost(.noWayOut)), state: state, hop: hop)]
    }
    guard interfaces[index].isUp, let segment = interfaces[index].segment else {
      hop.effect = "the interface is down or joins no segment"
      hop.place = interfaces[index].place
      hop.passed = false
      return [Step(position: .ended(.lost(.interfaceDown)), state: state, hop: hop)]
    }
    switch state.handover {
    case .destination:
      return [Step(position: .put(segment), state: outside, hop: hop)]
    case .anybody: return [Step(position: .sent(segment), state: outside, hop: hop)]
    case .gateway(let gateway): return handing(outside, to: gateway, on: segment, telling: hop)
    }
  }

  /// What may become of a packet that is handed to a gateway on a segment.
  private func handing(
    _ state: PacketState, to gateway: IPAddress, on segment: Int, telling told: Hop
  ) -> [Step] {
    let domain = neighbourhood.domain(of: segment)
    if neighbourhood.isUnmodelled(gateway, on: segment, in: network) {
      var hop = told
      hop.effect = "to gateway \(gateway)"
      return domain.bridgingPorts.map {
        Step(position: arriving($0), state: state, hop: hop)
      } + [handingToUnmodelled(gateway, on: segment, state, told)]
    }
    let answering = domain.ports(answeringFor: gateway)
    let others = domain.bridgingPorts.filter { !answering.contains($0) }
    var positions = (answering + others).map(arriving)
    if answering.isEmpty, domain.isJoined || segment == network.internet,
      let internet = network.internet
    {
      positions.append(.put(internet))
    }
    var hop = told
    hop.effect = "to gateway \(gateway)"
    return positions.map { Step(position: $0, state: state, hop: hop) }
  }

  private func handingToUnmodelled(
    _ gateway: IPAddress, on segment: Int, _ state: PacketState, _ told: Hop
  ) -> Step {
    let name = Network.unmodelledNeighbour(gateway, on: network.segments[segment].name)
    var asked: [Literal] = []
    let forwards =
      network.conditions.index(named: name)
      .map { outcome(of: $0, for: state.header, &asked) } ?? false
    var hop = told
    hop.conditions = asked
    if forwards {
      hop.effect = "to gateway \(gateway), which the network does not describe"
      return Step(position: .unmodelled, state: PacketState(state.header), hop: hop)
    }
    hop.effect = "to gateway \(gateway), which nobody has"
    hop.passed = false
    return Step(position: .ended(.lost(.unmodelledNeighbour)), state: state, hop: hop)
  }

  private func afterUnmodelledNeighbour(_ state: PacketState) -> [Step] {
    var segments: [Int] = []
    for hop in neighbourhood.unmodelledNextHops where !segments.contains(hop.segment) {
      segments.append(hop.segment)
    }
    if let internet = network.internet { segments.append(internet) }
    let headers = [state.header] + candidates.headers.filter { $0 != state.header }
    return segments.flatMap { segment in
      headers.map { header in
        let handed = PacketState(header)
        let effect =
          header == state.header ? "hands it on" : "hands it on as a packet of its own choice"
        let hop = Hop(
          location: .unmodelledNeighbours, name: "unmodelled neighbour", kind: .neighbour,
          effect: effect + " to " + network.segments[segment].name, state: handed)
        return Step(position: .sent(segment), state: handed, hop: hop)
      }
    }
  }
}
