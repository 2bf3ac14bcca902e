import Networks
import Packets
import Places
import Simulation
import Testing

/// Packets that may open sessions in these tests: all but TCP segments that open no connection.
let opening = Match.not(
  .all([
    .field(.protocol, Ranges(6)),
    .not(.field(.tcpFlags, TCPFlags.initial)),
  ]))

@Suite struct `Sessions` {
  private static let web: IPAddress = "203.0.113.9"
  private static let public1: IPAddress = "203.0.113.1"
  private static let synAck = TCPFlags.syn | TCPFlags.ack

  /// A stateful firewall that lets `lan` open sessions to `far`, and `far` to the published
  /// server; it masquerades `lan`, and 203.0.113.1:80 is redirected to 10.0.0.80:8080.
  private func plan(
    bypasses: Bool = false, acceptsRelated: Bool = true,
    configure: (inout Device) -> Void = { _ in }
  ) -> (plan: Plan, lan: Int, far: Int) {
    var plan = Plan()
    let lan = plan.segment("lan", "10.0.0.0/24")
    let far = plan.segment("far", "203.0.113.0/24")
    _ = plan.device("fw", (lan, ["10.0.0.1/24"]), (far, ["203.0.113.1/24"])) {
      let server = $0.translation(
        "server", .pool(AddressSet("10.0.0.80")), port: .any(8080...8080))
      let hide = $0.translation("hide", .interface, port: .any(1024...65535))
      let isPublic = Match.all([to("203.0.113.1/32"), port(80...80)])
      let inbound = $0.list(
        "dnat", [rule(.permit, isPublic, .translateDestination(server))], end: .permit)
      let outbound = $0.list(
        "snat",
        [
          rule(
            .permit, .all([from("10.0.0.0/24"), .field(.egress, Ranges(2))]),
            .translateSource(hide))
        ], end: .permit)
      let filter = $0.list(
        "forward",
        [
          rule(bypasses ? .next : .permit, state(.established, .related)),
          rule(.deny, state(.invalid)),
          rule(.permit, from("10.0.0.0/24"), logs: true),
          rule(.permit, .field(.destinationTranslation, Ranges(1))),
        ])
      $0.sessions = SessionBehaviour(
        opens: opening, bypassesFilters: bypasses, acceptsRelated: acceptsRelated)
      $0.pipeline = Pipeline(
        arrival: [
          .recall, .natFilter(inbound, end: .destination), .translateDestination,
          .route(.destination),
        ],
        departure: [
          .filter(filter, role: .forwardFilter), .natFilter(outbound, end: .source),
          .translateSource, .remember,
        ],
        input: [])
      configure(&$0)
    }
    return (plan, lan, far)
  }

  /// The walks that deliver on a segment, shortest first by the order of choices.
  private func crossing(
    _ simulator: Simulator, _ packet: Header, from origin: Int, on segment: Int
  ) -> Walk? {
    simulator.firstWalk(packet, from: .segment(origin)) {
      if case .delivered(segment, _) = $0 { true } else { false }
    }
  }

