import CertificateChecker

/// What a refutation shows of trips to a goal: how packets fail.
struct Loss {
  /// The trips, the number of the one that fails, and the applications with which it may not, so far.
  var trips: [Problem.Trip] = []
  var number = -1
  var rest = Ranges(ascending: [])
  /// The applications with which the packet started, and where it was, as it was there, if there is one.
  var applications = Ranges(ascending: [])
  var before: [Problem.Place]?
  /// Whether it is an answer, and one that starts nowhere.
  var isAnswer = false
  var isNowhere = false

  /// Whether all trips fail with all applications.
  var isEverywhere: Bool { number >= 0 && number == trips.count - 1 && rest.isEmpty }

  /// The boxes of the lines of the trip that begin so, as places.
  func places(_ role: String, from arrived: Int = 0) -> [Problem.Place] {
    trips[number].filter { $0.role == role && $0.arrived == arrived }.map(\.place)
  }

  /// Whether there is a packet that may go on.
  mutating func goes(on packet: Box, _ place: Int) -> Bool {
    before?.append((place, packet))
    return before != nil && !isNowhere
  }
}

extension Refutation {
  /// Turns to the goal, or to its next trip.
  mutating func turn(to step: Proof.Step) -> Bool {
    if step.keyword == "goal" {
      loss.trips = step.location < claim.goals.count ? claim.goals[step.location] : []
      return !loss.trips.isEmpty
    }
    loss.number += 1
    let isNext = loss.rest.isEmpty && step.location == loss.number
    loss.rest = Ranges(1, 65535)
    return isNext && loss.number < loss.trips.count
  }

  /// Whether the packet asks on the trip.
  mutating func startLoss(_ step: Proof.Step) throws(Rejection) -> Bool {
    if loss.number < 0 { return false }
    change(step, isNew: true)
    forgetSessions()
    (place, opens, loss.before, loss.isAnswer) = (step.location, true, [], false)
    (loss.isNowhere, loss.applications) = (false, packet[.application])
    let asking = try problem.asking(loss.trips[loss.number], Ranges(1, 65535))
    return try isOne(of: boxes(asking))
  }

  /// Whether this packet is an answer to one that arrived where it should, and starts there.
  mutating func answer(_ step: Proof.Step) throws(Rejection) -> Bool {
    if loss.before == nil || loss.isAnswer { return false }
    if try !isOne(of: boxes(loss.places("arrives"))) { return false }
    let (arrived, applications) = (place, packet[.application])
    let answers = try problem.answers(to: packet).boxes
    change(step, isNew: true)
    packet[.application] = applications
    keepSessions()
    (place, opens, loss.before, loss.isAnswer) = (step.location, false, [], true)
    let places = loss.places("answers", from: arrived)
    loss.isNowhere = try place == arrived ? isIn(none: places.map(\.box)) : false
    let isFine = answers.contains(where: packet.isInside)
    let isStart = try loss.isNowhere ? true : isOne(of: boxes(places))
    return isFine && isStart
  }

  /// Ends the run of a packet, if there is one: it fails where it is.
  mutating func endLoss() throws(Rejection) {
    guard let before = loss.before else { return }
    let location = problem.locations[place]
    var fails = loss.isNowhere || location.kind == .drop
    if !fails, location.kind == .deliver {
      fails = try isIn(none: boxes(loss.places(loss.isAnswer ? "returns" : "arrives")))
    } else if !fails {
      let moves = try problem.moves(of: packet, at: location, false)
      fails = moves.isEmpty && location.kind != .match
      try problem.account.spend(packet, before.map(\.box))
      for (earlier, box) in before where earlier == place {
        fails = fails || packet.constraints.elementsEqual(box.constraints) { $0 == $1 }
      }
    }
    try line.require(fails, "the packet does not fail there", as: "refutation")
    loss.before = nil
    loss.rest = loss.rest.intersection(loss.applications.complement)
  }

  /// Whether the packet is in none of some boxes, with no application.
  private mutating func isIn(none boxes: [Box]) throws(Rejection) -> Bool {
    _ = try isOne(of: boxes)
    return boxes.allSatisfy { packet.intersection($0) == nil }
  }
}
