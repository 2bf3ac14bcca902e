import Packets

/// What was done to the tracked fields of a packet since it was looked up in sessions.
struct Trail: Hashable, Sendable {
  /// What was done to one field.
  enum Track: UInt8, Hashable, Sendable {
    /// Nothing.
    case same = 0
    /// It was shifted once.
    case moved = 1
    /// It was overwritten; the old value is in the ghost.
    case kept = 2
    /// It was shifted and written again.
    case lost = 3

    static let all: [Self] = [.same, .moved, .kept, .lost]
  }

  /// A tracked field with its ghosts.
  struct Tracked: Sendable {
    var field: HeaderField
    var track: HeaderField
    var trailGhost: HeaderField
    var sessionGhost: HeaderField
  }

  static let tracked = [
    Tracked(
      field: .sourceIPv4, track: .trackSourceIPv4, trailGhost: .sentSourceIPv4,
      sessionGhost: .sessionSourceIPv4),
    Tracked(
      field: .sourceIPv6, track: .trackSourceIPv6, trailGhost: .sentSourceIPv6,
      sessionGhost: .sessionSourceIPv6),
    Tracked(
      field: .destinationIPv4, track: .trackDestinationIPv4, trailGhost: .sentDestinationIPv4,
      sessionGhost: .sessionDestinationIPv4),
    Tracked(
      field: .destinationIPv6, track: .trackDestinationIPv6, trailGhost: .sentDestinationIPv6,
      sessionGhost: .sessionDestinationIPv6),
    Tracked(
      field: .sourcePort, track: .trackSourcePort, trailGhost: .sentSourcePort,
      sessionGhost: .sessionSourcePort),
    Tracked(
      field: .destinationPort, track: .trackDestinationPort, trailGhost: .sentDestinationPort,
      sessionGhost: .sessionDestinationPort),
  ]

  private var tracks: [HeaderField: Track] = [:]

  /// What was done to a field.
  subscript(field: HeaderField) -> Track {
    get { tracks[field] ?? .same }
    set { tracks[field] = newValue == .same ? nil : newValue }
  }

  /// The trail of a packet to which nothing was done.
  init() {}

  /// The trail that values of the tracks say, which are terms; `nil` where one is not known.
  init?(_ packet: PacketTerms) {
    for tracked in Self.tracked {
      let track = Track.all.first { Term.value($0) == packet[tracked.track] }
      guard let track else { return nil }
      self[tracked.field] = track
    }
  }

  /// The trail that a box says; `nil` where it leaves one open.
  init?(_ box: HeaderBox) {
    for tracked in Self.tracked {
      let track = Track.all.first { Ranges(UInt128($0.rawValue)) == box[tracked.track] }
      guard let track else { return nil }
      self[tracked.field] = track
    }
  }
}

extension Term {
  /// The value of a track.
  static func value(_ track: Trail.Track) -> String { value(UInt128(track.rawValue), bits: 2) }
}
