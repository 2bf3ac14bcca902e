import Packets

/// What was done to the tracked fields of a packet since it was looked up in sessions.
struct Trail: Hashable, Sendable {
  /// What was done to one field.
  enum Track: Hashable, Sendable {
    /// Nothing.
    case same
    /// It was shifted once.
    case moved
    /// It was overwritten; the old value is in the ghost.
    case kept
    /// It was written more than once.
    case lost
  }

  /// A tracked field with its ghosts.
  struct Tracked: Sendable {
    var field: HeaderField
    var trailGhost: HeaderField
    var sessionGhost: HeaderField
  }

  static let tracked = [
    Tracked(
      field: .sourceIPv4, trailGhost: .sentSourceIPv4, sessionGhost: .sessionSourceIPv4),
    Tracked(
      field: .sourceIPv6, trailGhost: .sentSourceIPv6, sessionGhost: .sessionSourceIPv6),
    Tracked(
      field: .destinationIPv4, trailGhost: .sentDestinationIPv4,
      sessionGhost: .sessionDestinationIPv4),
    Tracked(
      field: .destinationIPv6, trailGhost: .sentDestinationIPv6,
      sessionGhost: .sessionDestinationIPv6),
    Tracked(
      field: .sourcePort, trailGhost: .sentSourcePort, sessionGhost: .sessionSourcePort),
    Tracked(
      field: .destinationPort, trailGhost: .sentDestinationPort,
      sessionGhost: .sessionDestinationPort),
  ]

  private var tracks: [HeaderField: Track] = [:]

  /// What was done to a field.
  subscript(field: HeaderField) -> Track {
    get { tracks[field] ?? .same }
    set { tracks[field] = newValue == .same ? nil : newValue }
  }

  /// The tracked fields that were overwritten.
  var kept: [Tracked] { Self.tracked.filter { self[$0.field] == .kept } }

  /// The trail of a packet to which nothing was done.
  init() {}

  /// Reads a trail; `nil` where the text is none.
  init?(_ text: String) {
    if text == "-" { return }
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let field = HeaderField(canonicalName: String(parts[0])),
        Self.tracked.contains(where: { $0.field == field }), self[field] == .same,
        let track = Self.names.first(where: { $0.name == parts[1] })?.track
      else { return nil }
      self[field] = track
    }
  }

  private static let names: [(name: String, track: Track)] = [
    ("moved", .moved), ("kept", .kept), ("lost", .lost),
  ]

  /// The trail as certificates have it.
  var text: String {
    let words = Self.tracked.compactMap { tracked in
      Self.names.first { $0.track == self[tracked.field] }.map {
        "\(tracked.field.canonicalName):\($0.name)"
      }
    }
    return words.isEmpty ? "-" : words.joined(separator: ",")
  }
}
