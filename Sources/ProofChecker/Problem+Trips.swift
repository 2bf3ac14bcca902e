import CertificateChecker

extension Problem {
  /// The packets that ask, with some applications.
  mutating func asking(_ trip: Trip, _ applications: Ranges) throws(Rejection) -> [Place] {
    var places: [Place] = []
    for (role, _, (location, asked)) in trip where role == "asks" && !asked.isEmpty {
      var box = asked
      try account.spend(box.weight, isKept: true)
      box.set([.monitor, .origin] + Field.tracks, to: Ranges(0))
      box[.sessionUse] = Ranges(3)
      box.narrow(.application, to: applications)
      if !box.isEmpty { places.append((location, box)) }
    }
    return places
  }

  /// The answers to packets that have some, and whether every such packet has a valid one.
  mutating func answers(to packets: Box) throws(Rejection) -> (boxes: [Box], areValid: Bool) {
    // A family, its protocol, the types of ICMP that ask, and a field with what is answered.
    typealias Kind = (family: Int, number: UInt128, types: Ranges, field: Field, value: UInt128)
    let tcp: [Kind] = [0, 1].map { ($0, 6, Field.values[Field.icmpType.rawValue], .tcpFlags, 18) }
    let icmp: [Kind] = answers.map { ($0, $0 == 0 ? 1 : 58, Ranges($1), .icmpType, $2) }
    var (boxes, areValid): ([Box], Bool) = ([], true)
    for kind in tcp + icmp {
      var asked = packets
      try account.spend(packets.weight)
      asked.narrow(.family, to: Ranges(UInt128(kind.family)))
      asked.narrow(.protocol, to: Ranges(kind.number))
      asked.narrow(.fragment, to: Ranges(0))
      asked.narrow(.icmpType, to: kind.types)
      if asked.isEmpty { continue }
      // Global conditions have the outcomes that they had.
      var answer = asked
      answer.free { $0 < Field.count || !conditions[$0 - Field.count].isEmpty }
      for field in [.family, .protocol, .application] as [Field] { answer[field] = asked[field] }
      for (field, other) in zip(Field.tracked, Field.exchanged) { answer[field] = asked[other] }
      answer.set([.fragment, .monitor, .origin] + Field.registers + Field.tracks, to: Ranges(0))
      answer[.sessionUse] = Ranges(3)
      answer[kind.field] = Ranges(kind.value)
      if kind.family == 1 { answer[.nextHeader] = Ranges(kind.number) }
      let open = Field.wire.filter { field in
        !answer.constraints.contains { $0.index == field.rawValue }
      }
      areValid = try areValid ? canBeValid(answer, with: open) : false
      try account.spend(answer, valid, isKept: true)
      boxes += valid.compactMap(answer.intersection)
    }
    return (boxes, areValid)
  }

  /// Whether each of some packets is valid with some values of these fields.
  private mutating func canBeValid(_ packets: Box, with fields: [Field]) throws(Rejection) -> Bool {
    var rest = [packets]
    for var box in valid where !box.isEmpty {
      box.free(fields)
      _ = try take(box, outOf: &rest)
    }
    return rest.isEmpty
  }

  /// Whether something becomes of each packet by a write.
  mutating func isPossible(_ write: Write, of packets: Box) throws(Rejection) -> Bool {
    switch write.kind {
    case .set: return !write.ranges.isEmpty
    case .take: return true
    case .shift:
      let (field, by) = (write.fields[0], write.to &- write.ranges.least)
      // What wrapped around is less.
      let moved = write.ranges.moved(by: by, in: field)
      let fits = moved.intersection(Ranges(write.to, field.maximum)).moved(by: 0 &- by, in: field)
      return packets[field].isInside(fits)
    case .scramble, .anything: return try canBeValid(packets, with: write.fields)
    }
  }

  /// Takes what is in a box out of some, of which there may be more parts then.
  mutating func take(_ box: Box, outOf boxes: inout [Box]) throws(Rejection) -> [Box] {
    var (taken, others): ([Box], [Box]) = ([], [])
    try account.spend(box, boxes)
    for set in boxes {
      guard set.intersection(box) != nil else {
        others.append(set)
        continue
      }
      var inside = set
      for place in box.constraints.indices {
        try account.spend(inside.weight + box.weight)
        let halves = inside.split(by: box, at: place) ?? []
        for half in halves.dropLast() { try account.spend(half.weight, isKept: true) }
        others += halves.dropLast()
        inside = halves.last ?? inside
      }
      taken.append(inside)
    }
    boxes = others
    return taken
  }
}
