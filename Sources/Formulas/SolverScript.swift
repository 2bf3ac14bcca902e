/// Questions to a solver in SMT-LIB 2, and the answers that make a verdict right.
public struct SolverScript: Hashable, Sendable {
  /// What a solver may answer.
  public enum Answer: String, Hashable, Sendable {
    /// There is no such packet.
    case unsat
    /// There is one.
    case sat
  }

  /// The text; before each question it says which answer is expected (`set-info :status`).
  public private(set) var text = ""
  /// The answers, in the order of the questions.
  public private(set) var expected: [Answer] = []

  private var body: [String] = []

  init() {}

  /// Adds lines that people read.
  mutating func remark(_ lines: [String]) {
    for line in lines {
      body.append("; " + String(line.map { $0.isNewline || $0 == "\0" ? " " : $0 }))
    }
  }

  /// Adds a line.
  mutating func add(_ line: String) { body.append(line) }

  /// Adds a name for a term, or for what a function of parameters says.
  mutating func define(
    _ name: String, _ parameters: [(name: String, sort: String)] = [], sort: String = "Bool",
    as term: String
  ) {
    let given = parameters.map { "(\($0.name) \($0.sort))" }.joined(separator: " ")
    body.append("(define-fun \(name) (\(given)) \(sort) \(term))")
  }

  /// Adds a question: whether all of these can be so at once.
  mutating func ask(_ remarks: [String], _ terms: [String], expecting answer: Answer) {
    body.append("")
    remark(remarks)
    body.append("(push 1)")
    for term in terms where term != "true" { body.append("(assert \(term))") }
    body.append("(set-info :status \(answer.rawValue))")
    body.append("(check-sat)")
    body.append("(pop 1)")
    expected.append(answer)
  }

  /// Ends the text: what is declared goes before what was added.
  mutating func finish(heading: [String], declarations: [String]) {
    var lines = heading.map { "; " + String($0.map { $0.isNewline ? " " : $0 }) }
    lines.append("(set-info :smt-lib-version 2.6)")
    lines.append("(set-logic QF_BV)")
    lines += declarations + body + ["(exit)"]
    text = lines.joined(separator: "\n") + "\n"
    body = []
  }
}
