import Networks
import Packets
import Places
import Simulation
import Testing

@Suite struct `Classes of delivery` {
  @Test func `a reply swaps ends and answers`() {
    #expect(
      reply(to: tcp("10.0.0.5", "10.0.1.9"))
        == tcp("10.0.1.9", "10.0.0.5", 40000, from: 443, flags: TCPFlags.syn | TCPFlags.ack))
    #expect(reply(to: udp("10.0.0.5", "10.0.1.9")) == udp("10.0.1.9", "10.0.0.5", 40000, from: 53))
    #expect(
      reply(to: icmp("10.0.0.5", "10.0.1.9", type: 8)) == icmp("10.0.1.9", "10.0.0.5", type: 0))
    #expect(
      reply(to: icmp("2001:db8::5", "2001:db8::9", type: 128))
        == icmp("2001:db8::9", "2001:db8::5", type: 129))
    #expect(
      reply(to: icmp("10.0.0.5", "10.0.1.9", type: 9)) == icmp("10.0.1.9", "10.0.0.5", type: 9))
    let later = fragment(of: tcp("10.0.0.5", "10.0.1.9"))
    #expect(reply(to: later) == fragment(of: tcp("10.0.1.9", "10.0.0.5")))
  }

  /// A filter from `a` to `b` and one back, on a stateless router or a stateful firewall.
  private func simulator(
    forth: [ACL.Rule], back: [ACL.Rule], isStateful: Bool, sessions: [Session] = []
  ) -> Simulator {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    _ = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) {
      let lists = [$0.list("forth", forth), $0.list("back", back)]
      $0.pipeline.departure = [.egressFilter([lists[1], lists[0]])]
      if isStateful {
        $0.sessions = SessionBehaviour(opens: .any, bypassesFilters: false)
        $0.pipeline.arrival.insert(.recall, at: 0)
        $0.pipeline.departure.append(.remember)
      }
    }
    return plan.simulator(sessions: sessions)
  }

  private func deliveryClass(_ simulator: Simulator, _ packet: Header) -> DeliveryClass? {
    let walk = simulator.firstWalk(packet, from: .segment(0)) {
      if case .delivered(1, _) = $0 { true } else { false }
    }
    return walk.flatMap { simulator.deliveryClass(of: $0, from: .segment(0)) }
  }

  private let toWeb = [rule(.permit, port(443...443))]
  private let established = [rule(.permit, state(.established, .related))]

  @Test func `a connection needs a way back for the reply`() {
    let packet = tcp("10.0.0.5", "10.0.1.9")
    let open = simulator(forth: toWeb, back: established, isStateful: true)
    #expect(deliveryClass(open, packet) == .connection)
    let closed = simulator(forth: toWeb, back: [], isStateful: true)
    #expect(deliveryClass(closed, packet) == .halfOpen)
    let stateless = simulator(
      forth: toWeb, back: [rule(.permit, .field(.sourcePort, Ranges(443)))], isStateful: false)
    #expect(deliveryClass(stateless, packet) == .connection)
    let trip = open.roundTrip(packet, from: .segment(0)) {
      if case .delivered(1, _) = $0 { true } else { false }
    }
    #expect(trip?.back.outcome == .delivered(segment: 0, reply(to: packet)))
    #expect(
      closed.roundTrip(packet, from: .segment(0)) {
        if case .delivered(1, _) = $0 { true } else { false }
      } == nil)
  }

  @Test func `where no handshake is needed, delivery is enough`() {
    let closed = simulator(forth: [rule(.permit)], back: [], isStateful: true)
    #expect(deliveryClass(closed, udp("10.0.0.5", "10.0.1.9")) == .connection)
    #expect(deliveryClass(closed, icmp("10.0.0.5", "10.0.1.9", type: 8)) == .connection)
  }

  @Test func `segments and fragments outside a session are strays`() {
    let open = simulator(forth: [rule(.permit)], back: established, isStateful: true)
    let segment = tcp("10.0.0.5", "10.0.1.9", flags: TCPFlags.ack)
    #expect(deliveryClass(open, segment) == .stray)
    #expect(deliveryClass(open, fragment(of: segment)) == .stray)
    #expect(deliveryClass(open, fragment(of: udp("10.0.0.5", "10.0.1.9"))) == .stray)
  }

  @Test func `what passes only by a session of the other side is a reply`() {
    let opened = Session(device: 0, original: tcp("10.0.1.9", "10.0.0.5", 443, from: 50000))
    let simulator = simulator(
      forth: established, back: [rule(.permit)], isStateful: true, sessions: [opened])
    let answer = tcp("10.0.0.5", "10.0.1.9", 50000, from: 443, flags: TCPFlags.ack)
    #expect(deliveryClass(simulator, answer) == .reply)
    #expect(deliveryClass(simulator, tcp("10.0.0.5", "10.0.1.9", 50001, from: 443)) == nil)
    let error = icmp("10.0.0.77", "10.0.1.9", type: 3)
    #expect(deliveryClass(simulator, error) == .stray)
  }

  @Test func `a later packet of an own session belongs to its connection`() {
    let opened = Session(device: 0, original: tcp("10.0.0.5", "10.0.1.9"))
    let simulator = simulator(
      forth: established, back: established, isStateful: true, sessions: [opened])
    let later = tcp("10.0.0.5", "10.0.1.9", flags: TCPFlags.ack)
    #expect(deliveryClass(simulator, later) == .connection)
  }

  @Test func `a reply to a device or a group comes back to it`() {
    var plan = Plan()
    let a = plan.segment("a", "10.0.0.0/24")
    let b = plan.segment("b", "10.0.1.0/24")
    let r = plan.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]))
    let hosts = plan.hosts("hosts", on: a, "10.0.0.5/32", gateway: "10.0.0.1")
    let simulator = plan.simulator()
    let own = tcp("10.0.0.1", "10.0.1.9")
    let trip = simulator.roundTrip(own, from: .device(r)) { _ in true }
    #expect(trip?.back.outcome == .deliveredToDevice(r, reply(to: own)))
    let packet = tcp("10.0.0.5", "10.0.1.1")
    let origin = Origin.obedientEndpoint(group: hosts, attachment: 0)
    let other = simulator.roundTrip(packet, from: origin) { _ in true }
    #expect(other?.there.outcome == .deliveredToDevice(r, packet))
    #expect(other?.back.outcome == .delivered(segment: a, reply(to: packet)))
  }
}
