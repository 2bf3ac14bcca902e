import Networks
public import Packets

/// What a device remembers of a packet that it passed as new.
public struct Session: Hashable, Sendable {
  /// The device, an index into `Network.devices`.
  public var device: Int
  /// The packet when it was looked up in the sessions.
  public var original: Header
  /// The packet when it was remembered.
  public var translated: Header
  /// 1 + the interface by which the packet came in; 0 for the device's own packet.
  public var ingress: Int
  /// The VRF that the packet was in.
  public var vrf: Int
  /// 1 + the destination translation that was chosen; 0 for none.
  public var destinationTranslation: Int
  /// 1 + the source translation that was chosen; 0 for none.
  public var sourceTranslation: Int
  /// The packet's `connectionStatus`.
  public var status: UInt8

  /// Creates a session; one without translations unless they are given.
  public init(
    device: Int, original: Header, translated: Header? = nil, ingress: Int = 0, vrf: Int = 0,
    destinationTranslation: Int = 0, sourceTranslation: Int = 0, status: UInt8 = 0
  ) {
    self.device = device
    self.original = original
    self.translated = translated ?? original
    self.ingress = ingress
    self.vrf = vrf
    self.destinationTranslation = destinationTranslation
    self.sourceTranslation = sourceTranslation
    self.status = status
  }

  /// Whether the packet goes the way of the session's first packet.
  func isContinued(by header: Header) -> Bool {
    hasSameEnds(header, original.source, original.destination)
      && header.sourcePort == original.sourcePort
      && header.destinationPort == original.destinationPort
      && header.icmpType == original.icmpType
      && header.protocol == original.protocol
      && header.isLaterFragment == original.isLaterFragment
  }

  /// Whether the packet comes back from where the session's first packet went.
  func isAnswered(by header: Header) -> Bool {
    guard hasSameEnds(header, translated.destination, translated.source),
      header.protocol == translated.protocol,
      header.isLaterFragment == translated.isLaterFragment,
      header.sourcePort == translated.destinationPort,
      header.destinationPort == translated.sourcePort
    else { return false }
    guard header.has(.icmpType) else { return true }
    let answers = SessionBehaviour.icmpReplyTypes[translated.family]
    return answers?[translated.icmpType] == header.icmpType
  }

  private func hasSameEnds(_ header: Header, _ source: UInt128, _ destination: UInt128) -> Bool {
    header.family == original.family && header.family != .nonIP
      && header.source == source && header.destination == destination
  }
}
