import Documents
import Networks
import Packets

extension NftablesLowering {
  /// Asks what a statement reads, although it decides nothing itself: where a header is not there,
  /// or no element of a map holds the key, the rule ends before its verdict.
  mutating func askWhatIsRead(in value: DocumentValue, _ draft: inout Draft) {
    let implied = implied(by: value, draft)
    guard !implied.isEmpty else { return }
    settle(&draft)
    draft.matches += implied
  }

  private mutating func implied(by value: DocumentValue, _ draft: Draft) -> [Match] {
    if let parts = value.array {
      var result: [Match] = []
      for part in parts { result += implied(by: part, draft) }
      return result
    }
    guard let entries = value.object else { return [] }
    var result: [Match] = []
    for entry in entries {
      switch entry.key {
      case "map": result += impliedByMap(entry.value, draft)
      case "payload", "exthdr", "tcp option", "ip option", "sctp chunk", "dccp option":
        result += operands(of: value, draft.context).flatMap(\.subject.dependencies)
      case "ct" where entry.value["key"]?.string == "mark": result.append(Self.hasSession)
      case "set", "elem": break
      default: result += implied(by: entry.value, draft)
      }
    }
    return result
  }

  /// Some element of a map has to hold the key.
  private mutating func impliedByMap(_ map: DocumentValue, _ draft: Draft) -> [Match] {
    guard let key = map["key"], let data = map["data"] else { return [] }
    let operands = operands(of: key, draft.context)
    guard let pairs = pairs(of: data), !pairs.changes else {
      return [unreadable(operands, data, draft.site())]
    }
    if pairs.pairs.contains(where: { $0.0.string == "*" }) {
      return presence(operands, draft.site())
    }
    var held: [Match] = []
    for (index, (element, _)) in pairs.pairs.enumerated() {
      held.append(membership(operands, of: element, isNegated: false, draft.site((index + 1) * 2)))
    }
    return [held.isEmpty ? .never : .disjunction(held)]
  }
}
