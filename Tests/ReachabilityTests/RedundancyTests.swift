import Networks
import Packets
import Policies
import Reachability
import Simulation
import Testing

/// Two members of a redundancy group that both give 10.0.0.100 an address of a pool.
///
/// The pool lies on `b` and on `c`. The first opens sessions, but none of its packets gets on; the second opens none.
@Suite struct `A redundancy group that translates` {
  /// How the routes of a member cut the pool: in two, not at all, or otherwise.
  enum Cut: CaseIterable {
    case halves
    case whole
    case other

    var routes: [String] {
      switch self {
      case .halves: ["10.0.1.0/24", "10.0.2.0/24"]
      case .whole: ["10.0.0.0/16"]
      case .other: ["10.0.1.8/30", "10.0.0.0/16"]
      }
    }
  }

  @Test(arguments: Cut.allCases, Cut.allCases)
  func `a later packet gets by either member what the first one got`(first: Cut, second: Cut) {
    for (opened, reached, other) in [
      ("10.0.1.10", "segment:b", "segment:c"), ("10.0.2.10", "segment:c", "segment:b"),
    ] {
      var sketch = pair(cut: (first, second), opening: to(opened))
      #expect(sketch.verdict(isolate("segment:a", reached)) == "violated connection")
      #expect(sketch.verdict(isolate("segment:a", other)) == "holds")
      let outcomes = sketch.outcomes(after: "10.0.0.7", "10.0.0.100", from: 0)
      #expect(outcomes == [String(reached.last ?? " ")])
      sketch.network.redundancyGroups = []
      #expect(sketch.verdict(isolate("segment:a", reached)) == "holds")
      #expect(sketch.outcomes(after: "10.0.0.7", "10.0.0.100", from: 0) == [])
    }
  }

  @Test(arguments: zip(Cut.allCases, Cut.allCases.dropFirst() + Cut.allCases))
  func `a reply gets by the other member the source that was asked`(first: Cut, second: Cut) {
    for (permitted, verdict) in [("10.0.0.100", "violated reply"), ("10.0.1.10", "holds")] {
      var sketch = pair(cut: (first, second), opening: to("10.0.1.10"))
      let device = sketch.network.devices.indices[1]
      let list = sketch.network.devices[device].list("out", [rule(.permit, from(permitted))])
      sketch.network.devices[device].pipeline.departure.append(.egressFilter([list, nil]))
      #expect(
        sketch.verdict(isolate("segment:b", "segment:a"), replies: .forbid) == verdict,
        "\(permitted)")
    }
  }

  @Test func `members that translate differently keep their sessions to themselves`() {
    var sketch = pair(cut: (.halves, .whole), opening: to("10.0.1.10"))
    sketch.network.devices[1].translations[0].address = .pool(addresses("10.0.1.10"))
    #expect(sketch.verdict(isolate("segment:a", "segment:b")) == "holds")
    #expect(sketch.outcomes(after: "10.0.0.7", "10.0.0.100", from: 0) == [])
  }

  /// `first` leads to a router that takes nothing from it, and `second` to one that takes everything.
  private func pair(cut: (first: Cut, second: Cut), opening match: Match) -> Sketch {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let c = sketch.segment("c", "10.0.2.0/24")
    let x = sketch.segment("x", "10.9.1.0/24")
    let y = sketch.segment("y", "10.9.2.0/24")
    for (name, line, cut, match) in [
      ("first", (x, "10.9.1"), cut.first, match), ("second", (y, "10.9.2"), cut.second, .never),
    ] {
      let own = name == "first" ? "2" : "3"
      _ = sketch.device(
        name, (a, ["10.0.0.\(own)/24"]), (line.0, ["\(line.1).1/24"])
      ) { device in
        let server = device.translation("server", .pool(addresses("10.0.1.10 10.0.2.10")))
        let nat = device.list(
          "dnat", [rule(.permit, to("10.0.0.100"), .translateDestination(server))], end: .permit)
        for route in cut.routes {
          device.route(route, .gateway(address("\(line.1).9"), interface: nil))
        }
        device.pipeline.arrival = [
          .natFilter(nat, end: .destination), .route(.translatedDestination),
        ]
        device.pipeline.departure = [.translateDestination]
        // What is sent to the servers themselves opens no session.
        device.filters(rule(.permit, .all([match, .field(.connectionStatus, Ranges(2))])))
        device.pipeline.departure.append(.translateSource)
        device.remembers(bypassing: true)
        device.sessions?.acceptsRelated = false
      }
    }
    let lines = [(x, ["10.9.1.9/24"]), (y, ["10.9.2.9/24"])]
    _ = sketch.device("far", lines[0], lines[1], (b, ["10.0.1.9/24"]), (c, ["10.0.2.9/24"])) {
      device in
      let list = device.list("in", [rule(.deny)])
      device.pipeline.arrival.insert(.ingressFilter([list, nil, nil, nil]), at: 0)
      device.route("10.0.0.0/24", .gateway(address("10.9.2.1"), interface: nil))
    }
    sketch.network.redundancyGroups = [[0, 1]]
    return sketch
  }
}

extension Sketch {
  /// The segments on which a packet may be delivered once packets like it opened sessions.
  fileprivate func outcomes(
    after source: String, _ destination: String, from segment: Int
  ) -> [String] {
    let header = Header(
      family: .ipv4, source: address(source).value, destination: address(destination).value,
      protocol: IPProtocol.udp, sourcePort: 40_000, destinationPort: 53)
    var simulator = Simulator(network: network)
    simulator.candidates = Candidates(for: [header])
    simulator.candidates.values[.destinationIPv4, default: []] += [
      address("10.0.1.10").value, address("10.0.2.10").value,
    ]
    for walk in simulator.walks(header, from: .segment(segment), limit: 500).walks {
      simulator.remember(walk.sessions)
    }
    let walks = simulator.walks(header, from: .segment(segment), limit: 500).walks
    var names: Set<String> = []
    for walk in walks {
      if case .delivered(let end, _) = walk.outcome, end != segment {
        names.insert(network.segments[end].name)
      }
    }
    return names.sorted()
  }
}
