import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

extension Report {
  /// A witness with its packet and its way.
  func write(_ witness: Witness, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("packet") { write(witness.header, to: &$0) }
      writer.member("from", network.text(of: witness.origin))
      writer.member("delivery", witness.deliveryClass?.rawValue ?? "none")
      if case .lost(let loss) = witness.walk.outcome { writer.member("lost", loss.rawValue) }
      writer.member("needsSessions", witness.needsSessions)
      write(witness.literals, to: &writer)
      writer.member("hops", witness.walk.hops) { write($1, to: &$0) }
      if !witness.openings.isEmpty {
        writer.member("openings", witness.openings) { write($1, to: &$0) }
      }
      if let back = lostReply(of: witness) {
        writer.member("lostReply", back.hops) { write($1, to: &$0) }
      }
    }
  }

  private func write(_ opening: Witness.Opening, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("packet") { write(opening.header, to: &$0) }
      writer.member("from", network.text(of: opening.origin))
      write(opening.literals, to: &writer)
      writer.member("hops", opening.walk.hops) { write($1, to: &$0) }
    }
  }

  private func write(_ literals: [Literal], to writer: inout JSONWriter) {
    writer.member("outcomes", literals) { writer, literal in
      writer.object(compact: true) {
        $0.member("condition", literal.name(among: result.conditions))
        $0.member("outcome", literal.value)
      }
    }
  }

  /// All violating flows, and the rules of all of them once each.
  func write(_ flows: FlowList, to writer: inout JSONWriter) {
    writer.member("flows", flows.entries) { writer, entry in
      writer.object { writer in
        writer.member("text", network.text(of: entry.box, conditions: result.conditions))
        writer.member("fields") { write(entry.box, to: &$0) }
        writer.member("rules", entry.rules) { $0.write($1) }
        writer.member("hasMoreRules", entry.hasMoreRules)
      }
    }
    writer.member("hasMoreFlows", flows.isTruncated)
    var seen: Set<RulePassed> = []
    let rules = flows.entries.flatMap(\.rules).filter { seen.insert($0).inserted }
    writer.member("rules", rules.sorted { $0.place < $1.place }) { $0.write($1) }
  }

  private func write(_ box: HeaderBox, to writer: inout JSONWriter) {
    writer.object(compact: true) { writer in
      for constraint in box.constraints {
        writer.member(
          "\(constraint.field)", constraint.values.ranges.map { constraint.field.text(of: $0) })
      }
    }
  }

  private func write(_ header: Header, to writer: inout JSONWriter) {
    writer.object { writer in
      writer.member("text", network.text(of: header))
      writer.member("family", "\(header.family)")
      if header.family == .nonIP {
        writer.member("etherType", Int(header.etherType))
        return
      }
      let ends = [("source", header.source), ("destination", header.destination)]
      for (key, value) in ends {
        writer.member(key, ifAny: IPAddress(header.family, value)?.description)
      }
      writer.member("protocol", Int(header.protocol))
      for (key, field) in Self.numbers {
        if let value = header[field] { writer.member(key, Int(value)) }
      }
      writer.member("laterFragment", header.isLaterFragment)
      let label = Int(header.application)
      if label != 0, network.applications.indices.contains(label) {
        writer.member("application", network.applications[label])
      }
    }
  }

  private static let numbers: [(key: String, field: HeaderField)] = [
    ("nextHeader", .nextHeader), ("sourcePort", .sourcePort),
    ("destinationPort", .destinationPort), ("icmpType", .icmpType), ("icmpCode", .icmpCode),
    ("tcpFlags", .tcpFlags),
  ]

  /// A step; `stage` and what follows say what happened there, `rule` which rule decided.
  private func write(_ hop: Hop, to writer: inout JSONWriter) {
    writer.object { writer in
      switch hop.location {
      case .device: writer.member("device", hop.name)
      case .segment: writer.member("segment", hop.name)
      case .unmodelledNeighbours: writer.member("neighbours", hop.name)
      }
      writer.member("stage", hop.kind.rawValue)
      writer.member("in", ifAny: hop.ingressName)
      writer.member("out", ifAny: hop.egressName)
      if let deciding = hop.deciding {
        writer.member("list", deciding.listName)
        writer.member("rule", deciding.name)
        writer.member("logs", deciding.logs)
      }
      if let place = hop.place { writer.member(place) }
      if !hop.effect.isEmpty { writer.member("effect", hop.effect) }
      writer.member("passed", hop.passed)
      if hop.matched.count > 1 {
        writer.member("matched", hop.matched) { writer, rule in
          writer.object(compact: true) {
            $0.member("list", rule.listName)
            $0.member("rule", rule.name)
            $0.member("effect", rule.effect)
            $0.member(rule.place)
          }
        }
      }
      if !hop.conditions.isEmpty { write(hop.conditions, to: &writer) }
      writer.member("packet", network.text(of: hop.state.header))
    }
  }
}

extension JSONWriter {
  /// The members of a place: the file, and the line and the column where they are known.
  mutating func member(_ place: Place) {
    member("file", place.file)
    if place.line > 0 { member("line", place.line) }
    if place.column > 0 { member("column", place.column) }
  }

  /// A rule that let a flow through.
  mutating func write(_ rule: RulePassed) {
    object(compact: true) {
      $0.member("device", rule.device)
      $0.member("list", rule.list)
      $0.member("rule", rule.rule)
      $0.member(rule.place)
    }
  }

  /// A waiver.
  mutating func write(_ resolved: ResolvedWaiver) {
    object(compact: true) {
      $0.member("owner", resolved.waiver.owner)
      $0.member("until", resolved.waiver.until.description)
      $0.member("inForce", resolved.isInForce)
      $0.member("why", resolved.waiver.why)
      $0.member(resolved.waiver.place)
    }
  }

  /// A condition.
  mutating func write(_ condition: Condition) {
    object {
      $0.member("name", condition.name)
      switch condition.scope {
      case .global: $0.member("scope", "global")
      case .evaluation(let fields):
        $0.member("scope", "evaluation")
        $0.member("of", fields.map { "\($0)" })
      }
      $0.member("why", condition.why)
      $0.member(condition.place)
      if let assumed = condition.assumed { $0.member("assumed", assumed) }
    }
  }

  /// A notice.
  mutating func write(_ notice: Notice) {
    object(compact: true) {
      $0.member("message", notice.message)
      $0.member(notice.place)
    }
  }

  /// How much of a file is modelled.
  mutating func write(_ coverage: Coverage) {
    object {
      $0.member("file", coverage.file)
      $0.member("modelled", coverage.modelled)
      $0.member("irrelevant", coverage.irrelevant)
      $0.member("unmodelled", coverage.opaque.count)
      $0.member("elements", coverage.opaque) { writer, element in
        writer.object(compact: true) {
          $0.member("name", element.name)
          $0.member(element.place)
        }
      }
    }
  }
}

extension HeaderField {
  /// Values of the field as they are written: addresses and prefixes, or numbers.
  fileprivate func text(of range: ClosedRange<UInt128>) -> String {
    let family: Family? =
      switch self {
      case .sourceIPv4, .destinationIPv4: .ipv4
      case .sourceIPv6, .destinationIPv6: .ipv6
      default: nil
      }
    if let family, let addresses = AddressRange(family, range) { return addresses.description }
    let (first, last) = (range.lowerBound, range.upperBound)
    return first == last ? "\(first)" : "\(first)-\(last)"
  }
}
