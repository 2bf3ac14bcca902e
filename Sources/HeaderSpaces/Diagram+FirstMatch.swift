/// The stacks and the memory of the first-match build.
struct Matching: ~Copyable {
  /// A remembered list: where its entries are in `keys`, and what it gave.
  struct Memory {
    var position: Int
    var count: UInt32
    var result: Diagram.Node
  }

  /// How many list entries are remembered before the oldest are overwritten.
  static let keyCapacity = 1 << 22

  /// Lists, a stack: the value of an entry in the upper half, its set in the lower.
  var lists = Buffer<UInt64>()
  /// For each entry of the lists in work the edge it stands at, or `unmoved`.
  var cursors = Buffer<UInt32>()
  /// Places where an entry of a long list goes on to its next edge.
  var events = Buffer<UInt64>()
  /// Which entries of the long lists in work lead anywhere, one bit each.
  var active = Buffer<UInt64>()
  /// The entries of remembered lists, overwritten in turn.
  var keys = Buffer<UInt64>()
  /// How many key entries were ever written.
  var written = 0
  /// The remembered lists by hash.
  var memory = Buffer<Memory>(repeating: Memory(position: -1, count: 0, result: 0), count: 4096)
  var insertions = 0

  /// Forgets all remembered lists.
  mutating func forget() {
    keys.truncate(to: 0)
    written = 0
    memory.fill(with: Memory(position: -1, count: 0, result: 0))
    insertions = 0
  }

  /// The cursor of an entry that does not look at the level in work.
  static let unmoved = UInt32.max
}

/// First-match lists, built from the top level down.
///
/// A list is entries of a set and a value; the value of the first set that holds a packet is the
/// packet's. The list's last set is everything. At each level only the entries that can still match
/// go on, up to the first that is sure to: most lists end after a few levels, and equal rests are
/// built once. Ten thousand `union` and `subtraction` would walk the growing result every time.
extension Diagram {
  /// Adds an entry to the list under construction that starts at `start`.
  ///
  /// A set that came shortly before matches nothing more and is left out.
  @inline(__always)
  mutating func append(_ start: Int, _ set: Node, value: Node) {
    if set == Self.nothing { return }
    let count = matching.lists.count
    for index in max(start, count - 12)..<count
    where Node(truncatingIfNeeded: matching.lists[index]) == set { return }
    matching.lists.append(UInt64(value) << 32 | UInt64(set))
  }

  /// Adds an entry unless the one before it matches everything.
  mutating func appendRule(_ start: Int, _ set: Node, value: Node) {
    let last = matching.lists.count - 1
    if last >= start, Node(truncatingIfNeeded: matching.lists[last]) == Self.everything { return }
    append(start, set, value: value)
  }

  /// Takes off the entries before the last that have the last one's value.
  @inline(__always)
  private mutating func trim(_ start: Int) {
    let count = matching.lists.count
    let last = matching.lists[count - 1]
    var end = count - 1
    while end > start, matching.lists[end - 1] >> 32 == last >> 32 { end -= 1 }
    if end < count - 1 {
      matching.lists[end] = last
      matching.lists.truncate(to: end + 1)
    }
  }

  /// What the list from `start` on gives: a diagram whose leaves are the values.
  ///
  /// The list ends with an entry for everything and is taken off.
  mutating func firstMatch(_ start: Int) -> Node {
    trim(start)
    let count = matching.lists.count - start
    let first = matching.lists[start]
    let last = Node(truncatingIfNeeded: matching.lists[start + count - 1] >> 32)
    if count == 1 {
      matching.lists.truncate(to: start)
      return last
    }
    if count <= 3, last == Self.nothing, let simple = simpleMatch(start, count, first) {
      matching.lists.truncate(to: start)
      return simple
    }
    let slot = memorySlot(start, count)
    if let known = recalled(start, count, slot) {
      matching.lists.truncate(to: start)
      return known
    }
    if mustStop() {
      matching.lists.truncate(to: start)
      return Self.nothing
    }
    depth += 1
    var here = Self.leafLevel
    var moving = 0
    for index in start..<(start + count) {
      let level = level(Node(truncatingIfNeeded: matching.lists[index]))
      if level < here {
        here = level
        moving = 1
      } else if level == here {
        moving += 1
      }
    }
    let base = pending.count
    if moving <= 16 { sweepShort(start, count, here) } else { sweepLong(start, count, here) }
    let result = finish(here, base)
    depth -= 1
    memorize(start, count, result)
    matching.lists.truncate(to: start)
    return result
  }

