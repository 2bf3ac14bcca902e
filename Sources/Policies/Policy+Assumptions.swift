import Documents
public import Networks
public import Places

extension Policy {
  /// Settles the conditions of a network that the policy assumes.
  ///
  /// A name settles the condition of that name and, without its device, every condition of that
  /// name on any device.
  /// - Throws: An error for each name that no condition has, and for names that contradict.
  public func settleConditions(of network: inout Network) throws(InputErrors) {
    var errors: [InputError] = []
    let names = network.conditions.conditions.map(\.name)
    var settled: [Int: Bool] = [:]
    for assumption in assume {
      let found = names.indices.filter {
        names[$0] == assumption.name || names[$0].hasSuffix("/" + assumption.name)
      }
      if found.isEmpty {
        let near = nearestName(to: assumption.name, among: names)
        errors.append(
          InputError(
            at: assumption.place, "no condition is named '\(assumption.name)'",
            hint: near.map { "did you mean '\($0)'?" }
              ?? "the network has \(names.count) conditions"))
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
