import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// The interfaces between which a rule admits sessions that may open further ones.
  struct ExpectedPair: Hashable {
    /// The first rule that admits such sessions.
    var place: Place
    /// The values of `ingress`; `nil` for any.
    var from: Ranges?
    /// The values of `egress`; `nil` for any.
    var to: Ranges?

    /// The match "from here to there".
    var match: Match {
      .conjunction([
        from.map { .field(.ingress, $0) } ?? .any, to.map { .field(.egress, $0) } ?? .any,
      ])
    }

    /// The other direction.
    var reversed: Self { Self(place: place, from: to, to: from) }
  }
}

extension PANOS.Reader {
  /// Builds the security list of a virtual system.
  mutating func readSecurity(of system: Int) {
    var rules: [ACL.Rule] = []
    var pairs: [PANOS.ExpectedPair] = []
    for rule in self.rules("security", of: system) where !isDisabled(rule) {
      rules.append(securityRule(rule, pairs: &pairs))
    }
    rules += defaultRules(of: system)
    rules = pushedRules(of: system) + expectedSessions(pairs, of: system) + rules
    if systems.count == 1 { rules = unconditionalRules() + rules }
    systems[system].security = add(
      ACL(
        name: systems.count > 1 ? "security \(systems[system].name)" : "security",
        place: systems[system].element.place, rules: rules, end: .deny))
  }

  /// Adds a list to the device.
  mutating func add(_ acl: ACL) -> Int {
    device.acls.append(acl)
    return device.acls.count - 1
  }

  private mutating func securityRule(
    _ rule: PANOS.RuleEntry, pairs: inout [PANOS.ExpectedPair]
  ) -> ACL.Rule {
    let element = rule.element
    let action = action(of: rule)
    let permits = action == .permit
    var parts = [zoneTypeMatch(rule)]
    parts.append(addressCriterion(rule, .source))
    parts.append(addressCriterion(rule, .destination))
    let service = members(element, "service")
    let names = members(element, "application")
    if let names, !names.isEmpty, let service, !service.isEmpty {
      let applications = applications(names, in: rule.system)
      let asked = self.service(service, in: rule.system)
      parts.append(match(applications, asked, permits: permits, at: rule.place))
      if permits, opensOthers(applications) { pairs += expectedPairs(rule) }
    } else {
      parts.append(malformed(rule, names == nil ? "application" : "service", at: rule.place))
    }
    let logsStart = value(element, "log-start")?.text == "yes"
    let logsEnd = value(element, "log-end")?.text == "yes"
    parts += commonCriteria(rule)
    return ACL.Rule(
      name: rule.name, place: rule.place, match: .conjunction(parts), action: action,
      logs: logsStart || logsEnd)
  }

  private mutating func action(of rule: PANOS.RuleEntry) -> ACL.Action {
    guard let action = value(rule.element, "action") else {
      return unknownAction(rule, at: rule.place)
    }
    switch action.text {
    case "allow": return .permit
    case "deny", "drop": return .deny
    case "reset-client", "reset-server", "reset-both": return .reject
    default: return unknownAction(rule, at: action.place)
    }
  }

  /// An action that is missing or not known may be any.
  mutating func unknownAction(_ rule: PANOS.RuleEntry, at place: Place) -> ACL.Action {
    .opaque(
      condition: condition(
        "action", rule.qualifiedName, Condition.ofPacket, at: place,
        "the action of the rule is not known"), writes: [])
  }

  /// The zones of a rule, as its type takes them.
  private mutating func zoneTypeMatch(_ rule: PANOS.RuleEntry) -> Match {
    let type = value(rule.element, "rule-type")
    let from = members(rule.element, "from") ?? []
    let to = members(rule.element, "to") ?? []
    switch type?.text ?? "universal" {
    case "universal":
      return .conjunction([
        zoneCriterion(rule, "from", .ingress), zoneCriterion(rule, "to", .egress),
      ])
    case "interzone":
      let both = zones(from, in: rule.system).filter { zone in
        zones(to, in: rule.system).contains { $0.name == zone.name }
      }
      return .conjunction([
        zoneCriterion(rule, "from", .ingress), zoneCriterion(rule, "to", .egress),
        .negation(sameZone(both)),
      ])
    case "intrazone": return intrazone(rule, from: from, to: to)
    default:
      return .conjunction([
        zoneCriterion(rule, "from", .ingress), zoneCriterion(rule, "to", .egress),
        malformed(rule, "rule-type", at: type?.place ?? rule.place),
      ])
    }
  }

  /// Packets that stay within one of the zones.
  func sameZone(_ zones: [PANOS.Zone]) -> Match {
    .disjunction(zones.map { .conjunction([match($0, .ingress), match($0, .egress)]) })
  }

  /// A rule for traffic within zones.
  ///
  /// Its destination zones are those of the source; where a
  /// hand-made file lists others, it is not known whether the rule holds for them.
  private mutating func intrazone(
    _ rule: PANOS.RuleEntry, from: [PANOSValue], to: [PANOSValue]
  ) -> Match {
    guard !from.isEmpty else { return malformed(rule, "from", at: rule.place) }
    let sources = zones(from, in: rule.system)
    let listed = Set(zones(to, in: rule.system).map(\.name))
    let sure = sources.filter { to.isEmpty || listed.contains($0.name) }
    let doubtful = sources.filter { !to.isEmpty && !listed.contains($0.name) }
    var parts = [sameZone(sure)]
    if !doubtful.isEmpty {
      parts.append(
        .conjunction([sameZone(doubtful), malformed(rule, "rule-type", at: rule.place)]))
    }
    for member in from
    where member.text != "any"
      && !systems[rule.system].zones.contains(where: { $0.name == member.text })
    {
      parts.append(
        .conjunction([
          .condition(unknownZone(member, .ingress, in: rule.system)),
          .condition(unknownZone(member, .egress, in: rule.system)),
        ]))
    }
    return .disjunction(parts)
  }

