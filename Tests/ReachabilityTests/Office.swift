import Networks
import Packets

/// Two segments, `a` with 10.0.0.0/24 and `b` with 10.0.1.0/24, and a router `r` between them that
/// filters with these rules what it forwards.
func office(
  _ rules: ACL.Rule..., end: ACL.End = .deny, configure: (inout Device) -> Void = { _ in }
) -> Sketch {
  var sketch = Sketch()
  let a = sketch.segment("a", "10.0.0.0/24")
  let b = sketch.segment("b", "10.0.1.0/24")
  _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
    let list = device.list("forward", rules, end: end)
    device.pipeline.departure.append(.filter(list, role: .forwardFilter))
    configure(&device)
  }
  return sketch
}

let fromAToB = Match.all([from("10.0.0.0/24"), to("10.0.1.0/24")])
let fromBToA = Match.all([from("10.0.1.0/24"), to("10.0.0.0/24")])
let isLaterFragment = Match.field(.fragment, Ranges(1))

func udp(_ ports: ClosedRange<UInt128>) -> Match {
  .all([.field(.protocol, Ranges(17)), .field(.destinationPort, Ranges(ports))])
}

func udp(_ port: UInt128) -> Match { udp(port...port) }

func tcp(flags: UInt8) -> Match {
  .all([.field(.protocol, Ranges(6)), .field(.tcpFlags, Ranges(UInt128(flags)))])
}

extension Device {
  /// Has what matches go to another address and, where one is given, port; its replies have to pass
  /// the filters.
  mutating func publishes(
    _ match: Match, as address: Translation.Address? = nil, port: UInt16? = nil
  ) {
    let server = translation("server", address, port: port.map { .any($0...$0) })
    let list = list("dnat", [rule(.permit, match, .translateDestination(server))], end: .permit)
    pipeline.arrival = [
      .natFilter(list, end: .destination), .translateDestination, .route(.destination),
    ]
    pipeline.departure.append(.translateSource)
    remembers()
  }
}
