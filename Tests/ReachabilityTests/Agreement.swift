import Canonical
import HeaderSpaces
import Networks
import Packets
import Simulation

@testable import Reachability

/// What a law looked at, so that it can say so.
struct Tally {
  var networks = 0
  var packets = 0
  var deliveries = 0
  var members = 0
  var skipped = 0
  /// Witnesses that need sessions, and those of which it was found out how they are opened.
  var needing = 0
  var opened = 0

  var words: String {
    "\(networks) networks, \(packets) packets, \(deliveries) deliveries, \(members) members, "
      + "\(skipped) skipped"
  }
}

/// Where a law found the engine and the simulator to differ.
struct Disagreement: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

extension Engine {
  /// An engine that knows no sessions.
  init(for network: Network, setLimit: Int = 20_000_000) throws {
    let canonical = try lower(network)
    var known = network
    known.conditions = canonical.conditions
    try self.init(known, canonical, setLimit: setLimit)
  }

  /// One packet at the places where a packet of this origin starts.
  mutating func starts(_ header: Header, from origin: Origin) throws -> [ReachKey.Start] {
    var box = ZoneTraffic.outside.constrained(.monitor, to: Ranges(0))
      .constrained(.origin, to: Ranges(0))
    for field in HeaderField.allCases where field <= .etherType {
      box.constrain(field, to: Ranges(header.stored(field)))
    }
    switch origin {
    case .segment(let segment):
      return [ReachKey.Start(location: canonical.sent[segment], space: try store.space(of: box))]
    case .device(let device):
      let vrfs = UInt128(network.devices[device].vrfs.count - 1)
      let inside = box.without(.vrf).constrained(.vrf, to: Ranges(0...vrfs))
      var result = [
        ReachKey.Start(location: canonical.output[device], space: try store.space(of: inside))
      ]
      for segment in network.linkedSegments(of: device) {
        result.append(
          ReachKey.Start(location: canonical.sent[segment], space: try store.space(of: box)))
      }
      return result
    case .endpoint, .obedientEndpoint: return []
    }
  }

  /// Where deliveries end, with the flows that are there.
  mutating func deliveries(
    in reach: Reach
  ) throws -> [(delivery: CanonicalNetwork.Delivery, flow: Flow)] {
    var result: [(CanonicalNetwork.Delivery, Flow)] = []
    for segment in network.segments.indices {
      for flow in try flows(of: reach, at: canonical.deliveredOnSegment[segment]) {
        result.append((.segment(segment), flow))
      }
    }
    for device in network.devices.indices {
      for flow in try flows(of: reach, at: canonical.deliveredToDevice[device]) {
        result.append((.device(device), flow))
      }
    }
    return result
  }

  /// Whether the engine has a delivery that the simulator found.
  mutating func has(
    _ outcome: Outcome, of sent: Header, use: SessionUse, in reach: Reach,
    _ outcomes: (_ condition: Int, Header) -> Bool
  ) throws -> Bool {
    guard let delivered = outcome.delivered else { return true }
    let location: Int
    switch outcome {
    case .delivered(let segment, _): location = canonical.deliveredOnSegment[segment]
    case .deliveredToDevice(let device, _): location = canonical.deliveredToDevice[device]
    case .lost: return true
    }
    for flow in try flows(of: reach, at: location) where flow.trail.leads(from: sent, to: delivered)
    {
      let literals = store.conditions(in: flow.space)
      let loose = literals.filter { canonical.condition(ofLiteral: $0)?.isStale ?? true }
      let space = try store.existentially(flow.space, over: loose)
      let network = canonical
      let isThere = store.contains(
        space,
        value: { field in
          if field <= .etherType { return delivered.stored(field) }
          if field == .sessionUse { return UInt128(use.rawValue) }
          for tracked in Trail.tracked where Trail.ghost(of: tracked, in: .sent) == field {
            return flow.trail[tracked] == .kept ? sent.stored(tracked) : 0
          }
          return 0
        },
        outcome: { literal in
          network.condition(ofLiteral: literal).map { outcomes($0.index, delivered) } ?? false
        })
      if isThere { return true }
    }
    return false
  }
}

extension Trail {
  /// Whether a packet as sent can have become this one.
  func leads(from sent: Header, to delivered: Header) -> Bool {
    Self.tracked.allSatisfy { field in
      let (before, after) = (sent.stored(field), delivered.stored(field))
      switch self[field] {
      case .same: return before == after
      case .moved(let distance): return before &+ distance == after
      case .kept: return true
      }
    }
  }
}

extension Network {
  /// The segments to which links join a device.
  func linkedSegments(of device: Int) -> [Int] {
    var result: Set<Int> = []
    for link in links {
      for (near, far) in [(link.from, link.to), (link.to, link.from)] where near == .device(device)
      {
        if case .segment(let segment) = far { result.insert(segment) }
      }
    }
    return result.sorted()
  }
}

extension CanonicalNetwork.Delivery {
  /// The outcome of a packet that is delivered here.
  func outcome(_ header: Header) -> Outcome {
    switch self {
    case .segment(let segment): .delivered(segment: segment, header)
    case .device(let device): .deliveredToDevice(device, header)
    }
  }
}

extension Simulator {
  /// The simulator with the outcomes of a valuation.
  func valued(by valuation: RandomValuation) -> Simulator {
    var result = self
    let conditions = network.conditions
    result.valuation = { valuation.outcome($0, $1, in: conditions) }
    return result
  }
}
