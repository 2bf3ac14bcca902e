import Canonical
import Packets

/// A packet whose fields and outcomes are terms.
struct PacketTerms: Hashable {
  /// The terms by `HeaderField.rawValue`.
  private var fields: [String]
  /// The outcomes of the conditions.
  var outcomes: [String]

  /// The packet whose fields are variables with these names.
  init(conditions: Int, prefix: String = "") {
    fields = HeaderField.allCases.map { prefix + $0.canonicalName }
    outcomes = (0..<conditions).map { "\(prefix)condition\($0)" }
  }

  /// The term of a field.
  subscript(field: HeaderField) -> String {
    get { fields[Int(field.rawValue)] }
    set { fields[Int(field.rawValue)] = newValue }
  }

  /// That the packet is in a box.
  func isIn(_ box: HeaderBox) -> String {
    if box.isEmpty { return "false" }
    return Term.and(
      box.constraints.map { Term.isIn(self[$0.field], $0.values, of: $0.field) }
        + box.literals.map { $0.value ? outcomes[$0.condition] : Term.not(outcomes[$0.condition]) }
    )
  }

  /// The terms of what some boxes speak of: fields, and then outcomes.
  func terms(of boxes: [HeaderBox]) -> [String] {
    Self.fields(of: boxes).map { self[$0] } + Self.conditions(of: boxes).map { outcomes[$0] }
  }

  /// The same as parameters of a function, with their sorts, where they are names.
  func parameters(of boxes: [HeaderBox]) -> [(name: String, sort: String)] {
    Self.fields(of: boxes).map { (self[$0], Variables.sort($0)) }
      + Self.conditions(of: boxes).map { (outcomes[$0], "Bool") }
  }

  private static func fields(of boxes: [HeaderBox]) -> [HeaderField] {
    Set(boxes.flatMap { $0.constraints.map(\.field) }).sorted()
  }

  private static func conditions(of boxes: [HeaderBox]) -> [Int] {
    Set(boxes.flatMap { $0.literals.map(\.condition) }).sorted()
  }

  /// That the packet is in one of some boxes.
  func isIn(_ boxes: [HeaderBox]) -> String { Term.or(boxes.map(isIn)) }
}

/// The variables that formulas have, and those that were used.
struct Variables {
  /// How many of each name's are used in what is being written, and at most in anything.
  private var used: [String: Int] = [:]
  private var greatest: [String: (count: Int, sort: String)] = [:]
  private var names: [String] = []

  /// A variable of the sort that nothing else in what is being written speaks of.
  private mutating func fresh(_ name: String, _ sort: String) -> String {
    let number = (used[name] ?? 0) + 1
    used[name] = number
    if let known = greatest[name] {
      greatest[name] = (max(known.count, number), sort)
    } else {
      greatest[name] = (number, sort)
      names.append(name)
    }
    return "\(name).\(number)"
  }

  /// A variable for any value of a field.
  mutating func any(_ field: HeaderField) -> String {
    fresh(field.canonicalName, Self.sort(field))
  }

  /// A variable for any outcome of a condition.
  mutating func any(condition: Int) -> String { fresh("condition\(condition)", "Bool") }

  /// A truth value of its own.
  mutating func any(truth name: String) -> String { fresh(name, "Bool") }

  /// Begins something that shares no variable with what was written before.
  mutating func startOver() { used = [:] }

  /// The lines that declare the variables.
  var declarations: [String] {
    names.flatMap { name in
      let (count, sort) = greatest[name] ?? (0, "Bool")
      return (1...max(1, count)).map { "(declare-const \(name).\($0) \(sort))" }
    }
  }

  /// The sort of a field's values.
  static func sort(_ field: HeaderField) -> String { "(_ BitVec \(field.bits))" }
}

/// A packet while it moves.
struct Moving {
  var packet: PacketTerms
  /// What must be so for the packet to get this far.
  var guards: [String] = []
  /// The ghosts that may have any value, of which nothing was asked yet.
  var open: Set<HeaderField> = []

  static let wire = HeaderField.allCases.filter { $0 <= .etherType }
  static let registers = HeaderField.allCases.filter { $0 >= .mark && $0 <= .sourceTranslation }

  /// The field gets a value whatever it was.
  private mutating func put(
    _ term: String, in field: HeaderField, _ system: TransitionSystem,
    _ variables: inout Variables
  ) {
    packet[field] = term
    if field > .etherType { return }
    for (condition, fields) in system.conditions.enumerated() {
      guard let fields, fields.contains(field) else { continue }
      packet.outcomes[condition] = variables.any(condition: condition)
    }
  }

