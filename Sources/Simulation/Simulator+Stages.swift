import Networks
import Packets
import Places

/// How a device evaluates: the doc comments of `Pipeline` and `Stage`.
extension Simulator {
  /// The steps that the stage at an index leads to, or the end of the list of stages.
  func afterStage(_ state: PacketState, at device: Int, _ phase: Phase, _ index: Int) -> [Step] {
    let pipeline = network.devices[device].pipeline
    let stages =
      switch phase {
      case .arrival: pipeline.arrival
      case .departure: pipeline.departure
      case .input: pipeline.input
      case .output: pipeline.output
      }
    guard index < stages.count else { return afterStages(state, at: device, phase) }
    let next = Position.stage(device: device, phase, index + 1)
    return perform(stages[index], on: state, at: device, phase).map { result in
      if let loss = result.loss {
        var hop = result.hop
        hop?.passed = false
        return Step(position: .ended(.lost(loss)), state: result.state, hop: hop)
      }
      return Step(position: next, state: result.state, hop: result.hop)
    }
  }

  /// One way in which a stage can end for a packet.
  struct StageResult {
    var state: PacketState
    var loss: Loss?
    var hop: Hop?

    /// The packet goes on, and there is nothing to tell.
    init(passing state: PacketState) { self.state = state }

    init(_ state: PacketState, _ hop: Hop, _ loss: Loss? = nil) {
      self.state = state
      self.hop = hop
      self.loss = loss
    }
  }

  private func afterStages(_ state: PacketState, at device: Int, _ phase: Phase) -> [Step] {
    switch phase {
    case .arrival:
      let next: Phase = state.isForDevice ? .input : .departure
      return [Step(position: .stage(device: device, next, 0), state: state, hop: nil)]
    case .departure where state.isForDevice, .output where state.isForDevice:
      return [Step(position: .stage(device: device, .input, 0), state: state, hop: nil)]
    case .departure, .output: return emitting(state, from: device)
    case .input: return [arrived(state, at: device)]
    }
  }

  private func arrived(_ state: PacketState, at device: Int) -> Step {
    let hop = tell(.delivery, at: device, "is delivered to the device", state)
    let outcome = Outcome.deliveredToDevice(device, state.header)
    return Step(position: .ended(outcome), state: state, hop: hop)
  }

  private func perform(
    _ stage: Stage, on state: PacketState, at device: Int, _ phase: Phase
  ) -> [StageResult] {
    switch stage {
    case .filter(let list, let role):
      return filtering(state, at: device, list, kind: .filter, role: role)
    case .ingressFilter(let lists):
      return filtering(state, at: device, lists, state.ingress, kind: .ingressFilter)
    case .egressFilter(let lists):
      return filtering(state, at: device, lists, state.egress, kind: .egressFilter)
    case .natFilter(let list, let end): return choosing(state, at: device, list, end)
    case .recall: return recalling(state, at: device)
    case .route where state.isBridged: return [StageResult(passing: state)]
    case .route(let key): return routing(state, at: device, by: key, phase)
    case .translateDestination: return translatingDestination(state, at: device)
    case .translateSource: return translatingSource(state, at: device)
    case .remember: return remembering(state, at: device)
    case .reassemble:
      guard state.header.isLaterFragment else { return [StageResult(passing: state)] }
      let hop = tell(.reassemble, at: device, "is a later fragment", state)
      return [StageResult(state, hop, .unassembled)]
    case .fragment: return fragmenting(state, at: device)
    case .bridge(let ways): return bridging(state, at: device, ways)
    }
  }

  private func filtering(
    _ state: PacketState, at device: Int, _ list: Int, kind: Hop.Kind, role: Stage.Role
  ) -> [StageResult] {
    if role == .forwardFilter && state.isForwardedBySession {
      var hop = tell(kind, at: device, "the session passes it", state)
      hop.role = role
      return [StageResult(state, hop)]
    }
    return run(list, of: network.devices[device], on: state).map { result in
      var hop = tell(kind, at: device, "", result.state)
      hop.role = role
      hop.list = list
      hop.matched = result.matched
      hop.conditions = result.asked
      hop.place = result.matched.last?.place
      hop.effect = words(of: result)
      return StageResult(result.state, hop, result.loss)
    }
  }

  private func filtering(
    _ state: PacketState, at device: Int, _ lists: [Int?], _ port: Int, kind: Hop.Kind
  ) -> [StageResult] {
    guard lists.indices.contains(port - 1), let list = lists[port - 1] else {
      return [StageResult(passing: state)]
    }
    return filtering(state, at: device, list, kind: kind, role: .plain)
  }

  private func choosing(
    _ state: PacketState, at device: Int, _ list: Int, _ end: TranslationEnd
  ) -> [StageResult] {
    let chosen =
      end == .destination ? state.destinationTranslation : state.sourceTranslation
    guard state.connectionState == .new, chosen == 0 else { return [StageResult(passing: state)] }
    return filtering(state, at: device, list, kind: .natFilter, role: .plain)
  }

  private func words(of result: ListResult) -> String {
    switch result.loss {
    case .jumpCycle: "lists jump in a circle"
    case .jumpLimit: "lists jump too often"
    case .opaque: "does what is not modelled, taken to deny"
    default: result.matched.last.map { "\($0.name) \($0.effect)" } ?? ""
    }
  }

  private func fragmenting(_ state: PacketState, at device: Int) -> [StageResult] {
    let whole = StageResult(passing: state)
    guard state.header.has(.fragment), !state.header.isLaterFragment else { return [whole] }
    var fragment = state
    fragment.header.set(.fragment, to: 1)
    let hop = tell(.fragment, at: device, "leaves as a later fragment", fragment)
    return [whole, StageResult(fragment, hop)]
  }

  private func bridging(
    _ state: PacketState, at device: Int, _ ways: [Int?]
  ) -> [StageResult] {
    guard ways.indices.contains(state.ingress - 1), let way = ways[state.ingress - 1] else {
      let hop = tell(.bridge, at: device, "leads nowhere", state)
      return [StageResult(state, hop, .notBridged)]
    }
    if way == state.ingress - 1 { return [StageResult(passing: state)] }
    var bridged = state
    bridged.isBridged = true
    bridged.egress = way + 1
    bridged.handover = .anybody
    bridged.isForDevice = false
    let name = network.devices[device].interfaces[way].name
    return [StageResult(bridged, tell(.bridge, at: device, "to \(name)", bridged))]
  }
}
