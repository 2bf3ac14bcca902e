import Documents
import Networks
import Packets
import Places

extension PANOS {
  /// One way in which a NAT rule translates one end: for which packets, and how.
  struct TranslationPart {
    var match: Match
    var effects: [Effect]

    static let nothing = Self(match: .any, effects: [])
  }

  /// The most pairs of prefixes that a static translation is split into.
  static let staticPieces = 64
}

extension PANOS.Reader {
  /// The rules of a virtual system's NAT list; the first that matches chooses both translations.
  mutating func natRules(of system: Int) -> [ACL.Rule] {
    var result: [ACL.Rule] = []
    for rule in rules("nat", of: system) where !isDisabled(rule) {
      result += natRule(rule)
    }
    return result
  }

  private mutating func natRule(_ entry: PANOS.RuleEntry) -> [ACL.Rule] {
    let element = entry.element
    let type = value(element, "nat-type")
    var rule = entry
    rule.changesHosts = type?.text == "nptv6"
    let from = zoneCriterion(rule, "from", .ingress)
    let to = zoneCriterion(rule, "to", .egress)
    var parts = [from, to, toInterface(rule)]
    let source = natAddresses(rule, "source")
    let destination = natAddresses(rule, "destination")
    parts.append(match(source, .source))
    parts.append(match(destination, .destination))
    parts.append(natService(rule))
    parts += haBinding(rule)
    let sourceElement = child(element, "source-translation")
    let staticElement = child(element, "destination-translation")
    let dynamicElement = child(element, "dynamic-destination-translation")
    switch type?.text ?? "ipv4" {
    case "ipv4": parts.insert(.field(.family, Ranges(0)), at: 0)
    case "nptv6": parts.insert(.field(.family, Ranges(1)), at: 0)
    case "nat64":
      parts.insert(.field(.family, Ranges(1)), at: 0)
      return [familyTranslation(rule, parts)]
    default: parts.append(malformed(rule, "nat-type", at: type?.place ?? rule.place))
    }
    let sources = sourceElement.map { sourceParts($0, rule, source) } ?? [.nothing]
    let destinations: [PANOS.TranslationPart] =
      if let staticElement {
        destinationParts(staticElement, rule, destination, isStatic: true)
      } else if let dynamicElement {
        destinationParts(dynamicElement, rule, destination, isStatic: false)
      } else { [.nothing] }
    if staticElement != nil || dynamicElement != nil, let set = destination.exact {
      translatedAddresses = translatedAddresses.union(set)
    }
    let reverse = reverseRule(rule, sourceElement, source: source, to: to)
    parts += commonCriteria(rule)
    let match = Match.conjunction(parts)
    let rules = sources.flatMap { source in
      destinations.map { destination in
        ACL.Rule(
          name: rule.name, place: rule.place,
          match: .conjunction([match, source.match, destination.match]),
          effects: source.effects + destination.effects, action: .permit)
      }
    }
    return rules + reverse
  }

  /// The addresses of one end; a missing list is unknown.
  private mutating func natAddresses(
    _ rule: PANOS.RuleEntry, _ element: String
  ) -> PANOS.Addresses {
    guard let members = members(rule.element, element), !members.isEmpty else {
      var result = PANOS.Addresses()
      result.unknown = [
        .init(
          kind: "malformed", name: "\(rule.qualifiedName)/\(element)", place: rule.place,
          why: "'\(element)' of the rule is missing")
      ]
      return result
    }
    return addresses(members, in: rule.system)
  }

  private mutating func toInterface(_ rule: PANOS.RuleEntry) -> Match {
    guard let value = value(rule.element, "to-interface"), value.text != "any", !value.text.isEmpty
    else { return .any }
    guard let index = interfaceByName[value.text] else {
      return malformed(rule, "to-interface", at: value.place)
    }
    return .field(.egress, Self.registers([index]))
  }

  /// The one service that a NAT rule names.
  private mutating func natService(_ rule: PANOS.RuleEntry) -> Match {
    guard let element = child(rule.element, "service") else { return .any }
    let members =
      element.isLeaf
      ? [PANOSValue(text: element.text, place: element.place)] : self.members(of: element)
    switch service(members, in: rule.system) {
    case .any: return .any
    case .match(let match): return match
    case .applicationDefault: return malformed(rule, "service", at: element.place)
    }
  }

  private mutating func haBinding(_ rule: PANOS.RuleEntry) -> [Match] {
    guard let binding = value(rule.element, "active-active-device-binding") else { return [] }
    if binding.text == "both" { return [] }
    return [
      .condition(
        condition(
          "ha-binding", binding.text, .global, at: binding.place,
          "which member of the pair this firewall is acting as is not in the file"))
    ]
  }

