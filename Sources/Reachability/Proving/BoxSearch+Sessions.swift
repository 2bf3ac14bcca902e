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
    if let known = search.pairs[device][index].firstIndex(where: { pair.lies(in: $0) }) {
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
    search.pairs[device][index].append(bare)
    // What comes there may have to be taken by this one, too.
    for other in recalling(device) {
      for location in graph.recalls[other] {
        search.waiting += search.boxes[location].indices.map { (location, $0) }
      }
    }
    return search.pairs[device][index].count - 1
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
    if !search.unsafe.isRelevant[target] { return }
    let bare = box.without(Trail.ghosts(in: .session))
    for owner in owners(of: device) {
      for (index, known) in classes[owner].enumerated() {
        var number = 0
        while number < search.pairs[owner][index].count {
          let pair = search.pairs[owner][index][number]
          number += 1
          for family in [Family.ipv4, .ipv6] {
            guard let changes = known.changes[family] else { continue }
            for way in sessionWays(of: device) {
              let noted = registers(way, known, changes, at: device)
              for taken in taken(bare, by: pair, known, way, family, noted) {
                try go(taken, to: target, &walk, &search)
              }
            }
          }
        }
      }
    }
  }
}
