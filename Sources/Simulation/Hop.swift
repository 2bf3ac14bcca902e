public import Networks
public import Packets
public import Places

/// One step of a packet's way, with everything that explains it.
public struct Hop: Hashable, Sendable {
  /// Where a step happens.
  public enum Location: Hashable, Sendable {
    /// On a segment.
    case segment(Int)
    /// At a device.
    case device(Int)
    /// In the cloud of devices that the network does not have.
    case unmodelledNeighbours
  }

  /// What sort of step it is.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A host sends the packet.
    case sent
    /// A device, or the sender, puts the packet on a segment.
    case put
    /// The packet comes in by an interface.
    case arrival = "in"
    /// A list is run.
    case filter
    /// The list of the interface by which the packet came in is run.
    case ingressFilter = "ingress filter"
    /// The list of the interface by which the packet leaves is run.
    case egressFilter = "egress filter"
    /// A NAT list is run.
    case natFilter = "NAT"
    /// The sessions are looked up.
    case recall = "session lookup"
    /// The way out is chosen.
    case route
    /// The destination is rewritten.
    case translateDestination = "destination NAT"
    /// The source is rewritten.
    case translateSource = "source NAT"
    /// The session is remembered.
    case remember = "session setup"
    /// Fragments are reassembled.
    case reassemble = "reassembly"
    /// The packet may be fragmented.
    case fragment = "fragmentation"
    /// The way out follows from the way in.
    case bridge
    /// The packet leaves by an interface.
    case emission = "out"
    /// The packet is handed to a neighbour that the network does not have.
    case neighbour = "unmodelled neighbour"
    /// The packet is where it was going.
    case delivery = "delivered"
    /// The walk ends without a delivery.
    case end
  }

  /// One rule that a packet matched while a list ran.
  public struct Matched: Hashable, Sendable {
    /// The list, an index into `Device.acls`.
    public var list: Int
    /// The list's name.
    public var listName: String
    /// The rule, an index into `ACL.rules`; `nil` where the list's end decided.
    public var rule: Int?
    /// The rule's name; the policy's where the list's end decided.
    public var name: String
    /// Where the rule is, or the list where its end decided.
    public var place: Place
    /// Whether the rule logs.
    public var logs: Bool
    /// What the rule did, in words.
    public var effect: String
  }

  /// Where it happens.
  public var location: Location
  /// The name of the device or segment.
  public var name: String
  /// What sort of step it is.
  public var kind: Kind
  /// The role of the list, where one is run or skipped.
  public var role: Stage.Role?
  /// The list that is run, an index into `Device.acls`.
  public var list: Int?
  /// The rules that matched, in order; the last one decided, the others wrote, jumped or went on.
  public var matched: [Matched] = []
  /// Where the step is described: the deciding rule, the route, the translation, the interface.
  public var place: Place?
  /// What happened, in words.
  public var effect: String
  /// Whether the packet goes on after the step.
  public var passed = true
  /// The packet after the step.
  public var state: PacketState
  /// The interface by which the packet came into the device.
  public var ingressName: String?
  /// The interface by which the packet leaves the device, as far as it is chosen.
  public var egressName: String?
  /// The outcomes of the conditions that the step asked, in the order in which it asked.
  public var conditions: [Literal] = []
  /// The session that the device opened in this step.
  public var opened: Session?
  /// What use the step made of earlier sessions.
  public var sessionUse = SessionUse.none

  /// The rule or list end that decided, where a list was run.
  public var deciding: Matched? { matched.last }

  /// Whether the rule that decided logs; `nil` where no list was run.
  public var isLogged: Bool? { matched.last?.logs }
}

extension Hop: CustomStringConvertible {
  /// The step in one line: where, what, which rule with its place, and the packet after it.
  public var description: String {
    var text = "\(name): \(kind.rawValue)"
    switch kind {
    case .arrival: text += ingressName.map { " \($0)" } ?? ""
    case .emission: text += egressName.map { " \($0)" } ?? ""
    default: break
    }
    if let deciding { text += " \(deciding.listName)" }
    if !effect.isEmpty { text += ": \(effect)" }
    if let place { text += " (\(place))" }
    return text + " | \(state.header)"
  }
}
