public import Packets

extension HeaderSpaceStore {
  /// How many combinations of values of the fields the set has, rounded to a `Double`.
  ///
  /// Fields and conditions that are not among `fields` must not matter in the set.
  public func count(_ space: HeaderSpace, over fields: [HeaderField]) -> Double {
    var sizes: [Double] = Levels.chunks.map { chunk in
      fields.contains(chunk.field) ? Double(chunk.greatest) + 1 : 1
    }
    // sizes[level] becomes the number of combinations from that level on.
    for level in sizes.indices.dropLast().reversed() { sizes[level] *= sizes[level + 1] }
    sizes.append(1)
    var known: [Diagram.Node: Double] = [:]
    return sizes[0] / sizes[min(Int(diagram.level(space.node)), sizes.count - 1)]
      * count(space.node, sizes, &known)
  }

  /// The combinations from the node's own level on.
  private func count(
    _ node: Diagram.Node, _ sizes: [Double], _ known: inout [Diagram.Node: Double]
  ) -> Double {
    if diagram.level(node) == Diagram.leafLevel { return node == Diagram.nothing ? 0 : 1 }
    if let count = known[node] { return count }
    let level = Int(diagram.level(node))
    precondition(level < Levels.conditions, "only fields are counted")
    var sum = 0.0
    var next = 0.0
    for edge in diagram.edgeRange(node) {
      let child = diagram.child(edge)
      let below = min(Int(diagram.level(child)), sizes.count - 1)
      let width = Double(diagram.bound(edge)) + 1 - next
      sum += width * count(child, sizes, &known) * (sizes[level + 1] / sizes[below])
      next = Double(diagram.bound(edge)) + 1
    }
    known[node] = sum
    return sum
  }
}
