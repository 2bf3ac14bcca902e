import Networks
public import Packets

/// Where a packet starts.
public enum Origin: Hashable, Sendable {
  /// On a segment, sent by some host there.
  case segment(Int)
  /// At a device, as a packet of its own.
  case device(Int)
  /// At an endpoint group, where its attachment of this index joins a segment.
  case endpoint(group: Int, attachment: Int)
  /// At an endpoint group that sends packets for its own subnets directly and all others to the
  /// gateway that its description names, if it names one.
  case obedientEndpoint(group: Int, attachment: Int)
}

/// What finally happens to a packet.
public enum Outcome: Hashable, Sendable {
  /// It is on the segment, where whoever owns its destination has it.
  case delivered(segment: Int, Header)
  /// It got through to the device itself.
  case deliveredToDevice(Int, Header)
  /// It is nowhere any more.
  case lost(Loss)

  /// The packet as it was delivered, or `nil` where it was lost.
  public var delivered: Header? {
    switch self {
    case .delivered(_, let header), .deliveredToDevice(_, let header): header
    case .lost: nil
    }
  }
}

/// Why a packet is lost.
///
/// Where, and by which rule, the walk's last hop says.
public enum Loss: String, Hashable, Sendable, CaseIterable {
  /// A rule denied it.
  case denied
  /// It ran off the end of a list whose policy is to deny.
  case listEnd
  /// The unmodelled action of a rule was assumed to deny it.
  case opaque
  /// Lists jump to each other in a circle.
  case jumpCycle
  /// A list jumped to others more often than a list may.
  case jumpLimit
  /// The source failed the reverse path check.
  case reversePath
  /// No route leads to its destination.
  case noRoute
  /// A route discards it.
  case discarded
  /// VRFs hand it to each other in a circle.
  case vrfCycle
  /// Its source is link-local, and it would have to be forwarded.
  case linkLocalSource
  /// The bridge leads nowhere from the interface by which it came in.
  case notBridged
  /// No stage chose a way out.
  case noWayOut
  /// The interface by which it would leave is down or joins no segment.
  case interfaceDown
  /// A translation has no address of the packet's family to give.
  case noTranslation
  /// It is a later fragment, and the device reassembles packets.
  case unassembled
  /// The next hop is a device that the network does not have.
  case unmodelledNeighbour
  /// It is where it was before, unchanged.
  case loop
  /// It passed more devices than a packet may.
  case hopLimit
}

/// One way that a packet can go.
public struct Walk: Hashable, Sendable {
  /// The steps in order; the first is the sending, the last the delivery or the loss.
  public var hops: [Hop]
  /// What finally happens.
  public var outcome: Outcome
  /// The sessions that devices opened for the packet.
  public var sessions: [Session]

  /// The packet as it was sent, or `nil` for a walk without hops.
  public var sent: Header? { hops.first?.state.header }

  /// The greatest use that the packet made of earlier sessions.
  public var sessionUse: SessionUse {
    hops.map(\.sessionUse).max { $0.rawValue < $1.rawValue } ?? .none
  }

  /// The outcomes of the conditions that were asked, in order of their indices.
  ///
  /// Where a condition is evaluated for each packet anew, both outcomes can occur.
  public var conditions: [Literal] { Array(Set(hops.flatMap(\.conditions))).sorted() }

  /// The devices whose forward filter the packet passed, in the order in which it passed them.
  public var passedForwardFilters: [Int] {
    hops.compactMap { hop in
      guard hop.role == .forwardFilter, hop.passed, case .device(let device) = hop.location
      else { return nil }
      return device
    }
  }
}

/// All that a search found.
public struct Search: Hashable, Sendable {
  /// The walks, in the order in which the choices come.
  public var walks: [Walk]
  /// Whether there is no other walk: no bound ended the search.
  public var isComplete: Bool
}