  /// NAT64: the packet leaves as one of the other family, which no translation of the model is.
  private mutating func familyTranslation(_ rule: PANOS.RuleEntry, _ parts: [Match]) -> ACL.Rule {
    ledger.opaque(rule.element)
    let unknown = condition(
      "nat64", rule.qualifiedName, Condition.ofPacket, at: rule.place,
      "the translation between the families is not modelled")
    let translation = add(
      Translation(name: rule.name, place: rule.place, address: nil, port: nil))
    familyTranslations.append((translation, unknown))
    return ACL.Rule(
      name: rule.name, place: rule.place, match: .conjunction(parts),
      effects: [.translateSource(translation)], action: .permit)
  }

  /// Adds a translation to the device.
  mutating func add(_ translation: Translation) -> Int {
    device.translations.append(translation)
    return device.translations.count - 1
  }

  // MARK: Destinations

  private mutating func destinationParts(
    _ element: XMLElement, _ rule: PANOS.RuleEntry, _ original: PANOS.Addresses, isStatic: Bool
  ) -> [PANOS.TranslationPart] {
    ledger.model(element, inside: ["distribution", "dns-rewrite", "direction"])
    let port = value(element, "translated-port").map { value -> ClosedRange<UInt16> in
      // A port that is not understood may be any.
      UInt16(value.text).map { $0...$0 } ?? 0...UInt16.max
    }
    guard let target = value(element, "translated-address") else {
      return [
        TranslationMaker(rule: rule, port: port).destination(nil, &device)
      ]
    }
    let addresses = addresses([target], in: rule.system)
    let maker = TranslationMaker(rule: rule, port: port)
    guard let set = addresses.exact, !set.isEmpty else {
      opaqueTranslation(rule, at: target.place)
      return [maker.destination(.pool(.all), &device)]
    }
    if isStatic, let from = original.exact, let pairs = pairs(from, set, rule) {
      return pairs.map { pair in
        var part = maker.destination(.prefix(from: pair.from, to: pair.to), &device)
        part.match = PANOS.Role.destination.match(AddressSet([pair.from]))
        return part
      }
    }
    return [maker.destination(.pool(set), &device)]
  }

  private mutating func opaqueTranslation(_ rule: PANOS.RuleEntry, at place: Place) {
    notice(
      .opaque, at: place,
      "what the rule '\(rule.name)' translates to is not in the file; it is taken as any address")
  }

  // MARK: Sources

  private mutating func sourceParts(
    _ element: XMLElement, _ rule: PANOS.RuleEntry, _ original: PANOS.Addresses
  ) -> [PANOS.TranslationPart] {
    guard let kind = element.children.first(where: { _ in true }) else { return [.nothing] }
    ledger.model(kind)
    let anyPort: ClosedRange<UInt16> = 0...UInt16.max
    switch kind.name {
    case "dynamic-ip-and-port":
      let set = poolSet(kind, rule)
      return [TranslationMaker(rule: rule, port: 1024...UInt16.max).source(.pool(set), &device)]
    case "dynamic-ip":
      var set = poolSet(kind, rule)
      var port: ClosedRange<UInt16>?
      if let fallback = child(kind, "fallback") {
        set = set.union(poolSet(fallback, rule))
        port = anyPort
      }
      return [TranslationMaker(rule: rule, port: port).source(.pool(set), &device)]
    case "static-ip":
      ledger.model(kind, inside: ["bi-directional"])
      let set = poolSet(kind, rule)
      let maker = TranslationMaker(rule: rule, port: nil)
      guard let from = original.exact, set != .all, let pairs = pairs(from, set, rule) else {
        return [maker.source(.pool(set), &device)]
      }
      return pairs.map { pair in
        var part = maker.source(.prefix(from: pair.from, to: pair.to), &device)
        part.match = PANOS.Role.source.match(AddressSet([pair.from]))
        return part
      }
    default:
      ledger.opaque(kind)
      opaqueTranslation(rule, at: kind.place)
      return [TranslationMaker(rule: rule, port: anyPort).source(.pool(.all), &device)]
    }
  }

  /// The addresses that a source translation chooses from; all where the file does not say.
  private mutating func poolSet(_ element: XMLElement, _ rule: PANOS.RuleEntry) -> AddressSet {
    var set = AddressSet.none
    var isKnown = true
    if let list = child(element, "translated-address") {
      let values =
        list.isLeaf ? [PANOSValue(text: list.text, place: list.place)] : members(of: list)
      let addresses = addresses(values, in: rule.system)
      if let exact = addresses.exact { set = exact } else { isKnown = false }
    }
    if let choice = child(element, "interface-address") {
      if let own = interfacePool(choice, in: rule.system) {
        set = set.union(own)
      } else {
        isKnown = false
      }
    }
    guard isKnown, !set.isEmpty else {
      opaqueTranslation(rule, at: element.place)
      return .all
    }
    translatedAddresses = translatedAddresses.union(set)
    return set
  }