  /// The field is overwritten.
  private mutating func overwrite(
    _ field: HeaderField, with term: String, _ system: TransitionSystem,
    _ variables: inout Variables
  ) {
    if let tracked = Trail.tracked.first(where: { $0.field == field }) {
      let track = packet[tracked.track]
      let isKept = Term.or([
        Term.equal(track, Term.value(.same)), Term.equal(track, Term.value(.kept)),
      ])
      change(tracked, to: Term.choice(isKept, Term.value(.kept), Term.value(.lost)), &variables) {
        Term.choice(
          Term.equal(track, Term.value(.same)), $0[field],
          Term.choice(Term.equal(track, Term.value(.kept)), $0[tracked.trailGhost], $1))
      }
    }
    put(term, in: field, system, &variables)
  }

  /// The packet after a write.
  mutating func perform(
    _ write: CanonicalNetwork.Write, _ system: TransitionSystem, _ variables: inout Variables
  ) {
    switch write {
    case .set(let field, let values):
      var term = ""
      if let only = values.least, only == values.greatest {
        term = Term.value(only, bits: field.bits)
      } else {
        term = variables.any(field)
        guards.append(Term.isIn(term, values, of: field))
      }
      overwrite(field, with: term, system, &variables)
    case .take(let field, let ghost):
      let term = packet[ghost]
      overwrite(field, with: term, system, &variables)
      packet[ghost] = variables.any(ghost)
    case .shift(let field, let range, let target):
      shift(field, range, to: target, system, &variables)
    case .anything: scramble(Self.wire, system, &variables)
    case .scramble(let fields): scramble(fields, system, &variables)
    }
  }

  private mutating func shift(
    _ field: HeaderField, _ range: ClosedRange<UInt128>, to target: UInt128,
    _ system: TransitionSystem, _ variables: inout Variables
  ) {
    let distance = target &- range.lowerBound
    let length = min(range.upperBound - range.lowerBound, field.greatest - target)
    let moving = Ranges(range.lowerBound...range.lowerBound + length)
    guards.append(Term.isIn(packet[field], moving, of: field))
    let moved = Term.moved(packet[field], by: distance, in: field).term
    put(moved, in: field, system, &variables)
    guard distance != 0, let tracked = Trail.tracked.first(where: { $0.field == field })
    else { return }
    let track = packet[tracked.track]
    let isMoved = Term.equal(track, Term.value(.moved))
    let after = Term.choice(
      Term.equal(track, Term.value(.same)), Term.value(.moved),
      Term.choice(isMoved, Term.value(.lost), track))
    change(tracked, to: after, &variables) { Term.choice(isMoved, $1, $0[tracked.trailGhost]) }
  }

  /// The track of a field changes, and its ghost becomes what is said of the packet before and of any
  /// value.
  private mutating func change(
    _ tracked: Trail.Tracked, to track: String, _ variables: inout Variables,
    ghost: (_ packet: PacketTerms, _ any: String) -> String
  ) {
    let any = variables.any(tracked.trailGhost)
    let old = packet[tracked.trailGhost]
    packet[tracked.trailGhost] = ghost(packet, any)
    packet[tracked.track] = track
    if ![old, any].contains(packet[tracked.trailGhost]) { open.remove(tracked.trailGhost) }
  }

  private mutating func scramble(
    _ fields: [HeaderField], _ system: TransitionSystem, _ variables: inout Variables
  ) {
    for field in fields { overwrite(field, with: variables.any(field), system, &variables) }
    guards.append(packet.isIn(system.valid))
  }

  /// Forgets the trail.
  mutating func forgetTrail(_ variables: inout Variables) {
    for tracked in Trail.tracked {
      packet[tracked.track] = Term.value(.same)
      packet[tracked.trailGhost] = variables.any(tracked.trailGhost)
      open.insert(tracked.trailGhost)
    }
  }

  /// Leaves a device.
  mutating func leave(_ variables: inout Variables) {
    for register in Self.registers {
      packet[register] = Term.value(0, bits: register.bits)
    }
    for tracked in Trail.tracked {
      packet[tracked.sessionGhost] = variables.any(tracked.sessionGhost)
      open.insert(tracked.sessionGhost)
    }
    forgetTrail(&variables)
  }

  /// Passes a place that tags watch.
  mutating func watch(_ device: Int, _ system: TransitionSystem) {
    let watching = system.claims.tags.indices.filter {
      system.claims.tags[$0].watched.contains(device)
    }
    let isWatched = Term.isIn(
      packet[.origin], Ranges(values: watching.map { UInt128($0 + 1) }), of: .origin)
    packet[.monitor] = Term.choice(isWatched, "#b1", packet[.monitor])
  }
}
