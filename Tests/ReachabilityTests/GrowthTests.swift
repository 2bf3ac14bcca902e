import Canonical
import HeaderSpaces
import Networks
import Packets
import Places
import Policies
import Testing

@testable import Reachability

@Suite struct `Growth` {
  /// How many edges sets have after a verdict about an office whose filter is a chain of lists, each of
  /// which goes to the next under one of two conditions.
  private func edges(ofLists count: Int) throws -> Int {
    var sketch = office(end: .permit)
    // An importer that follows the first call of each list meets the second ones on its way back.
    let firsts = (0..<count).map { ($0, 1) }
    for (number, rule) in firsts + firsts.reversed().map({ ($0.0, 2) }) {
      let place = Place(file: "lists", line: 2 * number + rule)
      _ = sketch.network.conditions.index(
        of: Condition(name: "\(place.line)", scope: Condition.ofPacket, place: place, why: "a test")
      )
    }
    let conditions = sketch.network.conditions
    let lists = sketch.network.devices[0].acls.count
    sketch.network.devices[0].acls += (0...count).map { number in
      var list = ACL(name: "\(number)", place: Place(file: "lists"), rules: [], end: .deny)
      if number == count { list.end = .permit }
      let lines = number == count ? [] : [2 * number + 1, 2 * number + 2]
      list.rules = lines.compactMap { line in
        conditions.index(named: "\(line)").map {
          rule(.goto(lists + number + 1), .condition($0))
        }
      }
      if number == count { list.rules = [rule(.permit)] }
      return list
    }
    sketch.network.devices[0].pipeline.departure.append(.filter(lists, role: .plain))
    let policy = try sketch.resolved(isolate("segment:a", "segment:b"))
    var verifier = try Verifier(
      sketch.network, try lower(sketch.network), limits: VerificationLimits())
    let standing = verifier.standing(of: policy.requirements[0])
    #expect(standing == .undecided && verifier.engine.limit == nil)
    return verifier.engine.store.edgeCount
  }

  @Test func `lists that go to the next under either of two conditions cost the same each`() throws
  {
    let few = try edges(ofLists: 5)
    let more = try edges(ofLists: 10)
    let most = try edges(ofLists: 15)
    print("\(few), \(more) and \(most) edges")
    #expect(most - more < 2 * (more - few))
  }
}
