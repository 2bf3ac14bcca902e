import Canonical
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
    for relay in engine.traffic.relays(outside: from, and: except) {
      let sent = try engine.delivered(from: from, to: relay.extent)
      if try !engine.narrow(sent, to: relay.accepts).isEmpty { return relay.extent.name }
      guard pulling else { continue }
      let fetched = try engine.delivered(from: relay.extent, to: from)
      if try !engine.narrow(fetched, to: relay.opens).isEmpty { return relay.extent.name }
    }
    return nil
  }
}
