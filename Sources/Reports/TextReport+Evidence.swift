import Networks
import Packets
import Places
import Policies
import Reachability
import Simulation

extension Report {
  /// A witness: the packet, what its delivery amounts to, and its way.
  func write(_ witness: Witness, to page: inout TextPage) {
    page.detail(
      "witness",
      [
        .strong(network.text(of: witness.header)),
        ", sent from \(network.text(of: witness.origin))",
      ])
    page.detail("", [.init(outcome(of: witness))])
    write(witness.literals, to: &page)
    page.write(witness.walk, in: network)
    for opening in witness.openings.prefix(TextLimits.openings) {
      page.detail(
        "opened by",
        [
          .init(network.text(of: opening.header)),
          ", sent from \(network.text(of: opening.origin))",
        ])
      write(opening.literals, to: &page)
      page.write(opening.walk, in: network)
    }
    page.more(witness.openings.count - TextLimits.openings)
    guard let back = lostReply(of: witness), let sent = back.sent else { return }
    page.detail("its reply", [.init(network.text(of: sent))])
    page.write(back, in: network)
  }

  /// The outcomes under which a packet goes its way.
  private func write(_ literals: [Literal], to page: inout TextPage) {
    if literals.isEmpty { return }
    let shown = literals.prefix(TextLimits.conditions).map { $0.phrase(result.conditions) }
    let left = literals.count - shown.count
    page.detail(
      "if", [.init(shown.joined(separator: ", ") + (left > 0 ? ", … \(left) more" : ""))])
  }

  /// What a witness comes to.
  func outcome(of witness: Witness) -> String {
    var text: String
    switch witness.walk.outcome {
    case .lost(let loss): text = "lost: \(loss.phrase)"
    case .delivered, .deliveredToDevice:
      text = witness.deliveryClass?.phrase ?? "delivered, but its reply does not always return"
    }
    if witness.needsSessions { text += "; others opened sessions before" }
    return text
  }

  /// What the inputs hold that a person should know.
  func writeNotices(to page: inout TextPage) {
    let sections: [(Notice.Kind, String, Listing.Topic)] = [
      (.finding, "Findings", .findings), (.inferred, "Inferred", .inferred),
      (.remark, "Remarks", .remarks),
    ]
    for (kind, title, topic) in sections {
      let notices = notices(kind)
      if notices.isEmpty { continue }
      page.gap()
      page.line(.strong(title))
      for notice in notices.prefix(TextLimits.notices) {
        page.line(.init(notice.message), .dim("  \(notice.place)"), indent: 2)
      }
      let left = notices.count - TextLimits.notices
      if left > 0 {
        page.line(.dim("… \(left) more, use firebreak show NETWORK \(topic.rawValue)"), indent: 2)
      }
    }
  }

  /// How much of each file is modelled.
  func writeCoverage(to page: inout TextPage) {
    if coverage.isEmpty { return }
    page.gap()
    page.line(.strong("Coverage"))
    let files = coverage.prefix(TextLimits.files)
    let width = files.map { $0.file.visible.count }.max() ?? 0
    for count in files {
      let opaque = count.opaque.count
      let known = "\(count.modelled) modelled, \(count.irrelevant) irrelevant, "
      var spans: [TextPage.Span] = [.init(count.file.padded(to: width)), "  \(known)"]
      spans.append(.init("\(opaque) not modelled", opaque > 0 ? .doubtful : .plain))
      let kinds = count.opaqueByName
      let shown = kinds.prefix(TextLimits.notices).map(\.text)
      if !shown.isEmpty {
        let left = kinds.count - shown.count
        spans.append(
          .dim(": " + shown.joined(separator: "; ") + (left > 0 ? "; … \(left) more" : "")))
      }
      page.line(spans, indent: 2)
    }
    page.more(coverage.count - TextLimits.files, indent: 2)
  }

  /// What the verdicts rest on.
  func writeAssumptions(to page: inout TextPage) {
    let assumptions = assumptions
    if assumptions.isEmpty { return }
    page.gap()
    page.line(.strong("Assumed"))
    for assumption in assumptions.prefix(TextLimits.assumptions) {
      let place = assumption.place.map { "  \($0)" } ?? ""
      page.line(.init(assumption.text), .dim(place), indent: 2)
    }
    page.more(assumptions.count - TextLimits.assumptions, indent: 2)
    if let day = judgementDay {
      page.line("waivers and indicators are judged as of \(day.description)", indent: 2)
    }
  }
}

/// Elements of one name that are not modelled.
private struct OpaqueElements {
  var name: String
  var lines: [Int]

  /// The last parts of the name, and where they are.
  var text: String {
    let short = name.split(separator: "/").suffix(2).joined(separator: "/")
    let shown = lines.prefix(3).map(String.init).joined(separator: ", ")
    let left = lines.count > 3 ? ", …" : ""
    let count = lines.count > 1 ? " ×\(lines.count)" : ""
    return "\(short)\(count) (\(lines.count == 1 ? "line" : "lines") \(shown)\(left))"
  }
}

extension Coverage {
  /// The elements that are not modelled, by name, in the order in which each name first occurs.
  fileprivate var opaqueByName: [OpaqueElements] {
    var result: [OpaqueElements] = []
    var indices: [String: Int] = [:]
    for element in opaque {
      if let index = indices[element.name] {
        result[index].lines.append(element.place.line)
      } else {
        indices[element.name] = result.count
        result.append(OpaqueElements(name: element.name, lines: [element.place.line]))
      }
    }
    return result
  }
}

extension TextPage {
  /// A walk, stay by stay, each step with its place.
  mutating func write(_ walk: Walk, in network: Network, indent: Int = 4) {
    let stays = walk.stays { network.text(of: $0) }
    let width = min(24, (stays.map { $0.name.visible.count }.max() ?? 0) + 2)
    for stay in stays {
      for (number, step) in stay.steps.enumerated() {
        let name = number == 0 ? stay.name : ""
        let padded = name.padded(to: width)
        var spans: [Span] = [.strong(padded), .init(step.text, step.passed ? .plain : .bad)]
        if let place = step.place { spans.append(.dim("  \(place)")) }
        line(spans, indent: indent)
      }
    }
  }
}
