import Packets

/// What became of the fields that translations rewrite, since the packet was sent (or, while sessions
/// are learnt, since it was last looked up in them).
///
/// It lets the header as sent be read off the header as it is. Where nothing was rewritten the two
/// are the same and cost nothing; where values moved by a distance, the distance is known; only where
/// the old value cannot be told from the new one is it kept, in a ghost field of the set.
struct Trail: Hashable, Sendable {
  /// The fields that are tracked, with their ghosts of either bank.
  static let tracked: [HeaderField] = [
    .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .sourcePort, .destinationPort,
  ]

  /// Which ghosts hold old values.
  enum Bank: Hashable, Sendable {
    /// The header as sent or, while sessions are learnt, when it was looked up in them.
    case sent
    /// The header that a session's first packet had when it was looked up.
    case session
  }

  /// What became of one field.
  enum Track: Hashable, Sendable {
    /// Never rewritten.
    case same
    /// Moved by this distance, modulo 2^128.
    case moved(UInt128)
    /// Overwritten; the old value is in the ghost.
    case kept
  }

  /// For each tracked field two bits: 0 `same`, 1 `moved`, 2 `kept`.
  private var kinds: UInt16 = 0
  /// The distances of moved fields, ascending by field: rare, so that a trail is plain memory.
  private var distances: [UInt128] = []
  /// The trail of a packet to which nothing has happened.
  static let untouched = Self()

  /// What became of a field; `same` for those that are not tracked.
  subscript(field: HeaderField) -> Track {
    get {
      guard kinds != 0, let index = Self.tracked.firstIndex(of: field) else { return .same }
      switch kind(index) {
      case 1: return .moved(distances[rank(index)])
      case 2: return .kept
      default: return .same
      }
    }
    set {
      guard let index = Self.tracked.firstIndex(of: field) else { return }
      if kind(index) == 1 { distances.remove(at: rank(index)) }
      kinds &= ~(3 << UInt16(2 * index))
      switch newValue {
      case .same: break
      case .kept: kinds |= 2 << UInt16(2 * index)
      case .moved(let distance):
        distances.insert(distance, at: rank(index))
        kinds |= 1 << UInt16(2 * index)
      }
    }
  }

  private func kind(_ index: Int) -> UInt16 { kinds >> UInt16(2 * index) & 3 }

  /// How many fields before this one are moved.
  private func rank(_ index: Int) -> Int { (0..<index).count { kind($0) == 1 } }

  /// An order that hangs on nothing but what became of the fields: what was not rewritten comes first.
  static func < (a: Self, b: Self) -> Bool {
    if a.kinds == b.kinds { return a.distances.lexicographicallyPrecedes(b.distances) }
    return a.kinds == 0 || b.kinds != 0 && a.kinds > b.kinds
  }

  /// The ghost of a tracked field.
  static func ghost(of field: HeaderField, in bank: Bank) -> HeaderField? {
    switch (field, bank) {
    case (.sourceIPv4, .sent): .sentSourceIPv4
    case (.sourceIPv6, .sent): .sentSourceIPv6
    case (.destinationIPv4, .sent): .sentDestinationIPv4
    case (.destinationIPv6, .sent): .sentDestinationIPv6
    case (.sourcePort, .sent): .sentSourcePort
    case (.destinationPort, .sent): .sentDestinationPort
    case (.sourceIPv4, .session): .sessionSourceIPv4
    case (.sourceIPv6, .session): .sessionSourceIPv6
    case (.destinationIPv4, .session): .sessionDestinationIPv4
    case (.destinationIPv6, .session): .sessionDestinationIPv6
    case (.sourcePort, .session): .sessionSourcePort
    case (.destinationPort, .session): .sessionDestinationPort
    default: nil
    }
  }

  /// The ghosts of a bank.
  static func ghosts(in bank: Bank) -> [HeaderField] {
    tracked.compactMap { ghost(of: $0, in: bank) }
  }

  /// A box that speaks of sent fields, put in terms of the fields that a set with this trail has.
  func localised(_ box: HeaderBox) -> HeaderBox {
    var result = box
    for field in Self.tracked {
      guard let ghost = Self.ghost(of: field, in: .sent) else { continue }
      let values = box[ghost]
      if values == ghost.allValues { continue }
      switch self[field] {
      case .kept: continue
      case .same:
        result = result.without(ghost)
        result.constrain(field, to: values)
      case .moved(let distance):
        result = result.without(ghost)
        result.constrain(field, to: Self.move(values, by: distance, in: field))
      }
    }
    if box.isEmpty { result.constrain(.family, to: .none) }
    return result
  }

  /// Values moved by a distance; what would leave the field is dropped.
  static func move(_ values: Ranges, by distance: UInt128, in field: HeaderField) -> Ranges {
    var moved: [ClosedRange<UInt128>] = []
    for range in values.ranges {
      let low = range.lowerBound &+ distance
      let high = range.upperBound &+ distance
      if low <= high, high <= field.greatest {
        moved.append(low...high)
      } else {
        // Part of the range leaves the field: keep the part that stays.
        if low <= field.greatest { moved.append(low...field.greatest) }
        if high <= field.greatest { moved.append(0...high) }
      }
    }
    return Ranges(moved)
  }
}
