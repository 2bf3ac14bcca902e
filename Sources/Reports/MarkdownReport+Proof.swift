import Networks
import Packets
import Places
import Policies
import Reachability

extension Report {
  /// What makes a requirement hold.
  func write(_ proof: Proof, to page: inout MarkdownPage) {
    for remark in proof.shownRemarks { page.item(.init(remark)) }
    if let cut = proof.cut {
      write(cut, to: &page)
    } else {
      for rule in proof.blocking {
        page.item(
          "stopped by ", .code(rule.device), ", list ", .code(rule.list), ", rule ",
          .code(rule.rule), " at ", .code(rule.place.description))
      }
    }
    if let layers = proof.layers { page.item("layers: ", .init(layers.phrase)) }
    if let file = proof.certificate { page.item("proved by ", .code(file)) }
    if let reason = proof.withoutCertificate {
      page.item("no certificate was made: ", .init(reason))
    }
  }

  private func write(_ cut: BlockingCut, to page: inout MarkdownPage) {
    for decision in cut.decisions {
      let rule = decision.rule
      page.item(
        "needed: ", .code(rule.device), ", rule ", .code(rule.rule), " of ", .code(rule.list),
        " (", .code(rule.place.description), "), stops ",
        .init(phrase(of: decision.stops, boxes: TextLimits.flows)))
    }
    if !cut.isMinimal {
      page.item("Perhaps not all of these are needed: a bound was met before that was known.")
    }
  }

  /// Which requirements no longer hold once devices are lost.
  func writeLosses(to page: inout MarkdownPage) {
    guard let losses = result.losses else { return }
    page.heading(2, "Lost devices")
    page.paragraph("Which requirements hold today and no longer do once devices are lost.")
    page.table(
      ["Lost"] + DeviceLoss.allCases.map { .init($0.phrase) },
      losses.rows.map { row in
        [.code(row.phrase)]
          + row.effects.map { $0.broken.isEmpty ? "none" : .strong($0.phrase) }
      })
  }
}
