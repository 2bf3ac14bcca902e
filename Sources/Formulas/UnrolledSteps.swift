import Canonical
import Packets

extension Unrolling {
  /// The ways on from a place by one of the location's successors.
  mutating func steps(
    from place: Place, _ location: Int, _ way: Int, _ depth: Int
  ) throws(NotExpressible) -> [Arrival] {
    var after = place.moving
    var condition = place.visited
    switch system.locations[location] {
    case .choose(let targets) where targets.count > 1:
      condition = Term.and([condition, variables.any(truth: "choice")])
    case .choose: break
    case .spread: condition = Term.and([condition, variables.any(truth: "choice")])
    case .match(let table, _):
      condition = Term.and([condition, outcome(way, system.tables[table], &after)])
    case .rewrite(let writes, _):
      for write in writes { after.perform(write, system, &variables) }
    case .watch(let device, _): after.watch(device, system)
    case .leave: after.leave(&variables)
    case .remember: break
    case .recall(let device, _, _):
      if way == 1 { return try recalled(place, device, depth) }
      condition = Term.and([condition, variables.any(truth: "choice")])
      after.forgetTrail(&variables)
    case .deliver, .drop: return []
    }
    return [arrival(condition, after)]
  }

  private func arrival(_ condition: String, _ moving: Moving) -> Arrival {
    var moving = moving
    let guards = moving.guards
    moving.guards = []
    return Arrival(condition: Term.and([condition] + guards), moving: moving)
  }

  /// That a packet has an outcome in a first-match list.
  private mutating func outcome(
    _ outcome: Int, _ table: CanonicalNetwork.Table, _ moving: inout Moving
  ) -> String {
    var result = table.otherwise == outcome ? "true" : "false"
    for entry in table.entries.reversed() {
      for box in entry.boxes {
        for constraint in box.constraints { moving.open.remove(constraint.field) }
      }
      result = Term.choice(
        moving.packet.isIn(entry.boxes), entry.outcome == outcome ? "true" : "false", result)
    }
    return result
  }

  /// What sessions make of a packet at a place.
  private mutating func recalled(
    _ place: Place, _ device: Int, _ depth: Int
  ) throws(NotExpressible) -> [Arrival] {
    if depth == bounds.nesting { return [anything(place, device, "beyond")] }
    let owners = system.owners(of: device)
    let graph = try openerGraph(of: owners)
    let starts = system.claims.senders.map { Start($0, origin: 0) }
    let opener = try follow(starts, graph, depth: depth + 1)
    var result: [Arrival] = []
    var unknown = opener.underWay
    for opened in opener.places {
      let node = graph.nodes[opened.node]
      guard case .remember(let owner, _) = system.locations[node.location], owners.contains(owner)
      else { continue }
      let lookUp = LookUp(device: device, owner: owner)
      result += taken(place, by: opened, node.trail, lookUp, &unknown)
    }
    if !unknown.isEmpty {
      result.append(anything(place, device, Term.and(["beyond", Term.or(unknown)])))
    }
    return result
  }

  /// What a session that a packet opened makes of a packet; `unknown` gets when that cannot be said.
  private mutating func taken(
    _ place: Place, by opened: Place, _ trail: Trail, _ lookUp: LookUp, _ unknown: inout [String]
  ) -> [Arrival] {
    let session = opened.moving.packet
    var known = [String](repeating: "false", count: 2)
    var result: [Arrival] = []
    for destination in system.codes(of: lookUp.owner) {
      for source in system.codes(of: lookUp.owner) {
        let codes = ClassCodes(
          destination: destination, source: source, status: session[.connectionStatus])
        let isClass = Term.and([
          Term.equal(session[.destinationTranslation], Term.value(destination, bits: 24)),
          Term.equal(session[.sourceTranslation], Term.value(source, bits: 24)),
        ])
        for (index, family) in [Family.ipv4, .ipv6].enumerated()
        where system.isReadable(codes, trail, family, owner: lookUp.owner) {
          known[index] = Term.or([known[index], isClass])
          for way in system.sessionWays(of: lookUp.device) {
            guard
              var after = system.taken(
                place.moving, by: session, codes, trail, way, family, lookUp, &variables)
            else { continue }
            after.guards += [
              opened.visited, isClass, variables.any(truth: "choice"),
              Term.equal(session[.origin], Term.value(0, bits: 16)),
            ]
            result.append(arrival(place.visited, after))
          }
        }
      }
    }
    for (index, isKnown) in known.enumerated() where isKnown != "true" {
      unknown.append(
        Term.and([
          opened.visited, Term.equal(session[.family], Term.value(UInt128(index), bits: 2)),
          Term.not(isKnown),
        ]))
    }
    return result
  }

  /// What any session could make of a packet.
  private mutating func anything(_ place: Place, _ device: Int, _ condition: String) -> Arrival {
    var after = place.moving
    after.forgetTrail(&variables)
    for field in [
      HeaderField.connectionState, .connectionDirection, .connectionStatus,
      .destinationTranslation, .sourceTranslation,
    ] {
      after.packet[field] = variables.any(field)
    }
    for tracked in Trail.tracked {
      after.packet[tracked.sessionGhost] = variables.any(tracked.sessionGhost)
    }
    let states: [UInt128] = system.sessions[device]?.bypassesFilters ?? false ? [18, 19] : [2, 3]
    after.guards += [
      Term.isIn(after.packet[.connectionState], Ranges(values: states), of: .connectionState),
      Term.isIn(after.packet[.sessionUse], Ranges(1...3), of: .sessionUse), condition,
      variables.any(truth: "choice"),
    ]
    return arrival(place.visited, after)
  }
}

extension TransitionSystem {
  /// The codes of translations that packets may have chosen when a device remembers them.
  fileprivate func codes(of device: Int) -> [UInt128] {
    [0] + translations[device].indices.map { UInt128($0 + 1) } + parts[device].keys.sorted()
  }
}
