import Randomness
import HeaderSpaces
import Networks
import Packets
import Places
import Policies
import Testing

@testable import Reachability

@Suite struct `Lost devices` {
  private let asked = isolate("segment:a", "segment:b")

  /// How a requirement stands after devices were lost.
  private func standing(
    _ obligation: Obligation<Selection>, _ sketch: Sketch, losing lost: Set<Int>,
    by loss: DeviceLoss
  ) throws -> Standing {
    let policy = try sketch.resolved(obligation)
    return standings(
      of: policy.requirements, in: sketch.network.losing(lost, by: loss))[0]
  }

  @Test func `that failed open forward what they denied`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    #expect(try standing(asked, sketch, losing: [0], by: .failedOpen) == .holds)
    #expect(try standing(asked, sketch, losing: [1], by: .failedOpen) == .holds)
    #expect(try standing(asked, sketch, losing: [0, 1], by: .failedOpen) == .violated)
  }

  @Test func `that failed open still have no other routes`() throws {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(end: .permit) }
    sketch.network.devices[0].vrfs[0].routes = []
    #expect(try standing(asked, sketch, losing: [0], by: .failedOpen) == .holds)
    // Whoever has it needs none.
    #expect(try standing(asked, sketch, losing: [0], by: .takenOver) == .violated)
  }

  @Test func `that were taken over write what a later filter lets through`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) {
      $0.filters(rule(.permit, from("10.9.9.9")))
    }
    #expect(try standing(asked, sketch, losing: [0], by: .failedOpen) == .holds)
    #expect(try standing(asked, sketch, losing: [0], by: .takenOver) == .violated)
  }

  @Test func `that were taken over send nothing for whoever cannot reach them`() throws {
    let sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    #expect(try standing(asked, sketch, losing: [1], by: .takenOver) == .holds)
  }

  @Test func `that have one interface write what a filter lets through, when taken over`() throws {
    for isRouted in [true, false] {
      var sketch = office(rule(.permit, from("10.0.0.7")))
      sketch.network.spoofing = .none
      let lost = sketch.device("x", (0, ["10.0.0.7/24"])) { device in
        if isRouted { device.route("0.0.0.0/0", .gateway(address("10.0.0.1"), interface: nil)) }
      }
      let asked = isolate("10.0.0.9", "segment:b")
      #expect(try standing(asked, sketch, losing: [lost], by: .failedOpen) == .holds)
      #expect(try standing(asked, sketch, losing: [lost], by: .takenOver) == .violated)
    }
  }

  @Test func `that were taken over are not held to their translations`() throws {
    let sketch = inSeries({ $0.publishes(.any, as: .pool(addresses("10.9.9.1"))) }) {
      $0.filters(rule(.permit, from("10.9.9.9")))
    }
    #expect(try standing(asked, sketch, losing: [], by: .takenOver) == .holds)
    #expect(try standing(asked, sketch, losing: [0], by: .takenOver) == .violated)
  }

  @Test func `that are absent lose what must arrive`() throws {
    let sketch = inSeries({ $0.filters(end: .permit) }) { $0.filters(end: .permit) }
    let reach = mustReach("10.0.0.9", "10.0.1.9", "udp/53")
    #expect(try standing(reach, sketch, losing: [], by: .absent) == .holds)
    #expect(try standing(reach, sketch, losing: [0], by: .absent) == .violated)
    #expect(try standing(reach, sketch, losing: [1], by: .absent) == .violated)
  }

  @Test func `that are diodes let nothing back, whoever has them`() throws {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.0.0/24")
    _ = sketch.device("diode", (a, []), (b, [])) { device in
      device.kind = .diode
      device.pipeline = Pipeline(arrival: [.bridge([1, nil])])
    }
    let back = isolate("segment:b", "segment:a")
    for loss in [DeviceLoss.failedOpen, .takenOver] {
      #expect(try standing(back, sketch, losing: [0], by: loss) == .holds)
    }
  }

  @Test func `that bridge join when they are taken over`() throws {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.0.0/24")
    _ = sketch.device("wire", (a, []), (b, [])) { device in
      let list = device.list("wire", [rule(.deny)])
      device.pipeline = Pipeline(arrival: [.filter(list, role: .forwardFilter), .bridge([1, nil])])
    }
    let back = isolate("segment:b", "segment:a")
    #expect(try standing(back, sketch, losing: [0], by: .failedOpen) == .holds)
    #expect(try standing(back, sketch, losing: [0], by: .takenOver) == .violated)
  }

  @Test func `are one at a time, or all of a vendor`() throws {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.deny)) }
    sketch.network.devices[0].vendor = "some"
    sketch.network.devices[1].vendor = "some"
    let policy = try sketch.resolved(asked)
    var result = verify(sketch.network, against: policy)
    #expect(result.exitStatus == 0)
    result.addLosses(for: policy, in: sketch.network)
    let losses = try #require(result.losses)
    #expect(losses.rows.map(\.name) == ["first", "second", "some"])
    #expect(losses.rows.map(\.kind) == [.device, .device, .vendor])
    #expect(losses.rows[2].devices == ["first", "second"])
    let broken = losses.rows.map { $0.effects.map { $0.broken.map(\.requirement) } }
    #expect(
      broken == [[[], ["R1"], []], [[], [], []], [["R1"], ["R1"], []]]
        || broken == [[[], [], []], [[], [], []], [["R1"], ["R1"], []]])
    #expect(result.exitStatus == 1)
  }

  @Test func `that break only what waivers excuse count for nothing`() throws {
    var sketch = inSeries({ $0.filters(rule(.deny)) }) { $0.filters(rule(.permit, udp(502...503))) }
    sketch.network.devices[1].vendor = "another"
    for (listed, standing, status) in [
      ("udp/502-503", Standing.waived, Int32(0)), ("udp/502", .violated, 1),
    ] {
      let policy = try sketch.resolved(asked, waiving: [conduit(nil, nil, listed)])
      var result = verify(sketch.network, against: policy)
      #expect(result.answers[0].verdict.standing == .holds)
      result.addLosses(for: policy, in: sketch.network)
      let effects = try #require(result.losses).rows[0].effects
      #expect(effects[0].broken.map(\.standing) == [standing], "\(listed)")
      #expect(effects[1].broken.map(\.standing) == [standing], "\(listed)")
      #expect(result.exitStatus == status, "\(listed)")
    }
  }

  @Test func `that break more than is waived are named`() throws {
    let permits = rule(.permit, udp(502))
    var sketch = inSeries({ $0.filters(permits) }) { $0.filters(rule(.permit, udp(502...503))) }
    sketch.network.devices[1].vendor = "another"
    for (listed, broken) in [("udp/502-503", []), ("udp/502", ["R1"])] {
      let policy = try sketch.resolved(asked, waiving: [conduit(nil, nil, listed)])
      var result = verify(sketch.network, against: policy)
      #expect(result.exitStatus == 0)
      result.addLosses(for: policy, in: sketch.network)
      let effect = try #require(result.losses).rows[0].effects[0]
      #expect(effect.broken.map(\.requirement) == broken, "\(listed)")
      #expect(effect.broken.allSatisfy { $0.standing == .violated }, "\(listed)")
    }
  }

  @Test func `that stand for lines are none`() throws {
    var sketch = office(rule(.deny))
    sketch.network.devices[0].sendsOwnPackets = false
    #expect(sketch.network.denials == [] && sketch.network.filteringDevices == [])
    let policy = try sketch.resolved(asked)
    var result = verify(sketch.network, against: policy)
    result.addLosses(for: policy, in: sketch.network)
    #expect(result.losses?.rows == [])
  }

  @Test func `law: with less, no less is delivered`() throws {
    var liking = NetworkMaker.Liking()
    liking.devices = 3
    var asked = 0
    var broken = 0
    for number in 0..<rounds(15) {
      let seed = firstSeed &+ UInt64(number) &+ 33_000
      var maker = NetworkMaker(seed: seed, liking)
      let network = maker.make()
      let requirement = maker.requirement(in: network)
      guard requirement.obligation.isAboutPassing,
        standings(of: [requirement], in: network) != [.holds]
      else { continue }
      let devices = Set(network.devices.indices)
      for loss in [DeviceLoss.failedOpen, .takenOver] {
        asked += 1
        let after = standings(of: [requirement], in: network.losing(devices, by: loss))
        if after == [.holds] {
          Issue.record("seed \(seed): \(loss) mends \(requirement.obligation)\n\(network.words)")
          return
        }
        broken += 1
      }
    }
    print("seed \(firstSeed): \(asked) losses of what does not hold, \(broken) stay so")
  }
}
