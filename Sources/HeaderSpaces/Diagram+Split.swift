/// The stacks and the memory of splitting; see `Diagram.split`.
struct Splitting: ~Copyable {
  /// A remembered result: of which set and which cases it is the split, and where its parts are.
  struct Memory {
    var set: Diagram.Node
    var cases: Diagram.Node
    var first: UInt32
    var count: UInt32
  }

  /// Part of a node under construction for one leaf.
  struct Strip {
    let leaf: Diagram.Node
    let low: UInt32
    let high: UInt32
    let set: Diagram.Node
  }

  /// Parts of remembered splits: the leaf in the upper half, the set in the lower.
  var parts = Buffer<UInt64>()
  /// Strips of the nodes in work, a stack.
  var strips = Buffer<Strip>()
  var memory = Buffer<Memory>(
    repeating: Memory(set: 0, cases: 0, first: 0, count: 0), count: 1 << 12)
  var insertions = 0

  /// How many parts are remembered before all are forgotten.
  static let mostParts = 1 << 20

  /// Forgets all remembered splits.
  mutating func forget() {
    parts.truncate(to: 0)
    memory.fill(with: Memory(set: 0, cases: 0, first: 0, count: 0))
    insertions = 0
  }

  @inline(__always)
  func slot(_ set: Diagram.Node, _ cases: Diagram.Node) -> Int {
    let mixed = (UInt64(set) << 32 | UInt64(cases)) &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: (mixed ^ mixed >> 29) >> 16) & (memory.count - 1)
  }

  /// Remembers a split, at most so many of them; a set that is nothing is never one.
  mutating func remember(
    _ set: Diagram.Node, _ cases: Diagram.Node, _ part: Range<Int>, most: Int
  ) {
    insertions += 1
    if insertions > 2 * memory.count, memory.count < most {
      var larger = Buffer(
        repeating: Memory(set: 0, cases: 0, first: 0, count: 0), count: memory.count * 4)
      swap(&larger, &memory)
      for index in 0..<larger.count where larger[index].set != 0 {
        memory[slot(larger[index].set, larger[index].cases)] = larger[index]
      }
    }
    memory[slot(set, cases)] = Memory(
      set: set, cases: cases, first: UInt32(part.lowerBound), count: UInt32(part.count))
  }
}

extension Diagram {
  /// The parts of a set for which a diagram of many leaves ends in each, ascending by leaf, without
  /// those that are ignored; a range of `splitting.parts`, of which the leaf is the upper half and
  /// the set the lower.
  ///
  /// - Complexity: Each pair of nodes is looked at once, and what it gives is as long as there are
  ///   leaves below both. An intersection for each leaf would look at all pairs for each.
  mutating func split(_ set: Node, by cases: Node) -> Range<Int> {
    if splitting.parts.count > Splitting.mostParts { splitting.forget() }
    return parts(of: set, by: cases)
  }

  private mutating func parts(of set: Node, by cases: Node) -> Range<Int> {
    let start = splitting.parts.count
    if set == Self.nothing { return start..<start }
    if level(cases) == Self.leafLevel {
      if cases == Self.ignored { return start..<start }
      splitting.parts.append(UInt64(cases) << 32 | UInt64(set))
      return start..<start + 1
    }
    let known = splitting.memory[splitting.slot(set, cases)]
    if known.set == set, known.cases == cases {
      return Int(known.first)..<Int(known.first + known.count)
    }
    if mustStop() { return start..<start }
    depth += 1
    let here = min(level(set), level(cases))
    let base = splitting.strips.count
    cut(set, by: cases, at: here)
    let first = splitting.parts.count
    join(base, at: here)
    let result = first..<splitting.parts.count
    splitting.strips.truncate(to: base)
    depth -= 1
    if !isOverflowing {
      splitting.remember(set, cases, result, most: Self.mostRemembered(nodes: nodeCount))
    }
    return result
  }

  /// Pushes the strips that the children of both nodes give.
  private mutating func cut(_ set: Node, by cases: Node, at here: UInt32) {
    var edgeA = edgeRange(set).lowerBound
    var edgeB = edgeRange(cases).lowerBound
    let isInA = level(set) == here
    let isInB = level(cases) == here
    var low: UInt32 = 0
    while true {
      let boundA = isInA ? bound(edgeA) : .max
      let boundB = isInB ? bound(edgeB) : .max
      let high = min(min(boundA, boundB), greatestValue(here))
      let part = parts(of: isInA ? child(edgeA) : set, by: isInB ? child(edgeB) : cases)
      for index in part {
        let entry = splitting.parts[index]
        splitting.strips.append(
          Splitting.Strip(
            leaf: Node(truncatingIfNeeded: entry >> 32), low: low, high: high,
            set: Node(truncatingIfNeeded: entry)))
      }
      if high == greatestValue(here) { return }
      if boundA == high { edgeA += 1 }
      if boundB == high { edgeB += 1 }
      low = high + 1
    }
  }

  /// Makes a node for each leaf of the strips from `base` on.
  private mutating func join(_ base: Int, at here: UInt32) {
    var next: Node? = nil
    for index in base..<splitting.strips.count {
      next = min(next ?? .max, splitting.strips[index].leaf)
    }
    while let leaf = next {
      next = nil
      let start = pending.count
      var low: UInt32 = 0
      for index in base..<splitting.strips.count {
        let strip = splitting.strips[index]
        if strip.leaf == leaf {
          if strip.low > low { push(start, strip.low - 1, Self.nothing) }
          push(start, strip.high, strip.set)
          low = strip.high &+ 1
        } else if strip.leaf > leaf {
          next = min(next ?? .max, strip.leaf)
        }
      }
      // After the greatest value of 32 bits comes 0.
      if low <= greatestValue(here), low != 0 { push(start, greatestValue(here), Self.nothing) }
      let node = finish(here, start)
      splitting.parts.append(UInt64(leaf) << 32 | UInt64(node))
    }
  }
}
