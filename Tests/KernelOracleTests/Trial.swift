import Networks
import Packets
import Simulation

/// One packet with what follows it, sent through the kernel and through the model.
struct Trial: Hashable, Sendable {
  /// The packet that somebody sends.
  var header: Header
  /// The segment from whose hosts.
  var origin: Int
  /// Whether the packet's receiver sends an ICMP error as well.
  var hasError: Bool
}

/// What was compared.
struct Tally {
  var networks = 0
  var refused = 0
  var packets = 0
  var delivered = 0
  var replies = 0
  var translated = 0
  /// Packets for which the model has more than one outcome.
  var open = 0
  /// Packets that the model could not be asked about within its bounds.
  var skipped = 0

  var words: String {
    "\(networks) networks, \(packets) packets, \(delivered) delivered, \(translated) translated, "
      + "\(replies) replies; \(open) open, \(skipped) skipped, "
      + "\(refused) rulesets refused"
  }
}

/// Where the kernel does what Firebreak does not say.
struct Disagreement: Error {
  var words: String
}

/// A network in the kernel and in the model.
final class Comparison {
  let laboratory: Laboratory
  let model: Model
  /// How long to wait for packets beyond the time that they need.
  var patience: Int32 = 0
  var tally = Tally()
  private var cookie: UInt32 = 1

  init(_ laboratory: Laboratory, _ model: Model) {
    self.laboratory = laboratory
    self.model = model
  }

  /// Sends a packet and what follows, and compares each.
  func run(_ trial: Trial) throws {
    try laboratory.forget()
    var message = Message(header: trial.header, cookie: 0)
    message.acknowledged = trial.header.tcpFlags & 16 == 0 ? 0 : 5000
    let first = try step("the packet", message, from: trial.origin, after: [[]], isNew: true)
    guard let arrival = first.arrival, case .segment(let place) = arrival.place else { return }
    let answered = try answer(trial, arrival, place, first.memories)
    if trial.hasError {
      _ = try step(
        "an ICMP error about it", Self.error(about: arrival), from: place, after: answered.memories,
        isNew: false)
    }
  }

  /// Sends the answer to what came out, and then the packet that follows in the first direction.
  private func answer(
    _ trial: Trial, _ arrival: Laboratory.Arrival, _ place: Int, _ memories: [[Session]]
  ) throws -> Step {
    let nothing = Step(arrival: nil, memories: memories)
    let sent = trial.header
    let type = sent.icmpType
    if sent.has(.icmpType), type != 8, type != 128 { return nothing }
    // On one segment hosts answer each other without a gateway.
    if place == trial.origin { return nothing }
    if sent.has(.tcpFlags), sent.tcpFlags & 0x3F != 2, sent.tcpFlags & 0x17 != 16 { return nothing }
    let isOpening = sent.has(.tcpFlags) && sent.tcpFlags & 16 == 0
    var back = Message(header: reply(to: arrival.sighting.header), cookie: 0)
    back.identifier = arrival.sighting.identifier
    back.sequence = 5000
    back.acknowledged = isOpening ? 1001 : 1008
    if sent.has(.tcpFlags), !isOpening { back.header.tcpFlags = 16 }
    let second = try step("its reply", back, from: place, after: memories, isNew: false)
    guard let returned = second.arrival, returned.place == .segment(trial.origin) else {
      return Step(arrival: nil, memories: second.memories.isEmpty ? memories : second.memories)
    }
    tally.replies += 1
    // A gateway that did not see the answer finds the next TCP segment invalid.
    if sent.has(.tcpFlags), second.isStray { return Step(arrival: nil, memories: second.memories) }
    var next = Message(header: sent, cookie: 0)
    next.sequence = isOpening ? 1001 : 1008
    next.acknowledged = isOpening ? 5001 : 5008
    if sent.has(.tcpFlags) { next.header.tcpFlags = 16 }
    let third = try step(
      "the next packet", next, from: trial.origin, after: second.memories, isNew: false)
    return Step(arrival: nil, memories: third.memories.isEmpty ? second.memories : third.memories)
  }

