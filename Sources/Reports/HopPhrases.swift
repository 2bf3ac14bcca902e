import Packets
import Places
import Simulation

/// One stay of a packet at a device or on a segment: consecutive steps there.
struct Stay {
  /// One line about a step.
  struct Step: Equatable {
    var text: String
    var place: Place?
    var passed: Bool
  }

  /// The name of the device or segment.
  var name: String
  /// The steps.
  var steps: [Step]
}

extension Walk {
  /// The walk as stays, each step in words; `packet` names packets.
  func stays(packet: (Header) -> String) -> [Stay] {
    var stays: [Stay] = []
    var location: Hop.Location?
    var header: Header?
    for hop in hops {
      if hop.location != location { stays.append(Stay(name: hop.name, steps: [])) }
      location = hop.location
      var steps = hop.listSteps
      if hop.matched.isEmpty {
        steps = [Stay.Step(text: hop.phrase, place: hop.notablePlace, passed: hop.passed)]
      }
      if let before = header, before != hop.state.header {
        steps.append(
          Stay.Step(text: "now " + packet(hop.state.header), place: nil, passed: true))
      }
      header = hop.state.header
      let last = stays[stays.count - 1].steps.last
      stays[stays.count - 1].steps += steps.first == last ? steps.dropFirst() : steps[...]
    }
    return stays
  }
}

extension Hop {
  /// A line for each rule that matched while a list ran, but for those that tell nothing: a rule
  /// that goes to the list it is named after, a NAT list that ends without a translation, and the
  /// end of a list that no line of an input has.
  fileprivate var listSteps: [Stay.Step] {
    if passed, let deciding, deciding.rule == nil,
      kind == .natFilter || deciding.place.line == 0
    {
      return []
    }
    return matched.enumerated().compactMap { number, rule in
      let isLast = number == matched.count - 1
      if !isLast, rule.effect.hasSuffix(" to \(rule.name)") { return nil }
      let name = rule.rule == nil ? "its end" : "'\(rule.name)'"
      return Stay.Step(
        text: "\(kind.rawValue) \(rule.listName): \(name) \(rule.effect)", place: rule.place,
        passed: passed || !isLast)
    }
  }

  /// The step in words, without the place.
  fileprivate var phrase: String {
    switch kind {
    case .sent:
      if case .device = location { return "sends a packet of its own" }
      return "a host sends"
    case .put: return effect.isEmpty ? "on the segment" : effect
    case .arrival: return joined("in by \(ingressName ?? "an interface")")
    case .emission: return joined("out by \(egressName ?? "an interface")")
    case .delivery, .end: return effect
    case .filter, .ingressFilter, .egressFilter, .natFilter, .recall, .route,
      .translateDestination, .translateSource, .remember, .reassemble, .fragment, .bridge,
      .neighbour:
      return effect.isEmpty ? kind.rawValue : "\(kind.rawValue): \(effect)"
    }
  }

  private func joined(_ text: String) -> String { effect.isEmpty ? text : "\(text): \(effect)" }

  /// The place, where it says more than that the device or segment exists.
  fileprivate var notablePlace: Place? {
    switch kind {
    case .sent, .put, .arrival, .emission, .delivery: passed ? nil : place
    default: place
    }
  }
}
