public import Packets
public import Places

/// One statement that must be true of a network.
public struct Requirement: Hashable, Sendable {
  /// How bad it is if the requirement is broken.
  public enum Severity: String, Hashable, Sendable, CaseIterable {
    /// Worth knowing.
    case info
    /// Slight.
    case low
    /// Moderate.
    case medium
    /// Serious; what holds where the policy does not say.
    case high
    /// Intolerable.
    case critical
  }

  /// Which deliveries count against a requirement.
  public enum Count: String, Hashable, Sendable, CaseIterable {
    /// Connections, half-open ones and strays.
    case all
    /// Connections only.
    case connections
  }

  /// Whether replies count against a requirement.
  public enum Replies: String, Hashable, Sendable, CaseIterable {
    /// They do not.
    case allow
    /// They do.
    case forbid
  }

  /// Which exits a `noExit` is about.
  public enum Exits: String, Hashable, Sendable, CaseIterable {
    /// All: one that might lead through a relay leaves the requirement undecided at best, since
    /// what relays open in turn is not followed.
    case all
    /// Those that packets take themselves.
    case direct
  }

  /// The id, unique in its policy.
  public var id: String
  /// How bad it is if it is broken.
  public var severity: Severity
  /// The rationale.
  public var why: String?
  /// The clauses of standards that it serves, as in `iec62443-3-3:SR5.1`.
  public var clauses: [String]
  /// Which deliveries count.
  public var count: Count
  /// Whether replies count.
  public var replies: Replies
  /// Which exits count.
  public var exits: Exits
  /// What must be true.
  public var obligation: Obligation<Selection>
  /// Where it is.
  public var place: Place
  /// The pack that implies it; `nil` where the policy's file has it.
  public var pack: String?

  /// Creates a requirement.
  public init(
    id: String, severity: Severity = .high, why: String? = nil, clauses: [String] = [],
    count: Count = .all, replies: Replies = .allow, exits: Exits = .all,
    obligation: Obligation<Selection>, place: Place, pack: String? = nil
  ) {
    self.id = id
    self.severity = severity
    self.why = why
    self.clauses = clauses
    self.count = count
    self.replies = replies
    self.exits = exits
    self.obligation = obligation
    self.place = place
    self.pack = pack
  }
}

/// What must be true (`Documentation/Semantics.md`, "Requirements"), between parties of one sort:
/// `Selection` as written, `ZoneExtent` once resolved.
public enum Obligation<Party: Hashable & Sendable>: Hashable, Sendable {
  /// Nothing of these services sent in `from` is delivered in `to`.
  case isolate(from: Party, to: Party, services: ServiceSet)
  /// What is delivered from `from` to `to` is within the conduits.
  case allowOnly(from: Party, to: Party, conduits: [Conduit<Party>])
  /// Connections of these services are possible between all addresses.
  case mustReach(from: Party, to: Party, services: ServiceSet)
  /// Every packet from `from` to `to` passes a member of `via`.
  case through(from: Party, to: Party, via: Party)
  /// Nothing goes back from `to` to `from`, replies included.
  case oneWay(from: Party, to: Party)
  /// There is no exit from `from` to `to` outside `except`; `nil` for every external address, and
  /// for no exception.
  case noExit(from: Party, to: Party?, except: Party?)
  /// The management services of `devices` are reached from `from` only; `nil` for the published
  /// default services.
  case managedFrom(devices: Party, from: Party, services: ServiceSet?)
  /// No endpoint has interfaces in both zones, but those of `except`.
  case noDualHomed(Party, Party, except: Party?)

  /// The keyword in the policy's file.
  public var keyword: String {
    switch self {
    case .isolate: "isolate"
    case .allowOnly: "allowOnly"
    case .mustReach: "mustReach"
    case .through: "through"
    case .oneWay: "oneWay"
    case .noExit: "noExit"
    case .managedFrom: "managedFrom"
    case .noDualHomed: "noDualHomed"
    }
  }
}

/// A channel between zones (IEC 62443); a part that is omitted means everything.
public struct Conduit<Party: Hashable & Sendable>: Hashable, Sendable {
  /// Where it starts.
  public var source: Party?
  /// Where it ends.
  public var destination: Party?
  /// What it carries, by the delivered destination port.
  public var services: ServiceSet
  /// Where it is.
  public var place: Place

  /// Creates a conduit.
  public init(source: Party?, destination: Party?, services: ServiceSet = .any, place: Place) {
    self.source = source
    self.destination = destination
    self.services = services
    self.place = place
  }
}

extension Obligation {
  /// The same obligation between other parties.
  public func map<Other, Failure>(
    _ transform: (Party) throws(Failure) -> Other
  ) throws(Failure) -> Obligation<Other> {
    switch self {
    case .isolate(let from, let to, let services):
      return .isolate(from: try transform(from), to: try transform(to), services: services)
    case .allowOnly(let from, let to, let conduits):
      let (from, to) = (try transform(from), try transform(to))
      var mapped: [Conduit<Other>] = []
      for conduit in conduits { mapped.append(try conduit.map(transform)) }
      return .allowOnly(from: from, to: to, conduits: mapped)
    case .mustReach(let from, let to, let services):
      return .mustReach(from: try transform(from), to: try transform(to), services: services)
    case .through(let from, let to, let via):
      return .through(from: try transform(from), to: try transform(to), via: try transform(via))
    case .oneWay(let from, let to):
      return .oneWay(from: try transform(from), to: try transform(to))
    case .noExit(let from, let to, let except):
      return .noExit(
        from: try transform(from), to: try map(to, transform), except: try map(except, transform))
    case .managedFrom(let devices, let from, let services):
      return .managedFrom(
        devices: try transform(devices), from: try transform(from), services: services)
    case .noDualHomed(let a, let b, let except):
      return .noDualHomed(
        try transform(a), try transform(b), except: try map(except, transform))
    }
  }

  private func map<Other, Failure>(
    _ party: Party?, _ transform: (Party) throws(Failure) -> Other
  ) throws(Failure) -> Other? {
    guard let party else { return nil }
    return try transform(party)
  }
}

extension Conduit {
  /// The same conduit between other parties.
  public func map<Other, Failure>(
    _ transform: (Party) throws(Failure) -> Other
  ) throws(Failure) -> Conduit<Other> {
    var (from, to): (Other?, Other?) = (nil, nil)
    if let source { from = try transform(source) }
    if let destination { to = try transform(destination) }
    return Conduit<Other>(source: from, destination: to, services: services, place: place)
  }
}
