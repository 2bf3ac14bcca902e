public import Packets

/// A proof that claims about a canonical network are true: which packets may be at each location, and
/// why nothing else can be.
///
/// `Documentation/CertificateFormat.md` says what each part means and which obligations the hints are
/// for.
public struct Certificate: Hashable, Sendable {
  /// Why a set of packets is where it should be, or nowhere.
  public enum Hint: Hashable, Sendable {
    /// It lies inside this box of the target.
    case inside(Int)
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

  /// Sessions with the same translations.
  public struct Class: Hashable, Sendable {
    /// The code of the destination translation.
    public var destination: UInt128
    /// The code of the source translation.
    public var source: UInt128
    /// What `connectionStatus` was.
    public var status: UInt128
    /// The trail in its canonical form.
    public var trail: String
    /// The sessions, by what they were when they were remembered.
    public var pairs: [HeaderBox]

    /// Creates a class.
    public init(
      destination: UInt128, source: UInt128, status: UInt128, trail: String, pairs: [HeaderBox] = []
    ) {
      self.destination = destination
      self.source = source
      self.status = status
      self.trail = trail
      self.pairs = pairs
    }
  }

  /// What may be at a location.
  public struct Bound: Hashable, Sendable {
    /// The location.
    public var location: Int
    /// Its packets, by trail.
    public var parts: [Part]

    /// Creates a bound.
    public init(location: Int, parts: [Part]) {
      self.location = location
      self.parts = parts
    }
  }

  /// What may be at a location with one trail.
  public struct Part: Hashable, Sendable {
    /// The trail in its canonical form.
    public var trail: String
    /// The boxes.
    public var boxes: [ProvedBox]

    /// Creates a part.
    public init(trail: String, boxes: [ProvedBox]) {
      self.trail = trail
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

  /// The claims that it proves.
  public var claims: [Int]
  /// The devices of which the memory is bounded.
  public var memories: [Memory]
  /// The locations that are bounded.
  public var bounds: [Bound]
  /// The hints for what senders and sources send.
  public var starts: [Hint]

  /// Creates a certificate.
  public init(claims: [Int], memories: [Memory] = [], bounds: [Bound] = [], starts: [Hint] = []) {
    self.claims = claims
    self.memories = memories
    self.bounds = bounds
    self.starts = starts
  }
}
