extension Walk {
  /// The goals of a claim: their trips, each as the words of its lines.
  static func goals(_ network: String, of claim: Int) -> [[[[Substring]]]] {
    var goals: [[[[Substring]]]] = []
    var number = -1
    for line in network.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "claim" { number += 1 }
      guard number == claim else { continue }
      switch words[0] {
      case "goal": goals.append([])
      case "trip": goals[goals.count - 1].append([])
      case "asks", "arrives", "answers", "returns":
        let trip = goals[goals.count - 1].count - 1
        goals[goals.count - 1][trip].append(words)
      default: break
      }
    }
    return goals
  }

  /// Whether a packet is in some line of a trip for it.
  static func isIn(_ trip: [[Substring]], _ role: Substring, _ packet: Packet) -> Bool {
    trip.contains {
      $0[0] == role && Int($0[1]) == packet.location && has($0[2...], packet)
    }
  }

  /// The boxes of answers to what arrived at a location, and where those start.
  private static func answers(
    _ trip: [[Substring]], _ arrived: Int
  ) -> [(location: Int, box: ArraySlice<Substring>)] {
    trip.filter { $0[0] == "answers" && Int($0[1]) == arrived }.map { (Int($0[2]) ?? 0, $0[3...]) }
  }

  /// Whether a packet asks as a line has it.
  static func asks(_ packet: Packet, _ line: [Substring]) -> Bool {
    let open = ["origin=", "monitor=", "sessionUse=", "track"]
    let box = line[2...].filter { word in !open.contains { word.hasPrefix($0) } }
    return Int(line[1]) == packet.location && has(box[...], packet) && packet["origin"] == 0
      && packet["monitor"] == 0 && packet["sessionUse"] == 3
      && tracks.allSatisfy { packet[$0] == 0 }
  }

  /// A packet that asks with an application, or nil where it is none of the line.
  private mutating func asking(_ line: [Substring], _ application: UInt128) -> Packet? {
    var packet = Packet()
    for field in Walk.fields { packet[field] = min(any(of: field), Walk.maximum(field)) }
    for condition in conditions.indices { packet.outcomes[condition] = pick(2) == 0 }
    narrow(&packet, line[2...])
    for field in ["origin", "monitor"] + Walk.tracks { packet[field] = 0 }
    (packet["application"], packet["sessionUse"]) = (application, 3)
    packet.location = Int(line[1]) ?? 0
    return Walk.asks(packet, line) ? packet : nil
  }

  /// What an answer to a packet has for certain, or nil where there is none.
  static func answer(to packet: Packet, _ lines: [Substring: [[Substring]]]) -> Packet? {
    let (family, number) = (packet["family"], packet["protocol"])
    let type = (lines["answer"] ?? []).first {
      value($0[0]) == family && value($0[1]) == packet["icmpType"]
    }
    let isICMP = family < 2 && number == (family == 0 ? 1 : 58)
    guard packet["fragment"] == 0, family < 2 && number == 6 || isICMP && type != nil else {
      return nil
    }
    var answer = Packet()
    for field in ["family", "protocol", "application"] { answer[field] = packet[field] }
    for suffix in ["IPv4", "IPv6", "Port"] {
      answer["source\(suffix)"] = packet["destination\(suffix)"]
      answer["destination\(suffix)"] = packet["source\(suffix)"]
    }
    for field in registers + tracks + ["monitor", "origin", "fragment"] { answer[field] = 0 }
    answer["sessionUse"] = 3
    if family == 1 { answer["nextHeader"] = number }
    if let type, isICMP { answer["icmpType"] = value(type[2]) } else { answer["tcpFlags"] = 18 }
    return answer
  }

  /// Whether an answer is one to a packet.
  func isAnswer(_ answer: Packet, to packet: Packet) -> Bool {
    guard let known = Walk.answer(to: packet, lines) else { return false }
    let isSame = known.values.allSatisfy { answer[$0.key] == $0.value }
    let outcomes = conditions.indices.filter { conditions[$0].isEmpty }
    return isSame && outcomes.allSatisfy { answer.outcomes[$0] == packet.outcomes[$0] }
      && (lines["valid"] ?? []).contains { Walk.has($0[...], answer) }
  }

  /// How a random packet that asks on a trip fails, or its answer, within so many steps, or nil.
  mutating func loss(_ trip: [[Substring]], application: UInt128, rank: Int) -> String? {
    let lines = trip.filter { $0[0] == "asks" }
    guard !lines.isEmpty, var packet = asking(lines[pick(lines.count)], application) else {
      return nil
    }
    (role, sessions) = (.asks, [:])
    for _ in 0...rank {
      let words = locations[packet.location]
      switch words[0] {
      case "drop": return "\(packet) is dropped"
      case "deliver":
        let isAnswer = role == .answers
        let isHome = Walk.isIn(trip, isAnswer ? "returns" : "arrives", packet)
        if !isHome { return "\(packet) is delivered elsewhere" }
        guard !isAnswer, let answer = someAnswer(to: packet) else { return nil }
        let starts = Walk.answers(trip, packet.location).filter { Walk.has($0.box, answer) }
        if starts.isEmpty { return "\(answer) starts nowhere" }
        (role, packet) = (.answers, answer)
        packet.location = starts[pick(starts.count)].location
      default:
        guard let next = step(packet) else {
          // Values that are not valid were chosen, which says nothing.
          let isChance = words.contains("anything") || words.contains("scramble")
          return isChance ? nil : "\(packet) vanishes"
        }
        packet = next
      }
    }
    return "\(packet) is not there yet"
  }

  /// A random answer to a packet, if it has some.
  private mutating func someAnswer(to packet: Packet) -> Packet? {
    guard let known = Walk.answer(to: packet, lines) else { return nil }
    for _ in 0..<20 {
      var answer = packet
      for field in Walk.wire + Walk.ghosts {
        answer[field] = min(any(of: field), Walk.maximum(field))
      }
      for index in conditions.indices where !conditions[index].isEmpty {
        answer.outcomes[index] = pick(2) == 0
      }
      let valid = lines["valid"] ?? []
      if !valid.isEmpty { narrow(&answer, valid[pick(valid.count)][...]) }
      answer.values.merge(known.values) { $1 }
      if isAnswer(answer, to: packet) { return answer }
    }
    return nil
  }

  /// Whether nothing becomes of a packet where it is.
  mutating func isStuck(_ packet: Packet) -> Bool {
    wish = nil
    return (0..<100).allSatisfy { _ in step(packet) == nil }
  }

  /// What is wrong about the runs of a refutation of what must arrive, or nil: each is replayed for
  /// some of its applications.
  static func wrongLoss(_ network: String, _ refutation: String) -> String? {
    let text = refutation.split(separator: "\n").map { $0.split(separator: " ") }
    let claim = text.first { $0[0] == "refutes" }.flatMap { Int($0[1]) } ?? 0
    let goal = text.first { $0[0] == "goal" }.flatMap { Int($0[1]) } ?? -1
    let goals = goals(network, of: claim)
    guard goals.indices.contains(goal) else { return "no such goal" }
    var (shown, trips, run): ([ClosedRange<UInt128>], Int, [[Substring]]) = ([], 0, [])
    for line in text + [["end"]] {
      if ["fails", "starts", "end"].contains(line[0]), !run.isEmpty {
        guard goals[goal].indices.contains(trips - 1) else { return "no such trip" }
        let word = run[0].first { $0.hasPrefix("application=") } ?? "application=0"
        let applications = ranges(word.dropFirst(12))
        shown += applications
        let ends: [UInt128] = applications.flatMap { [$0.lowerBound, $0.upperBound] }
        let some: [UInt128] = ends + [442, 443, 444]
        for application in some where applications.contains(where: { $0.contains(application) }) {
          let wrong = wrongRun(network, run, goals[goal][trips - 1], application)
          if let wrong { return "\(application): \(wrong)" }
        }
        run = []
      }
      if line[0] == "fails" || line[0] == "end" {
        let ascending = shown.sorted { $0.lowerBound < $1.lowerBound }
        var next: UInt128 = 1
        for range in ascending where range.lowerBound <= next {
          next = max(next, range.upperBound + 1)
        }
        if trips > 0, next <= 65535 { return "\(next) does not fail on trip \(trips - 1)" }
        if line[0] == "fails" { (shown, trips) = ([], trips + 1) }
        if trips > goals[goal].count { return "too many trips" }
      }
      if ["starts", "goes", "answers"].contains(line[0]) { run.append(line) }
    }
    return trips == goals[goal].count ? nil : "a trip is missing"
  }

  /// What is wrong about one run with an application, or nil.
  private static func wrongRun(
    _ network: String, _ run: [[Substring]], _ trip: [[Substring]], _ application: UInt128
  ) -> String? {
    var walk = Walk(network, seed: 7)
    var (packet, before, isNowhere) = (Packet(), [Packet](), false)
    for line in run {
      let words = line.filter { !$0.hasPrefix("application=") || line[0] == "goes" }
      if isNowhere { return "\(line): nothing follows" }
      if line[0] == "goes" {
        let wish = walk.changed(packet, words)
        before.append(packet)
        walk.wish = wish
        if walk.step(packet) != wish { return "\(line): it becomes something else" }
        packet = wish
        continue
      }
      var new = walk.changed(Packet.nothing(walk.conditions.count), words)
      new["application"] = application
      before = []
      if line[0] == "starts" {
        walk.role = .asks
        if !trip.contains(where: { $0[0] == "asks" && asks(new, $0) }) { return "it asks not" }
      } else {
        let arrived = packet.location
        new["application"] = packet["application"]
        if walk.role != .asks || !isIn(trip, "arrives", packet) { return "it arrives not" }
        if !walk.isAnswer(new, to: packet) { return "\(line): no answer" }
        walk.role = .answers
        let starts = answers(trip, arrived).filter { has($0.box, new) }
        isNowhere = starts.isEmpty && new.location == arrived
        let isStart = starts.contains { $0.location == new.location }
        if !isStart, !isNowhere { return "\(line): it starts not" }
      }
      packet = new
    }
    switch walk.locations[packet.location][0] {
    case _ where isNowhere: return nil
    case "drop": return nil
    case "deliver":
      let role: Substring = walk.role == .answers ? "returns" : "arrives"
      return isIn(trip, role, packet) ? "it arrives" : nil
    default: return before.contains(packet) || walk.isStuck(packet) ? nil : "it does not fail yet"
    }
  }
}
