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
  /// The state of a new packet that is a later fragment and was cut off the packet that was looked
  /// up: it looks new to rules, and opens no session.
  static let cutOff: UInt128 = 5
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

  private static let undo: UInt128 = 1 << 23
  private static let again: UInt128 = 1 << 22

  /// The code for what a translation did to the other end of a session's packets, which is to be
  /// undone on this end of a reply.
  public static func undoing(_ translation: UInt128, address: Change, port: Change) -> UInt128 {
    undo + changes(address, port) + translation
  }

  /// The code for what a translation did to an end of a session's first packet, which is to be done
  /// to its later packets again.
  public static func repeating(_ translation: UInt128, address: Change, port: Change) -> UInt128 {
    again + changes(address, port) + translation
  }

  private static func changes(_ address: Change, _ port: Change) -> UInt128 {
    address.rawValue << 20 + port.rawValue << 18
  }

  /// The codes for undoing, of one translation or of any, by what it did.
  static func undoing(
    _ translation: UInt128? = nil, address: Change? = nil, port: Change? = nil
  ) -> Ranges {
    codes(undo, translation.map { Ranges($0) } ?? all, address, port)
  }

  /// The codes for doing again, of one translation or of any, by what it did.
  static func repeating(
    _ translation: UInt128? = nil, address: Change? = nil, port: Change? = nil
  ) -> Ranges {
    codes(again, translation.map { Ranges($0) } ?? all, address, port)
  }

  /// The codes for doing again what any of these translations did.
  static func repeating(any translations: Ranges) -> Ranges { codes(again, translations, nil, nil) }

  private static let all = Ranges(0...greatestTranslation)

  private static func codes(
    _ base: UInt128, _ translations: Ranges, _ address: Change?, _ port: Change?
  ) -> Ranges {
    let every: [Change] = [.none, .moved, .replaced]
    var codes: [ClosedRange<UInt128>] = []
    for a in every where address == nil || a == address {
      for p in every where port == nil || p == port {
        let base = base + changes(a, p)
        codes += translations.ranges.map { base + $0.lowerBound...base + $0.upperBound }
      }
    }
    return Ranges(codes)
  }

  /// The flags of `connectionState`, in every combination.
  static let stateFlags = [0, exempt, forwarded, exempt + forwarded]

  /// The codes of a connection state, whatever its flags.
  static func codes(of state: ConnectionState) -> Ranges {
    let own = [UInt128(state.rawValue)] + (state == .new ? [cutOff] : [])
    return Ranges(values: stateFlags.flatMap { flags in own.map { $0 + flags } })
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
      var states = values.intersection(Ranges(0...RegisterCode.cutOff - 1))
      if states.contains(UInt128(ConnectionState.new.rawValue)) {
        states = states.union(Ranges(RegisterCode.cutOff))
      }
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
    let again = RegisterCode.repeating(any: chosen.subtracting(Ranges(0)))
    let undone = chosen.contains(0) ? RegisterCode.undoing() : .none
    return chosen.union(again).union(undone)
  }
}
