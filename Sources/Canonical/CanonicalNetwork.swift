public import Networks
public import Packets
public import Places

/// A network lowered to locations of a few kinds, on which the engine works.
///
/// A packet is at one location at a time; `locations` says where it can go next. The lowering is
/// exact with respect to `Documentation/Semantics.md`. Everything refers by index.
public struct CanonicalNetwork: Sendable {
  /// One place of the lowered network.
  public enum Location: Hashable, Sendable {
    /// Any of these, freely chosen.
    case choose([Int])
    /// The main way for certain, and copies besides: what goes to a copy is not missing elsewhere.
    case spread(main: Int, copies: [Int])
    /// The first entry of the table that holds the packet names an outcome, and the outcome a
    /// location.
    case match(table: Int, targets: [Int])
    /// Performs the writes in order.
    case rewrite([Write], next: Int)
    /// Looks the packet up in the device's session memory: to `remembered` with its state,
    /// direction and translations set where a session has it, and to `fresh` as it is otherwise.
    /// Since nobody knows which sessions are open, safety takes both ways.
    case recall(device: Int, fresh: Int, remembered: Int)
    /// Remembers a packet whose state is new in the device's session memory.
    case remember(device: Int, next: Int)
    /// Notes for requirements that the packet passed the device's forward filter.
    case watch(device: Int, next: Int)
    /// Leaves a device: every device field becomes 0 and session ghosts are forgotten.
    case leave(next: Int)
    /// The packet has reached a segment or a device.
    case deliver(Delivery)
    /// The packet is lost.
    case drop(Loss)
  }

  /// One write of a rewrite.
  public enum Write: Hashable, Sendable {
    /// The field becomes any one of these values.
    case set(HeaderField, Ranges)
    /// The field takes the other field's value, which is then forgotten.
    case take(HeaderField, from: HeaderField)
    /// Values of the range move to the range of the same size that begins at `to`; the packet has
    /// a value in the range.
    case shift(HeaderField, ClosedRange<UInt128>, to: UInt128)
    /// Every wire field becomes anything, so long as the packet is one that exists.
    case anything
    /// These wire fields become anything, so long as the packet is one that exists.
    case scramble([HeaderField])
  }

  /// Where a packet is delivered.
  public enum Delivery: Hashable, Sendable {
    /// On a segment, an index into `Network.segments`.
    case segment(Int)
    /// To a device itself, an index into `Network.devices`.
    case device(Int)
  }

  /// Why a packet is lost.
  public enum Loss: String, Hashable, Sendable {
    /// A filter denied it.
    case denied
    /// No route, a discard route, or no way out.
    case unrouted
    /// The source failed the reverse path check.
    case reversePath
    /// A translation had no address of the packet's family.
    case untranslatable
    /// A later fragment at a device that reassembles.
    case fragment
    /// An unmodelled neighbour that does not hand packets on.
    case unmodelledNeighbour
  }

  /// An ordered first-match list.
  public struct Table: Hashable, Sendable {
    /// One entry: a union of boxes, what it leads to, and the rule that it comes from.
    public struct Entry: Hashable, Sendable {
      /// The boxes.
      public var boxes: [HeaderBox]
      /// The outcome, an index into the targets of the `match` that uses the table.
      public var outcome: Int
      /// The rule, where the entry comes from one.
      public var rule: RuleReference?

      /// Creates an entry.
      public init(_ boxes: [HeaderBox], outcome: Int, rule: RuleReference? = nil) {
        self.boxes = boxes
        self.outcome = outcome
        self.rule = rule
      }
    }

    /// The entries in order.
    public var entries: [Entry]
    /// The outcome for packets that no entry holds.
    public var otherwise: Int
    /// How many outcomes there are.
    public var outcomes: Int
    /// The list's end, where a device's list ends here for such packets.
    public var endOfList: RuleReference?

    /// Creates a list.
    public init(
      entries: [Entry], otherwise: Int, outcomes: Int, endOfList: RuleReference? = nil
    ) {
      self.entries = entries
      self.otherwise = otherwise
      self.outcomes = outcomes
      self.endOfList = endOfList
    }
  }

  /// Some of the addresses of one family of a translation's pool, which all VRFs route alike.
  public struct PoolPart: Hashable, Sendable {
    /// The translation, an index into `Device.translations`.
    public var translation: Int
    /// The family.
    public var family: Family
    /// The addresses.
    public var addresses: Ranges
  }

