import Canonical
import Networks
import Packets
import Places

/// Where everything of these networks is.
let here = Place(file: "test")

/// A prefix from its text.
func prefix(_ text: String) throws(AddressError) -> Prefix { try Prefix(parsing: text) }

/// An address from its text.
func address(_ text: String) throws(AddressError) -> IPAddress { try IPAddress(parsing: text) }

/// The addresses of some texts of prefixes.
func addresses(_ texts: String...) throws(AddressError) -> AddressSet {
  var prefixes: [Prefix] = []
  for text in texts { prefixes.append(try prefix(text)) }
  return AddressSet(prefixes)
}

/// An interface on a segment.
func interface(
  _ name: String, on segment: Int?, _ text: String, length: Int = 24
) throws(AddressError) -> Interface {
  var result = Interface(name: name, place: here)
  result.addresses = [Interface.Address(try address(text), length: length)]
  result.segment = segment
  return result
}

/// A rule.
func rule(
  _ match: Match, _ action: ACL.Action, _ effects: [Effect] = [], name: String = "r"
) -> ACL.Rule {
  ACL.Rule(name: name, place: here, match: match, effects: effects, action: action)
}

/// A list.
func list(_ name: String, _ rules: [ACL.Rule], end: ACL.End = .deny) -> ACL {
  ACL(name: name, place: here, rules: rules, end: end)
}

/// Segments `a` (10.1.0.0/24) and `b` (10.2.0.0/24) with a router between them, changed by a
/// function.
func plan(_ change: (inout Device) throws -> Void = { _ in }) throws -> Network {
  var network = Network(name: "plan", place: here)
  network.segments = [
    Segment(name: "a", place: here, subnets: [try prefix("10.1.0.0/24")]),
    Segment(name: "b", place: here, subnets: [try prefix("10.2.0.0/24")]),
  ]
  var device = Device(name: "router", place: here, kind: .router)
  device.interfaces = [
    try interface("x", on: 0, "10.1.0.1"), try interface("y", on: 1, "10.2.0.1"),
  ]
  try change(&device)
  network.devices = [device]
  return network
}

/// A TCP packet between two addresses.
func packet(_ source: String, _ destination: String, port: UInt16 = 80) throws -> Header {
  let source = try address(source)
  return Header(
    family: source.family, source: source.value, destination: try address(destination).value,
    protocol: IPProtocol.tcp, sourcePort: 50_000, destinationPort: port, tcpFlags: 2)
}

/// A match of destination ports.
func port(_ values: ClosedRange<UInt128>) -> Match { .field(.destinationPort, Ranges(values)) }
