import Networks
import Packets
import Places
import Testing

private let here = Place(file: "test")

private func rule(_ action: ACL.Action, _ effects: Effect...) -> ACL.Rule {
  ACL.Rule(name: "", place: here, match: .any, effects: effects, action: action)
}

/// A device that runs the list 0, which jumps to 1; nobody runs the list 2.
private func network() -> Network {
  var device = Device(name: "d", place: here, kind: .firewall)
  device.interfaces = [Interface(name: "x", place: here), Interface(name: "y", place: here)]
  device.interfaces[0].reversePath = .loose
  device.acls = [
    ACL(name: "run", place: here, rules: [rule(.permit), rule(.jump(1)), rule(.deny)], end: .deny),
    ACL(
      name: "inner", place: here, rules: [rule(.reject, .set(.mark, 1)), rule(.return)], end: .deny),
    ACL(name: "unused", place: here, rules: [rule(.deny)], end: .deny),
  ]
  device.pipeline.departure = [.filter(0, role: .forwardFilter)]
  var network = Network(name: "n", place: here)
  network.devices = [device]
  return network
}

@Suite struct `Decisions that lose packets` {
  @Test func `are rules of lists that are run, their ends, and checks of sources`() {
    #expect(
      network().denials == [
        Denial(device: 0, .rule(list: 0, rule: 2)), Denial(device: 0, .rule(list: 1, rule: 0)),
        Denial(device: 0, .end(list: 0)), Denial(device: 0, .reversePath(interface: 0)),
      ])
  }

  @Test func `let packets pass one by one, and nothing else changes`() {
    let network = network()
    for denial in network.denials {
      let open = network.passing([denial])
      #expect(open.denials == network.denials.filter { $0 != denial })
      #expect(open.devices[0].acls.map(\.rules.count) == [3, 2, 1])
      #expect(open.devices[0].acls[1].rules[0].effects == [.set(.mark, 1)])
      #expect(open.devices[0].pipeline == network.devices[0].pipeline)
    }
    #expect(network.passing([Denial]()) == network)
  }

  @Test func `are not those of what stands for a line`() {
    var network = network()
    network.devices[0].sendsOwnPackets = false
    #expect(network.denials.isEmpty && network.filteringDevices.isEmpty)
  }
}

@Suite struct `A device without filters` {
  @Test func `has none that denies, or that must be passed`() {
    let open = network().withoutFilters(of: [0])
    #expect(open.denials.isEmpty && open.filteringDevices.isEmpty)
    #expect(open.devices[0].pipeline.departure == [.filter(0, role: .plain)])
    #expect(open.unfiltered == [0])
    #expect(open.conditions.conditions.isEmpty)
  }

  @Test func `has actions that are not modelled do anything but deny`() {
    var network = network()
    let unknown = network.conditions.index(
      of: Condition(name: "d/x", scope: .global, place: here, why: "a test"))
    network.devices[0].acls[0].rules[0].action = .opaque(condition: unknown, writes: [.mark])
    let open = network.withoutFilters(of: [0])
    guard case .opaque(let settled, let writes) = open.devices[0].acls[0].rules[0].action else {
      Issue.record("it is modelled")
      return
    }
    #expect(writes == [.mark] && open.conditions[settled].assumed == true)
    #expect(settled != unknown && open.conditions[unknown].assumed == nil)
  }

  @Test func `lets packets of sessions pass its forward filter as they did`() {
    var network = network()
    network.devices[0].sessions = SessionBehaviour(opens: .any, bypassesFilters: true)
    let device = network.withoutFilters(of: [0]).devices[0]
    #expect(device.pipeline.departure == [.filter(3, role: .plain)])
    #expect(device.acls[3].rules.count == 4)
    #expect(device.acls[3].rules[0].action == .permit)
    #expect(device.acls[3].rules[0].match == .field(.connectionState, Ranges(2...3)))
  }
}
