/// The operations whose results the cache remembers.
enum Operation {
  static let union: UInt32 = 1
  static let intersection: UInt32 = 2
  static let subtraction: UInt32 = 3
  static let subset: UInt32 = 4
  static let disjoint: UInt32 = 5
  static let exists: UInt32 = 6
  static let forAll: UInt32 = 7
  static let substitute: UInt32 = 8
  static let shift: UInt32 = 9
  static let overwrite: UInt32 = 10
  static let simplified: UInt32 = 11
  /// The first of as many as there are fields.
  static let values: UInt32 = 100
  /// The first of as many as there are leaves, which are nodes.
  static let leaves: UInt32 = 1 << 16
}

extension Diagram {
  /// How deeply operations may nest: one step a level, so this bounds the conditions on one path.
  ///
  /// A debug build needs some 6 kB a step, so a thread's usual 8 MB hold twice as many.
  static let deepest = 500

  /// Whether the running operation must stop.
  @inline(__always)
  mutating func mustStop() -> Bool {
    if depth > Self.deepest { isOverflowing = true }
    return isOverflowing
  }

  /// The members of either set.
  mutating func union(_ a: Node, _ b: Node) -> Node {
    if a == b || b == Self.nothing { return a }
    if a == Self.nothing { return b }
    if a == Self.everything || b == Self.everything { return Self.everything }
    return apply(Operation.union, min(a, b), max(a, b))
  }

  /// The members of both sets.
  mutating func intersection(_ a: Node, _ b: Node) -> Node {
    if a == b || b == Self.everything { return a }
    if a == Self.everything { return b }
    if a == Self.nothing || b == Self.nothing { return Self.nothing }
    return apply(Operation.intersection, min(a, b), max(a, b))
  }

  /// The members of the first set that are not in the second.
  mutating func subtraction(_ a: Node, _ b: Node) -> Node {
    if a == b || a == Self.nothing || b == Self.everything { return Self.nothing }
    if b == Self.nothing { return a }
    return apply(Operation.subtraction, a, b)
  }

  /// What is not in the set.
  mutating func complement(_ a: Node) -> Node { subtraction(Self.everything, a) }

  @inline(__always)
  private mutating func combine(_ operation: UInt32, _ a: Node, _ b: Node) -> Node {
    switch operation {
    case Operation.union: union(a, b)
    case Operation.intersection: intersection(a, b)
    default: subtraction(a, b)
    }
  }

  private mutating func apply(_ operation: UInt32, _ a: Node, _ b: Node) -> Node {
    if let known = remembered(operation, a, b) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let levelA = level(a)
    let levelB = level(b)
    let base = pending.count
    let here = min(levelA, levelB)
    // Whether the result is one of the operands, which then need not be looked up.
    var keepsA = levelA == here
    var keepsB = levelB == here
    if levelA < levelB {
      for edge in edgeRange(a) {
        let result = combine(operation, child(edge), b)
        keepsA = keepsA && result == child(edge)
        push(base, bound(edge), result)
      }
    } else if levelB < levelA {
      for edge in edgeRange(b) {
        let result = combine(operation, a, child(edge))
        keepsB = keepsB && result == child(edge)
        push(base, bound(edge), result)
      }
    } else {
      var edgeA = edgeRange(a).lowerBound
      var edgeB = edgeRange(b).lowerBound
      let lastA = edgeRange(a).upperBound
      let lastB = edgeRange(b).upperBound
      let absorbing = Self.absorbing(operation)
      while edgeA < lastA {
        let result = combine(operation, child(edgeA), child(edgeB))
        let (edgeOfA, edgeOfB) = (edges[edgeA], edges[edgeB])
        let bound = advance(&edgeA, &edgeB, absorbing, lastA, lastB)
        push(base, bound, result)
        // What lies past the edge was skipped and not compared.
        let reached = UInt64(bound) << 32
        keepsA = keepsA && Node(truncatingIfNeeded: edgeOfA) == result && edgeOfA >= reached
        keepsB = keepsB && Node(truncatingIfNeeded: edgeOfB) == result && edgeOfB >= reached
      }
    }
    let result: Node
    if keepsA || keepsB {
      pending.truncate(to: base)
      result = keepsA ? a : b
    } else {
      result = finish(here, base)
    }
    depth -= 1
    remember(operation, a, b, result)
    return result
  }

