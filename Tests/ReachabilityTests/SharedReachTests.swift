import Randomness
import Canonical
import HeaderSpaces
import Networks
import Packets
import Policies
import Testing

@testable import Reachability

@Suite struct `Sources that are followed together` {
  @Test func `law: what a zone reaches is the same alone and among others`() throws {
    let networks = rounds(12)
    var compared = 0
    var tagged = 0
    var large = 0
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number) &+ 7_000
      var maker = NetworkMaker(seed: seed, NetworkMaker.Liking())
      let network = maker.make()
      do {
        var engine = try Engine(for: network, setLimit: 500_000)
        compared += try Self.compare(&engine, &maker.random, seed)
        tagged += engine.shared.first?.ambiguous.count { !$0.isEmpty } ?? 0
      } catch is LimitReached {
        large += 1
      } catch is LoweringLimit {
        large += 1
      }
    }
    #expect(compared > 0 && tagged > 0)
    print(
      "seed \(firstSeed): \(networks) networks, \(compared) zones among others, \(large) too large")
  }

  @Test func `what else is asked about opens no sessions`() {
    var sketch = Sketch()
    let a = sketch.segment("a", "10.0.0.0/24")
    let b = sketch.segment("b", "10.0.1.0/24")
    let c = sketch.segment("c", "10.0.2.0/24")
    _ = sketch.device("r", (a, ["10.0.0.1/24"]), (b, ["10.0.1.1/24"])) { device in
      device.route("10.0.2.0/24", .gateway(address("10.0.1.9"), interface: nil))
      device.filters(rule(.permit, from("10.0.2.1")))
      device.remembers(bypassing: true)
    }
    _ = sketch.device("s", (b, ["10.0.1.9/24"]), (c, ["10.0.2.1/24"])) { device in
      device.route("10.0.0.0/24", .gateway(address("10.0.1.1"), interface: nil))
    }
    sketch.network.spoofing = .none
    let back = isolate("segment:a", "device:s")
    #expect(sketch.verdict(back, replies: .forbid) == "holds")
    let other = isolate("device:s", "segment:a")
    #expect(sketch.verdict(back, replies: .forbid, beside: [other]) == "holds")
    #expect(sketch.verdict(other, beside: [back]) != "holds")
  }

  @Test func `law: sessions are the same learnt alone and while packets are followed`() throws {
    let networks = rounds(12)
    var learnt = 0
    var classes = 0
    var large = 0
    for number in 0..<networks {
      let seed = firstSeed &+ UInt64(number) &+ 9_000
      var maker = NetworkMaker(seed: seed, NetworkMaker.Liking())
      let network = maker.make()
      do {
        var engine = try Engine(for: network, setLimit: 1_000_000)
        let everything = try engine.everySender()
        try engine.learnSessions(from: everything)
        let expected = engine.memories
        if engine.limit != nil { continue }
        engine.memories = expected.map { _ in SessionMemory() }
        try engine.prepare(engine.plan(asked: everything, ofDevices: []), with: nil)
        if engine.shared.first?.flows == nil { continue }
        learnt += 1
        for (alone, together) in zip(expected, engine.memories) {
          classes += alone.classes.count
          #expect(alone.remembered.count == together.remembered.count, "seed \(seed)")
          for flow in alone.remembered {
            let other = together.remembered.first { $0.trail == flow.trail }
            let isThere = try engine.possible(other?.space) == engine.possible(flow.space)
            #expect(isThere, "seed \(seed)")
          }
        }
      } catch is LimitReached {
        large += 1
      } catch is LoweringLimit {
        large += 1
      }
    }
    #expect(learnt > 0 && classes > 0)
    print(
      "seed \(firstSeed): \(learnt) networks, \(classes) classes of sessions, \(large) too large")
  }

  /// Asks about zones alone and among each other; the answer counts those that were among others.
  private static func compare(
    _ engine: inout Engine, _ random: inout SplitMix, _ seed: UInt64
  ) throws -> Int {
    var keys: [ReachKey] = []
    for segment in engine.network.segments.indices where random.chance(70) {
      let all = engine.traffic.sources(on: segment)
      let some = random.chance(50) ? all : half(of: all)
      let part = ZoneExtent.Part(segment: segment, addresses: some, declared: some)
      keys.append(ReachKey(sources: [try engine.start(of: part)], watched: []))
    }
    keys.append(ReachKey(sources: keys.flatMap(\.sources), watched: []))
    keys.removeAll(where: \.sources.isEmpty)
    var alone: [[(delivery: CanonicalNetwork.Delivery, flow: Flow)]] = []
    for key in keys { alone.append(try engine.deliveries(in: engine.reach(key))) }
    engine.reachCache = [:]
    _ = try engine.share(keys.flatMap(\.sources))
    var compared = 0
    for (key, expected) in zip(keys, alone) {
      let reach = try engine.reach(key)
      if reach.selection != nil { compared += 1 }
      let found = try engine.deliveries(in: reach)
      #expect(found.count == expected.count, "seed \(seed)")
      for (delivery, flow) in found {
        let same = expected.first { $0.delivery == delivery && $0.flow.trail == flow.trail }
        let isThere = try engine.sure(same?.flow.space) == engine.sure(flow.space)
        #expect(isThere, "seed \(seed)")
      }
    }
    return compared
  }

  /// Every other address of each range.
  private static func half(of addresses: AddressSet) -> AddressSet {
    func cut(_ ranges: Ranges) -> Ranges {
      Ranges(
        ranges.ranges.map { $0.lowerBound...($0.lowerBound + ($0.upperBound - $0.lowerBound) / 2) })
    }
    return AddressSet(ipv4: cut(addresses.ipv4), ipv6: cut(addresses.ipv6))
  }
}

extension Engine {
  /// Packets without the marks that some outcome of a condition let them through: how many are
  /// marked hangs on how they came together, too.
  fileprivate mutating func sure(_ space: HeaderSpace?) throws(LimitReached) -> HeaderSpace {
    let all = space ?? .empty
    let marks = store.conditions(in: all).filter {
      canonical.condition(ofLiteral: $0)?.isStale == true
    }
    return try store.existentially(all, over: marks)
  }

  /// Sessions that are there under any conditions: whether one hangs on them is told only as far as
  /// the packets that open it came together.
  fileprivate mutating func possible(_ sessions: HeaderSpace?) throws(LimitReached) -> HeaderSpace {
    let all = sessions ?? .empty
    return try store.existentially(all, over: store.conditions(in: all))
  }
}
