public import Packets
public import Places

/// A node that forwards, filters or ends traffic: a firewall, router, switch, host, or diode.
public struct Device: Hashable, Sendable {
  /// What sort of device it is; only reports, `diode` and `noDualHomed` look at it.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// A firewall.
    case firewall
    /// A router or layer 3 switch.
    case router
    /// A host that forwards or has management of its own.
    case host
    /// A gateway of a cloud provider.
    case gateway
    /// A data diode: its pipeline forwards from its first interface to its second, only.
    case diode
  }

  /// The name, unique in its network.
  public var name: String
  /// Where it is described.
  public var place: Place
  /// What sort of device it is.
  public var kind: Kind
  /// The vendor or family, for "every device of a vendor" and for reports; no behaviour hangs on it.
  public var vendor: String
  /// The virtual routers; index 0 is the default one.
  public var vrfs: [VRF]
  /// The interfaces.
  public var interfaces: [Interface]
  /// The filter and NAT lists.
  public var acls: [ACL]
  /// The translations that the lists choose from.
  public var translations: [Translation]
  /// The order in which the device evaluates.
  public var pipeline: Pipeline
  /// How it remembers sessions; `nil` for a stateless device.
  public var sessions: SessionBehaviour?
  /// Whether it sends packets of its own; not where it stands for a line, or for what may be there.
  public var sendsOwnPackets = true

  /// Creates a device with one VRF and nothing else.
  public init(name: String, place: Place, kind: Kind, vendor: String = "native") {
    self.name = name
    self.place = place
    self.kind = kind
    self.vendor = vendor
    vrfs = [VRF(name: "default")]
    interfaces = []
    acls = []
    translations = []
    pipeline = Pipeline()
    sessions = nil
  }
}

/// Where a device joins a segment.
public struct Interface: Hashable, Sendable {
  /// An address with the length of its subnet's prefix.
  public struct Address: Hashable, Sendable {
    /// The address.
    public var address: IPAddress
    /// The length of the subnet's prefix.
    public var length: Int

    /// Creates an interface address.
    public init(_ address: IPAddress, length: Int) {
      self.address = address
      self.length = length
    }

    /// The subnet.
    public var subnet: Prefix { Prefix(address, length: length) ?? Prefix(host: address) }
  }

  /// What the interface asks of the sources of packets that come in.
  public enum ReversePath: String, Hashable, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// A route back to the source must leave by this interface (RFC 3704, strict).
    case strict
    /// There must be a route back to the source (RFC 3704, loose).
    case loose
  }

  /// The name.
  public var name: String
  /// Where it is described.
  public var place: Place
  /// The segment, an index into `Network.segments`; `nil` where it joins none.
  public var segment: Int?
  /// The VRF, an index into `Device.vrfs`.
  public var vrf: Int
  /// The addresses, the primary one first.
  public var addresses: [Address]
  /// Further addresses that the device answers for on the segment: translated ones, pools, virtual
  /// addresses, proxy ARP and ND.
  ///
  /// Not local unless `localAddresses` has them too.
  public var answersFor: AddressSet
  /// Further addresses that end at the device itself, such as virtual router addresses.
  public var localAddresses: AddressSet
  /// The check of sources.
  public var reversePath: ReversePath
  /// Whether it passes traffic.
  public var isUp: Bool
  /// The zone's name, for people; rules refer to interfaces by the field `ingress` and `egress`.
  public var zone: String?

  /// Creates an interface that is up and joins no segment.
  public init(name: String, place: Place, addresses: [Address] = []) {
    self.name = name
    self.place = place
    self.addresses = addresses
    segment = nil
    vrf = 0
    answersFor = .none
    localAddresses = .none
    reversePath = .none
    isUp = true
    zone = nil
  }
}

/// One table of routes with the interfaces that use it.
public struct VRF: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The routes, besides the connected ones, which follow from the interfaces.
  public var routes: [Route]
  /// A global condition: something that is not in the input, such as a dynamic protocol, may add
  /// any route.
  ///
  /// Where it is true, a packet may leave by any interface of the VRF to any neighbour.
  public var unknownRoutes: Int?

  /// Creates a VRF.
  public init(name: String, routes: [Route] = [], unknownRoutes: Int? = nil) {
    self.name = name
    self.routes = routes
    self.unknownRoutes = unknownRoutes
  }
}

/// A route: longest prefix first, then least distance, then least metric; equal ones are a choice.
public struct Route: Hashable, Sendable {
  /// The destinations.
  public var destination: Prefix
  /// The next hops; several are a choice (ECMP).
  public var nextHops: [NextHop]
  /// The administrative distance.
  public var distance: Int
  /// The metric.
  public var metric: Int
  /// A condition under which the route exists, or `nil` where it always does.
  public var condition: Int?
  /// Where it is.
  public var place: Place

  /// Creates a route.
  public init(
    to destination: Prefix, via nextHops: [NextHop], distance: Int = 1, metric: Int = 0,
    condition: Int? = nil, place: Place
  ) {
    self.destination = destination
    self.nextHops = nextHops
    self.distance = distance
    self.metric = metric
    self.condition = condition
    self.place = place
  }
}

/// Where a route leads.
public enum NextHop: Hashable, Sendable {
  /// A gateway; the interface is the one whose subnet holds it unless it is named.
  case gateway(IPAddress, interface: Int?)
  /// The destination itself, on this interface.
  case interface(Int)
  /// Nowhere: null route, blackhole, unreachable.
  case discard
  /// Another VRF of the device, which looks the destination up again.
  case vrf(Int)
}
