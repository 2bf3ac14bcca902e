extension CanonicalNetwork.Location {
  /// The locations to which it leads, one as often as ways lead there.
  public var successors: [Int] {
    switch self {
    case .choose(let options): options
    case .spread(let main, let copies): [main] + copies
    case .match(_, let targets): targets
    case .rewrite(_, let next), .remember(_, let next), .watch(_, let next), .leave(let next):
      [next]
    case .recall(_, let fresh, let remembered): [fresh, remembered]
    case .deliver, .drop: []
    }
  }
}
