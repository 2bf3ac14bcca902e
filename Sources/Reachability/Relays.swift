import HeaderSpaces
import Networks
import Packets
import Policies

extension Verifier {
  /// A relay through which a zone's traffic may go on, if there is one besides those of `except`.
  ///
  /// What a relay opens in turn is not followed, so nothing that could lead through one is ever
  /// called proved. With `pulling` a relay counts that can open to the zone what it opens, too: it
  /// may fetch there what it then passes on.
  mutating func reachableRelay(
    from: ZoneExtent, except: ZoneExtent? = nil, pulling: Bool
  ) throws(LimitReached) -> String? {
    for group in network.endpoints {
      // A relay of the zone itself sends as the zone does.
      guard let first = group.relays.first, !isInside(group, from) else { continue }
      if let except, isInside(group, except) { continue }
      let parts = group.attachments.map {
        ZoneExtent.Part(segment: $0.segment, addresses: $0.addresses, declared: $0.addresses)
      }
      let relay = ZoneExtent(
        name: group.name, place: group.place, parts: parts.sorted { $0.segment < $1.segment })
      let sent = try engine.delivered(from: from, to: relay)
      let accepted = group.relays.dropFirst().reduce(first.accepts) { $0.union($1.accepts) }
      if try !engine.narrow(sent, to: accepted).isEmpty { return group.name }
      guard pulling else { continue }
      let fetched = try engine.delivered(from: relay, to: from)
      let opened = group.relays.dropFirst().reduce(first.opens) { $0.union($1.opens) }
      if try !engine.narrow(fetched, to: opened).isEmpty { return group.name }
    }
    return nil
  }

  private func isInside(_ group: EndpointGroup, _ zone: ZoneExtent) -> Bool {
    group.attachments.allSatisfy { attachment in
      let own = zone[attachment.segment]?.addresses ?? .none
      return attachment.addresses.subtracting(own).isEmpty
    }
  }
}
