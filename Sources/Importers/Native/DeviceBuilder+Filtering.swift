import Documents
import Networks
import Packets
import Places

extension DeviceBuilder {
  /// Whether packets of remembered sessions pass every filter.
  var isStateful: Bool { description.filtering.isStateful?.value ?? false }

  /// Adds the filters and translations, and the pipeline that runs them.
  mutating func addFiltering(_ assembly: inout Assembly) {
    let filtering = description.filtering
    addObjects(filtering.objects, &assembly)
    addZones(filtering.zones, &assembly)
    addFilters(filtering.filters, &assembly)
    var ingress = device.interfaces.map { _ in Int?.none }
    var egress = ingress
    for described in description.interfaces {
      guard let index = interfaces[described.name.value] else { continue }
      ingress[index] = described.filterIn.flatMap { filter($0, &assembly) }
      egress[index] = described.filterOut.flatMap { filter($0, &assembly) }
    }
    var forward: [Int] = []
    if let name = filtering.forwardFilter, let index = filter(name, &assembly) {
      forward.append(index)
    }
    if let policies = addZonePolicies(filtering.zonePolicies, &assembly) {
      forward.append(policies)
    } else if let zone = filtering.zones.first {
      assembly.fail(
        at: zone.name.place,
        "'\(device.name)' has zones and no policy between them",
        hint: "\"zonePolicies\" says what passes; nothing else would")
    }
    var input: [Int] = []
    if let name = filtering.inputFilter, let index = filter(name, &assembly) { input.append(index) }
    if let management = filtering.management { input.append(add(management, &assembly)) }
    let nat = addTranslations(filtering.nat, &assembly)
    let asksState = filtering.usesStates
    if isStateful || nat != nil || asksState {
      device.sessions = SessionBehaviour(opens: .any, bypassesFilters: isStateful)
    }
    device.pipeline = pipeline(
      ingress: ingress, egress: egress, forward: forward, input: input, nat: nat,
      bridges: exits(&assembly))
  }

  /// Where a bridging device puts what comes in by each interface; `nil` for one that routes.
  private func exits(_ assembly: inout Assembly) -> [Int?]? {
    guard let first = description.bridges.first else { return nil }
    var exits = device.interfaces.map { _ in Int?.none }
    for bridge in description.bridges {
      let ends = bridge.between.compactMap { interface($0, &assembly) }
      guard ends.count == 2 else { continue }
      for (a, b) in [(ends[0], ends[1]), (ends[1], ends[0])] {
        if exits[a] != nil || a == b {
          assembly.fail(at: bridge.place, "each interface of a bridge is in one bridge, once")
        }
        exits[a] = b
      }
    }
    if !description.routes.isEmpty || description.filtering.management != nil
      || description.filtering.inputFilter != nil
    {
      assembly.fail(
        at: first.place, "'\(device.name)' bridges, so it neither routes nor is reached itself",
        hint: "describe its management interface as another device")
    }
    return exits
  }

  /// The order of evaluation of a described device.
  private func pipeline(
    ingress: [Int?], egress: [Int?], forward: [Int], input: [Int],
    nat: (source: Int, destination: Int)?, bridges: [Int?]?
  ) -> Pipeline {
    let keepsSessions = device.sessions != nil
    var arrival: [Stage] = keepsSessions ? [.recall] : []
    if ingress.contains(where: { $0 != nil }) { arrival.append(.ingressFilter(ingress)) }
    if let nat {
      arrival += [.natFilter(nat.destination, end: .destination), .translateDestination]
    }
    arrival.append(bridges.map { .bridge($0) } ?? .route(.destination))
    var departure: [Stage] = forward.map { .filter($0, role: .forwardFilter) }
    if let nat { departure += [.natFilter(nat.source, end: .source), .translateSource] }
    if egress.contains(where: { $0 != nil }) { departure.append(.egressFilter(egress)) }
    var local: [Stage] = input.map { .filter($0, role: .plain) }
    var output: [Stage] = keepsSessions ? [.recall] : []
    output.append(.route(.destination))
    if let nat { output += [.natFilter(nat.source, end: .source), .translateSource] }
    if keepsSessions {
      departure.append(.remember)
      local.append(.remember)
      output.append(.remember)
    }
    return Pipeline(arrival: arrival, departure: departure, input: local, output: output)
  }

