/// Where the nodes of a diagram are by their hashes, with open addressing.
///
/// An entry's *home* are the upper bits of its hash; where that is taken, it is at the next place
/// that was free. So a table twice as large has the entries in much the same order, and it is made
/// in place: a second table beside the first would be the largest thing in memory.
struct NodeTable: ~Copyable {
  /// Hash in the upper half, node in the lower, 0 where free.
  private var entries: Buffer<UInt64>
  /// How many lower bits of a hash say nothing about its home.
  private var shift: UInt32

  /// An empty table with room for `nodes` nodes.
  init(nodes: Int = 1024) {
    var bits: UInt32 = 11
    while 1 << bits < nodes * 2, bits < 31 { bits += 1 }
    entries = Buffer(repeating: 0, count: 1 << bits)
    shift = 32 - bits
  }

  private init(entries: consuming Buffer<UInt64>, shift: UInt32) {
    self.entries = entries
    self.shift = shift
  }

  /// Another table with the same entries.
  func copy() -> Self { Self(entries: entries.copy(), shift: shift) }

  /// The place at which a search for a hash starts.
  @inline(__always)
  func home(of hash: UInt32) -> Int { Int(hash >> shift) }

  /// The place after a place.
  @inline(__always)
  func place(after place: Int) -> Int { (place + 1) & (entries.count - 1) }

  /// The entry at a place, 0 where it is free.
  @inline(__always)
  subscript(place: Int) -> UInt64 { entries[place] }

  /// Puts an entry at a place that is free, and makes more places when two of three are taken.
  @inline(__always)
  mutating func put(_ hash: UInt32, _ node: Diagram.Node, at place: Int, nodes: Int) {
    entries[place] = UInt64(hash) << 32 | UInt64(node)
    if nodes * 3 > entries.count * 2 { grow() }
  }

  /// Adds an entry that is not there yet, where there is room.
  mutating func add(_ hash: UInt32, _ node: Diagram.Node) {
    insert(UInt64(hash) << 32 | UInt64(node))
  }

  private mutating func insert(_ entry: UInt64) {
    var place = home(of: UInt32(truncatingIfNeeded: entry >> 32))
    while entries[place] != 0 { place = self.place(after: place) }
    entries[place] = entry
  }

  /// Takes the entries of a run from its last place downwards, and leaves the places free.
  private mutating func take(downFrom last: Int, to taken: inout Buffer<UInt64>) -> Int {
    var place = last
    while place >= 0, entries[place] != 0 {
      taken.append(entries[place])
      entries[place] = 0
      place -= 1
    }
    return place
  }

  /// Doubles the places.
  ///
  /// The home of an entry is in the run of taken places that it is in, so its new home is not before
  /// that run: run by run from the last one, entries come to places that are free already. Only the
  /// run at the start may have entries of which the home is at the end; it waits.
  @inline(never)
  private mutating func grow() {
    // So many nodes, of two edges at least, are more than a store may have.
    if shift <= 1 { return }
    let old = entries.count
    var first = Buffer<UInt64>()
    var end = 0
    while end < old, entries[end] != 0 { end += 1 }
    _ = take(downFrom: end - 1, to: &first)
    entries.append(repeating: 0, count: old)
    shift -= 1
    var run = Buffer<UInt64>()
    var place = old - 1
    while place >= end {
      place = take(downFrom: place, to: &run) - 1
      for index in 0..<run.count { insert(run[index]) }
      run.truncate(to: 0)
    }
    for index in 0..<first.count { insert(first[index]) }
  }
}
