import Documents
import Networks
import Packets
import Places

extension PANOS.Reader {
  /// The rules that choose the way out before any route is asked.
  ///
  /// With `again` they are for the second look-up, whose use of these rules after a translation of
  /// the destination is not documented.
  mutating func forwardingRules(of system: Int, again: Bool) -> [ACL.Rule] {
    var result: [ACL.Rule] = []
    for rule in rules("pbf", of: system) where !isDisabled(rule) {
      result.append(forwardingRule(rule))
    }
    guard again, !result.isEmpty else { return result }
    let unknown = condition(
      "pbf", qualified("after-translation", in: system), Condition.ofPacket,
      at: result[0].place,
      "whether policy-based forwarding is asked again after a translation of the destination is "
        + "not documented")
    let guardMatch = Match.disjunction([
      .field(.destinationTranslation, Ranges(0)), .condition(unknown),
    ])
    return result.map { rule in
      var rule = rule
      rule.match = .conjunction([rule.match, guardMatch])
      return rule
    }
  }

  private mutating func forwardingRule(_ rule: PANOS.RuleEntry) -> ACL.Rule {
    var parts = [endpointCriterion(rule, "from", .ingress)]
    parts.append(addressCriterion(rule, .source))
    parts.append(addressCriterion(rule, .destination))
    // What the box itself answers for is not forwarded by policy.
    parts.append(.negation(PANOS.Role.destination.match(ownAddresses)))
    if let services = members(rule.element, "service") {
      if case .match(let match) = service(services, in: rule.system) { parts.append(match) }
    }
    if let names = members(rule.element, "application"),
      !names.contains(where: { $0.text == "any" })
    {
      parts.append(
        .condition(
          condition(
            "pbf", "\(rule.qualifiedName)/application", Condition.ofPacket, at: rule.place,
            "a rule of policy-based forwarding with applications holds once these were seen")))
    }
    symmetricReturn(rule)
    let (effects, action) = forwardingAction(rule, &parts)
    parts += commonCriteria(rule)
    return ACL.Rule(
      name: rule.name, place: rule.place, match: .conjunction(parts), effects: effects,
      action: action)
  }

  /// The addresses of the box itself.
  var ownAddresses: AddressSet {
    device.interfaces.reduce(.none) { $0.union($1.ownAddresses) }
  }

  private mutating func forwardingAction(
    _ rule: PANOS.RuleEntry, _ parts: inout [Match]
  ) -> ([Effect], ACL.Action) {
    guard let action = child(rule.element, "action"),
      let kind = action.children.first(where: { _ in true })
    else {
      if rule.element.child("action")?.text == "no-pbf" { return ([], .permit) }
      if rule.element.child("action")?.text == "discard" { return ([], .deny) }
      return ([], unknownAction(rule, at: rule.place))
    }
    ledger.model(kind)
    switch kind.name {
    case "no-pbf": return ([], .permit)
    case "discard": return ([], .deny)
    case "forward":
      if let monitor = child(kind, "monitor") {
        ledger.modelAll(monitor)
        parts.append(
          .condition(
            condition(
              "pbf-monitor", rule.qualifiedName, .global, at: monitor.place,
              "the rule holds only while the host that it monitors answers")))
      }
      guard let hop = forwardHop(kind) else { return ([], unknownAction(rule, at: kind.place)) }
      return ([.forward(hop)], .permit)
    default:
      ledger.opaque(kind)
      return ([], unknownAction(rule, at: kind.place))
    }
  }

  private mutating func forwardHop(_ forward: XMLElement) -> NextHop? {
    let index = value(forward, "egress-interface").flatMap { interfaceByName[$0.text] }
    guard let hop = child(forward, "nexthop") else { return index.map { .interface($0) } }
    guard let kind = hop.children.first(where: { _ in true }) else {
      return hop.text.isEmpty ? index.map { .interface($0) } : gateway(hop.text, index)
    }
    ledger.model(kind)
    return gateway(kind.text, index)
  }

  private func gateway(_ text: String, _ interface: Int?) -> NextHop? {
    var text = text
    for scope in systems.map(\.objects) + [shared] {
      if let value = scope[.address, text]?.child("ip-netmask") {
        text = value.text
        break
      }
    }
    guard let address = try? AddressInPrefix(parsing: text).address else { return nil }
    return .gateway(address, interface: interface)
  }

  /// Replies that go back the way the session came, whatever the routes say.
  private mutating func symmetricReturn(_ rule: PANOS.RuleEntry) {
    guard let element = child(rule.element, "enforce-symmetric-return") else { return }
    ledger.modelAll(element)
    guard element.child("enabled")?.text == "yes" else { return }
    ledger.opaque(element)
    for vrf in Set(systems[rule.system].interfaces.map { device.interfaces[$0].vrf }).sorted() {
      addUnknownRoutes(
        vrf, at: element.place,
        "replies to what rule '\(rule.name)' forwards go back the way it came")
    }
  }
}
