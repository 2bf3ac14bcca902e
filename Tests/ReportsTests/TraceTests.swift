import Networks
import Packets
import Places
import Policies
import Simulation
import Testing

@testable import Reports

@Suite struct `Traces` {
  private func trace(
    from: String = "office", to: String, _ service: String
  ) throws -> TraceAnswer {
    let sample = try Sample()
    let question = try TraceQuestion(
      from: Member(parsing: from, at: Place(file: "from")),
      to: Member(parsing: to, at: Place(file: "to")), policy: sample.policy, in: sample.network)
    return try #require(question.trace(try ServiceSet(parsing: service), in: sample.network))
  }

  @Test func `a permitted packet and its reply are delivered`() throws {
    let trace = try trace(to: "10.2.0.2", "tcp/3389").trace
    #expect(trace.isDelivered == true)
    #expect(trace.cases.count == 1)
    #expect(trace.cases[0].deliveryClass == .connection)
    #expect(trace.cases[0].isAnswered)
  }

  @Test func `a denied packet is lost where the rule is`() throws {
    let trace = try trace(to: "10.2.0.2", "tcp/22").trace
    #expect(trace.isDelivered == false)
    #expect(trace.cases.allSatisfy { $0.walk.outcome == .lost(.listEnd) })
    #expect(trace.cases.allSatisfy { $0.walk.hops.last?.name == "gw" })
  }

  @Test func `an open condition is tried both ways`() throws {
    let answer = try trace(to: "10.2.0.3", "tcp/5450")
    let trace = answer.trace
    #expect(trace.isDelivered == nil)
    #expect(trace.isComplete)
    #expect(trace.cases.map(\.isDelivered) == [true, false])
    #expect(trace.cases.map { $0.literals.map(\.value) } == [[true], [false]])
    let text = trace.text(
      from: answer.source, to: "\(answer.target.address), \(answer.target.name)",
      in: try Sample().network)
    try Golden.compare(text, with: "trace.txt")
  }

  @Test func `a settled condition is not tried`() throws {
    var network = try Sample().network
    network.conditions.assume(0, true)
    let question = try TraceQuestion(
      from: Member(parsing: "office", at: Place(file: "from")),
      to: Member(parsing: "10.2.0.3", at: Place(file: "to")), policy: try Sample().policy,
      in: network)
    let found = question.trace(try ServiceSet(parsing: "tcp/5450"), in: network)
    #expect(found?.trace.isDelivered == true)
    #expect(found?.trace.cases.count == 1)
    #expect(found?.trace.cases.first?.literals.isEmpty == true)
  }

  @Test func `of a zone the first usable address is taken`() throws {
    let answer = try trace(to: "bay", "udp/53")
    let trace = answer.trace
    #expect(answer.source.address.description == "10.1.0.2")
    #expect(answer.source.choices == 5)
    #expect(answer.target.address.description == "10.2.0.2")
    #expect(trace.header.sourcePort == 49152)
    #expect(trace.header.destinationPort == 53)
  }

  @Test func `a device's address is the device`() throws {
    let trace = try trace(to: "10.2.0.1", "icmp/8").trace
    #expect(trace.isDelivered == false)
    let own = try self.trace(from: "10.2.0.1", to: "10.1.0.3", "ping").trace
    #expect(own.isDelivered == true)
    #expect(own.origin == .device(0))
  }

  @Test func `a foreign address is not taken to be where it was sent`() throws {
    let trace = try trace(to: "192.0.2.1", "tcp/80").trace
    #expect(trace.isDelivered == false)
  }

  @Test func `a service without a port names no packet`() throws {
    let question = try TraceQuestion(
      from: Member(parsing: "office", at: Place(file: "from")),
      to: Member(parsing: "bay", at: Place(file: "to")), policy: try Sample().policy,
      in: try Sample().network)
    for service in ["tcp", "any", "icmpv6/128", "goose"] {
      let found = question.trace(try ServiceSet(parsing: service), in: try Sample().network)
      #expect(found == nil, "\(service)")
    }
  }

  @Test func `an unknown end is an error with its place`() throws {
    #expect {
      _ = try trace(to: "bays", "tcp/22")
    } throws: { error in
      (error as? InputErrors)?.errors.first?.place.file == "to"
    }
  }
}

/// Two zones with a router between them, whose rules and translations a test adds.
private struct Pair {
  var network = Network(name: "pair", place: Place(file: "pair"))

  init(configure: (inout Device) -> Void) throws {
    var device = Device(name: "r", place: network.place, kind: .router)
    for (number, text) in ["10.1.0.1/24", "10.2.0.1/24"].enumerated() {
      let address = try AddressInPrefix(parsing: text)
      network.segments.append(
        Segment(name: ["a", "b"][number], place: network.place, subnets: [address.prefix]))
      var interface = Interface(
        name: "eth\(number)", place: network.place,
        addresses: [.init(address.address, length: address.prefix.length)])
      interface.segment = number
      device.interfaces.append(interface)
    }
    configure(&device)
    network.devices = [device]
  }

