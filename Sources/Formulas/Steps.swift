import Canonical
import Packets

extension ObligationWriter {
  /// Asks of each location whether a packet there can become one that is out of bounds.
  ///
  /// Where none may be, nothing is asked; what comes to where sets stop is at most a tree.
  mutating func writeSteps() {
    for location in system.locations.indices {
      switch bounds[location] {
      case .open: writeOpen(location)
      case .passed: continue
      case .listed(let boxes, _) where boxes.isEmpty: continue
      case .listed(_, let name):
        variables.startOver()
        let ways = ways(from: location, Moving(packet: packet))
        ask("Step: \(remark(location)).", name, ways)
        if case .recall(let device, _, let remembered) = system.locations[location] {
          writeRecall(from: location, Moving(packet: packet), name, device, to: remembered)
        }
      }
    }
  }

  /// A location that anything may be at: nothing that it leads to may have a bound.
  private mutating func writeOpen(_ location: Int) {
    let here = system.locations[location]
    var bounded = here.successors.filter { !bounds[$0].isOpen }.map { "location \($0)" }
    if case .remember(let device, _) = here, classes[device] != nil {
      bounded.append("the sessions of device \(device)")
    }
    if bounded.isEmpty {
      open += 1
      return
    }
    let names = bounded.joined(separator: ", ")
    script.ask(
      ["Step: \(remark(location)) is not bounded and leads to what is: \(names)."], ["true"],
      expecting: .unsat)
  }

  /// How a packet at a location can become one that is out of bounds, but for what sessions take.
  ///
  /// What is passed through is followed: certificates say where that ends.
  mutating func ways(from location: Int, _ moving: Moving) -> [String] {
    switch system.locations[location] {
    case .choose(let targets): return targets.map { breaks(moving, at: $0) }
    case .spread(let main, let copies):
      return ([main] + copies).map { breaks(moving, at: $0) }
    case .match(let table, let targets):
      return [match(moving, system.tables[table], targets)]
    case .rewrite(let writes, let next):
      var after = moving
      for write in writes {
        after.perform(write, system, &variables)
        shorten(&after)
      }
      return [breaks(after, at: next)]
    case .watch(let device, let next):
      var after = moving
      after.watch(device, system)
      return [breaks(after, at: next)]
    case .leave(let next):
      var after = moving
      after.leave(&variables)
      return [breaks(after, at: next)]
    case .remember(let device, let next):
      return [breaks(moving, at: next), opensUnknown(moving, device)]
    case .recall(_, let fresh, _):
      var after = moving
      after.forgetTrail(&variables)
      return [breaks(after, at: fresh)]
    case .deliver, .drop: return []
    }
  }

  private mutating func ask(_ text: String, _ name: String, _ ways: [String]) {
    let any = Term.or(ways)
    if any == "false" { return }
    script.ask([text], [name, any], expecting: .unsat)
  }

  /// A first-match list, from its end: each entry goes before what follows it.
  private mutating func match(
    _ moving: Moving, _ table: CanonicalNetwork.Table, _ targets: [Int]
  ) -> String {
    var outside = targets.map { breaks(moving, at: $0) }
    if outside.allSatisfy({ $0 == "false" }) { return "false" }
    matches += 1
    for (target, term) in outside.enumerated() where term.utf8.count > 40 {
      outside[target] = "to.\(matches).\(target)"
      script.define(outside[target], as: term)
    }
    var rest = outside[table.otherwise]
    for (index, entry) in table.entries.enumerated().reversed() {
      let here = outside[entry.outcome]
      if here == rest { continue }
      let chain = Term.choice(moving.packet.isIn(entry.boxes), here, rest)
      rest = "from.\(matches).\(index)"
      script.define(rest, as: chain)
    }
    return rest
  }

  /// That a packet opens a session that is out of bounds.
  private func opensUnknown(_ moving: Moving, _ device: Int) -> String {
    guard let classes = classes[device] else { return "false" }
    var known: [String] = []
    for own in classes {
      let families = [Family.ipv4, .ipv6].filter {
        system.isReadable(own.codes, own.trail, $0, owner: device)
      }
      known.append(
        Term.and(
          [
            Term.isIn(
              packet[.family], Ranges(values: families.map { UInt128($0.rawValue) }), of: .family),
            Term.equal(
              packet[.destinationTranslation], Term.value(own.codes.destination, bits: 24)),
            Term.equal(packet[.sourceTranslation], Term.value(own.codes.source, bits: 24)),
            Term.equal(packet[.connectionStatus], own.codes.status), packet.isIn(own.pairs),
          ]
            + Trail.tracked.map { Term.equal(packet[$0.track], Term.value(own.trail[$0.field])) }
        ))
    }
    return Term.and([
      Term.equal(packet[.origin], Term.value(0, bits: 16)),
      Term.isIn(packet[.family], Ranges(0...1), of: .family), Term.not(Term.or(known)),
    ])
  }

  /// What sessions make of packets at a location.
  private mutating func writeRecall(
    from location: Int, _ moving: Moving, _ name: String, _ device: Int, to remembered: Int
  ) {
    if bounds[remembered].isOpen { return }
    for owner in system.owners(of: device) {
      let lookUp = LookUp(device: device, owner: owner)
      guard let classes = classes[owner] else {
        ask(
          "Step: \(remark(location)), by any session of device \(owner).", name,
          ["true"])
        continue
      }
      for (index, known) in classes.enumerated() {
        variables.startOver()
        let any = Term.or(ways(of: moving, by: known, lookUp, to: remembered))
        if any == "false" { continue }
        script.ask(
          [
            "Step: \(remark(location)), "
              + "by sessions of device \(owner), class \(index)."
          ], [name, known.name, any], expecting: .unsat)
      }
    }
  }

  /// How sessions of a class can make of a packet one that is out of bounds where it goes then.
  mutating func ways(
    of moving: Moving, by known: SessionClass, _ lookUp: LookUp, to remembered: Int
  ) -> [String] {
    var ways: [String] = []
    for family in [Family.ipv4, .ipv6] {
      for way in system.sessionWays(of: lookUp.device) {
        guard
          let after = system.taken(
            moving, by: session, known.codes, known.trail, way, family, lookUp, &variables)
        else { continue }
        ways.append(breaks(after, at: remembered))
      }
    }
    return ways
  }
}
