import HeaderSpaces
import Packets
import Testing

@Suite struct `An order of conditions` {
  @Test(arguments: [[], [0, 1, 2], [2, 0, 1], [1, 2, 0, 3]])
  func `it changes no answer`(order: [Int]) throws {
    var store = HeaderSpaceStore(conditions: order)
    let boxes = [(0, true), (1, false), (2, true), (4, true)].map { number, outcome in
      var box = HeaderBox().constrained(.destinationPort, to: Ranges(UInt128(number)))
      box.constrain(Literal(number, outcome))
      box.constrain(Literal((number + 1) % 3, true))
      return box
    }
    let set = try store.space(of: boxes)
    let conditions = store.conditions(in: set)
    let dependsOn = (3...4).map { store.dependsOn(set, condition: $0) }
    #expect(conditions == [0, 1, 2, 4] && dependsOn == [false, true])
    for box in boxes {
      let alone = try store.space(of: box)
      let outside = try store.subtracting(set, from: alone)
      let member = try store.member(of: alone)
      let point = try #require(member)
      let isInside = store.contains(set, point)
      #expect(outside.isEmpty && isInside)
      #expect(box.literals.allSatisfy { point.outcome($0.condition) == $0.value })
    }
    let some = try store.existentially(set, over: [0])
    let every = try store.universally(set, over: [0])
    let left = [some, every].map { store.conditions(in: $0) }
    #expect(left == [[1, 2, 4], [1, 2, 4]] && some != every)
  }
}
