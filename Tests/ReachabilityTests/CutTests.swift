import HeaderSpaces
import Networks
import Packets
import Places
import Policies
import Testing

@testable import Reachability

extension Sketch {
  /// A requirement, its names looked up.
  func resolved(
    _ obligation: Obligation<Selection>, waiving waived: [Conduit<Selection>] = []
  ) throws -> ResolvedPolicy {
    var policy = Policy(name: "policy", place: Place(file: "policy"))
    policy.requirements = [
      Requirement(id: "R1", obligation: obligation, place: Place(file: "policy", line: 1))
    ]
    let today = try #require(Day(parsing: "2025-06-01"))
    policy.waive(waived, until: today)
    return try ResolvedPolicy(policy, in: network, on: today)
  }

  /// What makes a requirement hold, with evidence.
  func proof(_ obligation: Obligation<Selection>) throws -> Proof {
    let policy = try resolved(obligation)
    var result = verify(network, against: policy)
    result.addEvidence(for: policy, in: network)
    guard case .holds(let proof) = result.answers[0].verdict else {
      Issue.record("it does not hold")
      return Proof()
    }
    return proof
  }

  /// The decisions of a cut as `device list 'rule'`, and its remarks.
  func cut(_ obligation: Obligation<Selection>) throws -> [String] {
    let cut = try #require(try proof(obligation).cut)
    #expect(cut.isMinimal)
    return cut.decisions.map { "\($0.rule.device) \($0.rule.list) '\($0.rule.rule)'" }
      + cut.remarks
  }
}

/// `a`, then a filter `first`, a segment `between`, a filter `second`, then `b`.
func inSeries(
  _ first: (inout Device) -> Void, _ second: (inout Device) -> Void
) -> Sketch {
  var sketch = Sketch()
  let a = sketch.segment("a", "10.0.0.0/24")
  let between = sketch.segment("between", "10.0.8.0/24")
  let b = sketch.segment("b", "10.0.1.0/24")
  _ = sketch.device("first", (a, ["10.0.0.1/24"]), (between, ["10.0.8.1/24"])) { device in
    device.route("10.0.1.0/24", .gateway(address("10.0.8.2"), interface: nil))
    first(&device)
  }
  _ = sketch.device("second", (between, ["10.0.8.2/24"]), (b, ["10.0.1.1/24"])) { device in
    device.route("10.0.0.0/24", .gateway(address("10.0.8.1"), interface: nil))
    second(&device)
  }
  return sketch
}

