import Networks
import Packets
import Simulation

extension Network {
  /// The network in a few lines, for a person who looks for a mistake.
  var words: String {
    var lines: [String] = []
    if routing == .any { lines.append("routing any") }
    for (index, condition) in conditions.conditions.enumerated() {
      let assumed = condition.assumed.map { " = \($0)" } ?? ""
      lines.append("condition \(index) \(condition.name) \(condition.scope)\(assumed)")
    }
    for (index, segment) in segments.enumerated() {
      let isUsed = devices.contains { $0.interfaces.contains { $0.segment == index } }
      let outside =
        index == internet ? " internet joining \(internetJoins.map { "\($0)" } ?? "-")" : ""
      if isUsed || !outside.isEmpty || !segment.subnets.isEmpty {
        lines.append("segment \(index) \(segment.subnets)\(outside)")
      }
    }
    for group in redundancyGroups { lines.append("redundant \(group)") }
    for link in links { lines.append("link \(link.from) \(link.to) \(link.addresses.words)") }
    for group in endpoints {
      let homes = group.attachments.map {
        "\($0.addresses.words)@\($0.segment) gateway \($0.gateway.map { "\($0)" } ?? "-")"
      }
      lines.append("hosts \(group.name) \(homes)")
    }
    for (index, device) in devices.enumerated() { lines += device.words(index) }
    return lines.joined(separator: "\n")
  }
}

extension Device {
  fileprivate func words(_ index: Int) -> [String] {
    var lines = ["device \(index)"]
    for (index, interface) in interfaces.enumerated() {
      var line = "  interface \(index) on \(interface.segment.map { "\($0)" } ?? "-")"
      line += " \(interface.addresses.map { "\($0.address)/\($0.length)" }) vrf \(interface.vrf)"
      if !interface.isUp { line += " down" }
      if interface.reversePath != .none { line += " rpf \(interface.reversePath)" }
      if !interface.answersFor.isEmpty { line += " answers \(interface.answersFor.words)" }
      if !interface.localAddresses.isEmpty { line += " local \(interface.localAddresses.words)" }
      lines.append(line)
    }
    for (index, vrf) in vrfs.enumerated() {
      if let unknown = vrf.unknownRoutes { lines.append("  vrf \(index) unknown \(unknown)") }
      for route in vrf.routes {
        let condition = route.condition.map { " if \($0)" } ?? ""
        lines.append(
          "  vrf \(index) \(route.destination) via \(route.nextHops)"
            + " \(route.distance)/\(route.metric)\(condition)")
      }
    }
    for (index, translation) in translations.enumerated() {
      lines.append(
        "  translation \(index) \(translation.address?.words ?? "-") "
          + "port \(translation.port.map { "\($0)" } ?? "-")")
    }
    for (index, list) in acls.enumerated() {
      lines.append("  list \(index) end \(list.end)")
      for rule in list.rules {
        let effects = rule.effects.isEmpty ? "" : " \(rule.effects.map { "\($0)" })"
        lines.append("    \(rule.match.words)\(effects) \(rule.action)")
      }
    }
    if let sessions {
      lines.append(
        "  sessions opens \(sessions.opens.words) untracked \(sessions.untracked.words)"
          + " bypass \(sessions.bypassesFilters) related \(sessions.acceptsRelated)")
    }
    lines.append("  arrival \(pipeline.arrival)")
    lines.append("  departure \(pipeline.departure)")
    lines.append("  input \(pipeline.input)")
    lines.append("  output \(pipeline.output)")
    return lines
  }
}

extension Translation.Address {
  fileprivate var words: String {
    switch self {
    case .pool(let pool): "pool \(pool.words)"
    case .prefix(let from, let to): "prefix \(from) to \(to)"
    case .interface: "interface"
    }
  }
}

extension AddressSet {
  /// The addresses as ranges.
  var words: String {
    let families: [(Family, Ranges)] = [(.ipv4, ipv4), (.ipv6, ipv6)]
    return families.flatMap { family, ranges in
      ranges.ranges.map { range in
        let first = IPAddress(family, range.lowerBound).map { "\($0)" } ?? "?"
        let last = IPAddress(family, range.upperBound).map { "\($0)" } ?? "?"
        return first == last ? first : "\(first)-\(last)"
      }
    }.joined(separator: " ")
  }
}

extension Match {
  /// The match in one line.
  var words: String {
    switch self {
    case .any: return "any"
    case .never: return "never"
    case .field(let field, let values):
      switch field {
      case .sourceIPv4, .destinationIPv4: return "\(field) \(AddressSet(ipv4: values).words)"
      case .sourceIPv6, .destinationIPv6: return "\(field) \(AddressSet(ipv6: values).words)"
      default: return "\(field) \(values.ranges.map { "\($0)" }.joined(separator: " "))"
      }
    case .condition(let index): return "condition \(index)"
    case .not(let inner): return "not(\(inner.words))"
    case .all(let parts): return "all(\(parts.map(\.words).joined(separator: ", ")))"
    case .some(let parts): return "some(\(parts.map(\.words).joined(separator: ", ")))"
    }
  }
}
