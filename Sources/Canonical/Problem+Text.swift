import Networks
public import Packets
import Places

extension Problem {
  /// The problem as text, with remarks about where its lines come from where they are given.
  ///
  /// - Complexity: Linear in the text.
  public func text(with remarks: Remarks? = nil) -> CanonicalText {
    var writer = ProblemWriter(remarks: remarks)
    writer.text.add("firebreak-network 1\n")
    writer.writeHead(self)
    for (number, device) in devices.enumerated() { writer.write(device, number) }
    for (number, table) in tables.enumerated() { writer.write(table, number) }
    for (number, location) in locations.enumerated() { writer.write(location, number) }
    writer.write(claims)
    return writer.text
  }
}

/// Writes the lines of a problem.
private struct ProblemWriter {
  var text = CanonicalText()
  let remarks: Remarks?

  init(remarks: Remarks?) { self.remarks = remarks }

  mutating func writeHead(_ problem: Problem) {
    for input in problem.inputs {
      text.add("input \(input.digest) ")
      text.add(name: input.path)
      text.endLine()
    }
    write("valid ", problem.valid)
    write("related ", problem.related)
    for answer in problem.answers {
      text.add("answer \(answer.family.rawValue) \(answer.request) \(answer.reply)\n")
    }
    for (number, scope) in problem.conditions.enumerated() {
      text.add("condition \(number) ")
      switch scope {
      case .global: text.add("global")
      case .evaluation(let fields):
        text.add("of ")
        text.add(fields)
      }
      end { $0.condition(number) }
    }
    for number in 0..<problem.segments {
      text.add("segment \(number)")
      end { $0.segment(number) }
    }
    for number in problem.devices.indices {
      text.add("device \(number)")
      end { $0.device(number) }
    }
  }

  mutating func write(_ device: Problem.Device, _ number: Int) {
    if let sessions = device.sessions {
      text.add("sessions \(number)")
      if sessions.admitsRelated { text.add(" related") }
      if sessions.bypassesFilters { text.add(" bypass") }
      if !sessions.partners.isEmpty {
        text.add(" with=")
        text.add(list: sessions.partners)
      }
      text.endLine()
    }
    for (index, translation) in device.translations.enumerated() {
      text.add("translation \(number) \(index + 1) ")
      text.add(translation.address)
      text.space()
      text.add(translation.port)
      end { $0.translation(index, of: number) }
    }
    for part in device.parts { text.add("part \(number) \(part.code) \(part.translation)\n") }
  }

  mutating func write(_ table: CanonicalNetwork.Table, _ number: Int) {
    text.add("table ")
    text.add(number)
    text.endLine()
    for entry in table.entries {
      text.add("entry ")
      text.add(entry.outcome)
      text.space()
      text.add(literalsOf: entry.boxes.first ?? Self.nothing)
      end { entry.rule.flatMap($0.rule) }
      for box in entry.boxes.dropFirst() { write("or ", box) }
    }
    text.add("otherwise ")
    text.add(table.otherwise)
    end { table.endOfList.flatMap($0.rule) }
  }

  /// An entry without boxes holds nothing.
  private static let nothing = HeaderBox().constrained(.family, to: .none)

  mutating func write(_ location: CanonicalNetwork.Location, _ number: Int) {
    text.add("location ")
    text.add(number)
    switch location {
    case .choose(let options): write(" choose", options)
    case .spread(let main, let copies): write(" spread", [main] + copies)
    case .match(let table, let targets):
      text.add(" match ")
      text.add(table)
      write("", targets)
    case .rewrite(let writes, let next):
      write(" rewrite", [next])
      for (index, one) in writes.enumerated() {
        text.add(index == 0 ? " " : " ; ")
        text.add(one)
      }
    case .recall(let device, let fresh, let remembered):
      write(" recall", [device, fresh, remembered])
    case .remember(let device, let next): write(" remember", [device, next])
    case .watch(let device, let next): write(" watch", [device, next])
    case .leave(let next): write(" leave", [next])
    case .deliver(.segment(let segment)): write(" deliver segment", [segment])
    case .deliver(.device(let device)): write(" deliver device", [device])
    case .drop(let loss):
      text.add(" drop ")
      text.add(loss.rawValue)
    }
    end { $0.location(number) }
  }

  mutating func write(_ claims: Claims) {
    for packets in claims.senders { write("sender ", packets) }
    for (number, tag) in claims.tags.enumerated() {
      text.add("tag \(number + 1)\n")
      for packets in tag.sources { write("source ", packets) }
      for device in tag.watched { text.add("watched \(device)\n") }
    }
    for (number, claim) in claims.claims.enumerated() {
      text.add("claim \(number) ")
      switch claim.kind {
      case .never(let tags, let forbidden):
        text.add("never ")
        text.add(name: claim.name)
        text.space()
        text.add(list: tags.map { $0 + 1 })
        end { $0.claim(claim) }
        for packets in forbidden { write("forbid ", packets) }
      case .apart(let left, let right):
        text.add("apart ")
        text.add(name: claim.name)
        end { $0.claim(claim) }
        write("left ", left)
        write("right ", right)
      case .must(let goals):
        text.add("must ")
        text.add(name: claim.name)
        end { $0.claim(claim) }
        for goal in goals {
          text.add("goal\n")
          for trip in goal { write(trip) }
        }
      }
    }
    for unclaimed in claims.unclaimed {
      text.add("# ")
      text.add(name: unclaimed.name)
      text.add(ProblemReader.noClaim)
      text.add(remark: unclaimed.reason)
      text.endLine()
    }
  }