/// `a` and `b` with a filter `one` between them, and a filter `two` beside it.
func inParallel(
  _ first: (inout Device) -> Void, _ second: (inout Device) -> Void
) -> Sketch {
  var sketch = Sketch()
  let a = sketch.segment("a", "10.0.0.0/24")
  let b = sketch.segment("b", "10.0.1.0/24")
  _ = sketch.device("one", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"]), configure: first)
  _ = sketch.device("two", (a, ["10.0.0.2/24"]), (b, ["10.0.1.2/24"]), configure: second)
  return sketch
}

@Suite struct `Blocking cuts` {
  private let asked = isolate("segment:a", "segment:b")

  @Test func `one rule that denies all is all there is to it`() throws {
    #expect(try office(rule(.deny)).cut(asked) == ["r forward '1'"])
    #expect(try office(rule(.reject), end: .permit).cut(asked) == ["r forward '1'"])
  }

  @Test func `the end of a list is a decision, too`() throws {
    #expect(try office(rule(.permit, fromBToA)).cut(asked) == ["r forward 'default'"])
  }

  @Test func `a rule that later ones make up for is not in it`() throws {
    let sketch = office(rule(.deny, tcp(22)), rule(.deny, tcp(23)), rule(.deny))
    #expect(try sketch.proof(asked).blocking.count == 3)
    // Were the first two to permit, what they match would pass: here they are needed.
    #expect(try sketch.cut(asked).count == 3)
    // Where another device stops the same, they are not.
    let both = inSeries({ $0.filters(rule(.deny, tcp(22)), end: .permit) }) {
      $0.filters(rule(.deny))
    }
    #expect(try both.proof(asked).blocking.count == 2)
    let bothCut = try both.cut(asked)
    #expect(bothCut == ["second forward '1'"])
  }

  @Test func `a rule for what is sent by others is not in it`() throws {
    let sketch = office(rule(.deny, fromBToA), rule(.deny, from("10.0.0.0/24")), end: .permit)
    let sketchCut = try sketch.cut(asked)
    #expect(sketchCut == ["r forward '2'"])
  }

  @Test func `parallel ways need a decision each`() throws {
    let sketch = inParallel({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    let sketchCut = try sketch.cut(asked)
    #expect(sketchCut == ["one forward '1'", "two forward '1'"])
  }

  @Test func `of two in series one is enough`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    let sketchCut = try sketch.cut(asked)
    #expect(sketchCut == ["first forward '1'"])
  }

  @Test func `where one in series stops a part, the other stops the rest`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny, udp(0...65535)), end: .permit) }) {
      $0.filters(rule(.permit, udp(53)), rule(.deny))
    }
    let sketchCut = try sketch.cut(asked)
    #expect(sketchCut == ["first forward '1'", "second forward '2'"])
  }

  @Test func `the end behind a jump is found`() throws {
    let sketch = office(rule(.permit, fromBToA)) { device in
      let inner = device.list("inner", [rule(.return, tcp(22)), rule(.next)])
      device.acls[0].rules.append(rule(.jump(inner)))
    }
    let sketchCut = try sketch.cut(asked)
    #expect(sketchCut == ["r forward 'default'"])
    let gone = office(rule(.permit, fromBToA)) { device in
      let inner = device.list("inner", [rule(.permit, fromBToA)])
      device.acls[0].rules.append(rule(.goto(inner)))
    }
    let goneCut = try gone.cut(asked)
    #expect(goneCut == ["r forward 'default'"])
  }

  @Test func `a check of sources may be what is needed`() throws {
    // The check passes hosts that have no address yet.
    var sketch = office(rule(.deny, from("0.0.0.0 10.0.0.0/24")), end: .permit)
    sketch.network.devices[0].interfaces[0].reversePath = .strict
    sketch.network.spoofing = .any
    let cut = try sketch.cut(asked)
    #expect(Set(cut) == ["r forward '1'", "r eth0 'reverse path check'"])
  }

  @Test func `what it stops is said of each decision`() throws {
    let cut = try #require(
      try office(rule(.deny, udp(53)), rule(.permit, fromBToA)).proof(asked).cut)
    // The list comes before its rules.
    #expect(cut.decisions.map(\.rule.rule) == ["default", "1"])
    let stopped = cut.decisions.reversed().map { $0.stops.entries.map(\.box) }
    #expect(stopped[0].count == 1)
    #expect(stopped[0].first?[.protocol] == Ranges(17))
    #expect(stopped[0].first?[.destinationPort] == Ranges(53))
    #expect(!stopped[1].isEmpty)
    #expect(
      stopped[1].allSatisfy { $0[.protocol] != Ranges(17) || $0[.destinationPort] != Ranges(53) })
  }

  @Test func `sessions that others could open count`() throws {
    // Replies to what b may open would be forbidden: so it is the rule for b's packets that matters.
    let sketch = office(rule(.permit, isEstablished), rule(.deny)) { $0.remembers() }
    let oneWay = Obligation.oneWay(from: members("segment:b"), to: members("segment:a"))
    #expect(sketch.verdict(oneWay) == "holds")
    let sketchCut = try sketch.cut(oneWay)
    #expect(sketchCut == ["r forward '2'"])
  }

  @Test func `what must arrive and what no packet breaks have none`() throws {
    let reach = try office(rule(.permit)).proof(mustReach("segment:a", "segment:b", "udp/53"))
    #expect(reach.cut == nil && reach.layers == nil)
    let homes = try office(rule(.deny)).proof(
      .noDualHomed(members("segment:a"), members("segment:b"), except: nil))
    #expect(homes.cut == nil && homes.layers == nil)
  }

  @Test func `a bound on questions leaves a cut that may be too large`() throws {
    let sketch = office(rule(.deny, tcp(22)), rule(.deny, tcp(23)), rule(.deny))
    let policy = try sketch.resolved(asked)
    var limits = EvidenceLimits()
    limits.questions = 2
    var search = CutSearch(FilterQuestions(policy.requirements[0], sketch.network, limits))
    let found = search.cut(beginning: sketch.network.denials)
    let cut = try #require(found)
    #expect(!cut.isMinimal)
    #expect(cut.decisions.count == 4)
    limits.questions = 0
    search = CutSearch(FilterQuestions(policy.requirements[0], sketch.network, limits))
    #expect(search.cut(beginning: sketch.network.denials) == nil)
  }
}

@Suite struct `Where no filter is needed` {
  private let asked = isolate("segment:a", "segment:b")

  @Test func `a missing route is named with its device`() throws {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    sketch.network.devices[0].vrfs[0].routes = []
    let sketchCut = try sketch.cut(asked)
    #expect(sketchCut == ["no filter is needed", "no route leads on from first"])
  }

  @Test func `a route to elsewhere is told from none`() throws {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    let lost = sketch.segment("lost", "10.0.9.0/24")
    var interface = Interface(
      name: "eth2", place: Place(file: ""), addresses: [.init(address("10.0.9.1"), length: 24)])
    interface.segment = lost
    sketch.network.devices[0].interfaces.append(interface)
    sketch.network.devices[0].vrfs[0].routes = []
    sketch.network.devices[0].route("10.0.1.0/24", .interface(2))
    let sketchCut = try sketch.cut(asked)
    #expect(
      sketchCut == [
        "no filter is needed", "it is delivered on lost, where nobody of segment:b receives it",
      ])
  }

  @Test func `nobody between them is told, too`() throws {
    var sketch = Sketch()
    _ = sketch.segment("a", "10.0.0.0/24")
    _ = sketch.segment("b", "10.0.1.0/24")
    let sketchCut = try sketch.cut(asked)
    #expect(
      sketchCut == [
        "no filter is needed", "it stays where it is sent, where nobody of segment:b receives it",
      ])
  }
}
