import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// A rule of any rulebase, with the virtual system that it belongs to.
  struct RuleEntry {
    var element: XMLElement
    var system: Int
    var name: String
    var place: Place

    /// The rule's name as conditions spell it: with its virtual system where there are several.
    var qualifiedName: String
    /// Whether a translation changes more of an address than its prefix (RFC 6296).
    var changesHosts = false
  }

  /// A criterion that the file names but does not settle.
  fileprivate struct Criterion {
    var element: String
    var kind: String
    var scope: Condition.Scope
    var why: String
  }

  private static let ofUser = Condition.Scope.evaluation(
    of: [.sourceIPv4, .sourceIPv6, .sourcePort])

  fileprivate static let criteria: [Criterion] = [
    Criterion(
      element: "source-user", kind: "user", scope: ofUser,
      why: "which addresses a user has is not in the file"),
    Criterion(
      element: "category", kind: "url-category", scope: Condition.ofPacket,
      why: "a URL category shows only in the content"),
    Criterion(
      element: "hip-profiles", kind: "hip-profile", scope: ofUser,
      why: "what a host reports of itself is not in the file"),
    Criterion(
      element: "source-hip", kind: "source-hip", scope: ofUser,
      why: "what a host reports of itself is not in the file"),
    Criterion(
      element: "destination-hip", kind: "destination-hip", scope: Condition.ofDestination,
      why: "what a host reports of itself is not in the file"),
    Criterion(
      element: "source-device", kind: "source-device", scope: ofUser,
      why: "which device an address has is not in the file"),
    Criterion(
      element: "destination-device", kind: "destination-device", scope: Condition.ofDestination,
      why: "which device an address has is not in the file"),
    Criterion(
      element: "source-imsi", kind: "imsi", scope: Condition.ofPacket,
      why: "the identity of a subscriber is not in the file"),
    Criterion(
      element: "source-imei", kind: "imei", scope: Condition.ofPacket,
      why: "the identity of a phone is not in the file"),
    Criterion(
      element: "source-nw-slice", kind: "network-slice", scope: Condition.ofPacket,
      why: "the network slice of a phone is not in the file"),
    Criterion(
      element: "saas-user-list", kind: "saas-user", scope: Condition.ofPacket,
      why: "a user of a cloud service shows only in the content"),
    Criterion(
      element: "saas-tenant-list", kind: "saas-tenant", scope: Condition.ofPacket,
      why: "a tenant of a cloud service shows only in the content"),
  ]
}

extension PANOS.Reader {
  /// The rules of one rulebase in the order of evaluation: those that a Panorama pushed and an
  /// effective configuration shows, before and after the firewall's own.
  mutating func rules(_ rulebase: String, of system: Int) -> [PANOS.RuleEntry] {
    let own = systems[system].element
    let shared = roots.config.child("shared")
    var result: [PANOS.RuleEntry] = []
    let places: [(XMLElement?, String)] = [
      (shared, "pre-rulebase"), (own, "pre-rulebase"), (own, "rulebase"), (own, "post-rulebase"),
      (shared, "post-rulebase"),
    ]
    for case (.some(let owner), let base) in places {
      guard let list = descend(owner, base, rulebase, "rules") else { continue }
      for entry in entries(list) {
        let name = name(of: entry)
        result.append(
          .init(
            element: entry, system: system, name: name, place: entry.place,
            qualifiedName: qualified(name, in: system)))
      }
    }
    return result
  }

  /// Whether a rule is switched off; all of it is then in the model, as nothing.
  mutating func isDisabled(_ rule: PANOS.RuleEntry) -> Bool {
    guard rule.element.child("disabled")?.text == "yes" else { return false }
    ledger.modelAll(rule.element)
    return true
  }

  /// What the criteria that every rulebase has ask: schedule, users, targets, and whatever else
  /// stands in the rule and is not understood.
  ///
  /// It is called last, when everything that the rulebase itself knows has been read.
  mutating func commonCriteria(_ rule: PANOS.RuleEntry) -> [Match] {
    var parts: [Match] = []
    if case .unclear(let place) = flag(rule.element, "disabled") {
      parts.append(malformed(rule, "disabled", at: place))
    }
    if let schedule = value(rule.element, "schedule"), !schedule.text.isEmpty {
      parts.append(
        .condition(
          condition(
            "schedule", qualified(schedule.text, in: rule.system), .global, at: schedule.place,
            "whether the time is within a schedule is not in the file")))
    }
    for criterion in PANOS.criteria { parts.append(unsettled(rule, criterion)) }
    parts.append(target(rule))
    for element in rule.element.children
    where ledger.state(element) == .unread && !PANOS.Irrelevant.names.contains(element.name) {
      ledger.opaque(element)
      parts.append(
        .condition(
          condition(
            "unmodelled", "\(rule.qualifiedName)/\(element.name)", Condition.ofPacket,
            at: element.place, "'\(element.name)' of the rule is not modelled")))
    }
    return parts
  }

