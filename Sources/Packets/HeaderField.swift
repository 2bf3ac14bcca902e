/// One dimension of the space of packets, as a filter sees them.
///
/// The first group is what a packet carries on the wire, the second what a device notes beside it
/// while the packet is inside, and the third the ghosts that no stage reads or writes.
public enum HeaderField: UInt8, Hashable, Sendable, CaseIterable, Comparable {
  /// `Family.rawValue`.
  case family
  /// The source address of an IPv4 packet.
  case sourceIPv4
  /// The source address of an IPv6 packet.
  case sourceIPv6
  /// The destination address of an IPv4 packet.
  case destinationIPv4
  /// The destination address of an IPv6 packet.
  case destinationIPv6
  /// The upper protocol of an IP packet (IANA protocol numbers), past any extension headers.
  case `protocol`
  /// The first next header of an IPv6 packet; differs from `protocol` behind extension headers.
  case nextHeader
  /// The source port of TCP, UDP, SCTP, DCCP and UDP-Lite.
  case sourcePort
  /// The destination port of the same protocols.
  case destinationPort
  /// The ICMP type (protocol 1 in IPv4) or ICMPv6 type (protocol 58 in IPv6).
  case icmpType
  /// The ICMP or ICMPv6 code.
  case icmpCode
  /// The eight TCP flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
  case tcpFlags
  /// 1 for a later fragment, which has no ports, flags or type; 0 otherwise.
  case fragment
  /// The application label (App-ID and the like), an index into `Network.applications`.
  /// The sender chooses it; 0 is "not yet identified", as the first packets of a session are.
  case application
  /// The EtherType of a frame that carries no IP.
  case etherType

  /// The packet mark, 32 bits.
  case mark
  /// `ConnectionState.rawValue`.
  case connectionState
  /// 0 for the direction in which the session was opened, 1 for the replies.
  case connectionDirection
  /// Bit 0: the session's source is translated; bit 1: its destination is.
  case connectionStatus
  /// 1 + the index of the interface by which the packet came in; 0 for the device's own packets.
  case ingress
  /// 1 + the index of the interface by which the packet will leave; 0 for none (yet).
  case egress
  /// 1 + the index of the chosen gateway among the device's gateways; 0 for the packet's own
  /// destination. No rule reads it.
  case nextHop
  /// The index of the VRF whose routes apply.
  case vrf
  /// 1 + the index of the chosen destination translation in `Device.translations`; 0 for none.
  case destinationTranslation
  /// 1 + the index of the chosen source translation in `Device.translations`; 0 for none.
  case sourceTranslation

  /// 1 once the packet passed the place that a requirement watches.
  case monitor
  /// A bound on what the packet owed to sessions on its way, `SessionUse.rawValue`: a packet that
  /// needed none has every bound, so that what is reached without sessions covers what is with.
  case sessionUse
  /// Who sent the packet, where several may have sent the same one and are followed together; 0
  /// otherwise. No stage reads or writes it.
  case origin
  /// Which of several flows it is a packet of, where they are followed together. No stage reads or
  /// writes it.
  case listed
  /// What became of the source address since a device looked the packet up in its sessions, in
  /// proofs: 0 nothing, 1 it moved once, 2 it was overwritten and its `sent…` field has the old value,
  /// 3 it moved and was written again. The engine has trails instead, apart from the set.
  case trackSourceIPv4
  /// What became of the IPv6 source address.
  case trackSourceIPv6
  /// What became of the destination address.
  case trackDestinationIPv4
  /// What became of the IPv6 destination address.
  case trackDestinationIPv6
  /// What became of the source port.
  case trackSourcePort
  /// What became of the destination port.
  case trackDestinationPort
  /// The source address as sent; meaningful only where a translation made it differ.
  case sentSourceIPv4
  /// The IPv6 source address as sent.
  case sentSourceIPv6
  /// The destination address as sent.
  case sentDestinationIPv4
  /// The IPv6 destination address as sent.
  case sentDestinationIPv6
  /// The source port as sent.
  case sentSourcePort
  /// The destination port as sent.
  case sentDestinationPort
  /// The source address that a session's first packet had when it came to the device.
  case sessionSourceIPv4
  /// The IPv6 source address that a session's first packet had when it came to the device.
  case sessionSourceIPv6
  /// The destination address that a session's first packet had when it came to the device.
  case sessionDestinationIPv4
  /// The IPv6 destination address of a session's first packet.
  case sessionDestinationIPv6
  /// The source port that a session's first packet had when it came to the device.
  case sessionSourcePort
  /// The destination port that a session's first packet had when it came to the device.
  case sessionDestinationPort