  /// The result of a list of one or two sets, 1 or 0 in value, before a final 0.
  @inline(__always)
  private mutating func simpleMatch(_ start: Int, _ count: Int, _ first: UInt64) -> Node? {
    let second = matching.lists[start + 1]
    let a = Node(truncatingIfNeeded: first)
    let b = Node(truncatingIfNeeded: second)
    if count == 2 { return first >> 32 == 1 ? a : nil }
    guard second >> 32 == 1 else { return nil }
    switch first >> 32 {
    case 0: return subtraction(b, a)
    case 1: return union(a, b)
    default: return nil
    }
  }

  /// Walks the edges of few entries side by side.
  private mutating func sweepShort(_ start: Int, _ count: Int, _ here: UInt32) {
    let base = pending.count
    let cursorBase = matching.cursors.count
    var next = UInt32.max
    for index in start..<(start + count) {
      let node = Node(truncatingIfNeeded: matching.lists[index])
      if level(node) == here {
        let edge = records[Int(node)].first
        matching.cursors.append(edge)
        next = min(next, bound(Int(edge)))
      } else {
        matching.cursors.append(Matching.unmoved)
      }
    }
    let greatest = greatestValue(here)
    while true {
      let list = matching.lists.count
      let bound = next
      next = UInt32.max
      var isOpen = true
      for offset in 0..<count {
        let entry = matching.lists[start + offset]
        let cursor = matching.cursors[cursorBase + offset]
        if cursor == Matching.unmoved {
          if isOpen {
            append(list, Node(truncatingIfNeeded: entry), value: Node(entry >> 32))
            isOpen = Node(truncatingIfNeeded: entry) != Self.everything
          }
          continue
        }
        let edge = edges[Int(cursor)]
        if isOpen {
          append(list, Node(truncatingIfNeeded: edge), value: Node(entry >> 32))
          isOpen = Node(truncatingIfNeeded: edge) != Self.everything
        }
        if edge >> 32 == bound, bound != greatest {
          matching.cursors[cursorBase + offset] = cursor + 1
          next = min(next, self.bound(Int(cursor) + 1))
        } else {
          next = min(next, UInt32(edge >> 32))
        }
      }
      let result = firstMatch(list)
      push(base, bound, result)
      if bound == greatest || isOverflowing { break }
    }
    matching.cursors.truncate(to: cursorBase)
  }
}

extension Diagram {
  /// Walks many entries by sorted events, with one bit for each that leads anywhere.
  private mutating func sweepLong(_ start: Int, _ count: Int, _ here: UInt32) {
    let base = pending.count
    let cursorBase = matching.cursors.count
    let eventBase = matching.events.count
    let activeBase = matching.active.count
    matching.active.append(repeating: 0, count: (count + 63) / 64)
    prepareLong(start, count, here)
    let events = sortEvents(eventBase, greatestValue(here))
    let greatest = greatestValue(here)
    var event = events.lowerBound
    while true {
      let list = matching.lists.count
      gather(start, count, cursorBase, activeBase, list)
      let end =
        event < events.upperBound
        ? UInt32(truncatingIfNeeded: matching.events[event] >> 32) - 1 : greatest
      let result = firstMatch(list)
      push(base, end, result)
      if event == events.upperBound || isOverflowing { break }
      let at = matching.events[event] >> 32
      while event < events.upperBound, matching.events[event] >> 32 == at {
        advance(Int(matching.events[event] & 0xffff_ffff), cursorBase, activeBase)
        event += 1
      }
    }
    matching.cursors.truncate(to: cursorBase)
    matching.events.truncate(to: eventBase)
    matching.active.truncate(to: activeBase)
  }

  private mutating func prepareLong(_ start: Int, _ count: Int, _ here: UInt32) {
    let activeBase = matching.active.count - (count + 63) / 64
    for offset in 0..<count {
      let node = Node(truncatingIfNeeded: matching.lists[start + offset])
      var isActive = true
      if level(node) == here {
        let range = edgeRange(node)
        matching.cursors.append(UInt32(range.lowerBound))
        isActive = child(range.lowerBound) != Self.nothing
        for edge in range.lowerBound..<(range.upperBound - 1) {
          matching.events.append((UInt64(bound(edge)) + 1) << 32 | UInt64(offset))
        }
      } else {
        matching.cursors.append(Matching.unmoved)
      }
      if isActive {
        matching.active[activeBase + offset / 64] |= 1 << UInt64(offset % 64)
      }
    }
  }

