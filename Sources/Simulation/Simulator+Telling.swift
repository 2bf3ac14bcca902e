import Networks

/// What is told of each step.
extension Simulator {
  /// A step on a segment.
  func tell(_ kind: Hop.Kind, on segment: Int, _ effect: String, _ state: PacketState) -> Hop {
    var hop = Hop(
      location: .segment(segment), name: network.segments[segment].name, kind: kind,
      effect: effect, state: state)
    hop.place = network.segments[segment].place
    return hop
  }

  /// A step at a device.
  func tell(_ kind: Hop.Kind, at device: Int, _ effect: String, _ state: PacketState) -> Hop {
    let interfaces = network.devices[device].interfaces
    var hop = Hop(
      location: .device(device), name: network.devices[device].name, kind: kind, effect: effect,
      state: state)
    if interfaces.indices.contains(state.ingress - 1) {
      hop.ingressName = interfaces[state.ingress - 1].name
    }
    if interfaces.indices.contains(state.egress - 1) {
      hop.egressName = interfaces[state.egress - 1].name
    }
    return hop
  }
}
