import Randomness
import HeaderSpaces
import Packets
import Testing

@Suite struct `Sets that are simpler than others` {
  @Test func `law: they hold the one and nothing of the other`() throws {
    let seed: UInt64 = 61
    var random = SplitMix(seed)
    let count = rounds(80)
    var (before, after) = (0, 0)
    for _ in 0..<count {
      let grid = Grid(&random)
      var store = HeaderSpaceStore()
      let wanted = try store.space(of: (0..<3).map { _ in grid.box(&random) })
      let others = try store.space(of: (0..<3).map { _ in grid.box(&random) })
      let apart = try store.subtracting(wanted, from: others)
      let simple = try store.simplified(wanted, apartFrom: others)
      #expect(try store.isSubset(wanted, of: simple))
      #expect(try store.isDisjoint(simple, apart))
      #expect(try store.simplified(wanted, apartFrom: apart) == simple)
      let fields = Set(store.fields(in: wanted) + store.fields(in: apart))
      #expect(fields.isSuperset(of: store.fields(in: simple)))
      before += store.nodeCount(of: wanted)
      after += store.nodeCount(of: simple)
    }
    #expect(after < before)
    print("seed \(seed): \(count) sets, \(before) nodes before and \(after) after")
  }

  @Test func `they look at no field that need not be looked at`() throws {
    var store = HeaderSpaceStore()
    let one = HeaderBox().constrained(.sourceIPv4, to: Ranges(0x0a01_0000...0x0a01_ffff))
      .constrained(.destinationPort, to: Ranges(502)).constrained(.protocol, to: Ranges(6))
    let other = HeaderBox().constrained(.destinationPort, to: Ranges(443))
    let simple = try store.simplified(
      store.space(of: one), apartFrom: store.space(of: other))
    #expect(store.fields(in: simple) == [.destinationPort])
    let port = HeaderBox().constrained(.destinationPort, to: Ranges(502))
    #expect(try simple == store.space(of: port))
  }

  @Test func `where nothing is apart they are everything`() throws {
    var store = HeaderSpaceStore()
    let one = try store.space(of: HeaderBox().constrained(.fragment, to: Ranges(1)))
    #expect(try store.simplified(one, apartFrom: .empty) == .everything)
    #expect(try store.simplified(.empty, apartFrom: one) == .empty)
    #expect(try store.simplified(one, apartFrom: store.complement(one)) == one)
  }

  @Test func `the low bits of an address are not looked at without the high ones`() throws {
    var store = HeaderSpaceStore()
    // Many high parts with the same low part: as many ranges, if the high part did not matter.
    let low = UInt128(5)
    let boxes = (UInt128(0)..<200).map {
      HeaderBox().constrained(.sourceIPv6, to: Ranges($0 << 96 | low))
    }
    let wanted = try store.space(of: boxes)
    let others = try store.space(
      of: HeaderBox().constrained(.sourceIPv6, to: Ranges(low + 1)))
    let simple = try store.simplified(wanted, apartFrom: others)
    #expect(try store.isSubset(wanted, of: simple) && store.isDisjoint(simple, others))
    #expect(try store.values(of: .sourceIPv6, in: simple).ranges.count <= 3)
  }
}
