import Documents
import Networks
public import Places

extension Project {
  /// Takes away the filters of devices, or of all members of redundancy groups, of these names.
  ///
  /// - Throws: An error for each name that is unknown, at `site`.
  public mutating func loseFilters(
    of names: [String], at site: String
  ) throws(InputErrors) {
    var lost: Set<Int> = []
    var errors: [InputError] = []
    for name in names {
      let found = network.devices(named: name)
      lost.formUnion(found)
      if found.isEmpty { errors.append(network.unknownDevice(name, at: site)) }
    }
    if !errors.isEmpty { throw InputErrors(errors) }
    if !lost.isEmpty { network = network.withoutFilters(of: lost) }
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

  fileprivate func unknownDevice(_ name: String, at site: String) -> InputError {
    let names = devices.filter(\.standsForItself).map(\.name) + redundancyGroupNames
    let hint = similarName(to: name, among: names).map { "did you mean '\($0)'?" }
    return InputError(
      at: Place(file: site), "no device or redundancy group is named '\(name)'",
      hint: hint ?? "'firebreak show NETWORK devices' lists the devices")
  }
}
