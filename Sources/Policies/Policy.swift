public import Packets
public import Places

/// What must hold: zones, and requirements between them, as the user wrote them.
///
/// Names are not looked up here; `ResolvedPolicy` does that against one network.
public struct Policy: Hashable, Sendable {
  /// The name.
  public var name: String
  /// Where it is.
  public var place: Place
  /// The zones in the order of the file.
  public var zones: [Zone] = []
  /// The services that the policy names itself, in the order of the file.
  public var services: [NamedServices] = []
  /// The feeds of indicators.
  public var feeds: [FeedReference] = []
  /// The requirements in the order of the file.
  public var requirements: [Requirement] = []
  /// The packs of requirements that the zones' kinds imply.
  public var packs: [Reference] = []
  /// The conditions that the user settles.
  public var assume: [Assumption] = []
  /// What is excused for a time.
  public var waivers: [Waiver] = []

  /// Creates an empty policy.
  public init(name: String, place: Place) {
    self.name = name
    self.place = place
  }
}

/// A name that the policy uses, and where it does.
public struct Reference: Hashable, Sendable {
  /// The name.
  public var name: String
  /// Where it is used.
  public var place: Place

  /// Creates a reference.
  public init(_ name: String, at place: Place) {
    self.name = name
    self.place = place
  }
}

/// A name for services, which goes before a built-in one.
public struct NamedServices: Hashable, Sendable {
  /// The name.
  public var name: String
  /// What it stands for.
  public var services: ServiceSet
  /// Where it is defined.
  public var place: Place

  /// Creates a name.
  public init(name: String, services: ServiceSet, place: Place) {
    self.name = name
    self.services = services
    self.place = place
  }
}

/// A feed of indicators that the policy names; `Projects` reads its file.
public struct FeedReference: Hashable, Sendable {
  /// The name.
  public var name: String
  /// The path as written, relative to the policy's file.
  public var path: String
  /// The format, or `nil` where it is to be recognised.
  public var format: FeedFormat?
  /// Where it is named.
  public var place: Place

  /// Creates a reference.
  public init(name: String, path: String, format: FeedFormat?, place: Place) {
    self.name = name
    self.path = path
    self.format = format
    self.place = place
  }
}

/// A format of indicator feeds.
public enum FeedFormat: String, Hashable, Sendable, CaseIterable {
  /// A STIX 2.1 bundle.
  case stix
  /// An address or CIDR a line.
  case list
}

/// An outcome that the user settles for a condition.
public struct Assumption: Hashable, Sendable {
  /// The condition's name, `device/kind:name`, or without its device for all of that name.
  public var name: String
  /// The outcome.
  public var outcome: Bool
  /// Where it is settled.
  public var place: Place

  /// Creates an assumption.
  public init(name: String, outcome: Bool, place: Place) {
    self.name = name
    self.outcome = outcome
    self.place = place
  }
}

/// An excuse for exactly the listed flows, until a day.
public struct Waiver: Hashable, Sendable {
  /// The requirement's id.
  public var requirement: Reference
  /// What is excused.
  public var flows: Conduit<Selection>
  /// Who answers for it.
  public var owner: String
  /// The last day on which it excuses anything.
  public var until: Day
  /// Why it is excused.
  public var why: String
  /// Where it is.
  public var place: Place

  /// Creates a waiver.
  public init(
    requirement: Reference, flows: Conduit<Selection>, owner: String, until: Day, why: String,
    place: Place
  ) {
    self.requirement = requirement
    self.flows = flows
    self.owner = owner
    self.until = until
    self.why = why
    self.place = place
  }

  /// Whether it still excuses anything on a day.
  public func isInForce(on day: Day) -> Bool { day <= until }
}
