import Networks

extension Match {
  /// All of these match, without the parts that say nothing.
  static func conjunction(_ parts: [Match]) -> Match {
    var kept: [Match] = []
    for part in parts {
      switch part {
      case .any: continue
      case .never: return .never
      case .all(let inner): kept += inner
      case .field, .condition, .not, .some: kept.append(part)
      }
    }
    if kept.isEmpty { return .any }
    return kept.count == 1 ? kept[0] : .all(kept)
  }

  /// At least one of these matches, without the parts that say nothing.
  static func disjunction(_ parts: [Match]) -> Match {
    var kept: [Match] = []
    for part in parts {
      switch part {
      case .any: return .any
      case .never: continue
      case .some(let inner): kept += inner
      case .field, .condition, .not, .all: kept.append(part)
      }
    }
    if kept.isEmpty { return .never }
    return kept.count == 1 ? kept[0] : .some(kept)
  }

  /// The inner match fails.
  static func negation(_ match: Match) -> Match {
    switch match {
    case .any: .never
    case .never: .any
    case .not(let inner): inner
    case .field, .condition, .all, .some: .not(match)
    }
  }
}
