import Networks
import Packets
import Places
import Policies
import Reachability

extension Report {
  /// What makes a requirement hold.
  func write(_ proof: Proof, to page: inout TextPage) {
    let remarks = proof.shownRemarks
    for remark in remarks.prefix(TextLimits.remarks) { page.detail("because", [.init(remark)]) }
    page.more(remarks.count - TextLimits.remarks)
    if let cut = proof.cut {
      write(cut, to: &page)
    } else {
      for (number, rule) in proof.blocking.prefix(TextLimits.blocking).enumerated() {
        page.detail(
          number == 0 ? "stopped by" : "",
          ["\(rule.device): \(rule.list) '\(rule.rule)'", .dim("  \(rule.place)")])
      }
      page.more(proof.blocking.count - TextLimits.blocking)
    }
    if let layers = proof.layers { page.detail("layers", [.init(layers.phrase)]) }
    if let file = proof.certificate { page.detail("proved by", [.init(file)]) }
    if let reason = proof.withoutCertificate {
      page.detail("no proof", ["no certificate was made: \(reason)"])
    }
  }

  private func write(_ cut: BlockingCut, to page: inout TextPage) {
    for (number, decision) in cut.decisions.prefix(TextLimits.decisions).enumerated() {
      page.detail(
        number == 0 ? "needed" : "",
        [.init(decision.rule.phrase), .dim(" (\(decision.rule.place))"), ", stops"])
      page.line(.init(phrase(of: decision.stops, boxes: TextLimits.stops)), indent: 16)
    }
    page.more(cut.decisions.count - TextLimits.decisions)
    if !cut.isMinimal {
      page.detail("", ["perhaps not all of them: a bound was met before that was known"])
    }
  }

  /// Which requirements no longer hold once devices are lost.
  func writeLosses(to page: inout TextPage) {
    guard let losses = result.losses else { return }
    page.gap()
    page.line(.strong("Lost devices"), ", and what then no longer holds")
    let width = (losses.rows.map { $0.phrase.visible.count }.max() ?? 0) + 2
    for row in losses.rows {
      let effects = row.effects.filter { !$0.broken.isEmpty }
      if effects.isEmpty {
        page.line(.init(row.phrase.padded(to: width)), .dim("nothing changes"), indent: 2)
      }
      for (number, effect) in effects.enumerated() {
        let name = number == 0 ? row.phrase : ""
        page.line(
          .init(name.padded(to: width)), .init(effect.loss.phrase.padded(to: 13)),
          .bad(effect.phrase), indent: 2)
      }
    }
  }
}
