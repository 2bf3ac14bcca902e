import Canonical
import Networks
import Packets
import Testing

@Suite struct `Movement in the canonical network` {
  @Test func `what is put on a segment goes to who owns the destination`() throws {
    var network = try plan { $0.interfaces[0].answersFor = try addresses("10.1.0.200/32") }
    network.endpoints = [
      EndpointGroup(
        name: "h", place: here,
        attachments: [
          EndpointGroup.Attachment(
            segment: 0, addresses: try addresses("10.1.0.201/32"), place: here)
        ])
    ]
    var walk = try Walk(network)
    let put = walk.canonical.put[0]
    for (destination, ends) in [
      ("10.1.0.5", ["delivered a"]), ("10.1.0.201", ["delivered a"]),
      ("10.1.0.1", ["delivered to router"]),
      // The router answers for it though it is none of its own: it goes round and round, and a loop
      // has no end.
      ("10.1.0.200", []),
      // Nobody on the segment takes a packet that no gateway was chosen for.
      ("10.2.0.5", ["delivered a"]),
    ] {
      #expect(
        walk.ends(of: try packet("10.1.0.9", destination), from: put) == ends, "\(destination)")
    }
  }

  @Test func `an address that a device and an endpoint own goes to both`() throws {
    var network = try plan()
    network.endpoints = [
      EndpointGroup(
        name: "twin", place: here,
        attachments: [
          EndpointGroup.Attachment(segment: 0, addresses: try addresses("10.1.0.1/32"), place: here)
        ])
    ]
    var walk = try Walk(network)
    let ends = walk.ends(of: try packet("10.1.0.9", "10.1.0.1"), from: walk.canonical.put[0])
    #expect(ends == ["delivered a", "delivered to router"])
  }

  @Test func `multicast, broadcasts and frames reach a whole segment and cross nothing`() throws {
    var walk = try Walk(try plan())
    let put = walk.canonical.put[0]
    for destination in ["224.0.0.5", "255.255.255.255", "10.1.0.255"] {
      let ends = walk.ends(of: try packet("10.1.0.9", destination), from: put)
      #expect(ends.contains("delivered a"), "\(destination)")
      #expect(!ends.contains("delivered b"), "\(destination)")
    }
    let frame = Header(family: .nonIP, etherType: 0x88B8)
    #expect(walk.ends(of: frame, from: put).contains("delivered a"))
    #expect(!walk.ends(of: frame, from: put).contains("delivered b"))
  }

  @Test func `the longest prefix wins, and equal routes are a choice`() throws {
    var network = try plan { device in
      device.interfaces.append(try interface("z", on: 2, "10.3.0.1"))
      device.vrfs[0].routes = [
        Route(to: try prefix("10.9.0.0/16"), via: [.interface(1)], place: here),
        Route(to: try prefix("10.9.1.0/24"), via: [.interface(2)], place: here),
        Route(to: try prefix("10.8.0.0/16"), via: [.interface(1), .interface(2)], place: here),
        Route(to: try prefix("10.7.0.0/16"), via: [.interface(1)], distance: 5, place: here),
        Route(to: try prefix("10.7.0.0/16"), via: [.interface(2)], distance: 1, place: here),
      ]
    }
    network.segments.append(Segment(name: "c", place: here, subnets: [try prefix("10.3.0.0/24")]))
    var walk = try Walk(network)
    for (destination, ends) in [
      ("10.9.0.5", ["delivered b"]), ("10.9.1.5", ["delivered c"]),
      ("10.8.0.5", ["delivered b", "delivered c"]), ("10.7.0.5", ["delivered c"]),
      ("10.3.0.5", ["delivered c"]),
    ] {
      #expect(
        walk.ends(of: try packet("10.1.0.9", destination), at: 0, 0) == ends, "\(destination)")
    }
  }

  @Test func `a translation of the source is written, and the packet goes on`() throws {
    let network = try plan { device in
      device.translations = [
        Translation(
          name: "t", place: here, address: .pool(try addresses("10.2.0.77/32")),
          port: .any(600...600))
      ]
      device.acls = [
        list("nat", [rule(port(80...80), .permit, [.translateSource(0)])], end: .permit),
        list("after", [rule(.field(.sourceIPv4, Ranges(0x0A02_004D)), .permit)]),
      ]
      device.pipeline.departure = [
        .natFilter(0, end: .source), .translateSource, .filter(1, role: .plain),
      ]
      device.pipeline.arrival = [.recall, .route(.destination)]
      device.sessions = SessionBehaviour(opens: .any, bypassesFilters: false)
    }
    var walk = try Walk(network)
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), at: 0, 0) == ["delivered b"])
    #expect(
      walk.ends(of: try packet("10.1.0.5", "10.2.0.5", port: 81), at: 0, 0) == ["denied"])
    let writes = walk.canonical.locations.flatMap { location in
      if case .rewrite(let writes, _) = location { writes } else { [CanonicalNetwork.Write]() }
    }
    #expect(writes.contains(.set(.sourceIPv4, Ranges(0x0A02_004D))))
    #expect(writes.contains(.set(.sourcePort, Ranges(600))))
  }

  @Test func `the internet takes what no segment has, and gives to the segment it is joined to`()
    throws
  {
    var network = try plan()
    network.segments.append(Segment(name: "internet", place: here))
    network.internet = 2
    network.internetJoins = 0
    var walk = try Walk(network)
    let out = walk.ends(of: try packet("10.1.0.5", "198.51.100.9"), from: walk.canonical.put[0])
    #expect(out == ["delivered internet"])
    let inside = walk.ends(of: try packet("198.51.100.9", "10.1.0.5"), sentOn: 2)
    #expect(inside.contains("delivered a"))
  }

  @Test func `lowering twice gives the same`() throws {
    let network = try plan { device in
      device.acls = [
        list("f", (1...50).map { rule(port($0...$0 * 7), $0 % 3 == 0 ? .deny : .permit) })
      ]
      device.pipeline.departure = [.filter(0, role: .forwardFilter)]
    }
    let first = try lower(network)
    let second = try lower(network)
    #expect(first.locations == second.locations)
    #expect(first.tables == second.tables)
    #expect(first.conditions.conditions == second.conditions.conditions)
  }
}
