import Documents
import Networks
import Packets

extension NftablesLowering {
  /// Where a comparison stands, for the names of its conditions.
  struct Site {
    var value: DocumentValue
    var context: NftablesContext
    /// Tells several comparisons of one statement apart.
    var ordinal = 0
  }

  /// What a `match` statement asks.
  mutating func comparison(_ match: DocumentValue, _ site: Site) -> Match {
    guard let left = match["left"], let right = match["right"], let op = match["op"]?.string else {
      noteOpaque(site.value, "a match without its parts")
      return .condition(
        condition("match", "malformed", at: site.value, "the match lacks a part"))
    }
    let operands = operands(of: left, site.context)
    if let unknown = operands.first(where: { $0.subject.isUnknown })?.subject {
      noteOpaque(site.value, "'\(unknown.title)'")
    }
    switch op {
    case "==", "!=": return membership(operands, of: right, isNegated: op == "!=", site)
    case "in" where !isBits(operands, right):
      return membership(operands, of: right, isNegated: false, site)
    case "in", "!", "<", ">", "<=", ">=":
      guard operands.count == 1, !operands[0].subject.isUnknown,
        let constant = operands[0].subject.single(right)
      else { return unreadable(operands, right, site) }
      let results = Self.results(op, constant, greatest: operands[0].subject.greatest)
      guard let results, let values = preimage(operands[0], results) else {
        return unreadable(operands, right, site)
      }
      return reads(operands[0].subject, values, site)
    default: return unreadable(operands, right, site)
    }
  }

  /// Whether `in` tests bits, as it does for flags, rather than looks a value up.
  private func isBits(_ operands: [NftablesOperand], _ right: DocumentValue) -> Bool {
    guard right["set"] == nil, right.string?.hasPrefix("@") != true else { return false }
    switch operands[0].subject.title {
    case "tcp flags", "ct state", "ct status": return true
    default: return operands[0].subject.isUnknown
    }
  }

  /// What the left side may come out as for the comparison to hold; `nil` where it is too scattered.
  private static func results(_ op: String, _ constant: UInt128, greatest: UInt128) -> Ranges? {
    let all = Ranges(0...greatest)
    switch op {
    case "<": return constant == 0 ? Ranges.none : Ranges(0...(constant - 1))
    case "<=": return Ranges(0...constant)
    case ">": return constant >= greatest ? Ranges.none : Ranges((constant + 1)...greatest)
    case ">=": return constant > greatest ? Ranges.none : Ranges(constant...greatest)
    default:
      guard greatest <= 0xFFFF else { return nil }
      let any = Ranges(values: (0...greatest).filter { $0 & constant != 0 })
      return op == "in" ? any : all.subtracting(any)
    }
  }

  func preimage(_ operand: NftablesOperand, _ results: Ranges) -> Ranges? {
    let isMark = operand.subject.title == "meta mark"
    return operand.preimage(of: results, domain: isMark ? facts.marks : nil)
  }

  /// A comparison whose right side cannot be read: a condition, and what is implied on the left.
  mutating func unreadable(
    _ operands: [NftablesOperand], _ right: DocumentValue, _ site: Site
  ) -> Match {
    let title = operands.map(\.subject.title).joined(separator: " . ")
    if !operands.contains(where: { $0.subject.isUnknown }) {
      noteOpaque(site.value, "what '\(title)' is compared with")
    }
    let unknown = operands.first { $0.subject.isUnknown }?.subject
    var kind = "match"
    var why = "what '\(title)' is compared with is not modelled"
    if case .unknown(let its, let reason) = unknown?.reading { (kind, why) = (its, reason) }
    let index = condition(
      kind, title, at: site.value, ordinal: site.ordinal, remembers: true,
      scope: unknown?.scope ?? Condition.ofPacket, why)
    return .conjunction(operands.flatMap(\.subject.dependencies) + [.condition(index)])
  }

