import Networks

extension Assembly {
  /// How many VRFs of one device may be handed packets by others: what follows a packet through them
  /// recurses, and no device known to us has a dozen.
  private static let sharedVRFLimit = 100

  /// Refuses devices that hand packets on among very many VRFs.
  mutating func checkBounds() {
    for device in network.devices {
      var handed: Set<Int> = []
      for route in device.vrfs.lazy.flatMap(\.routes) {
        for case .vrf(let next) in route.nextHops { handed.insert(next) }
      }
      if handed.count > Self.sharedVRFLimit {
        fail(
          at: device.place,
          "'\(device.name)' hands packets on to \(handed.count) VRFs by routes, more than the "
            + "\(Self.sharedVRFLimit) allowed")
      }
    }
  }
}
