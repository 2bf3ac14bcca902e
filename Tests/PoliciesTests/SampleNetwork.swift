import Networks
import Packets
import Places

let here = Place(file: "network.json", line: 1, column: 1)

func prefix(_ text: String) throws -> Prefix { try Prefix(parsing: text) }

/// The addresses of prefixes and single addresses.
func addresses(_ texts: String...) throws -> AddressSet {
  AddressSet(try texts.map { try Prefix(parsing: $0) })
}

/// An office, a station with one declared host, a transit net of two devices, and the internet.
func sampleNetwork() throws -> Network {
  var network = Network(name: "sample", place: here)
  network.segments = [
    Segment(name: "office", place: here, subnets: [try prefix("10.10.0.0/24")]),
    Segment(
      name: "station-7", place: here,
      subnets: [try prefix("10.47.0.0/29"), try prefix("2001:db8:47::/64")]),
    Segment(name: "transit", place: here, subnets: [try prefix("10.254.0.0/30")]),
    Segment(name: "internet", place: here),
    Segment(name: "unnumbered", place: here),
  ]
  network.internet = 3
  network.internetJoins = 2
  network.devices = [
    try device("fw", [("a", 0, "10.10.0.1/24"), ("b", 2, "10.254.0.1/30")]),
    try device("gw-7", [("a", 1, "10.47.0.1/29"), ("b", 2, "10.254.0.2/30")]),
  ]
  var rtu = EndpointGroup(
    name: "rtu-7", place: here,
    attachments: [.init(segment: 1, addresses: try addresses("10.47.0.5"), place: here)])
  rtu.roles = ["rtu"]
  network.endpoints = [rtu]
  return network
}

private func device(_ name: String, _ interfaces: [(String, Int, String)]) throws -> Device {
  var device = Device(name: name, place: here, kind: .router)
  for (name, segment, text) in interfaces {
    let address = try AddressInPrefix(parsing: text)
    var interface = Interface(
      name: name, place: here,
      addresses: [.init(address.address, length: address.prefix.length)])
    interface.segment = segment
    device.interfaces.append(interface)
  }
  return device
}
