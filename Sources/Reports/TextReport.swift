import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

/// How many lines of each sort a text shows before it says how many more there are.
enum TextLimits {
  static let flows = 5
  static let ranges = 4
  static let rules = 4
  static let blocking = 3
  static let decisions = 8
  static let stops = 2
  static let conduits = 3
  static let conditions = 8
  static let notices = 4
  static let remarks = 8
  static let assumptions = 12
  static let cases = 12
  static let openings = 4
  static let files = 20
}

extension Report {
  /// The report for people at a terminal.
  func text(_ style: TextStyle) -> String {
    var page = TextPage(style: style)
    page.line(.strong(network.name), .dim("  against  "), .strong(policy.policy.name))
    if !unfiltered.isEmpty {
      let names = unfiltered.joined(separator: ", ")
      page.line(.bad("without the filters of \(names)"), ", so not as the network is")
    }
    for answer in result.answers {
      page.gap()
      write(answer, to: &page)
    }
    writeLosses(to: &page)
    writeNotices(to: &page)
    writeCoverage(to: &page)
    writeAssumptions(to: &page)
    writeSummary(to: &page)
    return page.text
  }

  private func write(_ answer: VerificationResult.Answer, to page: inout TextPage) {
    let requirement = answer.requirement
    page.line(
      answer.verdict.word, "  ", .strong(requirement.id),
      .dim("  \(requirement.severity.rawValue)"),
      "  \(requirement.obligation.phrase(conduits: TextLimits.conduits))",
      .dim("  (\(requirement.place))"))
    if let pack = requirement.pack { page.detail("implied by", ["the pack \(pack)"]) }
    if let error = answer.internalError {
      page.line(.bad("internal error"), "  \(error)", indent: 2)
    }
    switch answer.verdict {
    case .holds(let proof): write(proof, to: &page)
    case .violated(let violation): write(violation, of: requirement, to: &page)
    case .undecided(let doubt):
      write(doubt, of: requirement, but: answer.internalError, to: &page)
    }
  }

  private func write(
    _ violation: Violation, of requirement: Requirement, to page: inout TextPage
  ) {
    if let why = requirement.why { page.detail("why", [.init(why)]) }
    if let under = violation.under { page.detail("under", [.init(under)]) }
    for resolved in waivers(of: requirement) {
      page.detail(
        "waiver", [.init(resolved.phrase), .dim("  \(resolved.waiver.place)")])
    }
    if violation.isWaived {
      page.detail("waived", ["every violating flow is excused, so it does not count"])
    }
    for remark in violation.remarks.prefix(TextLimits.remarks) {
      page.detail("because", [.init(remark)])
    }
    page.more(violation.remarks.count - TextLimits.remarks)
    for witness in violation.witnesses.prefix(2) { write(witness, to: &page) }
    if violation.witnesses.count > 2 {
      page.detail("", ["… \(violation.witnesses.count - 2) more witnesses, use --format json"])
    }
    write(violation.flows, to: &page)
    if let file = violation.refutation { page.detail("shown by", [.init(file)]) }
    if let reason = violation.withoutRefutation {
      page.detail("no proof", ["no refutation was made: \(reason)"])
    }
  }

  private func write(
    _ doubt: Doubt, of requirement: Requirement, but error: String?, to page: inout TextPage
  ) {
    if let why = requirement.why { page.detail("why", [.init(why)]) }
    if let limit = doubt.limit, limit != error { page.detail("limit", [.init(limit)]) }
    for index in doubt.conditions.prefix(TextLimits.conditions)
    where result.conditions.indices.contains(index) {
      let condition = result.conditions[index]
      page.detail(
        "depends on", [.strong(condition.name), ": \(condition.why)", .dim("  \(condition.place)")])
    }
    page.more(doubt.conditions.count - TextLimits.conditions)
    if let witness = doubt.witness { write(witness, to: &page) }
    write(doubt.flows, to: &page)
  }

  private func write(_ flows: FlowList, to page: inout TextPage) {
    if flows.entries.isEmpty { return }
    let more = flows.isTruncated ? ", and more" : ""
    page.detail("flows", ["\(counted(flows.entries.count, "box", "boxes"))\(more)"])
    for entry in flows.entries.prefix(TextLimits.flows) {
      let text = network.text(of: entry.box, conditions: result.conditions)
      page.line(.init(text.withShortLists(of: TextLimits.ranges)), indent: 4)
      let rules = entry.rules.filter(\.tells)
      let shown = rules.prefix(TextLimits.rules).map { "\($0.device) '\($0.rule)'  \($0.place)" }
      let left = rules.count - shown.count
      let more = entry.hasMoreRules ? ", and more" : left > 0 ? ", … \(left) more" : ""
      if !shown.isEmpty {
        page.line(
          .dim("by " + shown.joined(separator: ", ") + more),
          indent: 6)
      }
    }
    page.more(flows.entries.count - TextLimits.flows, indent: 4)
  }

  /// The counts, and which requirements do not hold.
  private func writeSummary(to page: inout TextPage) {
    page.gap()
    let counts = counts
    var spans: [TextPage.Span] = ["\(counted(result.answers.count, "requirement")): "]
    spans.append(.init(counts.holding, counts.holds > 0 ? .good : .plain))
    spans.append(", ")
    spans.append(.init("\(counts.violated) violated", counts.violated > 0 ? .bad : .plain))
    if counts.waived > 0 { spans.append(" (\(counts.waived) waived)") }
    spans.append(", ")
    spans.append(
      .init("\(counts.undecided) undecided", counts.undecided > 0 ? .doubtful : .plain))
    page.line(spans)
    for word in ["violated", "waived", "undecided"] {
      let ids = result.answers.filter { $0.verdict.standing == word }.map(\.requirement.id)
      if !ids.isEmpty { page.detail(word, [.init(ids.joined(separator: ", "))]) }
    }
    let broken = result.answers.filter { $0.internalError != nil }.map(\.requirement.id)
    if !broken.isEmpty {
      page.line(.bad("An error of Firebreak's own: "), .init(broken.joined(separator: ", ")))
    }
  }
}

extension RulePassed {
  /// Whether a reader learns something from it: not from the end of a list, and not from a rule that
  /// only goes to the list that it is named after.
  fileprivate var tells: Bool { !rule.hasPrefix("end of ") && rule != list }
}

extension TextPage {
  /// A line of evidence under a verdict.
  mutating func detail(_ label: String, _ spans: [Span]) {
    line(label: label, width: 12, spans, indent: 2)
  }

  /// How many more there are, where there are any.
  mutating func more(_ count: Int, indent: Int = 14) {
    if count > 0 { line(.dim("… \(count) more, use --format json"), indent: indent) }
  }
}

extension Verdict {
  /// The verdict, or `waived` where it is violated and excused.
  var standing: String {
    if case .violated(let violation) = self, violation.isWaived { return "waived" }
    return name
  }

  /// The verdict's word in its colour and in the width of the longest.
  fileprivate var word: TextPage.Span {
    let text = standing.padded(to: 9)
    return switch standing {
    case "holds": .init(text, .good)
    case "violated": .init(text, .bad)
    default: .init(text, .doubtful)
    }
  }
}
