import Networks
import Packets
import Places
import Policies
import Reachability

extension Proof {
  /// What stops packets besides rules: what was found out about a network without filters, where that
  /// was asked, goes before what is said without asking.
  var shownRemarks: [String] {
    guard let cut else { return remarks }
    return cut.decisions.isEmpty ? cut.remarks : []
  }
}

extension BlockingRule {
  /// The rule with its enforcement point, as `fw-ot, rule 'deny-all' of security`.
  var phrase: String { "\(device), rule '\(rule)' of \(list)" }
}

extension Report {
  /// What one decision of a cut stops that no other does, with at most so many boxes.
  func phrase(of stops: FlowList, boxes limit: Int) -> String {
    var parts = stops.entries.prefix(limit).map { entry in
      network.text(of: entry.box, conditions: result.conditions)
        .withShortLists(of: TextLimits.ranges)
    }
    let left = stops.entries.count - parts.count
    if left > 0 { parts.append("… \(counted(left, "box", "boxes")) more") }
    if stops.isTruncated { parts.append("and more") }
    return parts.isEmpty ? "what would break it" : parts.joined(separator: "; ")
  }
}

extension Layers {
  /// How many there are, and which devices they are.
  var phrase: String {
    guard let count else { return "it holds without any filter" }
    guard isExact else { return "at least \(count): not all was asked" }
    let named = sets.map { $0.joined(separator: " and ") }
    let others = hasMoreSets ? ", or others" : ""
    return "\(count): it fails only without the filters of "
      + named.joined(separator: ", or of ") + others
  }
}

extension DeviceLoss {
  /// The loss in words.
  var phrase: String {
    switch self {
    case .failedOpen: "failed open"
    case .takenOver: "taken over"
    case .absent: "absent"
    }
  }
}

extension LossTable.Row {
  /// What is lost, in words.
  var phrase: String {
    kind == .device ? name : "vendor \(name) (\(counted(devices.count, "device")))"
  }
}

extension LossTable.Effect {
  /// The requirements that no longer hold, those in doubt and those excused marked.
  var phrase: String {
    broken.map {
      $0.requirement + ($0.standing == .violated ? "" : " (\($0.standing.rawValue))")
    }.joined(separator: ", ")
  }
}
