public import Networks
public import Packets

extension AddressSet {
  /// Boxes of the packets to one of these addresses.
  public var destinationBoxes: [HeaderBox] { boxes(.destinationIPv4, .destinationIPv6) }

  /// Boxes of the packets from one of these addresses.
  public var sourceBoxes: [HeaderBox] { boxes(.sourceIPv4, .sourceIPv6) }

  /// Boxes of the packets that were sent from one of these addresses.
  public var sentSourceBoxes: [HeaderBox] { boxes(.sentSourceIPv4, .sentSourceIPv6) }

  private func boxes(_ v4: HeaderField, _ v6: HeaderField) -> [HeaderBox] {
    var result: [HeaderBox] = []
    for (family, field) in [(Family.ipv4, v4), (.ipv6, v6)] where !self[family].isEmpty {
      result.append(
        HeaderBox().constrained(.family, to: Ranges(UInt128(family.rawValue)))
          .constrained(field, to: self[family]))
    }
    return result
  }
}
