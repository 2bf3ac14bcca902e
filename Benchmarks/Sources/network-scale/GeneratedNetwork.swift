import Networks
import Packets
import Places
import Policies

/// Numbers that are the same on every machine (splitmix64).
struct Numbers {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}

/// A network of zones around a backbone: each zone is a router and many firewalls, each firewall
/// guards one segment with a list of its own.
struct GeneratedNetwork {
  let zones: Int
  let devices: Int
  let rules: Int
  private(set) var network: Network
  private var numbers = Numbers(state: 20_260_101)
  private let place = Place.implied(by: "generated")

  init(zones: Int, devices: Int, rules: Int) {
    self.zones = zones
    self.devices = devices
    self.rules = rules
    network = Network(name: "generated", place: place)
    let backbone = addSegment("backbone", "10.255.0.0", 16)
    for zone in 0..<zones { addZone(zone, backbone: backbone) }
  }

  private var firewallsPerZone: Int { devices / zones - 1 }

  private mutating func addSegment(_ name: String, _ base: String, _ length: Int) -> Int {
    var segment = Segment(name: name, place: place)
    segment.subnets = [prefix(base, length)]
    network.segments.append(segment)
    return network.segments.count - 1
  }

  private func prefix(_ base: String, _ length: Int) -> Prefix {
    guard let address = try? IPAddress(parsing: base), let prefix = Prefix(address, length: length)
    else { preconditionFailure("generated prefixes are well-formed") }
    return prefix
  }

  private func interface(_ name: String, on segment: Int, _ address: String, _ length: Int)
    -> Interface
  {
    var result = Interface(
      name: name, place: place,
      addresses: [Interface.Address(prefix(address, 32).address, length: length)])
    result.segment = segment
    return result
  }

  private mutating func addZone(_ zone: Int, backbone: Int) {
    let transit = addSegment("transit-\(zone)", "10.\(zone).255.0", 24)
    var router = Device(name: "router-\(zone)", place: place, kind: .router)
    router.interfaces = [
      interface("backbone", on: backbone, "10.255.0.\(zone + 1)", 16),
      interface("transit", on: transit, "10.\(zone).255.254", 24),
    ]
    for other in 0..<zones where other != zone {
      router.vrfs[0].routes.append(
        Route(
          to: prefix("10.\(other).0.0", 16),
          via: [.gateway(prefix("10.255.0.\(other + 1)", 32).address, interface: nil)],
          place: place))
    }
    for firewall in 0..<firewallsPerZone {
      router.vrfs[0].routes.append(
        Route(
          to: prefix("10.\(zone).\(firewall).0", 24),
          via: [.gateway(prefix("10.\(zone).255.\(firewall + 1)", 32).address, interface: nil)],
          place: place))
      addFirewall(firewall, in: zone, transit: transit)
    }
    addFilter(to: &router, towards: zone, name: "edge", sourceLength: 16)
    network.devices.append(router)
  }

  private mutating func addFirewall(_ number: Int, in zone: Int, transit: Int) {
    let lan = addSegment("lan-\(zone)-\(number)", "10.\(zone).\(number).0", 24)
    var device = Device(name: "fw-\(zone)-\(number)", place: place, kind: .firewall)
    device.interfaces = [
      interface("outside", on: transit, "10.\(zone).255.\(number + 1)", 24),
      interface("inside", on: lan, "10.\(zone).\(number).254", 24),
    ]
    device.vrfs[0].routes = [
      Route(
        to: prefix("0.0.0.0", 0),
        via: [.gateway(prefix("10.\(zone).255.254", 32).address, interface: nil)], place: place)
    ]
    addFilter(to: &device, towards: zone, name: "lan", sourceLength: 24)
    network.devices.append(device)
  }

  /// A list of random rules that guards the way in by the second interface.
  private mutating func addFilter(
    to device: inout Device, towards zone: Int, name: String, sourceLength: Int
  ) {
    var list = ACL(name: name, place: place, end: .deny)
    for number in 0..<rules {
      let source = prefix(
        "10.\(numbers.below(zones)).\(numbers.below(firewallsPerZone)).0", sourceLength)
      // The zones' edges admit to whole segments, the firewalls to parts of them.
      let length = sourceLength == 16 ? 24 : 24 + numbers.below(9)
      let target = prefix(
        "10.\(zone).\(numbers.below(firewallsPerZone)).\(numbers.below(256))", length)
      let port = UInt128([22, 80, 102, 443, 502, 2404, 3389, 20000][numbers.below(8)])
      list.rules.append(
        ACL.Rule(
          name: "\(number + 1)", place: Place(file: "generated", line: number + 1),
          match: .all([
            AddressSet([source]).asSource, AddressSet([target]).asDestination,
            .field(.protocol, Ranges(6)), .field(.destinationPort, Ranges(port...(port + 9))),
          ]), action: numbers.below(10) < 7 ? .permit : .deny))
    }
    device.acls = [list]
    device.pipeline.departure = [.egressFilter([nil, 0])]
  }

  /// One requirement for each ordered pair of zones.
  var policy: Policy {
    var policy = Policy(name: "generated", place: place)
    for zone in 0..<zones {
      policy.zones.append(
        Zone(name: "zone-\(zone)", members: selection("segment:lan-\(zone)-*"), place: place))
    }
    for from in 0..<zones {
      for to in 0..<zones where to != from {
        policy.requirements.append(
          Requirement(
            id: "\(from)-\(to)",
            obligation: .isolate(
              from: selection("zone-\(from)"), to: selection("zone-\(to)"), services: .any),
            place: place))
      }
    }
    return policy
  }

  private func selection(_ text: String) -> Selection {
    let selector: Member.Selector =
      text.hasPrefix("segment:")
      ? .segment(NamePattern(String(text.dropFirst(8)))) : .zone(text)
    return Selection([Member(selector, at: place)], at: place)
  }
}
