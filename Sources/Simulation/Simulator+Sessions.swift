import Networks
import Packets
import Places

/// How a device remembers: the doc comment of `SessionBehaviour`.
extension Simulator {
  /// `Stage.recall`: every state that the packet may have.
  func recalling(_ state: PacketState, at device: Int) -> [StageResult] {
    guard let behaviour = network.devices[device].sessions else {
      return [StageResult(passing: state)]
    }
    var asked: [Literal] = []
    var looked = state
    looked.recalled = state.header
    if state.isUntracked || matches(behaviour.untracked, state, &asked) {
      looked.isUntracked = true
      looked.connectionState = .untracked
      return [told(looked, at: device, "is not tracked", asked, .none)]
    }
    let mayOpen = matches(behaviour.opens, state, &asked)
    looked.connectionState = mayOpen ? .new : .invalid
    var results = [told(looked, at: device, mayOpen ? "is new" : "is invalid", asked, .none)]
    var seen: Set<PacketState> = [looked]
    func add(_ state: PacketState, _ words: String, _ use: SessionUse) {
      guard seen.insert(state).inserted else { return }
      results.append(told(state, at: device, words, asked, use))
    }
    let isError =
      behaviour.acceptsRelated && matches(SessionBehaviour.icmpErrors, state, &asked)
    looked.isForwardedBySession = behaviour.bypassesFilters
    for session in sessions(at: device) {
      var found = looked
      found.connectionStatus = session.status
      // Whatever was chosen before the look-up, the session has its own translations.
      found.destinationTranslation = 0
      found.sourceTranslation = 0
      found.plannedDestination = nil
      if session.isContinued(by: state.header) {
        let words = "continues a session of \(session.original)"
        add(continued(found, of: session, as: .established), words, .continuation)
      }
      if session.isAnswered(by: state.header) {
        add(answered(found, of: session), "answers a session of \(session.original)", .reply)
      }
      guard isError, state.header.family == session.original.family else { continue }
      if state.header.destination == session.original.destination {
        var related = continued(found, of: session, as: .related)
        related.restoration.source = nil
        related.sourceTranslation = 0
        add(related, "is an error about a session of \(session.original)", .related)
      }
      if state.header.destination == session.translated.source {
        var related = found
        related.connectionState = .related
        related.connectionDirection = 1
        if session.sourceTranslation != 0 {
          related.header.destination = session.original.source
        }
        add(related, "is an error about a session of \(session.original)", .related)
      }
    }
    return results
  }

  /// A packet of the direction that opened the session: it has the session's translations.
  private func continued(
    _ found: PacketState, of session: Session, as connectionState: ConnectionState
  ) -> PacketState {
    var state = found
    state.connectionState = connectionState
    state.connectionDirection = 0
    state.destinationTranslation = session.destinationTranslation
    state.sourceTranslation = session.sourceTranslation
    if session.destinationTranslation != 0 {
      state.restoration.destination = session.translated.destinationEnd
    }
    if session.sourceTranslation != 0 {
      state.restoration.source = session.translated.sourceEnd
    }
    return state
  }

  /// A packet of the other direction: the session's translations are undone on it.
  private func answered(_ found: PacketState, of session: Session) -> PacketState {
    var state = found
    state.connectionState = .established
    state.connectionDirection = 1
    if session.sourceTranslation != 0 {
      state.header.destinationEnd = session.original.sourceEnd
    }
    if session.destinationTranslation != 0 {
      state.restoration.source = session.original.destinationEnd
    }
    return state
  }

  private func told(
    _ state: PacketState, at device: Int, _ words: String, _ asked: [Literal], _ use: SessionUse
  ) -> StageResult {
    var hop = tell(.recall, at: device, words, state)
    hop.conditions = asked
    hop.sessionUse = use
    return StageResult(state, hop)
  }

  /// `Stage.remember`.
  ///
  /// A fragment of a packet that was whole when it was looked up opens no session: the whole packet
  /// does.
  func remembering(_ state: PacketState, at device: Int) -> [StageResult] {
    guard state.connectionState == .new, !state.isUntracked,
      network.devices[device].sessions != nil,
      state.recalled?.isLaterFragment ?? true || !state.header.isLaterFragment
    else { return [StageResult(passing: state)] }
    var hop = tell(.remember, at: device, "opens a session", state)
    hop.opened = Session(
      device: device, original: state.recalled ?? state.header, translated: state.header,
      ingress: state.ingress, vrf: state.vrf,
      destinationTranslation: state.destinationTranslation,
      sourceTranslation: state.sourceTranslation, status: state.connectionStatus)
    return [StageResult(state, hop)]
  }
}
