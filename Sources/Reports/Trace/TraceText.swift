public import Networks
import Packets
import Places
import Simulation

extension Trace {
  /// The trace for people at a terminal.
  ///
  /// The reply's way is shown for TCP, and for other protocols where `withReply` asks for it; `tried`
  /// says among which packets this one was chosen.
  public func text(
    from source: TraceEnd, to destination: String, tried: String? = nil, in network: Network,
    withReply: Bool = false, style: TextStyle = TextStyle()
  ) -> String {
    var page = TextPage(style: style)
    page.detail("packet", [.strong(network.text(of: header))])
    page.detail("from", [.init("\(source.address), \(source.name)\(Self.choice(source.choices))")])
    page.detail("to", [.init(destination)])
    if let tried { page.detail("tried", [.init(tried)]) }
    var shown: [Case] = []
    for example in cases where !shown.contains(where: { $0.kind == example.kind }) {
      shown.append(example)
    }
    for example in shown {
      page.gap()
      write(example, to: &page, in: network, withReply: withReply, depends: shown.count > 1)
    }
    page.gap()
    if shown.count > 1 {
      writeCases(to: &page)
    } else if cases.contains(where: { !$0.literals.isEmpty }) {
      page.line("the same for every outcome of the conditions that it meets")
    }
    if !isComplete {
      page.line("only \(Self.greatestCaseCount) combinations of outcomes were tried")
    }
    return page.text
  }

  /// Whether it is delivered where it was to go: always, never, or `nil` where that depends on
  /// conditions.
  public var isDelivered: Bool? {
    let delivered = cases.filter(\.isDelivered).count
    if delivered == cases.count, isComplete { return true }
    return delivered == 0 && isComplete ? false : nil
  }

  private func write(
    _ example: Case, to page: inout TextPage, in network: Network, withReply: Bool,
    depends: Bool
  ) {
    switch (example.fate, example.walk.outcome) {
    case (.delivered(let deliveryClass), _):
      page.line(.init("delivered", .good), ", \(deliveryClass.phrase)")
    case (.elsewhere, _): page.line(.bad("delivered elsewhere"), ", not where it was to go")
    case (.lost, .lost(let loss)): page.line(.bad("lost"), ": \(loss.phrase)")
    case (.lost, _): page.line(.bad("lost"), ": nobody there has its destination")
    }
    writeOutcomes(of: example, depends ? "if" : "shown for", to: &page)
    page.write(example.walk, in: network, indent: 2)
    guard let back = example.back, let sent = back.sent, header.has(.tcpFlags) || withReply
    else { return }
    page.gap()
    page.line(
      example.isAnswered ? .init("reply", .good) : .bad("reply lost"),
      "  \(network.text(of: sent))")
    page.write(back, in: network, indent: 2)
  }

  private func writeOutcomes(of example: Case, _ word: String, to page: inout TextPage) {
    if example.literals.isEmpty { return }
    for literal in example.literals.prefix(TextLimits.conditions) {
      let why: [TextPage.Span] =
        conditions.indices.contains(literal.condition)
        ? [
          ": \(conditions[literal.condition].why)",
          .dim("  \(conditions[literal.condition].place)"),
        ] : []
      page.line(["\(word) ", .strong(literal.phrase(conditions))] + why, indent: 2)
    }
    page.more(example.literals.count - TextLimits.conditions, indent: 2)
  }

  /// Every case in one line.
  private func writeCases(to page: inout TextPage) {
    page.line(.strong("It depends"))
    for example in cases.prefix(TextLimits.cases) {
      let outcomes = example.literals.map { $0.phrase(conditions) }.joined(separator: ", ")
      let fate: TextPage.Span =
        switch example.fate {
        case .delivered: .init("delivered", .good)
        case .elsewhere: .bad("elsewhere")
        case .lost: .bad("lost     ")
        }
      page.line(fate, "  if \(outcomes)", indent: 2)
    }
    let left = cases.count - TextLimits.cases
    if left > 0 { page.line(.dim("… \(left) more"), indent: 2) }
  }

  /// Among how many hosts one was chosen, where there are others.
  static func choice(_ count: Int?) -> String {
    guard let count else { return ", one of very many" }
    return count > 1 ? ", one of \(count) addresses" : ""
  }
}

extension Trace.Case {
  /// What becomes of it, whatever a delivery amounts to.
  fileprivate var kind: Int {
    switch fate {
    case .delivered: 0
    case .elsewhere: 1
    case .lost: 2
    }
  }
}
