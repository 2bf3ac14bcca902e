import Networks
import Packets

/// What the registers of a device hold beyond what its rules see of them.
///
/// A rule that reads `connectionState`, `vrf` or a chosen translation is lowered to ask for all codes
/// that look to it like the values that it names (`VisibleRegisters`).
public enum RegisterCode {
  /// Added to a state in `connectionState`: the packet is exempt from tracking.
  public static let exempt: UInt128 = 8
  /// Added to a state in `connectionState`: its session forwards the packet past the filters.
  public static let forwarded: UInt128 = 16
  /// Added to a translation: the packet is a later one of a session, which remembers what the
  /// translation wrote.
  public static let again: UInt128 = 1 << 22
  /// The greatest number of a translation, those that stand for a part of a pool included.
  static let greatestTranslation: UInt128 = (1 << 18) - 1
  /// Added in `vrf` to the number of a forced way together with the VRF that the packet is in.
  static let forced: UInt128 = 0x8000
  /// The next hop of a packet that a bridge sends on: anybody.
  static let anybody: UInt128 = 0xFFFF

  /// What a translation did to the address or the port of an end.
  public enum Change: UInt128, Hashable, Sendable {
    /// Nothing.
    case none = 0
    /// It moved it by the distance of the translation's range.
    case moved = 1
    /// It overwrote it; the session remembers the old value.
    case replaced = 2
  }

  static let undo: UInt128 = 1 << 23

  /// The code for what a translation did to the other end of a session's packets, which is to be
  /// undone on this end of a reply.
  public static func undoing(_ translation: UInt128, address: Change, port: Change) -> UInt128 {
    undo + address.rawValue << 20 + port.rawValue << 18 + translation
  }

  /// The codes for undoing, of one translation or of any, by what it did.
  static func undoing(
    _ translation: UInt128? = nil, address: Change? = nil, port: Change? = nil
  ) -> Ranges {
    let changes: [Change] = [.none, .moved, .replaced]
    var codes: [ClosedRange<UInt128>] = []
    for a in changes where address == nil || a == address {
      for p in changes where port == nil || p == port {
        let base = undoing(0, address: a, port: p)
        codes.append(base + (translation ?? 0)...base + (translation ?? greatestTranslation))
      }
    }
    return Ranges(codes)
  }

  /// The flags of `connectionState`, in every combination.
  static let stateFlags = [0, exempt, forwarded, exempt + forwarded]

  /// The codes of a connection state, whatever its flags.
  static func codes(of state: ConnectionState) -> Ranges {
    Ranges(values: stateFlags.map { $0 + UInt128(state.rawValue) })
  }
}

/// How rules see the registers of one device.
struct VisibleRegisters {
  /// How many VRFs the device has, and how many ways its rules force.
  var vrfs: Int
  var forcedWays: Int
  /// How many translations the device has.
  var translations: Int
  /// For each code above these the translation, counted from 1, that it is a part of.
  var parts: [Int] = []

  /// What a register holds of a packet that is in a VRF and whose way is forced.
  func forcedCode(_ way: Int, vrf: Int) -> UInt128 {
    RegisterCode.forced + UInt128(way * vrfs + vrf)
  }

  /// The code of a part of a pool.
  func code(ofPart part: Int) -> UInt128 { UInt128(translations + 1 + part) }

  /// All codes that look to a rule like one of these values.
  func codes(_ field: HeaderField, _ values: Ranges) -> Ranges {
    switch field {
    case .connectionState:
      let states = values.intersection(Ranges(0...7))
      return Ranges(
        RegisterCode.stateFlags.flatMap { flags in
          states.ranges.map { $0.lowerBound + flags...$0.upperBound + flags }
        })
    case .vrf:
      var codes: [UInt128] = []
      for vrf in 0..<vrfs where values.contains(UInt128(vrf)) {
        for way in 0..<forcedWays { codes.append(forcedCode(way, vrf: vrf)) }
      }
      return values.union(Ranges(values: codes))
    case .destinationTranslation, .sourceTranslation: return translationCodes(values)
    default: return values
    }
  }

  private func translationCodes(_ values: Ranges) -> Ranges {
    var chosen = values.intersection(Ranges(0...UInt128(translations)))
    let whole = parts.indices.filter { chosen.contains(UInt128(parts[$0])) }
    chosen = chosen.union(Ranges(values: whole.map { code(ofPart: $0) }))
    let again = Ranges(
      chosen.subtracting(Ranges(0)).ranges.map {
        $0.lowerBound + RegisterCode.again...$0.upperBound + RegisterCode.again
      })
    let undone = chosen.contains(0) ? RegisterCode.undoing() : .none
    return chosen.union(again).union(undone)
  }
}
