import Canonical
import HeaderSpaces
import Networks
import Packets

/// What breaches amount to over all outcomes of the conditions.
struct Judgement {
  /// How breaches and outcomes relate.
  enum Kind {
    /// Nothing breaks it, whatever the outcomes.
    case never
    /// Something breaks it under every outcome; for each breach the packets that do so whatever
    /// the outcomes evaluated for each packet, under some outcome of the global ones.
    case always([Breach])
    /// Something breaks it under some outcomes; the literals involved.
    case sometimes([Int])
  }

  var kind: Kind
}

extension Engine {
  /// Judges breaches over the outcomes of the conditions.
  ///
  /// A condition evaluated for each packet is as good as a different one for each combination of
  /// values that it depends on; so a packet breaks a requirement under every outcome only if, for
  /// its own values, all outcomes let some packet with those values through. A global condition is
  /// the same for all packets, and several may share its outcomes between them.
  mutating func judge(_ breaches: [Breach]) throws(LimitReached) -> Judgement {
    if breaches.isEmpty { return Judgement(kind: .never) }
    var all = HeaderSpace.empty
    for breach in breaches { all = try store.union(all, breach.flow.space) }
    let literals = store.conditions(in: all)
    if literals.isEmpty { return Judgement(kind: .always(breaches)) }
    let (local, roles) = localLiterals(literals)
    let ignored = HeaderField.allCases.filter { !roles.contains($0) }
    var certain = try store.project(all, away: ignored)
    certain = try store.universally(certain, over: local)
    let global = try store.project(certain, away: Array(roles).sorted())
    guard global == .everything else { return Judgement(kind: .sometimes(literals)) }
    var sure: [Breach] = []
    for var breach in breaches {
      breach.flow.space = try store.intersection(breach.flow.space, certain)
      if !breach.flow.space.isEmpty { sure.append(breach) }
    }
    return Judgement(kind: .always(sure))
  }

  /// The literals that are not of global conditions, and the fields that they depend on.
  private func localLiterals(_ literals: [Int]) -> (local: [Int], roles: Set<HeaderField>) {
    var local: [Int] = []
    var roles: Set<HeaderField> = []
    for literal in literals {
      guard let (condition, isStale) = canonical.condition(ofLiteral: literal) else {
        local.append(literal)
        continue
      }
      switch canonical.conditions[condition].scope {
      case .global: if isStale { local.append(literal) }
      case .evaluation(let fields):
        local.append(literal)
        if !isStale { roles.formUnion(fields) }
      }
    }
    return (local, roles)
  }

  /// The conditions behind literals, ascending; sessions are left out.
  func conditions(of literals: [Int]) -> [Int] {
    Array(Set(literals.compactMap { canonical.condition(ofLiteral: $0)?.index })).sorted()
  }
}

extension CanonicalNetwork {
  /// The literals of conditions, those together that are asked together: in the order of their places.
  ///
  /// An importer may name the conditions of a list before those of the lists that it leads to, or
  /// after.
  var literalsByPlace: [Int] {
    let conditions = conditions.conditions
    let order = conditions.indices.sorted {
      (conditions[$0].place, $0) < (conditions[$1].place, $1)
    }
    return order.flatMap { [Self.literal($0), Self.staleLiteral($0)] }
  }
}
