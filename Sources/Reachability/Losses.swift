public import Networks
public import Policies

/// Which requirements stand worse once devices are lost, one at a time and all of one vendor.
public struct LossTable: Hashable, Sendable {
  /// What is lost together.
  public struct Row: Hashable, Sendable {
    /// Whether it is one device, or all of a vendor.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// One device.
      case device
      /// Every device of one vendor.
      case vendor
    }

    /// One device, or all of a vendor.
    public var kind: Kind
    /// The device's or the vendor's name.
    public var name: String
    /// The devices' names, in the order of the network.
    public var devices: [String]
    /// What each sort of loss does, in the order of `DeviceLoss`.
    public var effects: [Effect]
  }

  /// What one sort of loss does.
  public struct Effect: Hashable, Sendable {
    /// The sort of loss.
    public var loss: DeviceLoss
    /// The requirements that hold today and then no longer do, or of which everything is waived today
    /// and then no longer is, in the order of the policy.
    public var broken: [Broken]
  }

  /// A requirement that stands worse.
  public struct Broken: Hashable, Sendable {
    /// Its id.
    public var requirement: String
    /// How it stands then.
    public var standing: Standing
  }

  /// What is lost: each device, then each vendor by name.
  public var rows: [Row]

  /// The exit status of a result that holds otherwise: as for requirements, of those that stand worse
  /// under some loss.
  public var exitStatus: Int32 {
    let standings = rows.flatMap { $0.effects.flatMap(\.broken) }.map(\.standing)
    if standings.contains(.violated) { return 1 }
    return standings.contains(.undecided) ? 2 : 0
  }
}

extension VerificationResult {
  /// Adds which of the requirements that hold, or are waived, no longer are under each single loss.
  ///
  /// What must arrive is asked with the devices absent; everything else with them failed open, and
  /// taken over. What stands for a line, or for what may be there, is never lost.
  /// - Complexity: Three verifications for each device and for each vendor of several.
  public mutating func addLosses(
    for policy: ResolvedPolicy, in network: Network,
    limits: VerificationLimits = VerificationLimits(),
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) {
    let asked = zip(policy.requirements, answers.map(\.verdict.standing)).filter {
      $0.1 == .holds || $0.1 == .waived
    }
    let rows = network.lossRows
    var seen: Set<[Int]> = []
    let groups = rows.map(\.devices).filter { seen.insert($0).inserted }
    let effects = sideBySide(count: groups.count, progress: progress) { index in
      DeviceLoss.allCases.map { loss in
        effect(of: loss, on: asked, losing: groups[index], in: network, limits)
      }
    }
    losses = LossTable(
      rows: rows.map { kind, name, devices in
        LossTable.Row(
          kind: kind, name: name, devices: devices.map { network.devices[$0].name },
          effects: effects[groups.firstIndex(of: devices) ?? 0])
      })
  }
}

private func effect(
  of loss: DeviceLoss, on requirements: [(ResolvedRequirement, today: Standing)],
  losing devices: [Int], in network: Network, _ limits: VerificationLimits
) -> LossTable.Effect {
  let asked = requirements.filter { requirement, _ in
    if case .mustReach = requirement.obligation { return loss == .absent }
    return loss != .absent
  }
  if asked.isEmpty { return LossTable.Effect(loss: loss, broken: []) }
  let found = standings(
    of: asked.map(\.0), in: network.losing(Set(devices), by: loss), limits: limits)
  // Less denied breaks no less, so that what is waived never holds then.
  let broken = zip(asked, found).filter { $0.1 != .holds && $0.1 != $0.0.today }.map {
    LossTable.Broken(requirement: $0.0.requirement.id, standing: $1)
  }
  return LossTable.Effect(loss: loss, broken: broken)
}

extension Network {
  /// What may be lost together: each device, then all of each vendor, by its name.
  fileprivate var lossRows: [(kind: LossTable.Row.Kind, name: String, devices: [Int])] {
    let own = devices.indices.filter { devices[$0].standsForItself }
    var byVendor: [String: [Int]] = [:]
    for device in own { byVendor[devices[device].vendor, default: []].append(device) }
    return own.map { (.device, devices[$0].name, [$0]) }
      + byVendor.sorted { $0.key < $1.key }.map { (.vendor, $0.key, $0.value) }
  }
}
