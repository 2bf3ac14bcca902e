import ArgumentParser
import Documents
import Networks
import Places

/// Which devices a verification is to do without.
struct LossOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Ask what would be so without the filters of this device, or redundancy group.",
      discussion: "It then forwards all that its routes carry; it still translates addresses.",
      valueName: "device"))
  var without: [String] = []

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Add which requirements no longer hold once any one device is lost, or any one vendor's.",
      discussion: "The exit status then says how the requirements stand under every such loss."))
  var anyOneDeviceLost = false

  /// The network without the filters that are named; where a name is unknown, prints that and ends.
  func applied(to network: Network) throws(ExitCode) -> Network {
    if without.isEmpty { return network }
    var lost: Set<Int> = []
    var errors: [InputError] = []
    for name in without {
      let found = network.devices(named: name)
      lost.formUnion(found)
      if found.isEmpty { errors.append(unknown(name, in: network)) }
    }
    if !errors.isEmpty { throw Terminal.refusal(of: InputErrors(errors)) }
    return network.withoutFilters(of: lost)
  }

  private func unknown(_ name: String, in network: Network) -> InputError {
    let names =
      network.devices.filter(\.standsForItself).map(\.name) + network.redundancyGroupNames
    let hint = similarName(to: name, among: names).map { "did you mean '\($0)'?" }
    return InputError(
      at: Place(file: "--without"), "no device or redundancy group is named '\(name)'",
      hint: hint ?? "'firebreak show NETWORK devices' lists them")
  }
}

extension Network {
  /// The device of a name, or the members of the redundancy group of that name.
  fileprivate func devices(named name: String) -> Set<Int> {
    var result = Set(devices.indices.filter { devices[$0].name == name })
    for (group, members) in zip(redundancyGroupNames, redundancyGroups) where group == name {
      result.formUnion(members)
    }
    return result
  }
}