  private mutating func interfacePool(_ choice: XMLElement, in system: Int) -> AddressSet? {
    let name = value(choice, "interface")
    for kind in ["ip", "floating-ip"] {
      guard let value = value(choice, kind) else { continue }
      guard let address = addressOfInterface(value.text, in: system) else { return nil }
      return AddressSet(address)
    }
    guard let name, let index = interfaceByName[name.text] else { return nil }
    let own = device.interfaces[index].addresses.map { Prefix(host: $0.address) }
    return own.isEmpty ? nil : AddressSet(own)
  }

  /// One address of an interface, written with or without its prefix or as an object's name.
  private func addressOfInterface(_ text: String, in system: Int) -> IPAddress? {
    var text = text
    if let object = find(text, [.address], in: system) {
      text = object.element.child("ip-netmask")?.text ?? ""
    }
    return try? AddressInPrefix(parsing: text).address
  }

  /// The reverse of a static translation in both directions: whatever comes for the translated
  /// addresses from anywhere gets the original ones.
  private mutating func reverseRule(
    _ rule: PANOS.RuleEntry, _ element: XMLElement?, source: PANOS.Addresses, to: Match
  ) -> [ACL.Rule] {
    guard let kind = element?.child("static-ip"), kind.child("bi-directional")?.text == "yes"
    else { return [] }
    let name = "\(rule.name) (reverse)"
    let target = kind.child("translated-address").map {
      PANOSValue(text: $0.text, place: $0.place)
    }
    guard let target, let translated = addresses([target], in: rule.system).exact,
      let original = source.exact
    else {
      opaqueTranslation(rule, at: kind.place)
      return []
    }
    translatedAddresses = translatedAddresses.union(translated)
    var reading = rule
    reading.name = name
    let maker = TranslationMaker(rule: reading, port: nil)
    let parts: [PANOS.TranslationPart]
    if let pairs = pairs(translated, original, rule) {
      parts = pairs.map { pair in
        var part = maker.destination(.prefix(from: pair.from, to: pair.to), &device)
        part.match = PANOS.Role.destination.match(AddressSet([pair.from]))
        return part
      }
    } else {
      var part = maker.destination(.pool(original), &device)
      part.match = PANOS.Role.destination.match(translated)
      parts = [part]
    }
    return parts.map {
      ACL.Rule(
        name: name, place: rule.place, match: .conjunction([to, $0.match]), effects: $0.effects,
        action: .permit)
    }
  }

  /// The prefixes of two sets of one size that lie at the same offset; `nil` where the sets are no
  /// single ranges of one size and family, would need too many pieces, or are not kept in step.
  private func pairs(
    _ from: AddressSet, _ to: AddressSet, _ rule: PANOS.RuleEntry
  ) -> [(from: Prefix, to: Prefix)]? {
    if rule.changesHosts { return nil }
    for family in [Family.ipv4, .ipv6] {
      let rest: Family = family == .ipv4 ? .ipv6 : .ipv4
      let a = from[family].ranges
      let b = to[family].ranges
      guard from[rest].isEmpty, to[rest].isEmpty, a.count == 1, b.count == 1,
        a[0].upperBound - a[0].lowerBound == b[0].upperBound - b[0].lowerBound
      else { continue }
      var result: [(from: Prefix, to: Prefix)] = []
      var (next, target) = (a[0].lowerBound, b[0].lowerBound)
      var left = a[0].upperBound - a[0].lowerBound
      while result.count < PANOS.staticPieces {
        // The largest block that is aligned on both sides and does not pass the end.
        var bits = min(
          next == 0 ? family.addressBits : next.trailingZeroBitCount,
          target == 0 ? family.addressBits : target.trailingZeroBitCount, family.addressBits)
        while bits > 0, (bits == 128 ? .max : (UInt128(1) << UInt128(bits)) - 1) > left {
          bits -= 1
        }
        let length = family.addressBits - bits
        guard let one = IPAddress(family, next).flatMap({ Prefix($0, length: length) }),
          let other = IPAddress(family, target).flatMap({ Prefix($0, length: length) })
        else { return nil }
        result.append((one, other))
        let last = one.range.upperBound
        if last == a[0].upperBound { return result }
        left -= one.range.upperBound - one.range.lowerBound + 1
        target = other.range.upperBound + 1
        next = last + 1
      }
      return nil
    }
    return nil
  }
}

/// Makes the translations of one rule.
private struct TranslationMaker {
  var rule: PANOS.RuleEntry
  var port: ClosedRange<UInt16>?

  func source(_ address: Translation.Address, _ device: inout Device) -> PANOS.TranslationPart {
    .init(match: .any, effects: [.translateSource(add(address, &device))])
  }

  func destination(
    _ address: Translation.Address?, _ device: inout Device
  ) -> PANOS.TranslationPart {
    .init(match: .any, effects: [.translateDestination(add(address, &device))])
  }

  private func add(_ address: Translation.Address?, _ device: inout Device) -> Int {
    device.translations.append(
      Translation(
        name: rule.name, place: rule.place, address: address, port: port.map { .any($0) }))
    return device.translations.count - 1
  }
}