  @inline(__always)
  private mutating func advance(_ offset: Int, _ cursorBase: Int, _ activeBase: Int) {
    let cursor = matching.cursors[cursorBase + offset] + 1
    matching.cursors[cursorBase + offset] = cursor
    let bit: UInt64 = 1 << UInt64(offset % 64)
    let word = activeBase + offset / 64
    if child(Int(cursor)) == Self.nothing {
      matching.active[word] &= ~bit
    } else {
      matching.active[word] |= bit
    }
  }

  /// Collects what the active entries lead to.
  @inline(__always)
  private mutating func gather(
    _ start: Int, _ count: Int, _ cursorBase: Int, _ activeBase: Int, _ list: Int
  ) {
    for word in 0..<((count + 63) / 64) {
      var bits = matching.active[activeBase + word]
      while bits != 0 {
        let offset = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        let entry = matching.lists[start + offset]
        let cursor = matching.cursors[cursorBase + offset]
        let node =
          cursor == Matching.unmoved ? Node(truncatingIfNeeded: entry) : child(Int(cursor))
        let item = (entry >> 32) << 32 | UInt64(node)
        // Neighbours are often equal; a full search would cost more than it saves here.
        if matching.lists.count > list,
          Node(truncatingIfNeeded: matching.lists[matching.lists.count - 1]) == node
        {
          continue
        }
        matching.lists.append(item)
        if node == Self.everything { return }
      }
    }
  }

  /// Sorts the events from `base` on; the result may lie behind them.
  private mutating func sortEvents(_ base: Int, _ greatest: UInt32) -> Range<Int> {
    let count = matching.events.count - base
    var from = base
    var to = base + count
    matching.events.append(repeating: 0, count: count)
    var shift: UInt64 = 32
    let bits = UInt64(32 - greatest.leadingZeroBitCount)
    while shift < 32 + bits {
      var starts = (InlineArray<256, Int>(repeating: 0))
      for index in from..<(from + count) {
        starts[Int(matching.events[index] >> shift & 255)] += 1
      }
      var sum = to
      for digit in 0..<256 {
        let size = starts[digit]
        starts[digit] = sum
        sum += size
      }
      for index in from..<(from + count) {
        let event = matching.events[index]
        let digit = Int(event >> shift & 255)
        matching.events[starts[digit]] = event
        starts[digit] += 1
      }
      swap(&from, &to)
      shift += 8
    }
    return from..<(from + count)
  }
}

extension Diagram {
  @inline(__always)
  private func memorySlot(_ start: Int, _ count: Int) -> Int {
    var mixed = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
    for index in start..<(start + count) {
      mixed = (mixed ^ matching.lists[index]) &* 0xBF58_476D_1CE4_E5B9
      mixed ^= mixed >> 29
    }
    return Int(truncatingIfNeeded: mixed >> 20) & (matching.memory.count - 1)
  }

  @inline(__always)
  private func recalled(_ start: Int, _ count: Int, _ slot: Int) -> Node? {
    let entry = matching.memory[slot]
    guard Int(entry.count) == count, entry.position >= 0,
      matching.written - entry.position <= Matching.keyCapacity
    else { return nil }
    let mask = Matching.keyCapacity - 1
    for offset in 0..<count
    where matching.keys[(entry.position + offset) & mask] != matching.lists[start + offset] {
      return nil
    }
    return entry.result
  }

  private mutating func memorize(_ start: Int, _ count: Int, _ result: Node) {
    if isOverflowing || count > Matching.keyCapacity / 64 { return }
    let position = matching.written
    for offset in 0..<count {
      let entry = matching.lists[start + offset]
      if matching.keys.count < Matching.keyCapacity {
        matching.keys.append(entry)
      } else {
        matching.keys[(position + offset) & (Matching.keyCapacity - 1)] = entry
      }
    }
    matching.written += count
    matching.insertions += 1
    if matching.insertions > matching.memory.count, matching.memory.count < 1 << 20 {
      growMemory()
    }
    let slot = memorySlot(start, count)
    matching.memory[slot] = Matching.Memory(
      position: position, count: UInt32(count), result: result)
  }

  /// Makes room for more lists; what was remembered is forgotten, since the lists hash anew.
  private mutating func growMemory() {
    let empty = Matching.Memory(position: -1, count: 0, result: 0)
    matching.memory = Buffer(repeating: empty, count: matching.memory.count * 4)
    matching.insertions = 0
  }
}

extension Diagram {
  /// The members of any of the sets.
  mutating func union(of sets: [Node]) -> Node {
    let start = matching.lists.count
    for set in sets { appendRule(start, set, value: Self.everything) }
    appendRule(start, Self.everything, value: Self.nothing)
    return firstMatch(start)
  }
}
