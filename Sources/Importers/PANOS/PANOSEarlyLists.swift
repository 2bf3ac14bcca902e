import Documents
import Networks
import Packets
import Places

extension PANOS.Reader {
  /// The rules against denial of service, which come before the security rules: one that denies does
  /// so whatever these say, and one that protects may drop.
  mutating func denialRules(of system: Int) -> [ACL.Rule] {
    var result: [ACL.Rule] = []
    for rule in rules("dos", of: system) where !isDisabled(rule) {
      var parts = [
        endpointCriterion(rule, "from", .ingress), endpointCriterion(rule, "to", .egress),
        addressCriterion(rule, .source), addressCriterion(rule, .destination),
      ]
      if let services = members(rule.element, "service"),
        case .match(let match) = service(services, in: system)
      {
        parts.append(match)
      }
      let action = child(rule.element, "action")
      let kind = action?.children.first { _ in true }
      if let kind { ledger.modelAll(kind) }
      if let protection = child(rule.element, "protection") { ledger.modelAll(protection) }
      parts += commonCriteria(rule)
      let match = Match.conjunction(parts)
      var acl = ACL.Rule(name: rule.name, place: rule.place, match: match, action: .permit)
      switch kind?.name ?? action?.text ?? "" {
      case "allow": break
      case "deny": acl.action = .deny
      case "protect":
        acl.match = .conjunction([
          match, .condition(mayDrop("dos-protection", rule.qualifiedName, at: rule.place)),
        ])
        acl.action = .deny
        result.append(acl)
        acl = ACL.Rule(name: rule.name, place: rule.place, match: match, action: .permit)
      default: acl.action = unknownAction(rule, at: rule.place)
      }
      result.append(acl)
    }
    return result
  }

  /// The condition of something that can only take packets away.
  private mutating func mayDrop(_ kind: String, _ name: String, at place: Place) -> Int {
    condition(
      kind, name, Condition.ofPacket, at: place,
      "what the \(kind) rule drops is not modelled; it can only take packets away")
  }

  /// The rules that hold packets back until the user has authenticated.
  mutating func authenticationRules(of system: Int) -> [ACL.Rule] {
    var result: [ACL.Rule] = []
    for base in ["authentication", "captive-portal"] {
      for rule in rules(base, of: system) where !isDisabled(rule) {
        var parts = [
          zoneCriterion(rule, "from", .ingress), zoneCriterion(rule, "to", .egress),
          addressCriterion(rule, .source), addressCriterion(rule, .destination),
        ]
        if let services = members(rule.element, "service"),
          case .match(let match) = service(services, in: system)
        {
          parts.append(match)
        }
        let action =
          value(rule.element, "action")?.text
          ?? value(rule.element, "authentication-enforcement")?.text
        _ = value(rule.element, "log-authentication-timeout")
        if action == "no-captive-portal" || action == "default-no-captive-portal" {
          parts += commonCriteria(rule)
          result.append(
            ACL.Rule(
              name: rule.name, place: rule.place, match: .conjunction(parts), action: .permit))
          continue
        }
        parts.append(
          .condition(mayDrop("authentication", rule.qualifiedName, at: rule.place)))
        parts += commonCriteria(rule)
        result.append(
          ACL.Rule(name: rule.name, place: rule.place, match: .conjunction(parts), action: .deny))
      }
    }
    return result
  }

  /// The rules that tell the application instead of looking for it: they set the mark to one more
  /// than its label, which the security rules read.
  mutating func overrideRules(of system: Int) -> [ACL.Rule] {
    var result: [ACL.Rule] = []
    for rule in rules("application-override", of: system) where !isDisabled(rule) {
      var parts = [
        zoneCriterion(rule, "from", .ingress), zoneCriterion(rule, "to", .egress),
        addressCriterion(rule, .source), addressCriterion(rule, .destination),
      ]
      let number = value(rule.element, "protocol").flatMap { ProtocolNames.number($0.text) }
      let ports = value(rule.element, "port").flatMap { PANOS.portRanges($0.text) }
      if let number, let ports {
        parts.append(PANOS.ports(number, ports))
      } else {
        parts.append(malformed(rule, "port", at: rule.place))
      }
      var effects: [Effect] = []
      if let name = value(rule.element, "application") {
        let named = applications([name], in: system).named
        if let label = named.first?.label {
          effects = [.set(.mark, UInt128(label) + 1)]
        } else {
          parts.append(malformed(rule, "application", at: name.place))
        }
      }
      parts += commonCriteria(rule)
      result.append(
        ACL.Rule(
          name: rule.name, place: rule.place, match: .conjunction(parts), effects: effects,
          action: .permit))
    }
    overrides = overrides || !result.isEmpty
    return result
  }

  /// Rules that decrypt change which ports count as an application's own, and nothing else that the
  /// model has: what they block they block inside sessions that were allowed.
  mutating func readDecryption(of system: Int) {
    for rule in rules("decryption", of: system) {
      let action = rule.element.child("action")?.text
      if rule.element.child("disabled")?.text != "yes", action != "no-decrypt" { decrypts = true }
      ledger.modelAll(rule.element)
    }
  }

  /// Rulebases that the model has no part of: whatever they hold may drop or pass.
  mutating func unmodelledRulebases(of system: Int) -> [ACL.Rule] {
    let known: Set<String> = [
      "security", "default-security-rules", "nat", "pbf", "dos", "authentication", "captive-portal",
      "application-override", "decryption", "qos",
    ]
    let owners = [roots.config.child("shared"), systems[system].element].compactMap { $0 }
    var result: [ACL.Rule] = []
    for owner in owners {
      for base in owner.children
      where ["rulebase", "pre-rulebase", "post-rulebase"].contains(base.name) {
        ledger.model(base)
        for list in base.children where known.contains(list.name) && list.isLeaf {
          ledger.model(list)
        }
        for list in base.children where !known.contains(list.name) {
          let rules = list.descendants("rules", "entry")
          if !list.isLeaf, rules.isEmpty, list.children("rules").count == 1 {
            ledger.modelAll(list)
            continue
          }
          if list.isLeaf {
            ledger.model(list)
            continue
          }
          result += unmodelled(list, of: system)
        }
      }
    }
    return result
  }

  private mutating func unmodelled(_ list: XMLElement, of system: Int) -> [ACL.Rule] {
    ledger.opaque(list)
    let unknown = condition(
      "rulebase", qualified(list.name, in: system), .global, at: list.place,
      "the rulebase '\(list.name)' is not modelled")
    let decision = condition(
      "rulebase", qualified("\(list.name)-decision", in: system), Condition.ofPacket,
      at: list.place, "whether the rulebase '\(list.name)' passes a packet is not modelled")
    if list.name == "sdwan" || list.name == "network-packet-broker" {
      for vrf in Set(systems[system].interfaces.map { device.interfaces[$0].vrf }).sorted() {
        addUnknownRoutes(vrf, at: list.place, "the rulebase '\(list.name)' may choose the way out")
      }
    }
    return [
      ACL.Rule(
        name: list.name, place: list.place, match: .condition(unknown),
        action: .opaque(condition: decision, writes: []))
    ]
  }
}
