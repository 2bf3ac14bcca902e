public import Networks
import Packets
import Places
import Simulation

extension Trace {
  /// The trace for people at a terminal.
  ///
  /// The reply's way is shown for TCP, and for other protocols where `withReply` asks for it.
  public func text(
    from source: TraceEnd, to destination: String, in network: Network, withReply: Bool = false,
    style: TextStyle = TextStyle()
  ) -> String {
    var page = TextPage(style: style)
    page.detail("packet", [.strong(network.text(of: header))])
    page.detail("from", [.init("\(source.address), \(source.name)\(Self.choice(source.choices))")])
    page.detail("to", [.init(destination)])
    let hasPassing = cases.contains(where: \.isDelivered)
    let hasLosing = cases.contains { !$0.isDelivered }
    var shown: [Case] = []
    if let passing = cases.first(where: \.isDelivered) { shown.append(passing) }
    if let losing = cases.first(where: { !$0.isDelivered }) { shown.append(losing) }
    for example in shown {
      page.gap()
      write(
        example, to: &page, in: network, withReply: withReply, depends: hasPassing && hasLosing)
    }
    page.gap()
    if hasPassing, hasLosing {
      writeCases(to: &page)
    } else if cases.contains(where: { !$0.literals.isEmpty }) {
      page.line("the same for every outcome of the conditions that it meets")
    }
    if !isComplete {
      page.line("only \(Self.greatestCaseCount) combinations of outcomes were tried")
    }
    return page.text
  }

  /// Whether it is delivered: always, never, or `nil` where that depends on conditions.
  public var isDelivered: Bool? {
    let delivered = cases.filter(\.isDelivered).count
    if delivered == cases.count, isComplete { return true }
    return delivered == 0 && isComplete ? false : nil
  }

  private func write(
    _ example: Case, to page: inout TextPage, in network: Network, withReply: Bool,
    depends: Bool
  ) {
    if let deliveryClass = example.deliveryClass {
      page.line(.init("delivered", .good), ", \(deliveryClass.phrase)")
    } else if case .lost(let loss) = example.walk.outcome {
      page.line(.bad("lost"), ": \(loss.phrase)")
    } else {
      page.line(.bad("delivered elsewhere"), ", not where it was to go")
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
      page.line(
        example.isDelivered ? .init("delivered", .good) : .bad("lost     "), "  if \(outcomes)",
        indent: 2)
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
