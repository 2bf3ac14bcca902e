public import Packets

/// A proof that claims about a canonical network are true: which packets may be at each location, and
/// why nothing else can be.
///
/// `Documentation/CertificateFormat.md` says what each part means and which obligations the hints are
/// for. Boxes that are equal are written once.
public struct Certificate: Hashable, Sendable {
  /// Why a set of packets is where it should be, or nowhere.
  public enum Hint: Hashable, Sendable {
    /// It lies inside this box of the target.
    case inside(Int)
    /// It goes on to a target that is passed through.
    case passes
    /// It lies inside this box of an earlier entry of the table.
    case hidden(entry: Int, box: Int)
    /// It has two parts, inside and outside of this constraint of a box of an entry; a hint for each
    /// that is not empty follows, for the inside first.
    case split(entry: Int, box: Int, constraint: Int)
  }

  /// What a device may remember.
  public struct Memory: Hashable, Sendable {
    /// The device.
    public var device: Int
    /// The classes of sessions; of others there is none.
    public var classes: [Class]

    /// Creates a memory.
    public init(device: Int, classes: [Class]) {
      self.device = device
      self.classes = classes
    }
  }

  /// Sessions that chose the same translations.
  public struct Class: Hashable, Sendable {
    /// One value for each register of a class, and for each track.
    public var kind: HeaderBox
    /// The sessions, by what they were when they were remembered.
    public var pairs: [HeaderBox]

    /// Creates a class.
    public init(_ kind: HeaderBox, pairs: [HeaderBox] = []) {
      self.kind = kind
      self.pairs = pairs
    }
  }

  /// What may be at a location.
  public struct Bound: Hashable, Sendable {
    /// The location.
    public var location: Int
    /// The boxes.
    public var boxes: [ProvedBox]

    /// Creates a bound.
    public init(location: Int, boxes: [ProvedBox]) {
      self.location = location
      self.boxes = boxes
    }
  }

  /// A box, and why what becomes of its packets is where it should be.
  public struct ProvedBox: Hashable, Sendable {
    /// The box.
    public var box: HeaderBox
    /// The hints for its steps.
    public var hints: [Hint]

    /// Creates a proved box.
    public init(_ box: HeaderBox, hints: [Hint]) {
      self.box = box
      self.hints = hints
    }
  }

  /// How a goal of a `must` claim is reached.
  public struct Trip: Hashable, Sendable {
    /// The trip of the goal that succeeds.
    public var trip: Int
    /// The application with which it does, from 1.
    public var application: Int
    /// A bound on the steps there and back.
    public var rank: Int

    /// Creates a record of a trip.
    public init(trip: Int, application: Int, rank: Int) {
      self.trip = trip
      self.application = application
      self.rank = rank
    }
  }

  /// The claims that it proves.
  public var claims: [Int]
  /// The locations where any packet may be.
  public var open: Ranges
  /// The devices of which the memory is bounded.
  public var memories: [Memory]
  /// The locations that are bounded; what is neither there nor open is passed through.
  public var bounds: [Bound]
  /// The hints for what senders and sources send.
  public var starts: [Hint]
  /// For each goal of a `must` claim, which is then the only one, how it is reached.
  public var trips: [Trip]

  /// Creates a certificate.
  public init(
    claims: [Int], open: Ranges = .none, memories: [Memory] = [], bounds: [Bound] = [],
    starts: [Hint] = [], trips: [Trip] = []
  ) {
    self.claims = claims
    self.open = open
    self.memories = memories
    self.bounds = bounds
    self.starts = starts
    self.trips = trips
  }
}
