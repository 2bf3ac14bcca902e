import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of first-match lists` {
  @Test func `each target gets exactly what first-match order sends there`() throws {
    let seed: UInt64 = 42
    var random = SplitMix(seed)
    let count = rounds(30)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let targets = 1 + random.below(5)
      let rules = (0..<random.below(12)).map { _ in
        MatchRule(
          (0..<(1 + random.below(2))).map { _ in grid.box(&random) },
          target: random.below(targets))
      }
      let fallback = random.below(targets)
      let parts = try store.partition(by: rules, targets: targets, default: fallback)
      let boxes = BoxSpace.partition(by: rules, targets: targets, default: fallback)
      let expected = grid.targets(of: rules, default: fallback)
      #expect(parts.count == targets)
      for (target, part) in parts.enumerated() {
        #expect(grid.cells(of: part, in: store) == expected.map { $0 == target })
        #expect(try store.space(of: boxes[target].boxes) == part)
      }
      let cut = grid.box(&random)
      let cells = grid.cells(of: [cut])
      let cases = try store.cases(by: rules, targets: targets, default: fallback)
      let split = try store.split(store.space(of: cut), by: cases)
      #expect(split.map(\.target) == split.map(\.target).sorted())
      for (target, part) in parts.enumerated() {
        let own = split.first { $0.target == target }?.space
        #expect(try (own ?? .empty) == store.intersection(part, store.space(of: cut)))
        #expect((own != nil) == zip(expected, cells).contains { $0 == target && $1 })
      }
      let effective = try store.effectiveMatches(of: rules)
      let first = grid.targets(
        of: rules.enumerated().map { MatchRule($1.boxes, target: $0) }, default: rules.count)
      for (index, space) in effective.enumerated() {
        #expect(grid.cells(of: space, in: store) == first.map { $0 == index })
        #expect(try store.effectiveMatch(of: index, in: rules) == space)
      }
    }
    print("seed \(seed): \(count) lists")
  }

  @Test func `long lists agree with walking them, point by point`() throws {
    let seed: UInt64 = 99
    var random = SplitMix(seed)
    let count = rounds(3)
    var points = 0
    for _ in 0..<count {
      let fallback = random.chance(50)
      var rules: [(boxes: [HeaderBox], isPermitting: Bool)] = []
      for _ in 0..<150 { rules.append(([Self.box(&random)], random.chance(60))) }
      var store = HeaderSpaceStore()
      let permitted = try store.permitted(by: rules, default: fallback)
      for _ in 0..<400 {
        // Points near the edges of some rule.
        var near = rules[random.below(rules.count)].boxes[0]
        if random.chance(50) {
          let other = near.intersection(rules[random.below(rules.count)].boxes[0])
          if !other.isEmpty { near = other }
        }
        let values = Dictionary(
          uniqueKeysWithValues: Self.fields.map { field in
            let range = near[field].ranges[random.below(near[field].ranges.count)]
            var value = random.chance(50) ? range.lowerBound : range.upperBound
            if random.chance(10), value > 0 { value -= 1 }
            return (field, value)
          })
        let outcomes = random.next()
        let value = { (field: HeaderField) in values[field] ?? 0 }
        let outcome = { (condition: Int) in outcomes >> UInt64(condition) & 1 == 1 }
        let expected =
          rules.first { $0.boxes[0].contains(value: value, outcome: outcome) }?.isPermitting
          ?? fallback
        #expect(store.contains(permitted, value: value, outcome: outcome) == expected)
        points += 1
      }
    }
    print("seed \(seed): \(count) lists of 150 rules, \(points) points")
  }

  private static let fields: [HeaderField] = [
    .sourceIPv4, .destinationIPv4, .protocol, .destinationPort, .sourceIPv6,
  ]

  private static func box(_ random: inout SplitMix) -> HeaderBox {
    var box = HeaderBox()
    for field in fields where random.chance(field == .sourceIPv6 ? 10 : 70) {
      if field == .protocol || field == .destinationPort {
        let low = UInt128(random.below(field == .protocol ? 20 : 300))
        box.constrain(field, to: Ranges(low...(low + UInt128(random.below(4)))))
      } else {
        let length = UInt128([8, 12, 16, 20, 24, 31, 32][random.below(7)])
        let host = UInt128(field.bits) - length
        let low =
          (UInt128(random.below(1 << 12)) << (UInt128(field.bits) - 12)) & ~((1 << host) - 1)
        var high = low | ((1 << host) - 1)
        if random.chance(20), high < field.greatest - 1000 { high += UInt128(random.below(1000)) }
        box.constrain(field, to: Ranges(low...high))
      }
    }
    if random.chance(10) { box.constrain(Literal(random.below(4), random.chance(50))) }
    return box
  }
}

extension Grid {
  /// The target of each cell, by walking the list.
  func targets(of rules: [MatchRule], default: Int) -> [Int] {
    var result = [Int](repeating: `default`, count: count)
    for rule in rules.reversed() {
      for (cell, isMatch) in cells(of: rule.boxes).enumerated() where isMatch {
        result[cell] = rule.target
      }
    }
    return result
  }
}
