import Canonical
import Networks
import Packets

/// Follows one packet through a canonical network by every choice, and says where it ends.
///
/// As plain as can be: it reads the kinds of locations as they are documented and knows nothing of
/// how they came about.
struct Walk {
  let network: Network
  let canonical: CanonicalNetwork
  /// The conditions that are true, by name; all others are false.
  var conditions: Set<String> = []
  /// Where the packet ended: `delivered a`, `delivered to router`, or why it was lost.
  private(set) var ends: Set<String> = []
  /// The rules of the entries that held it.
  private(set) var rules: Set<CanonicalNetwork.RuleReference> = []
  /// The devices whose forward filter it passed, and those that were to remember it.
  private(set) var watched: Set<Int> = []
  private(set) var remembering: Set<Int> = []
  private var seen: Set<State> = []

  private struct State: Hashable {
    var location: Int
    var values: [HeaderField: UInt128]
  }

  init(_ network: Network) throws(LoweringLimit) {
    self.network = network
    canonical = try lower(network)
  }

  /// The ends of a packet from a location, with a text for each, sorted.
  mutating func ends(of header: Header, from location: Int) -> [String] {
    ends = []
    rules = []
    seen = []
    watched = []
    remembering = []
    var values: [HeaderField: UInt128] = [:]
    for field in HeaderField.allCases {
      let value = header.stored(field)
      if value != 0 { values[field] = value }
    }
    follow(State(location: location, values: values))
    return ends.sorted()
  }

  /// The ends of a packet that a host on a segment sends.
  mutating func ends(of header: Header, sentOn segment: Int) -> [String] {
    ends(of: header, from: canonical.sent[segment])
  }

  /// The ends of a packet that arrives at an interface of a device.
  mutating func ends(of header: Header, at device: Int, _ interface: Int) -> [String] {
    ends(of: header, from: canonical.arrival[device][interface])
  }

  private mutating func follow(_ start: State) {
    var waiting = [start]
    while let state = waiting.popLast() {
      if !seen.insert(state).inserted { continue }
      let go = { (location: Int) in State(location: location, values: state.values) }
      switch canonical.locations[state.location] {
      case .choose(let options): waiting += options.map(go)
      case .spread(let main, let copies): waiting += ([main] + copies).map(go)
      case .match(let table, let targets):
        waiting.append(go(targets[outcome(of: state.values, in: canonical.tables[table])]))
      case .rewrite(let writes, let next):
        for values in written(writes, to: state.values) {
          waiting.append(State(location: next, values: values))
        }
      case .recall(_, let fresh, _): waiting.append(go(fresh))
      case .remember(let device, let next):
        remembering.insert(device)
        waiting.append(go(next))
      case .watch(let device, let next):
        watched.insert(device)
        waiting.append(go(next))
      case .leave(let next):
        let wire = state.values.filter { $0.key <= .etherType }
        waiting.append(State(location: next, values: wire))
      case .deliver(.segment(let segment)):
        ends.insert("delivered \(network.segments[segment].name)")
      case .deliver(.device(let device)):
        ends.insert("delivered to \(network.devices[device].name)")
      case .drop(let loss): ends.insert(loss.rawValue)
      }
    }
  }

  private mutating func outcome(
    of values: [HeaderField: UInt128], in table: CanonicalNetwork.Table
  ) -> Int {
    for entry in table.entries {
      let holds = entry.boxes.contains { box in
        box.contains(value: { values[$0] ?? 0 }, outcome: isTrue)
      }
      if holds {
        if let rule = entry.rule { rules.insert(rule) }
        return entry.outcome
      }
    }
    if let end = table.endOfList { rules.insert(end) }
    return table.otherwise
  }

  private func isTrue(_ literal: Int) -> Bool {
    guard let (condition, isStale) = canonical.condition(ofLiteral: literal), !isStale else {
      return false
    }
    return conditions.contains(canonical.conditions[condition].name)
  }

  /// The packets after some writes: of a range of values the first and the last.
  private func written(
    _ writes: [CanonicalNetwork.Write], to values: [HeaderField: UInt128]
  ) -> [[HeaderField: UInt128]] {
    var results = [values]
    for write in writes {
      switch write {
      case .set(let field, let range):
        let ends = Set(range.ranges.flatMap { [$0.lowerBound, $0.upperBound] })
        results = results.flatMap { packet in
          ends.sorted().map { value in packet.merging([field: value]) { $1 } }
        }
      case .take(let field, let other):
        for index in results.indices {
          results[index][field] = results[index][other]
          results[index][other] = nil
        }
      case .shift(let field, let range, let start):
        for index in results.indices {
          let value = results[index][field] ?? 0
          if range.contains(value) { results[index][field] = value - range.lowerBound + start }
        }
      case .anything, .scramble: break
      }
      results = results.map { $0.filter { $0.value != 0 } }
    }
    return results
  }
}
