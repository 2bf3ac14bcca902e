import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of the algebra of header spaces` {
  @Test func `every operation agrees with listing cells and with box subtraction`() throws {
    let seed: UInt64 = 20_260_101
    var random = SplitMix(seed)
    let count = rounds(30)
    var compared = 0
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      var spaces: [HeaderSpace] = [.empty, .everything]
      var models = [
        [Bool](repeating: false, count: grid.count), [Bool](repeating: true, count: grid.count),
      ]
      var lists: [BoxSpace] = [BoxSpace(), .everything]
      for _ in 0..<4 {
        let boxes = (0..<(1 + random.below(3))).map { _ in grid.box(&random) }
        spaces.append(try store.space(of: boxes))
        models.append(grid.cells(of: boxes))
        lists.append(BoxSpace(boxes))
      }
      for _ in 0..<8 {
        let a = random.below(spaces.count)
        let b = random.below(spaces.count)
        switch random.below(4) {
        case 0:
          spaces.append(try store.union(spaces[a], spaces[b]))
          models.append(zip(models[a], models[b]).map { $0 || $1 })
          lists.append(lists[a].union(lists[b]))
        case 1:
          spaces.append(try store.intersection(spaces[a], spaces[b]))
          models.append(zip(models[a], models[b]).map { $0 && $1 })
          lists.append(lists[a].intersection(lists[b]))
        case 2:
          spaces.append(try store.subtracting(spaces[b], from: spaces[a]))
          models.append(zip(models[a], models[b]).map { $0 && !$1 })
          lists.append(lists[a].subtracting(lists[b]))
        default:
          spaces.append(try store.complement(spaces[a]))
          models.append(models[a].map { !$0 })
          lists.append(lists[a].complement)
        }
        let last = spaces.count - 1
        #expect(grid.cells(of: spaces[last], in: store) == models[last])
        #expect(grid.cells(of: lists[last].boxes) == models[last])
        #expect(try store.space(of: lists[last].boxes) == spaces[last])
        compared += 1
      }
      for _ in 0..<8 {
        let a = random.below(spaces.count)
        let b = random.below(spaces.count)
        let isSubset = zip(models[a], models[b]).allSatisfy { !$0 || $1 }
        let isDisjoint = zip(models[a], models[b]).allSatisfy { !($0 && $1) }
        #expect(try store.isSubset(spaces[a], of: spaces[b]) == isSubset)
        #expect(try store.isDisjoint(spaces[a], spaces[b]) == isDisjoint)
        #expect((spaces[a] == spaces[b]) == (models[a] == models[b]))
        #expect(lists[a].isSubset(of: lists[b]) == isSubset)
        #expect(lists[a].isDisjoint(with: lists[b]) == isDisjoint)
        #expect(lists[a].hasSameMembers(as: lists[b]) == (models[a] == models[b]))
      }
    }
    print("seed \(seed): \(count) grids, \(compared) sets compared three ways")
  }

  @Test func `the laws of sets hold as equality of indices`() throws {
    let seed: UInt64 = 7
    var random = SplitMix(seed)
    let count = rounds(60)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      var sets: [HeaderSpace] = []
      for _ in 0..<3 {
        sets.append(try store.space(of: (0..<3).map { _ in grid.box(&random) }))
      }
      let (a, b, c) = (sets[0], sets[1], sets[2])
      let union = try store.union(a, b)
      let both = try store.intersection(a, b)
      let notA = try store.complement(a)
      let notB = try store.complement(b)
      #expect(try true == store.isSubset(store.subtracting(b, from: union), of: a))
      #expect(try store.complement(union) == store.intersection(notA, notB))
      #expect(try store.complement(both) == store.union(notA, notB))
      #expect(try store.complement(notA) == a)
      #expect(try store.union(a, notA) == .everything)
      #expect(try store.intersection(a, notA) == .empty)
      #expect(try store.union(b, a) == union)
      #expect(try store.union(a, both) == a)
      #expect(try store.union([a, b, c]) == store.union(union, c))
      let left = try store.intersection(a, store.union(b, c))
      #expect(try left == store.union(both, store.intersection(a, c)))
    }
    print("seed \(seed): \(count) triples")
  }

  @Test func `valid packets are those that a header can have`() throws {
    var store = HeaderSpaceStore()
    let valid = try store.valid()
    var random = SplitMix(3)
    var checked = 0
    for family in Family.allCases {
      for number in [0, 1, 6, 17, 58, 132, 255] as [UInt8] {
        for _ in 0..<8 {
          let header = Header(
            family: family, source: UInt128(random.next()), destination: 5, protocol: number,
            sourcePort: 7, destinationPort: 0, icmpType: 8, tcpFlags: 2,
            isLaterFragment: random.chance(30), application: 9, etherType: 0x88b8)
          let isHeld = store.contains(valid, value: header.stored)
          #expect(isHeld)
          for field in HeaderField.allCases where field <= .etherType && !header.has(field) {
            let isHeld = store.contains(valid, value: { $0 == field ? 1 : header.stored($0) })
            #expect(!isHeld)
          }
          checked += 1
        }
      }
    }
    #expect(checked == 168)
  }

  @Test func `an operation past the limit throws, and what was made before stays right`() throws {
    let seed: UInt64 = 11
    var random = SplitMix(seed)
    var stopped = 0
    var made = 0
    for limit in [0, 3, 10, 40, 70, 100, 130, 160, 200, 250, 300, 400] {
      let grid = Grid(&random)
      var store = HeaderSpaceStore(limit: limit)
      var sets: [(space: HeaderSpace, cells: [Bool])] = [
        (.everything, [Bool](repeating: true, count: grid.count))
      ]
      // The same operations come up again and again: what was left over from one that did not get
      // through must not pass for a result.
      for _ in 0..<rounds(150, atLeast: 150) {
        let (a, cellsA) = sets[random.below(sets.count)]
        let (b, cellsB) = sets[random.below(sets.count)]
        do throws(LimitReached) {
          let space: HeaderSpace
          let cells: [Bool]
          switch random.below(5) {
          case 0:
            let boxes = (0..<2).map { _ in grid.box(&random) }
            space = try store.space(of: boxes)
            cells = grid.cells(of: boxes)
          case 1:
            space = try store.union(a, b)
            cells = zip(cellsA, cellsB).map { $0 || $1 }
          case 2:
            space = try store.subtracting(b, from: a)
            cells = zip(cellsA, cellsB).map { $0 && !$1 }
          case 3:
            space = try store.project(a, away: [grid.fields[0]])
            cells = grid.forgetting(0, cellsA)
          default:
            space = try store.universally(a, over: [7])
            cells = grid.forgetting(grid.intervals.count + 1, cellsA, every: true)
          }
          #expect(grid.cells(of: space, in: store) == cells)
          if sets.count < 12 { sets.append((space, cells)) }
          made += 1
        } catch {
          #expect(error.limit == limit)
          stopped += 1
        }
      }
      for (space, cells) in sets { #expect(grid.cells(of: space, in: store) == cells) }
      #expect(store.edgeCount <= limit)
    }
    #expect(stopped > 200 && made > 400)
    print("seed \(seed): \(made) operations made, \(stopped) stopped")
  }

  @Test func `a set of too many conditions throws instead of nesting without end`() throws {
    for (count, isTooMany) in [(400, false), (700, true)] {
      var store = HeaderSpaceStore()
      let boxes = (0..<count).map { condition in
        var box = HeaderBox().constrained(.protocol, to: Ranges(UInt128(condition % 256)))
        box = box.constrained(.monitor, to: Ranges(1))
        if condition % 7 > 0 { box = HeaderBox() }
        box.constrain(Literal(condition, true))
        return box
      }
      do throws(LimitReached) {
        let space = try store.space(of: boxes)
        #expect(!isTooMany)
        let opposite = try store.complement(space)
        #expect(try store.complement(opposite) == space)
        #expect(try store.intersection(space, opposite).isEmpty)
        let none = store.contains(opposite, value: { _ in 0 })
        #expect(none)
      } catch {
        #expect(isTooMany)
        #expect(try store.union(.empty, .everything) == .everything)
      }
    }
  }

  @Test func `sets over one field agree with ranges, however many there are`() throws {
    let seed: UInt64 = 51
    var random = SplitMix(seed)
    let count = rounds(60)
    for _ in 0..<count {
      let fields: [HeaderField] = [.protocol, .destinationPort, .mark, .sourceIPv4, .sourceIPv6]
      let field = fields[random.below(fields.count)]
      var store = HeaderSpaceStore()
      let many = Self.ranges(field, 1 + random.below(120), &random)
      let few = Self.ranges(field, 1 + random.below(4), &random)
      for (a, b) in [(many, few), (few, many), (many, Self.ranges(field, 40, &random))] {
        let first = try store.space(of: HeaderBox().constrained(field, to: a))
        let second = try store.space(of: HeaderBox().constrained(field, to: b))
        let space = { (values: Ranges) in HeaderBox().constrained(field, to: values) }
        #expect(try store.values(of: field, in: first) == a)
        #expect(try store.union(first, second) == store.space(of: space(a.union(b))))
        let both = a.intersection(b)
        #expect(try store.intersection(first, second) == store.space(of: space(both)))
        let rest = a.subtracting(b)
        #expect(try store.subtracting(second, from: first) == store.space(of: space(rest)))
        #expect(try store.isSubset(first, of: second) == rest.isEmpty)
        #expect(try store.isDisjoint(first, second) == both.isEmpty)
        #expect(
          try store.complement(first) == store.space(of: space(a.complement(upTo: field.greatest))))
        #expect(try store.boxes(of: first).boxes == [space(a)])
      }
    }
    print("seed \(seed): \(count) rounds")
  }

  private static func ranges(_ field: HeaderField, _ count: Int, _ random: inout SplitMix) -> Ranges
  {
    Ranges(
      (0..<count).map { _ in
        let wide = UInt128(random.next()) << 64 | UInt128(random.next())
        let low = wide & field.greatest >> UInt128(random.chance(30) ? random.below(field.bits) : 0)
        let width = (UInt128(1) << UInt128(random.below(field.bits))) - 1
        return low...(width > field.greatest - low ? field.greatest : low + width / 8)
      })
  }

  @Test func `compaction keeps what it is asked to keep, and the store works on`() throws {
    let seed: UInt64 = 31
    var random = SplitMix(seed)
    let count = rounds(30)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      var spaces: [HeaderSpace] = []
      var models: [[Bool]] = []
      for _ in 0..<6 {
        let boxes = (0..<3).map { _ in grid.box(&random) }
        spaces.append(try store.space(of: boxes))
        models.append(grid.cells(of: boxes))
      }
      _ = try store.partition(
        by: [MatchRule([grid.box(&random)], target: 2)], targets: 3, default: 1)
      let before = store.edgeCount
      spaces = store.compact(keeping: [spaces[0], spaces[3], .everything, spaces[5]])
      models = [models[0], models[3], models[0].map { _ in true }, models[5]]
      #expect(store.edgeCount <= before)
      for (space, model) in zip(spaces, models) {
        #expect(grid.cells(of: space, in: store) == model)
      }
      #expect(store.nodeCount(of: spaces[0]) <= store.nodeCount)
      let joined = try store.union(spaces[0], spaces[1])
      #expect(grid.cells(of: joined, in: store) == zip(models[0], models[1]).map { $0 || $1 })
      #expect(
        try store.subtracting(spaces[1], from: store.union(joined, spaces[1]))
          == store.subtracting(spaces[1], from: spaces[0]))
      let parts = try store.partition(
        by: [MatchRule([grid.box(&random)], target: 2)], targets: 3, default: 1)
      #expect(try store.union(parts) == .everything)
      let again = store.compact(keeping: spaces)
      #expect(store.compact(keeping: again) == again)
    }
    print("seed \(seed): \(count) stores")
  }

  @Test func `a box with contradicting outcomes is empty`() throws {
    var store = HeaderSpaceStore()
    var box = HeaderBox()
    box.constrain(Literal(3, true))
    box.constrain(Literal(3, false))
    let isEmpty = try [box, box.without(.protocol)].map { try store.space(of: $0).isEmpty }
    #expect(isEmpty == [true, true])
  }
}
