import Canonical
import Networks
import Packets

/// A mistake that an engine could make, put into what it makes proofs from.
struct SeededBug: Sendable {
  /// What the engine does, as a sentence without its subject.
  let name: String
  /// Puts the mistake into a network and its claims.
  let plant: @Sendable (inout CanonicalNetwork, inout Claims) -> Void

  init(_ name: String, _ plant: @escaping @Sendable (inout CanonicalNetwork, inout Claims) -> Void)
  {
    self.name = name
    self.plant = plant
  }

  /// A mistake that is made at every location.
  private init(
    _ name: String,
    at locations: @escaping @Sendable (CanonicalNetwork.Location) -> CanonicalNetwork.Location
  ) {
    self.init(name) { canonical, _ in canonical.locations = canonical.locations.map(locations) }
  }

  /// A mistake that is made in every write.
  private init(
    _ name: String,
    in writes: @escaping @Sendable (CanonicalNetwork.Write) -> CanonicalNetwork.Write?
  ) {
    self.init(
      name,
      at: { location in
        guard case .rewrite(let known, let next) = location else { return location }
        return .rewrite(known.compactMap(writes), next: next)
      })
  }

  /// A mistake that is made in every box of the lists; a box that is nothing is left out.
  private init(_ name: String, on boxes: @escaping @Sendable (HeaderBox) -> HeaderBox?) {
    self.init(name) { canonical, _ in
      for table in canonical.tables.indices {
        for entry in canonical.tables[table].entries.indices {
          canonical.tables[table].entries[entry].boxes =
            canonical.tables[table].entries[entry].boxes.compactMap(boxes)
        }
      }
    }
  }

  /// All of them.
  static let all = translations + ways + lists + sessions + starts

  private static let translations = [
    SeededBug("forgets translations") { write in
      switch write {
      case .set(let field, _), .take(let field, _): isAddress(field) ? nil : write
      case .shift, .anything, .scramble: nil
      }
    },
    SeededBug("translates to the first address of a pool only") { write in
      guard case .set(let field, let values) = write, isAddress(field),
        let first = values.ranges.first
      else { return write }
      return .set(field, Ranges(first.lowerBound))
    },
    SeededBug("takes steps that nobody knows for none") { write in
      switch write {
      case .anything, .scramble: nil
      default: write
      }
    },
  ]

  private static let ways = [
    SeededBug("takes the first of several ways only") { location in
      guard case .choose(let ways) = location else { return location }
      return .choose(Array(ways.prefix(1)))
    },
    SeededBug("forgets the last of several ways") { location in
      guard case .choose(let ways) = location, ways.count > 1 else { return location }
      return .choose(ways.dropLast())
    },
    SeededBug("forgets the links to the last segment") { canonical, _ in
      guard let lost = canonical.firstLoss, let put = canonical.put.last else { return }
      canonical.locations = canonical.locations.map { location in
        guard case .leave(put) = location else { return location }
        return .leave(next: lost)
      }
    },
    SeededBug("forgets copies") { location in
      guard case .spread(let main, _) = location else { return location }
      return .spread(main: main, copies: [])
    },
  ]

