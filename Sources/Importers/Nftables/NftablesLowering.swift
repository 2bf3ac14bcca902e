import Documents
import Networks
import Packets
import Places

/// Turns a listing into the lists, translations and pipeline of a device.
///
/// Its parts are in extensions: what rules read, what they do, chains, and the pipeline.
struct NftablesLowering {
  /// What became of an element of the listing.
  enum Outcome {
    case modelled
    case irrelevant
    case opaque(String)
  }

  /// One copy of a chain.
  struct Instance: Hashable {
    var chain: Int
    var context: NftablesContext
    /// The base chain and the calls that lead there, for chains whose conditions have a memory.
    var path: String
  }

  let ruleset: NftablesRuleset
  var device: Device
  var context: ImportContext
  let facts: NftablesFacts
  var instances: [Instance: Int] = [:]
  /// The family of the table whose chain is being copied.
  var family = NftablesFamily.inet
  /// The name of that table.
  var table = ""
  /// The chains that are being copied, the innermost last.
  var calls: [Int] = []
  /// What tells the conditions of one copy of a chain from those of another.
  var copy = ""
  /// How many rules have been made, so that nested calls cannot make too many.
  var ruleCount = 0
  /// The value of the mark that leads packets past all further chains, where some are led so.
  var bypassMark: UInt128?
  /// The elements of named sets as values, by set and subjects.
  var setElements: [String: NftablesElements] = [:]
  private var outcomes: [Int: Outcome] = [:]
  private var unknownInterfaces: Set<String> = []

  init(_ ruleset: NftablesRuleset, device: Device, context: ImportContext) {
    self.ruleset = ruleset
    self.device = device
    self.context = context
    facts = NftablesFacts(of: ruleset)
    bypassMark = facts.leadsPastChains ? facts.unusedMark : nil
  }

  /// The condition that stands for an element.
  ///
  /// Its `ordinal` tells several conditions of one element apart. One that `remembers` depends on
  /// earlier packets, so that each copy of the rule asks anew.
  mutating func condition(
    _ kind: String, _ detail: String, at value: DocumentValue, ordinal: Int = 0,
    remembers: Bool = false, scope: Condition.Scope = Condition.ofPacket, _ why: String
  ) -> Int {
    let place = value.place
    var name = "\(device.name)/\(kind):\(detail)@\(place.line):\(place.column)"
    if ordinal > 0 { name += ".\(ordinal)" }
    if remembers { name += copy }
    return context.conditions.index(
      of: Condition(name: name, scope: scope, place: place, why: why))
  }

  /// A condition whose name needs no place, since it stands for one thing wherever it is read.
  mutating func condition(
    named name: String, at value: DocumentValue, scope: Condition.Scope, _ why: String
  ) -> Int {
    context.conditions.index(
      of: Condition(name: "\(device.name)/\(name)", scope: scope, place: value.place, why: why))
  }

  /// Notes what became of an element; opaque stays opaque.
  mutating func note(_ value: DocumentValue, _ outcome: Outcome) {
    if case .opaque = outcomes[value.id] { return }
    outcomes[value.id] = outcome
  }

  /// Notes that an element is opaque, and says so once.
  mutating func noteOpaque(_ value: DocumentValue, _ what: String) {
    if case .opaque = outcomes[value.id] { return }
    outcomes[value.id] = .opaque(what)
    context.notices.append(Notice(.opaque, at: value.place, "\(what) is not modelled"))
  }

  /// Notes that a rule of a chain is opaque, where the chain itself says so.
  mutating func noteSilently(_ rule: NftablesRuleset.Rule) {
    for value in [rule.value] + rule.statements { outcomes[value.id] = .opaque(rule.name) }
  }

  /// The count of all objects and statements of the listing.
  func coverage(of file: String) -> Coverage {
    var coverage = Coverage(file: file)
    var elements: [DocumentValue] = ruleset.tables.map(\.value) + ruleset.sets.map(\.value)
    elements += ruleset.objects + ruleset.unknown
    for chain in ruleset.chains {
      elements.append(chain.value)
      for rule in chain.rules { elements += [rule.value] + rule.statements }
    }
    for element in elements.sorted(by: { $0.id < $1.id }) {
      switch outcomes[element.id] {
      case .opaque(let what):
        coverage.opaque.append(Coverage.Element(what, at: element.place))
      case .irrelevant: coverage.irrelevant += 1
      case .modelled, nil: coverage.modelled += 1
      }
    }
    return coverage
  }

  /// The interfaces that a name means: that one or, where it ends in `*`, all that start so.
  ///
  /// The values are those of `HeaderField.ingress`. A name that the description does not know is no
  /// interface that a packet could use.
  mutating func interfaces(named name: String, at place: Place) -> Ranges {
    let prefix = name.hasSuffix("*") ? name.dropLast() : nil
    let found = device.interfaces.indices.filter { index in
      let other = device.interfaces[index].name
      return prefix.map { other.hasPrefix($0) } ?? (other == name)
    }
    if found.isEmpty, prefix != "", name != "lo", unknownInterfaces.insert(name).inserted {
      context.notices.append(
        Notice(
          .finding, at: place,
          "\(device.name) has no interface '\(name)'; no packet is taken to use it"))
    }
    return Ranges(values: found.map { UInt128($0) + 1 })
  }
}
