import Foundation
import Testing

@Suite struct `Exporting a requirement` {
  @Test func `what a certificate leaves to show is written as questions`() throws {
    let shell = try Shell()
    let outcome = shell.run("firebreak export --smt2 OT-1 Topologies/substation")
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.contains("(set-logic QF_BV)"))
    let questions = lines.count { $0 == "(check-sat)" }
    #expect(questions > 10)
    #expect(lines.count { $0 == "(set-info :status unsat)" } == questions)
    #expect(lines.contains { $0.hasPrefix("; Step: ") })
    #expect(lines.contains { $0.hasPrefix("; Safety: ") && $0.contains("network.json:") })
    #expect(shell.run("firebreak export --smt2 OT-1 Topologies/substation") == outcome)
  }

  @Test func `a file is written where one is named`() throws {
    let shell = try Shell()
    let written = shell.run(
      "firebreak export --smt2 OT-1 --itself Topologies/substation --output a.smt2 && cat a.smt2")
    let printed = shell.run("firebreak export --smt2 OT-1 --itself Topologies/substation")
    #expect(written == printed)
    let refused = shell.run(
      "firebreak export --smt2 OT-1 --itself Topologies/substation --output no/a")
    #expect(refused.status == 64)
    #expect(refused.errors.contains("'no/a' cannot be written"))
  }

  @Test func `the requirement itself expects the answer of its verdict`() throws {
    let shell = try Shell()
    for (requirement, answer) in [("OT-1", "unsat"), ("OT-2", "sat")] {
      let outcome = shell.run(
        "firebreak export --smt2 \(requirement) --itself Topologies/substation")
      #expect(outcome.status == 0)
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count { $0 == "(check-sat)" } == 2)
      #expect(lines.count { $0 == "(set-info :status \(answer))" } == 2)
    }
  }

  @Test func `what is violated is asked about as its packets go`() throws {
    let shell = try Shell()
    let outcome = shell.run("firebreak export --smt2 OT-2 Topologies/substation")
    #expect(outcome.status == 0)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.count { $0 == "(check-sat)" } >= 5)
    #expect(!lines.contains("(set-info :status unsat)"))
  }

  @Test func `what must arrive is said to have no questions`() throws {
    let shell = try Shell()
    let reach = shell.run("firebreak export --smt2 REACH-1 Topologies/ministry")
    #expect(reach.status == 2)
    #expect(reach.errors.contains("it says what must arrive"))
  }

  @Test func `a requirement that there is not is refused`() throws {
    let outcome = try Shell().run("firebreak export --smt2 OT-9 Topologies/substation")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("no requirement is named 'OT-9'"))
    #expect(outcome.errors.contains("OT-1, OT-2"))
  }
}