  /// The packets that show the subject as one of `values`.
  mutating func reads(_ subject: NftablesSubject, _ values: Ranges, _ site: Site) -> Match {
    let values = values.intersection(Ranges(0...max(subject.greatest, 0x2000)))
    let dependencies = subject.dependencies
    switch subject.reading {
    case .field(.mark): return ownMark(values, site)
    case .field(let field):
      return early(.conjunction(dependencies + [.field(field, values)]), dependencies, site)
    case .transport(let field):
      let dependencies = dependencies + hiddenDependency(subject, site)
      let whole = Match.conjunction(dependencies + [.field(field, values)])
      let isIPv6 = dependencies.contains(Self.isFamily(.ipv6))
      guard site.context.seesFragments, !values.isEmpty, !isIPv6 else {
        return early(whole, dependencies, site)
      }
      return .some([whole, .conjunction(dependencies + laterFragment(subject, site))])
    case .anyTransport(let field):
      return anyTransport(subject, field, values, site)
    case .interface(let field):
      let isKnown = field == .ingress ? site.context.hasIngress : site.context.hasEgress
      guard isKnown else { return values.contains(0) ? .any : .never }
      return .field(field, values)
    case .classes(let classes):
      let parts = classes.compactMap { part($0, values, subject, site) }
      return early(.conjunction(dependencies + [.disjunction(parts)]), dependencies, site)
    case .unknown(let kind, let why):
      let index = condition(
        kind, subject.title, at: site.value, ordinal: site.ordinal, remembers: true,
        scope: subject.scope, why)
      return .conjunction(dependencies + [.condition(index)])
    }
  }

  /// The mark, which programs of the host may have set on the packets that they send.
  private mutating func ownMark(_ values: Ranges, _ site: Site) -> Match {
    let plain = Match.field(.mark, values)
    guard [.output, .postrouting, .egress].contains(site.context.hook) else { return plain }
    let isOwn = Match.field(.ingress, Ranges(0))
    let index = condition(
      "mark", "meta mark", at: site.value, ordinal: site.ordinal,
      "a program of the host may have set the mark of what it sends")
    return .some([.all([.not(isOwn), plain]), .all([isOwn, .condition(index)])])
  }

  /// What the listing of a table of the family `ip6` may leave out: `ip6 nexthdr` before a header's
  /// own fields, which asks for a packet without extension headers.
  private mutating func hiddenDependency(_ subject: NftablesSubject, _ site: Site) -> [Match] {
    guard family == .ip6, ruleset.hidesDependencies else { return [] }
    for case .field(.protocol, let numbers) in subject.dependencies {
      let index = condition(
        "nexthdr", subject.title, at: site.value, ordinal: site.ordinal, scope: .global,
        "the listing does not say whether extension headers may stand before '\(subject.title)'")
      return [.some([.field(.nextHeader, numbers), .condition(index)])]
    }
    return []
  }

  /// Later IPv4 fragments whose data happens to look like the value that is compared.
  private mutating func laterFragment(_ subject: NftablesSubject, _ site: Site) -> [Match] {
    let index = condition(
      "fragment", subject.title, at: site.value, ordinal: site.ordinal,
      "the data of a later fragment is read as '\(subject.title)', since nothing reassembles it")
    return [Self.isFamily(.ipv4), .field(.fragment, Ranges(1)), .condition(index)]
  }

  private mutating func anyTransport(
    _ subject: NftablesSubject, _ field: HeaderField, _ values: Ranges, _ site: Site
  ) -> Match {
    let index = condition(
      "payload", subject.title, at: site.value, ordinal: site.ordinal,
      "'\(subject.title)' reads the first bytes of a protocol without ports")
    let others = IPProtocol.withPorts.complement(upTo: 255)
    var parts: [Match] = [
      early(.field(field, values), [], site),
      .all([.field(.protocol, others), .condition(index)]),
    ]
    if site.context.seesFragments { parts.append(.all(laterFragment(subject, site))) }
    return .some(parts)
  }

  private mutating func part(
    _ part: NftablesSubject.Class, _ values: Ranges, _ subject: NftablesSubject, _ site: Site
  ) -> Match? {
    let shown = values.intersection(part.values)
    if shown.isEmpty { return nil }
    if shown == part.values { return part.match }
    if let field = part.field { return .conjunction([part.match, .field(field, shown)]) }
    noteOpaque(site.value, "'\(subject.title)' with this value")
    let index = condition(
      "match", subject.title, at: site.value, ordinal: site.ordinal,
      "the model does not have all that '\(subject.title)' tells apart")
    return .conjunction([part.match, .condition(index)])
  }

  /// What a destination shows for replies to a translated source, between the look-up of the session
  /// and the place where the kernel translates them back.
  private mutating func early(
    _ plain: Match, _ dependencies: [Match], _ site: Site
  ) -> Match {
    let destinations: [HeaderField] = [.destinationIPv4, .destinationIPv6, .destinationPort]
    guard site.context.repliesAreEarly, destinations.contains(where: { plain.mayRead($0) })
    else { return plain }
    let index = condition(
      "translation", "reply", at: site.value, ordinal: site.ordinal,
      "the rule sees a reply before its destination is translated back")
    return .some([
      .conjunction([.not(Self.translatedReplies), plain]),
      .conjunction([Self.translatedReplies] + dependencies + [.condition(index)]),
    ])
  }
}
