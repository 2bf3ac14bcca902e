import HeaderSpaces
import Networks
import Packets
import Policies

extension Verifier {
  /// A relay to which a zone can send what it accepts, if there is one.
  ///
  /// What a relay opens in turn is not followed, so nothing that could lead through one is ever
  /// called proved.
  mutating func reachableRelay(from: ZoneExtent) throws(LimitReached) -> String? {
    for group in network.endpoints where !group.relays.isEmpty {
      // A relay of the zone itself sends as the zone does.
      let isInside = group.attachments.allSatisfy { attachment in
        let own = from[attachment.segment]?.addresses ?? .none
        return attachment.addresses.subtracting(own).isEmpty
      }
      if isInside { continue }
      let parts = group.attachments.map {
        ZoneExtent.Part(segment: $0.segment, addresses: $0.addresses, declared: $0.addresses)
      }
      let relay = ZoneExtent(
        name: group.name, place: group.place, parts: parts.sorted { $0.segment < $1.segment })
      let all = try engine.delivered(from: from, to: relay)
      for accepted in group.relays.map(\.accepts) {
        if try !engine.narrow(all, to: accepted).isEmpty { return group.name }
      }
    }
    return nil
  }
}
