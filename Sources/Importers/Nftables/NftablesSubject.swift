import Networks
import Packets

/// What the left side of a comparison reads from a packet.
struct NftablesSubject {
  /// How words and texts on the right side become numbers.
  enum Datatype: Hashable {
    case address(Family)
    case protocolNumber
    case port
    case words([String: UInt128])
    case interface
    case existence
  }

  /// Packets that show the subject as one of these values.
  struct Class {
    var match: Match
    var values: Ranges
    /// The field that has the value, if the model has one.
    var field: HeaderField?
  }

  /// Where the value stands in the model.
  enum Reading {
    /// In a field.
    case field(HeaderField)
    /// In a field of the transport header. Later IPv4 fragments have data in its place.
    case transport(HeaderField)
    /// In the first four bytes after the network header, whatever the protocol.
    case anyTransport(HeaderField)
    /// In the field of an interface, by the index that the importer gave it.
    case interface(HeaderField)
    /// In several ways that together cover all packets.
    case classes([Class])
    /// Nowhere: a condition stands for the comparison.
    case unknown(kind: String, why: String)
  }

  /// How the listing names it.
  var title: String
  var datatype: Datatype
  /// The greatest value.
  var greatest: UInt128
  var reading: Reading
  /// What the packet must be for the subject to be read at all.
  ///
  /// It holds before the comparison and
  /// is never negated.
  var dependencies: [Match] = []
  /// How often the condition is evaluated, where there is one.
  var scope = Condition.ofPacket

  /// A subject that the model has not.
  static func unknown(
    _ title: String, kind: String, _ why: String, dependencies: [Match] = [],
    scope: Condition.Scope = Condition.ofPacket
  ) -> Self {
    Self(
      title: title, datatype: .words([:]), greatest: UInt128(UInt64.max),
      reading: .unknown(kind: kind, why: why), dependencies: dependencies, scope: scope)
  }

  /// Whether a comparison is a condition.
  var isUnknown: Bool {
    if case .unknown = reading { return true }
    return false
  }
}

/// A subject, and what is computed from it before the comparison.
struct NftablesOperand {
  /// A bitwise operation with a constant.
  enum Transform: Hashable {
    case and(UInt128)
    case or(UInt128)
    case xor(UInt128)
    case left(UInt128)
    case right(UInt128)

    func apply(_ value: UInt128, greatest: UInt128) -> UInt128 {
      switch self {
      case .and(let mask): value & mask
      case .or(let mask): value | mask
      case .xor(let mask): value ^ mask
      case .left(let count): count < 128 ? (value << count) & greatest : 0
      case .right(let count): count < 128 ? value >> count : 0
      }
    }
  }

  var subject: NftablesSubject
  var transforms: [Transform] = []

  /// What is compared, for a subject of this value.
  func result(_ value: UInt128) -> UInt128 {
    transforms.reduce(value) { $1.apply($0, greatest: subject.greatest) }
  }

  /// The values of the subject for which what is compared is one of `results`.
  ///
  /// `domain` has the only values that the subject ever has, if they are few.
  ///
  /// - Returns: `nil` where they are too scattered to be listed.
  func preimage(of results: Ranges, domain: [UInt128]?) -> Ranges? {
    if transforms.isEmpty { return results }
    if let domain { return Ranges(values: domain.filter { results.contains(result($0)) }) }
    if subject.greatest <= 0xFFFF {
      let all = 0...subject.greatest
      return Ranges(values: all.filter { results.contains(result($0)) })
    }
    guard transforms.count == 1, case .and(let mask) = transforms[0], results.ranges.count <= 64,
      results.ranges.allSatisfy({ $0.lowerBound == $0.upperBound })
    else { return nil }
    var found: [ClosedRange<UInt128>] = []
    for range in results.ranges {
      guard let part = masked(mask, range.lowerBound) else { return nil }
      found += part
    }
    return Ranges(found)
  }

  /// The values that a mask leaves as `value`; `nil` where they are more than 4,096 ranges.
  private func masked(_ mask: UInt128, _ value: UInt128) -> [ClosedRange<UInt128>]? {
    let greatest = subject.greatest
    if value & ~mask != 0 || value > greatest { return [] }
    let free = greatest & ~mask
    let low = (~free).trailingZeroBitCount
    let run: UInt128 = low >= 128 ? .max : (UInt128(1) << UInt128(low)) - 1
    let scattered = free & ~run
    guard scattered.nonzeroBitCount <= 12 else { return nil }
    // Counts through the subsets of the scattered bits.
    var ranges: [ClosedRange<UInt128>] = []
    var subset: UInt128 = 0
    repeat {
      ranges.append((value | subset)...(value | subset | run))
      subset = (subset &- scattered) & scattered
    } while subset != 0
    return ranges
  }
}
