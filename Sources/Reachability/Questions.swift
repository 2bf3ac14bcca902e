import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Simulation

/// A requirement as a question about deliveries: the packets that break it, and between whom.
struct Question {
  var breaches: [Breach]
  var from: ZoneExtent
  var to: ZoneExtent
  /// The classes of which a witness must be.
  var classes: Set<DeliveryClass> = Set(DeliveryClass.allCases)
}

extension Question {
  /// Whether a witness is of a class that counts.
  func accepts(_ witness: Witness) -> Bool {
    witness.deliveryClass.map(classes.contains) ?? false
  }
}

extension Verifier {
  /// The packets that break a requirement which speaks of deliveries.
  mutating func question(
    of requirement: ResolvedRequirement
  ) throws(LimitReached) -> Question {
    var question = try rawQuestion(of: requirement.obligation)
    let asked = requirement.requirement
    var countsReplies = asked.replies == .forbid
    switch requirement.obligation {
    case .oneWay, .noExit: countsReplies = true
    default: break
    }
    let reply = UInt128(SessionUse.reply.rawValue)
    guard asked.count == .connections else {
      let greatest = countsReplies ? reply : UInt128(SessionUse.related.rawValue)
      question.breaches = try engine.narrow(question.breaches, toUses: 0...greatest)
      return question
    }
    let opened = try connections(among: question.breaches, from: question.from)
    question.breaches = opened + (countsReplies ? try replies(among: question.breaches) : [])
    question.classes = countsReplies ? [.connection, .reply] : [.connection]
    return question
  }

  private mutating func rawQuestion(
    of obligation: Obligation<ZoneExtent>
  ) throws(LimitReached) -> Question {
    switch obligation {
    case .isolate(let from, let to, let services):
      let all = try engine.delivered(from: from, to: to)
      let breaches = try engine.narrow(all, to: services)
      return Question(breaches: breaches, from: from, to: to)
    case .allowOnly(let from, let to, let conduits):
      return Question(
        breaches: try excess(from, to, over: conduits), from: from, to: to)
    case .through(let from, let to, let via):
      let around = try engine.delivered(from: from, to: to, around: via.devices)
      return Question(breaches: around, from: from, to: to)
    case .oneWay(let from, let to):
      return Question(
        breaches: try engine.delivered(from: to, to: from), from: to, to: from)
    case .noExit(let from, let to, let except):
      return try exits(from, to: to, except: except)
    case .managedFrom(let devices, let from, let services):
      let others = engine.traffic.others(than: from, and: devices)
      let all = try engine.delivered(from: others, to: devices)
      let breaches = try engine.narrow(all, to: services ?? .management)
      return Question(breaches: breaches, from: others, to: devices)
    case .mustReach(let from, let to, _), .noDualHomed(let from, let to, _):
      return Question(breaches: [], from: from, to: to)
    }
  }

  /// What is delivered from one zone to another beyond conduits.
  ///
  /// Where any source may be forged, a source address says nothing about who sent a packet: then
  /// each segment's senders are asked about with the conduits that begin there.
  private mutating func excess(
    _ from: ZoneExtent, _ to: ZoneExtent, over conduits: [Conduit<ZoneExtent>]
  ) throws(LimitReached) -> [Breach] {
    guard network.spoofing == .any else {
      return try engine.remove(conduits, from: try engine.delivered(from: from, to: to))
    }
    var result: [Breach] = []
    for part in from.parts {
      var alone = from
      alone.parts = [part]
      alone.devices = []
      let here = conduits.filter { $0.source.map { $0[part.segment] != nil } ?? true }
      result += try engine.remove(here, from: try engine.delivered(from: alone, to: to))
    }
    if !from.devices.isEmpty {
      var devices = from
      devices.parts = []
      let here = conduits.filter { $0.source.map { !$0.devices.isEmpty } ?? true }
      result += try engine.remove(here, from: try engine.delivered(from: devices, to: to))
    }
    return result
  }

  /// What a zone can send to external addresses.
  private mutating func exits(
    _ from: ZoneExtent, to: ZoneExtent?, except: ZoneExtent?
  ) throws(LimitReached) -> Question {
    let target = to ?? engine.traffic.anywhereOutside(of: from)
    var breaches = try engine.delivered(from: from, to: target)
    let others = engine.traffic.otherWays(of: from)
    breaches += try engine.delivered(from: others.segments, to: target)
    // Whoever is on the internet may claim any source there; the zone's hosts are those asked about.
    breaches += try engine.narrow(
      engine.delivered(from: others.internet, to: target),
      to: others.internet.addresses.sentSourceBoxes)
    // What reaches everybody on the internet's segment reaches nobody in particular.
    breaches = try engine.narrow(breaches, to: target.addresses.destinationBoxes)
    if let except {
      breaches = try engine.remove(
        except.addresses.destinationBoxes, from: breaches)
    }
    return Question(breaches: breaches, from: from, to: target)
  }

  /// The packets among breaches that need a session which the other side opened.
  private mutating func replies(among breaches: [Breach]) throws(LimitReached) -> [Breach] {
    let reply = UInt128(SessionUse.reply.rawValue)
    var result: [Breach] = []
    for var breach in breaches {
      // What needs less has every greater bound, too.
      let less = try engine.store.restrict(
        breach.flow.space, .sessionUse, to: Ranges(reply - 1))
      let all = try engine.store.restrict(breach.flow.space, .sessionUse, to: Ranges(reply))
      let covered = try engine.store.shift(
        .sessionUse, reply - 1...reply - 1, to: reply, in: less)
      breach.flow.space = try engine.store.subtracting(covered, from: all)
      if !breach.flow.space.isEmpty { result.append(breach) }
    }
    return result
  }

  /// The breaches that open connections: for TCP those of which the reply can return, for protocols
  /// that need none every delivery.
  private mutating func connections(
    among breaches: [Breach], from: ZoneExtent
  ) throws(LimitReached) -> [Breach] {
    let whole = HeaderBox().constrained(.fragment, to: Ranges(0))
      .constrained(.sessionUse, to: Ranges(0))
    let tcp = Ranges(UInt128(IPProtocol.tcp))
    let oneWay = whole.constrained(.protocol, to: tcp.complement(upTo: 255))
    let opening = whole.constrained(.protocol, to: tcp)
      .constrained(.tcpFlags, to: TCPFlags.initial)
    var result = try engine.narrow(breaches, to: [oneWay])
    for breach in try engine.narrow(breaches, to: [opening]) {
      let answered = try engine.answered(breach, from: from)
      if !answered.flow.space.isEmpty { result.append(answered) }
    }
    return result
  }
}
