import Documents
import Networks
import Packets

extension NftablesLowering {
  /// A `mangle` statement: something is written to the packet or noted beside it.
  mutating func mangle(_ value: DocumentValue, _ draft: inout Draft) {
    guard let key = value["key"]?.object?.first, let new = value["value"] else {
      opaque(
        "mangle", "malformed", writes: Self.writableFields, "what is written cannot be read",
        &draft)
      return
    }
    let name = key.value["key"]?.string ?? ""
    switch key.key {
    case "meta" where name == "mark": setMark(new, &draft)
    case "meta" where NftablesIrrelevant.metaWrites.contains(name),
      "ct" where NftablesIrrelevant.connectionWrites.contains(name), "tcp option":
      note(draft.statement, .irrelevant)
      // A session's mark is written where there is a session, and the rule goes on where there is none.
      askWhatIsRead(in: key.key == "ct" ? new : value, &draft)
    case "payload": setHeader(key.value, new, draft.context, &draft)
    default:
      opaque(
        "mangle", "\(key.key) \(name) set", writes: [], "what it changes is not modelled", &draft)
    }
  }

  /// `meta mark set`: one line for each mark that the new one depends on.
  private mutating func setMark(_ new: DocumentValue, _ draft: inout Draft) {
    guard facts.readsMark else { return askWhatIsRead(in: new, &draft) }
    if let constant = NftablesMark.value(of: new, mark: 0, connectionMark: 0),
      !NftablesMark.reads("meta", in: new), !NftablesMark.reads("ct", in: new)
    {
      draft.effects.append(.set(.mark, constant))
      return
    }
    guard let marks = facts.marks else {
      opaque("mark", "meta mark set", writes: [.mark], "the new mark is not known", &draft)
      return
    }
    if let map = new["map"] { return setMark(map: map, &draft) }
    settle(&draft)
    let readsMark = NftablesMark.reads("meta", in: new)
    // Each packet gets one new mark: the next line must not see what this one wrote.
    split(&draft)
    let list = draft.list
    let then = newList("\(device.acls[list].name), marked", at: draft.rule.value.place)
    for mark in readsMark ? marks : [0] {
      let asked: Match? = readsMark ? .field(.mark, Ranges(mark)) : nil
      addMarks(new, from: mark, asked, to: then, &draft)
    }
    if let rest = draft.rest { leave(list, to: rest, draft.rule) }
    draft.list = then
    draft.matches = []
  }

  /// Lines for one mark of the packet: one for each mark of its session.
  private mutating func addMarks(
    _ new: DocumentValue, from mark: UInt128, _ asked: Match?, to then: Int, _ draft: inout Draft
  ) {
    let readsConnection = NftablesMark.reads("ct", in: new)
    let marks = readsConnection ? facts.connectionMarks : [0]
    if readsConnection { noteOpaque(draft.statement, "'ct mark'") }
    for (index, connectionMark) in marks.enumerated() {
      let value =
        NftablesMark.value(of: new, mark: mark, connectionMark: connectionMark) ?? mark
      var parts = asked.map { [$0] } ?? []
      // Without a session there is no mark to read, and the rule ends.
      if readsConnection { parts.append(Self.hasSession) }
      if readsConnection, index < marks.count - 1 {
        let why = "the mark of the session is not modelled"
        parts.append(
          .condition(
            condition(
              "ct", "mark is \(connectionMark)", at: draft.statement, remembers: true, why)))
      }
      draft.effects = [.set(.mark, value)]
      add(.goto(then), also: .all(parts), &draft)
    }
    draft.effects = []
  }