  private static func error(about arrival: Laboratory.Arrival) -> Message {
    let seen = arrival.sighting.header
    let isIPv4 = seen.family == .ipv4
    let header = Header(
      family: seen.family, source: seen.destination, destination: seen.source,
      protocol: isIPv4 ? 1 : 58, icmpType: isIPv4 ? 3 : 1, icmpCode: isIPv4 ? 3 : 4)
    var message = Message(header: header, cookie: 0)
    message.identifier = arrival.sighting.identifier
    message.quoted = seen
    return message
  }

  private struct Step {
    var arrival: Laboratory.Arrival?
    /// What devices may remember after it.
    var memories: [[Session]]
    /// Whether it may have passed a gateway outside of the sessions that are open there.
    var isStray = false
  }

  /// Sends one packet and compares what becomes of it.
  private func step(
    _ name: String, _ unmarked: Message, from segment: Int, after memories: [[Session]], isNew: Bool
  ) throws -> Step {
    var message = unmarked
    cookie += 1
    message.cookie = cookie
    if isNew { message.identifier = UInt16(truncatingIfNeeded: cookie) }
    let sent = message.header
    let arrivals = try laboratory.send(message, from: segment, patience: patience).filter {
      let header = $0.sighting.header
      return header.protocol == sent.protocol && header.icmpType == sent.icmpType
    }
    tally.packets += 1
    let found = Set(arrivals.map { Laboratory.Seen(place: $0.place, header: $0.sighting.header) })
    let possible = model.possibilities(
      sent, from: segment, after: memories, seen: found.map(\.header))
    func differs(_ words: String) -> Disagreement {
      let did = found.isEmpty ? "lost it" : found.map { "had \($0.header) at \($0.place)" }.joined()
      let says = possible.outcomes.keys.map { seen in
        seen.map { "\($0.header) at \($0.place)" } ?? "lost"
      }.sorted().joined(separator: ", or ")
      return Disagreement(
        words: "\(name), \(sent) from s\(segment): the kernel \(did); \(words): \(says)")
    }
    if found.count > 1 { throw differs("it came out more than once, and the simulator has") }
    let seen = found.first
    if seen != nil { tally.delivered += 1 }
    if let seen, seen.header != sent { tally.translated += 1 }
    guard let after = possible.outcomes[seen] else {
      if possible.isComplete { throw differs("the simulator has") }
      tally.skipped += 1
      return Step(arrival: nil, memories: [])
    }
    if possible.outcomes.count > 1 {
      tally.open += 1
    }
    if let seen, isHome(sent, segment), isHost(seen),
      model.lists(seen, of: sent, from: segment, isNew: isNew) == false
    {
      throw differs("THE ENGINE LISTS NO SUCH FLOW; the simulator has")
    }
    return Step(
      arrival: arrivals.first, memories: after, isStray: possible.strays.contains(seen))
  }

  /// Whether a packet came out at an address that is somebody's: the first and the last of an IPv4 subnet
  /// are nobody's.
  private func isHost(_ seen: Laboratory.Seen) -> Bool {
    guard case .segment(let segment) = seen.place else { return false }
    let header = seen.header
    return model.topology.segments[segment].contains { prefix in
      let ends = [prefix.range.lowerBound, prefix.range.upperBound]
      return IPAddress(header.family, header.destination).map(prefix.contains) == true
        && (header.family == .ipv6 || !ends.contains(header.destination))
    }
  }

  /// Whether the packet's source is one that hosts of the segment may use.
  private func isHome(_ header: Header, _ segment: Int) -> Bool {
    guard let source = IPAddress(header.family, header.source) else { return false }
    return model.topology.segments[segment].contains { $0.contains(source) }
  }
}