  /// The answer for a packet from `a`.
  func answer(from: String = "segment:a", to: String, _ service: String) throws -> TraceAnswer {
    let policy = try ResolvedPolicy(
      Policy(name: "none", place: network.place), in: network,
      on: try #require(Day(year: 2026, month: 5, day: 4)))
    let question = try TraceQuestion(
      from: Member(parsing: from, at: network.place), to: Member(parsing: to, at: network.place),
      policy: policy, in: network)
    return try #require(question.trace(try ServiceSet(parsing: service), in: network))
  }

  func text(of answer: TraceAnswer) -> String {
    answer.trace.text(
      from: answer.source, to: "\(answer.target.address)", tried: answer.tried, in: network)
  }
}

@Suite struct `Traces between zones` {
  /// Permits from one host of `a` to one of `b`.
  private func pair(_ from: String, _ to: String) throws -> Pair {
    let match = Match.all([
      .field(.sourceIPv4, Ranges(try IPAddress(parsing: from).value)),
      .field(.destinationIPv4, Ranges(try IPAddress(parsing: to).value)),
    ])
    return try Pair { device in
      let rule = ACL.Rule(name: "one", place: device.place, match: match, action: .permit)
      device.acls = [ACL(name: "forward", place: device.place, rules: [rule], end: .deny)]
      device.pipeline.departure = [.filter(0, role: .forwardFilter)]
    }
  }

  @Test func `the hosts that rules tell apart are tried until one gets through`() throws {
    for (from, to) in [("10.1.0.2", "10.2.0.50"), ("10.1.0.254", "10.2.0.2")] {
      let answer = try pair(from, to).answer(to: "segment:b", "tcp/3389")
      #expect(answer.trace.isDelivered == true)
      #expect("\(answer.source.address) \(answer.target.address)" == "\(from) \(to)")
      #expect(answer.tried?.hasSuffix("pairs of hosts, until one got through") == true)
    }
  }

  @Test func `where none gets through the first is shown, and that there are no others`() throws {
    let pair = try pair("10.9.0.9", "10.2.0.50")
    let answer = try pair.answer(to: "segment:b", "tcp/3389")
    #expect(answer.trace.isDelivered == false)
    #expect("\(answer.source.address) \(answer.target.address)" == "10.1.0.2 10.2.0.2")
    #expect(
      answer.tried
        == "3 pairs of hosts; none gets through, the first is shown")
    #expect(pair.text(of: answer).contains("\n  tried       3 pairs"))
  }

  @Test func `between two hosts nothing is tried`() throws {
    let answer = try pair("10.1.0.2", "10.2.0.50")
      .answer(from: "10.1.0.2", to: "10.2.0.51", "tcp/3389")
    #expect(answer.tried == nil)
    #expect(answer.trace.isDelivered == false)
  }
}

@Suite struct `Traces of what a translation takes elsewhere` {
  /// Sends what goes to 10.2.0.5 to 10.2.0.4, where a condition says so, and cuts up packets.
  private func pair(_ isConditional: Bool) throws -> Pair {
    let elsewhere = AddressSet([try Prefix(parsing: "10.2.0.4/32")])
    let goal = Match.field(.destinationIPv4, Ranges(try IPAddress(parsing: "10.2.0.5").value))
    var pair = try Pair { device in
      let match = isConditional ? Match.all([goal, .condition(0)]) : goal
      let place = device.place
      let translate = ACL.Rule(
        name: "server", place: place, match: match, effects: [.translateDestination(0)],
        action: .permit)
      let sent = ACL.Rule(name: "sent", place: place, match: goal, action: .deny)
      device.translations = [Translation(name: "server", place: place, address: .pool(elsewhere))]
      device.acls = [
        ACL(name: "nat", place: place, rules: [translate], end: .permit),
        ACL(name: "forward", place: place, rules: [sent], end: .permit),
      ]
      device.sessions = SessionBehaviour(opens: .any, bypassesFilters: false)
      device.pipeline.arrival = [
        .recall, .natFilter(0, end: .destination), .translateDestination, .route(.destination),
      ]
      device.pipeline.departure = [.filter(1, role: .forwardFilter), .fragment, .remember]
    }
    _ = pair.network.conditions.index(
      of: Condition(name: "r/c:x", scope: .global, place: pair.network.place, why: "a test"))
    return pair
  }

  @Test func `delivered elsewhere is not lost, and the packet is whole`() throws {
    let pair = try pair(false)
    let answer = try pair.answer(from: "10.1.0.2", to: "10.2.0.5", "tcp/80")
    #expect(answer.trace.isDelivered == false)
    #expect(answer.trace.cases.map(\.fate) == [.elsewhere])
    let text = pair.text(of: answer)
    #expect(text.contains("delivered elsewhere, not where it was to go"))
    #expect(!text.contains("fragment"))
  }

  @Test func `lost or elsewhere, by a condition, are told apart`() throws {
    let pair = try pair(true)
    let answer = try pair.answer(from: "10.1.0.2", to: "10.2.0.5", "tcp/80")
    #expect(answer.trace.isDelivered == false)
    #expect(answer.trace.cases.map(\.fate) == [.elsewhere, .lost])
    let text = pair.text(of: answer)
    #expect(!text.contains("the same for every outcome"))
    #expect(text.contains("elsewhere  if r/c:x = true"))
    #expect(text.contains("lost       if r/c:x = false"))
  }

  @Test func `an address that nobody has is not elsewhere`() throws {
    let pair = try Pair { _ in }
    let answer = try pair.answer(from: "10.1.0.2", to: "192.0.2.1", "tcp/80")
    #expect(answer.trace.cases.map(\.fate) == [.lost])
  }
}
