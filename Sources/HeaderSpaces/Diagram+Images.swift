import Packets

/// Operations that forget, move or copy dimensions.
extension Diagram {
  /// The set with the levels forgotten: what is a member for some value of each.
  ///
  /// `gone` says for each level up to the last to forget whether it is to be forgotten, and `number`
  /// is the parameter that stands for `gone` in the cache.
  mutating func exists(_ node: Node, _ gone: [Bool], _ number: UInt32) -> Node {
    let here = level(node)
    if here >= gone.count { return node }
    if let known = remembered(Operation.exists, node, number) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let result: Node
    if gone[Int(here)] {
      let start = matching.lists.count
      for edge in edgeRange(node) {
        let part = exists(child(edge), gone, number)
        appendRule(start, part, value: Self.everything)
      }
      appendRule(start, Self.everything, value: Self.nothing)
      result = firstMatch(start)
    } else {
      let base = pending.count
      for edge in edgeRange(node) {
        let part = exists(child(edge), gone, number)
        push(base, bound(edge), part)
      }
      result = finish(here, base)
    }
    depth -= 1
    remember(Operation.exists, node, number, result)
    return result
  }

  /// What is a member for every value of each of the levels.
  mutating func forAll(_ node: Node, _ gone: [Bool], _ number: UInt32) -> Node {
    let here = level(node)
    if here >= gone.count { return node }
    if let known = remembered(Operation.forAll, node, number) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    var result = Self.everything
    if gone[Int(here)] {
      for edge in edgeRange(node) {
        let part = forAll(child(edge), gone, number)
        result = intersection(result, part)
      }
    } else {
      let base = pending.count
      for edge in edgeRange(node) {
        let part = forAll(child(edge), gone, number)
        push(base, bound(edge), part)
      }
      result = finish(here, base)
    }
    depth -= 1
    remember(Operation.forAll, node, number, result)
    return result
  }

  /// The set with each level's values read at another level.
  ///
  /// `target` says for each level up to the last that moves where it goes: a permutation of those
  /// that the set looks at, between levels with as many values. `number` is the parameter that
  /// stands for `target` in the cache.
  mutating func substitute(_ node: Node, _ target: [UInt32], _ number: UInt32) -> Node {
    let here = level(node)
    if here >= target.count { return node }
    if let known = remembered(Operation.substitute, node, number) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let there = target[Int(here)]
    let base = pending.count
    var isOrdered = true
    for edge in edgeRange(node) {
      let part = substitute(child(edge), target, number)
      isOrdered = isOrdered && level(part) > there
      push(base, bound(edge), part)
    }
    let result = isOrdered ? finish(there, base) : sink(there, base)
    depth -= 1
    remember(Operation.substitute, node, number, result)
    return result
  }

  /// The node that the pending edges from `base` on would be at a level, where some of their
  /// children look at levels above it.
  private mutating func sink(_ there: UInt32, _ base: Int) -> Node {
    let start = matching.lists.count
    let end = pending.count
    let greatest = greatestValue(there)
    var next: UInt32 = 0
    for index in base..<end {
      let edge = pending[index]
      let bound = UInt32(edge >> 32)
      let inner = pending.count
      if next > 0 { push(inner, next - 1, Self.nothing) }
      push(inner, bound, Self.everything)
      if bound < greatest { push(inner, greatest, Self.nothing) }
      let values = finish(there, inner)
      let part = intersection(values, Node(truncatingIfNeeded: edge))
      appendRule(start, part, value: Self.everything)
      next = bound &+ 1
    }
    pending.truncate(to: base)
    appendRule(start, Self.everything, value: Self.nothing)
    return firstMatch(start)
  }
}

extension Diagram {
  /// A part of a field's values and what follows it.
  struct Run {
    var range: ClosedRange<UInt128>
    var rest: Node
  }

  /// How many parts a field's values may fall into when they are moved or listed.
  static let mostRuns = 1 << 20

  /// A move of consecutive values of one field.
  struct Shift {
    let field: HeaderField
    let levels: Range<Int>
    let range: ClosedRange<UInt128>
    let target: UInt128
    /// The parameter that stands for the move in the cache.
    let number: UInt32
  }

  /// The set with the values inside the range moved, and the others dropped.
  mutating func shift(_ node: Node, _ move: Shift) -> Node {
    if node == Self.nothing { return node }
    let here = Int(level(node))
    if let known = remembered(Operation.shift, node, move.number) { return known }
    if mustStop() { return Self.nothing }
    depth += 1
    let result: Node
    if here < move.levels.lowerBound {
      let base = pending.count
      for edge in edgeRange(node) {
        let part = shift(child(edge), move)
        push(base, bound(edge), part)
      }
      result = finish(UInt32(here), base)
    } else {
      result = shiftRuns(node, move)
    }
    depth -= 1
    remember(Operation.shift, node, move.number, result)
    return result
  }

  private mutating func shiftRuns(_ node: Node, _ move: Shift) -> Node {
    let whole = values(move.field, [move.range], Self.everything)
    let inside = intersection(node, whole)
    var runs: [Run] = []
    appendRuns(of: inside, move.levels, at: 0, to: &runs)
    var ranges: [Node: [ClosedRange<UInt128>]] = [:]
    var order: [Node] = []
    for run in runs {
      let low = run.range.lowerBound - move.range.lowerBound + move.target
      let high = run.range.upperBound - move.range.lowerBound + move.target
      if ranges[run.rest] == nil { order.append(run.rest) }
      ranges[run.rest, default: []].append(low...high)
    }
    let start = matching.lists.count
    for rest in order {
      let part = values(move.field, Ranges(ranges[rest] ?? []).ranges, rest)
      appendRule(start, part, value: Self.everything)
    }
    appendRule(start, Self.everything, value: Self.nothing)
    return firstMatch(start)
  }

  /// Lists which values of a field lead where, ascending; those that lead nowhere are left out.
  mutating func appendRuns(
    of node: Node, _ levels: Range<Int>, at base: UInt128, to runs: inout [Run]
  ) {
    if node == Self.nothing { return }
    guard let first = levels.first else {
      runs.append(Run(range: base...base, rest: node))
      return
    }
    if runs.count > Self.mostRuns { isOverflowing = true }
    if isOverflowing { return }
    let shift = UInt128(Levels.chunks[first].shift)
    let span = (UInt128(1) << shift) - 1
    if Int(level(node)) >= levels.upperBound {
      let count = UInt128(Levels.chunks[first].greatest)
      append(Run(range: base...(base + count << shift + span), rest: node), to: &runs)
      return
    }
    if Int(level(node)) > first {
      for value in 0...UInt128(Levels.chunks[first].greatest) {
        appendRuns(of: node, levels.dropFirst(), at: base + value << shift, to: &runs)
      }
      return
    }
    var next: UInt128 = 0
    for edge in edgeRange(node) {
      let last = UInt128(bound(edge))
      let rest = child(edge)
      if Int(level(rest)) >= levels.upperBound {
        if rest != Self.nothing {
          let low = base + next << shift
          append(Run(range: low...(base + last << shift + span), rest: rest), to: &runs)
        }
      } else {
        for value in next...last {
          appendRuns(of: rest, levels.dropFirst(), at: base + value << shift, to: &runs)
        }
      }
      next = last + 1
    }
  }

  private func append(_ run: Run, to runs: inout [Run]) {
    if let last = runs.last, last.rest == run.rest,
      last.range.upperBound + 1 == run.range.lowerBound
    {
      runs[runs.count - 1].range = last.range.lowerBound...run.range.upperBound
    } else {
      runs.append(run)
    }
  }
}
