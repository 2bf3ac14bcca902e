import Canonical
import Networks
import Packets
import Testing

@Suite struct `Kinds of locations` {
  private func locations(_ network: Network) throws -> [CanonicalNetwork.Location] {
    try lower(network).locations
  }

  @Test func `a segment has an entrance for what is sent and one for what is put`() throws {
    let network = try plan()
    let canonical = try lower(network)
    #expect(canonical.sent.count == 2)
    #expect(canonical.put.count == 2)
    #expect(canonical.arrival.map(\.count) == [2])
    #expect(canonical.output.count == 1)
    #expect(
      canonical.deliveredOnSegment.map { canonical.locations[$0] }
        == [.deliver(.segment(0)), .deliver(.segment(1))])
    #expect(canonical.deliveredToDevice.map { canonical.locations[$0] } == [.deliver(.device(0))])
    // A host chooses whether it sends to a neighbour or to the router, whatever the destination.
    guard case .choose(let options) = canonical.locations[canonical.sent[0]] else {
      Issue.record("what is sent is no choice")
      return
    }
    #expect(Set(options) == [canonical.put[0], canonical.arrival[0][0]])
  }

  @Test func `every index of a location is one`() throws {
    let network = try plan { device in
      device.acls = [
        list("f", [rule(port(80...80), .permit), rule(.any, .jump(1))]), list("g", []),
      ]
      device.pipeline.departure = [.filter(0, role: .forwardFilter)]
      device.sessions = SessionBehaviour(opens: .any, bypassesFilters: false)
      device.pipeline.arrival = [.recall, .route(.destination)]
      device.pipeline.departure.append(.remember)
    }
    let canonical = try lower(network)
    let all = canonical.locations.indices
    for location in canonical.locations {
      switch location {
      case .choose(let options):
        #expect(!options.isEmpty && options.allSatisfy(all.contains))
      case .spread(let main, let copies): #expect(([main] + copies).allSatisfy(all.contains))
      case .match(let table, let targets):
        #expect(canonical.tables[table].outcomes == targets.count)
        #expect(targets.allSatisfy(all.contains))
      case .rewrite(_, let next), .watch(_, let next), .remember(_, let next), .leave(let next):
        #expect(all.contains(next))
      case .recall(_, let fresh, let remembered):
        #expect(all.contains(fresh) && all.contains(remembered))
      case .deliver, .drop: break
      }
    }
    for table in canonical.tables {
      #expect((0..<table.outcomes).contains(table.otherwise))
      #expect(table.entries.allSatisfy { (0..<table.outcomes).contains($0.outcome) })
      #expect(table.entries.allSatisfy { !$0.boxes.isEmpty && $0.boxes.allSatisfy { !$0.isEmpty } })
    }
  }

  @Test func `the forward filter is watched and the session remembered`() throws {
    let network = try plan { device in
      device.acls = [list("f", [rule(port(80...80), .permit)])]
      device.pipeline.arrival = [.recall, .route(.destination)]
      device.pipeline.departure = [.filter(0, role: .forwardFilter), .remember]
      device.sessions = SessionBehaviour(opens: .any, bypassesFilters: false)
    }
    var walk = try Walk(network)
    #expect(walk.canonical.hasSessions == [true])
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), at: 0, 0) == ["delivered b"])
    #expect(walk.watched == [0])
    #expect(walk.remembering == [0])
    #expect(
      walk.ends(of: try packet("10.1.0.5", "10.2.0.5", port: 81), at: 0, 0) == ["denied"])
    #expect(walk.watched == [])
    #expect(walk.remembering == [])
    #expect(
      try locations(network).contains { if case .recall(0, _, _) = $0 { true } else { false } })
  }

  @Test func `a device without sessions has nothing to recall or remember`() throws {
    let network = try plan { $0.pipeline.departure = [.remember] }
    #expect(try lower(network).hasSessions == [false])
    for location in try locations(network) {
      switch location {
      case .recall, .remember: Issue.record("\(location)")
      default: break
      }
    }
  }

  @Test func `what a device forgets it forgets on its way out`() throws {
    let network = try plan { device in
      device.acls = [list("mark", [rule(.any, .permit, [.set(.mark, 7)])])]
      device.pipeline.departure = [.filter(0, role: .plain)]
    }
    var walk = try Walk(network)
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), at: 0, 0) == ["delivered b"])
    #expect(
      walk.canonical.locations.contains { if case .leave = $0 { true } else { false } })
  }

  @Test func `a bridge gets copies of what is put on a segment`() throws {
    let network = try plan { $0.pipeline.arrival = [.bridge([1, 0]), .route(.destination)] }
    var walk = try Walk(network)
    #expect(
      walk.canonical.locations.contains { if case .spread = $0 { true } else { false } })
    let ends = walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), from: walk.canonical.put[0])
    #expect(ends.contains("delivered b"))
  }

  @Test func `equal tables are one`() throws {
    let network = try plan { device in
      let rules = [rule(port(80...80), .deny), rule(port(90...90), .deny)]
      device.acls = [list("f", rules, end: .permit)]
      device.pipeline.departure = [.filter(0, role: .plain), .filter(0, role: .plain)]
    }
    let canonical = try lower(network)
    #expect(Set(canonical.tables).count == canonical.tables.count)
  }
}

