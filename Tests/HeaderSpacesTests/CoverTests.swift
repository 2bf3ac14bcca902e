import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of members and boxes` {
  @Test func `the boxes are exactly the set, and none can go`() throws {
    let seed: UInt64 = 12
    var random = SplitMix(seed)
    let count = rounds(60)
    var listed = 0
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let space = try store.space(of: (0..<(3 + random.below(5))).map { _ in grid.box(&random) })
      let care =
        try random.chance(50)
        ? .everything : store.space(of: (0..<3).map { _ in grid.box(&random) })
      let cover = try store.boxes(of: space, within: care)
      #expect(!cover.isTruncated)
      let wanted = try store.intersection(space, care)
      let held = try store.space(of: cover.boxes)
      #expect(try store.intersection(held, care) == wanted)
      for index in cover.boxes.indices {
        var fewer = cover.boxes
        let box = fewer.remove(at: index)
        let rest = try store.space(of: fewer)
        #expect(try false == store.isSubset(wanted, of: rest))
        for constraint in box.constraints where constraint.field != .family {
          let wider = try store.space(of: box.without(constraint.field))
          #expect(try false == store.isSubset(store.intersection(wider, care), of: wanted))
        }
        for literal in box.literals {
          let wider = try store.space(of: box.without(literal))
          #expect(try false == store.isSubset(store.intersection(wider, care), of: wanted))
        }
      }
      listed += cover.boxes.count
      var second = HeaderSpaceStore()
      _ = try second.space(of: grid.box(&random))
      let again = try second.space(of: store.boxes(of: space).boxes)
      #expect(try second.boxes(of: again) == store.boxes(of: space))
    }
    print("seed \(seed): \(count) sets, \(listed) boxes")
  }

  @Test func `a list that is cut short says so and holds only members`() throws {
    var store = HeaderSpaceStore()
    var boxes: [HeaderBox] = []
    for number in UInt128(0)..<40 {
      var box = HeaderBox()
      box.constrain(.sourceIPv4, to: Ranges(number * 7))
      box.constrain(.destinationIPv4, to: Ranges(number * 3))
      boxes.append(box)
    }
    let space = try store.space(of: boxes)
    let cover = try store.boxes(of: space, limit: 10)
    #expect(cover.isTruncated)
    #expect(cover.boxes.count == 10)
    #expect(try true == store.isSubset(store.space(of: cover.boxes), of: space))
    #expect(try store.boxes(of: .empty) == BoxCover(boxes: [], isTruncated: false))
    #expect(try store.boxes(of: .everything).boxes == [HeaderBox()])
  }

  @Test func `within valid packets a person's rule comes back as one box`() throws {
    var store = HeaderSpaceStore()
    let valid = try store.valid()
    var rule = HeaderBox()
    rule.constrain(.family, to: Ranges(0))
    rule.constrain(.sourceIPv4, to: Ranges(0x0a01_0000...0x0a01_ffff))
    rule.constrain(.destinationIPv4, to: Ranges(0x0a02_0304))
    rule.constrain(.protocol, to: Ranges(6))
    rule.constrain(.destinationPort, to: Ranges(values: [22, 3389]))
    let space = try store.intersection(store.space(of: rule), valid)
    let cover = try store.boxes(of: space, within: valid)
    #expect(cover.boxes == [rule])
  }

  @Test func `a member is in the set, the least, and follows preferences`() throws {
    let seed: UInt64 = 13
    var random = SplitMix(seed)
    let count = rounds(100)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let space = try store.space(of: (0..<2).map { _ in grid.box(&random) })
      let preferred = grid.box(&random)
      let point = try #require(try store.member(of: space, preferring: [preferred]))
      let isHeld = store.contains(space, point)
      #expect(isHeld)
      let both = try store.restrict(space, to: preferred)
      #expect(
        preferred.contains(value: { point[$0] }, outcome: point.outcome) == !both.isEmpty)
    }
    var store = HeaderSpaceStore()
    #expect(try store.member(of: .empty) == nil)
    #expect(try store.member(of: .everything) == HeaderPoint())
    print("seed \(seed): \(count) members")
  }
}
