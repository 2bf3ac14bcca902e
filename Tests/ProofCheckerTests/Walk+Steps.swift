extension Walk {
  /// The packet after one step, or nil where it has arrived or vanished.
  mutating func step(_ before: Packet) -> Packet? {
    var packet = before
    let words = locations[packet.location]
    func number(_ index: Int) -> Int { Int(words[index]) ?? 0 }
    switch words[0] {
    case "choose", "spread":
      if words.count == 1 { return nil }
      let targets = words.dropFirst().compactMap { Int($0) }
      let isMain = words[0] == "spread" && role != .sender
      let wished = isMain ? targets[0] : targets.first { $0 == wish?.location }
      packet.location = wished ?? targets[pick(targets.count)]
    case "match":
      let entry = tables[number(1)].first { $0.boxes.contains { Walk.has($0[...], packet) } }
      packet.location = number(2 + (entry?.outcome ?? 0))
    case "rewrite":
      packet.location = number(1)
      for write in words.dropFirst(2).split(separator: ";") {
        guard self.write(Array(write), &packet) else { return nil }
      }
    case "recall":
      forgetTrail(&packet)
      packet.location = number(2)
      if role != .asks, let taken = recall(packet, number(1)) {
        packet = taken
        packet.location = number(3)
      }
    case "remember":
      if role != .answers, packet["origin"] == 0, packet["family"] < 2 {
        remember(packet, number(1))
      }
      packet.location = number(2)
    case "watch":
      if watchers[words[1]]?.contains(packet["origin"]) == true { packet["monitor"] = 1 }
      packet.location = number(2)
    case "leave":
      forgetTrail(&packet)
      for register in Walk.registers { packet[register] = 0 }
      for field in Walk.tracked { anyValue(&packet, Walk.ghost("session", field)) }
      packet.location = number(1)
    default: return nil
    }
    return packet
  }

  private mutating func anyValue(_ packet: inout Packet, _ field: String) {
    packet[field] = any(of: field)
  }

  private mutating func forgetTrail(_ packet: inout Packet) {
    for field in Walk.tracked {
      packet[change: field] = .same
      anyValue(&packet, Walk.ghost("sent", field))
    }
  }

  /// Overwrites a field, and says whether the packet is still there.
  private mutating func overwrite(
    _ packet: inout Packet, _ field: String, _ value: UInt128
  ) -> Bool {
    if Walk.tracked.contains(field) {
      let ghost = Walk.ghost("sent", field)
      switch packet[change: field] {
      case .kept: break
      case .same:
        packet[ghost] = packet[field]
        packet[change: field] = .kept
      case .moved, .lost:
        anyValue(&packet, ghost)
        packet[change: field] = .lost
      }
    }
    forgetOutcomes(&packet, field)
    packet[field] = value
    return true
  }

  private mutating func forgetOutcomes(_ packet: inout Packet, _ field: String) {
    guard Walk.wire.contains(field) else { return }
    for condition in conditions.indices
    where conditions[condition].contains(Substring(field)) {
      packet.outcomes[condition] = wish?.outcomes[condition] ?? (pick(2) == 0)
    }
  }

  private mutating func write(_ words: [Substring], _ packet: inout Packet) -> Bool {
    let field = words.count > 1 ? String(words[1]) : ""
    switch words[0] {
    case "set":
      let ranges = Walk.ranges(words[2])
      return !ranges.isEmpty && overwrite(&packet, field, any(of: field, in: ranges))
    case "take":
      let ghost = String(words[2])
      guard overwrite(&packet, field, packet[ghost]) else { return false }
      anyValue(&packet, ghost)
    case "shift":
      let (range, target) = (Walk.ranges(words[2])[0], Walk.value(words[3]))
      guard range.contains(packet[field]) else { return false }
      let (value, overflows) = target.addingReportingOverflow(packet[field] - range.lowerBound)
      if overflows || value > Walk.maximum(field) { return false }
      forgetOutcomes(&packet, field)
      packet[field] = value
      guard Walk.tracked.contains(field), target != range.lowerBound else { return true }
      switch packet[change: field] {
      case .kept, .lost: break
      case .same: packet[change: field] = .moved
      case .moved:
        packet[change: field] = .lost
        anyValue(&packet, Walk.ghost("sent", field))
      }
    default:
      let fields =
        words[0] == "anything" ? Walk.wire : words[1].split(separator: ",").map(String.init)
      for field in fields {
        guard overwrite(&packet, field, any(of: field)) else { return false }
      }
      // Values of one of the valid boxes, if the other fields let them be.
      let valid = lines["valid"] ?? []
      let old = packet
      if wish == nil { narrow(&packet, valid[pick(valid.count)][...]) }
      let isKept = packet.values.allSatisfy { old[$0.key] == $0.value || fields.contains($0.key) }
      return isKept && valid.contains { Walk.has($0[...], packet) }
    }
    return true
  }

  private mutating func remember(_ packet: Packet, _ device: Int) {
    var values: [String: UInt128]? = packet.values.filter { Walk.sessionFields.contains($0.key) }
    let address = packet["family"] == 0 ? "IPv4" : "IPv6"
    for field in Walk.tracked {
      switch packet[change: field] {
      case .same, .lost: break
      case .kept: values?[field] = packet[Walk.ghost("sent", field)]
      case .moved:
        guard field.hasSuffix(address) || field.hasSuffix("Port") else { break }
        let end = field.hasPrefix("source") ? "source" : "destination"
        let old = packet[field] &- distance(packet, end, isPort: field.hasSuffix("Port"), device)
        if old > Walk.maximum(field) { values = nil } else { values?[field] = old }
      }
    }
    sessions[device, default: []].append(Session(remembered: packet, lookedUp: values))
  }

  /// The packet as a session takes it, or nil where none does.
  private mutating func recall(_ packet: Packet, _ device: Int) -> Packet? {
    let words = (lines["sessions"] ?? []).first { Int($0[0]) == device } ?? []
    let shared = words.first { $0.hasPrefix("with=") }?.dropFirst(5).split(separator: ",") ?? []
    var taken: [Packet] = []
    let partners = role == .answers ? [] : shared.compactMap { Int($0) }
    for owner in [device] + partners {
      for session in sessions[owner] ?? [] {
        taken += take(packet, session, owner, words)
      }
    }
    if let wish {
      let target = wish.location
      let wished = taken.first { other in
        var there = other
        there.location = target
        return there == wish
      }
      // An answer goes where a session takes it.
      return wished ?? (role == .answers ? taken.first : nil)
    }
    return taken.isEmpty || role == .sender && pick(4) == 0 ? nil : taken[pick(taken.count)]
  }

  private mutating func take(
    _ packet: Packet, _ session: Session, _ owner: Int, _ words: [Substring]
  ) -> [Packet] {
    let opener = session.remembered
    guard opener["family"] == packet["family"] else { return [] }
    func has(_ values: [String: UInt128]?) -> Bool {
      values?.filter { Walk.sessionFields.contains($0.key) }
        .allSatisfy { packet[$0.key] == $0.value } == true
    }
    let address = packet["family"] == 0 ? "IPv4" : "IPv6"
    let versions = ["IPv4", "IPv6"]
    let isError =
      words.contains("related")
      && (lines["related"] ?? []).contains { Walk.has($0[...], packet) }
    let d = code(opener, "destination", address, owner)
    let s = code(opener, "source", address, owner)
    let bypass: UInt128 = words.contains("bypass") ? 16 : 0
    var taken: [Packet] = []
    func way(
      _ isOne: Bool, _ state: UInt128, _ direction: UInt128, _ codes: [UInt128], use: UInt128,
      ports: Bool, lookedUp: Bool, _ walk: inout Walk
    ) {
      guard isOne, packet["sessionUse"] >= use else { return }
      var result = packet
      result["connectionState"] = state + bypass
      result["connectionDirection"] = direction
      result["connectionStatus"] = opener["connectionStatus"]
      (result["destinationTranslation"], result["sourceTranslation"]) = (codes[0], codes[1])
      for field in Walk.tracked {
        let ghost = Walk.ghost("session", field)
        walk.anyValue(&result, ghost)
        if opener[change: field] == .kept, ports || !field.hasSuffix("Port") {
          result[ghost] = lookedUp ? opener[Walk.ghost("sent", field)] : opener[field]
        }
      }
      taken.append(result)
    }
    let again: UInt128 = 1 << 22
    let undo: UInt128 = 1 << 23
    func with(_ bit: UInt128, _ code: UInt128) -> UInt128 { code == 0 ? 0 : bit + code }
    way(
      has(session.lookedUp), 2, 0, [with(again, d), with(again, s)], use: 1, ports: true,
      lookedUp: false, &self)
    way(
      has(Walk.answered(opener, lines)), 2, 1, [with(undo, s), with(undo, d)], use: 3, ports: true,
      lookedUp: true, &self)
    way(
      isError
        && versions.allSatisfy {
          session.lookedUp?["destination\($0)"] == packet["destination\($0)"]
        },
      3, 0, [with(again, d), 0], use: 2,
      ports: false, lookedUp: false, &self)
    way(
      isError && versions.allSatisfy { opener["source\($0)"] == packet["destination\($0)"] }, 3, 1,
      [with(undo, s), 0], use: 2, ports: false,
      lookedUp: true, &self)
    return taken
  }

  /// 2^20·a + 2^18·p + n for an end of a session's class; 0 for no translation.
  private func code(_ opener: Packet, _ end: String, _ address: String, _ owner: Int) -> UInt128 {
    let code = opener[end + "Translation"]
    if code == 0 { return 0 }
    let number = translation(code, owner)
    func change(_ field: String) -> UInt128 {
      switch opener[change: field] {
      case .same: 0
      case .moved: 1
      case .kept: 2
      case .lost: 3
      }
    }
    return change(end + address) << 20 + change(end + "Port") << 18 + number
  }

  /// The translation that a code stands for.
  private func translation(_ code: UInt128, _ owner: Int) -> UInt128 {
    let part = (lines["part"] ?? []).first { Int($0[0]) == owner && Walk.value($0[1]) == code }
    return part.map { Walk.value($0[2]) } ?? code
  }

  /// By what the translation of an end moves.
  private func distance(
    _ packet: Packet, _ end: String, isPort: Bool, _ device: Int
  ) -> UInt128 {
    let number = translation(packet[end + "Translation"], device)
    let line = (lines["translation"] ?? []).first {
      Int($0[0]) == device && Walk.value($0[1]) == number
    }
    let effect = line?[isPort ? 3 : 2] ?? "same"
    return effect.hasPrefix("moved:") ? Walk.value(effect.dropFirst(6)) : 0
  }
}
