extension Network {
  /// The other devices that share their sessions with this one, ascending.
  ///
  /// Those are the members of its redundancy groups whose translations are the same, one by one: what
  /// a session of others remembers would mean something else here.
  public func sessionPartners(of device: Int) -> [Int] {
    var partners: Set<Int> = []
    for group in redundancyGroups where group.contains(device) {
      partners.formUnion(group.filter { $0 != device && translatesAlike($0, device) })
    }
    return partners.sorted()
  }

  /// Whether the translations of two devices are the same, wherever they are described.
  public func translatesAlike(_ a: Int, _ b: Int) -> Bool {
    let (first, second) = (devices[a].translations, devices[b].translations)
    return first.count == second.count
      && zip(first, second).allSatisfy { $0.address == $1.address && $0.port == $1.port }
  }
}
