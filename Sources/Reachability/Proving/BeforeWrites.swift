import Canonical
import HeaderSpaces
import Packets

extension Prover {
  /// The packets of which some writes may make one of these.
  mutating func beforeWrites(
    _ writes: [CanonicalNetwork.Write], _ space: HeaderSpace
  ) throws -> HeaderSpace {
    var result = space
    for write in writes.reversed() where !result.isEmpty { result = try before(write, result) }
    return result
  }

  private mutating func before(
    _ write: CanonicalNetwork.Write, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    switch write {
    case .set(let field, let values):
      var result = try engine.store.restrict(space, field, to: values)
      result = try engine.store.project(result, away: [field])
      result = try beforeOutcomes(of: [field], result)
      return try beforeOverwriting(field, result)
    case .take(let field, from: let source):
      var result = try engine.store.project(space, away: [source])
      result = try engine.store.rename(field, to: source, in: result)
      result = try beforeOutcomes(of: [field], result)
      return try beforeOverwriting(field, result)
    case .shift(let field, let range, to: let target):
      let room = field.greatest - target
      let length = min(range.upperBound - range.lowerBound, room)
      let result = try engine.store.shift(
        field, target...target + length, to: range.lowerBound, in: space)
      return try beforeOutcomes(
        of: [field], range.lowerBound == target ? result : beforeShifting(field, result))
    case .anything: return try beforeScramble(Self.wire, space)
    case .scramble(let fields): return try beforeScramble(fields, space)
    }
  }

  private mutating func beforeScramble(
    _ fields: [HeaderField], _ space: HeaderSpace
  ) throws -> HeaderSpace {
    var result = try engine.store.intersection(space, engine.valid)
    result = try engine.store.project(result, away: fields)
    result = try beforeOutcomes(of: fields, result)
    for field in fields { result = try beforeOverwriting(field, result) }
    return result
  }

  /// What may be overwritten with anything to become one of these, which any value of the field is.
  private mutating func beforeOverwriting(
    _ field: HeaderField, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    guard let ghost = Trail.ghost(of: field, in: .sent), let track = ProofTrail.track(of: field),
      tells(space, ghost, track)
    else { return space }
    let kept = try engine.store.restrict(space, track, to: Ranges(.kept))
    var plain = try engine.store.rename(ghost, to: field, in: kept)
    plain = try engine.store.assign(track, Ranges(.same), in: plain)
    let lost = try beforeLosing(ghost, track, Ranges(.moved).union(Ranges(.lost)), space)
    return try engine.store.union(kept, try engine.store.union(plain, lost))
  }

  /// What may be moved to become one of these, of which the values are as before.
  private mutating func beforeShifting(
    _ field: HeaderField, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    guard let ghost = Trail.ghost(of: field, in: .sent), let track = ProofTrail.track(of: field),
      tells(space, ghost, track)
    else { return space }
    let stays = try engine.store.restrict(
      space, track, to: Ranges(.kept).union(Ranges(.lost)))
    var plain = try engine.store.restrict(space, track, to: Ranges(.moved))
    plain = try engine.store.assign(track, Ranges(.same), in: plain)
    let lost = try beforeLosing(ghost, track, Ranges(.moved), space)
    return try engine.store.union(stays, try engine.store.union(plain, lost))
  }

  /// What is lost, as any of these tracks, whatever its ghost then.
  private mutating func beforeLosing(
    _ ghost: HeaderField, _ track: HeaderField, _ tracks: Ranges, _ space: HeaderSpace
  ) throws -> HeaderSpace {
    var lost = try engine.store.restrict(space, track, to: Ranges(.lost))
    lost = try engine.store.project(lost, away: [ghost])
    return try engine.store.assign(track, tracks, in: lost)
  }

  /// Whether a set hangs on what became of a field.
  private func tells(_ space: HeaderSpace, _ ghost: HeaderField, _ track: HeaderField) -> Bool {
    let fields = engine.store.fields(in: space)
    return fields.contains(ghost) || fields.contains(track)
  }

  /// What outcomes may be found anew for, since these fields are written.
  private mutating func beforeOutcomes(
    of fields: [HeaderField], _ space: HeaderSpace
  ) throws -> HeaderSpace {
    let literals = Set(fields.flatMap { literalsOfField[$0] ?? [] }).sorted()
    return literals.isEmpty ? space : try engine.store.existentially(space, over: literals)
  }
}

extension Ranges {
  /// The value of a track.
  init(_ track: ProofTrail.Track) { self.init(UInt128(track.rawValue)) }
}
