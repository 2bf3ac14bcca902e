import Networks
import Packets
import Places

extension DeviceLowering {
  /// The location at which a list begins that a stage runs: packets that it permits go to `permit`.
  mutating func lowerList(
    _ acl: Int, permit: Int, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let deny = lowering.drop(.denied)
    let end = device.acls[acl].end == .permit ? permit : deny
    let reference = CanonicalNetwork.RuleReference(
      device: index, acl: acl, rule: device.acls[acl].rules.count)
    return try lowerList(
      acl, ListExits(permit: permit, deny: deny, end: end, endOfList: reference, running: []),
      in: &lowering)
  }

  /// A list with where it sends packets: lists that are run alike are one.
  struct RunList: Hashable {
    var acl: Int
    var permit: Int
    var deny: Int
    var end: Int
    var endOfList: CanonicalNetwork.RuleReference?
  }

  /// Where a list sends packets that leave it.
  private struct ListExits {
    var permit: Int
    var deny: Int
    /// For `return` and for the end of the list.
    var end: Int
    /// The list that the stage runs, where that ends there too, so that its policy decides.
    var endOfList: CanonicalNetwork.RuleReference?
    /// The lists that jumped to this one or went to it; none where the stage itself runs it.
    var running: [Int]
  }

  /// Lowers a list, once for all that run it with the same exits.
  private mutating func lowerList(
    _ acl: Int, _ exits: ListExits, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let list = device.acls[acl]
    guard !exits.running.contains(acl) else {
      throw LoweringLimit(
        message: "lists jump to each other in a circle, \(list.name) among them",
        place: list.place)
    }
    guard exits.running.count <= LoweringBounds.jumps else {
      throw LoweringLimit(
        message: "jumps between lists are nested deeper than \(LoweringBounds.jumps)",
        place: list.place)
    }
    let run = RunList(
      acl: acl, permit: exits.permit, deny: exits.deny, end: exits.end, endOfList: exits.endOfList)
    if let known = runLists[run] { return known }
    guard runLists.count < LoweringBounds.listCopies else {
      throw LoweringLimit(
        message: "the lists of \(device.name) jump to each other in more than "
          + "\(LoweringBounds.listCopies) ways",
        place: list.place)
    }
    let made = try lowerRules(of: acl, exits, in: &lowering)
    runLists[run] = made
    return made
  }

  /// Lowers the rules of a list.
  ///
  /// Rules that end the list become entries of one first-match table. A rule after which the list
  /// goes on (a jump, or effects and `next`) ends the table: the rest of the list is a location of
  /// its own, to which the table's last entry leads after its detour. Tables are built from the
  /// list's end, so that this does not recurse but for jumps.
  private mutating func lowerRules(
    of acl: Int, _ exits: ListExits, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let list = device.acls[acl]
    var rest = exits.end
    var upper = list.rules.count
    var isLast = true
    repeat {
      guard lowering.canonical.locations.count <= LoweringBounds.locations else {
        throw LoweringLimit(
          message: "device \(device.name) needs more than \(LoweringBounds.locations) locations",
          place: list.place)
      }
      var lower = max(0, upper - 1)
      while lower > 0, !goesOn(list.rules[lower - 1]) { lower -= 1 }
      rest = try lowerTable(
        acl, lower..<upper, exits, rest: rest, endOfList: isLast ? exits.endOfList : nil,
        in: &lowering)
      upper = lower
      isLast = false
    } while upper > 0
    return rest
  }