  /// The child of either side that settles an operation whatever the other side's is.
  @inline(__always)
  static func absorbing(_ operation: UInt32) -> (a: Node, b: Node) {
    switch operation {
    case Operation.union: (everything, everything)
    case Operation.subtraction, Operation.subset: (nothing, everything)
    default: (nothing, nothing)
    }
  }

  /// Moves two cursors over edges of one level on, and gives the bound up to which they agreed.
  ///
  /// Where one side's child settles the operation, the other side's edges below it are skipped
  /// without being looked at: what a narrow box asks of a wide node costs the logarithm of its width.
  @inline(__always)
  func advance(
    _ edgeA: inout Int, _ edgeB: inout Int, _ absorbing: (a: Node, b: Node), _ lastA: Int,
    _ lastB: Int
  ) -> UInt32 {
    let boundA = bound(edgeA)
    let boundB = bound(edgeB)
    if boundA == boundB {
      edgeA += 1
      edgeB += 1
      return boundA
    }
    if boundA > boundB {
      guard child(edgeA) == absorbing.a else {
        edgeB += 1
        return boundB
      }
      edgeB = seek(boundA, after: edgeB, before: lastB)
      edgeA += 1
      if bound(edgeB) == boundA { edgeB += 1 }
      return boundA
    }
    guard child(edgeB) == absorbing.b else {
      edgeA += 1
      return boundA
    }
    edgeA = seek(boundB, after: edgeA, before: lastA)
    edgeB += 1
    if bound(edgeA) == boundB { edgeA += 1 }
    return boundB
  }

  /// The first edge after `edge` whose bound is at least `wanted`; the node's edges end at `end`.
  @inline(__always)
  private func seek(_ wanted: UInt32, after edge: Int, before end: Int) -> Int {
    var low = edge
    var step = 1
    while low + step < end, bound(low + step) < wanted {
      low += step
      step *= 2
    }
    var high = min(low + step, end - 1)
    while high - low > 1 {
      let middle = (low + high) / 2
      if bound(middle) < wanted { low = middle } else { high = middle }
    }
    return high
  }

  /// Whether every member of the first set is in the second.
  mutating func isSubset(_ a: Node, _ b: Node) -> Bool {
    if a == b || a == Self.nothing || b == Self.everything { return true }
    if b == Self.nothing { return false }
    return test(Operation.subset, a, b)
  }

  /// Whether the sets have no common member.
  mutating func isDisjoint(_ a: Node, _ b: Node) -> Bool {
    if a == Self.nothing || b == Self.nothing { return true }
    if a == b || a == Self.everything || b == Self.everything { return false }
    return test(Operation.disjoint, min(a, b), max(a, b))
  }

  private mutating func decide(_ operation: UInt32, _ a: Node, _ b: Node) -> Bool {
    operation == Operation.subset ? isSubset(a, b) : isDisjoint(a, b)
  }

  /// Decides without building anything; stops at the first counterexample.
  private mutating func test(_ operation: UInt32, _ a: Node, _ b: Node) -> Bool {
    if let known = remembered(operation, a, b) { return known == Self.everything }
    if mustStop() { return false }
    depth += 1
    let levelA = level(a)
    let levelB = level(b)
    var edgeA = edgeRange(a).lowerBound
    var edgeB = edgeRange(b).lowerBound
    let lastA = edgeRange(a).upperBound
    let lastB = edgeRange(b).upperBound
    var holds = true
    if levelA < levelB {
      while holds, edgeA < lastA {
        holds = decide(operation, child(edgeA), b)
        edgeA += 1
      }
    } else if levelB < levelA {
      while holds, edgeB < lastB {
        holds = decide(operation, a, child(edgeB))
        edgeB += 1
      }
    } else {
      let absorbing = Self.absorbing(operation)
      while holds, edgeA < lastA {
        holds = decide(operation, child(edgeA), child(edgeB))
        _ = advance(&edgeA, &edgeB, absorbing, lastA, lastB)
      }
    }
    depth -= 1
    remember(operation, a, b, holds ? Self.everything : Self.nothing)
    return holds
  }
}
