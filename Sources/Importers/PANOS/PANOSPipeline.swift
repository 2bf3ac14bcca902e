import Documents
import Networks
import Packets
import Places

extension PANOS.Reader {
  /// Builds the order in which the firewall evaluates.
  ///
  /// Packet flow: session, route to the original destination, NAT rule by original addresses and the
  /// zone of that route, route to the translated destination, security rule by *original* addresses
  /// and the zone of the second route; the addresses are rewritten last.
  mutating func buildPipeline() {
    for system in systems.indices {
      readDecryption(of: system)
    }
    let override = perSystem { $0.overrideRules(of: $1) }
    let unmodelled = perSystem { $0.unmodelledRulebases(of: $1) }
    let forwarding = perSystem { $0.forwardingRules(of: $1, again: false) }
    let forwardingAgain = perSystem { $0.forwardingRules(of: $1, again: true) }
    let nat = perSystem { $0.natRules(of: $1) }
    let denial = perSystem { $0.denialRules(of: $1) }
    let authentication = perSystem { $0.authenticationRules(of: $1) }
    for system in systems.indices { readSecurity(of: system) }

    var arrival: [Stage] = [.reassemble]
    append("management port", managementPortTracking(), to: &arrival)
    arrival.append(.recall)
    append("zone protection", arrivalRules(), to: &arrival)
    appendBridge(to: &arrival)
    append("policy-based forwarding", opening(forwarding, replies: true), to: &arrival)
    arrival.append(.route(.destination))
    append("nat", opening(nat), to: &arrival)
    append("policy-based forwarding, again", opening(forwardingAgain, replies: true), to: &arrival)
    arrival.append(.route(.translatedDestination))
    append("unmodelled", opening(unmodelled), to: &arrival)
    append("dos", opening(denial), to: &arrival)
    append("authentication", opening(authentication), to: &arrival)
    append("application override", opening(override), to: &arrival)

    var departure: [Stage] = []
    append("crossing", departureRules(), to: &departure)
    departure += securityStages()
    append("family translation", familyRules(), to: &departure)
    departure += [.translateDestination, .translateSource, .remember, .fragment]

    let local = add(
      ACL(name: "security, to the box", place: implied, rules: localRules(), end: .deny))
    let management = add(
      ACL(name: "management", place: implied, rules: managementRules(), end: .deny))
    device.pipeline = Pipeline(
      arrival: arrival, departure: departure,
      input: [
        .filter(local, role: .forwardFilter), .translateDestination, .translateSource,
        .filter(management, role: .plain), .remember,
      ],
      output: [
        .recall, .route(.destination), .translateDestination, .translateSource, .remember,
        .fragment,
      ])
    device.sessions = sessionBehaviour()
    answerForTranslations()
  }

  /// The management port is not part of the dataplane and shares no sessions with it.
  private func managementPortTracking() -> [ACL.Rule] {
    guard let managementInterface else { return [] }
    return [
      ACL.Rule(
        name: "no sessions", place: implied,
        match: .field(.ingress, Self.registers([managementInterface])), effects: [.untrack],
        action: .permit)
    ]
  }

  /// The rules of all virtual systems, each only for what comes in by its own interfaces.
  private mutating func perSystem(
    _ read: (inout Self, Int) -> [ACL.Rule]
  ) -> [ACL.Rule] {
    var result: [ACL.Rule] = []
    for system in systems.indices {
      var rules = read(&self, system)
      if systems.count > 1 {
        let from = Match.field(.ingress, Self.registers(systems[system].interfaces))
        for index in rules.indices {
          rules[index].match = .conjunction([from, rules[index].match])
        }
      }
      result += rules
    }
    return result
  }

