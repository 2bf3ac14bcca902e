public import Packets
public import Places

/// A whole network, vendor-independent: segments and the devices and endpoints that join them.
///
/// Everything refers to everything else by index. `NetworkIndex` answers questions about it that
/// need more than one element, such as who owns an address.
public struct Network: Hashable, Sendable {
  /// How routing is taken (`Documentation/Semantics.md`).
  public enum Routing: String, Hashable, Sendable, CaseIterable {
    /// By the routes that are given.
    case configured
    /// Every neighbour may be a next hop for everything.
    case any
  }

  /// Which source addresses senders use.
  public enum Spoofing: String, Hashable, Sendable, CaseIterable {
    /// Their own only.
    case none
    /// Any of their segment.
    case segment
    /// Any at all.
    case any
  }

  /// The name.
  public var name: String
  /// Where it is described.
  public var place: Place
  /// The segments.
  public var segments: [Segment] = []
  /// The devices.
  public var devices: [Device] = []
  /// The endpoint groups.
  public var endpoints: [EndpointGroup] = []
  /// The links that carry something besides the segments, such as a modem's line.
  public var links: [Link] = []
  /// Devices that stand in for each other and share their sessions, each group ascending.
  public var redundancyGroups: [[Int]] = []
  /// The names of these groups.
  public var redundancyGroupNames: [String] = []
  /// The devices whose filters were taken away, since the question is what happens without them.
  public var unfiltered: [Int] = []
  /// The unknowns.
  public var conditions = ConditionTable()
  /// The application labels; the label 0 is "not yet identified".
  public var applications: [String] = ["unidentified"]
  /// The index of the segment that is the internet, where there is one.
  public var internet: Int?
  /// The segment that the internet is joined to unfiltered.
  public var internetJoins: Int?
  /// How routing is taken.
  public var routing = Routing.configured
  /// Which source addresses senders use.
  public var spoofing = Spoofing.segment
  /// What the reader concluded, could not model, or found odd.
  public var notices: [Notice] = []

  /// Creates an empty network.
  public init(name: String, place: Place) {
    self.name = name
    self.place = place
  }
}

/// A layer 2 broadcast domain.
public struct Segment: Hashable, Sendable {
  /// The name, unique in its network.
  public var name: String
  /// Where it is described.
  public var place: Place
  /// Its subnets, those of the interfaces on it included.
  public var subnets: [Prefix]
  /// Its VLAN, if any.
  public var vlan: Int?
  /// What carries it.
  public var medium: Medium
  /// Whether hosts may be on it that no description names; not on a line between two parties.
  public var hasUndeclaredHosts = true

  /// Creates a segment.
  public init(
    name: String, place: Place, subnets: [Prefix] = [], vlan: Int? = nil,
    medium: Medium = .copper
  ) {
    self.name = name
    self.place = place
    self.subnets = subnets
    self.vlan = vlan
    self.medium = medium
  }
}

/// What carries a link.
public enum Medium: String, Hashable, Sendable, CaseIterable {
  /// Copper.
  case copper
  /// Fibre.
  case fibre
  /// Wi-Fi, Bluetooth or radio.
  case wireless
  /// A cellular line.
  case cellular
  /// A serial line.
  case serial
  /// A tunnel.
  case tunnel
}

/// A line between two parties that shares no segment with others: everything passes it unfiltered.
public struct Link: Hashable, Sendable {
  /// One end of a link.
  public enum Party: Hashable, Sendable {
    /// An endpoint group, an index into `Network.endpoints`.
    case endpoint(Int)
    /// A segment, an index into `Network.segments`.
    case segment(Int)
    /// A device, an index into `Network.devices`.
    case device(Int)
  }

  /// What carries it.
  public var medium: Medium
  /// One end.
  public var from: Party
  /// The other end.
  public var to: Party
  /// The addresses that an endpoint group at one end has on the segment at the other, besides those
  /// of its attachments.
  public var addresses: AddressSet
  /// Where it is described.
  public var place: Place

  /// Creates a link.
  public init(
    medium: Medium, from: Party, to: Party, addresses: AddressSet = .none, place: Place
  ) {
    self.medium = medium
    self.from = from
    self.to = to
    self.addresses = addresses
    self.place = place
  }
}

/// A named set of addresses on one or more segments: hosts that start and end traffic.
public struct EndpointGroup: Hashable, Sendable {
  /// Where a group joins a segment.
  public struct Attachment: Hashable, Sendable {
    /// The interface's name; empty where the group has just one.
    public var name: String
    /// The segment.
    public var segment: Int
    /// The addresses there.
    public var addresses: AddressSet
    /// The gateway that the group uses, where the description names it.
    public var gateway: IPAddress?
    /// Where it is described.
    public var place: Place

    /// Creates an attachment.
    public init(
      name: String = "", segment: Int, addresses: AddressSet, gateway: IPAddress? = nil,
      place: Place
    ) {
      self.name = name
      self.segment = segment
      self.addresses = addresses
      self.gateway = gateway
      self.place = place
    }
  }

  /// A relay: it accepts flows of one service and opens flows of another.
  public struct Relay: Hashable, Sendable {
    /// What it accepts.
    public var accepts: ServiceSet
    /// What it opens.
    public var opens: ServiceSet
    /// Where it is described.
    public var place: Place

    /// Creates a relay.
    public init(accepts: ServiceSet, opens: ServiceSet, place: Place) {
      self.accepts = accepts
      self.opens = opens
      self.place = place
    }
  }

  /// The name, unique in its network.
  public var name: String
  /// Where it is described.
  public var place: Place
  /// Where it joins segments.
  public var attachments: [Attachment]
  /// What it does, in the user's words.
  public var roles: [String] = []
  /// Whether remote access to it needs a second factor; `nil` where the input does not say.
  public var mfa: Bool?
  /// Whether it forwards packets between its segments, or could; then it is also a device.
  public var forwards = false
  /// What it relays.
  public var relays: [Relay] = []
  /// The services that it offers; `nil` where the input does not say.
  public var services: ServiceSet?
  /// The addresses under which others reach it, such as a translated one.
  public var published: [IPAddress] = []
  /// Software with versions, in the user's words.
  public var software: [String] = []

  /// Creates a group.
  public init(name: String, place: Place, attachments: [Attachment]) {
    self.name = name
    self.place = place
    self.attachments = attachments
  }
}
