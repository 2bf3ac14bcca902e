extension Follower {
  /// Checks that what asks arrives, and what answers it, on a trip to each goal of a claim.
  mutating func check(_ proof: Proof) throws(Rejection) {
    let goals = problem.claims[proof.claims[0]].goals
    try line.require(goals.count == proof.trips.count, "a goal is missing", as: "trip")
    for (goal, (number, application, rank, line)) in zip(goals, proof.trips) {
      self.line = line
      let trip = goal[number]
      var packets: [(SymbolicPacket, Int)] = []
      for (location, box) in problem.asking(trip, Ranges(UInt128(application))) {
        packets.append((SymbolicPacket(of: box, at: location, problem.conditions.count), rank))
      }
      while let (packet, rank) = packets.popLast() {
        let isAtEnd = problem.locations[packet.location].kind == .deliver
        let (next, isLost) = try isAtEnd ? arrive(packet, trip) : steps(of: packet)
        let place = "at location \(packet.location)"
        try line.require(!isLost, "lost \(place)", as: "trip")
        try line.require(rank > 0 || next.isEmpty, "longer than its rank \(place)", as: "trip")
        packets += next.map { ($0, rank - 1) }
      }
    }
  }

  /// The answers to packets that are delivered; some are lost where it is not as the trip has it.
  private mutating func arrive(
    _ packet: SymbolicPacket, _ trip: Problem.Trip
  ) throws(Rejection) -> Steps {
    var rest = [packet]
    let role = packet.isAnswer ? "returns" : "arrives"
    for line in trip where line.role == role && line.place.location == packet.location {
      _ = try take(from: &rest, line.place.box)
    }
    if packet.isAnswer || !rest.isEmpty { return ([], !rest.isEmpty) }
    var (answers, isLost) = try self.answers(to: packet)
    var starting: [SymbolicPacket] = []
    for line in trip where line.arrived == packet.location && line.role == "answers" {
      for answer in answers {
        var all = [answer]
        starting += try take(from: &all, line.place.box, to: line.place.location)
      }
    }
    for line in trip where line.arrived == packet.location && line.role == "answers" {
      _ = try take(from: &answers, line.place.box)
    }
    isLost = isLost || !answers.isEmpty
    return (starting, isLost)
  }

  /// The answers to packets that have some, where the packets are; some are lost where none is valid.
  mutating func answers(to packet: SymbolicPacket) throws(Rejection) -> Steps {
    var answers: Steps = ([], false)
    // A family, its protocol, and the types of ICMP.
    let tcp: [(Int, UInt128, types: [UInt128])] = [(0, 6, []), (1, 6, [])]
    let icmp = problem.answers.map {
      ($0, $0 == 0 ? 1 : 58, [$1, $2]) as (Int, UInt128, [UInt128])
    }
    for (family, number, types) in tcp + icmp {
      var (box, all) = (Box(), [packet])
      box[.family] = Ranges(UInt128(family))
      box[.protocol] = Ranges(number)
      box[.fragment] = Ranges(0)
      if let request = types.first { box[.icmpType] = Ranges(request) }
      for asked in try take(from: &all, box) {
        var answer = asked
        answer.isAnswer = true
        answer.free(Field.allCases)
        for (field, other) in zip(Field.tracked, Field.exchanged) { answer[field] = asked[other] }
        for field in [.family, .protocol, .application] as [Field] { answer[field] = asked[field] }
        answer.set([.fragment, .monitor, .origin] + Field.registers + Field.tracks, to: 0)
        answer.set([.sessionUse], to: 3)
        answer.set([types.isEmpty ? .tcpFlags : .icmpType], to: types.last ?? 18)
        if family == 1 { answer.set([.nextHeader], to: number) }
        answer.forgetOutcomes(problem.conditions) { !$0.isEmpty }
        let any: [Field] = [.nextHeader, .icmpType, .icmpCode, .tcpFlags, .etherType]
        let said: Field = types.isEmpty ? .tcpFlags : .icmpType
        let open = any.filter { $0 != said && ($0 != .nextHeader || family == 0) }
        let valid = try valid(answer, open)
        answers = (answers.next + valid.next, answers.isLost || valid.isLost)
      }
    }
    return answers
  }
}

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
}