  /// Puts before rules that only what opens a session asks them, and nothing of the management port.
  ///
  /// With `replies`, later packets in the direction of the first one are asked too.
  private func opening(_ rules: [ACL.Rule], replies later: Bool = false) -> [ACL.Rule] {
    guard !rules.isEmpty else { return [] }
    var asked = Match.field(.connectionState, Ranges(UInt128(ConnectionState.new.rawValue)))
    if later {
      asked = .disjunction([
        asked,
        .conjunction([
          .field(.connectionState, Ranges(UInt128(ConnectionState.established.rawValue))),
          .field(.connectionDirection, Ranges(0)),
        ]),
      ])
    }
    var skipped = Match.negation(asked)
    if let managementInterface {
      skipped = .disjunction([
        skipped, .field(.ingress, Self.registers([managementInterface])),
      ])
    }
    return [ACL.Rule(name: "no new session", place: implied, match: skipped, action: .permit)]
      + rules
  }

  private mutating func append(_ name: String, _ rules: [ACL.Rule], to stages: inout [Stage]) {
    guard !rules.isEmpty else { return }
    let list = add(ACL(name: name, place: implied, rules: rules, end: .permit))
    stages.append(.filter(list, role: .plain))
  }

  /// The virtual wires.
  ///
  /// An interface that is no part of one leads to itself, which leaves it to the routes.
  private func appendBridge(to stages: inout [Stage]) {
    guard !wires.isEmpty else { return }
    stages.append(.bridge(device.interfaces.indices.map { wires[$0] ?? $0 }))
  }

  /// What may cross from one interface to another at all.
  private mutating func departureRules() -> [ACL.Rule] {
    var rules: [ACL.Rule] = []
    for gateway in sharedGateways {
      let registers = Self.registers(gateway.interfaces)
      let unknown = condition(
        "shared-gateway", gateway.name, Condition.ofPacket, at: gateway.place,
        "the shared gateway is not modelled")
      rules.append(
        ACL.Rule(
          name: gateway.name, place: gateway.place,
          match: .disjunction([.field(.ingress, registers), .field(.egress, registers)]),
          action: .opaque(condition: unknown, writes: Self.translatable)))
    }
    return rules + crossingRules()
  }

  /// The fields that a translation can write.
  private static let translatable: [HeaderField] = [
    .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .sourcePort, .destinationPort,
  ]

  /// Traffic between virtual systems needs an external zone on both sides.
  private mutating func crossingRules() -> [ACL.Rule] {
    guard systems.count > 1 else { return [] }
    var rules: [ACL.Rule] = []
    for a in systems.indices {
      for b in systems.indices where a != b {
        let crossing = Match.conjunction([
          .field(.ingress, Self.registers(systems[a].interfaces)),
          .field(.egress, Self.registers(systems[b].interfaces)),
        ])
        let name = "\(systems[a].name) to \(systems[b].name)"
        let isJoined =
          systems[a].zones.contains { $0.external.contains(systems[b].name) }
          && systems[b].zones.contains { $0.external.contains(systems[a].name) }
        guard isJoined else {
          rules.append(ACL.Rule(name: name, place: implied, match: crossing, action: .deny))
          continue
        }
        let translates = [a, b].contains { system in
          !systems[system].element.descendants("rulebase", "nat", "rules", "entry").isEmpty
        }
        guard translates else { continue }
        let unknown = condition(
          "inter-vsys", name, Condition.ofPacket, at: systems[a].element.place,
          "translation between virtual systems is not modelled")
        rules.append(
          ACL.Rule(
            name: name, place: systems[a].element.place, match: crossing,
            action: .opaque(condition: unknown, writes: Self.translatable)))
      }
    }
    return rules
  }

  /// The security lists: that of the virtual system that a packet comes to, and for one that leaves
  /// by another system, that one's too.
  private mutating func securityStages() -> [Stage] {
    if systems.count == 1 { return [.filter(wireRules(systems[0].security), role: .forwardFilter)] }
    let first = systems.map { system in
      ACL.Rule(
        name: system.name, place: system.element.place,
        match: .field(.ingress, Self.registers(system.interfaces)), action: .goto(system.security))
    }
    let entering = add(
      ACL(
        name: "security", place: implied, rules: unconditionalRules() + first, end: .deny))
    guard systems.count > 1 else { return [.filter(entering, role: .forwardFilter)] }
    let shared = sharedGateways.flatMap(\.interfaces)
    var second: [ACL.Rule] = []
    if !shared.isEmpty {
      second.append(
        ACL.Rule(
          name: "shared gateways", place: implied,
          match: .field(.ingress, Self.registers(shared)), action: .permit))
    }
    second += systems.map { system in
      let own = Self.registers(system.interfaces)
      return ACL.Rule(
        name: system.name, place: system.element.place,
        match: .conjunction([.field(.egress, own), .negation(.field(.ingress, own))]),
        action: .goto(system.security))
    }
    let leaving = add(
      ACL(name: "security, second system", place: implied, rules: second, end: .permit))
    return [
      .filter(wireRules(entering), role: .forwardFilter), .filter(leaving, role: .forwardFilter),
    ]
  }

