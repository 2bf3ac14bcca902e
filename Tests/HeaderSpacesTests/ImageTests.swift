import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of the images of header spaces` {
  @Test func `forgetting, choosing and overwriting agree with listing cells`() throws {
    let seed: UInt64 = 5
    var random = SplitMix(seed)
    let count = rounds(20)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let boxes = (0..<3).map { _ in grid.box(&random) }
      let space = try store.space(of: boxes)
      let cells = grid.cells(of: boxes)
      for (index, field) in grid.fields.enumerated() {
        let projected = try store.project(space, away: [field])
        #expect(grid.cells(of: projected, in: store) == grid.forgetting(index, cells))
        #expect(
          try projected == store.space(of: grid.boxes(of: grid.forgetting(index, cells))))
        let chosen = grid.intervals[index][random.below(grid.intervals[index].count)]
        let isChosen = (0..<grid.count).map {
          grid.intervals[index][grid.coordinates($0)[index]] == chosen
        }
        let restricted = try store.restrict(space, field, to: Ranges(chosen))
        #expect(grid.cells(of: restricted, in: store) == zip(cells, isChosen).map { $0 && $1 })
        let assigned = try store.assign(field, Ranges(chosen), in: space)
        #expect(
          grid.cells(of: assigned, in: store)
            == zip(grid.forgetting(index, cells), isChosen).map { $0 && $1 })
      }
      let chosen = [2, 0].map { index in
        (field: grid.fields[index], values: Ranges(grid.intervals[index][0]))
      }
      let anything = (field: grid.fields[1], values: grid.fields[1].allValues)
      var step = try store.project(space, away: [grid.fields[1]])
      for write in chosen { step = try store.project(step, away: [write.field]) }
      for write in chosen { step = try store.restrict(step, write.field, to: write.values) }
      #expect(try store.overwrite(chosen + [anything], in: space) == step)
      let twice = grid.forgetting(1, grid.forgetting(2, cells))
      let projected = try store.project(space, away: [grid.fields[2], grid.fields[1]])
      #expect(grid.cells(of: projected, in: store) == twice)
      for (index, condition) in grid.conditions.enumerated() {
        let at = grid.intervals.count + index
        let some = try store.existentially(space, over: [condition])
        #expect(grid.cells(of: some, in: store) == grid.forgetting(at, cells))
        let all = try store.universally(space, over: [condition])
        #expect(grid.cells(of: all, in: store) == grid.forgetting(at, cells, every: true))
        let listed = grid.boxes(of: grid.forgetting(at, cells, every: true))
        #expect(try all == store.space(of: listed))
        #expect(store.dependsOn(space, condition: condition) == (some != all))
        let literal = try store.restrict(space, to: Literal(condition, true))
        let expected = (0..<grid.count).map { cells[$0] && grid.coordinates($0)[at] == 1 }
        #expect(grid.cells(of: literal, in: store) == expected)
      }
      let all = try store.universally(space, over: grid.conditions)
      let stepwise = try store.universally(store.universally(space, over: [7]), over: [0])
      #expect(all == stepwise)
    }
    print("seed \(seed): \(count) sets")
  }

  @Test func `exchanging and renaming agree with listing cells and undo themselves`() throws {
    let seed: UInt64 = 6
    var random = SplitMix(seed)
    let count = rounds(80)
    for _ in 0..<count {
      let grid = Grid(&random)
      let (a, b) = (grid.fields[0], grid.fields[1])
      var store = HeaderSpaceStore()
      let boxes = (0..<4).map { _ in grid.box(&random) }
      let space = try store.space(of: boxes)
      let cells = grid.cells(of: boxes)
      let exchanged = (0..<grid.count).map { cell in
        var at = grid.coordinates(cell)
        at.swapAt(0, 1)
        return cells[grid.cell(at)]
      }
      let swapped = try store.swap(a, b, in: space)
      #expect(grid.cells(of: swapped, in: store) == exchanged)
      #expect(try swapped == store.space(of: grid.boxes(of: exchanged)))
      #expect(try store.swap(b, a, in: swapped) == space)
      #expect(try store.swap(a, a, in: space) == space)
      let free = try store.project(space, away: [b])
      let renamed = try store.rename(a, to: b, in: free)
      let fields = store.fields(in: renamed)
      #expect(!fields.contains(a))
      #expect(try store.rename(b, to: a, in: renamed) == free)
      #expect(try store.rename(a, to: b, in: free) == store.swap(a, b, in: free))
    }
    print("seed \(seed): \(count) sets")
  }

  @Test func `moving a range of values moves exactly those`() throws {
    let seed: UInt64 = 8
    var random = SplitMix(seed)
    let count = rounds(80)
    var points = 0
    for _ in 0..<count {
      let grid = Grid(&random)
      let index = random.below(grid.fields.count)
      let field = grid.fields[index]
      var store = HeaderSpaceStore()
      let boxes = (0..<3).map { _ in grid.box(&random) }
      let space = try store.space(of: boxes)
      let ends = grid.intervals[index].flatMap { [$0.lowerBound, $0.upperBound] }
      let picked = [ends[random.below(ends.count)], ends[random.below(ends.count)]].sorted()
      let range = picked[0]...picked[1]
      let room = field.greatest - (picked[1] - picked[0])
      let target = min(room, [0, room, ends[random.below(ends.count)]][random.below(3)])
      let moved = try store.shift(field, range, to: target, in: space)
      for cell in 0..<grid.count {
        let at = grid.coordinates(cell)
        for value in ends
          + ends.compactMap({ range.contains($0) ? $0 - range.lowerBound + target : nil })
        {
          let outcome = { (condition: Int) in
            at[grid.intervals.count + (condition == 0 ? 0 : 1)] == 1
          }
          let point = { (other: HeaderField, own: UInt128) -> UInt128 in
            if other == field { return own }
            return grid.fields.firstIndex(of: other).map { grid.intervals[$0][at[$0]].lowerBound }
              ?? 0
          }
          let isInside = value >= target && value - target <= range.upperBound - range.lowerBound
          let before = isInside ? value - target + range.lowerBound : 0
          let expected =
            isInside
            && boxes.contains { $0.contains(value: { point($0, before) }, outcome: outcome) }
          #expect(store.contains(moved, value: { point($0, value) }, outcome: outcome) == expected)
          points += 1
        }
      }
      if range == 0...field.greatest { #expect(moved == space) }
      #expect(try moved == store.space(of: boxes.map { Self.moved($0, field, range, target) }))
      let back = try store.shift(
        field, target...(target + (range.upperBound - range.lowerBound)), to: range.lowerBound,
        in: moved)
      #expect(try back == store.restrict(space, field, to: Ranges(range)))
    }
    print("seed \(seed): \(count) moves, \(points) points")
  }

  /// The box with the values of a field inside a range moved and the others dropped.
  private static func moved(
    _ box: HeaderBox, _ field: HeaderField, _ range: ClosedRange<UInt128>, _ target: UInt128
  ) -> HeaderBox {
    let values = box[field].intersection(Ranges(range)).ranges.map {
      ($0.lowerBound - range.lowerBound + target)...($0.upperBound - range.lowerBound + target)
    }
    return box.without(field).constrained(field, to: Ranges(values))
  }

  @Test func `fields and conditions are those that matter`() throws {
    var store = HeaderSpaceStore()
    var box = HeaderBox()
    box.constrain(.sourceIPv6, to: Ranges(5))
    box.constrain(.monitor, to: Ranges(1))
    box.constrain(Literal(1_000, true))
    let space = try store.space(of: box)
    #expect(store.fields(in: space) == [.sourceIPv6, .monitor])
    #expect(store.conditions(in: space) == [1_000])
    let depends = [0, 1_000].map { store.dependsOn(space, condition: $0) }
    #expect(depends == [false, true])
    #expect(store.fields(in: .everything).isEmpty)
    #expect(try store.values(of: .sourceIPv6, in: space) == Ranges(5))
    #expect(try store.values(of: .protocol, in: space) == HeaderField.protocol.allValues)
  }
}