  /// The two rules after all others, with what the configuration changes of them.
  private mutating func defaultRules(of system: Int) -> [ACL.Rule] {
    var intrazone = ACL.Rule(
      name: "intrazone-default", place: implied, match: sameZone(systems[system].zones),
      action: .permit)
    var interzone = ACL.Rule(
      name: "interzone-default", place: implied, match: .any, action: .deny)
    // What stands last wins: a firewall's own change goes before a pushed one.
    let own = systems[system].element
    let shared = roots.config.child("shared")
    let places: [(XMLElement?, String)] = [
      (shared, "post-rulebase"), (own, "post-rulebase"), (own, "rulebase"),
    ]
    for case (.some(let owner), let base) in places {
      guard let list = descend(owner, base, "default-security-rules", "rules") else { continue }
      for entry in entries(list) {
        switch name(of: entry) {
        case "intrazone-default": override(&intrazone, with: entry, in: system)
        case "interzone-default": override(&interzone, with: entry, in: system)
        default:
          ledger.opaque(entry)
          notice(.opaque, at: entry.place, "there is no default rule of this name")
        }
      }
    }
    return [intrazone, interzone]
  }

  private mutating func override(
    _ rule: inout ACL.Rule, with entry: XMLElement, in system: Int
  ) {
    let reading = PANOS.RuleEntry(
      element: entry, system: system, name: rule.name, place: entry.place,
      qualifiedName: qualified(rule.name, in: system))
    rule.place = entry.place
    if entry.child("action") != nil { rule.action = action(of: reading) }
    let logsStart = value(entry, "log-start")?.text == "yes"
    let logsEnd = value(entry, "log-end")?.text == "yes"
    rule.logs = logsStart || logsEnd
    for part in commonCriteria(reading) { rule.match = .conjunction([rule.match, part]) }
  }

  // MARK: Sessions that others open

  private func opensOthers(_ applications: PANOS.Applications) -> Bool {
    if applications.isAny || !applications.filters.isEmpty { return true }
    return applications.named.contains {
      PANOS.gateways.contains($0.name) && !disabledGateways.contains($0.name)
    }
  }

  private func expectedPairs(_ rule: PANOS.RuleEntry) -> [PANOS.ExpectedPair] {
    let ends = ["from", "to"].map { list -> Ranges? in
      let members = rule.element.descendants(list, "member").map {
        PANOSValue(text: $0.text, place: $0.place)
      }
      let zones = zones(members, in: rule.system)
      let isKnown = members.allSatisfy { member in
        member.text != "any" && zones.contains { $0.name == member.text }
      }
      return isKnown ? Self.registers(zones.flatMap { interfaces(of: $0) }) : nil
    }
    let pair = PANOS.ExpectedPair(place: rule.place, from: ends[0], to: ends[1])
    return [pair, pair.reversed]
  }

  /// Further sessions that an admitted one opens, such as the data connections of FTP: no rule is
  /// asked about them, and their ports and parties show only in the content.
  private mutating func expectedSessions(
    _ pairs: [PANOS.ExpectedPair], of system: Int
  ) -> [ACL.Rule] {
    var unique: [PANOS.ExpectedPair] = []
    for pair in pairs where !unique.contains(where: { $0.from == pair.from && $0.to == pair.to }) {
      unique.append(pair)
    }
    guard let first = unique.first else { return [] }
    let condition = condition(
      "alg", qualified("expected-sessions", in: system), Condition.ofPacket, at: first.place,
      "an application that a rule admits may open further sessions without a rule (FTP, SIP and "
        + "the like), which the model does not follow")
    return [
      ACL.Rule(
        name: "expected sessions", place: first.place,
        match: .conjunction([
          .field(.protocol, Ranges(values: [UInt128(IPProtocol.tcp), UInt128(IPProtocol.udp)])),
          .condition(condition), .disjunction(unique.map(\.match)),
        ]), action: .permit)
    ]
  }

  /// Where a Panorama manages the firewall and the file shows none of its rules, any may go first.
  private mutating func pushedRules(of system: Int) -> [ACL.Rule] {
    guard let server = managedBy else { return [] }
    let owners = [systems[system].element, roots.config.child("shared")].compactMap { $0 }
    let hasPushed = owners.contains {
      $0.child("pre-rulebase") != nil || $0.child("post-rulebase") != nil
    }
    guard !hasPushed else { return [] }
    let condition = condition(
      "panorama", qualified("pushed-rules", in: system), .global, at: server,
      "a Panorama manages the firewall, and the rules that it pushes are not in the file")
    let decision = self.condition(
      "panorama", qualified("pushed-decision", in: system), Condition.ofPacket, at: server,
      "whether the rules that a Panorama pushes deny a packet is not in the file")
    return [
      ACL.Rule(
        name: "pushed rules", place: server, match: .condition(condition),
        action: .opaque(condition: decision, writes: []))
    ]
  }
}
