/// What sessions make of packets that they take in one way.
package typealias Taking = (box: Box, isError: Bool)

/// A family, what registers say of the translations of its sessions for their opener (the destination's and then the
/// source's), for who answers (the other way about), and the distances of the tracked fields.
package typealias Ends = (family: Int, again: [UInt128], undo: [UInt128], distances: [UInt128])

extension Problem {
  /// The ends of sessions of a class of a device, which is readable.
  package func ends(of kind: Box, _ device: Int, _ family: Int) throws(Rejection) -> Ends {
    let device = devices[device]
    var ends: Ends = (family, [], [], [0, 0, 0, 0, 0, 0])
    for (register, fields) in [(23, [2 + family, 5]), (24, [family, 4])] {
      let code = Int(kind[register].least)
      let number = device.parts[code] ?? code
      let effects = code == 0 ? [nil, nil] : device.translations[number]
      var (isReadable, digits) = (effects != nil, UInt128(0))
      for (field, effect) in zip(fields, effects ?? []) {
        let track = kind[Field.tracks[field]].least
        isReadable = isReadable && [true, effect ?? 0 > 0, effect == nil, false][Int(track)]
        ends.distances[field] = track == 1 ? effect ?? 0 : 0
        digits = digits << 2 | track
      }
      try account.line.require(isReadable, "an unreadable class", as: "memory")
      let translation = digits << 18 | UInt128(number)
      ends.again.append(code == 0 ? 0 : 1 << 22 | translation)
      ends.undo.insert(code == 0 ? 0 : 1 << 23 | translation, at: 0)
    }
    return ends
  }

  /// The packets that sessions of devices take at a `recall` location, in the order of the page.
  mutating func takings(at number: Int) throws(Rejection) -> [Taking] {
    var takings: [Taking] = []
    for owner in devices[number].owners {
      let memory = memories[owner]
      try account.spend(16)
      try account.line.require(memory != nil, "any session of device \(owner)", as: "memory")
      for (kind, pairs) in memory ?? [] {
        try account.spend(kind, pairs + pairs)
        for (pair, family) in pairs.flatMap({ [($0, 0), ($0, 1)] }) where !pair.isEmpty {
          if !pair[.family].contains(UInt128(family)) { continue }
          try account.spend(pair.weight * (8 + answers.count), isKept: true)
          let ends = try ends(of: kind, owner, family)
          takings += self.takings(at: devices[number], pair, kind, ends)
        }
      }
    }
    return takings
  }

  /// The packets that the sessions of one family in a pair take at a device, in the order of the page.
  private func takings(at device: Device, _ pair: Box, _ kind: Box, _ ends: Ends) -> [Taking] {
    let isKept = Field.tracks.map { kind[$0].least == 2 }
    var (lookedUp, answered) = (pair, pair.part(of: Field.session))
    for (place, field) in Field.tracked.enumerated() {
      let before = isKept[place] ? Field.trailGhosts[place] : field
      lookedUp[field] = pair[before].moved(by: 0 &- ends.distances[place], in: field)
      answered[field] = pair[Field.tracked[[2, 3, 0, 1, 5, 4][place]]]
    }
    var takings: [Taking] = []
    // A way: its bound, direction and translations, the values of ghosts, and what packets have.
    func take(_ use: UInt128, _ way: UInt128, _ codes: [UInt128], _ ghosts: Box, _ packets: Box) {
      let isError = use == 2
      let state: UInt128 = (isError ? 3 : 2) + (device.bypassesFilters ? 16 : 0)
      var box = packets
      box[.family] = Ranges(UInt128(ends.family))
      box[.sessionUse] = Ranges(use, Field.sessionUse.maximum)
      box[.connectionStatus] = kind[.connectionStatus]
      for (f, value) in zip(Field.setBySessions, [state, way] + codes) { box[f] = Ranges(value) }
      for place in 0..<(isError ? 4 : 6) where isKept[place] {
        box[Field.sessionGhosts[place]] = ghosts[Field.tracked[place]]
      }
      if !box.isEmpty, device.admitsErrors || !isError { takings.append((box, isError)) }
    }
    take(1, 0, ends.again, pair, lookedUp.part(of: Field.session))
    let (icmp, types) = (Ranges(ends.family == 0 ? 1 : 58), pair[.icmpType])
    var replies = [(icmp.complement, Ranges(0, 1), types), (icmp, .one, types)]
    for (of, request, type) in answers where of == ends.family && types.contains(request) {
      replies.append((icmp, .zero, Ranges(type)))
    }
    for (number, fragment, type) in replies {
      var reply = answered
      reply.narrow(.protocol, to: number)
      reply.narrow(.fragment, to: fragment)
      reply[.icmpType] = type
      take(3, 1, ends.undo, lookedUp, reply)
    }
    let addresses: [Field] = [.destinationIPv4, .destinationIPv6]
    if !lookedUp.isEmpty { take(2, 0, [ends.again[0], 0], pair, lookedUp.part(of: addresses)) }
    take(2, 1, [ends.undo[0], 0], lookedUp, answered.part(of: addresses))
    return takings
  }
}
