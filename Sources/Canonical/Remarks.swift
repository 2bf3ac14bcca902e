public import Networks
public import Places

/// Where the lines of a canonical network come from, for people who read them.
public struct Remarks: Sendable {
  /// What a line comes from, and where that is.
  public struct Remark: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// Its place in the input.
    public var place: Place
  }

  private let network: Network
  private let conditions: ConditionTable
  private let origins: [CanonicalNetwork.Origin]
  private let places: [String: Place]

  /// The remarks on a network as it was lowered, and on claims of requirements at these places.
  public init(
    _ network: Network, _ canonical: CanonicalNetwork, requirements places: [String: Place] = [:]
  ) {
    self.network = network
    self.places = places
    conditions = canonical.conditions
    origins = canonical.origins
  }

  func condition(_ index: Int) -> Remark {
    let condition = conditions[index]
    let settled = condition.assumed.map { ", settled to be \($0)," } ?? ""
    return Remark(name: condition.name + settled, place: condition.place)
  }

  func segment(_ index: Int) -> Remark {
    Remark(name: network.segments[index].name, place: network.segments[index].place)
  }

  func device(_ index: Int) -> Remark {
    Remark(name: network.devices[index].name, place: network.devices[index].place)
  }

  func translation(_ index: Int, of device: Int) -> Remark {
    let translation = network.devices[device].translations[index]
    return Remark(
      name: "\(network.devices[device].name)/\(translation.name)", place: translation.place)
  }

  func rule(_ reference: CanonicalNetwork.RuleReference) -> Remark {
    let device = network.devices[reference.device]
    let list = device.acls[reference.acl]
    let rule = list.rules.indices.contains(reference.rule) ? list.rules[reference.rule] : nil
    return Remark(
      name: "\(device.name)/\(list.name)/\(rule?.name ?? "default")",
      place: rule?.place ?? list.place)
  }

  func location(_ index: Int) -> Remark? {
    guard origins.indices.contains(index) else { return nil }
    switch origins[index] {
    case .network: return Remark(name: network.name, place: network.place)
    case .segment(let segment): return self.segment(segment)
    case .device(let device): return self.device(device)
    case .rule(let reference): return rule(reference)
    case .translation(let device, let index): return translation(index, of: device)
    }
  }

  func claim(_ claim: Claims.Claim) -> Remark? {
    places[claim.name].map { Remark(name: claim.name, place: $0) }
  }
}
