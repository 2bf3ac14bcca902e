import Randomness
import Testing

@testable import HeaderSpaces

@Suite struct `The table of nodes` {
  /// The node of a hash, as a search finds it.
  private func node(of hash: UInt32, in table: borrowing NodeTable) -> UInt32? {
    var place = table.home(of: hash)
    while table[place] != 0 {
      if UInt32(truncatingIfNeeded: table[place] >> 32) == hash {
        return UInt32(truncatingIfNeeded: table[place])
      }
      place = table.place(after: place)
    }
    return nil
  }

  /// Puts hashes into a table, the nodes from 1 on, and looks for all of them now and then.
  private func check(_ hashes: [UInt32]) {
    var table = NodeTable()
    for (index, hash) in hashes.enumerated() {
      var place = table.home(of: hash)
      while table[place] != 0 { place = table.place(after: place) }
      table.put(hash, UInt32(index + 1), at: place, nodes: index + 1)
      if index.isMultiple(of: 1021) || index == hashes.count - 1 {
        for (other, known) in hashes[...index].enumerated() {
          #expect(node(of: known, in: table) == UInt32(other + 1))
        }
      }
    }
  }

  @Test func `finds every entry again, however often it grew`() {
    var random = SplitMix(9)
    var hashes: Set<UInt32> = []
    while hashes.count < 12_000 { hashes.insert(UInt32(truncatingIfNeeded: random.next()) | 1) }
    check(hashes.sorted { $0 &* 0x9E37_79B9 < $1 &* 0x9E37_79B9 })
  }

  @Test func `finds entries of which the homes are its last places`() {
    // All of one run, which goes on at the start; some move on when the places double, some do not.
    let last: [UInt32] = (0..<3_000).map { UInt32.max - 2 * UInt32($0) }
    check(last)
    let spread: [UInt32] = (0..<3_000).map { UInt32.max &- 1_400_002 &* UInt32($0) }
    check(spread)
    let first: [UInt32] = (0..<1_500).map { 2 * UInt32($0) + 1 }
    check(Array(last[..<1_500]) + first)
  }

  @Test func `made for many nodes has room for them`() {
    var table = NodeTable(nodes: 5000)
    let hashes = (1...5000).map { UInt32($0) &* 0x9E37_79B1 | 1 }
    for (index, hash) in hashes.enumerated() { table.add(hash, UInt32(index + 1)) }
    for (index, hash) in hashes.enumerated() {
      #expect(node(of: hash, in: table) == UInt32(index + 1))
    }
  }
}
