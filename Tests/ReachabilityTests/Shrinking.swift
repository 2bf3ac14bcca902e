import Networks
import Packets
import Simulation

/// A network with a packet for which a law fails.
struct Case: Sendable {
  var network: Network
  var probe: Probe
  /// Packets that were sent before and opened sessions.
  var openers: [Probe] = []
}

/// The smallest case near this one for which the law fails as well, found greedily.
func shrunk(_ failing: Case, within budget: Int = 1500, fails: (Case) -> Bool) -> Case {
  var best = failing
  var left = budget
  var isSmaller = true
  while isSmaller, left > 0 {
    isSmaller = false
    for smaller in best.reductions {
      left -= 1
      if left <= 0 { break }
      if fails(smaller) {
        best = smaller
        isSmaller = true
        break
      }
    }
  }
  return best
}

extension Case {
  /// The case with one thing less, the largest things first.
  fileprivate var reductions: [Case] {
    networks.map { Case(network: $0, probe: probe, openers: openers) } + probes + devicesLess
  }

  private var probes: [Case] {
    var result: [Case] = []
    var plain = probe
    if plain.header.application != 0 {
      plain.header.application = 0
      result.append(Case(network: network, probe: plain, openers: openers))
    }
    return result
  }

  private var devicesLess: [Case] {
    network.devices.indices.compactMap { index in
      var less = self
      for path in [\Case.probe.origin] + openers.indices.map({ \Case.openers[$0].origin }) {
        guard case .device(let device) = self[keyPath: path] else { continue }
        if device == index { return nil }
        if device > index { less[keyPath: path] = .device(device - 1) }
      }
      less.network.devices.remove(at: index)
      less.network.links = network.links.compactMap { link in
        var link = link
        for path in [\Link.from, \Link.to] {
          guard case .device(let device) = link[keyPath: path] else { continue }
          if device == index { return nil }
          if device > index { link[keyPath: path] = .device(device - 1) }
        }
        return link
      }
      return less
    }
  }

  private var networks: [Network] {
    var result: [Network] = []
    func add(_ change: (inout Network) -> Void) {
      var less = network
      change(&less)
      if less != network { result.append(less) }
    }
    add { $0.links = [] }
    if network.links.isEmpty { add { $0.endpoints = [] } }
    add { $0.routing = .configured }
    for index in network.links.indices { add { $0.links.remove(at: index) } }
    add { $0.internetJoins = nil }
    for index in network.conditions.conditions.indices
    where network.conditions[index].assumed == nil {
      add { $0.conditions.assume(index, false) }
      add { $0.conditions.assume(index, true) }
    }
    for index in network.devices.indices {
      for device in reductions(of: network.devices[index]) {
        add { $0.devices[index] = device }
      }
    }
    for index in network.segments.indices { add { $0.segments[index].subnets = [] } }
    return result
  }

  private func reductions(of device: Device) -> [Device] {
    var result: [Device] = []
    func add(_ change: (inout Device) -> Void) {
      var less = device
      change(&less)
      if less != device { result.append(less) }
    }
    for path in [
      \Device.pipeline.arrival, \Device.pipeline.departure, \Device.pipeline.input,
      \Device.pipeline.output,
    ] {
      for index in device[keyPath: path].indices {
        add { $0[keyPath: path].remove(at: index) }
        if case .ingressFilter = device[keyPath: path][index] {
          for list in device.acls.indices {
            add { $0[keyPath: path][index] = .filter(list, role: .plain) }
          }
        }
      }
    }
    add { $0.sessions = nil }
    for index in device.acls.indices {
      for rule in device.acls[index].rules.indices {
        add { $0.acls[index].rules.remove(at: rule) }
      }
      for rule in device.acls[index].rules.indices {
        add { $0.acls[index].rules[rule].effects = [] }
        for match in reductions(of: device.acls[index].rules[rule].match) {
          add { $0.acls[index].rules[rule].match = match }
        }
        add { $0.acls[index].rules[rule].action = .permit }
      }
      add { $0.acls[index].end = .permit }
    }
    for vrf in device.vrfs.indices {
      for route in device.vrfs[vrf].routes.indices {
        add { $0.vrfs[vrf].routes.remove(at: route) }
        add { $0.vrfs[vrf].routes[route].condition = nil }
        for hop in device.vrfs[vrf].routes[route].nextHops.indices {
          add { $0.vrfs[vrf].routes[route].nextHops.remove(at: hop) }
        }
      }
      add { $0.vrfs[vrf].unknownRoutes = nil }
    }
    for index in device.interfaces.indices {
      add { $0.interfaces[index].isUp = false }
      add { $0.interfaces[index].reversePath = .none }
      add { $0.interfaces[index].answersFor = .none }
      add { $0.interfaces[index].localAddresses = .none }
      add { $0.interfaces[index].vrf = 0 }
    }
    for index in device.translations.indices {
      add { $0.translations[index].port = nil }
      add { $0.translations[index].address = nil }
    }
    return result
  }

  private func reductions(of match: Match) -> [Match] {
    switch match {
    case .any: []
    case .never, .field, .condition: [.any]
    case .not(let inner): [.any, inner]
    case .all(let parts), .some(let parts): [.any] + parts
    }
  }
}
