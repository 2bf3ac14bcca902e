extension Walk {
  /// What is wrong about a run of single packets that a refutation tells, or nil; read without the
  /// checker, and followed by one who wishes every packet to become what it says.
  static func complaint(_ network: String, _ refutation: String) -> String? {
    var walk = Walk(network, seed: 0)
    var packet = Packet()
    var (claim, isSender, outcomes) = (0, true, [Int: Bool]())
    var sessions: [Int: [Session]] = [:]
    for line in refutation.split(separator: "\n") {
      let words = line.split(separator: " ")
      switch words[0] {
      case "refutes": claim = Int(words[1]) ?? 0
      case "starts":
        if !isSender { return "\(line): the packet before has a tag" }
        sessions = walk.sessions
        packet = walk.changed(Packet.nothing(walk.conditions.count), words)
        let starts = walk.starts.filter { walk.starts(packet, $0.tag, $0.place) }
        if starts.isEmpty { return "\(line): it does not start" }
        isSender = packet["origin"] == 0
        for index in walk.conditions.indices where walk.conditions[index].isEmpty {
          let outcome = packet.outcomes[index]
          if outcomes[index, default: outcome == true] != outcome { return "\(line): two outcomes" }
          outcomes[index] = outcome
        }
      default:
        guard words[0] == "goes" else { continue }
        let wish = walk.changed(packet, words)
        // A packet is taken by sessions of those before it only.
        let mine = walk.sessions
        if walk.locations[packet.location][0] == "recall" { walk.sessions = sessions }
        walk.wish = wish
        let after = walk.step(packet)
        if walk.locations[packet.location][0] == "recall" { walk.sessions = mine }
        if after != wish { return "\(line): it becomes \(after ?? Packet())" }
        packet = wish
      }
    }
    let (tags, forbidden) = claims(network)[claim]
    let isForbidden = forbidden.contains {
      $0.location == packet.location && has($0.box[...], packet)
    }
    return isForbidden && tags.contains(packet["origin"]) ? nil : "nothing forbidden happens"
  }

  /// The claims of a network: their tags, and what they forbid.
  static func claims(
    _ network: String
  ) -> [(tags: [UInt128], forbidden: [(location: Int, box: [Substring])])] {
    var claims: [(tags: [UInt128], forbidden: [(location: Int, box: [Substring])])] = []
    for line in network.split(separator: "\n") {
      let words = line.split(separator: " ")
      if words[0] == "claim" {
        claims.append((words.count > 4 ? words[4].split(separator: ",").map(value) : [], []))
      } else if words[0] == "forbid" {
        claims[claims.count - 1].forbidden.append((Int(words[1]) ?? 0, Array(words.dropFirst(2))))
      }
    }
    return claims
  }

  /// A packet after the changes of a line.
  func changed(_ packet: Packet, _ words: [Substring]) -> Packet {
    var packet = packet
    packet.location = Int(words[1]) ?? 0
    for word in words.dropFirst(2) where word != "*" {
      let parts = word.split(separator: "=")
      if parts.count == 2 {
        packet[String(parts[0])] = Walk.value(parts[1])
      } else {
        packet.outcomes[Int(word.dropFirst()) ?? 0] = word.hasPrefix("+")
      }
    }
    return packet
  }
}

extension Walk.Packet {
  /// A packet of which all is 0 and false.
  static func nothing(_ conditions: Int) -> Self {
    var packet = Self()
    for field in Walk.fields { packet[field] = 0 }
    for condition in 0..<conditions { packet.outcomes[condition] = false }
    return packet
  }
}
