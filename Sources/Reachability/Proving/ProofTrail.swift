import Canonical
import Packets

/// What became of the tracked fields since a device looked a packet up in its sessions, as canonical
/// networks and certificates have it.
///
/// A `Trail` knows the distances by which fields moved. Here they follow from the translation that
/// was chosen, so that trails stay few.
struct ProofTrail: Hashable {
  /// What became of one field.
  enum Track: UInt16, Hashable {
    /// Nothing.
    case same = 0
    /// It was shifted once.
    case moved = 1
    /// It was overwritten; the old value is in the ghost.
    case kept = 2
    /// It was written more than once.
    case lost = 3
  }

  /// For each tracked field two bits.
  private var tracks: UInt16 = 0

  /// The trail of a packet to which nothing has happened.
  static let untouched = Self()

  /// The trail of a packet to which nothing has happened.
  init() {}

  /// The trail without its distances.
  init(_ trail: Trail) {
    for field in Trail.tracked {
      switch trail[field] {
      case .same: break
      case .moved: self[field] = .moved
      case .kept: self[field] = .kept
      }
    }
  }

  /// What became of a field; `same` for those that are not tracked.
  subscript(field: HeaderField) -> Track {
    get {
      guard tracks != 0, let index = Trail.tracked.firstIndex(of: field) else { return .same }
      return Track(rawValue: tracks >> UInt16(2 * index) & 3) ?? .same
    }
    set {
      guard let index = Trail.tracked.firstIndex(of: field) else { return }
      tracks &= ~(3 << UInt16(2 * index))
      tracks |= newValue.rawValue << UInt16(2 * index)
    }
  }

  /// The trail after a write.
  func after(_ write: CanonicalNetwork.Write) -> Self {
    var result = self
    switch write {
    case .set(let field, _), .take(let field, from: _): result.overwrite(field)
    case .shift(let field, let range, let target):
      if range.lowerBound == target { break }
      switch self[field] {
      case .same: result[field] = .moved
      case .moved: result[field] = .lost
      case .kept, .lost: break
      }
    case .anything: for field in Trail.tracked { result.overwrite(field) }
    case .scramble(let fields): for field in fields { result.overwrite(field) }
    }
    return result
  }

  private mutating func overwrite(_ field: HeaderField) {
    switch self[field] {
    case .same: self[field] = .kept
    case .moved: self[field] = .lost
    case .kept, .lost: break
    }
  }

  /// The fields that were overwritten, with their old values in the ghosts.
  var kept: [HeaderField] { Trail.tracked.filter { self[$0] == .kept } }

  /// The trail as text.
  var canonicalText: String {
    let words = Trail.tracked.compactMap { field -> String? in
      switch self[field] {
      case .same: nil
      case .moved: "\(field.canonicalName):moved"
      case .kept: "\(field.canonicalName):kept"
      case .lost: "\(field.canonicalName):lost"
      }
    }
    return words.isEmpty ? "-" : words.joined(separator: ",")
  }
}
