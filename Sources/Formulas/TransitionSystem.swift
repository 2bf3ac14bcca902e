public import Canonical
public import Networks
import Packets

/// A canonical network and claims about it in the terms of `Documentation/NetworkFormat.md`: how
/// packets move, which sessions take them, and where they start.
public struct TransitionSystem: Sendable {
  var locations: [CanonicalNetwork.Location]
  /// The tables; literals are numbered as conditions are.
  var tables: [CanonicalNetwork.Table]
  /// For each condition the fields that it is evaluated on; `nil` where it has one outcome for the
  /// network.
  var conditions: [[HeaderField]?]
  /// For each device how it keeps sessions; `nil` where it keeps none.
  var sessions: [Problem.Sessions?]
  /// For each device its translations, the first of which has the number 1.
  var translations: [[Problem.Translation]]
  /// For each device the codes that stand for a translation besides its number.
  var parts: [[UInt128: UInt128]]
  var claims: Claims
  var valid = HeaderBox.validPackets
  /// The ICMP errors.
  var related: [HeaderBox]
  /// The ICMP types with what answers them.
  var answers: [Problem.Answer] = []
  /// What people call a location, and where it comes from.
  var remarks: [String]

  /// Takes what matters of a network and of claims about it.
  ///
  /// - Throws: `NotExpressible` where a table speaks of something that no formula has.
  public init(
    _ network: Network, _ canonical: CanonicalNetwork, _ claims: Claims
  ) throws(NotExpressible) {
    let problem = Problem(network, canonical, claims)
    locations = problem.locations
    tables = problem.tables
    for table in tables.indices {
      for entry in tables[table].entries.indices {
        let boxes = tables[table].entries[entry].boxes
        tables[table].entries[entry].boxes = try Self.renumbered(boxes, in: canonical)
      }
    }
    conditions = problem.conditions.map {
      if case .evaluation(let fields) = $0 { fields } else { nil }
    }
    sessions = problem.devices.map(\.sessions)
    translations = problem.devices.map(\.translations)
    parts = problem.devices.map { device in
      var codes: [UInt128: UInt128] = [:]
      for part in device.parts { codes[UInt128(part.code)] = UInt128(part.translation) }
      return codes
    }
    self.claims = problem.claims
    valid = problem.valid
    related = problem.related
    answers = problem.answers
    remarks = canonical.locations.map { Self.remark($0, network, canonical) }
    let sent = claims.senders + claims.tags.flatMap(\.sources) + claims.forbidden
    guard sent.allSatisfy({ $0.boxes.allSatisfy(\.literals.isEmpty) }) else {
      throw NotExpressible(reason: "who sends, or what is forbidden, hangs on a condition")
    }
  }

  /// The transition system of parts that are given.
  init(
    locations: [CanonicalNetwork.Location], tables: [CanonicalNetwork.Table] = [],
    conditions: [[HeaderField]?] = [], sessions: [Problem.Sessions?] = [],
    translations: [[Problem.Translation]] = [], claims: Claims, related: [HeaderBox] = [],
    answers: [Problem.Answer] = []
  ) {
    self.locations = locations
    self.tables = tables
    self.conditions = conditions
    self.sessions = sessions
    self.translations = translations
    parts = sessions.map { _ in [:] }
    self.claims = claims
    self.related = related
    self.answers = answers
    remarks = locations.map { _ in "" }
  }

  /// The devices whose sessions one looks packets up in, itself first.
  func owners(of device: Int) -> [Int] { [device] + (sessions[device]?.partners ?? []) }

  /// Boxes whose literals are numbered as conditions are.
  private static func renumbered(
    _ boxes: [HeaderBox], in canonical: CanonicalNetwork
  ) throws(NotExpressible) -> [HeaderBox] {
    var result = boxes
    for (index, box) in boxes.enumerated() where !box.literals.isEmpty {
      for literal in box.literals { result[index] = result[index].without(literal) }
      for literal in box.literals {
        guard let (condition, isStale) = canonical.condition(ofLiteral: literal.condition),
          !isStale
        else { throw NotExpressible(reason: "a table asks for more than a condition's outcome") }
        result[index].constrain(Literal(condition, literal.value))
      }
    }
    return result
  }

  private static func remark(
    _ location: CanonicalNetwork.Location, _ network: Network, _ canonical: CanonicalNetwork
  ) -> String {
    switch location {
    case .match(let table, _):
      let found = canonical.tables[table]
      guard let rule = found.entries.compactMap(\.rule).first ?? found.endOfList else { return "" }
      let list = network.devices[rule.device].acls[rule.acl]
      return "\(network.devices[rule.device].name) \(list.name) at \(list.place)"
    case .recall(let device, _, _), .remember(let device, _), .watch(let device, _),
      .deliver(.device(let device)):
      return "\(network.devices[device].name) at \(network.devices[device].place)"
    case .deliver(.segment(let segment)):
      return "\(network.segments[segment].name) at \(network.segments[segment].place)"
    case .drop(let loss): return loss.rawValue
    case .choose, .spread, .rewrite, .leave: return ""
    }
  }
}

extension Claims {
  /// What any claim forbids.
  fileprivate var forbidden: [Packets] {
    claims.flatMap { claim in
      if case .never(_, let forbidden) = claim.kind { forbidden } else { [] as [Packets] }
    }
  }
}

/// Why something cannot be written as formulas.
public struct NotExpressible: Error, Hashable, Sendable {
  /// One sentence without a final full stop.
  public var reason: String

  /// Creates a reason.
  public init(reason: String) { self.reason = reason }
}
