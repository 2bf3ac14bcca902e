public import Packets
public import Places

/// An ordered first-match list of rules.
///
/// A rule that matches performs its effects in order, then its action. Names of lists matter to
/// people only: rules refer to lists by their index in `Device.acls`.
public struct ACL: Hashable, Sendable {
  /// One line of a list.
  public struct Rule: Hashable, Sendable {
    /// The rule's name, number or handle, as the vendor shows it.
    public var name: String
    /// Where it is.
    public var place: Place
    /// Which packets it is about.
    public var match: Match
    /// What it does to them besides.
    public var effects: [Effect]
    /// Where it sends them.
    public var action: Action
    /// Whether it logs the packets that it decides on.
    public var logs: Bool

    /// Creates a rule.
    public init(
      name: String, place: Place, match: Match, effects: [Effect] = [], action: Action,
      logs: Bool = false
    ) {
      self.name = name
      self.place = place
      self.match = match
      self.effects = effects
      self.action = action
      self.logs = logs
    }
  }

  /// Where a rule sends a packet.
  public enum Action: Hashable, Sendable {
    /// Leaves the stage; the packet goes on to the next one.
    case permit
    /// The packet is lost, in silence.
    case deny
    /// The packet is lost and the sender is told; the same as `deny` for what is delivered.
    case reject
    /// Evaluates another list; where that list returns or ends, the next rule of this one.
    case jump(Int)
    /// Evaluates another list instead of the rest of this one.
    case goto(Int)
    /// Ends this list: back to where it was jumped to, or, in a list that no jump led to, to the
    /// list's `end`.
    case `return`
    /// The next rule.
    case next
    /// Not modelled. The condition names it; whatever it is, it denies, permits or goes on to the
    /// next rule, after writing any values to these fields: all three are possible.
    case opaque(condition: Int, writes: [HeaderField])
  }

  /// What happens to a packet that runs off the end of the list where no jump led to it.
  public enum End: Hashable, Sendable {
    /// Goes on to the next stage.
    case permit
    /// Is lost.
    case deny
  }

  /// The list's name.
  public var name: String
  /// Where it is.
  public var place: Place
  /// The rules in order.
  public var rules: [Rule]
  /// The policy; without meaning for a list that is only jumped to, whose end returns.
  public var end: End

  /// Creates a list.
  public init(name: String, place: Place, rules: [Rule] = [], end: End) {
    self.name = name
    self.place = place
    self.rules = rules
    self.end = end
  }
}

/// What a rule does to a packet that it matches, besides deciding where it goes.
public enum Effect: Hashable, Sendable {
  /// Writes a constant to a field; without effect on a packet that lacks it.
  case set(HeaderField, UInt128)
  /// Chooses a translation, an index into `Device.translations`, for the packet's destination: it is
  /// noted in `destinationTranslation` and performed by `Stage.translateDestination`. Without effect
  /// on a packet that is established or related and so has its session's, and on one whose
  /// destination was translated before (`connectionStatus`).
  case translateDestination(Int)
  /// Chooses a translation for the packet's source in the same way, noted in `sourceTranslation` and
  /// performed by `Stage.translateSource`.
  case translateSource(Int)
  /// Exempts the packet from connection tracking: it is not looked up and opens no session.
  case untrack
  /// Forces the way out, whatever the routes say: the next `Stage.route` takes it.
  case forward(NextHop)
}

/// How addresses and ports are rewritten: one rule of a NAT.
///
/// Every part applies only to packets that have the field. Where values are chosen from several,
/// the choice is free for each session. An end that comes out as it was is not noted as translated.
public struct Translation: Hashable, Sendable {
  /// How an address is rewritten.
  public enum Address: Hashable, Sendable {
    /// To one of these; the family's half is used, and an empty half loses the packet.
    case pool(AddressSet)
    /// Keeps the host bits and replaces the network: two prefixes of one length and family. An
    /// address outside `from` is kept.
    case prefix(from: Prefix, to: Prefix)
    /// To the first address, in the packet's family, of the interface by which it leaves
    /// (masquerade) for a source, and of the interface by which it came in for a destination
    /// (redirect). Without such an address the packet is lost.
    case interface
  }

  /// How a port is rewritten.
  public enum Port: Hashable, Sendable {
    /// To any of these.
    case any(ClosedRange<UInt16>)
    /// By the same distance: a port of `from` to the port as far from `to`; others are kept.
    case shift(from: ClosedRange<UInt16>, to: UInt16)
  }

  /// The rule's name.
  public var name: String
  /// Where it is.
  public var place: Place
  /// How the address is rewritten: the source or the destination, as the effect says.
  public var address: Address?
  /// How the port is rewritten.
  public var port: Port?

  /// Creates a translation.
  public init(name: String, place: Place, address: Address? = nil, port: Port? = nil) {
    self.name = name
    self.place = place
    self.address = address
    self.port = port
  }
}
