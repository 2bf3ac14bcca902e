public import Networks
public import Packets

/// A canonical network with what is claimed of it: all that its text says.
///
/// `Documentation/NetworkFormat.md` says what it means. Literals of boxes are those of
/// `CanonicalNetwork.literal`.
public struct Problem: Sendable {
  /// A file that was read.
  public struct Input: Hashable, Sendable {
    /// The SHA-256 of its bytes in hexadecimal.
    public var digest: String
    /// Its path as the user would name it.
    public var path: String

    /// Creates a record of a file.
    public init(digest: String, path: String) {
      self.digest = digest
      self.path = path
    }
  }

  /// An ICMP type that answers another.
  public struct Answer: Hashable, Sendable {
    /// The family in which it does.
    public var family: Family
    /// The type of the request.
    public var request: UInt8
    /// The type of the reply.
    public var reply: UInt8
  }

  /// A device.
  public struct Device: Hashable, Sendable {
    /// How it keeps sessions; `nil` where it keeps none.
    public var sessions: Sessions?
    /// What its translations do, in order.
    public var translations: [Translation] = []
    /// The translations, counted from 1, for which codes stand besides their own.
    public var parts: [Part] = []
  }

  /// How a device keeps sessions.
  public struct Sessions: Hashable, Sendable {
    /// Whether it admits ICMP errors about them.
    public var admitsRelated = false
    /// Whether a session forwards its packets past the filters.
    public var bypassesFilters = false
    /// The devices whose sessions it shares, ascending.
    public var partners: [Int] = []

    /// Creates a description.
    public init(
      admitsRelated: Bool = false, bypassesFilters: Bool = false, partners: [Int] = []
    ) {
      self.admitsRelated = admitsRelated
      self.bypassesFilters = bypassesFilters
      self.partners = partners
    }
  }

  /// What a translation does to its end.
  public struct Translation: Hashable, Sendable {
    /// What it does to the address.
    public var address: Change
    /// What it does to the port.
    public var port: Change

    /// Creates a translation.
    public init(address: Change, port: Change) {
      self.address = address
      self.port = port
    }
  }

  /// What a translation does to a field.
  public enum Change: Hashable, Sendable {
    /// Nothing.
    case same
    /// It puts another value in its place.
    case replaced
    /// It adds a distance that is not 0, modulo 2^128.
    case moved(UInt128)
    /// Something else.
    case other
  }

  /// A code that stands for a translation.
  public struct Part: Hashable, Sendable {
    /// The code in a register.
    public var code: Int
    /// The translation, counted from 1.
    public var translation: Int
  }

  /// The files that were read.
  public var inputs: [Input] = []
  /// Boxes of the packets that exist.
  public var valid: [HeaderBox] = []
  /// Boxes of the ICMP errors.
  public var related: [HeaderBox] = []
  /// Which ICMP types answer which.
  public var answers: [Answer] = []
  /// The conditions, each with how often it is evaluated.
  public var conditions: [Condition.Scope] = []
  /// How many segments there are.
  public var segments = 0
  /// The devices.
  public var devices: [Device] = []
  /// The first-match tables.
  public var tables: [CanonicalNetwork.Table] = []
  /// The locations.
  public var locations: [CanonicalNetwork.Location] = []
  /// What is claimed.
  public var claims = Claims()

  /// Nothing.
  init() {}

  /// The problem that claims about a network pose.
  public init(
    _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims, inputs: [Input] = []
  ) {
    self.inputs = inputs
    self.claims = claims
    valid = HeaderBox.validPackets
    related = canonical.icmpErrors
    for family in [Family.ipv4, .ipv6] {
      let types = SessionBehaviour.icmpReplyTypes[family] ?? [:]
      for (request, reply) in types.sorted(by: { $0.key < $1.key }) {
        answers.append(Answer(family: family, request: request, reply: reply))
      }
    }
    conditions = canonical.conditions.conditions.map(\.scope)
    segments = network.segments.count
    devices = network.devices.indices.map { Device(network, canonical, device: $0) }
    tables = canonical.tables
    locations = canonical.locations
  }
}

extension Problem.Device {
  fileprivate init(_ network: Network, _ canonical: CanonicalNetwork, device: Int) {
    let model = network.devices[device]
    sessions = model.sessions.map {
      Problem.Sessions(
        admitsRelated: $0.acceptsRelated, bypassesFilters: $0.bypassesFilters,
        partners: network.sessionPartners(of: device))
    }
    translations = model.translations.map {
      Problem.Translation(address: .init($0.address), port: .init($0.port))
    }
    parts = canonical.poolParts[device].enumerated().map { number, part in
      Problem.Part(
        code: model.translations.count + number + 1, translation: part.translation + 1)
    }
  }
}

extension Problem.Change {
  fileprivate init(_ address: Translation.Address?) {
    switch address {
    case nil: self = .same
    case .pool?, .interface?: self = .replaced
    case .prefix(let from, let to)?:
      self.init(distance: to.range.lowerBound &- from.range.lowerBound)
    }
  }

  fileprivate init(_ port: Translation.Port?) {
    switch port {
    case nil: self = .same
    case .any?: self = .replaced
    case .shift(let from, let to)?: self.init(distance: UInt128(to) &- UInt128(from.lowerBound))
    }
  }

  private init(distance: UInt128) { self = distance == 0 ? .same : .moved(distance) }
}
