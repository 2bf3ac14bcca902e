/// The runs that a refutation tells of what must arrive: on each trip to a goal some packet fails,
/// whatever its application is.
struct Failures {
  private let proof: Proof
  private let problem: Problem
  private var follower: Follower
  /// The packet where it is now, and what chose so far; if it has several applications, it is one for
  /// each of them.
  private(set) var refutation: Refutation
  /// The trips to the goal, the number of the one that fails, and the applications with which it may not.
  private var trips: [Problem.Trip] = []
  private var number = -1
  private var rest = Ranges(ascending: [])
  /// The same packet, with its sessions, if there is one, and the applications with which it started.
  private var packets: SymbolicPacket?
  private var applications = Ranges(ascending: [])
  private var application: SymbolicPacket.Term = (0, 0)
  /// Where the packet that asks, or the answer, was before, as it was there.
  private var before: [Problem.Place] = []
  /// Whether it is an answer that starts nowhere.
  private var isNowhere = false

  /// The runs of a refutation, of which nothing was followed yet.
  init(_ proof: Proof) {
    (self.proof, problem, follower) = (proof, proof.problem, Follower(proof))
    refutation = Refutation(of: proof.problem)
  }

  /// Follows the runs.
  mutating func check() throws(Rejection) {
    let goals = problem.claims[proof.claims[0]].goals
    for step in proof.steps {
      if step.keyword != "goes", step.keyword != "answers" { try endRun() }
      follower.line = step.line
      var isPossible = false
      switch step.keyword {
      case "goal":
        isPossible = step.location < goals.count
        trips = isPossible ? goals[step.location] : []
      case "fails":
        number += 1
        isPossible = step.location == number && number < trips.count && rest.isEmpty
        rest = Ranges(1, 65535)
      case "starts": isPossible = number >= 0 && start(step)
      case "goes": isPossible = try go(step)
      default: isPossible = try answer(step)
      }
      try step.line.require(isPossible, "that cannot happen", as: "refutation")
    }
    try endRun()
    let isAll = number >= 0 && number == trips.count - 1 && rest.isEmpty
    try proof.line.require(isAll, "not every trip fails", as: "refutation")
  }

  private mutating func start(_ step: Proof.Step) -> Bool {
    refutation.change(step, isNew: true)
    (before, isNowhere, refutation.place) = ([], false, step.location)
    applications = refutation.packet[.application]
    let packets = SymbolicPacket(of: refutation.packet, at: step.location, problem.conditions.count)
    (self.packets, application) = (packets, packets[.application])
    let asking = refutation.boxes(problem.asking(trips[number], Ranges(1, 65535)))
    return refutation.isOne(of: asking)
  }

  private mutating func go(_ step: Proof.Step) throws(Rejection) -> Bool {
    guard let packets, !isNowhere else { return false }
    let location = problem.locations[packets.location]
    if location.kind == .match {
      refutation.chooseEntry(of: problem.tables[location.subject].entries)
    }
    before.append((packets.location, refutation.packet))
    refutation.change(step, isNew: false)
    return become(try follower.steps(of: packets).next.filter { $0.location == step.location })
  }

  private mutating func answer(_ step: Proof.Step) throws(Rejection) -> Bool {
    guard let packets, !packets.isAnswer else { return false }
    let (arrived, applications) = (packets.location, refutation.packet[.application])
    let hasArrived = refutation.isOne(of: boxes("arrives", arrived))
    refutation.change(step, isNew: true)
    refutation.packet[.application] = applications
    before = []
    var answers = try follower.answers(to: packets).next
    for index in answers.indices { answers[index].location = step.location }
    let isStart = refutation.isOne(of: boxes("answers", step.location, to: arrived))
    isNowhere = step.location == arrived && isIn(none: boxes("answers", nil, to: arrived))
    return hasArrived && become(answers) && (isStart || isNowhere)
  }

  /// Whether the packet is one of these, for all of its applications.
  private mutating func become(_ all: [SymbolicPacket]) -> Bool {
    let values = refutation.packet.constraints
    packets = nil
    for possible in all {
      let same = possible.divided(by: values.map { (possible.terms[$0.index], $0.ranges) }).inside
      if let same, same.values(application) == applications { packets = same }
    }
    refutation.place = packets?.location ?? 0
    return packets != nil
  }

  /// Ends the run, if there is one: its packet fails where it is.
  private mutating func endRun() throws(Rejection) {
    guard let packets else { return }
    var hasFailed = isNowhere
    switch problem.locations[packets.location].kind {
    case .drop: hasFailed = true
    case .deliver:
      let homes = boxes(packets.isAnswer ? "returns" : "arrives", packets.location)
      hasFailed = isNowhere || isIn(none: homes)
    default:
      let now = refutation.packet.constraints
      hasFailed = try follower.steps(of: packets).next.isEmpty
      for (location, box) in before where location == packets.location {
        hasFailed = hasFailed || box.constraints.elementsEqual(now) { $0 == $1 }
      }
    }
    try follower.line.require(hasFailed, "the packet does not fail there", as: "refutation")
    (self.packets, rest) = (nil, rest.intersection(applications.complement))
  }

  /// The boxes of the trip's lines that begin so, at a location or anywhere.
  private func boxes(_ role: String, _ location: Int?, to arrived: Int = 0) -> [Box] {
    let lines = trips[number].filter { $0.role == role && $0.arrived == arrived }
    return lines.filter { $0.place.location == location ?? $0.place.location }.map(\.place.box)
  }

  /// Whether the packet is in none of the boxes, with no application.
  private mutating func isIn(none boxes: [Box]) -> Bool {
    _ = refutation.isOne(of: boxes)
    return boxes.allSatisfy { refutation.packet.intersection($0) == nil }
  }
}
