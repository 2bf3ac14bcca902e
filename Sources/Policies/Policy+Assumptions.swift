import Documents
public import Networks
import Packets
public import Places

extension Policy {
  /// Settles the conditions of a network that the policy assumes.
  ///
  /// A name settles the condition of that name and, without its device, every condition of that
  /// name on any device. The condition of an unmodelled neighbour may be named whether or not a
  /// route leads to it.
  /// - Throws: An error for each name that no condition has, and for names that contradict.
  public func settleConditions(of network: inout Network) throws(InputErrors) {
    var errors: [InputError] = []
    for assumption in assume { network.nameNeighbour(of: assumption) }
    let names = network.conditions.conditions.map(\.name)
    var settled: [Int: Bool] = [:]
    for assumption in assume {
      let found = names.indices.filter {
        names[$0] == assumption.name || names[$0].hasSuffix("/" + assumption.name)
      }
      if found.isEmpty {
        let near = similarName(to: assumption.name, among: names)
        errors.append(
          InputError(
            at: assumption.place, "no condition is named '\(assumption.name)'",
            hint: names.isEmpty
              ? "the network has no conditions" : near.map { "did you mean '\($0)'?" }))
      }
      for index in found {
        if let earlier = settled.updateValue(assumption.outcome, forKey: index),
          earlier != assumption.outcome
        {
          errors.append(
            InputError(
              at: assumption.place, "the condition '\(names[index])' is settled both ways"))
        }
        network.conditions.assume(index, assumption.outcome)
      }
    }
    if !errors.isEmpty { throw InputErrors(errors) }
  }
}

extension Network {
  /// Adds the condition that an assumption names where it is one of an unmodelled neighbour, which
  /// otherwise comes to be only when the routes are followed.
  fileprivate mutating func nameNeighbour(of assumption: Assumption) {
    let start = "unmodelled:"
    guard assumption.name.hasPrefix(start), let slash = assumption.name.lastIndex(of: "/") else {
      return
    }
    let name = assumption.name[..<slash].dropFirst(start.count)
    guard let segment = segments.first(where: { $0.name == name }),
      let gateway = try? IPAddress(parsing: assumption.name[slash...].dropFirst())
    else { return }
    let condition = Self.unmodelledNeighbour(gateway, on: segment.name)
    _ = conditions.index(
      of: Condition(
        name: condition, scope: .global, place: segment.place,
        why: "a route leads to \(gateway), which no modelled interface owns"))
  }
}
