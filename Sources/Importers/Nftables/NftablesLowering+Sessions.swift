import Documents
import Networks
import Packets
import Places

extension NftablesLowering {
  /// How the kernel tracks connections of these families, with its defaults.
  static func sessions(of tracked: Set<Family>) -> SessionBehaviour {
    let isTCP = isProtocol(IPProtocol.tcp)
    let isICMP = Match.all([isFamily(.ipv4), isProtocol(IPProtocol.icmp)])
    let isICMPv6 = Match.all([isFamily(.ipv6), isProtocol(IPProtocol.icmpv6)])
    let opens = Match.some([
      // `tcp_loose` takes an ACK of a connection that it has not seen begin.
      .all([isTCP, .field(.tcpFlags, openingFlags)]),
      .all([isICMP, .field(.icmpType, Ranges(values: [8, 13, 15, 17]))]),
      .all([isICMPv6, .field(.icmpType, Ranges(values: [128, 139]))]),
      .not(.some([isTCP, isICMP, isICMPv6])),
    ])
    // Neighbour discovery, router advertisements and multicast listeners.
    var untracked: [Match] = [
      .all([isICMPv6, .field(.icmpType, Ranges([130...137, 143...143]))])
    ]
    for family in [Family.ipv4, .ipv6, .nonIP] where !tracked.contains(family) {
      untracked.append(isFamily(family))
    }
    return SessionBehaviour(
      opens: opens, untracked: .some(untracked), bypassesFilters: false, acceptsRelated: true)
  }

  /// The TCP flags of a packet that may open a session: SYN or ACK, with URG or without, and without
  /// FIN, RST or both at once.
  static let openingFlags = TCPFlags.initial.union(acknowledgingFlags)

  /// The TCP flags of an opening packet that has no SYN.
  private static let acknowledgingFlags = TCPFlags.values(
    where: TCPFlags.fin | TCPFlags.syn | TCPFlags.rst | TCPFlags.ack, equals: TCPFlags.ack)

  /// Where fragments are put together: later ones are lost, those of families that are not tracked
  /// go on.
  mutating func reassembly() -> Stage {
    if facts.tracked.isSuperset(of: [.ipv4, .ipv6]), bypassMark == nil { return .reassemble }
    let families = Ranges(values: facts.tracked.map { UInt128($0.rawValue) })
    var parts: [Match] = [.field(.family, families), .field(.fragment, Ranges(1))]
    if let mark = bypassMark { parts.append(.not(.field(.mark, Ranges(mark)))) }
    return builtIn("reassembly", [("later fragment", .all(parts), [], .deny)])
  }

  /// What follows the look-up of sessions: expected connections, packets that a flowtable takes, and
  /// segments out of place.
  mutating func afterRecall() -> [Stage] {
    var rules: [(String, Match, [Effect], ACL.Action)] = []
    for helper in facts.helpers {
      let name = helper.object?.first?.value.string ?? "helper"
      let index = condition(
        "helper", name, at: helper, "a helper may expect any connection from what it read")
      rules.append(
        (
          "expected", .all([isState(.new), .condition(index)]),
          [set(.related)], .next
        ))
    }
    if let mark = bypassMark {
      for offload in facts.offloads {
        let index = condition(
          "flowtable", "flow add", at: offload,
          "which established packets a flowtable takes past the chains is not modelled")
        rules.append(
          (
            "offloaded", .all([isState(.established), .condition(index)]), [.set(.mark, mark)],
            .permit
          ))
      }
    }
    rules += outOfPlace()
    return rules.isEmpty ? [] : [builtIn("after the session look-up", rules)]
  }

  /// What becomes of a TCP segment that may open a session, but that the kernel finds out of place in
  /// one that is there: an ACK before any answer, or one out of the window.
  ///
  /// `nf_conntrack_tcp_packet` makes it invalid, so that it passes as it came, without the session's
  /// translations. Sequence numbers are no part of packets here: with the condition true it may be
  /// invalid, and may be new, too. A SYN in the direction that opened a session is never out of place;
  /// one in the other is, and counts as new here.
  private mutating func outOfPlace() -> [(String, Match, [Effect], ACL.Action)] {
    guard let chain = ruleset.chains.first?.value else { return [] }
    let index = condition(
      named: "tcp-out-of-place", at: chain, scope: Condition.ofPacket,
      "a TCP segment that is out of place in its session is invalid")
    let segment = Match.all([
      Self.isProtocol(IPProtocol.tcp), .field(.tcpFlags, Self.acknowledgingFlags), isState(.new),
      .condition(index),
    ])
    // What is not modelled either leaves the list, so that the segment is new, or goes on.
    return [
      ("out of place or new", segment, [], .opaque(condition: index, writes: [])),
      ("out of place", segment, [set(.invalid)], .permit),
    ]
  }

