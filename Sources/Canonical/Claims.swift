public import Packets

/// What a policy asks of a canonical network, in the network's own terms: who sends, and which packets
/// must never be where.
///
/// `Documentation/NetworkFormat.md` says what it means.
public struct Claims: Hashable, Sendable {
  /// Packets at a location, in boxes.
  public struct Packets: Hashable, Sendable {
    /// The location.
    public var location: Int
    /// The boxes.
    public var boxes: [HeaderBox]

    /// Creates a set of packets.
    public init(location: Int, boxes: [HeaderBox]) {
      self.location = location
      self.boxes = boxes
    }
  }

  /// Senders that claims ask about; their packets have 1 + the index of the tag as
  /// `HeaderField.origin`.
  public struct Tag: Hashable, Sendable {
    /// Where their packets start.
    public var sources: [Packets]
    /// The devices at which their packets get `HeaderField.monitor`, ascending.
    public var watched: [Int]

    /// Creates a tag.
    public init(sources: [Packets], watched: [Int] = []) {
      self.sources = sources
      self.watched = watched
    }
  }

  /// A way in which connections may come about: packets that ask, where they have to arrive, and what
  /// answers them.
  public struct Trip: Hashable, Sendable {
    /// The packets that ask.
    public var asks: [Packets]
    /// Where they have to arrive.
    public var arrives: [Packets]
    /// Where answers start.
    public var answers: [Answer]
    /// Where answers have to arrive.
    public var returns: [Packets]

    /// Creates a trip.
    public init(
      asks: [Packets] = [], arrives: [Packets] = [], answers: [Answer] = [],
      returns: [Packets] = []
    ) {
      self.asks = asks
      self.arrives = arrives
      self.answers = answers
      self.returns = returns
    }
  }

  /// Where answers to what arrived at a location start.
  public struct Answer: Hashable, Sendable {
    /// The location where the packets arrived that are answered.
    public var arrived: Int
    /// Where answers start, and which do there.
    public var packets: Packets

    /// Creates an answer.
    public init(arrived: Int, packets: Packets) {
      self.arrived = arrived
      self.packets = packets
    }
  }

  /// One requirement.
  public struct Claim: Hashable, Sendable {
    /// What is claimed.
    public enum Kind: Hashable, Sendable {
      /// No packet with one of these tags (indices into `tags`) is ever among the forbidden ones.
      case never(tags: [Int], forbidden: [Packets])
      /// Nobody is on both sides.
      case apart(left: [String], right: [String])
      /// Each goal is reached by one of its trips.
      case must(goals: [[Trip]])
    }

    /// The requirement's id.
    public var name: String
    /// The requirement, an index into `ResolvedPolicy.requirements`.
    public var requirement: Int
    /// What is claimed.
    public var kind: Kind

    /// Creates a claim.
    public init(name: String, requirement: Int, kind: Kind) {
      self.name = name
      self.requirement = requirement
      self.kind = kind
    }
  }

  /// A requirement without a claim.
  public struct Unclaimed: Hashable, Sendable {
    /// The requirement's id.
    public var name: String
    /// Why there is none, one sentence without a final full stop.
    public var reason: String

    /// Creates an entry.
    public init(name: String, reason: String) {
      self.name = name
      self.reason = reason
    }
  }

  /// What any host may send; it opens sessions.
  public var senders: [Packets]
  /// The senders that claims ask about.
  public var tags: [Tag]
  /// The claims, in the order of the requirements.
  public var claims: [Claim]
  /// The requirements that have none.
  public var unclaimed: [Unclaimed]

  /// Creates claims.
  public init(
    senders: [Packets] = [], tags: [Tag] = [], claims: [Claim] = [], unclaimed: [Unclaimed] = []
  ) {
    self.senders = senders
    self.tags = tags
    self.claims = claims
    self.unclaimed = unclaimed
  }
}
