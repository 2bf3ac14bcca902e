import Networks
import Packets
import Places
import Reachability
import Simulation

extension Report {
  /// How the reply to a packet is lost that is delivered and yet is no connection, as where a
  /// `mustReach` fails on its way back; `nil` where there is nothing of the kind to tell.
  func lostReply(of witness: Witness) -> Walk? {
    guard witness.deliveryClass == nil, let delivered = witness.walk.outcome.delivered else {
      return nil
    }
    var known = network
    for condition in result.conditions { _ = known.conditions.index(of: condition) }
    var simulator = Simulator(network: known)
    simulator.sharesSessions = false
    let outcomes = Dictionary(
      witness.literals.map { ($0.condition, $0.value) }, uniquingKeysWith: { first, _ in first })
    simulator.valuation = { condition, _ in outcomes[condition] ?? false }
    guard let replier = replier(to: witness.walk.outcome) else { return nil }
    let found = simulator.remembering(witness.walk).losses(of: reply(to: delivered), from: replier)
    {
      $0.delivered == nil
    }
    return found.walk
  }

  /// Who answers a delivered packet: the host that has its destination, by its own gateway.
  private func replier(to outcome: Outcome) -> Origin? {
    switch outcome {
    case .lost: return nil
    case .deliveredToDevice(let device, _): return .device(device)
    case .delivered(let segment, let header):
      guard let address = IPAddress(header.family, header.destination) else {
        return .segment(segment)
      }
      for (group, endpoint) in network.endpoints.enumerated() {
        for (index, attachment) in endpoint.attachments.enumerated()
        where attachment.segment == segment && attachment.addresses.contains(address) {
          return .obedientEndpoint(group: group, attachment: index)
        }
      }
      return .segment(segment)
    }
  }
}
