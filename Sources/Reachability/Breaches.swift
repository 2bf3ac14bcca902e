import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies

/// Packets that break a requirement, where they end.
struct Breach: Sendable {
  /// Where they were delivered.
  var delivery: CanonicalNetwork.Delivery
  /// The packets.
  var flow: Flow
  /// The extent that sent them.
  var origin: ZoneExtent
  /// The devices of which the packets passed no forward filter.
  var watched: [Int] = []
}

extension Engine {
  /// The packets from a zone that are delivered to another, past no forward filter of some devices.
  mutating func delivered(
    from: ZoneExtent, to: ZoneExtent, around watched: [Int] = []
  ) throws(LimitReached) -> [Breach] {
    var result: [Breach] = []
    for reach in try reaches(of: from, around: watched) {
      for part in to.parts {
        let received = try receivedSpace(of: part)
        let end = canonical.deliveredOnSegment[part.segment]
        for flow in try flows(of: reach, at: end, within: received) {
          append(flow.space, flow.trail, .segment(part.segment), from, watched, to: &result)
        }
      }
      for device in to.devices {
        for flow in try flows(of: reach, at: canonical.deliveredToDevice[device]) {
          append(flow.space, flow.trail, .device(device), from, watched, to: &result)
        }
      }
    }
    return result
  }

  /// What a zone's hosts reach, which is shared with other questions, and what its devices do.
  mutating func reaches(
    of extent: ZoneExtent, around watched: [Int] = []
  ) throws(LimitReached) -> [Reach] {
    var result: [Reach] = []
    for starts in [try hostStarts(of: extent), try deviceStarts(of: extent)] where !starts.isEmpty {
      result.append(try reach(ReachKey(sources: starts, watched: watched)))
    }
    return result
  }

  /// What a part of a zone receives, made once for each part.
  private mutating func receivedSpace(
    of part: ZoneExtent.Part
  ) throws(LimitReached) -> HeaderSpace {
    let known = receivedCache[part.segment, default: []]
    if let made = known.first(where: { $0.addresses == part.addresses }) { return made.space }
    let made = try store.space(of: traffic.received(by: part))
    receivedCache[part.segment] = known + [(part.addresses, made)]
    return made
  }

  private func append(
    _ space: HeaderSpace, _ trail: Trail, _ delivery: CanonicalNetwork.Delivery,
    _ origin: ZoneExtent, _ watched: [Int], to breaches: inout [Breach]
  ) {
    if space.isEmpty { return }
    breaches.append(
      Breach(
        delivery: delivery, flow: Flow(trail: trail, space: space), origin: origin,
        watched: watched))
  }

  /// The breaches with only those packets that one of the boxes holds; the boxes may speak of sent
  /// fields.
  mutating func narrow(
    _ breaches: [Breach], to boxes: [HeaderBox]
  ) throws(LimitReached) -> [Breach] {
    var result: [Breach] = []
    for var breach in breaches {
      let space = try store.space(of: boxes.map(breach.flow.trail.localised))
      breach.flow.space = try store.intersection(breach.flow.space, space)
      if !breach.flow.space.isEmpty { result.append(breach) }
    }
    return result
  }

  /// The breaches without the packets that one of the boxes holds.
  mutating func remove(
    _ boxes: [HeaderBox], from breaches: [Breach]
  ) throws(LimitReached) -> [Breach] {
    var result: [Breach] = []
    for var breach in breaches {
      let space = try store.space(of: boxes.map(breach.flow.trail.localised))
      breach.flow.space = try store.subtracting(space, from: breach.flow.space)
      if !breach.flow.space.isEmpty { result.append(breach) }
    }
    return result
  }

  /// The breaches with only those packets that passed sessions in one of these ways.
  mutating func narrow(
    _ breaches: [Breach], toUses uses: ClosedRange<UInt128>
  ) throws(LimitReached) -> [Breach] {
    try narrow(breaches, to: [HeaderBox().constrained(.sessionUse, to: Ranges(uses))])
  }

  /// The breaches with only those packets of which the sent or the delivered port is one of the
  /// services.
  mutating func narrow(
    _ breaches: [Breach], to services: ServiceSet
  ) throws(LimitReached) -> [Breach] {
    if services.isAny { return breaches }
    let delivered = traffic.boxes(of: services)
    let sent = traffic.boxes(of: services, port: .sentDestinationPort)
    var result: [Breach] = []
    for breach in breaches {
      // A port that nobody wrote was sent as it was delivered, and is not there in a later fragment.
      let isSame = breach.flow.trail[.destinationPort] == .same
      result += try narrow([breach], to: isSame ? delivered : delivered + sent)
    }
    return result
  }

  /// The breaches without what conduits admit.
  mutating func remove(
    _ conduits: [Conduit<ZoneExtent>], from breaches: [Breach]
  ) throws(LimitReached) -> [Breach] {
    let sources = conduits.map { traffic.sources(of: $0)?.sentSourceBoxes ?? [HeaderBox()] }
    var result: [Breach] = []
    for breach in breaches {
      let admitted = zip(conduits, sources).flatMap {
        HeaderBox.product(traffic.boxes(of: $0, into: breach.delivery), $1)
      }
      result += try remove(admitted, from: [breach])
    }
    return result
  }
}