  @Test(arguments: [false, true])
  func `a reply comes back through the session, translations undone`(bypasses: Bool) throws {
    let (plan, lan, far) = plan(bypasses: bypasses)
    let simulator = plan.simulator()
    let sent = tcp("10.0.0.5", Self.web)
    let walk = try #require(crossing(simulator, sent, from: lan, on: far))
    #expect(walk.outcome.delivered == tcp(Self.public1, Self.web))
    #expect(
      walk.sessions == [
        Session(
          device: 0, original: sent, translated: tcp(Self.public1, Self.web), ingress: 1,
          sourceTranslation: 2, status: 1)
      ])
    let answer = tcp(Self.web, Self.public1, 40000, from: 443, flags: Self.synAck)
    #expect(simulator.ends(answer, from: far) == ["to fw"])
    let back = simulator.remembering(walk).ends(answer, from: far)
    #expect(
      back == [
        "on lan as \(tcp(Self.web, "10.0.0.5", 40000, from: 443, flags: Self.synAck))", "to fw",
      ])
  }

  @Test func `a reply of a published server has its source restored`() throws {
    let (plan, lan, far) = plan()
    let simulator = plan.simulator()
    let sent = tcp(Self.web, Self.public1, 80)
    let there = try #require(crossing(simulator, sent, from: far, on: lan))
    #expect(there.outcome.delivered == tcp(Self.web, "10.0.0.80", 8080))
    let answer = tcp("10.0.0.80", Self.web, 40000, from: 8080, flags: Self.synAck)
    let back = try #require(crossing(simulator.remembering(there), answer, from: lan, on: far))
    #expect(
      back.outcome.delivered == tcp(Self.public1, Self.web, 40000, from: 80, flags: Self.synAck))
    #expect(back.sessionUse == .reply)
    // Without the session the segment opens none, and a filter sees it as invalid.
    #expect(!simulator.ends(answer, from: lan).contains { $0.hasPrefix("on far") })
  }

  @Test func `later packets of the first direction get the session's translation`() throws {
    let (plan, lan, far) = plan()
    let candidates = Candidates(values: [.sourcePort: [5000]])
    var simulator = plan.simulator(candidates: candidates)
    let first = tcp("10.0.0.5", Self.web)
    let chosen = try #require(
      simulator.firstWalk(first, from: .segment(lan)) {
        $0 == .delivered(segment: far, tcp(Self.public1, Self.web, from: 5000))
      })
    simulator = simulator.remembering(chosen)
    let later = tcp("10.0.0.5", Self.web, flags: TCPFlags.ack)
    #expect(
      simulator.ends(later, from: lan) == [
        "on far as \(tcp(Self.public1, Self.web, from: 5000, flags: TCPFlags.ack))", "on lan",
      ])
    let walk = try #require(crossing(simulator, later, from: lan, on: far))
    #expect(walk.sessionUse == .continuation)
    #expect(walk.sessions == [])
  }

  @Test func `rules choose no other translation for packets of a session`() throws {
    let established = Match.all([state(.established), from("10.0.0.0/24")])
    let ways: [(stage: Int, match: Match)] = [
      (0, .field(.tcpFlags, Ranges(UInt128(TCPFlags.ack)))), (1, established),
    ]
    for (stage, match) in ways {
      let (plan, lan, far) = plan { device in
        let other = device.translation("other", .pool(AddressSet("203.0.113.77")))
        let effects = [rule(.permit, match, .translateSource(other), .translateDestination(other))]
        let list = device.list("other", effects, end: .permit)
        device.pipeline.arrival.insert(.filter(list, role: .plain), at: stage)
      }
      let simulator = plan.simulator()
      let there = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
      let later = tcp("10.0.0.5", Self.web, flags: TCPFlags.ack)
      #expect(
        simulator.remembering(there).ends(later, from: lan) == [
          "on far as \(tcp(Self.public1, Self.web, flags: TCPFlags.ack))", "on lan",
        ], "chosen in stage \(stage)")
    }
  }

  @Test func `later packets to a published server reach it, and only through the session`() throws {
    let (plan, lan, far) = plan()
    let simulator = plan.simulator()
    let there = try #require(
      crossing(simulator, tcp(Self.web, Self.public1, 80), from: far, on: lan))
    let later = tcp(Self.web, Self.public1, 80, flags: TCPFlags.ack)
    #expect(crossing(simulator, later, from: far, on: lan) == nil)
    let walk = try #require(crossing(simulator.remembering(there), later, from: far, on: lan))
    #expect(
      walk.outcome.delivered == tcp(Self.web, "10.0.0.80", 8080, flags: TCPFlags.ack))
  }

  @Test(arguments: [
    tcp(web, public1, 40001, from: 443), tcp(web, public1, 40000, from: 444),
    tcp("203.0.113.8", public1, 40000, from: 443), udp(web, public1, 40000, from: 443),
    fragment(of: tcp(web, public1, 40000, from: 443)),
  ])
  func `a packet that differs in an end or the protocol is no reply`(other: Header) throws {
    let (plan, lan, far) = plan()
    let simulator = plan.simulator()
    let there = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
    #expect(crossing(simulator.remembering(there), other, from: far, on: lan) == nil)
  }

  @Test func `flags and application do not count`() throws {
    let (plan, lan, far) = plan()
    let simulator = plan.simulator()
    let there = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
    var other = tcp(Self.web, Self.public1, 40000, from: 443, flags: TCPFlags.rst)
    other.application = 3
    #expect(crossing(simulator.remembering(there), other, from: far, on: lan) != nil)
  }

  @Test(arguments: [(0, true), (8, false), (14, false), (3, false)])
  func `an echo is answered by an echo reply only`(type: UInt8, passes: Bool) throws {
    let (plan, lan, far) = plan(acceptsRelated: false)
    let simulator = plan.simulator()
    let there = try #require(
      crossing(simulator, icmp("10.0.0.5", Self.web, type: 8), from: lan, on: far))
    let answer = icmp(Self.web, Self.public1, type: type)
    #expect((crossing(simulator.remembering(there), answer, from: far, on: lan) != nil) == passes)
  }

  @Test func `an ICMP error about a session passes from whoever sends it`() throws {
    let (plan, lan, far) = plan()
    let simulator = plan.simulator()
    let there = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
    let after = simulator.remembering(there)
    let error = icmp("203.0.113.66", Self.public1, type: 3, code: 1)
    #expect(crossing(simulator, error, from: far, on: lan) == nil)
    let related = try #require(crossing(after, error, from: far, on: lan))
    #expect(related.outcome.delivered == icmp("203.0.113.66", "10.0.0.5", type: 3, code: 1))
    #expect(related.sessionUse == .related)
    #expect(crossing(after, icmp("203.0.113.66", Self.public1, type: 8), from: far, on: lan) == nil)
    // Toward the server, with the source left alone.
    let other = try #require(
      after.firstWalk(icmp("10.0.0.77", Self.web, type: 11), from: .segment(lan)) {
        $0 == .delivered(segment: far, icmp("10.0.0.77", Self.web, type: 11))
      })
    #expect(other.sessionUse == .related)
  }

  @Test func `errors are not related where the device does not accept them`() throws {
    let (plan, lan, far) = plan(acceptsRelated: false)
    let simulator = plan.simulator()
    let there = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
    let error = icmp("203.0.113.66", Self.public1, type: 3)
    #expect(crossing(simulator.remembering(there), error, from: far, on: lan) == nil)
  }

  @Test func `an untracked packet opens no session and needs none`() throws {
    let (plan, lan, far) = plan { device in
      let raw = device.list("raw", [rule(.permit, port(443...443), .untrack)], end: .permit)
      device.pipeline.arrival.insert(.filter(raw, role: .plain), at: 0)
    }
    let simulator = plan.simulator()
    let untracked = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
    #expect(untracked.sessions == [])
    #expect(untracked.outcome.delivered == tcp("10.0.0.5", Self.web))
    let tracked = try #require(
      crossing(simulator, tcp("10.0.0.5", Self.web, 80), from: lan, on: far))
    #expect(tracked.sessions.count == 1)
  }

  @Test func `what the device never looks up is untracked too`() throws {
    let (plan, lan, far) = plan { device in
      device.sessions?.untracked = port(443...443)
    }
    let untracked = try #require(
      crossing(plan.simulator(), tcp("10.0.0.5", Self.web), from: lan, on: far))
    #expect(untracked.sessions == [])
  }

  @Test func `all the states that apply are possible at once`() throws {
    let (plan, lan, far) = plan()
    let simulator = plan.simulator()
    let sent = tcp("10.0.0.5", Self.web)
    let there = try #require(crossing(simulator, sent, from: lan, on: far))
    let walks = simulator.remembering(there).walks(sent, from: .segment(lan))
    let states = Set(
      walks.walks.flatMap(\.hops).filter { $0.kind == .recall }.map(\.state.connectionState))
    #expect(states == [.new, .established])
    #expect(walks.isComplete)
  }

  @Test func `a device that did not see the first packet takes the reply as new`() throws {
    // Two firewalls side by side: out by one, back by the other.
    var (plan, lan, far) = plan()
    plan.network.devices[0].route("0.0.0.0/0", .gateway("203.0.113.254", interface: nil))
    var other = plan.network.devices[0]
    other.name = "fw2"
    other.interfaces[0].addresses = [.init("10.0.0.2", length: 24)]
    other.interfaces[1].addresses = [.init("203.0.113.2", length: 24)]
    plan.network.devices.append(other)
    let simulator = plan.simulator()
    let there = try #require(
      simulator.firstWalk(udp("10.0.0.5", Self.web), from: .segment(lan)) {
        $0 == .delivered(segment: far, udp(Self.public1, Self.web))
      })
    #expect(there.sessions.map(\.device) == [0])
    let after = simulator.remembering(there)
    // Handed to the second firewall, the reply to the first one's address is new there.
    let answer = udp(Self.web, Self.public1, 40000, from: 53)
    let states = after.walks(answer, from: .segment(far)).walks.flatMap(\.hops)
      .filter { $0.kind == .recall && $0.location == .device(1) }.map(\.state.connectionState)
    #expect(Set(states) == [.new])
  }

  @Test func `sessions that bypass filters are told as passing the forward filter`() throws {
    let (plan, lan, far) = plan(bypasses: true)
    let simulator = plan.simulator()
    let there = try #require(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far))
    #expect(there.passedForwardFilters == [0])
    #expect(there.hops.first { $0.role == .forwardFilter }?.isLogged == true)
    let answer = tcp(Self.web, Self.public1, 40000, from: 443, flags: Self.synAck)
    let back = try #require(crossing(simulator.remembering(there), answer, from: far, on: lan))
    #expect(back.passedForwardFilters == [0])
    #expect(back.hops.first { $0.role == .forwardFilter }?.isLogged == nil)
  }

  @Test func `later fragments are lost where the device reassembles`() {
    let (plan, lan, far) = plan { $0.pipeline.arrival.insert(.reassemble, at: 0) }
    let later = fragment(of: tcp("10.0.0.5", Self.web))
    let simulator = plan.simulator()
    #expect(crossing(simulator, later, from: lan, on: far) == nil)
    #expect(simulator.losses(later, from: .segment(lan)) == [.unassembled])
    #expect(crossing(simulator, tcp("10.0.0.5", Self.web), from: lan, on: far) != nil)
  }

  @Test func `a packet may leave whole or as a later fragment of itself`() {
    let (plan, lan, _) = plan { $0.pipeline.departure.append(.fragment) }
    let sent = icmp("10.0.0.5", Self.web, type: 8)
    let out = icmp(Self.public1, Self.web, type: 8)
    #expect(
      plan.simulator().ends(sent, from: lan)
        == [
          "on far as \(fragment(of: out))", "on far as \(out)", "on lan",
        ].sorted())
  }

  @Test func `a fragment cut off before the session is remembered opens none of its own`() throws {
    let (plan, lan, far) = plan {
      $0.pipeline.departure.insert(.fragment, at: $0.pipeline.departure.count - 1)
    }
    let sent = icmp("10.0.0.5", Self.web, type: 8)
    let out = icmp(Self.public1, Self.web, type: 8)
    for (delivered, sessions) in [(out, 1), (fragment(of: out), 0)] {
      let walk = try #require(
        plan.simulator().firstWalk(sent, from: .segment(lan)) {
          $0 == .delivered(segment: far, delivered)
        })
      #expect(walk.sessions.count == sessions)
    }
  }
}