  private func isState(_ state: ConnectionState) -> Match {
    .field(.connectionState, Ranges(UInt128(state.rawValue)))
  }

  private func set(_ state: ConnectionState) -> Effect {
    .set(.connectionState, UInt128(state.rawValue))
  }

  /// Where sessions are remembered: an expected connection opens one too.
  mutating func memory() -> [Stage] {
    guard !facts.tracked.isEmpty else { return [] }
    guard !facts.helpers.isEmpty else { return [.remember] }
    let isExpected = Match.all([isState(.related), .not(SessionBehaviour.icmpErrors)])
    return [
      builtIn("expected connections", [("expected", isExpected, [set(.new)], .permit)]),
      .remember,
    ]
  }

  /// What becomes of the source of an ICMP error about a session of which that end is translated.
  ///
  /// `nf_nat_icmp_reply_translation` of the kernel gives the error the source that the session's packets
  /// in its direction have after translation, whoever sends it. Which session that is, is in what the
  /// error quotes; packets here quote nothing, so that any source is possible.
  mutating func errorSources(by chain: DocumentValue) -> [Stage] {
    let index = condition(
      named: "icmp-error-source", at: chain, scope: Condition.ofPacket,
      "an ICMP error about a translated session gets its source from the translation")
    let isError = Match.all([
      isState(.related), SessionBehaviour.icmpErrors, Self.isRewritten(.source),
    ])
    let action = ACL.Action.opaque(condition: index, writes: [.sourceIPv4, .sourceIPv6])
    return [builtIn("errors about translated sessions", [("error", isError, [], action)])]
  }

  /// What becomes of an end that a session translates and that rules write, too.
  ///
  /// `nf_nat_manip_pkt` of the kernel writes what the session noted: the address and port with which it
  /// began, but for what the rule of the translation names. What other rules wrote on the way is lost.
  /// The model keeps what they wrote; with the condition it may be anything.
  mutating func restored(_ end: TranslationEnd, by chain: DocumentValue) -> [Stage] {
    let fields = end.fields.filter(facts.writtenEnds.contains)
    if fields.isEmpty { return [] }
    let index = condition(
      named: "translation-restores", at: chain, scope: Condition.ofPacket,
      "a translation gives a packet what its session began with, whatever rules have written")
    let action = ACL.Action.opaque(condition: index, writes: fields)
    return [
      builtIn("what translation restores", [("translated", Self.isRewritten(end), [], action)])
    ]
  }

  /// Whether this end of the packet is one that its session translates.
  private static func isRewritten(_ end: TranslationEnd) -> Match {
    let isSourceTranslated = Match.field(.connectionStatus, Ranges(values: [1, 3]))
    let isDestinationTranslated = Match.field(.connectionStatus, Ranges(values: [2, 3]))
    let isForward = Match.field(.connectionDirection, Ranges(0))
    let isReply = Match.field(.connectionDirection, Ranges(1))
    switch end {
    case .source:
      return .some([
        .all([isForward, isSourceTranslated]), .all([isReply, isDestinationTranslated]),
      ])
    case .destination:
      return .some([
        .all([isForward, isDestinationTranslated]), .all([isReply, isSourceTranslated]),
      ])
    }
  }

  /// Where packets that were put together leave in fragments again.
  ///
  /// Only families that are tracked do. The others are told apart by noting which packets were
  /// fragments before, in a field that no rule reads any more.
  mutating func fragmentation() -> [Stage] {
    guard !facts.tracked.isEmpty else { return [] }
    if facts.tracked.isSuperset(of: [.ipv4, .ipv6]) { return [.fragment] }
    let untracked = [Family.ipv4, .ipv6].filter { !facts.tracked.contains($0) }
    let isUntracked = Match.field(.family, Ranges(values: untracked.map { UInt128($0.rawValue) }))
    let isFragment = Match.field(.fragment, Ranges(1))
    return [
      builtIn(
        "fragments before",
        [
          ("fragment", isFragment, [.set(.connectionStatus, 1)], .permit),
          ("whole packet", .any, [.set(.connectionStatus, 0)], .permit),
        ]),
      .fragment,
      builtIn(
        "fragments after",
        [
          (
            "not fragmented",
            .all([isUntracked, isFragment, .field(.connectionStatus, Ranges(0))]), [], .deny
          )
        ]),
    ]
  }

  /// A list of what the kernel does by itself.
  private mutating func builtIn(
    _ name: String, _ rules: [(String, Match, [Effect], ACL.Action)]
  ) -> Stage {
    let place = Place.implied(by: "netfilter")
    device.acls.append(
      ACL(
        name: name, place: place,
        rules: rules.map {
          ACL.Rule(name: $0.0, place: place, match: $0.1, effects: $0.2, action: $0.3)
        }, end: .permit))
    return .filter(device.acls.count - 1, role: .plain)
  }
}
