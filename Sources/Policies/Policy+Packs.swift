import Documents
import Packets
import Places

extension Policy {
  /// The policy with the requirements that its packs imply, and what a person should know of them.
  ///
  /// - Throws: An error for each pack that there is not.
  func expandingPacks() throws(InputErrors) -> (policy: Policy, notices: [Notice]) {
    var errors: [InputError] = []
    var notices: [Notice] = []
    var result = self
    for reference in packs {
      guard let pack = Pack.all.first(where: { $0.name == reference.name }) else {
        let near = similarName(to: reference.name, among: Pack.all.map(\.name))
        errors.append(
          InputError(
            at: reference.place, "no pack is named '\(reference.name)'",
            hint: near.map { "did you mean '\($0)'?" }))
        continue
      }
      let implied = pack.rules.flatMap { requirements(of: $0, in: pack, at: reference.place) }
      result.requirements += implied
      if implied.isEmpty {
        notices.append(
          Notice(
            .finding, at: reference.place,
            "the pack '\(pack.name)' implies nothing for zones of these kinds"))
      }
    }
    if !errors.isEmpty { throw InputErrors(errors) }
    return (result, notices)
  }

  /// One requirement for each pair of zones that a rule is about.
  private func requirements(of rule: Pack.Rule, in pack: Pack, at place: Place) -> [Requirement] {
    var result: [Requirement] = []
    for from in zones where from.kind.map(rule.from.contains) == true {
      if case .noExit = rule.sort {
        let isSaid = requirements.contains {
          guard case .noExit(let party, _, _) = $0.obligation else { return false }
          return party.isZone(named: from.name)
        }
        if isSaid { continue }
        result.append(
          rule.requirement(
            .noExit(from: Selection(zone: from, at: place), to: nil, except: nil),
            "\(pack.name)/\(rule.id): \(from.name)", of: pack, at: place))
        continue
      }
      for to in zones where to.kind.map(rule.to.contains) == true && to.name != from.name {
        guard let obligation = obligation(of: rule, from: from, to: to, at: place) else { continue }
        result.append(
          rule.requirement(
            obligation, "\(pack.name)/\(rule.id): \(from.name) to \(to.name)", of: pack, at: place))
      }
    }
    return result
  }

  private func obligation(
    of rule: Pack.Rule, from: Zone, to: Zone, at place: Place
  ) -> Obligation<Selection>? {
    let ends = (Selection(zone: from, at: place), Selection(zone: to, at: place))
    switch rule.sort {
    case .noExit: return nil
    case .noDualHomed: return .noDualHomed(ends.0, ends.1, except: nil)
    case .isolate(let names):
      if names.isEmpty, saysWhatPasses(from: from.name, to: to.name) { return nil }
      let services = names.compactMap { try? ServiceSet(parsing: $0) }
      let union = services.reduce(ServiceSet([])) { $0.union($1) }
      return .isolate(from: ends.0, to: ends.1, services: names.isEmpty ? .any : union)
    }
  }

  /// Whether a requirement of the policy's own says what may pass from one zone to another.
  private func saysWhatPasses(from: String, to: String) -> Bool {
    requirements.contains { requirement in
      switch requirement.obligation {
      case .isolate(let a, let b, _), .allowOnly(let a, let b, _):
        a.isZone(named: from) && b.isZone(named: to)
      default: false
      }
    }
  }
}

extension Pack.Rule {
  fileprivate func requirement(
    _ obligation: Obligation<Selection>, _ id: String, of pack: Pack, at place: Place
  ) -> Requirement {
    Requirement(
      id: id, severity: severity, why: why, clauses: [clause], obligation: obligation,
      place: place, pack: pack.name)
  }
}

extension Selection {
  fileprivate init(zone: Zone, at place: Place) {
    self.init([Member(.zone(zone.name), at: place)], at: place)
  }

  /// Whether it is just this zone.
  fileprivate func isZone(named name: String) -> Bool {
    members.map(\.selector) == [.zone(name)]
  }
}
