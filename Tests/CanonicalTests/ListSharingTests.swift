import Networks
import Packets
import Places
import Testing

@testable import Canonical

/// A device whose lists each lead twice to the next, the last of which permits one port.
private func lists(
  _ count: Int, _ first: (Int) -> ACL.Action, then second: (Int) -> ACL.Action
) -> Network {
  let place = Place(file: "lists")
  var network = Network(name: "lists", place: place)
  network.segments = [Segment(name: "a", place: place, subnets: [])]
  var device = Device(name: "r", place: place, kind: .router)
  var interface = Interface(name: "eth0", place: place)
  interface.segment = 0
  device.interfaces = [interface]
  for number in 0..<count {
    let actions = number + 1 == count ? [.permit] : [first(number + 1), second(number + 1)]
    var rules: [ACL.Rule] = []
    for (index, action) in actions.enumerated() {
      let port = UInt128(2 * number + index + 1)
      let match = Match.field(.destinationPort, Ranges(port))
      rules.append(ACL.Rule(name: "\(port)", place: place, match: match, action: action))
    }
    device.acls.append(ACL(name: "\(number)", place: place, rules: rules, end: .deny))
  }
  device.pipeline.arrival = [.filter(0, role: .plain), .route(.destination)]
  network.devices = [device]
  return network
}

@Suite struct `Lists that lead to each other often` {
  private func gone(_ list: Int) -> ACL.Action { .goto(list) }
  private func jumped(_ list: Int) -> ACL.Action { .jump(list) }

  @Test func `lists that are gone to twice are lowered once`() throws {
    let few = try lower(lists(10, gone, then: gone)).locations.count
    let more = try lower(lists(40, gone, then: gone)).locations.count
    #expect(more - few == 30)
  }

  @Test func `a last jump shares its list with others that end there`() throws {
    let few = try lower(lists(10, gone, then: jumped)).locations.count
    let more = try lower(lists(40, gone, then: jumped)).locations.count
    #expect(more - few == 30)
  }

  @Test func `lists that jump twice each meet a bound at once`() {
    let limit = #expect(throws: LoweringLimit.self) {
      try lower(lists(40, jumped, then: jumped))
    }
    #expect(limit?.message == "the lists of r jump to each other in more than 100000 ways")
  }
}
