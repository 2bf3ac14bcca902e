import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of the stores of header spaces` {
  @Test func `a copy has the same sets and goes its own way`() throws {
    let seed: UInt64 = 47
    var random = SplitMix(state: seed)
    let count = rounds(30)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let boxes = (0..<5).map { _ in grid.box(&random) }
      let first = try store.space(of: Array(boxes[0..<2]))
      let second = try store.space(of: Array(boxes[2..<4]))
      var copy = store.copy()
      #expect(copy.edgeCount == store.edgeCount)
      // What each makes now is unknown to the other, and may have the same name there.
      let here = try store.intersection(first, second)
      let third = try copy.space(of: boxes[4])
      let there = try copy.union(third, copy.subtracting(second, from: first))
      let models = (0..<5).map { grid.cells(of: [boxes[$0]]) }
      let a = zip(models[0], models[1]).map { $0 || $1 }
      let b = zip(models[2], models[3]).map { $0 || $1 }
      #expect(grid.cells(of: here, in: store) == zip(a, b).map { $0 && $1 })
      let expected = zip(models[4], zip(a, b).map { $0 && !$1 }).map { $0 || $1 }
      #expect(grid.cells(of: there, in: copy) == expected)
      #expect(try copy.intersection(first, second) == copy.intersection(second, first))
      #expect(store.conditions(in: first) == copy.conditions(in: first))
    }
    print("seed \(seed): \(count) stores")
  }

  @Test func `conditions are those on which a set depends, also after compaction`() throws {
    let seed: UInt64 = 48
    var random = SplitMix(state: seed)
    let count = rounds(30)
    var depending = 0
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      var spaces: [HeaderSpace] = []
      for _ in 0..<4 {
        spaces.append(try store.space(of: (0..<2).map { _ in grid.box(&random) }))
      }
      var expected: [[Int]] = []
      for space in spaces {
        let all = grid.conditions.sorted()
        expected.append(
          try all.filter { try store.existentially(space, over: [$0]) != space })
      }
      depending += expected.count { !$0.isEmpty }
      #expect(spaces.map { store.conditions(in: $0) } == expected)
      spaces = store.compact(keeping: spaces.reversed())
      #expect(spaces.map { store.conditions(in: $0) } == expected.reversed())
      let joined = try store.union(spaces[0], spaces[1])
      let sure = try grid.conditions.sorted().filter {
        try store.existentially(joined, over: [$0]) != joined
      }
      #expect(store.conditions(in: joined) == sure)
    }
    #expect(depending > 0)
    print("seed \(seed): \(count) stores, \(depending) sets that depend on conditions")
  }

  @Test func `pairs of fields are exchanged at once as one after the other`() throws {
    let seed: UInt64 = 49
    var random = SplitMix(state: seed)
    let pairs: [(HeaderField, HeaderField)] = [
      (.sourceIPv4, .destinationIPv4), (.sourcePort, .destinationPort),
      (.sentSourcePort, .sessionSourcePort),
    ]
    let count = rounds(30)
    for _ in 0..<count {
      var store = HeaderSpaceStore()
      let boxes = (0..<4).map { _ in
        var box = HeaderBox()
        for (a, b) in pairs where random.chance(70) {
          let low = UInt128(random.below(60000))
          box.constrain(random.chance(50) ? a : b, to: Ranges(low...low + 4))
        }
        return box
      }
      let space = try store.space(of: boxes)
      var stepwise = space
      for (a, b) in pairs.reversed() { stepwise = try store.swap(a, b, in: stepwise) }
      let swapped = try store.swap(pairs + [(.protocol, .protocol)], in: space)
      #expect(swapped == stepwise)
      #expect(try store.swap(pairs, in: swapped) == space)
    }
    print("seed \(seed): \(count) sets")
  }
}
