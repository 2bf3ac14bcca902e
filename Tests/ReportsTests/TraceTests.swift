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
  ) throws -> (trace: Trace, target: TraceQuestion.Target, question: TraceQuestion) {
    let sample = try Sample()
    let question = try TraceQuestion(
      from: Member(parsing: from, at: Place(file: "from")),
      to: Member(parsing: to, at: Place(file: "to")), policy: sample.policy, in: sample.network)
    let found = question.trace(try ServiceSet(parsing: service), in: sample.network)
    let (trace, target) = try #require(found)
    return (trace, target, question)
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
    let (trace, target, question) = try trace(to: "10.2.0.3", "tcp/5450")
    #expect(trace.isDelivered == nil)
    #expect(trace.isComplete)
    #expect(trace.cases.map(\.isDelivered) == [true, false])
    #expect(trace.cases.map { $0.literals.map(\.value) } == [[true], [false]])
    let text = trace.text(
      from: question.source, to: "\(target.address), \(target.name)",
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
    let (trace, target, question) = try trace(to: "bay", "udp/53")
    #expect(question.source.address.description == "10.1.0.2")
    #expect(question.source.choices == 5)
    #expect(target.address.description == "10.2.0.2")
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