  private mutating func write(_ trip: Claims.Trip) {
    text.add("trip\n")
    for packets in trip.asks { write("asks ", packets) }
    for packets in trip.arrives { write("arrives ", packets) }
    for answer in trip.answers { write("answers \(answer.arrived) ", answer.packets) }
    for packets in trip.returns { write("returns ", packets) }
  }

  // MARK: Parts of lines

  private mutating func write(_ keyword: String, _ boxes: [HeaderBox]) {
    for box in boxes { write(keyword, box) }
  }

  private mutating func write(_ keyword: String, _ box: HeaderBox) {
    text.add(keyword)
    text.add(literalsOf: box)
    text.endLine()
  }

  private mutating func write(_ keyword: String, _ packets: Claims.Packets) {
    for box in packets.boxes {
      text.add(keyword)
      text.add(packets.location)
      text.space()
      text.add(literalsOf: box)
      text.endLine()
    }
  }

  private mutating func write(_ keyword: String, _ names: [String]) {
    for name in names {
      text.add(keyword)
      text.add(name: name)
      text.endLine()
    }
  }

  private mutating func write(_ words: String, _ numbers: [Int]) {
    text.add(words)
    for number in numbers {
      text.space()
      text.add(number)
    }
  }

  /// Ends a line, with a remark where there is one.
  private mutating func end(_ remark: (Remarks) -> Remarks.Remark?) {
    if let remarks, let remark = remark(remarks) {
      text.add(" @ ")
      text.add(remark: remark.name)
      text.add(" at ")
      text.add(remark: remark.place.description)
    }
    text.endLine()
  }
}

extension CanonicalText {
  /// Adds a box whose literals are those of a canonical network, numbered as the conditions are.
  fileprivate mutating func add(literalsOf box: HeaderBox) {
    if box.literals.isEmpty || box.isEmpty {
      add(box)
      return
    }
    var numbered = box
    for literal in box.literals { numbered = numbered.without(literal) }
    for literal in box.literals {
      numbered.constrain(Literal(literal.condition / 2, literal.value))
    }
    add(numbered)
  }

  fileprivate mutating func add(list numbers: [Int]) {
    for (index, number) in numbers.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      add(number)
    }
  }

  fileprivate mutating func add(_ fields: [HeaderField]) {
    for (index, field) in fields.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      add(field.canonicalName)
    }
  }

  fileprivate mutating func add(_ change: Problem.Change) {
    switch change {
    case .same: add("same")
    case .replaced: add("replaced")
    case .moved(let distance):
      add("moved:")
      add(distance)
    case .other: add("other")
    }
  }

  fileprivate mutating func add(_ write: CanonicalNetwork.Write) {
    switch write {
    case .set(let field, let values):
      add("set ")
      add(field.canonicalName)
      space()
      add(values, of: field)
    case .take(let field, let ghost):
      add("take ")
      add(field.canonicalName)
      space()
      add(ghost.canonicalName)
    case .shift(let field, let range, let target):
      add("shift ")
      add(field.canonicalName)
      space()
      add(Ranges(range), of: field)
      space()
      add(target, of: field)
    case .anything: add("anything")
    case .scramble(let fields):
      add("scramble ")
      add(fields)
    }
  }

  /// Adds a name as one word.
  ///
  /// `%`, a lone `@`, separators, and control and format characters are percent-encoded; no name is `%`.
  fileprivate mutating func add(name: String) {
    if name.isEmpty { bytes.append(UInt8(ascii: "%")) }
    if name == "@" { return add(UInt8(ascii: "@"), isKept: false) }
    for scalar in name.unicodeScalars {
      for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
        add(byte, isKept: scalar.isSeen && scalar != "%")
      }
    }
  }

  /// Adds words for people, with control characters percent-encoded.
  fileprivate mutating func add(remark: String) {
    for byte in remark.utf8 { add(byte, isKept: byte >= 0x20) }
  }

  private mutating func add(_ byte: UInt8, isKept: Bool) {
    if isKept && byte != 0x7F {
      bytes.append(byte)
      return
    }
    bytes.append(UInt8(ascii: "%"))
    for digit in [byte >> 4, byte & 15] {
      bytes.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "A") - 10))
    }
  }
}

extension Unicode.Scalar {
  /// Whether it is neither a separator nor a control or format character.
  fileprivate var isSeen: Bool {
    switch properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control, .format: false
    default: true
    }
  }
}