  /// A criterion whose members depend on what is not in the file; `any` asks nothing.
  private mutating func unsettled(
    _ rule: PANOS.RuleEntry, _ criterion: PANOS.Criterion
  ) -> Match {
    guard let members = members(rule.element, criterion.element) else { return .any }
    if members.contains(where: { $0.text == "any" }) || members.isEmpty { return .any }
    var parts: [Match] = []
    for member in members {
      parts.append(
        .condition(
          condition(
            criterion.kind, qualified(member.text, in: rule.system), criterion.scope,
            at: member.place, criterion.why)))
    }
    return .disjunction(parts)
  }

  /// Which firewalls a pushed rule is for: where it names some, this one may not be among them.
  private mutating func target(_ rule: PANOS.RuleEntry) -> Match {
    guard let target = child(rule.element, "target") else { return .any }
    ledger.modelAll(target)
    let isNarrow =
      target.child("negate")?.text == "yes" || target.descendant("devices", "entry") != nil
      || target.child("tags").map { !$0.isLeaf } ?? false
    guard isNarrow else { return .any }
    ledger.opaque(target)
    return .condition(
      condition(
        "target", rule.qualifiedName, .global, at: target.place,
        "whether the rule is meant for this firewall is not in the file"))
  }

  /// The condition for a part of a rule that is missing or makes no sense.
  mutating func malformed(_ rule: PANOS.RuleEntry, _ part: String, at place: Place) -> Match {
    .condition(
      condition(
        "malformed", "\(rule.qualifiedName)/\(part)", Condition.ofPacket, at: place,
        "'\(part)' of the rule is missing or makes no sense"))
  }

  /// The zones of a rule's list, with the match that they make.
  mutating func zoneCriterion(
    _ rule: PANOS.RuleEntry, _ element: String, _ field: HeaderField
  ) -> Match {
    guard let members = members(rule.element, element), !members.isEmpty else {
      return malformed(rule, element, at: rule.place)
    }
    return match(zones: members, field, in: rule.system)
  }

  /// The addresses of a rule's list with its negation.
  mutating func addressCriterion(_ rule: PANOS.RuleEntry, _ role: PANOS.Role) -> Match {
    guard let members = members(rule.element, role.rawValue), !members.isEmpty else {
      return malformed(rule, role.rawValue, at: rule.place)
    }
    let match = self.match(addresses(members, in: rule.system), role)
    let name = "negate-\(role.rawValue)"
    switch flag(rule.element, name) {
    case .no: return match
    case .yes: return .conjunction([.negation(match), Self.isIP])
    case .unclear(let place):
      let negated = malformed(rule, name, at: place)
      return .disjunction([
        .conjunction([match, .negation(negated)]), .conjunction([.negation(match), negated]),
      ])
    }
  }

  /// IP packets of either family.
  static let isIP = Match.field(.family, Ranges(0...1))

  /// The zones or interfaces of a rule of the rulebases that take either: `from/zone/member`.
  mutating func endpointCriterion(
    _ rule: PANOS.RuleEntry, _ element: String, _ field: HeaderField
  ) -> Match {
    guard let choice = child(rule.element, element) else {
      return malformed(rule, element, at: rule.place)
    }
    var parts: [Match] = []
    for kind in choice.children {
      let members = kind.name == "member" ? [] : self.members(of: kind)
      ledger.model(kind)
      switch kind.name {
      case "zone": parts.append(match(zones: members, field, in: rule.system))
      case "member":
        let value = PANOSValue(text: kind.text, place: kind.place)
        parts.append(match(zones: [value], field, in: rule.system))
      case "interface":
        for member in members {
          guard let index = interfaceByName[member.text] else {
            parts.append(malformed(rule, element, at: member.place))
            continue
          }
          parts.append(.field(field, Self.registers([index])))
        }
      default:
        ledger.opaque(kind)
        parts.append(malformed(rule, "\(element)/\(kind.name)", at: kind.place))
      }
    }
    return parts.isEmpty ? malformed(rule, element, at: choice.place) : .disjunction(parts)
  }
}
