public import Networks
public import Packets

/// A packet inside a device: its header, and what the device notes beside it.
public struct PacketState: Hashable, Sendable {
  /// Where a packet is handed when it leaves.
  public enum Handover: Hashable, Sendable {
    /// To its own destination.
    case destination
    /// To a gateway.
    case gateway(IPAddress)
    /// To anybody on the segment: it is sent there.
    case anybody
  }

  /// What the packet's session asks of the translation stages that are still to come.
  struct Restoration: Hashable, Sendable {
    var destination: End?
    var source: End?
  }

  /// An address and a port, of either end of a packet.
  struct End: Hashable, Sendable {
    var address: UInt128
    var port: UInt16
  }

  /// The packet on the wire.
  public var header: Header
  /// The mark.
  public var mark: UInt32 = 0
  /// What the session lookup made of the packet.
  public var connectionState = ConnectionState.untracked
  /// 0 for the direction in which the session was opened, 1 for replies.
  public var connectionDirection: UInt8 = 0
  /// Bit 0: the session's source is translated; bit 1: its destination is.
  public var connectionStatus: UInt8 = 0
  /// 1 + the interface by which the packet came in; 0 for the device's own packets.
  public var ingress: Int = 0
  /// 1 + the interface by which the packet will leave; 0 for none yet.
  public var egress: Int = 0
  /// Where the packet is handed when it leaves.
  public var handover = Handover.destination
  /// The VRF whose routes apply.
  public var vrf: Int = 0
  /// 1 + the chosen destination translation; 0 for none.
  public var destinationTranslation: Int = 0
  /// 1 + the chosen source translation; 0 for none.
  public var sourceTranslation: Int = 0
  /// Whether a route stage found that the packet is for the device itself.
  public var isForDevice = false
  /// Whether a bridge stage chose the way out, so that no route is asked.
  public var isBridged = false
  /// Whether a rule exempted the packet from connection tracking.
  public var isUntracked = false
  /// Whether the session, if any, skips the forward filter and NAT lists.
  public var isForwardedBySession = false
  /// The way out that a rule forced on the next route stage.
  public var forced: NextHop?
  /// The header when the device looked the packet up in its sessions.
  public var recalled: Header?
  /// The session's ends that translation stages write.
  var restoration = Restoration()
  /// The address of the destination translation's pool by which a route stage chose the way.
  var plannedDestination: UInt128?

  /// A packet that nothing is noted of.
  public init(_ header: Header) { self.header = header }

  /// The value of a field that rules may read, or `nil` where the packet lacks it.
  ///
  /// Fields of the device are always there, but for `nextHop` and the ghosts, which no rule reads.
  public subscript(field: HeaderField) -> UInt128? {
    switch field {
    case .mark: UInt128(mark)
    case .connectionState: UInt128(connectionState.rawValue)
    case .connectionDirection: UInt128(connectionDirection)
    case .connectionStatus: UInt128(connectionStatus)
    case .ingress: UInt128(ingress)
    case .egress: UInt128(egress)
    case .vrf: UInt128(vrf)
    case .destinationTranslation: UInt128(destinationTranslation)
    case .sourceTranslation: UInt128(sourceTranslation)
    default: header[field]
    }
  }

  /// Writes a field; without effect where the packet lacks it or no rule may write it.
  ///
  /// The family is never written, nor are `nextHop` and the ghosts.
  public mutating func set(_ field: HeaderField, to value: UInt128) {
    switch field {
    case .mark: mark = UInt32(truncatingIfNeeded: value)
    case .connectionState:
      connectionState = ConnectionState(rawValue: UInt8(truncatingIfNeeded: value)) ?? .untracked
    case .connectionDirection: connectionDirection = UInt8(truncatingIfNeeded: value) & 1
    case .connectionStatus: connectionStatus = UInt8(truncatingIfNeeded: value) & 3
    case .ingress: ingress = Int(UInt16(truncatingIfNeeded: value))
    case .egress: egress = Int(UInt16(truncatingIfNeeded: value))
    case .vrf: vrf = Int(UInt16(truncatingIfNeeded: value))
    case .destinationTranslation:
      destinationTranslation = Int(UInt16(truncatingIfNeeded: value))
    case .sourceTranslation: sourceTranslation = Int(UInt16(truncatingIfNeeded: value))
    default: header.set(field, to: value)
    }
  }
}

extension Header {
  /// The destination address and port.
  var destinationEnd: PacketState.End {
    get { .init(address: destination, port: destinationPort) }
    set {
      destination = newValue.address
      destinationPort = newValue.port
      normalise()
    }
  }

  /// The source address and port.
  var sourceEnd: PacketState.End {
    get { .init(address: source, port: sourcePort) }
    set {
      source = newValue.address
      sourcePort = newValue.port
      normalise()
    }
  }
}
