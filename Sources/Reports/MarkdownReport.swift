import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

extension Report {
  /// The report as a page: verdicts, zone matrix, evidence, what it rests on.
  func markdown() -> String {
    var page = MarkdownPage()
    page.heading(1, .init(network.name), ": ", .init(policy.policy.name))
    let counts = counts
    page.paragraph(
      "Of ", .init(counted(result.answers.count, "requirement")), ", ",
      .strong(counts.holding), ", ", .strong("\(counts.violated) violated"),
      counts.waived > 0 ? " (\(counts.waived) waived)" : "", ", ",
      .strong("\(counts.undecided) undecided"), ".")
    for error in internalErrors {
      page.paragraph(.strong("Internal error, please report it: "), .init(error))
    }
    if !unfiltered.isEmpty {
      page.paragraph(
        .strong("Without the filters of \(unfiltered.joined(separator: ", "))"),
        ", so not as the network is.")
    }
    writeVerdicts(to: &page)
    writeLosses(to: &page)
    writeMatrix(to: &page)
    page.heading(2, "Evidence")
    for answer in result.answers { write(answer, to: &page) }
    writeAssumptions(to: &page)
    writeNotices(to: &page)
    writeInputs(to: &page)
    page.paragraph("Written by Firebreak \(version).")
    return String(page.text.dropLast())
  }

  private func writeVerdicts(to page: inout MarkdownPage) {
    page.heading(2, "Verdicts")
    page.table(
      ["Requirement", "Verdict", "Severity", "What it asks", "Clauses"],
      result.answers.map { answer in
        let requirement = answer.requirement
        return [
          .code(requirement.id), .strong(answer.verdict.title),
          .init(requirement.severity.rawValue), .init(requirement.obligation.phrase),
          .init(requirement.clauses.joined(separator: ", ")),
        ]
      })
  }

  private func writeMatrix(to page: inout MarkdownPage) {
    guard let matrix = result.matrix, !matrix.zones.isEmpty else { return }
    page.heading(2, "Zones")
    page.paragraph(
      "What can be delivered from the zone of a row to the zone of a column, replies not counted.")
    page.table(
      ["from \\ to"] + matrix.zones.map { .code($0) },
      zip(matrix.zones, matrix.cells).map { zone, row in [.code(zone)] + row.map(\.span) })
  }

  private func write(_ answer: VerificationResult.Answer, to page: inout MarkdownPage) {
    let requirement = answer.requirement
    page.heading(3, .code(requirement.id), ": ", .init(answer.verdict.title))
    page.paragraph(
      .init(requirement.obligation.phrase.capitalised), ". Stated at ",
      .code(requirement.place.description), ".")
    if let why = requirement.why { page.paragraph("Why: ", .init(why)) }
    for resolved in waivers(of: requirement) {
      page.item(
        "Waiver ", .init(resolved.phrase), ", at ", .code(resolved.waiver.place.description))
    }
    switch answer.verdict {
    case .holds(let proof): write(proof, to: &page)
    case .violated(let violation): write(violation, to: &page)
    case .undecided(let doubt): write(doubt, to: &page)
    }
  }

  private func write(_ violation: Violation, to page: inout MarkdownPage) {
    if violation.isWaived { page.item("Every violating flow is waived.") }
    if let under = violation.under { page.item("Under ", .code(under), ".") }
    for remark in violation.remarks { page.item(.init(remark)) }
    for witness in violation.witnesses { write(witness, to: &page) }
    write(violation.flows, to: &page)
    if let file = violation.refutation { page.item("shown by ", .code(file)) }
    if let reason = violation.withoutRefutation {
      page.item("no refutation was made: ", .init(reason))
    }
  }

  private func write(_ doubt: Doubt, to page: inout MarkdownPage) {
    if let limit = doubt.limit { page.item("Limit: ", .init(limit)) }
    for index in doubt.conditions where result.conditions.indices.contains(index) {
      let condition = result.conditions[index]
      page.item(
        "Depends on ", .code(condition.name), ": ", .init(condition.why), ", at ",
        .code(condition.place.description))
    }
    if let witness = doubt.witness { write(witness, to: &page) }
    write(doubt.flows, to: &page)
  }
}

extension Verdict {
  /// The verdict as a table shows it.
  fileprivate var title: String {
    guard case .violated(let violation) = self else { return name }
    return violation.isWaived ? "violated, waived" : "violated"
  }
}

extension ZoneMatrix.Cell {
  fileprivate var span: MarkdownPage.Span {
    switch self {
    case .nothing: "nothing"
    case .conditional: "conditional"
    case .something: .strong("something")
    case .itself: "–"
    }
  }
}

extension String {
  /// The text with a capital at its beginning.
  fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}
