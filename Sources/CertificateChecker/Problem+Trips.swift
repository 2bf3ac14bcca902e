extension Problem {
  /// The packets that ask, with some applications.
  func asking(_ trip: Trip, _ applications: Ranges) -> [Place] {
    var places: [Place] = []
    for (role, _, (location, asked)) in trip where role == "asks" && !asked.isEmpty {
      var box = asked
      box.set([.monitor, .origin] + Field.tracks, to: Ranges(0))
      box[.sessionUse] = Ranges(3)
      box.narrow(.application, to: applications)
      if !box.isEmpty { places.append((location, box)) }
    }
    return places
  }

  /// The answers to packets that have some, and whether every such packet has a valid one.
  func answers(to packets: Box) -> (boxes: [Box], areValid: Bool) {
    // A family, its protocol, the types of ICMP that ask, and a field with what is answered.
    typealias Kind = (family: Int, number: UInt128, types: Ranges, field: Field, value: UInt128)
    let tcp: [Kind] = [0, 1].map { ($0, 6, Field.values[Field.icmpType.rawValue], .tcpFlags, 18) }
    let icmp: [Kind] = answers.map { ($0, $0 == 0 ? 1 : 58, Ranges($1), .icmpType, $2) }
    var (boxes, areValid): ([Box], Bool) = ([], true)
    for kind in tcp + icmp {
      var asked = packets
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
      areValid = areValid && canBeValid(answer, with: open)
      boxes += valid.compactMap(answer.intersection)
    }
    return (boxes, areValid)
  }

  /// Whether each of some packets is valid with some values of these fields.
  private func canBeValid(_ packets: Box, with fields: [Field]) -> Bool {
    var rest = [packets]
    for var box in valid where !box.isEmpty {
      box.free(fields)
      _ = rest.take(box)
    }
    return rest.isEmpty
  }

  /// Whether something becomes of each packet by a write.
  func isPossible(_ write: Write, of packets: Box) -> Bool {
    switch write.kind {
    case .set: return !write.ranges.isEmpty
    case .take: return true
    case .shift:
      let (field, by) = (write.fields[0], write.to &- write.ranges.least)
      // What wrapped around is less.
      let moved = write.ranges.moved(by: by, in: field)
      let fits = moved.intersection(Ranges(write.to, field.maximum)).moved(by: 0 &- by, in: field)
      return packets[field].isInside(fits)
    case .scramble, .anything: return canBeValid(packets, with: write.fields)
    }
  }
}

extension [Box] {
  /// Takes what is in a box out of these, of which there may be more parts then.
  mutating func take(_ box: Box) -> [Box] {
    var (taken, others): ([Box], [Box]) = ([], [])
    for set in self {
      guard set.intersection(box) != nil else {
        others.append(set)
        continue
      }
      var inside = set
      for place in box.constraints.indices {
        let halves = inside.split(by: box, at: place) ?? []
        others += halves.dropLast()
        inside = halves.last ?? inside
      }
      taken.append(inside)
    }
    self = others
    return taken
  }
}
