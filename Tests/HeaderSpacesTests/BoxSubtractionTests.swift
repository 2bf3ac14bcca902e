import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Laws of box subtraction` {
  @Test func `every pair of regions has the diagrams' answer, with a witness`() throws {
    let seed: UInt64 = 21
    var random = SplitMix(seed)
    let count = rounds(60)
    var open = 0
    var shut = 0
    for _ in 0..<count {
      let grid = Grid(&random)
      let rules = (0..<random.below(10)).map { _ in
        (
          boxes: (0..<(1 + random.below(2))).map { _ in grid.box(&random) },
          isPermitting: random.chance(40)
        )
      }
      let regions = (0..<3).map { _ in (0..<(1 + random.below(2))).map { _ in grid.box(&random) } }
      let fallback = random.chance(20)
      var store = HeaderSpaceStore()
      let permitted = try store.permitted(by: rules, default: fallback)
      var list = try BoxSubtraction(rules: rules, default: fallback, regions: regions)
      for source in 0..<3 {
        for destination in 0..<3 {
          let found = try list.firstPermitted(from: source, to: destination)
          let region = try store.intersection(
            store.space(of: regions[source]), store.space(of: regions[destination]))
          let expected = try store.intersection(permitted, region)
          #expect((found == nil) == expected.isEmpty)
          if let found {
            let isMember = store.contains(expected, found)
            #expect(isMember)
            open += 1
          } else {
            shut += 1
          }
        }
      }
    }
    #expect(open > count && shut > count)
    print("seed \(seed): \(count) lists, \(open) pairs open, \(shut) shut")
  }

  @Test func `a box is covered only if no packet is left`() throws {
    let whole = HeaderBox().constrained(.sourceIPv6, to: Ranges(10...(1 << 100)))
    let low = HeaderBox().constrained(.sourceIPv6, to: Ranges(0...(1 << 90)))
    let high = HeaderBox().constrained(.sourceIPv6, to: Ranges((1 << 90 + 1)...(.max)))
    #expect(try BoxSubtraction.firstUncovered(whole, by: [low, high]) == nil)
    let point = try #require(try BoxSubtraction.firstUncovered(whole, by: [low]))
    let least: UInt128 = (1 << 90) + 1
    #expect(point[.sourceIPv6] == least)
    #expect(try BoxSubtraction.firstUncovered(HeaderBox(), by: []) == HeaderPoint())
    #expect(try BoxSubtraction.firstUncovered(HeaderBox(), by: [HeaderBox()]) == nil)
  }

  @Test func `a question beyond the budget, or a list too long, throws`() throws {
    var covers: [HeaderBox] = []
    for number in UInt128(0)..<40 {
      covers.append(HeaderBox().constrained(.sourcePort, to: Ranges(number * 2)))
      covers.append(HeaderBox().constrained(.destinationPort, to: Ranges(number * 2)))
    }
    let within = HeaderBox().constrained(.sourcePort, to: Ranges(values: (0..<40).map { $0 * 2 }))
    #expect(try BoxSubtraction.firstUncovered(within, by: covers) == nil)
    #expect(throws: LimitReached(limit: 3)) {
      try BoxSubtraction.firstUncovered(within, by: Array(covers.reversed()), budget: 3)
    }
    let even = Ranges(values: (UInt128(0)..<4_000).map { $0 * 2 })
    let many = HeaderBox().constrained(.sourcePort, to: even).constrained(
      .destinationPort, to: even)
    #expect(throws: LimitReached.self) { try BoxSubtraction.firstUncovered(many, by: []) }
  }
}