  /// What a virtual wire passes without asking a security rule goes before the list.
  private mutating func wireRules(_ list: Int) -> Int {
    guard !wires.isEmpty else { return list }
    let from = Match.field(.ingress, Self.registers(wires.keys.sorted()))
    var rules = [
      ACL.Rule(
        name: "frames without IP", place: implied,
        match: .conjunction([
          from, .field(.family, Ranges(UInt128(Family.nonIP.rawValue))),
        ]), action: .permit),
      ACL.Rule(
        name: "multicast", place: implied,
        match: .conjunction([
          .field(.ingress, Self.registers(openWires)),
          PANOS.Role.destination.match(Network.multicast),
        ]), action: .permit),
    ]
    if let ignoresIPv6 {
      let unknown = condition(
        "ipv6-firewalling", "virtual-wire", .global, at: ignoresIPv6,
        "whether a virtual wire passes IPv6 unfiltered where its filtering is off is not documented"
      )
      rules.append(
        ACL.Rule(
          name: "ipv6-firewalling", place: ignoresIPv6,
          match: .conjunction([from, .field(.family, Ranges(1)), .condition(unknown)]),
          action: .permit))
    }
    rules.append(
      ACL.Rule(name: "security", place: implied, match: .any, action: .goto(list)))
    return add(ACL(name: "virtual wires", place: implied, rules: rules, end: .deny))
  }

  /// The interfaces of virtual wires that pass multicast unfiltered.
  private var openWires: [Int] {
    let entries = roots.device.descendants("network", "virtual-wire", "entry")
    return entries.filter {
      $0.descendant("multicast-firewalling", "enable")?.text != "yes"
    }.flatMap { entry in
      ["interface1", "interface2"].compactMap {
        entry.child($0).flatMap { interfaceByName[$0.text] }
      }
    }.sorted()
  }

  /// Security rules for packets to the box itself: as for all others, but for the management port.
  private func localRules() -> [ACL.Rule] {
    var rules: [ACL.Rule] = []
    if let managementInterface {
      rules.append(
        ACL.Rule(
          name: "management port", place: implied,
          match: .field(.ingress, Self.registers([managementInterface])), action: .permit))
    }
    if systems.count > 1 { rules += unconditionalRules() }
    for system in systems {
      let from = Match.field(.ingress, Self.registers(system.interfaces))
      rules.append(
        ACL.Rule(
          name: system.name, place: system.element.place, match: systems.count > 1 ? from : .any,
          action: .goto(system.security)))
    }
    return rules
  }

  /// NAT64: once the rules have seen the packet, it may become any of either family.
  private func familyRules() -> [ACL.Rule] {
    familyTranslations.map { one in
      let translation = device.translations[one.translation]
      return ACL.Rule(
        name: translation.name, place: translation.place,
        match: .field(.sourceTranslation, Ranges(UInt128(one.translation) + 1)),
        action: .opaque(
          condition: one.condition, writes: [.family] + Self.translatable + [.egress]))
    }
  }

  /// The firewall answers for translated addresses in the subnets of its interfaces.
  private mutating func answerForTranslations() {
    for index in device.interfaces.indices {
      let interface = device.interfaces[index]
      let subnets = AddressSet(interface.addresses.map(\.subnet).filter { $0.length > 0 })
      let own = interface.ownAddresses
      device.interfaces[index].answersFor = interface.answersFor.union(
        translatedAddresses.intersection(subnets).subtracting(own))
    }
  }
}
