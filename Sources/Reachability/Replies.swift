import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies

extension Engine {
  /// The fields of a connection: what a reply exchanges.
  private static let tuple: Set<HeaderField> = [
    .family, .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .protocol, .sourcePort,
    .destinationPort,
  ]

  /// The part of a breach whose replies can come back to where it was sent.
  ///
  /// Sessions may be anybody's here, so that the part is never too small.
  mutating func answered(
    _ breach: Breach, from: ZoneExtent
  ) throws(LimitReached) -> Breach {
    let away = HeaderField.allCases.filter { !Self.tuple.contains($0) }
    let literals = store.conditions(in: breach.flow.space)
    var replies = try store.existentially(breach.flow.space, over: literals)
    replies = try swapped(try store.project(replies, away: away))
    let flags = HeaderBox().constrained(
      .tcpFlags, to: Ranges(UInt128(TCPFlags.syn | TCPFlags.ack)))
    replies = try store.restrict(replies, to: ZoneTraffic.outside.intersection(flags))
    replies = try store.intersection(replies, valid)
    for field in [HeaderField.monitor, .origin] {
      replies = try store.restrict(replies, field, to: Ranges(0))
    }
    let location: Int
    switch breach.delivery {
    case .segment(let segment): location = canonical.sent[segment]
    case .device(let device): location = canonical.output[device]
    }
    let reach = try reach(
      ReachKey(sources: [ReachKey.Start(location: location, space: replies)], watched: []))
    var returned = HeaderSpace.empty
    for part in from.parts {
      for flow in try flows(
        of: reach, at: canonical.deliveredOnSegment[part.segment])
      {
        returned = try store.union(returned, flow.space)
      }
    }
    for device in from.devices {
      for flow in try flows(of: reach, at: canonical.deliveredToDevice[device]) {
        returned = try store.union(returned, flow.space)
      }
    }
    let back = store.conditions(in: returned)
    returned = try store.existentially(returned, over: back)
    var sent = try swapped(try store.project(returned, away: away))
    sent = try localised(sent, by: breach.flow.trail)
    var result = breach
    result.flow.space = try store.intersection(breach.flow.space, sent)
    return result
  }

  /// The replies to packets of protocols that answer: TCP, and ICMP requests.
  mutating func replies(to space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    let away = HeaderField.allCases.filter {
      !Self.tuple.contains($0) && $0 != .icmpType
        && HeaderField.etherType >= $0
    }
    let whole = HeaderBox().constrained(.fragment, to: Ranges(0))
    let tcp = whole.constrained(.protocol, to: Ranges(UInt128(IPProtocol.tcp)))
    var segments = try store.restrict(space, to: tcp)
    segments = try swapped(try store.project(segments, away: away))
    let flags = UInt128(TCPFlags.syn | TCPFlags.ack)
    segments = try store.restrict(
      segments, to: tcp.constrained(.tcpFlags, to: Ranges(flags)))
    var requests: [HeaderBox] = []
    for (family, icmp) in [(Family.ipv4, IPProtocol.icmp), (.ipv6, IPProtocol.icmpv6)] {
      let types = SessionBehaviour.icmpReplyTypes[family] ?? [:]
      requests.append(
        whole.constrained(.family, to: Ranges(UInt128(family.rawValue)))
          .constrained(.protocol, to: Ranges(UInt128(icmp)))
          .constrained(.icmpType, to: Ranges(values: types.keys.map { UInt128($0) })))
    }
    var echoes = try store.intersection(space, try store.space(of: requests))
    echoes = try answeredTypes(of: echoes)
    echoes = try swapped(try store.project(echoes, away: away))
    echoes = try store.restrict(echoes, to: whole)
    let both = try store.union(segments, echoes)
    let replies = try store.intersection(both, valid)
    let protocols = try store.values(of: .protocol, in: replies)
    let plain = ZoneTraffic.withoutExtensionHeaders(
      HeaderBox().constrained(.protocol, to: protocols))
    return try store.intersection(replies, try store.space(of: plain))
  }

  /// The set with sources and destinations exchanged.
  mutating func swapped(_ space: HeaderSpace) throws(LimitReached) -> HeaderSpace {
    let ends: [(HeaderField, HeaderField)] = [
      (.sourceIPv4, .destinationIPv4), (.sourceIPv6, .destinationIPv6),
      (.sourcePort, .destinationPort),
    ]
    return try store.swap(ends, in: space)
  }

  /// A set of headers as sent, put in terms of the fields that a set with this trail has.
  private mutating func localised(
    _ space: HeaderSpace, by trail: Trail
  ) throws(LimitReached) -> HeaderSpace {
    var result = space
    for field in Trail.tracked {
      guard let ghost = Trail.ghost(of: field, in: .sent) else { continue }
      switch trail[field] {
      case .same: break
      case .moved(let distance): result = try moved(field, by: distance, in: result)
      case .kept: result = try store.rename(field, to: ghost, in: result)
      }
    }
    return result
  }
}
