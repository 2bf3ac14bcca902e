import Canonical
import HeaderSpaces
import Packets

extension Prover {
  /// The packets that some writes make one of these, where packets had a trail before.
  mutating func beforeWrites(
    _ writes: [CanonicalNetwork.Write], _ trail: ProofTrail, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    var trails = [trail]
    for write in writes { trails.append(trails[trails.count - 1].after(write)) }
    var result = space
    for (index, write) in writes.enumerated().reversed() where !result.isEmpty {
      result = try before(write, trails[index], result)
    }
    return result
  }

  private mutating func before(
    _ write: CanonicalNetwork.Write, _ trail: ProofTrail, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    switch write {
    case .set(let field, let values):
      var result = try engine.store.restrict(space, field, to: values)
      result = try engine.store.project(result, away: [field])
      result = try beforeOutcomes(of: [field], result)
      return try beforeOverwriting(field, trail, result)
    case .take(let field, from: let source):
      var result = try engine.store.project(space, away: [source])
      result = try engine.store.rename(field, to: source, in: result)
      result = try beforeOutcomes(of: [field], result)
      return try beforeOverwriting(field, trail, result)
    case .shift(let field, let range, to: let target):
      let room = field.greatest - target
      let length = min(range.upperBound - range.lowerBound, room)
      var result = try engine.store.shift(
        field, target...target + length, to: range.lowerBound, in: space)
      if trail[field] == .moved, let ghost = Trail.ghost(of: field, in: .sent) {
        result = try engine.store.project(result, away: [ghost])
      }
      return try beforeOutcomes(of: [field], result)
    case .anything: return try beforeScramble(Self.wire, trail, space)
    case .scramble(let fields): return try beforeScramble(fields, trail, space)
    }
  }

  private mutating func beforeScramble(
    _ fields: [HeaderField], _ trail: ProofTrail, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    var result = try engine.store.intersection(space, engine.valid)
    result = try engine.store.project(result, away: fields)
    result = try beforeOutcomes(of: fields, result)
    for field in fields { result = try beforeOverwriting(field, trail, result) }
    return result
  }

  /// What may be overwritten with anything to become one of these, which any value of the field is.
  private mutating func beforeOverwriting(
    _ field: HeaderField, _ trail: ProofTrail, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    guard let ghost = Trail.ghost(of: field, in: .sent) else { return space }
    switch trail[field] {
    case .kept: return space
    case .same: return try engine.store.rename(ghost, to: field, in: space)
    case .moved, .lost: return try engine.store.project(space, away: [ghost])
    }
  }

  /// What outcomes may be found anew for, since these fields are written.
  private mutating func beforeOutcomes(
    of fields: [HeaderField], _ space: HeaderSpace
  ) throws -> HeaderSpace {
    let literals = Set(fields.flatMap { literalsOfField[$0] ?? [] }).sorted()
    return literals.isEmpty ? space : try engine.store.existentially(space, over: literals)
  }
}
