public import Networks
public import Places

/// The content of one feed of indicators, as far as addresses go.
public struct Feed: Hashable, Sendable {
  /// How many indicators a feed has of each sort.
  ///
  /// Every indicator is counted once.
  public struct Counts: Hashable, Sendable {
    /// Those whose addresses count.
    public var used = 0
    /// Those of domains and URLs, which no packet carries in a field.
    public var names = 0
    /// Those of files, mail addresses and other things that are no place in a network.
    public var other = 0
    /// Those whose time was over on the day of the run, or that were revoked.
    public var expired = 0
    /// Those whose time had not begun on the day of the run.
    public var future = 0
    /// Those whose pattern is not understood; each has a notice.
    public var unsupported = 0

    /// No indicator.
    public init() {}
  }

  /// The name that the policy gives it.
  public var name: String
  /// The file.
  public var place: Place
  /// The addresses.
  public var addresses: AddressSet
  /// The domains, in the order of the file, in lower case.
  public var domains: [String]
  /// How many indicators there are of each sort.
  public var counts: Counts
  /// What could not be used, and why.
  public var notices: [Notice]

  /// Creates a feed.
  public init(
    name: String, place: Place, addresses: AddressSet = .none, domains: [String] = [],
    counts: Counts = Counts(), notices: [Notice] = []
  ) {
    self.name = name
    self.place = place
    self.addresses = addresses
    self.domains = domains
    self.counts = counts
    self.notices = notices
  }
}