  /// How many bits a value has; registers of a device have room for more than its rules see.
  public var bits: Int {
    switch self {
    case .family: 2
    case .sourceIPv4, .destinationIPv4, .mark, .sentSourceIPv4, .sentDestinationIPv4,
      .sessionSourceIPv4, .sessionDestinationIPv4:
      32
    case .sourceIPv6, .destinationIPv6, .sentSourceIPv6, .sentDestinationIPv6,
      .sessionSourceIPv6, .sessionDestinationIPv6:
      128
    case .protocol, .nextHeader, .icmpType, .icmpCode, .tcpFlags: 8
    case .sourcePort, .destinationPort, .application, .etherType, .ingress, .egress, .nextHop,
      .vrf, .origin, .listed, .sentSourcePort, .sentDestinationPort, .sessionSourcePort,
      .sessionDestinationPort:
      16
    case .destinationTranslation, .sourceTranslation: 24
    case .fragment, .connectionDirection, .monitor: 1
    case .connectionState: 5
    case .connectionStatus, .sessionUse, .trackSourceIPv4, .trackSourceIPv6,
      .trackDestinationIPv4, .trackDestinationIPv6, .trackSourcePort, .trackDestinationPort:
      2
    }
  }

  /// The greatest value that the field's bits can hold; the greatest `Family` for `family`.
  public var greatest: UInt128 {
    if self == .family { return 2 }
    return bits == 128 ? .max : (UInt128(1) << UInt128(bits)) - 1
  }

  /// Every value of the field.
  public var allValues: Ranges { Ranges(0...greatest) }

  /// Orders fields as they are declared.
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What a stateful device makes of a packet before its rules see it.
public enum ConnectionState: UInt8, Hashable, Sendable, CaseIterable {
  /// Not looked up, or exempted from tracking.
  case untracked = 0
  /// May open a session.
  case new = 1
  /// Belongs to a session that is remembered, in either direction.
  case established = 2
  /// An ICMP error about a remembered session, or a helper's expected connection.
  case related = 3
  /// Fits no session and may not open one.
  case invalid = 4
}

/// What a packet owed to sessions that were opened before it.
public enum SessionUse: UInt8, Hashable, Sendable, CaseIterable {
  /// Nothing: every device took it as new, or looked at no session.
  case none = 0
  /// Some device passed it as a later packet of a session in the direction that opened it.
  case continuation = 1
  /// Some device passed it as an ICMP error about a session.
  case related = 2
  /// Some device passed it as a reply of a session.
  case reply = 3
}

/// Protocol numbers that the model itself needs (IANA).
public enum IPProtocol {
  /// ICMP for IPv4.
  public static let icmp: UInt8 = 1
  /// TCP.
  public static let tcp: UInt8 = 6
  /// UDP.
  public static let udp: UInt8 = 17
  /// DCCP.
  public static let dccp: UInt8 = 33
  /// ICMP for IPv6.
  public static let icmpv6: UInt8 = 58
  /// SCTP.
  public static let sctp: UInt8 = 132
  /// UDP-Lite.
  public static let udpLite: UInt8 = 136

  /// The protocols whose packets have ports.
  public static let withPorts = Ranges(values: [6, 17, 33, 132, 136])
}

/// The bits of `HeaderField.tcpFlags`.
public enum TCPFlags {
  /// FIN.
  public static let fin: UInt8 = 1
  /// SYN.
  public static let syn: UInt8 = 2
  /// RST.
  public static let rst: UInt8 = 4
  /// PSH.
  public static let psh: UInt8 = 8
  /// ACK.
  public static let ack: UInt8 = 16
  /// URG.
  public static let urg: UInt8 = 32
  /// ECE.
  public static let ece: UInt8 = 64
  /// CWR.
  public static let cwr: UInt8 = 128

  /// The flag values for which `flags & mask == value`.
  public static func values(where mask: UInt8, equals value: UInt8) -> Ranges {
    let all: [UInt8] = Array(UInt8.min...UInt8.max)
    return Ranges(values: all.filter { $0 & mask == value }.map { UInt128($0) })
  }

  /// The values that open a connection: SYN without ACK, RST and FIN.
  public static let initial = values(where: syn | ack | rst | fin, equals: syn)
}
