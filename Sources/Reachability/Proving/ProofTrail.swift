import Packets

/// What became of the tracked fields of the packets of a session, from where a device looked them up
/// to where it remembered them.
///
/// A `Trail` knows the distances by which fields moved. Here they follow from the translation that
/// was chosen, so that trails stay few.
struct ProofTrail: Hashable {
  /// What became of one field, as the tracks have it.
  enum Track: UInt8, Hashable {
    /// Nothing.
    case same = 0
    /// It was shifted once.
    case moved = 1
    /// It was overwritten; the old value is in the ghost.
    case kept = 2
    /// It was shifted and written again.
    case lost = 3
  }

  /// By tracked field.
  private var tracks: [Track]

  /// The trail without its distances.
  init(_ trail: Trail) {
    tracks = Trail.tracked.map { field in
      switch trail[field] {
      case .same: .same
      case .moved: .moved
      case .kept: .kept
      }
    }
  }

  /// What became of a field; `same` for those that are not tracked.
  subscript(field: HeaderField) -> Track {
    Trail.tracked.firstIndex(of: field).map { tracks[$0] } ?? .same
  }

  /// The fields that were overwritten, with their old values in the ghosts.
  var kept: [HeaderField] { Trail.tracked.filter { self[$0] == .kept } }

  /// The packets with this trail.
  var box: HeaderBox {
    zip(Self.fields, tracks).reduce(HeaderBox()) { box, track in
      box.constrained(track.0, to: Ranges(UInt128(track.1.rawValue)))
    }
  }

  /// The tracks, in the order of the fields.
  static let fields: [HeaderField] = [
    .trackSourceIPv4, .trackSourceIPv6, .trackDestinationIPv4, .trackDestinationIPv6,
    .trackSourcePort, .trackDestinationPort,
  ]

  /// The track of a field, if it is tracked.
  static func track(of field: HeaderField) -> HeaderField? {
    Trail.tracked.firstIndex(of: field).map { fields[$0] }
  }
}