  /// The filter of a name; `nil` and an error where there is none.
  func filter(_ name: Placed<String>, _ assembly: inout Assembly) -> Int? {
    if let index = filters[name.value] { return index }
    unknown(
      "filter", name, among: description.filtering.filters.map(\.name.value), &assembly)
    return nil
  }

  private mutating func addFilters(
    _ described: [(name: Placed<String>, values: [RuleDescription])], _ assembly: inout Assembly
  ) {
    for (name, _) in described {
      filters[name.value] = device.acls.count
      device.acls.append(ACL(name: name.value, place: name.place, end: .deny))
    }
    for (name, rules) in described {
      guard let index = filters[name.value] else { continue }
      device.acls[index].rules = sessionRules(name.place) + self.rules(rules, &assembly)
    }
    refuseJumpCycles(described, &assembly)
  }

  /// What a stateful device does before its rules are asked.
  func sessionRules(_ place: Place) -> [ACL.Rule] {
    guard isStateful else { return [] }
    let states = [ConnectionState.established, .related].map { UInt128($0.rawValue) }
    return [
      ACL.Rule(
        name: "sessions", place: place,
        match: .field(.connectionState, Ranges(values: states)), action: .permit)
    ]
  }

  func rules(_ described: [RuleDescription], _ assembly: inout Assembly) -> [ACL.Rule] {
    described.enumerated().compactMap { number, rule in
      guard let match = self.match(rule.match, &assembly) else { return nil }
      let action: ACL.Action? =
        switch rule.action {
        case .permit: .permit
        case .deny: .deny
        case .reject: .reject
        case .return: .return
        case .jump(let name): filter(name, &assembly).map { .jump($0) }
        }
      return action.map {
        ACL.Rule(
          name: rule.name ?? "\(number + 1)", place: rule.place, match: match, action: $0,
          logs: rule.match.logs)
      }
    }
  }

  /// A list that jumps to itself, by whatever way, would never end.
  private func refuseJumpCycles(
    _ described: [(name: Placed<String>, values: [RuleDescription])], _ assembly: inout Assembly
  ) {
    var finished: Set<Int> = []
    for (name, _) in described {
      guard let start = filters[name.value] else { continue }
      var path: [(list: Int, next: Int)] = [(start, 0)]
      while let (list, next) = path.last {
        let targets = device.acls[list].rules.compactMap { rule -> Int? in
          if case .jump(let target) = rule.action { return target }
          return nil
        }
        guard !finished.contains(list), next < targets.count else {
          finished.insert(list)
          path.removeLast()
          continue
        }
        path[path.count - 1].next += 1
        if path.contains(where: { $0.list == targets[next] }) {
          assembly.fail(
            at: device.acls[list].place, "the filter '\(device.acls[list].name)' jumps to itself")
          finished.insert(targets[next])
        } else {
          path.append((targets[next], 0))
        }
      }
    }
  }

  /// Only listed services from listed addresses get to the device itself.
  private mutating func add(
    _ management: ManagementDescription, _ assembly: inout Assembly
  ) -> Int {
    var parts: [Match] = []
    if !management.services.isEmpty {
      parts.append(management.services.reduce(ServiceSet([])) { $0.union($1) }.match())
    }
    if !management.from.isEmpty {
      parts.append(addresses(management.from, &assembly).asSource)
    }
    if !management.interfaces.isEmpty {
      parts.append(field(.ingress, of: management.interfaces, &assembly))
    }
    let rule = ACL.Rule(
      name: "management", place: management.place, match: .all(parts), action: .permit)
    device.acls.append(
      ACL(
        name: "management", place: management.place,
        rules: sessionRules(management.place) + [rule], end: .deny))
    return device.acls.count - 1
  }
}

extension FilteringDescription {
  /// Whether a rule asks for a packet's connection state.
  var usesStates: Bool {
    let lists = filters.map(\.values) + zonePolicies.map(\.rules)
    return lists.contains { $0.contains { !$0.match.states.isEmpty } }
  }
}
