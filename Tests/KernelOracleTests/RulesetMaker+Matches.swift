import Randomness
import Packets

extension RulesetMaker {
  static func payload(_ protocol: String, _ field: String) -> JSON {
    ["payload": ["protocol": .text(`protocol`), "field": .text(field)]]
  }

  static func meta(_ key: String) -> JSON { ["meta": ["key": .text(key)]] }

  /// Something that a rule asks about a packet.
  mutating func match() -> JSON {
    switch random.below(100) {
    case ..<34: return addressMatch()
    case ..<52: return portMatch()
    case ..<62: return protocolMatch()
    case ..<68: return flagsMatch()
    case ..<74: return typeMatch()
    case ..<82: return interfaceMatch()
    case ..<84: return markMatch()
    case ..<86: return typeOfAddressMatch()
    case ..<96 where isTracking: return trackingMatch()
    default: return liking.hasMaps ? setMatch() : addressMatch()
    }
  }

  private mutating func addressMatch() -> JSON {
    let name = about == .ipv4 ? "ip" : "ip6"
    if subnets(about).isEmpty { return portMatch() }
    let field = random.chance(50) ? "saddr" : "daddr"
    if about == .ipv4, random.chance(12) {
      let masked: JSON = [
        "&": [Self.payload(name, field), random.pick(["0.0.0.3", "255.0.0.15"])]
      ]
      return compare(masked, random.pick(["0.0.0.2", "10.0.0.2", "0.0.0.1"]))
    }
    return compare(Self.payload(name, field), addresses(about))
  }

  /// What the routes say of an address.
  private mutating func typeOfAddressMatch() -> JSON {
    if !["prerouting", "forward", "input"].contains(hook) { return addressMatch() }
    if hook == "prerouting", random.chance(40) {
      let route: JSON = ["fib": ["result": "oif", "flags": ["saddr", "iif"]]]
      return ["match": ["op": "==", "left": route, "right": random.chance(50) ? .yes : .no]]
    }
    let type: JSON = ["fib": ["result": "type", "flags": [random.chance(70) ? "daddr" : "saddr"]]]
    return compare(type, random.pick(["local", "unicast", "broadcast", "anycast"]))
  }

  private mutating func portMatch() -> JSON {
    if transport == "icmp" { return typeMatch() }
    let left = Self.payload(
      random.chance(12) ? "th" : transport, random.chance(85) ? "dport" : "sport")
    if random.chance(25) {
      return [
        "match": [
          "op": .text(random.pick(["<", ">", "<=", ">="])), "left": left,
          "right": .number(random.pick(Self.ports)),
        ]
      ]
    }
    return compare(left, portValue())
  }

  private mutating func protocolMatch() -> JSON {
    let icmp: JSON = about == .ipv4 ? "icmp" : "ipv6-icmp"
    let number: JSON = transport == "icmp" ? icmp : .text(transport)
    switch random.below(5) {
    case 0 where family == "inet":
      return compare(Self.meta("nfproto"), about == .ipv4 ? "ipv4" : "ipv6")
    case 1:
      let field = about == .ipv4 ? "protocol" : "nexthdr"
      return compare(Self.payload(about == .ipv4 ? "ip" : "ip6", field), number)
    case 2:
      let field = Self.meta("l4proto")
      return ["match": ["op": "!=", "left": field, "right": random.pick(["tcp", "udp", "gre"])]]
    case 3: return compare(Self.meta("l4proto"), ["set": ["tcp", "udp"]])
    default: return compare(Self.meta("l4proto"), number)
    }
  }

  private mutating func flagsMatch() -> JSON {
    if transport != "tcp" { return protocolMatch() }
    let flags = Self.payload("tcp", "flags")
    switch random.below(4) {
    case 0: return ["match": ["op": "in", "left": flags, "right": random.pick(["syn", "ack"])]]
    case 1: return compare(flags, random.pick(["syn", "ack"]))
    case 2: return compare(["&": [flags, ["|": ["syn", "ack"]]]], "syn")
    default:
      return compare(["&": [flags, ["fin", "syn", "rst", "ack"]]], random.pick(["syn", "ack"]))
    }
  }

  private mutating func typeMatch() -> JSON {
    if transport != "icmp" { return markMatch() }
    let types = ["echo-request", "echo-reply", "destination-unreachable"]
    let name = about == .ipv4 ? "icmp" : "icmpv6"
    if random.chance(15) {
      return compare(Self.payload(name, "code"), .number(random.below(3)))
    }
    return compare(Self.payload(name, "type"), .text(random.pick(types)))
  }

  private mutating func interfaceMatch() -> JSON {
    let names = topology.gateways[gateway].ports.map(\.name)
    let isOut = ["forward", "postrouting", "output", "regular"].contains(hook) && random.chance(50)
    if hook == "output" && !isOut { return markMatch() }
    let isIn = !isOut && hook != "postrouting"
    if !isOut && !isIn { return markMatch() }
    let byIndex = random.chance(25)
    let key = (isOut ? "oif" : "iif") + (byIndex ? "" : "name")
    let name = random.pick(names)
    if byIndex { return compare(Self.meta(key), .text(name)) }
    switch random.below(4) {
    case 0: return compare(Self.meta(key), .text(String(name.prefix(2)) + "*"))
    case 1 where names.count > 1:
      return compare(Self.meta(key), ["set": .list(names.prefix(2).map { .text($0) })])
    default: return compare(Self.meta(key), .text(name))
    }
  }

  private mutating func markMatch() -> JSON {
    switch random.below(3) {
    case 0: compare(Self.meta("mark"), .number(random.below(4)))
    case 1: compare(["&": [Self.meta("mark"), 2]], 2)
    default: compare(Self.meta("mark"), ["set": [1, 3]])
    }
  }

  private mutating func trackingMatch() -> JSON {
    let state: JSON = ["ct": ["key": "state"]]
    switch random.below(8) {
    case 0, 1:
      return ["match": ["op": "in", "left": state, "right": ["established", "related"]]]
    case 2: return ["match": ["op": "in", "left": state, "right": "new"]]
    case 3:
      return compare(state, .text(random.pick(["new", "established", "invalid", "untracked"])))
    case 4:
      return compare(state, ["set": .list([random.pick(["new", "invalid"]), "established"])])
    case 5:
      return [
        "match": [
          "op": "in", "left": ["ct": ["key": "status"]],
          "right": .text(random.pick(["dnat", "snat"])),
        ]
      ]
    case 6: return compare(["ct": ["key": "direction"]], random.pick(["original", "reply"]))
    default: return ["match": ["op": "in", "left": state, "right": "invalid"]]
    }
  }
}
