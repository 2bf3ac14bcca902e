import Canonical
import Certificates
import HeaderSpaces
import Networks
import Packets

extension Prover {
  /// Adds the hints for the sessions that a box opens.
  mutating func remember(
    _ box: HeaderBox, _ device: Int, _ walk: inout BoxWalk, _ search: inout BoxSearch
  ) throws {
    let opening = box.constrained(.origin, to: Ranges(0))
    if opening.isEmpty { return }
    for (index, known) in classes[device].enumerated() {
      let own = opening.intersection(known.box)
      if own.isEmpty { continue }
      let session = Self.session(own, of: known)
      for family in [Family.ipv4, .ipv6] {
        let pair = session.constrained(.family, to: Ranges(UInt128(family.rawValue)))
        if pair.isEmpty { continue }
        walk.hints.append(.inside(try place(pair, device, index, &search)))
      }
    }
  }

  private mutating func place(
    _ pair: HeaderBox, _ device: Int, _ index: Int, _ search: inout BoxSearch
  ) throws -> Int {
    if let known = search.pairs[device][index].firstIndex(where: { pair.lies(in: $0.box) }) {
      return known
    }
    let unsafe = search.unsafe.sessions[device][index]
    guard let wide = try widen(pair, outside: unsafe) else {
      throw NoProof(reason: "a session that is not safe would be opened")
    }
    let known = classes[device][index]
    let kept = Set(Engine.sessionFields + Self.ghosts(known.trail, in: .sent))
    let bare = wide.without(HeaderField.allCases.filter { !kept.contains($0) })
      .with(.family, pair[.family])
    if search.pairs[device][index].count >= BoxSearch.greatestCountAtPlace {
      throw NoProof(reason: "the certificate would have too many sessions")
    }
    let made = sessionPair(bare, known, (device, index))
    search.pairs[device][index].append(made)
    // It may have to take what comes there.
    for other in recalling(device) {
      search.waiting += graph.recalls[other].map { .taking(location: $0, pair: made) }
    }
    return search.pairs[device][index].count - 1
  }

  private func sessionPair(
    _ box: HeaderBox, _ known: SessionClass, _ owner: (device: Int, index: Int)
  ) -> SessionPair {
    var packets: [(family: Family, way: SessionWay, boxes: [HeaderBox])] = []
    for family in [Family.ipv4, .ipv6] where known.changes[family] != nil {
      for way in SessionWay.allCases {
        packets.append((family, way, self.packets(takenBy: box, known, way, family)))
      }
    }
    return SessionPair(owner: owner, box: box, packets: packets)
  }

  /// The devices that look packets up in the sessions of one.
  private func recalling(_ device: Int) -> [Int] {
    graph.recalls.indices.filter { !graph.recalls[$0].isEmpty && owners(of: $0).contains(device) }
  }

  /// Adds the hints for what sessions take of a box.
  mutating func recall(
    _ box: HeaderBox, _ device: Int, _ target: Int, _ walk: inout BoxWalk,
    _ search: inout BoxSearch
  ) throws {
    for owner in owners(of: device) {
      for index in classes[owner].indices {
        // Pairs that are new meanwhile take what comes there by themselves, but hints need them.
        var number = 0
        while number < search.pairs[owner][index].count {
          try recall(
            box, device, target, by: search.pairs[owner][index][number], &walk, &search)
          number += 1
        }
      }
    }
  }

  /// Adds the hints for what one pair takes of a box.
  mutating func recall(
    _ box: HeaderBox, _ device: Int, _ target: Int, by pair: SessionPair, _ walk: inout BoxWalk,
    _ search: inout BoxSearch
  ) throws {
    if !search.unsafe.isRelevant[target] { return }
    let bare = Self.forgettingTrail(box).without(Trail.ghosts(in: .session))
    let known = classes[pair.owner.device][pair.owner.index]
    let ways = sessionWays(of: device)
    for (family, way, boxes) in pair.packets where ways.contains(way) {
      for those in boxes where !bare.isDisjoint(with: those) {
        guard let changes = known.changes[family] else { continue }
        let taken = noted(
          bare.intersection(those), registers(way, known, changes, at: device))
        try go(taken, to: target, &walk, &search)
      }
    }
  }
}
