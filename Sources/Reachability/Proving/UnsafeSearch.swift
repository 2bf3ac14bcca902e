import HeaderSpaces
import HeapModule

/// What waits to be looked at, the last locations first.
struct UnsafeSearch {
  private var waiting: [HeaderSpace]
  private var queue = Heap<Entry>()

  private struct Entry: Comparable {
    var rank: Int
    var location: Int

    static func < (a: Self, b: Self) -> Bool { (a.rank, a.location) < (b.rank, b.location) }
  }

  init(count: Int) { waiting = [HeaderSpace](repeating: .empty, count: count) }

  mutating func add(
    _ space: HeaderSpace, at location: Int, rank: Int, _ store: inout HeaderSpaceStore
  ) throws {
    if space.isEmpty { return }
    if waiting[location].isEmpty { queue.insert(Entry(rank: rank, location: location)) }
    waiting[location] = try store.union(waiting[location], space)
  }

  mutating func next() -> (location: Int, space: HeaderSpace)? {
    guard let entry = queue.popMin() else { return nil }
    let space = waiting[entry.location]
    waiting[entry.location] = .empty
    return (entry.location, space)
  }

  /// Gives each set that waits to a function, which may put another name in its place.
  mutating func rename(_ body: (inout HeaderSpace) -> Void) {
    for location in waiting.indices { body(&waiting[location]) }
  }
}

/// When a store is to be rid of what no set needs.
struct Room {
  private let live: Int

  /// As a store is that has nothing else.
  init(_ store: borrowing HeaderSpaceStore) { live = store.edgeCount }

  /// Whether most of the store is needed no more, as far as its size tells, or it is nearly full.
  func isShort(_ store: borrowing HeaderSpaceStore) -> Bool {
    store.edgeCount > max(min(3 * live, (live + store.limit) / 2), Self.least)
  }

  /// It is not worth the while below so many edges.
  private static let least = 4_000_000
}

extension Prover {
  /// Forgets all sets but those of a search backwards.
  mutating func compact(_ unsafe: inout Unsafe, _ search: inout UnsafeSearch) {
    var sets: [HeaderSpace] = []
    rename(&unsafe, &search) { sets.append($0) }
    var kept = engine.compact(keeping: sets)[...]
    rename(&unsafe, &search) { set in if let same = kept.popFirst() { set = same } }
  }

  private mutating func rename(
    _ unsafe: inout Unsafe, _ search: inout UnsafeSearch, _ body: (inout HeaderSpace) -> Void
  ) {
    search.rename(body)
    for location in unsafe.packets.indices {
      body(&unsafe.packets[location])
      if var space = coming[location] {
        body(&space)
        coming[location] = space
      }
    }
    for device in classes.indices {
      for index in classes[device].indices {
        body(&unsafe.sessions[device][index])
        body(&classes[device][index].sessions)
      }
    }
  }
}