@Suite struct `Why a packet is lost` {
  @Test func `a filter denies it`() throws {
    var walk = try Walk(
      try plan { device in
        device.acls = [
          list("f", [rule(port(80...80), .deny), rule(port(81...81), .reject)], end: .permit)
        ]
        device.pipeline.departure = [.filter(0, role: .plain)]
      })
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), at: 0, 0) == ["denied"])
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5", port: 81), at: 0, 0) == ["denied"])
    #expect(
      walk.ends(of: try packet("10.1.0.5", "10.2.0.5", port: 82), at: 0, 0) == ["delivered b"])
  }

  @Test func `there is no route, or one that discards`() throws {
    var walk = try Walk(
      try plan { device in
        device.vrfs[0].routes = [
          Route(to: try prefix("10.3.0.0/16"), via: [.discard], place: here)
        ]
      })
    #expect(walk.ends(of: try packet("10.1.0.5", "10.9.0.5"), at: 0, 0) == ["unrouted"])
    #expect(walk.ends(of: try packet("10.1.0.5", "10.3.0.5"), at: 0, 0) == ["unrouted"])
  }

  @Test func `its source fails the check of the way back`() throws {
    var walk = try Walk(try plan { $0.interfaces[0].reversePath = .strict })
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), at: 0, 0) == ["delivered b"])
    #expect(walk.ends(of: try packet("10.2.0.7", "10.2.0.5"), at: 0, 0) == ["reversePath"])
    #expect(walk.ends(of: try packet("10.9.0.7", "10.2.0.5"), at: 0, 0) == ["reversePath"])
    var loose = try Walk(try plan { $0.interfaces[0].reversePath = .loose })
    #expect(loose.ends(of: try packet("10.2.0.7", "10.2.0.5"), at: 0, 0) == ["delivered b"])
    #expect(loose.ends(of: try packet("10.9.0.7", "10.2.0.5"), at: 0, 0) == ["reversePath"])
  }

  @Test func `a later fragment meets a device that reassembles`() throws {
    var walk = try Walk(try plan { $0.pipeline.arrival.insert(.reassemble, at: 0) })
    var header = try packet("10.1.0.5", "10.2.0.5")
    #expect(walk.ends(of: header, at: 0, 0) == ["delivered b"])
    header.isLaterFragment = true
    header.normalise()
    #expect(walk.ends(of: header, at: 0, 0) == ["fragment"])
  }

  @Test func `a translation has no address of its family`() throws {
    var walk = try Walk(
      try plan { device in
        device.translations = [
          Translation(name: "t", place: here, address: .pool(try addresses("2001:db8::1/128")))
        ]
        device.acls = [list("nat", [rule(.any, .permit, [.translateSource(0)])], end: .permit)]
        device.pipeline.departure = [.filter(0, role: .plain), .translateSource]
      })
    #expect(walk.ends(of: try packet("10.1.0.5", "10.2.0.5"), at: 0, 0) == ["untranslatable"])
  }

  @Test func `nobody that is described answers for a gateway`() throws {
    let network = try plan { device in
      device.vrfs[0].routes = [
        Route(
          to: try prefix("10.9.0.0/16"),
          via: [.gateway(try address("10.2.0.254"), interface: nil)], place: here)
      ]
    }
    var walk = try Walk(network)
    let name = Network.unmodelledNeighbour(try address("10.2.0.254"), on: "b")
    #expect(walk.canonical.conditions.conditions.map(\.name) == [name])
    let lost = walk.ends(of: try packet("10.1.0.5", "10.9.0.5"), at: 0, 0)
    #expect(lost == ["unmodelledNeighbour"])
    walk.conditions = [name]
    let ends = walk.ends(of: try packet("10.1.0.5", "10.9.0.5"), at: 0, 0)
    #expect(ends.contains("delivered b"))
  }
}