  private static let lists = [
    SeededBug("takes conditions for false") { box in
      box.literals.contains(where: \.value) ? nil : box
    },
    SeededBug("takes conditions for true") { box in
      box.literals.contains(where: { !$0.value }) ? nil : box
    },
    SeededBug("leaves the last value out of ranges") { box in
      box.constraints.reduce(box) { box, constraint in
        let ranges = constraint.values.ranges.map {
          $0.lowerBound < $0.upperBound ? $0.lowerBound...$0.upperBound - 1 : $0
        }
        return box.without(constraint.field).constrained(constraint.field, to: Ranges(ranges))
      }
    },
    SeededBug("takes the one family for the other") { box in
      let swapped = box[.family].ranges.flatMap { $0 }.map { $0 < 2 ? 1 - $0 : $0 }
      return box.without(.family).constrained(.family, to: Ranges(values: swapped))
    },
    SeededBug("reads lists from their end") { canonical, _ in
      for table in canonical.tables.indices { canonical.tables[table].entries.reverse() }
    },
    SeededBug("takes the outcome of the first entry for that of the rest") { canonical, _ in
      for table in canonical.tables.indices {
        canonical.tables[table].otherwise =
          canonical.tables[table].entries.first?.outcome ?? canonical.tables[table].otherwise
      }
    },
    SeededBug("takes the end of lists for a denial, even of lists that others went to") {
      canonical, _ in
      guard let lost = canonical.firstLoss else { return }
      for index in canonical.locations.indices {
        guard case .match(let table, let targets) = canonical.locations[index],
          canonical.tables[table].endOfList != nil
        else { continue }
        canonical.locations[index] = .match(table: table, targets: targets + [lost])
      }
      for table in canonical.tables.indices where canonical.tables[table].endOfList != nil {
        canonical.tables[table].otherwise = canonical.tables[table].outcomes
        canonical.tables[table].outcomes += 1
      }
    },
    SeededBug("forgets the last entry of lists") { canonical, _ in
      for table in canonical.tables.indices { _ = canonical.tables[table].entries.popLast() }
    },
    SeededBug("denies what a list permits last") { canonical, _ in
      for location in canonical.locations.indices {
        guard case .match(let table, let targets) = canonical.locations[location],
          let denied = targets.firstIndex(where: { canonical.locations[$0] == .drop(.denied) }),
          let last = canonical.tables[table].entries.lastIndex(where: { $0.outcome != denied })
        else { continue }
        canonical.tables[table].entries[last].outcome = denied
      }
    },
  ]

  private static let sessions = [
    SeededBug("forgets sessions") { location in
      guard case .remember(_, let next) = location else { return location }
      return .choose([next])
    },
    SeededBug("lets no session take a packet") { canonical, _ in
      guard let lost = canonical.firstLoss else { return }
      canonical.locations = canonical.locations.map { location in
        guard case .recall(let device, let fresh, _) = location else { return location }
        return .recall(device: device, fresh: fresh, remembered: lost)
      }
    },
    SeededBug("lets sessions take every packet that comes back") { canonical, _ in
      guard let lost = canonical.firstLoss else { return }
      canonical.locations = canonical.locations.map { location in
        guard case .recall(let device, _, let remembered) = location else { return location }
        return .recall(device: device, fresh: lost, remembered: remembered)
      }
    },
    SeededBug("takes every packet for one that a filter has seen") { location in
      guard case .watch(_, let next) = location else { return location }
      return .rewrite([.set(.monitor, Ranges(1))], next: next)
    },
  ]

  private static let starts = [
    SeededBug("forgets the last host that a claim asks about") { _, claims in
      for tag in claims.tags.indices { _ = claims.tags[tag].sources.popLast() }
    },
    SeededBug("forgets who else opens sessions") { _, claims in claims.senders = [] },
    SeededBug("takes the first of what is forbidden for all of it") { _, claims in
      for index in claims.claims.indices {
        guard case .never(let tags, let forbidden) = claims.claims[index].kind else { continue }
        claims.claims[index].kind = .never(tags: tags, forbidden: Array(forbidden.prefix(1)))
      }
    },
    SeededBug("looks for one protocol of what is forbidden only") { _, claims in
      for index in claims.claims.indices {
        guard case .never(let tags, var forbidden) = claims.claims[index].kind else { continue }
        for part in forbidden.indices {
          forbidden[part].boxes = forbidden[part].boxes.map {
            $0.constrained(.protocol, to: Ranges(254))
          }
        }
        claims.claims[index].kind = .never(tags: tags, forbidden: forbidden)
      }
    },
    SeededBug("does not ask what is forbidden") { _, claims in
      for index in claims.claims.indices {
        guard case .never(let tags, _) = claims.claims[index].kind else { continue }
        claims.claims[index].kind = .never(tags: tags, forbidden: [])
      }
    },
  ]

  private static func isAddress(_ field: HeaderField) -> Bool {
    [
      .sourceIPv4, .sourceIPv6, .destinationIPv4, .destinationIPv6, .sourcePort, .destinationPort,
    ].contains(field)
  }
}

extension CanonicalNetwork {
  /// A location at which packets are lost.
  fileprivate var firstLoss: Int? {
    locations.firstIndex { if case .drop = $0 { true } else { false } }
  }
}
