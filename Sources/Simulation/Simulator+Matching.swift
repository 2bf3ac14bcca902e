import Networks
import Packets

extension Simulator {
  /// Whether a packet matches; `asked` notes the conditions that it took to find out.
  func matches(_ match: Match, _ state: PacketState, _ asked: inout [Literal]) -> Bool {
    switch match {
    case .any: return true
    case .never: return false
    case .field(let field, let ranges): return state[field].map(ranges.contains) ?? false
    case .condition(let condition): return outcome(of: condition, for: state.header, &asked)
    case .not(let inner): return !matches(inner, state, &asked)
    case .all(let inner):
      for part in inner where !matches(part, state, &asked) { return false }
      return true
    case .some(let inner):
      for part in inner where matches(part, state, &asked) { return true }
      return false
    }
  }
}