  /// Lowers consecutive rules of which at most the last goes on.
  private mutating func lowerTable(
    _ acl: Int, _ rules: Range<Int>, _ exits: ListExits, rest: Int,
    endOfList: CanonicalNetwork.RuleReference?, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    var entries: [(boxes: [HeaderBox], target: Int, rule: CanonicalNetwork.RuleReference?)] = []
    for number in rules {
      let rule = device.acls[acl].rules[number]
      if case .next = rule.action, rule.effects.isEmpty { continue }
      let boxes = try boxes(of: rule)
      if boxes.isEmpty { continue }
      let reference = CanonicalNetwork.RuleReference(device: index, acl: acl, rule: number)
      let outer = lowering.origin
      lowering.origin = .rule(reference)
      defer { lowering.origin = outer }
      if case .opaque(let condition, let writes) = rule.action, rule.effects.isEmpty {
        let target = lowerOpaque(writes, rest: rest, exits, in: &lowering)
        entries += opaqueEntries(
          boxes, condition, target: target, deny: exits.deny, rule: reference, in: lowering)
        continue
      }
      let target = try target(of: rule, in: acl, rest: rest, exits, in: &lowering)
      entries.append((boxes, target, reference))
    }
    if entries.isEmpty, endOfList == nil { return rest }
    return lowering.add(lowering.matchLocation(entries, otherwise: rest, endOfList: endOfList))
  }

  /// Whether rules after this one may see a packet that it matched.
  private func goesOn(_ rule: ACL.Rule) -> Bool {
    switch rule.action {
    case .jump, .opaque: true
    case .next: !rule.effects.isEmpty
    case .permit, .deny, .reject, .goto, .return: false
    }
  }

  private func boxes(of rule: ACL.Rule) throws(LoweringLimit) -> [HeaderBox] {
    var matches = matches
    matches.place = rule.place
    return try matches.boxes(of: rule.match)
  }

  /// Where a rule sends the packets that it matches, by way of its effects.
  private mutating func target(
    of rule: ACL.Rule, in acl: Int, rest: Int, _ exits: ListExits, in lowering: inout Lowering
  ) throws(LoweringLimit) -> Int {
    let next: Int
    switch rule.action {
    case .permit: next = exits.permit
    case .deny, .reject: return exits.deny
    case .next: next = rest
    case .return: next = exits.end
    case .jump(let list):
      var inner = exits
      inner.end = rest
      if rest != exits.end { inner.endOfList = nil }
      inner.running.append(acl)
      next = try lowerList(list, inner, in: &lowering)
    case .goto(let list):
      // A list that is gone to ends where the list that went there would have ended.
      var inner = exits
      inner.running.append(acl)
      next = try lowerList(list, inner, in: &lowering)
    case .opaque(let condition, let writes):
      // The condition is asked about the packet as the effects left it.
      let acts = lowerOpaque(writes, rest: rest, exits, in: &lowering)
      let entries = opaqueEntries(
        [HeaderBox()], condition, target: acts, deny: exits.deny, rule: nil, in: lowering)
      next = lowering.match(entries.map { ($0.boxes, $0.target) }, otherwise: exits.deny)
    }
    return perform(rule.effects, then: next, in: &lowering)
  }

  /// All that a rule with an unmodelled action may do but deny: permit, or go on, after any writes.
  private mutating func lowerOpaque(
    _ writes: [HeaderField], rest: Int, _ exits: ListExits, in lowering: inout Lowering
  ) -> Int {
    let out = lowering.choose(exits.permit == rest ? [rest] : [exits.permit, rest])
    let written = scramble(writes, next: out, in: &lowering)
    return written == out ? out : lowering.choose([out, written])
  }

  private func opaqueEntries(
    _ boxes: [HeaderBox], _ condition: Int, target: Int, deny: Int,
    rule: CanonicalNetwork.RuleReference?, in lowering: Lowering
  ) -> [(boxes: [HeaderBox], target: Int, rule: CanonicalNetwork.RuleReference?)] {
    switch lowering.canonical.conditions[condition].assumed {
    case true?: return [(boxes, target, rule)]
    case false?: return [(boxes, deny, rule)]
    case nil:
      let literal = CanonicalNetwork.literal(condition)
      let open = boxes.map { box in
        var box = box
        box.constrain(Literal(literal, true))
        return box
      }.filter { !$0.isEmpty }
      return [(open, target, rule), (boxes, deny, rule)]
    }
  }
}
