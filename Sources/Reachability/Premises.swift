import Canonical
import Networks
import Packets
public import Places
import Policies

/// Something that a verdict rests on: were it otherwise, the verdict might be.
public struct Premise: Hashable, Sendable {
  /// What is taken to be so, a sentence without a capital and a full stop.
  public var text: String
  /// Where it comes from; `nil` where it is about the network as a whole.
  public var place: Place?

  /// Creates a premise.
  public init(_ text: String, at place: Place? = nil) {
    self.text = text
    self.place = place
  }
}

extension Verifier {
  /// What a verdict rests on besides the model itself: what is so of the whole network, then the rest
  /// in the order of its places.
  func premises(of requirement: ResolvedRequirement, _ verdict: Verdict) -> [Premise] {
    var placed = network.settledPremises
    switch verdict {
    case .holds(let proof): placed += proof.taken
    case .violated(let violation):
      for witness in violation.witnesses {
        placed += outcomePremises(of: witness, for: requirement.requirement.id)
      }
    case .undecided: break
    }
    var seen: Set<Premise> = []
    placed = placed.filter { seen.insert($0).inserted }
    let sorted = placed.enumerated().sorted { a, b in
      let (before, after) = (a.element.place ?? network.place, b.element.place ?? network.place)
      return (before, a.offset) < (after, b.offset)
    }
    return general(requirement) + sorted.map(\.element)
  }

  /// What is taken to be so of the whole network.
  private func general(_ requirement: ResolvedRequirement) -> [Premise] {
    var result: [Premise] = []
    switch requirement.obligation {
    case .noDualHomed:
      result.append(Premise("no host has an interface that the description lacks"))
    case .mustReach:
      result.append(routes)
      result.append(Premise("hosts take what is delivered to them, and answer it"))
    case .isolate, .allowOnly, .through, .oneWay, .noExit, .managedFrom:
      switch network.spoofing {
      case .none:
        result.append(Premise("hosts send from their own addresses only (spoofing: none)"))
      case .segment:
        result.append(
          Premise("hosts send from addresses of their segment (spoofing: segment)"))
      case .any: break
      }
      result.append(routes)
      if engine.canonical.hasSessions.contains(true) {
        result.append(
          Premise("network devices open no sessions of their own that others make use of"))
      }
      result.append(Premise("no segment hides a device that the description lacks"))
    }
    if case .noExit = requirement.obligation, requirement.requirement.exits == .direct {
      result.append(Premise("exits through relays do not count (exits: direct)"))
    }
    let inferred = Set(network.notices.filter { $0.kind == .inferred }).count
    if inferred > 0 {
      let count = inferred == 1 ? "1 conclusion" : "\(inferred) conclusions"
      result.append(Premise("what was inferred is so: \(count), listed as inferred"))
    }
    return result
  }

  private var routes: Premise {
    network.routing == .any
      ? Premise("survives every routing change (routing: any)")
      : Premise("routes are as configured (routing: configured)")
  }

  /// The outcomes of global conditions under which a witness goes its way.
  private func outcomePremises(of witness: Witness, for id: String) -> [Premise] {
    witness.literals.compactMap { literal in
      guard network.conditions.conditions.indices.contains(literal.condition) else { return nil }
      let condition = network.conditions[literal.condition]
      guard condition.scope == .global, condition.assumed == nil else { return nil }
      return Premise(
        "a witness of \(id) stands where \(condition.name) = \(literal.value)",
        at: condition.place)
    }
  }
}

extension Network {
  /// What was settled beforehand: outcomes of conditions, and filters that were taken away.
  fileprivate var settledPremises: [Premise] {
    var result = unfiltered.map { index in
      Premise("\(devices[index].name) filters nothing, as was asked", at: devices[index].place)
    }
    for condition in conditions.conditions {
      guard let assumed = condition.assumed else { continue }
      result.append(Premise("\(condition.name) = \(assumed)", at: condition.place))
    }
    return result
  }
}