  /// `meta mark set … map …`: where no element holds the key, the rule ends.
  private mutating func setMark(map: DocumentValue, _ draft: inout Draft) {
    guard let key = map["key"], let data = map["data"], let pairs = pairs(of: data), !pairs.changes
    else {
      opaque("mark", "meta mark set", writes: [.mark], "the map cannot be read", &draft)
      return
    }
    settle(&draft)
    split(&draft)
    let list = draft.list
    let then = newList("\(device.acls[list].name), marked", at: draft.rule.value.place)
    let operands = operands(of: key, draft.context)
    var tried: [Match] = []
    for (key, data) in pairs.pairs {
      let site = draft.site((tried.count + 1) * 2)
      let isCatchAll = key.string == "*"
      let match =
        isCatchAll
        ? Match.all(presence(operands, draft.site()) + [.not(.some(tried))])
        : membership(operands, of: key, isNegated: false, site)
      if !isCatchAll { tried.append(match) }
      guard let mark = NftablesMark.value(of: data, mark: 0, connectionMark: 0) else { continue }
      draft.effects = [.set(.mark, mark)]
      add(.goto(then), also: match, &draft)
    }
    draft.effects = []
    if let rest = draft.rest { leave(list, to: rest, draft.rule) }
    draft.list = then
    draft.matches = []
  }

  /// A write to a header field.
  private mutating func setHeader(
    _ field: DocumentValue, _ new: DocumentValue, _ context: NftablesContext, _ draft: inout Draft
  ) {
    let subject = payload(field, context)
    if NftablesIrrelevant.headerWrites.contains(subject.title) {
      note(draft.statement, .irrelevant)
      // The write implies the header, as a comparison does, and so may end the rule.
      settle(&draft)
      draft.matches += subject.dependencies
      askWhatIsRead(in: new, &draft)
      return
    }
    let target: HeaderField
    switch subject.reading {
    case .field(let field), .transport(let field), .anyTransport(let field): target = field
    case .interface, .classes, .unknown:
      let title = subject.title
      opaque("mangle", "\(title) set", writes: [], "'\(title)' is not modelled", &draft)
      return
    }
    guard let constant = subject.single(new) else {
      let title = subject.title
      opaque(
        "mangle", "\(title) set", writes: [target], "what '\(title)' is set to is not known",
        &draft)
      return
    }
    // The write implies the header, as a comparison does, and so may end the rule.
    settle(&draft)
    draft.matches += subject.dependencies
    draft.effects.append(.set(target, constant))
  }

  /// Leads the packets of the draft past all further chains.
  ///
  /// They take the way `hop`, or the one that the routes choose. `reason` says why it may not happen;
  /// it is `nil` where it always does.
  mutating func lead(
    past hop: NextHop?, under reason: String?, ordinal: Int = 0, _ draft: inout Draft
  ) {
    guard let mark = bypassMark else { return }
    settle(&draft)
    var also: Match?
    if let reason {
      let name = draft.statement.object?.first?.key ?? ""
      also = .condition(
        condition(
          name, name, at: draft.statement, ordinal: ordinal, remembers: true, reason))
    }
    let before = draft.effects
    draft.effects.append(.set(.mark, mark))
    if let hop { draft.effects.append(.forward(hop)) }
    add(.permit, also: also, &draft)
    draft.effects = before
  }

  /// `fwd` sends the packet out of another interface as it is; `dup` sends a copy.
  mutating func divert(_ entry: DocumentValue.Entry, _ draft: inout Draft) {
    let value = entry.value
    noteOpaque(draft.statement, "'\(entry.key)'")
    let address = value["addr"]?.string.flatMap { try? IPAddress(parsing: $0) }
    let isOpen = value["addr"] != nil && address == nil
    var indices = Array(device.interfaces.indices)
    if let name = value["dev"]?.string {
      let named = interfaces(named: name, at: draft.statement.place)
      indices = indices.filter { named.contains(UInt128($0) + 1) }
    }
    let reason = "whether the packet takes that way is not modelled"
    for index in indices {
      let hop = address.map { NextHop.gateway($0, interface: index) } ?? .interface(index)
      lead(past: hop, under: reason, ordinal: index + 1, &draft)
      if isOpen {
        lead(past: .interface(index), under: reason, ordinal: indices.count + index + 1, &draft)
      }
    }
    if let address, value["dev"] == nil {
      lead(past: .gateway(address, interface: nil), under: reason, &draft)
    }
    // The packet itself is gone with `fwd`, and goes on with `dup`.
    if entry.key == "fwd" { finish(.deny, &draft) }
  }
}
