import Networks
public import Packets

/// What a delivery amounts to: the classes of `Documentation/Semantics.md`.
public enum DeliveryClass: String, Hashable, Sendable, CaseIterable {
  /// A new packet is delivered and, where the protocol needs it, the reply can return.
  case connection
  /// The packet that opens a TCP connection is delivered, and the reply cannot return.
  case halfOpen = "half-open"
  /// It is delivered outside a session: a TCP segment that opens none, a later fragment, or an
  /// ICMP error about somebody's session.
  case stray
  /// It is delivered only through a session opened from the other side.
  case reply
}

/// The reply to a packet as its receiver sends it: ends swapped, TCP flags SYN and ACK, and the
/// ICMP type that answers.
///
/// A later fragment is answered by one, and an ICMP type without an answer by the same type.
public func reply(to delivered: Header) -> Header {
  var reply = delivered
  swap(&reply.source, &reply.destination)
  swap(&reply.sourcePort, &reply.destinationPort)
  if reply.has(.tcpFlags) { reply.tcpFlags = TCPFlags.syn | TCPFlags.ack }
  if reply.has(.icmpType) {
    let answers = SessionBehaviour.icmpReplyTypes[reply.family]
    reply.icmpType = answers?[reply.icmpType] ?? reply.icmpType
    reply.icmpCode = 0
  }
  return reply
}

/// A walk and the walk of its reply.
public struct RoundTrip: Hashable, Sendable {
  /// The way there.
  public var there: Walk
  /// The way of the reply, with the sessions that the way there opened.
  public var back: Walk
}

extension Simulator {
  /// A shortest way back for the reply to a delivered packet, with the sessions that its walk
  /// opened; `nil` where the reply does not get back, or the packet was not delivered.
  ///
  /// The reply is back where it is delivered on a segment or to a device from which the origin
  /// sends, and answers the packet as it was sent. It is sent on the segment where the packet was
  /// delivered, by the device to which it was, or from `replier`.
  public func wayBack(of walk: Walk, to origin: Origin, from replier: Origin? = nil) -> Walk? {
    guard let sent = walk.sent, let place = replier ?? walk.outcome.place,
      let delivered = walk.outcome.delivered
    else { return nil }
    let segments = segments(of: origin)
    return remembering(walk).firstWalk(reply(to: delivered), from: place) { outcome in
      switch (outcome, origin) {
      case (.deliveredToDevice(let device, let header), .device(let home)):
        device == home && header.answers(sent)
      case (.delivered(let segment, let header), _):
        segments.contains(segment) && header.answers(sent)
      default: false
      }
    }
  }

  /// A walk whose outcome is wanted and whose reply gets back; `nil` where none is found.
  ///
  /// The shortest walk is tried first, then others, depth first, at most `limit`.
  public func roundTrip(
    _ header: Header, from origin: Origin, limit: Int = 1000,
    reaching isWanted: (Outcome) -> Bool
  ) -> RoundTrip? {
    func wanted(_ outcome: Outcome) -> Bool { outcome.delivered != nil && isWanted(outcome) }
    guard let shortest = firstWalk(header, from: origin, reaching: wanted) else { return nil }
    if let back = wayBack(of: shortest, to: origin) {
      return RoundTrip(there: shortest, back: back)
    }
    var found: RoundTrip?
    var left = limit
    search(header, from: origin) { walk in
      left -= 1
      if wanted(walk.outcome), let back = wayBack(of: walk, to: origin) {
        found = RoundTrip(there: walk, back: back)
      }
      return found == nil && left > 0
    }
    return found
  }

  /// The class of a walk's delivery; `nil` where the packet was lost.
  public func deliveryClass(of walk: Walk, from origin: Origin) -> DeliveryClass? {
    guard let sent = walk.sent, walk.outcome.delivered != nil else { return nil }
    switch walk.sessionUse {
    case .reply: return .reply
    case .related: return .stray
    case .continuation where !sent.isLaterFragment: return .connection
    case .continuation, .none: break
    }
    if sent.isLaterFragment { return .stray }
    guard sent.has(.tcpFlags) else { return .connection }
    guard TCPFlags.initial.contains(UInt128(sent.tcpFlags)) else { return .stray }
    return wayBack(of: walk, to: origin) == nil ? .halfOpen : .connection
  }

  /// The segments on which an origin sends, and those that share a domain with them.
  private func segments(of origin: Origin) -> Set<Int> {
    let homes: [Int] =
      switch origin {
      case .segment(let segment): [segment]
      case .device(let device): linkedSegments(of: .device(device))
      case .endpoint(let group, let attachment), .obedientEndpoint(let group, let attachment):
        [network.endpoints[group].attachments[attachment].segment]
          + linkedSegments(of: .endpoint(group))
      }
    return Set(homes.flatMap { neighbourhood.domain(of: $0).segments })
  }
}

extension Outcome {
  /// Where the receiver of a delivered packet sends from.
  var place: Origin? {
    switch self {
    case .delivered(let segment, _): .segment(segment)
    case .deliveredToDevice(let device, _): .device(device)
    case .lost: nil
    }
  }
}

extension Header {
  /// Whether the packet comes back from where `sent` was meant to go.
  fileprivate func answers(_ sent: Header) -> Bool {
    let expected = reply(to: sent)
    return family == expected.family && sourceEnd == expected.sourceEnd
      && destinationEnd == expected.destinationEnd && `protocol` == expected.protocol
      && icmpType == expected.icmpType
  }
}
