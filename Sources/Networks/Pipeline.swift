public import Packets

/// The order in which a device evaluates: three lists of stages, built by the importer.
///
/// A packet that comes in runs through `arrival`, which must contain a `route`. That stage decides
/// whether the packet is for the device itself: if so the rest of `arrival` and then `input`
/// follow; otherwise the rest of `arrival` and then `departure`, after which it is put on the
/// segment of its `egress` interface. A packet of the device's own runs through `output`, which
/// must contain a `route`. On its way in, all device fields are 0 but `ingress`, and `vrf`, which
/// is that of the interface; on its way out they vanish.
public struct Pipeline: Hashable, Sendable {
  /// For packets that come in.
  public var arrival: [Stage]
  /// For packets that go on.
  public var departure: [Stage]
  /// For packets to the device itself; those that get through are delivered to it.
  public var input: [Stage]
  /// For packets of the device's own.
  public var output: [Stage]

  /// Creates a pipeline.
  public init(
    arrival: [Stage] = [.route(.destination)], departure: [Stage] = [], input: [Stage] = [],
    output: [Stage] = [.route(.destination)]
  ) {
    self.arrival = arrival
    self.departure = departure
    self.input = input
    self.output = output
  }
}

/// One step of a pipeline.
public enum Stage: Hashable, Sendable {
  /// What a filter is for.
  public enum Role: Hashable, Sendable {
    /// Any list that is no enforcement of policy between networks, NAT lists among them.
    case plain
    /// The forward filter: passing it is what `through` asks for.
    case forwardFilter
  }

  /// Runs a list, an index into `Device.acls`.
  case filter(Int, role: Role)
  /// Runs the list of the interface by which the packet came in: an index into `Device.acls` for
  /// each interface, or `nil` where it has none and the packet goes on.
  case ingressFilter([Int?])
  /// Runs the list of the interface by which the packet will leave.
  case egressFilter([Int?])
  /// Runs a NAT list: like `filter`, but skipped by packets that are not `new` and by packets for
  /// which an earlier list already chose a translation of the same end.
  case natFilter(Int, end: TranslationEnd)
  /// Looks the packet up in the sessions. See `SessionBehaviour`.
  case recall
  /// Chooses the way out. For `destination` by the packet's destination; for
  /// `translatedDestination` by what the chosen destination translation will make of it. A forced
  /// way (`Effect.forward`) wins. A packet without a route is lost; a packet for one of the
  /// device's own addresses is for the device itself. A later `route` replaces the earlier choice.
  case route(RouteKey)
  /// Rewrites the destination as `destinationTranslation` says.
  case translateDestination
  /// Rewrites the source as `sourceTranslation` says.
  case translateSource
  /// Remembers the packet as a session where its state is `new`.
  case remember
  /// Later fragments are lost here, since the device reassembles packets before its rules see them.
  case reassemble
  /// A whole IP packet may leave as a later fragment of itself: either is possible.
  case fragment
  /// Puts the packet out of another interface, by the interface it came in: `nil` loses it. Routes
  /// are not asked and addresses not looked at: a bridge, a virtual wire, or a diode. What follows
  /// in `arrival`, and `departure`, still run, but for route stages, which leave the packet alone;
  /// then the packet is *sent* on the other segment. An interface that leads to itself is no part of
  /// the bridge: its packets go on, to be routed.
  case bridge([Int?])
}

/// What a route stage looks up.
public enum RouteKey: Hashable, Sendable {
  /// The packet's destination.
  case destination
  /// The destination that the chosen translation will give it.
  case translatedDestination
}

/// An end of a packet that a translation rewrites.
public enum TranslationEnd: Hashable, Sendable {
  /// The source.
  case source
  /// The destination.
  case destination

  /// The field of its address in packets of a family.
  public func address(in family: Family) -> HeaderField {
    switch (self, family) {
    case (.source, .ipv4): .sourceIPv4
    case (.source, _): .sourceIPv6
    case (.destination, .ipv4): .destinationIPv4
    case (.destination, _): .destinationIPv6
    }
  }
}

/// How a device remembers the packets that it passed as new, and what it does with later ones.
///
/// `Stage.recall` gives every packet a state. Any sender may or may not have opened a session
/// before, so all states that apply are possible at once:
/// - `untracked` for a packet that an earlier `Effect.untrack` exempted or `untracked` matches;
/// - otherwise `new` where `opens` matches the packet and `invalid` where it does not;
/// - otherwise also `established`, where the packet is of a remembered session in either direction
///   (the same addresses, protocol and ports, or these swapped, and for ICMP the type or the type
///   that answers it; flags and application do not count). A packet of the first direction gets the
///   session's choices of translation, which `translateDestination` and `translateSource` perform
///   where they stand, as for the first packet. For a packet of the reply direction, what was done
///   to the session's source is undone on its destination at once, and what was done to the
///   session's destination is undone on its source where `translateSource` stands. Only translations
///   are undone, not what rules wrote by `Effect.set`;
/// - otherwise also `related`, for an ICMP error (`icmpErrors`) to either end of a remembered
///   session, whoever sends it, where `acceptsRelated` is set. Its destination is treated as that
///   of the session's packets in the same direction is, its source is left alone.
///
/// A session is remembered by `Stage.remember` with the header that the packet had at `recall` and
/// the one that it has at `remember`. A packet that was remembered goes on as before.
public struct SessionBehaviour: Hashable, Sendable {
  /// Which packets may open a session; it reads wire fields only.
  public var opens: Match
  /// Which packets are never looked up; it reads wire fields only.
  public var untracked: Match
  /// Whether established and related packets skip NAT lists and filters with the role
  /// `forwardFilter`: the session forwards them (PAN-OS, SRX, pf), rather than the rules being
  /// shown their state (netfilter).
  ///
  /// NAT lists are skipped by them in any case.
  public var bypassesFilters: Bool
  /// Whether ICMP errors about a session count as related.
  public var acceptsRelated: Bool

  /// Creates a behaviour.
  public init(
    opens: Match, untracked: Match = .never, bypassesFilters: Bool, acceptsRelated: Bool = true
  ) {
    self.opens = opens
    self.untracked = untracked
    self.bypassesFilters = bypassesFilters
    self.acceptsRelated = acceptsRelated
  }

  /// The match of ICMP errors: ICMP types 3, 4, 5, 11 and 12 (RFC 792), ICMPv6 types below 128
  /// (RFC 4443, section 2.1).
  public static let icmpErrors = Match.some([
    .all([
      .field(.family, Ranges(0)), .field(.icmpType, Ranges(values: [3, 4, 5, 11, 12])),
    ]),
    .all([.field(.family, Ranges(1)), .field(.icmpType, Ranges(0...127))]),
  ])

  /// The type of the reply to an ICMP request that may open a session, by family: echo, timestamp,
  /// information and address mask (RFC 792, RFC 950); ICMPv6 echo and node information (RFC 4443,
  /// RFC 4620).
  public static let icmpReplyTypes: [Family: [UInt8: UInt8]] = [
    .ipv4: [8: 0, 13: 14, 15: 16, 17: 18],
    .ipv6: [128: 129, 139: 140],
  ]
}