  /// A rule of a device.
  public struct RuleReference: Hashable, Sendable, Comparable {
    /// The device, an index into `Network.devices`.
    public var device: Int
    /// The list, an index into `Device.acls`.
    public var acl: Int
    /// The rule, an index into `ACL.rules`; the count of rules for the list's end.
    public var rule: Int

    /// Creates a reference.
    public init(device: Int, acl: Int, rule: Int) {
      self.device = device
      self.acl = acl
      self.rule = rule
    }

    /// Orders references by device, list and rule.
    public static func < (a: Self, b: Self) -> Bool {
      (a.device, a.acl, a.rule) < (b.device, b.acl, b.rule)
    }
  }

  /// What a location was lowered from.
  public enum Origin: Hashable, Sendable {
    /// The network as a whole.
    case network
    /// A segment, an index into `Network.segments`.
    case segment(Int)
    /// A device, an index into `Network.devices`.
    case device(Int)
    /// A rule of a device.
    case rule(RuleReference)
    /// A translation of a device, an index into `Device.translations`.
    case translation(device: Int, index: Int)
  }

  /// The locations.
  public package(set) var locations: [Location] = []
  /// For each location what it was lowered from.
  public internal(set) var origins: [Origin] = []
  /// The tables.
  public package(set) var tables: [Table] = []
  /// For each segment, the location at which a packet is that a host there sends.
  public internal(set) var sent: [Int] = []
  /// For each segment, the location at which a packet is that is put on it.
  public internal(set) var put: [Int] = []
  /// For each device and interface, the location at which a packet is that arrives there.
  public internal(set) var arrival: [[Int]] = []
  /// For each device, the location at which a packet of its own starts.
  public internal(set) var output: [Int] = []
  /// For each segment, the location of packets delivered there.
  public internal(set) var deliveredOnSegment: [Int] = []
  /// For each device, the location of packets delivered to it.
  public internal(set) var deliveredToDevice: [Int] = []
  /// The conditions: those of the network, and unmodelled neighbours after them.
  public internal(set) var conditions: ConditionTable
  /// For each device, whether it remembers sessions.
  public internal(set) var hasSessions: [Bool] = []
  /// For each device, the parts of pools for which the codes above its own translations stand.
  public internal(set) var poolParts: [[PoolPart]] = []
  /// Boxes of the ICMP errors, which may be related to a session.
  public internal(set) var icmpErrors: [HeaderBox] = []

  /// The literal that stands for a condition's outcome.
  public static func literal(_ condition: Int) -> Int { 2 * condition }

  /// The literal that stands for "under some outcome of this condition, evaluated for a packet
  /// that has since been rewritten": nothing follows from it for other packets.
  public static func staleLiteral(_ condition: Int) -> Int { 2 * condition + 1 }

  /// The literal that stands for a session that exists only under conditions, on a device.
  public func sessionLiteral(device: Int) -> Int { 2 * conditions.conditions.count + device }

  /// The translation of a device, counted from 1, that a code in a register stands for.
  public func translation(ofCode code: UInt128, device: Int, in network: Network) -> Int {
    let number = Int(code & RegisterCode.greatestTranslation)
    let own = network.devices[device].translations.count
    return number > own ? poolParts[device][number - own - 1].translation + 1 : number
  }

  /// The condition of a literal, and whether the literal is a stale one; `nil` for sessions.
  public func condition(ofLiteral literal: Int) -> (index: Int, isStale: Bool)? {
    literal < 2 * conditions.conditions.count ? (literal / 2, literal % 2 == 1) : nil
  }
}

/// A bound that the lowering met: the network is too large or too tangled to be lowered exactly.
public struct LoweringLimit: Error, Hashable, Sendable {
  /// What was met, one sentence without a final full stop.
  public var message: String
  /// Where.
  public var place: Place
}

/// The bounds of the lowering.
public enum LoweringBounds {
  /// The most locations.
  public static let locations = 4_000_000
  /// The most copies of lists that one device needs: a list is copied at every jump after which
  /// packets go on elsewhere, so that a chain of lists that jump twice doubles each time.
  public static let listCopies = 100_000
  /// The most boxes of one rule's match.
  public static let boxesInMatch = 20_000
  /// The most conditional routes of equal rank to one prefix: all their outcomes are enumerated.
  public static let conditionalEqualRoutes = 6
  /// The most parts into which routes may cut the pool of a destination translation.
  public static let poolParts = 1_000
  /// The deepest chain of jumps.
  public static let jumps = 64
}
