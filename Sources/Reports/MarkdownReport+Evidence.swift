import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

extension Report {
  /// The most boxes of one requirement that a page shows.
  private static let greatestFlowCount = 100

  /// A witness: its packet, and its way step by step.
  func write(_ witness: Witness, to page: inout MarkdownPage) {
    page.item(
      "Witness: ", .code(network.text(of: witness.header)), ", sent from ",
      .code(network.text(of: witness.origin)), ": ", .init(outcome(of: witness)))
    for literal in witness.literals {
      page.item("if ", .code(literal.phrase(result.conditions)), level: 1)
    }
    write(witness.walk, to: &page)
    for opening in witness.openings {
      page.item(
        "Opened by: ", .code(network.text(of: opening.header)), ", sent from ",
        .code(network.text(of: opening.origin)))
      for literal in opening.literals {
        page.item("if ", .code(literal.phrase(result.conditions)), level: 1)
      }
      write(opening.walk, to: &page)
    }
    guard let back = lostReply(of: witness), let sent = back.sent else { return }
    page.item("Its reply: ", .code(network.text(of: sent)))
    write(back, to: &page)
  }

  private func write(_ walk: Walk, to page: inout MarkdownPage) {
    for stay in walk.stays(packet: { network.text(of: $0) }) {
      page.item(.code(stay.name), level: 1)
      for step in stay.steps {
        let place: [MarkdownPage.Span] =
          step.place.map { [" at ", .code($0.description)] } ?? []
        page.item([step.passed ? .init(step.text) : .strong(step.text)] + place, level: 2)
      }
    }
  }

  /// The violating flows with the rules that let them through.
  func write(_ flows: FlowList, to page: inout MarkdownPage) {
    if flows.entries.isEmpty { return }
    let more = flows.isTruncated ? ", and more" : ""
    page.item("Flows: \(counted(flows.entries.count, "box", "boxes"))\(more)")
    for entry in flows.entries.prefix(Self.greatestFlowCount) {
      page.item(.code(network.text(of: entry.box, conditions: result.conditions)), level: 1)
      for rule in entry.rules {
        page.item(
          .code(rule.device), ", list ", .code(rule.list), ", rule ", .code(rule.rule), " at ",
          .code(rule.place.description), level: 2)
      }
      if entry.hasMoreRules { page.item("and more rules", level: 2) }
    }
    let left = flows.entries.count - Self.greatestFlowCount
    if left > 0 { page.item("… \(left) more, which the JSON form lists", level: 1) }
  }

  /// What the verdicts rest on.
  func writeAssumptions(to page: inout MarkdownPage) {
    page.heading(2, "Assumptions")
    for assumption in assumptions {
      if let place = assumption.place {
        page.item(.init(assumption.text), ", at ", .code(place.description))
      } else {
        page.item(.init(assumption.text))
      }
    }
    if let day = judgementDay {
      page.item("waivers and indicators are judged as of \(day.description)")
    }
  }

  /// What the inputs hold that a person should know.
  func writeNotices(to page: inout MarkdownPage) {
    let sections: [(Notice.Kind, String)] = [
      (.finding, "Findings"), (.inferred, "Inferred"), (.opaque, "Not modelled"),
      (.remark, "Remarks"),
    ]
    for (kind, title) in sections {
      let notices = notices(kind)
      if notices.isEmpty { continue }
      page.heading(2, .init(title))
      for notice in notices {
        page.item(.init(notice.message), ", at ", .code(notice.place.description))
      }
    }
  }

  /// The files: how much of them is modelled, and their digests.
  func writeInputs(to page: inout MarkdownPage) {
    if !coverage.isEmpty {
      page.heading(2, "Coverage")
      page.table(
        ["File", "Modelled", "Irrelevant", "Not modelled"],
        coverage.map { count in
          [
            .code(count.file), "\(count.modelled)", "\(count.irrelevant)", "\(count.opaque.count)",
          ]
        })
    }
    page.heading(2, "Inputs")
    page.table(
      ["File", "Bytes", "SHA-256"],
      inputs.map { [.code($0.file), "\($0.size)", .code($0.digest)] })
  }
}
