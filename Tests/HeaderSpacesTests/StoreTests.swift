import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of the stores of header spaces` {
  @Test func `a copy has the same sets and goes its own way`() throws {
    let seed: UInt64 = 47
    var random = SplitMix(seed)
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

  @Test func `sets that another store takes over are the same there`() throws {
    let seed: UInt64 = 49
    var random = SplitMix(seed)
    let count = rounds(30)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      var spaces: [HeaderSpace] = [.empty, .everything]
      for _ in 0..<4 {
        spaces.append(try store.space(of: (0..<2).map { _ in grid.box(&random) }))
      }
      spaces.append(spaces[2])
      let packed = store.pack(spaces)
      #expect(packed.count == spaces.count)
      #expect(try store.unpack(packed) == spaces)
      // The other has sets of its own, and some of these.
      var other = HeaderSpaceStore()
      _ = try other.space(of: grid.box(&random))
      _ = try other.unpack(store.pack([spaces[4]]))
      let taken = try other.unpack(packed)
      #expect(taken.count == spaces.count)
      for (space, there) in zip(spaces, taken) {
        #expect(grid.cells(of: there, in: other) == grid.cells(of: space, in: store))
        #expect(other.conditions(in: there) == store.conditions(in: space))
      }
      #expect(taken[2] == taken[6])
      #expect(
        try other.union(taken[2], taken[3])
          == other.unpack(store.pack([store.union(spaces[2], spaces[3])]))[0])
    }
    print("seed \(seed): \(count) stores")
  }

  @Test func `what is ignored is left out of a split, and the rest is as it was`() throws {
    let seed: UInt64 = 50
    var random = SplitMix(seed)
    let count = rounds(30)
    var ignored = 0
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let rules = (0..<6).map { _ in MatchRule([grid.box(&random)], target: random.below(4)) }
      let left = Set((0..<4).filter { _ in random.chance(40) })
      let whole = try store.cases(by: rules, targets: 4, default: 1)
      let cases = try store.cases(by: rules, targets: 4, default: 1, ignoring: left)
      for space in [try store.space(of: (0..<2).map { _ in grid.box(&random) }), .everything] {
        let all = try store.split(space, by: whole)
        let some = try store.split(space, by: cases)
        ignored += all.count - some.count
        let expected = all.filter { !left.contains($0.target) }
        #expect(some.map(\.target) == expected.map(\.target))
        #expect(some.map(\.space) == expected.map(\.space))
        for target in 0..<4 {
          let part = try store.intersection(space, store.space(of: target, in: whole))
          #expect(part == all.first { $0.target == target }?.space ?? .empty)
          if left.contains(target) { continue }
          #expect(try store.intersection(space, store.space(of: target, in: cases)) == part)
        }
      }
    }
    #expect(ignored > 0)
    print("seed \(seed): \(count) lists, \(ignored) parts ignored")
  }

  @Test func `conditions are those on which a set depends, also after compaction`() throws {
    let seed: UInt64 = 48
    var random = SplitMix(seed)
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
    var random = SplitMix(seed)
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
